//! What verification needs to know from inside the files, taken from the same bytes that are hashed.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read};

use sha2::{Digest as _, Sha256};

use super::json_code;
use super::report::Code;
use crate::evidence::accounts::AccountLeaf;
use crate::evidence::package::{ACCOUNTS_INDEX, COVERAGE_CSV, FINDINGS_CSV, RecordFile};
use crate::evidence::records::{self, Header, Limits, Lines};
use crate::evidence::{Digest, merkle};
use crate::organization::AccountId;

/// What was found in the files whose bytes are the listed ones.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) index: Option<Index>,
    pub(super) account_headers: BTreeMap<AccountId, Header>,
    pub(super) findings: Option<BTreeMap<(String, String), u64>>,
    pub(super) coverage: Option<BTreeMap<String, u64>>,
}

/// The accounts of `accounts/index.jsonl`, in its order, which is that of their ids.
#[derive(Default)]
pub(super) struct Index {
    pub(super) leaves: BTreeMap<AccountId, AccountLeaf>,
    hashes: Vec<Digest>,
}

impl Index {
    pub(super) fn root(&self) -> Digest {
        merkle::root(&self.hashes)
    }
}

/// One file's part of the contents.
pub(super) enum Found {
    Nothing,
    Index(Index),
    AccountHeader(AccountId, Header),
    Findings(BTreeMap<(String, String), u64>),
    Coverage(BTreeMap<String, u64>),
}

type Refused = (Code, String);

impl Found {
    /// Reads what is needed from the file at `path`; the rest of it is left to [`Hashing::finish`].
    pub(super) fn read<R: Read>(path: &str, reader: &mut Hashing<R>) -> Result<Self, Refused> {
        match path {
            ACCOUNTS_INDEX => read_index(reader).map(Self::Index),
            FINDINGS_CSV => count(reader, ["rule", "verdict"]).map(|counts| {
                let pairs = counts
                    .into_iter()
                    .map(|([rule, verdict], count)| ((rule, verdict), count));
                Self::Findings(pairs.collect())
            }),
            COVERAGE_CSV => count(reader, ["status"])
                .map(|counts| Self::Coverage(counts.into_iter().map(|([status], count)| (status, count)).collect())),
            _ => match RecordFile::at(path) {
                Some(RecordFile::Account(account)) => {
                    let header = read_header(reader)?;
                    let of_it = header.account.as_ref() == Some(&account) && header.organization.is_none();
                    if of_it && header.salt.is_some() {
                        Ok(Self::AccountHeader(account, header))
                    } else {
                        Err((
                            Code::MalformedRecords,
                            "its first line is not the header of this account".into(),
                        ))
                    }
                }
                Some(RecordFile::Resources(account)) => expect(reader, &Header::of_resources(account)),
                Some(RecordFile::Organization) => {
                    let header = read_header(reader)?;
                    if header.organization.is_some() && header.account.is_none() && header.salt.is_none() {
                        Ok(Self::Nothing)
                    } else {
                        Err((
                            Code::MalformedRecords,
                            "its first line is not the header of an organization".into(),
                        ))
                    }
                }
                Some(RecordFile::RunLog) | None => Ok(Self::Nothing),
            },
        }
    }
}

impl Contents {
    pub(super) fn keep(&mut self, found: Found) {
        match found {
            Found::Nothing => {}
            Found::Index(index) => self.index = Some(index),
            Found::AccountHeader(account, header) => {
                self.account_headers.insert(account, header);
            }
            Found::Findings(counts) => self.findings = Some(counts),
            Found::Coverage(counts) => self.coverage = Some(counts),
        }
    }
}

/// Hashes what is read through it, and stops one byte after the length that is expected.
pub(super) struct Hashing<R> {
    reader: io::Take<R>,
    hasher: Sha256,
    length: u64,
    failed: Option<io::Error>,
}

impl<R: Read> Hashing<R> {
    pub(super) fn new(reader: R, expected: u64) -> Self {
        Self {
            reader: reader.take(expected.saturating_add(1)),
            hasher: Sha256::new(),
            length: 0,
            failed: None,
        }
    }

    /// Reads on to the end; the length and the digest of all that was read.
    pub(super) fn finish(mut self) -> io::Result<(u64, Digest)> {
        let mut buffer = vec![0; 64 << 10];
        while self.failed.is_none() && self.read(&mut buffer).is_ok_and(|length| length > 0) {}
        match self.failed {
            Some(error) => Err(error),
            None => Ok((self.length, Digest::from(<[u8; 32]>::from(self.hasher.finalize())))),
        }
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.reader.read(buffer) {
                Ok(length) => {
                    self.hasher.update(&buffer[..length]);
                    self.length += length as u64;
                    return Ok(length);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    // Whoever reads through this may swallow the error; the digest must not look whole then.
                    let kind = error.kind();
                    self.failed = Some(error);
                    return Err(kind.into());
                }
            }
        }
    }
}

fn read_index<R: Read>(reader: &mut Hashing<R>) -> Result<Index, Refused> {
    let limits = Limits {
        line: 1 << 10,
        ..Limits::default()
    };
    let mut index = Index::default();
    for line in Lines::new(BufReader::new(reader), limits) {
        let line = line.map_err(|error| (Code::MalformedIndex, error.to_string()))?;
        let leaf =
            AccountLeaf::parse(&line).map_err(|error| (json_code(&error, Code::MalformedIndex), error.to_string()))?;
        if index
            .leaves
            .last_key_value()
            .is_some_and(|(last, _)| *last >= leaf.account)
        {
            return Err((
                Code::MalformedIndex,
                "the accounts are not in the order of their ids".into(),
            ));
        }
        index.hashes.push(merkle::leaf_hash(&line));
        index.leaves.insert(leaf.account.clone(), leaf);
    }
    Ok(index)
}

fn read_header<R: Read>(reader: &mut Hashing<R>) -> Result<Header, Refused> {
    let limits = Limits {
        line: 4 << 10,
        ..Limits::default()
    };
    match records::read_lines_within(reader, limits).next() {
        Some(Ok(line)) => {
            Header::parse(&line).map_err(|error| (json_code(&error, Code::MalformedRecords), error.to_string()))
        }
        Some(Err(error)) => Err((Code::MalformedRecords, error.to_string())),
        None => Err((Code::MalformedRecords, "it has no header".into())),
    }
}

fn expect<R: Read>(reader: &mut Hashing<R>, expected: &Header) -> Result<Found, Refused> {
    if read_header(reader)? == *expected {
        Ok(Found::Nothing)
    } else {
        Err((
            Code::MalformedRecords,
            "its first line is not the header of its path".into(),
        ))
    }
}

/// Counts the rows of a table by the values of some columns.
fn count<R: Read, const N: usize>(
    reader: &mut Hashing<R>,
    columns: [&str; N],
) -> Result<BTreeMap<[String; N], u64>, Refused> {
    let refused = |error: csv::Error| (Code::Counts, format!("the table cannot be read: {error}"));
    let mut table = csv::Reader::from_reader(reader);
    let header = table.headers().map_err(refused)?;
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(columns) {
        *place = header
            .iter()
            .position(|name| name == column)
            .ok_or_else(|| (Code::Counts, format!("the table has no column {column:?}")))?;
    }
    let mut counts = BTreeMap::new();
    let mut row = csv::StringRecord::new();
    while table.read_record(&mut row).map_err(refused)? {
        *counts
            .entry(places.map(|place| row.get(place).unwrap_or_default().to_owned()))
            .or_insert(0) += 1;
    }
    Ok(counts)
}
