//! Whether the tables say the same in both forms, add up to the manifest's counts, and are what the accounts' leaves
//! commit to. What they say is re-performance's question.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader, Read};

use sha2::{Digest as _, Sha256};

use super::compare::named;
use super::listing::Intact;
use super::reperform::Written;
use super::report::{Code, Problems, differences};
use super::{json_code, read_bounded};
use crate::evidence::Digest;
use crate::evidence::accounts::AccountLeaf;
use crate::evidence::files::Files;
use crate::evidence::manifest::Manifest;
use crate::evidence::package::{
    ACCOUNTS_INDEX, CATALOGUE, COVERAGE_CSV, COVERAGE_JSON, FINDINGS_CSV, FINDINGS_JSON, account_findings,
};
use crate::organization::AccountId;
use crate::rule::Verdict;
use crate::tables::catalogue::v1::{Catalogue, Entry};
use crate::tables::reading::{Reading, Shown, TableError};
use crate::tables::{coverage, findings, rfc3339};

/// The longest catalogue that is read, in bytes.
pub(super) const LONGEST_CATALOGUE: u64 = 64 << 20;

/// The catalogue the package was judged by.
pub(super) fn catalogue(files: &dyn Files, intact: &Intact, problems: &mut Problems) -> Option<Catalogue> {
    if !intact.has(CATALOGUE) {
        return None;
    }
    let bytes = read_bounded(files, CATALOGUE, LONGEST_CATALOGUE)
        .map_err(|error| problems.add(Code::UnreadableFile, Some(CATALOGUE), error.to_string()))
        .ok()?;
    Catalogue::parse(&bytes)
        .map_err(|error| {
            let code = json_code(&error, Code::MalformedCatalogue);
            problems.add(code, Some(CATALOGUE), error.to_string());
        })
        .ok()
}

/// What the tables are held against.
pub(super) struct Tables<'a> {
    pub(super) files: &'a dyn Files,
    pub(super) manifest: &'a Manifest,
    pub(super) catalogue: Option<&'a Catalogue>,
    pub(super) leaves: &'a [AccountLeaf],
}

impl Tables<'_> {
    /// `findings.json` and `findings.csv`.
    pub(super) fn check_findings(&self, intact: &Intact, problems: &mut Problems) {
        if !intact.has(FINDINGS_CSV) || !intact.has(FINDINGS_JSON) {
            return;
        }
        let mut counts = BTreeMap::<String, BTreeMap<String, u64>>::new();
        let mut digests = Digests::default();
        let described = Described::new(self.catalogue);
        let mut again = Vec::new();
        let outcome = self.pair(
            FINDINGS_JSON,
            FINDINGS_CSV,
            ("trailaudit.findings/v1", "findings"),
            &findings::COLUMNS,
            |line, rows| {
                let entry: findings::v1::Entry<'_> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
                again.clear();
                serde_json::to_writer(&mut again, &entry).map_err(|error| error.to_string())?;
                if again != line {
                    return Err("the entry is not canonical JSON".into());
                }
                described.check(&entry)?;
                match counts.get_mut(&*entry.rule) {
                    Some(verdicts) => count(verdicts, &entry.verdict),
                    None => count(counts.entry(entry.rule.to_string()).or_default(), &entry.verdict),
                }
                digests.add(&entry.account_id, line);
                Ok(rows.has_row(&entry.cells()))
            },
        );
        let head = match outcome {
            Err((path, message)) => return problems.add(Code::Tables, Some(path), message),
            Ok(head) => head,
        };
        self.check_head(&head, problems);
        let counts = counts.into_iter().flat_map(|(rule, verdicts)| {
            let counts = verdicts.into_iter();
            counts.map(move |(verdict, count)| ((rule.clone(), verdict), count))
        });
        self.check_numbers(&counts.collect(), |account| digests.of(account.as_str()), problems);
    }

    /// The same of tables that were written again, byte for byte: what is left is what the manifest and the leaves say
    /// of them.
    pub(super) fn check_written(&self, written: &Written, problems: &mut Problems) {
        let mut counts = BTreeMap::new();
        for control in &written.totals.controls {
            for (verdict, rows) in &control.verdicts {
                *counts
                    .entry((control.rule.id.to_owned(), verdict.to_string()))
                    .or_insert(0) += *rows as u64;
            }
        }
        let empty = Digest::of(b"[]");
        let digest = |account: &AccountId| written.found.get(account).copied().unwrap_or(empty);
        self.check_numbers(&counts, digest, problems);
    }

    fn check_head(&self, head: &serde_json::Value, problems: &mut Problems) {
        let frameworks = self.catalogue.map(|catalogue| serde_json::json!(catalogue.frameworks));
        let is_as_judged = frameworks.is_none_or(|frameworks| head["frameworks"] == frameworks);
        if head["asOf"] != rfc3339(self.manifest.as_of)
            || !is_as_judged
            || !has_only(head, &["asOf", "format", "frameworks"])
        {
            let message = "its head is not about this moment and these frameworks";
            problems.add(Code::Tables, Some(FINDINGS_JSON), message);
        }
    }

    /// Whether the manifest counts these findings, by rule and verdict, and every account's leaf commits to its own.
    fn check_numbers(
        &self,
        counts: &BTreeMap<(String, String), u64>,
        digest_of: impl Fn(&AccountId) -> Digest,
        problems: &mut Problems,
    ) {
        // A rule that is counted with nothing at all is found by its name alone.
        let is_known = |rule: &String| self.catalogue.is_none_or(|catalogue| catalogue.rule(rule).is_some());
        for rule in self.manifest.controls.keys().filter(|rule| !is_known(rule)) {
            let message = format!("it counts findings of {rule:?}, which is no rule of the catalogue");
            problems.add(Code::Counts, Some(super::MANIFEST), message);
        }
        let verdicts = self.manifest.controls.values().flat_map(BTreeMap::keys);
        for verdict in verdicts.filter(|verdict| Verdict::named(verdict).is_none()) {
            let message = format!("it counts findings with {verdict:?}, which is no verdict of this version");
            problems.add(Code::Counts, Some(super::MANIFEST), message);
        }
        let says = self.manifest.controls.iter().flat_map(|(rule, verdicts)| {
            verdicts
                .iter()
                .map(move |(verdict, count)| ((rule.clone(), verdict.clone()), *count))
        });
        differences(&says.collect(), counts, |(rule, verdict), says, has| {
            let message = format!("it has {has} rows of {rule:?} with {verdict:?}, the manifest says {says}");
            problems.add(Code::Counts, Some(FINDINGS_CSV), message);
        });
        for leaf in self.leaves {
            if digest_of(&leaf.account) != leaf.findings {
                let message = format!(
                    "the line of account {} commits to other findings than the table has",
                    leaf.account
                );
                problems.add(Code::AccountFindings, Some(ACCOUNTS_INDEX), message);
            }
        }
    }

    /// `coverage.json` and `coverage.csv`.
    pub(super) fn check_coverage(&self, intact: &Intact, problems: &mut Problems) {
        if !self.manifest.coverage.adds_up() {
            let message = "the coverage does not add up: the statuses are not as many as the planned cells";
            problems.add(Code::Counts, Some(super::MANIFEST), message);
        }
        if !intact.has(COVERAGE_CSV) || !intact.has(COVERAGE_JSON) {
            return;
        }
        let (mut counts, mut again) = (BTreeMap::new(), Vec::new());
        let outcome = self.pair(
            COVERAGE_JSON,
            COVERAGE_CSV,
            ("trailaudit.coverage/v1", "cells"),
            &coverage::COLUMNS,
            |line, rows| {
                let row: coverage::v1::Row<'_> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
                again.clear();
                serde_json::to_writer(&mut again, &row).map_err(|error| error.to_string())?;
                if again != line {
                    return Err("the row is not canonical JSON".into());
                }
                count(&mut counts, &row.status);
                Ok(rows.has_row(&row.cells()))
            },
        );
        let head = match outcome {
            Err((path, message)) => return problems.add(Code::Tables, Some(path), message),
            Ok(head) => head,
        };
        let totals = serde_json::json!(self.manifest.coverage.statuses);
        let ids = self
            .catalogue
            .map(|catalogue| catalogue.rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>());
        let is_whole = has_only(&head, &["asOf", "controls", "format", "planned", "totals"])
            && head["planned"] == self.manifest.coverage.planned
            && ids.is_none_or(|ids| has_only(&head["controls"], &ids));
        if head["asOf"] != rfc3339(self.manifest.as_of) || head["totals"] != totals || !is_whole {
            let message = "its head is not about this moment and these rules, or counts other cells than the manifest";
            problems.add(Code::Tables, Some(COVERAGE_JSON), message);
        }
        differences(&self.manifest.coverage.statuses, &counts, |status, says, has| {
            let message = format!("it has {has} rows with status {status:?}, the manifest says {says}");
            problems.add(Code::Counts, Some(COVERAGE_CSV), message);
        });
    }

    /// Reads a table in both its forms, row by row; the head of the JSON, or the file that is wrong and why.
    fn pair<'p>(
        &self,
        json: &'p str,
        csv: &'p str,
        (format, list): (&'static str, &str),
        columns: &[&str],
        mut has_row: impl FnMut(&[u8], &mut Shown<BufReader<Box<dyn Read + '_>>>) -> Result<io::Result<bool>, String>,
    ) -> Result<serde_json::Value, (&'p str, String)> {
        let in_json = |error: TableError| (json, error.to_string());
        let in_csv = |error: io::Error| (csv, error.to_string());
        let opened = self.files.open(json).map_err(|error| (json, error.to_string()))?;
        let mut entries = Reading::new(opened, format, list).map_err(in_json)?;
        let opened = self.files.open(csv).map_err(in_csv)?;
        let mut rows = Shown::new(BufReader::with_capacity(64 << 10, opened));
        if !rows.has_row(columns).map_err(in_csv)? {
            return Err((csv, "its first row does not name the columns of this version".into()));
        }
        let mut number = 1;
        while let Some(line) = entries.next_entry().map_err(in_json)? {
            let found = has_row(&line, &mut rows).map_err(|message| (json, format!("entry {number}: {message}")))?;
            if !found.map_err(in_csv)? {
                return Err((
                    csv,
                    format!("row {number} does not say what entry {number} of {json} says, as it is written"),
                ));
            }
            number += 1;
        }
        if !rows.ends_here().map_err(in_csv)? {
            return Err((csv, format!("it has more rows than {json} has entries")));
        }
        Ok(entries.head)
    }
}

/// The entries of an extract's account, when they are what its leaf commits to.
pub(super) fn account_entries(
    files: &dyn Files,
    intact: &Intact,
    account: &AccountId,
    catalogue: Option<&Catalogue>,
    problems: &mut Problems,
) -> Option<Vec<findings::v1::Entry<'static>>> {
    let path = account_findings(account);
    if !intact.has(&path) {
        return None;
    }
    let read = || -> Result<_, String> {
        let mut bytes = Vec::new();
        let mut opened = files.open(&path).map_err(|error| error.to_string())?;
        opened.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        let text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
        let entries: Vec<findings::v1::Entry<'_>> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let described = Described::new(catalogue);
        let (mut last, mut seen) = (None, BTreeSet::new());
        for entry in &entries {
            described.check(entry)?;
            if entry.account_id != account.as_str() {
                return Err("it has a finding about another account".into());
            }
            if Verdict::named(&entry.verdict).is_none() {
                return Err(format!("{:?} is no verdict of this version", entry.verdict));
            }
            let place = Some((described.place(entry), &*entry.region, &*entry.resource_id));
            if last > place || !seen.insert((place, &*entry.resource_type, &*entry.inherited_from)) {
                return Err(format!("{} is not in its place, or there twice", named(entry)));
            }
            last = place;
        }
        Ok(entries.into_iter().map(findings::v1::Entry::into_owned).collect())
    };
    read()
        .map_err(|message| problems.add(Code::Tables, Some(&path), message))
        .ok()
}

/// Counts one more, most often of what was counted before.
fn count(counts: &mut BTreeMap<String, u64>, key: &str) {
    match counts.get_mut(key) {
        Some(count) => *count += 1,
        None => _ = counts.insert(key.to_owned(), 1),
    }
}

/// Whether an object has exactly these keys.
fn has_only(object: &serde_json::Value, keys: &[&str]) -> bool {
    let Some(object) = object.as_object() else { return false };
    object.len() == keys.len() && keys.iter().all(|key| object.contains_key(*key))
}

/// What the catalogue says of rules, so that an entry can be held against it.
struct Described<'a> {
    is_known: bool,
    rules: BTreeMap<&'a str, (usize, &'a Entry, Vec<String>)>,
}

impl<'a> Described<'a> {
    fn new(catalogue: Option<&'a Catalogue>) -> Self {
        let rules = catalogue.into_iter().flat_map(|catalogue| &catalogue.rules).enumerate();
        let rules = rules.map(|(place, rule)| (rule.id.as_str(), (place, rule, rule.labels())));
        Self {
            is_known: catalogue.is_some(),
            rules: rules.collect(),
        }
    }

    /// The place of its rule in the catalogue.
    fn place(&self, entry: &findings::v1::Entry<'_>) -> usize {
        self.rules.get(&*entry.rule).map_or(0, |(place, ..)| *place)
    }

    fn check(&self, entry: &findings::v1::Entry<'_>) -> Result<(), String> {
        if !self.is_known {
            return Ok(());
        }
        let rule = self.rules.get(&*entry.rule);
        let (_, rule, labels) = rule.ok_or_else(|| format!("the catalogue has no rule {:?}", entry.rule))?;
        if entry.title == rule.control && entry.severity == rule.severity && *labels == entry.requirements {
            Ok(())
        } else {
            Err(format!(
                "title, severity or requirements are not those of {} in the catalogue",
                rule.id
            ))
        }
    }
}

/// For every account, the digest of the array of its entries.
#[derive(Default)]
struct Digests(BTreeMap<String, Sha256>);

impl Digests {
    fn add(&mut self, account: &str, entry: &[u8]) {
        if let Some(digest) = self.0.get_mut(account) {
            digest.update(b",");
            digest.update(entry);
        } else {
            let first = Sha256::new_with_prefix(b"[").chain_update(entry);
            self.0.insert(account.to_owned(), first);
        }
    }

    fn of(&self, account: &str) -> Digest {
        match self.0.get(account) {
            Some(digest) => Digest::from(<[u8; 32]>::from(digest.clone().chain_update(b"]").finalize())),
            None => Digest::of(b"[]"),
        }
    }
}
