//! Audits the caller's own account and nothing else: no Organizations, no role to assume.
//!
//! This is what a team runs that owns one account, or anybody on the first day. Progress arrives as typed events while
//! the collection goes on; dropping its future, or a cancellation token, ends it. The account here is simulated.
//!
//! ```text
//! cargo run -p trailaudit-examples --example one_account
//! ```

use std::io::Write;
use std::time::Duration;

use futures::StreamExt as _;
use trailaudit_aws::{Collector, Progress, Scope, Source, package};
use trailaudit_core::{Baseline, CATALOGUE, assess};
use trailaudit_examples::{Result, Simulated, read_directory};
use trailaudit_sim::{Trail, World};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    tell(&mut std::io::stdout()).await
}

async fn tell(out: &mut impl Write) -> Result {
    let account = Simulated::serving(one_trail_in_two_regions(), Duration::ZERO)?;

    let scope = Scope {
        source: Source::SingleAccount,
        ..Scope::default()
    };
    let mut collector = Collector::builder()
        .sdk_config(account.sdk_config())
        .scope(scope)
        .build()?;
    let mut events = collector.progress();
    let directory = tempfile::tempdir()?;
    let collecting = collector.collect(directory.path());
    let listening = async {
        while let Some(event) = events.next().await {
            if let Progress::Call {
                service,
                operation,
                region,
                ..
            } = event
            {
                writeln!(out, "asked {service}:{operation} in {region}")?;
            }
        }
        std::io::Result::Ok(())
    };
    let (collected, told) = tokio::join!(collecting, listening);
    told?;
    writeln!(
        out,
        "as {}, with {} roles assumed",
        collected?.caller,
        account.ledger().count("sts", "AssumeRole")
    )?;

    let (run, inventory) = package::read(&read_directory(directory.path())?)?;
    let assessment = assess(&inventory, CATALOGUE, &Baseline::default(), run.as_of);
    writeln!(out)?;
    for finding in &assessment.findings {
        writeln!(
            out,
            "{:<12} {}: {}",
            finding.verdict.as_str(),
            finding.rule.title,
            finding.reason
        )?;
    }
    Ok(())
}

/// An account that records one of its two Regions, with neither a key nor a log group.
fn one_trail_in_two_regions() -> World {
    let now = jiff::Timestamp::now();
    let mut world = World::new("o-exampleorg", "111122223333", &["us-east-1", "eu-central-1"], now);
    if let Some(account) = world.accounts.get_mut("111122223333") {
        account.trails.push(Trail::new("only-one", "us-east-1", now));
    }
    world
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn enters_no_other() {
        let mut told = Vec::new();
        tell(&mut told).await.unwrap();
        let told = String::from_utf8(told).unwrap();
        assert!(told.contains("asked sts:GetCallerIdentity in us-east-1"), "{told}");
        assert!(
            told.contains("asked cloudtrail:DescribeTrails in eu-central-1"),
            "{told}"
        );
        // Whether the account belongs to one, and, as it manages it, what holds for all: who administers trails besides, which
        // services are trusted, and what policies deny.
        for asked in ["DescribeOrganization", "ListDelegatedAdministrators", "ListPolicies"] {
            let asked = format!("asked organizations:{asked} in us-east-1");
            assert_eq!(told.matches(&asked).count(), 1, "{told}");
        }
        assert!(
            told.contains("as arn:aws:iam::111122223333:user/auditor, with 0 roles assumed"),
            "{told}"
        );
        assert!(told.contains("pass         The trail is logging"), "{told}");
        assert!(
            told.contains("fail         Every enabled Region of the account is covered by a logging trail"),
            "{told}"
        );
        assert!(told.contains("no trail is logging in eu-central-1"), "{told}");
    }
}
