//! Who answers for a trail should not have to be guessed on the day it matters.

use crate::need::Need;
use crate::require;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, pass};
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "trail-tagged",
    title: "The trail has the tags that are required of it",
    rationale: "Tags name the owner and the purpose; what has neither is switched off by whoever saves money next.",
    revision: 1,
    aws: Wording {
        title: "Trail has tags",
        remediation: "aws cloudtrail add-tags --resource-id TRAIL_ARN --tags-list Key=KEY,Value=VALUE",
        terraform: r#"resource "aws_cloudtrail" "TRAIL" {
  name           = "TRAIL"
  s3_bucket_name = "BUCKET"

  tags = {
    KEY = "VALUE"
  }
}"#,
    },
    needs: &[Need::TrailTags],
    check: Check::EachTrail(tagged),
};

fn tagged(trail: &dyn Trail, exam: &Exam<'_>) -> Ruling {
    let tags = exam.read(trail.tags())?;
    let required = &exam.baseline().thresholds.required_trail_tags;
    require!(!tags.is_empty(), "the trail has no tag");
    let missing: Vec<_> = required
        .iter()
        .filter(|key| !tags.contains(key))
        .map(String::as_str)
        .collect();
    require!(missing.is_empty(), "the trail has no tag {}", missing.join(", "));
    pass(format!("the trail is tagged with {}", tags.join(", ")))
}

#[cfg(test)]
mod tests {
    use crate::rules::table::{judge, known, unread};

    #[test]
    fn truth_table() {
        let verdict = |tags: &[&str], required: &[&str]| {
            judge(&super::RULE, |w| {
                w.trail.tags = known(tags.iter().map(|key| (*key).to_owned()).collect());
                w.baseline.thresholds.required_trail_tags = required.iter().map(|key| (*key).to_owned()).collect();
            })
        };
        insta::assert_snapshot!(verdict(&["owner", "stage"], &[]), @"pass: the trail is tagged with owner, stage");
        insta::assert_snapshot!(verdict(&["owner", "stage"], &["stage"]), @"pass: the trail is tagged with owner, stage");
        insta::assert_snapshot!(verdict(&[], &[]), @"fail: the trail has no tag");
        insta::assert_snapshot!(verdict(&["Owner"], &["owner", "stage"]), @"fail: the trail has no tag owner, stage");
        insta::assert_snapshot!(judge(&super::RULE, |w| w.trail.tags = unread()), @"inconclusive: the fact could not be read: it was not asked for");
    }
}
