//! A rule of one's own, judged beside the catalogue.
//!
//! A rule is plain data and a plain function. The function reads facts through the [`Exam`], which cites every exchange
//! that was read; where a fact is missing, `?` ends the rule as inconclusive. So a rule cannot forget the case, and a
//! finding always says what it rests on.
//!
//! ```text
//! cargo run -p trailaudit-examples --example custom_rule
//! ```

use std::io::Write;
use std::time::Duration;

use trailaudit_aws::{Collector, package};
use trailaudit_core::rule::{Check, Exam, Rule, Ruling, Wording, not_applicable, pass};
use trailaudit_core::{Baseline, CATALOGUE, Trail, assess, require};
use trailaudit_examples::{Result, Simulated, read_directory};

/// The rule. Its id never changes; its revision counts up whenever the same facts could get another verdict.
static RULE: Rule = Rule {
    id: "organization-trail-can-be-trusted",
    title: "The organization trail records every Region and signs what it delivers",
    rationale: "Members cannot stop the organization trail: it has to be the one that nobody can dispute afterwards.",
    revision: 1,
    aws: Wording {
        title: "Organization trail is multi-Region and validates log files",
        remediation: "aws cloudtrail update-trail --name TRAIL --is-multi-region-trail --enable-log-file-validation",
        terraform: r#"resource "aws_cloudtrail" "TRAIL" {
  name                       = "TRAIL"
  s3_bucket_name             = "BUCKET"
  is_multi_region_trail      = true
  enable_log_file_validation = true
}"#,
    },
    needs: &[],
    check: Check::EachTrail(can_be_trusted),
};

fn can_be_trusted(trail: &dyn Trail, exam: &Exam<'_>) -> Ruling {
    if !exam.read(trail.is_organization_trail())? {
        return not_applicable("a trail of one account, not of the organization");
    }
    require!(
        exam.read(trail.is_multi_region())?,
        "only {} is recorded",
        trail.home_region()
    );
    require!(
        exam.read(trail.validates_log_files())?,
        "it writes no digest files: a changed log file goes unnoticed"
    );
    pass("every Region is recorded, and a changed log file is discerned")
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    tell(&mut std::io::stdout()).await
}

async fn tell(out: &mut impl Write) -> Result {
    let organization = Simulated::organization(8, 3, Duration::ZERO)?;
    let directory = tempfile::tempdir()?;
    let collector = Collector::builder().sdk_config(organization.sdk_config()).build()?;
    collector.collect(directory.path()).await?;

    let mut rules = CATALOGUE.to_vec();
    rules.push(&RULE);
    let (run, inventory) = package::read(&read_directory(directory.path())?)?;
    let assessment = assess(&inventory, &rules, &Baseline::default(), run.as_of);

    writeln!(
        out,
        "{} rules, {} findings\n",
        assessment.rules.len(),
        assessment.findings.len()
    )?;
    for finding in assessment.findings.iter().filter(|finding| finding.rule.id == RULE.id) {
        let subject = match (&finding.inherited_from, finding.subject.id()) {
            (Some(trail), _) => format!("inherited from {trail}"),
            (None, "") => format!("the {} as a whole", finding.subject.kind()),
            (None, trail) => trail.to_owned(),
        };
        writeln!(out, "{} for account {}: {subject}", finding.verdict, finding.account)?;
        writeln!(out, "    {}", finding.reason)?;
        for evidence in &finding.evidence {
            writeln!(out, "    shown by exchange {evidence}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn is_judged_beside_the_catalogue() {
        let mut told = Vec::new();
        tell(&mut told).await.unwrap();
        let told = String::from_utf8(told).unwrap();
        let rules = CATALOGUE.len() + 1;
        assert!(told.starts_with(&format!("{rules} rules, ")), "{told}");
        assert!(
            told.contains("every Region is recorded, and a changed log file is discerned"),
            "{told}"
        );
        assert!(told.contains(": inherited from arn:aws:cloudtrail:"), "{told}");
        assert!(told.contains("shown by exchange "), "{told}");
    }
}
