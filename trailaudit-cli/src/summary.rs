//! The result on stdout: a short table, or JSON.

pub(crate) mod counted;
pub(crate) mod next;
mod table;
pub(crate) mod tally;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::json;
use trailaudit_core::Verdict;
use trailaudit_core::assessment::{Control, Totals};
use trailaudit_core::evidence::{Digest, Manifest};
use trailaudit_core::framework::{Selection, Severity};

use crate::arguments::{FailOn, Form};
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::signing::Signatures;
use crate::terminal::{Terminal, Tone};
use crate::visible;
use next::Next;
use table::{Row, Table};
use tally::{FAIL, INCONCLUSIVE, Standings};

/// What an assessment came to.
pub(crate) struct Summary<'a> {
    pub totals: &'a Totals,
    pub standings: &'a Standings,
    pub selection: &'a Selection,
    pub folder: &'a Path,
    pub manifest: &'a Manifest,
    /// The catalogue the same records were judged by before.
    pub before: Option<Digest>,
    pub signatures: &'a Signatures,
    /// The archive, when one was written.
    pub archive: Option<&'a Path>,
    /// What else was written beside the package.
    pub reports: &'a [PathBuf],
    pub simulated: bool,
    /// Whether it says what to do next.
    pub next: bool,
}

/// The columns of findings by their verdict.
const VERDICTS: [(&str, Tone); 5] = [
    ("pass", Tone::Good),
    ("fail", Tone::Bad),
    ("incl.", Tone::Open),
    ("exc.", Tone::Plain),
    ("n/a", Tone::Faint),
];

/// How far the lines below the tables are set off.
const INDENT: usize = 10;

impl Summary<'_> {
    /// Prints the result.
    pub(crate) fn print(&self, form: Form) -> Result<()> {
        match form {
            Form::Text => write(&self.text(Terminal::stdout())),
            Form::Json => write(&visible::json(&self.json())),
        }
    }

    /// Which catalogue made the verdicts, and whether it is the one that made them before.
    fn catalogue(&self) -> String {
        let catalogue = self.manifest.catalogue_sha256;
        let frameworks = self
            .selection
            .frameworks()
            .iter()
            .map(|framework| framework.name.as_str());
        let told = format!(
            "rules:    {} of {} {} for {} (catalogue\u{a0}{catalogue})",
            self.totals.controls.len(),
            self.manifest.tool.name,
            self.manifest.tool.version,
            frameworks.collect::<Vec<_>>().join(", "),
        );
        match self.before {
            Some(before) if before == catalogue => format!("{told}, as before"),
            Some(before) => format!("{told}; judged before by the catalogue {before}"),
            None => told,
        }
    }

    fn text(&self, terminal: Terminal) -> String {
        let mut text = self.controls().lines(terminal);
        for table in [self.units(), self.worst()].into_iter().flatten() {
            text = text + "\n" + &table.lines(terminal);
        }
        text.push('\n');
        for line in self.lines() {
            text = text + &terminal.wrapped(&line, INDENT) + "\n";
        }
        if self.next {
            text = text + "\n" + &self.next_steps().lines(terminal);
        }
        text
    }

    fn controls(&self) -> Table {
        let row = |control: &Control| Row {
            name: control.rule.aws.title.to_owned(),
            id: Some(control.rule.id),
            ends: false,
            word: severity(self.selection.severity_of(control.rule)),
            numbers: Verdict::ALL
                .map(|verdict| control.verdicts.get(&verdict).copied().unwrap_or_default())
                .into(),
        };
        Table {
            names: "control",
            words: Some(["severity", "sev."]),
            columns: &VERDICTS,
            indent: 0,
            width: Some(68),
            rows: self.totals.controls.iter().map(row).collect(),
        }
    }

    /// The organizational units, where there are several.
    fn units(&self) -> Option<Table> {
        const COLUMNS: [(&str, Tone); 6] = [
            ("accts", Tone::Plain),
            ("failing", Tone::Bad),
            VERDICTS[0],
            VERDICTS[FAIL],
            VERDICTS[INCONCLUSIVE],
            VERDICTS[3],
        ];
        let row = |unit: &tally::Unit| Row {
            name: unit.name.clone(),
            id: None,
            ends: true,
            word: [""; 2],
            numbers: [&[unit.accounts, unit.failing], &unit.verdicts[..4]].concat(),
        };
        let rows: Vec<_> = self.standings.units.iter().map(row).collect();
        (rows.len() > 1).then_some(Table {
            names: "organizational unit",
            words: None,
            columns: &COLUMNS,
            indent: 2,
            width: None,
            rows,
        })
    }

    /// The accounts in which most is wrong, where something is.
    fn worst(&self) -> Option<Table> {
        const COLUMNS: [(&str, Tone); 6] = [
            ("crit", Tone::Bad),
            ("high", Tone::Bad),
            ("med", Tone::Bad),
            ("low", Tone::Bad),
            VERDICTS[FAIL],
            VERDICTS[INCONCLUSIVE],
        ];
        let row = |account: &tally::Worst| {
            let [critical, high, medium, low, informational] = account.controls;
            Row {
                name: format!("{} {}", account.id, account.name),
                id: None,
                ends: false,
                word: [""; 2],
                numbers: vec![
                    critical,
                    high,
                    medium,
                    low + informational,
                    account.verdicts[FAIL],
                    account.verdicts[INCONCLUSIVE],
                ],
            }
        };
        let rows: Vec<_> = self.standings.worst.iter().map(row).collect();
        (!rows.is_empty()).then_some(Table {
            names: "worst accounts: controls failing",
            words: None,
            columns: &COLUMNS,
            indent: 2,
            width: None,
            rows,
        })
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.standings.units_left_out > 0 {
            lines.push(format!(
                "units:    {} more; report.html lists them all",
                self.standings.units_left_out
            ));
        }
        let all = self.standings.failing;
        if all > self.standings.worst.len() {
            lines.push(format!(
                "accounts: something fails in {all}; report.html lists them all"
            ));
        }
        let totals = self.totals.statuses.iter();
        let totals: Vec<_> = totals.map(|(status, cells)| format!("{cells}\u{a0}{status}")).collect();
        lines.push(format!(
            "coverage: {} cells planned =\u{a0}{}",
            self.totals.planned,
            totals.join(" +\u{a0}")
        ));
        lines.push(format!(
            "package:  {} (id\u{a0}{})",
            self.folder.display(),
            self.manifest.package_id
        ));
        lines.push(self.catalogue());
        if let Some(archive) = self.archive {
            lines.push(format!("archive:  {}", archive.display()));
        }
        for report in self.reports {
            lines.push(format!("report:   {}", report.display()));
        }
        lines.push(match self.signatures.count {
            0 => {
                "signed:   NO. Without a signature nobody can tell whether this package was changed; use --sign".into()
            }
            1 => "signed:   by 1 signer".to_owned(),
            n => format!("signed:   by {n} signers"),
        });
        match &self.signatures.time {
            Some(Ok(())) => lines
                .push("time:     stamped by the time-stamping authority (`verify --tsa-root` proves it)".to_owned()),
            Some(Err(why)) => lines.push(format!("time:     NOT PROVEN: {}", visible::in_one_line(why))),
            None => {}
        }
        if self.simulated {
            lines.push("source:   SIMULATED. These records do not come from AWS itself".into());
        }
        lines
    }

    fn next_steps(&self) -> Next<'_> {
        Next {
            folder: self.folder,
            key: (self.signatures.count > 0).then_some(Path::new("SIGNER.pub.pem")),
            simulated: self.simulated,
            is_failing: self.totals.any(Verdict::Fail),
            is_open: self.totals.any(Verdict::Inconclusive) || !self.totals.is_complete(),
        }
    }

    fn json(&self) -> serde_json::Value {
        let controls = self.totals.controls.iter().map(|control| {
            let (rule, cells) = (control.rule, control.accounting);
            let verdicts = control.verdicts.iter();
            let verdicts: serde_json::Map<_, _> = verdicts.map(|(v, rows)| (v.to_string(), (*rows).into())).collect();
            json!({
                "rule": rule.id,
                "title": rule.aws.title,
                "severity": self.selection.severity_of(rule).as_str(),
                "verdicts": verdicts,
                "cells": {
                    "evaluated": cells.evaluated,
                    "inherited": cells.inherited,
                    "notApplicable": cells.not_applicable,
                    "inconclusive": cells.inconclusive,
                },
            })
        });
        let statuses = self.totals.statuses.iter();
        let statuses: serde_json::Map<_, _> = statuses.map(|(s, cells)| (s.to_string(), (*cells).into())).collect();
        json!({
            "format": "trailaudit.summary/v1",
            "package": self.folder.display().to_string(),
            "packageId": self.manifest.package_id,
            "catalogueSha256": self.manifest.catalogue_sha256,
            "formerCatalogueSha256": self.before,
            "asOf": trailaudit_core::tables::rfc3339(self.totals.as_of),
            "controls": controls.collect::<Vec<_>>(),
            "coverage": {"planned": self.totals.planned, "statuses": statuses},
            "signatures": self.signatures.count,
            "timeProven": self.signatures.time.as_ref().map(std::result::Result::is_ok),
            "timeProblem": self.signatures.time.as_ref().and_then(|time| time.as_ref().err()),
            "archive": self.archive.map(|path| path.display().to_string()),
            "reports": self.reports.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
            "simulated": self.simulated,
        })
    }
}

/// The exit code an assessment has.
pub(crate) fn exit(totals: &Totals, fail_on: FailOn) -> Exit {
    let open = totals.any(Verdict::Inconclusive) || !totals.is_complete();
    match fail_on {
        FailOn::Never => Exit::Done,
        _ if totals.any(Verdict::Fail) => Exit::ControlFails,
        FailOn::Inconclusive if open => Exit::Inconclusive,
        FailOn::Fail | FailOn::Inconclusive => Exit::Done,
    }
}

/// Prints to stdout, what cannot be seen made visible; a reader that has gone away is no error.
pub(crate) fn print(text: &str) -> Result<()> {
    write(&Terminal::stdout().shown(text))
}

/// The same for what is fit to be seen as it is.
fn write(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CommandError::failed(format_args!("stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// A severity in full, and in four letters.
fn severity(severity: Severity) -> [&'static str; 2] {
    let short = match severity {
        Severity::Critical => "crit",
        Severity::High => "high",
        Severity::Medium => "med",
        Severity::Low => "low",
        Severity::Informational => "info",
    };
    [severity.as_str(), short]
}
