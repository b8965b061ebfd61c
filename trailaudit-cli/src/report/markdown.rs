//! Markdown as GitHub has it: for a ticket, a pull request, a wiki. Every finding is a row.

use std::io::{self, Write};

use trailaudit_core::Verdict;
use trailaudit_core::tables::catalogue::v1::Entry as Rule;
use trailaudit_core::tables::rfc3339;

use super::markup::{code, plain};
use super::source::{Finding, Source, Tally};

/// Writes the document.
pub(crate) fn write(source: &Source<'_>, out: &mut dyn Write) -> io::Result<()> {
    front(source, out)?;
    let mut open = None;
    source.each(|finding| {
        if open.replace(finding.place) != Some(finding.place) {
            begin_rule(finding.rule, out)?;
        }
        row(finding, out)
    })
}

fn front(source: &Source<'_>, out: &mut dyn Write) -> io::Result<()> {
    let manifest = source.manifest();
    writeln!(out, "# Audit trails of {}\n", code(&manifest.organization.id))?;
    if manifest.endpoint.simulated {
        let hosts = manifest.endpoint.hosts.join(", ");
        writeln!(
            out,
            "**SIMULATED:** these records come from {}, not from AWS itself.\n",
            code(&hosts)
        )?;
    }
    writeln!(out, "{}\n", sentence(&source.totals()))?;
    writeln!(
        out,
        "As of {}, from what {} {} recorded between {} and {}.\n",
        rfc3339(manifest.as_of),
        plain(&manifest.tool.name),
        plain(&manifest.tool.version),
        rfc3339(manifest.collection.started),
        rfc3339(manifest.collection.ended),
    )?;
    writeln!(out, "- package: {}", code(&manifest.package_id.to_string()))?;
    writeln!(
        out,
        "- SHA-256 of its manifest: {}",
        code(&source.manifest_sha256().to_string())
    )?;
    writeln!(out, "- coverage: {}\n", cells(source))?;
    writeln!(out, "## Controls\n")?;
    writeln!(
        out,
        "| control | severity | pass | fail | inconclusive | excepted | not applicable |"
    )?;
    writeln!(out, "| --- | --- | ---: | ---: | ---: | ---: | ---: |")?;
    for (rule, tally) in source.rules() {
        write!(out, "| {} | {} |", plain(&rule.control), plain(&rule.severity))?;
        for verdict in Verdict::ALL {
            write!(out, " {} |", tally.get(&verdict).copied().unwrap_or_default())?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The opinion.
fn sentence(totals: &Tally) -> String {
    let count = |verdict| totals.get(&verdict).copied().unwrap_or_default();
    let all: u64 = totals.values().sum();
    let opinion = match (
        count(Verdict::Fail),
        count(Verdict::Inconclusive),
        count(Verdict::Excepted),
    ) {
        (0, 0, 0) => "**Everything that was judged holds.**",
        (0, 0, _) => "**Everything that was judged holds, but for what is excepted.**",
        (0, _, _) => "**Nothing fails, but not everything could be read.**",
        _ => "**Controls fail.**",
    };
    let counts = Verdict::ALL.map(|verdict| format!("{} {}", count(verdict), verdict.as_str()));
    format!("{opinion} {all} findings: {}.", counts.join(", "))
}

fn cells(source: &Source<'_>) -> String {
    let coverage = &source.manifest().coverage;
    let statuses = coverage.statuses.iter().filter(|(_, cells)| **cells > 0);
    let statuses: Vec<_> = statuses
        .map(|(status, cells)| format!("{cells} {}", plain(status)))
        .collect();
    format!("{} cells planned = {}", coverage.planned, statuses.join(" + "))
}

fn begin_rule(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## {}\n", plain(&rule.control))?;
    writeln!(
        out,
        "{}: {}. {}\n",
        code(&rule.id),
        plain(&rule.title),
        plain(&rule.rationale)
    )?;
    writeln!(out, "- severity: {}", plain(&rule.severity))?;
    if !rule.requirements.is_empty() {
        let labels: Vec<_> = rule.labels().iter().map(|label| plain(label)).collect();
        writeln!(out, "- answers: {}", labels.join("; "))?;
    }
    writeln!(out, "- remediation: {}\n", code(&rule.remediation))?;
    writeln!(
        out,
        "| verdict | account | name | unit | Region | kind | resource | inherited from | reason | exception |"
    )?;
    writeln!(out, "|{}", " --- |".repeat(10))
}

fn row(finding: &Finding<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "| {} |", finding.verdict.as_str())?;
    for text in [
        &finding.account_id,
        &finding.account_name,
        &finding.organizational_unit,
        &finding.region,
        &finding.resource_type,
        &finding.resource_id,
        &finding.inherited_from,
        &finding.reason,
        &finding.exception,
    ] {
        write!(out, " {} |", code(text))?;
    }
    writeln!(out)
}
