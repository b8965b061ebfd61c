//! Assessing a package's records again, and comparing.

use std::fmt::Display;
use std::io::{self, Read, Write};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use trailaudit_core::evidence::package::{ACCOUNTS_INDEX, BASELINE, CATALOGUE, COVERAGE_CSV, FINDINGS_CSV};
use trailaudit_core::evidence::verify::Code;
use trailaudit_core::evidence::{AccountLeaf, Digest, Files, Manifest, Problem, Reperform};
use trailaudit_core::framework::{self, Selection};
use trailaudit_core::rules::rule;
use trailaudit_core::tables::{coverage, findings};
use trailaudit_core::{Assessment, Baseline, Rule, assess};

use crate::package;

/// The longest catalogue, baseline or index that is read, in bytes.
const LONGEST: u64 = 64 << 20;

/// Re-performance of a package that was collected from AWS: the records are read again, judged again by the rules and
/// thresholds the package names, and every table is compared byte for byte.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reperformance;

impl Reperform for Reperformance {
    fn reperform(&self, files: &dyn Files, manifest: &Manifest) -> Vec<Problem> {
        match again(files, manifest) {
            Ok((assessment, selection, run_is_simulated)) => {
                let mut problems = compare(files, manifest, &assessment, &selection);
                if run_is_simulated != manifest.endpoint.simulated {
                    let message = "the manifest and the run log disagree on whether AWS itself answered";
                    problems.push(differs(None, message));
                }
                problems
            }
            Err(problem) => vec![problem],
        }
    }
}

fn again(files: &dyn Files, manifest: &Manifest) -> Result<(Assessment, Selection, bool), Problem> {
    let (rules, selection) = catalogue(&read(files, CATALOGUE)?)?;
    let text = String::from_utf8(read(files, BASELINE)?).map_err(|error| not_done(Some(BASELINE), &error))?;
    let baseline = Baseline::from_toml(&text).map_err(|error| not_done(Some(BASELINE), &error))?;
    let (run, inventory) = package::read(files).map_err(|error| not_done(None, &error))?;
    Ok((
        assess(&inventory, &rules, &baseline, manifest.as_of),
        selection,
        run.simulated,
    ))
}

/// The rules and frameworks a package was judged with, as far as this version still has them.
fn catalogue(bytes: &[u8]) -> Result<(Vec<&'static Rule>, Selection), Problem> {
    #[derive(Deserialize)]
    struct Catalogue {
        frameworks: Vec<String>,
        rules: Vec<Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        id: String,
        revision: u32,
    }
    let catalogue: Catalogue = serde_json::from_slice(bytes).map_err(|error| not_done(Some(CATALOGUE), &error))?;
    let mut rules = Vec::new();
    for Entry { id, revision } in catalogue.rules {
        match rule(&id) {
            Some(rule) if rule.revision == revision => rules.push(rule),
            Some(rule) => {
                let message = format!(
                    "{id} has revision {} today, the package was judged by {revision}",
                    rule.revision
                );
                return Err(Problem {
                    code: Code::RuleRevised,
                    file: Some(CATALOGUE.into()),
                    message,
                });
            }
            None => {
                let message = format!("this version has no rule {id}");
                return Err(Problem {
                    code: Code::RuleRevised,
                    file: Some(CATALOGUE.into()),
                    message,
                });
            }
        }
    }
    let known = |id: &String| framework::framework(id).ok_or_else(|| format!("this version has no framework {id}"));
    let frameworks = catalogue.frameworks.iter().map(known).collect::<Result<_, _>>();
    Ok((
        rules,
        Selection::new(frameworks.map_err(|message| not_done(Some(CATALOGUE), &message))?),
    ))
}

fn compare(files: &dyn Files, manifest: &Manifest, assessment: &Assessment, selection: &Selection) -> Vec<Problem> {
    type Table<'a> = &'a dyn Fn(&mut dyn Write) -> io::Result<()>;
    let tables: [(&str, Table<'_>); 4] = [
        (FINDINGS_CSV, &|out| findings::write_csv(assessment, selection, out)),
        ("findings.json", &|out| findings::write_json(assessment, selection, out)),
        (COVERAGE_CSV, &|out| coverage::write_csv(assessment, out)),
        ("coverage.json", &|out| coverage::write_json(assessment, out)),
    ];
    let mut problems = Vec::new();
    for (path, table) in tables {
        let mut digest = Hashing(Sha256::new());
        let written = table(&mut digest).is_ok();
        let again = Digest::from(<[u8; 32]>::from(digest.0.finalize()));
        if !written || manifest.file(path).is_none_or(|file| file.sha256 != again) {
            problems.push(differs(Some(path), &first_difference(files, path, table)));
        }
    }
    problems.extend(compare_leaves(files, assessment, selection).err());
    problems
}

/// Whether the index commits to the findings of every account.
fn compare_leaves(files: &dyn Files, assessment: &Assessment, selection: &Selection) -> Result<(), Problem> {
    let digests = findings::digests(assessment, selection);
    for line in read(files, ACCOUNTS_INDEX)?
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let leaf = AccountLeaf::parse(line).map_err(|error| not_done(Some(ACCOUNTS_INDEX), &error))?;
        if digests.get(&leaf.account) != Some(&leaf.findings) {
            let message = format!(
                "the records of account {} give other findings than its line says",
                leaf.account
            );
            return Err(differs(Some(ACCOUNTS_INDEX), &message));
        }
    }
    Ok(())
}

/// Names the first line of a table that the records do not give.
fn first_difference(files: &dyn Files, path: &str, table: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> String {
    let mut again = Vec::new();
    let there = read(files, path).unwrap_or_default();
    if table(&mut again).is_err() {
        return "the table could not be made again".to_owned();
    }
    let lines = |bytes: &[u8]| {
        bytes
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect::<Vec<_>>()
    };
    let (there, again) = (lines(&there), lines(&again));
    let line = there
        .iter()
        .zip(&again)
        .position(|(a, b)| a != b)
        .unwrap_or(there.len().min(again.len()));
    format!("the records give another line {}", line + 1)
}

fn read(files: &dyn Files, path: &str) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let file = files.open(path).map_err(|error| not_done(Some(path), &error))?;
    file.take(LONGEST)
        .read_to_end(&mut bytes)
        .map_err(|error| not_done(Some(path), &error))?;
    Ok(bytes)
}

fn differs(path: Option<&str>, message: &str) -> Problem {
    Problem {
        code: Code::ReperformanceDiffers,
        file: path.map(str::to_owned),
        message: message.to_owned(),
    }
}

fn not_done(path: Option<&str>, why: &dyn Display) -> Problem {
    Problem {
        code: Code::NotReperformed,
        file: path.map(str::to_owned),
        message: why.to_string(),
    }
}

struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
