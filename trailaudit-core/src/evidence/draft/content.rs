//! What a package has beside its records: written while the findings pass by, so that nobody holds them.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use jiff::Timestamp;

use super::{Draft, DraftError, INSTRUCTIONS};
use crate::assessment::{Assessing, Totals};
use crate::evidence::Digest;
use crate::evidence::files::{Content, OwnContent, Store};
use crate::evidence::hashing::{Counting, Measured};
use crate::evidence::package;
use crate::evidence::provider::Recorded;
use crate::evidence::report::{About, Contents, FullPage};
use crate::organization::AccountId;
use crate::rule::Rule;
use crate::tables::writing::Writing;
use crate::tables::{catalogue, coverage};

/// What was written.
pub(super) struct Written {
    /// The files, by path.
    pub(super) listed: BTreeMap<String, Measured>,
    /// The digest of every account's findings.
    pub(super) found: BTreeMap<AccountId, Digest>,
    pub(super) totals: Totals,
}

impl Draft<'_> {
    pub(super) fn write_content(
        &self,
        store: &mut dyn Store,
        recorded: &Recorded,
        rules: &[&'static Rule],
        as_of: Timestamp,
    ) -> Result<Written, DraftError> {
        let inventory = &*recorded.inventory;
        let mut assessing = Assessing::new(inventory, rules, &self.baseline, as_of);
        let mut report = self.report.unwrap_or(&plain_report).begin(About {
            recorded,
            selection: &self.selection,
            baseline: &self.baseline,
            as_of,
            required_signatures: &self.required_signatures,
            previous: self.previous.as_ref(),
            supersedes: self.supersedes.as_ref(),
            retain_until: self.retain_until,
        });
        let mut writing = Writing::new(inventory.accounts(), rules, &self.selection);
        let pair = [package::FINDINGS_JSON, package::FINDINGS_CSV];
        let mut listed = BTreeMap::new();
        store.write_pair(pair, &mut |[json, csv], meanwhile| {
            let (mut json, mut csv) = (Counting::new(json), Counting::new(csv));
            let show = |findings: &_| report.show(findings);
            let full = |page: FullPage| {
                meanwhile(&page.path, &page.bytes)?;
                listed.insert(page.path, Measured::of(&page.bytes));
                Ok(())
            };
            writing.write(&mut assessing, show, &mut json, &mut csv, full)?;
            let measured = [json.measured(), csv.measured()];
            listed.extend(pair.map(str::to_owned).into_iter().zip(measured));
            Ok(())
        })?;
        let totals = assessing.finish();
        let pages = report.finish(&totals, store)?;

        let catalogue = catalogue::to_json(rules, &self.selection, &self.baseline)?;
        let baseline = self.baseline.to_toml()?;
        let [(verify_md, md), (verify_sh, sh)] = INSTRUCTIONS;
        let files: [(&str, OwnContent<'_>); 7] = [
            (package::CATALOGUE, Box::new(|out| out.write_all(&catalogue))),
            (package::BASELINE, Box::new(|out| out.write_all(baseline.as_bytes()))),
            (
                package::COVERAGE_CSV,
                Box::new(|out| coverage::write_csv_of(inventory, out)),
            ),
            (
                package::COVERAGE_JSON,
                Box::new(|out| coverage::write_json_of(inventory, &totals, out)),
            ),
            (verify_md, Box::new(|out| out.write_all(md))),
            (verify_sh, Box::new(|out| out.write_all(sh))),
            (package::REPORT_HTML, Box::new(|out| report.write(&totals, out))),
        ];
        let (totals_of, report) = (&totals, &report);
        let pages = pages.iter().map(|path| {
            let content = move |out: &mut dyn Write| report.write_page(totals_of, path, out);
            (&**path, Box::new(content) as OwnContent<'_>)
        });
        let files: Vec<_> = files.into_iter().chain(pages).collect();
        let paths: Vec<_> = files.iter().map(|(path, _)| (*path).to_owned()).collect();
        let mut slots = vec![Measured::default(); files.len()];
        let measuring = files.into_iter().zip(&mut slots).map(|((path, mut content), slot)| {
            let content = move |out: &mut dyn Write| {
                *slot = measured(out, &mut *content)?;
                Ok(())
            };
            (path, Box::new(content) as OwnContent<'_>)
        });
        store.write_each(measuring.collect())?;
        listed.extend(paths.into_iter().zip(slots));
        Ok(Written {
            listed,
            found: writing.digests(),
            totals,
        })
    }
}

/// Writes one file, and measures it.
pub(super) fn write(store: &mut dyn Store, path: &str, content: Content<'_>) -> io::Result<Measured> {
    let mut written = Measured::default();
    store.write(path, &mut |out| {
        written = measured(out, content)?;
        Ok(())
    })?;
    Ok(written)
}

/// Passes what `content` writes on to `out`, and measures it.
fn measured(out: &mut dyn Write, content: Content<'_>) -> io::Result<Measured> {
    // Tables are written cell by cell: what is hashed and passed on should be more than that.
    let mut counting = BufWriter::with_capacity(64 << 10, Counting::new(out));
    content(&mut counting)?;
    let counting = counting.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(counting.measured())
}

fn plain_report(_: &Contents<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(
        b"<!doctype html><meta charset=\"utf-8\"><title>Audit trails</title><p>See findings.csv and coverage.csv.\n",
    )
}
