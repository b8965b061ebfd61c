//! The result on stdout: a short table, or JSON.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::json;
use trailaudit_core::Verdict;
use trailaudit_core::assessment::Totals;
use trailaudit_core::evidence::{Digest, Manifest};
use trailaudit_core::framework::Selection;

use crate::arguments::{FailOn, Form};
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::signing::Signatures;
use crate::visible;

/// What an assessment came to.
pub(crate) struct Summary<'a> {
    pub totals: &'a Totals,
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
}

impl Summary<'_> {
    /// Prints the result.
    pub(crate) fn print(&self, form: Form) -> Result<()> {
        let text = match form {
            Form::Text => self.table(),
            Form::Json => visible::json(&self.json()),
        };
        print(&text)
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
            "rules:    {} of {} {} for {} (catalogue {catalogue})",
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

    fn table(&self) -> String {
        let mut lines = vec![format!(
            "{:<68} {:<9} {:>6} {:>6} {:>6} {:>6} {:>6}",
            "control", "severity", "pass", "fail", "incl.", "exc.", "n/a"
        )];
        for control in &self.totals.controls {
            let rule = control.rule;
            let rows = |verdict| control.verdicts.get(&verdict).copied().unwrap_or_default();
            lines.push(format!(
                "{:<68} {:<9} {:>6} {:>6} {:>6} {:>6} {:>6}",
                shorten(rule.aws.title, 68),
                self.selection.severity_of(rule).as_str(),
                rows(Verdict::Pass),
                rows(Verdict::Fail),
                rows(Verdict::Inconclusive),
                rows(Verdict::Excepted),
                rows(Verdict::NotApplicable),
            ));
        }
        let totals = self.totals.statuses.iter();
        let totals: Vec<_> = totals.map(|(status, cells)| format!("{cells} {status}")).collect();
        lines.push(String::new());
        lines.push(format!(
            "coverage: {} cells planned = {}",
            self.totals.planned,
            totals.join(" + ")
        ));
        lines.push(format!(
            "package:  {} (id {})",
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
            Some(Ok(())) => lines.push("time:     proven by the time-stamping authority".to_owned()),
            Some(Err(why)) => lines.push(format!("time:     NOT PROVEN: {}", visible::in_one_line(why))),
            None => {}
        }
        if self.simulated {
            lines.push("source:   SIMULATED. These records do not come from AWS itself".into());
        }
        lines.push(String::new());
        lines.join("\n")
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
            "asOf": trailaudit_core::tables::rfc3339(self.totals.as_of),
            "controls": controls.collect::<Vec<_>>(),
            "coverage": {"planned": self.totals.planned, "statuses": statuses},
            "signatures": self.signatures.count,
            "timeProven": self.signatures.time.as_ref().map(std::result::Result::is_ok),
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
    let mut out = io::stdout().lock();
    match out
        .write_all(visible::printable(text).as_bytes())
        .and_then(|()| out.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CommandError::failed(format_args!("stdout: {error}")))
        }
        _ => Ok(()),
    }
}

fn shorten(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width - 3).collect();
    format!("{kept}...")
}
