//! The exceptions: who asked for each, who approved it, until when, and every fail that it accepts.

use std::io::{self, Read};

use rust_xlsxwriter::Workbook;
use trailaudit_core::baseline::{Exception, Scope};
use trailaudit_core::evidence::Files;
use trailaudit_core::evidence::package::BASELINE;
use trailaudit_core::{Baseline, Verdict};

use super::super::source::{Finding, Source};
use super::sheet::Sheet;

/// Writes one row for each fail that is accepted, and one for each exception that accepts none.
pub(super) fn write(source: &Source<'_>, workbook: &mut Workbook) -> io::Result<()> {
    let columns = vec![
        ("ticket", 16.0),
        ("rule", 32.0),
        ("scope", 40.0),
        ("exception", 56.0),
        ("requested_by", 20.0),
        ("approved_by", 20.0),
        ("starts", 12.0),
        ("expires", 12.0),
        ("account_id", 14.0),
        ("account_name", 24.0),
        ("region", 15.0),
        ("resource_id", 64.0),
        ("reason", 72.0),
    ];
    let exceptions = baseline(source)?.exceptions;
    let mut entries: Vec<_> = exceptions.iter().map(|exception| (exception, false)).collect();
    let mut sheet = Sheet::new(workbook, "exceptions", columns)?;
    source.each(|finding| {
        if finding.verdict != Verdict::Excepted {
            return Ok(());
        }
        let mut of_rule = entries
            .iter_mut()
            .filter(|(exception, _)| exception.rule == finding.rule.id);
        let found = of_rule.find(|(exception, _)| crate::visible::legible(&exception.to_string()) == finding.exception);
        let exception = found.map(|(exception, accepts)| {
            *accepts = true;
            &**exception
        });
        row(&mut sheet, exception, Some(finding))
    })?;
    for (exception, _) in entries.iter().filter(|(_, accepts)| !accepts) {
        row(&mut sheet, Some(exception), None)?;
    }
    sheet.finish()
}

fn row(sheet: &mut Sheet<'_>, exception: Option<&Exception>, finding: Option<&Finding<'_>>) -> io::Result<()> {
    let of = |text: fn(&Exception) -> String| exception.map(text).unwrap_or_default();
    let about = |text: for<'f> fn(&'f Finding<'_>) -> &'f str| finding.map_or("", text);
    let (rule, words) = match (exception, finding) {
        (Some(exception), _) => (&*exception.rule, &*exception.reason),
        (None, Some(finding)) => (&*finding.rule.id, &*finding.exception),
        (None, None) => ("", ""),
    };
    sheet.row(&[
        &of(|exception| exception.ticket.clone()),
        rule,
        &of(scope),
        words,
        &of(|exception| exception.requested_by.clone()),
        &of(|exception| exception.approved_by.clone()),
        &of(|exception| exception.starts.to_string()),
        &of(|exception| exception.expires.to_string()),
        about(|finding| &finding.account_id),
        about(|finding| &finding.account_name),
        about(|finding| &finding.region),
        about(|finding| &finding.resource_id),
        if finding.is_some() {
            about(|finding| &finding.reason)
        } else {
            "it accepts nothing here"
        },
    ])
}

fn scope(exception: &Exception) -> String {
    let kind = match exception.scope {
        Scope::Account(_) => "account",
        Scope::Unit(_) => "ou",
        Scope::Resource(_) => "resource",
    };
    format!("{kind} {}", exception.scope)
}

fn baseline(source: &Source<'_>) -> io::Result<Baseline> {
    source.listed.check(BASELINE)?;
    let mut text = String::new();
    source.listed.open(BASELINE)?.read_to_string(&mut text)?;
    Baseline::from_toml(&text).map_err(|error| io::Error::other(format!("{BASELINE}: {error}")))
}
