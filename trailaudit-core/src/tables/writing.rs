//! Writing `findings.json` and `findings.csv` side by side, a piece at a time, while the findings pass by.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use jiff::Timestamp;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::findings::{COLUMNS, LIST, Rows, head};
use super::{LIST_END, csv_writer, list_head, write_row};
use crate::assessment::Assessing;
use crate::evidence::Digest;
use crate::evidence::report::FullPage;
use crate::finding::Finding;
use crate::framework::Selection;
use crate::organization::{Account, AccountId};
use crate::rule::Rule;

/// Both tables, as far as the findings were given; and what every account's leaf commits to.
pub(crate) struct Writing<'a> {
    selection: &'a Selection,
    rows: Rows<'a>,
    digests: Digests,
    /// Whether an entry was written: the next one stands behind a comma.
    has_entries: bool,
}

/// What follows in both tables on what was written before.
#[derive(Default)]
struct Piece {
    json: Vec<Vec<u8>>,
    csv: Vec<Vec<u8>>,
    /// The pages that became full meanwhile.
    full: Vec<FullPage>,
}

impl<'a> Writing<'a> {
    /// Of findings about these accounts, which are sorted by id, by these rules.
    pub(crate) fn new(accounts: &'a [Account], rules: &[&'static Rule], selection: &'a Selection) -> Self {
        Self {
            selection,
            rows: Rows::new(accounts, rules, selection),
            digests: Digests::of(accounts),
            has_entries: false,
        }
    }

    /// Writes both tables to their end, and hands over the pages that are full meanwhile. While one piece is written, the
    /// next is judged, shown and put into rows.
    pub(crate) fn write(
        &mut self,
        assessing: &mut Assessing<'_>,
        mut show: impl FnMut(&[Finding]) -> io::Result<Vec<FullPage>> + Send,
        json: &mut dyn Write,
        csv: &mut dyn Write,
        mut full: impl FnMut(FullPage) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut piece = Some(self.begin(assessing.as_of())?);
        while let Some(now) = piece {
            let mut next = None;
            // In place: whoever reads or writes files need not do so on any thread.
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| {
                    next = assessing.next().map(|findings| {
                        let full = show(&findings)?;
                        let piece = self.take(&findings)?;
                        Ok::<_, io::Error>(Piece { full, ..piece })
                    });
                });
                now.write(json, csv)?;
                now.full.into_iter().try_for_each(&mut full)
            })?;
            piece = next.transpose()?;
        }
        json.write_all(LIST_END)
    }

    /// What every account's leaf commits to.
    pub(crate) fn digests(self) -> BTreeMap<AccountId, Digest> {
        self.digests.finish()
    }

    /// What stands before the first finding.
    fn begin(&self, as_of: Timestamp) -> io::Result<Piece> {
        let mut columns = csv_writer(Vec::new());
        columns.write_record(COLUMNS)?;
        Ok(Piece {
            json: vec![list_head(&head(as_of, self.selection), LIST)?],
            csv: vec![columns.into_inner().map_err(csv::IntoInnerError::into_error)?],
            full: Vec::new(),
        })
    }

    /// Takes findings, those of one account together.
    fn take(&mut self, findings: &[Finding]) -> io::Result<Piece> {
        let accounts = findings.chunk_by(|a, b| a.account == b.account);
        let accounts: Vec<_> = accounts
            .map(|findings| (findings, std::mem::take(self.digests.of_account(&findings[0].account))))
            .collect();
        let rows = &self.rows;
        let written: io::Result<Vec<_>> = accounts
            .into_par_iter()
            .map(|(findings, mut digest)| Ok((write(rows, findings, &mut digest)?, digest)))
            .collect();
        let mut piece = Piece::default();
        for (findings, ((json, csv), digest)) in findings.chunk_by(|a, b| a.account == b.account).zip(written?) {
            *self.digests.of_account(&findings[0].account) = digest;
            piece.json.push(json);
            piece.csv.push(csv);
        }
        if let Some(first) = piece.json.first_mut().filter(|_| !self.has_entries) {
            first.remove(0);
            self.has_entries = true;
        }
        Ok(piece)
    }
}

/// The entries of one account, each behind a comma and a line end, and its rows.
fn write(rows: &Rows<'_>, findings: &[Finding], digest: &mut Open) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut json = Vec::with_capacity(findings.len() << 10);
    let mut csv = csv_writer(Vec::with_capacity(findings.len() << 10));
    for entry in findings.iter().filter_map(|finding| rows.entry(finding)) {
        json.extend(b",\n");
        let start = json.len();
        serde_json::to_writer(&mut json, &entry)?;
        // The fields of an entry are declared in canonical order and hold nothing but text: this is canonical JSON.
        digest.add(&json[start..]);
        write_row(&mut csv, &entry.cells())?;
    }
    Ok((json, csv.into_inner().map_err(csv::IntoInnerError::into_error)?))
}

impl Piece {
    fn write(&self, json: &mut dyn Write, csv: &mut dyn Write) -> io::Result<()> {
        self.json.iter().try_for_each(|part| json.write_all(part))?;
        self.csv.iter().try_for_each(|part| csv.write_all(part))
    }
}

/// For every account, the digest of the array of its entries, as far as they were written.
pub(crate) struct Digests {
    places: HashMap<AccountId, usize>,
    open: Vec<Open>,
}

impl Digests {
    /// Of no entries yet.
    pub(crate) fn of(accounts: &[Account]) -> Self {
        let places = accounts.iter().zip(0..);
        Self {
            places: places.map(|(account, place)| (account.id.clone(), place)).collect(),
            open: accounts.iter().map(|_| Open::default()).collect(),
        }
    }

    /// The digest of an account's entries, be it listed or not.
    pub(crate) fn of_account(&mut self, account: &AccountId) -> &mut Open {
        let place = if let Some(place) = self.places.get(account) {
            *place
        } else {
            self.places.insert(account.clone(), self.open.len());
            self.open.push(Open::default());
            self.open.len() - 1
        };
        &mut self.open[place]
    }

    pub(crate) fn finish(self) -> BTreeMap<AccountId, Digest> {
        let Self { places, mut open } = self;
        let mut close = |place: usize| std::mem::take(&mut open[place]).close();
        places
            .into_iter()
            .map(|(account, place)| (account, close(place)))
            .collect()
    }
}

/// The digest of an array of which more entries may come.
#[derive(Default)]
pub(crate) struct Open(Option<Sha256>);

impl Open {
    /// Adds an entry in canonical JSON.
    pub(crate) fn add(&mut self, entry: &[u8]) {
        match &mut self.0 {
            Some(digest) => {
                digest.update(b",");
                digest.update(entry);
            }
            first => *first = Some(Sha256::new_with_prefix(b"[").chain_update(entry)),
        }
    }

    fn close(self) -> Digest {
        let digest = self.0.unwrap_or_else(|| Sha256::new_with_prefix(b"["));
        <[u8; 32]>::from(digest.chain_update(b"]").finalize()).into()
    }
}
