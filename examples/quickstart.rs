//! Asks a whole Organization, judges the answers, and prints the verdicts.
//!
//! The first verb talks to AWS and writes what it heard; the second reads what was written and touches no network. The
//! Organization here is simulated on this machine. For your own, leave `sdk_config` away: credentials then come from
//! the standard AWS chain.
//!
//! ```text
//! cargo run -p trailaudit-examples --example quickstart
//! ```

use std::io::Write;
use std::time::Duration;

use trailaudit_aws::{Collector, package};
use trailaudit_core::{Baseline, CATALOGUE, Verdict, assess};
use trailaudit_examples::{Result, Simulated, read_directory};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    tell(&mut std::io::stdout()).await
}

async fn tell(out: &mut impl Write) -> Result {
    let organization = Simulated::organization(12, 5, Duration::ZERO)?;

    // Collect: every answer, refusals included, becomes a record on disk.
    let directory = tempfile::tempdir()?;
    let collector = Collector::builder().sdk_config(organization.sdk_config()).build()?;
    let collected = collector.collect(directory.path()).await?;
    writeln!(
        out,
        "collected {} accounts with {} calls, {} of them refused",
        collected.accounts, collected.calls, collected.gaps
    )?;

    // Assess: the same records give the same verdicts, today or in five years.
    let (run, inventory) = package::read(&read_directory(directory.path())?)?;
    let assessment = assess(&inventory, CATALOGUE, &Baseline::default(), run.as_of);

    writeln!(
        out,
        "\n{:<46}{:>6}{:>6}{:>14}{:>16}",
        "rule", "pass", "fail", "inconclusive", "not applicable"
    )?;
    for rule in &assessment.rules {
        let [pass, fail, inconclusive, not_applicable] = [
            Verdict::Pass,
            Verdict::Fail,
            Verdict::Inconclusive,
            Verdict::NotApplicable,
        ]
        .map(|verdict| assessment.verdicts_of(rule).get(&verdict).copied().unwrap_or_default());
        writeln!(
            out,
            "{:<46}{pass:>6}{fail:>6}{inconclusive:>14}{not_applicable:>16}",
            rule.id
        )?;
    }

    writeln!(out, "\nwhat fails:")?;
    for finding in assessment
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Fail)
    {
        writeln!(out, "  {} in account {}", finding.rule.id, finding.account)?;
        writeln!(
            out,
            "    {} (exchanges cited: {})",
            finding.reason,
            finding.evidence.len()
        )?;
    }

    writeln!(out, "\nwhat was planned, and what became of it:")?;
    for (status, cells) in assessment.coverage.totals() {
        writeln!(out, "  {cells:>4} {status}")?;
    }
    writeln!(out, "  {:>4} in all", assessment.coverage.planned())?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn prints_verdicts_reasons_and_coverage() {
        let mut told = Vec::new();
        tell(&mut told).await.unwrap();
        let told = String::from_utf8(told).unwrap();
        // One of the twelve is suspended.
        assert!(told.starts_with("collected 11 accounts with "), "{told}");
        for rule in CATALOGUE {
            let row = told.lines().find(|line| line.starts_with(rule.id)).expect(rule.id);
            let counts: Vec<usize> = row
                .split_whitespace()
                .skip(1)
                .map(|count| count.parse().unwrap())
                .collect();
            assert_eq!(counts.len(), 4, "{row}");
            assert!(
                counts[0] + counts[3] > 0,
                "most accounts of the population are sound, or have nothing to judge: {row}"
            );
        }
        assert!(
            told.contains("\nwhat fails:\n  trail-encrypted-with-customer-key in account "),
            "{told}"
        );
        let cited = told.split("(exchanges cited: ").skip(1);
        assert!(
            cited.clone().count() > 0 && cited.clone().all(|rest| !rest.starts_with('0')),
            "{told}"
        );
        let cells: Vec<usize> = told
            .lines()
            .skip_while(|line| !line.starts_with("what was planned"))
            .skip(1)
            .map(|line| line.split_whitespace().next().unwrap().parse().unwrap())
            .collect();
        let (all, by_status) = cells.split_last().unwrap();
        assert_eq!(by_status.iter().sum::<usize>(), *all, "{told}");
    }
}
