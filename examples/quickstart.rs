//! Asks a whole Organization, judges the answers, and prints the verdicts.
//!
//! The first verb talks to AWS and writes what it heard; the second reads what was written and touches no network. The
//! Organization here is simulated on this machine. For your own, leave `sdk_config` away: credentials then come from
//! the standard AWS chain.
//!
//! ```text
//! cargo run -p trailaudit-examples --example quickstart
//! ```

use std::time::Duration;

use trailaudit_aws::{Collector, package};
use trailaudit_core::{Baseline, CATALOGUE, Verdict, assess};
use trailaudit_examples::{Result, Simulated, read_directory};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    let organization = Simulated::organization(12, 5, Duration::ZERO)?;

    // Collect: every answer, refusals included, becomes a record on disk.
    let directory = tempfile::tempdir()?;
    let collector = Collector::builder().sdk_config(organization.sdk_config()).build()?;
    let collected = collector.collect(directory.path()).await?;
    println!(
        "collected {} accounts with {} calls, {} of them refused",
        collected.accounts, collected.calls, collected.gaps
    );

    // Assess: the same records give the same verdicts, today or in five years.
    let (run, inventory) = package::read(&read_directory(directory.path())?)?;
    let assessment = assess(&inventory, CATALOGUE, &Baseline::default(), run.as_of);

    println!(
        "\n{:<36}{:>6}{:>6}{:>14}{:>16}",
        "rule", "pass", "fail", "inconclusive", "not applicable"
    );
    for rule in &assessment.rules {
        let [pass, fail, inconclusive, not_applicable] =
            Verdict::ALL.map(|verdict| assessment.verdicts_of(rule).get(&verdict).copied().unwrap_or_default());
        println!(
            "{:<36}{pass:>6}{fail:>6}{inconclusive:>14}{not_applicable:>16}",
            rule.id
        );
    }

    println!("\nwhat fails:");
    for finding in assessment
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Fail)
    {
        println!("  {} in account {}", finding.rule.id, finding.account);
        println!("    {} (exchanges cited: {})", finding.reason, finding.evidence.len());
    }

    println!("\nwhat was planned, and what became of it:");
    for (status, cells) in assessment.coverage.totals() {
        println!("  {cells:>4} {status}");
    }
    println!("  {:>4} in all", assessment.coverage.planned());
    Ok(())
}
