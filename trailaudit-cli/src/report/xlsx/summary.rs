//! The first sheet: what was examined, and how each control stands.

use std::io;

use rust_xlsxwriter::Workbook;
use trailaudit_core::Verdict;
use trailaudit_core::tables::rfc3339;

use super::super::source::Source;
use super::refused;
use super::sheet::{head, text, write_row};

/// Writes the sheet.
pub(super) fn write(source: &Source<'_>, workbook: &mut Workbook) -> io::Result<()> {
    let sheet = workbook.add_worksheet_with_constant_memory().map_err(refused)?;
    sheet.set_name("summary").map_err(refused)?;
    for (column, width) in (0..).zip([56.0, 34.0, 10.0, 10.0, 10.0, 14.0, 15.0, 10.0]) {
        sheet.set_column_width(column, width).map_err(refused)?;
    }
    let (head, text) = (head(), text());
    let mut next = 0;
    for (name, value) in facts(source) {
        write_row(sheet, next, &[name], &head)?;
        write_row(sheet, next, &["", &value], &text)?;
        next += 1;
    }
    next += 1;
    let first = next;
    let columns = ["control", "rule", "severity"];
    let verdicts = Verdict::ALL.map(Verdict::as_str);
    write_row(sheet, first, &[&columns[..], &verdicts].concat(), &head)?;
    for (rule, tally) in source.rules() {
        next += 1;
        let counts = Verdict::ALL.map(|verdict| tally.get(&verdict).copied().unwrap_or_default().to_string());
        let names = [&*rule.control, &rule.id, &rule.severity];
        let counts = counts.each_ref().map(|count| &**count);
        write_row(sheet, next, &[&names[..], &counts].concat(), &text)?;
    }
    sheet.autofilter(first, 0, next, 7).map_err(refused)?;
    Ok(())
}

fn facts(source: &Source<'_>) -> Vec<(&'static str, String)> {
    let manifest = source.manifest();
    let mut facts = Vec::new();
    if manifest.endpoint.simulated {
        let hosts = manifest.endpoint.hosts.join(", ");
        facts.push((
            "SIMULATED",
            format!("These records come from {hosts}, not from AWS itself."),
        ));
    }
    facts.extend([
        ("organization", manifest.organization.id.clone()),
        ("as of", rfc3339(manifest.as_of)),
        ("collected from", rfc3339(manifest.collection.started)),
        ("collected until", rfc3339(manifest.collection.ended)),
        ("collected as", manifest.collector.caller_arn.clone()),
        ("tool", format!("{} {}", manifest.tool.name, manifest.tool.version)),
        ("frameworks", source.listed.catalogue().frameworks.join("; ")),
        ("package", manifest.package_id.to_string()),
        ("SHA-256 of its manifest", source.manifest_sha256().to_string()),
        ("cells planned", manifest.coverage.planned.to_string()),
    ]);
    let statuses = manifest.coverage.statuses.iter().filter(|(_, cells)| **cells > 0);
    let statuses: Vec<_> = statuses.map(|(status, cells)| format!("{cells} {status}")).collect();
    facts.push(("of these", statuses.join("; ")));
    let totals = source.totals();
    for verdict in Verdict::ALL {
        let findings = totals.get(&verdict).copied().unwrap_or_default();
        facts.push((verdict.as_str(), findings.to_string()));
    }
    facts
}
