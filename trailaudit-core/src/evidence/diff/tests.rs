//! Tables written by hand, compared; and any two tables, held against a comparison too simple to be wrong.

mod accepted;
mod gone;
mod random;
mod written;

use crate::evidence::diff::v1::{Cause, Row};
use crate::evidence::diff::{Diff, DiffError, Side};
use crate::evidence::manifest::{
    Collection, Collector, CoverageTotals, Endpoint, FileRecord, Format, OrganizationRef, Tool,
};
use crate::evidence::{Digest, InMemory, Manifest, jcs};
use crate::tables::catalogue::v1 as catalogue;
use crate::tables::coverage::v1::Row as Cell;
use crate::tables::findings::v1::Entry;
use crate::tables::write_list;

/// As much of a package as is compared.
#[derive(Clone, Debug, Default)]
struct Tables {
    organization: &'static str,
    frameworks: Vec<String>,
    window: Option<u32>,
    /// Rules with their revisions, in order.
    rules: Vec<(&'static str, u32)>,
    /// `rule account region resource verdict`, any further words being the reason, and behind `!` the exception.
    findings: Vec<String>,
    /// `account region status`; `-` for no Region.
    cells: Vec<String>,
    /// `ticket rule where starts expires`, any further words being the reason.
    exceptions: Vec<String>,
    /// Who may administer.
    administrators: Vec<&'static str>,
    /// The day it is about; any when there is none.
    day: Option<&'static str>,
    /// The Regions that were asked for alone.
    asked: Vec<&'static str>,
}

impl Tables {
    fn new(rules: &[(&'static str, u32)], findings: &[&str], cells: &[&str]) -> Self {
        let owned = |lines: &[&str]| lines.iter().map(ToString::to_string).collect();
        Self {
            frameworks: vec!["gxp".into()],
            rules: rules.to_vec(),
            findings: owned(findings),
            cells: owned(cells),
            ..Self::default()
        }
    }

    fn build(&self) -> (InMemory, Manifest) {
        let mut files = InMemory::default();
        let exceptions: String = self.exceptions.iter().map(|line| exception(line)).collect();
        let mut baseline = crate::Baseline::default();
        baseline.thresholds.approved_administrators = self.administrators.iter().map(ToString::to_string).collect();
        files.insert("baseline.toml", baseline.to_toml().unwrap() + &exceptions);
        files.insert("catalogue.json", jcs::to_canonical(&self.catalogue()).unwrap());
        let table = |format: &str, list: &str, entries: Vec<serde_json::Value>| {
            let head = serde_json::json!({"format": format});
            let mut out = Vec::new();
            write_list(&mut out, head.as_object().unwrap(), list, entries.into_iter()).unwrap();
            out
        };
        let findings = self.findings.iter().map(|line| finding(line)).collect();
        files.insert("findings.json", table("trailaudit.findings/v1", "findings", findings));
        let cells = self.cells.iter().map(|line| cell(line)).collect();
        files.insert("coverage.json", table("trailaudit.coverage/v1", "cells", cells));
        let mut manifest = manifest(self.organization, &files);
        if let Some(day) = self.day {
            manifest.as_of = format!("{day}T02:00:00Z").parse().unwrap();
        }
        if !self.asked.is_empty() {
            manifest.scope.insert("regions".into(), self.asked.clone().into());
        }
        (files, manifest)
    }

    fn catalogue(&self) -> catalogue::Catalogue {
        let mut thresholds = crate::Baseline::default().thresholds;
        thresholds.delivery_window_hours = self.window.unwrap_or(24);
        catalogue::Catalogue {
            format: catalogue::Format::V1,
            frameworks: self.frameworks.clone(),
            rules: self.rules.iter().map(|(id, revision)| rule(id, *revision)).collect(),
            thresholds,
        }
    }
}

fn rule(id: &str, revision: u32) -> catalogue::Entry {
    catalogue::Entry {
        id: id.into(),
        revision,
        title: id.into(),
        control: String::new(),
        rationale: String::new(),
        remediation: String::new(),
        terraform: String::new(),
        subject: "trail".into(),
        severity: "high".into(),
        requirements: Vec::new(),
    }
}

fn finding(line: &str) -> serde_json::Value {
    let (line, exception) = line.split_once('!').unwrap_or((line, ""));
    let mut words = line.splitn(6, ' ');
    let mut word = || words.next().unwrap_or_default().replace('-', "");
    let (rule, account, region, resource) = (word(), word(), word(), word());
    let verdict = words.next().unwrap();
    let entry = Entry {
        account_id: account.as_str().into(),
        account_name: format!("=name of {account}").into(),
        evidence: vec![Digest::of(line.as_bytes())].into(),
        exception: exception.into(),
        inherited_from: "".into(),
        organizational_unit: "root".into(),
        reason: words.next().unwrap_or("for a reason").into(),
        region: region.into(),
        requirements: Vec::new(),
        resource_id: resource.into(),
        resource_type: "trail".into(),
        rule: rule.into(),
        severity: "high".into(),
        title: "".into(),
        verdict: verdict.into(),
    };
    serde_json::to_value(entry).unwrap()
}

fn exception(line: &str) -> String {
    let words: Vec<_> = line.splitn(6, ' ').collect();
    let reason = words.get(5).unwrap_or(&"for a reason");
    // Of a number, the account; else a resource.
    let scope = if words[2].parse::<u64>().is_ok() {
        "account"
    } else {
        "resource"
    };
    format!(
        "[[exceptions]]\nticket = \"{}\"\nrule = \"{}\"\n{scope} = \"{}\"\nstarts = {}\nexpires = {}\n\
         reason = \"{reason}\"\nrequested-by = \"ada\"\napproved-by = \"grace\"\n",
        words[0], words[1], words[2], words[3], words[4]
    )
}

fn cell(line: &str) -> serde_json::Value {
    let words: Vec<_> = line.split(' ').collect();
    let cell = Cell {
        account_id: words[0].replace('-', "").into(),
        account_name: format!("=name of {}", words[0]).into(),
        account_state: "ACTIVE".into(),
        detail: "".into(),
        evidence: Vec::new().into(),
        organizational_unit: "root".into(),
        region: words[1].replace('-', "").into(),
        status: words[2].into(),
    };
    serde_json::to_value(cell).unwrap()
}

fn manifest(organization: &str, files: &InMemory) -> Manifest {
    let as_of = "2026-11-22T02:00:00Z".parse().unwrap();
    let record = |path: &str| {
        let bytes = files.bytes(path).unwrap();
        FileRecord {
            path: path.into(),
            size: bytes.len() as u64,
            sha256: Digest::of(bytes),
        }
    };
    Manifest {
        format: Format::V1,
        package_id: Digest::of(organization.as_bytes()),
        organization: OrganizationRef {
            id: organization.into(),
            management_account: "1".into(),
        },
        scope: serde_json::Map::new(),
        as_of,
        collection: Collection {
            started: as_of,
            ended: as_of,
        },
        tool: Tool {
            name: "trailaudit".into(),
            version: "0".into(),
        },
        catalogue_sha256: Digest::of(b""),
        baseline_sha256: Digest::of(b""),
        endpoint: Endpoint {
            hosts: Vec::new(),
            simulated: false,
        },
        collector: Collector {
            caller_arn: "me".into(),
        },
        files: ["baseline.toml", "catalogue.json", "coverage.json", "findings.json"]
            .map(record)
            .to_vec(),
        accounts_root: Digest::of(b""),
        account_count: 0,
        coverage: CoverageTotals::default(),
        controls: [].into(),
        required_signatures: Vec::new(),
        genesis: true,
        previous: None,
        supersedes: None,
        retain_until: None,
    }
}

/// Has a look at the differences between two packages.
fn between<T>(old: &Tables, new: &Tables, look: impl FnOnce(&Diff<'_>) -> T) -> Result<T, DiffError> {
    let ((old, before), (new, after)) = (old.build(), new.build());
    let digest = |manifest: &Manifest| Digest::of(&manifest.to_bytes().unwrap());
    let old = Side::trusted(&old, &before, digest(&before));
    let new = Side::trusted(&new, &after, digest(&after));
    Diff::between(&old, &new).map(|diff| look(&diff))
}

/// The rows of one cause: what changed, what it is about, and from what to what.
fn rows(diff: &Diff<'_>, cause: Cause) -> Vec<String> {
    let mut rows = Vec::new();
    diff.each(cause, &mut |row| {
        assert_eq!(row.cause, cause);
        rows.push(told(row));
        Ok(())
    })
    .unwrap();
    rows
}

fn told(row: &Row<'_>) -> String {
    let about = [&row.rule, &row.account_id, &row.region, &row.resource_id];
    let about: Vec<_> = about
        .into_iter()
        .filter(|text| !text.is_empty())
        .map(|text| &**text)
        .collect();
    format!("{} {}: {} > {}", row.change.as_str(), about.join(" "), row.old, row.new)
}
