//! AWS Security Hub, whose controls stand on rules of AWS Config.

use super::{Control, Question, Said, Theirs};

pub(super) const CONTROLS: &[Control] = &[
    Control {
        rule: "trail-encrypted-with-customer-key",
        check: "CloudTrail.2",
        says: |question| {
            let how = "it passes whatever names a KMS key: whose key it is, in what state, and whether it is still there is not asked";
            question.by_trail(how, |trail| trail.has_key)
        },
    },
    Control {
        rule: "trail-delivers-to-log-group",
        check: "CloudTrail.5",
        says: |question| {
            let how = "it passes whatever names a log group: whether the group exists and whether anything arrives is not asked";
            question.by_trail(how, |trail| trail.has_log_group)
        },
    },
    Control {
        rule: "log-file-validation-enabled",
        check: "CloudTrail.4",
        says: |question| question.by_trail("it reads the same setting", |trail| trail.validates),
    },
    Control {
        rule: "account-has-logging-trail",
        check: "CloudTrail.3",
        says: account_logged,
    },
    Control {
        rule: "management-events-recorded",
        check: "CloudTrail.1",
        says: management_events,
    },
    Control {
        rule: "log-group-retention-sufficient",
        check: "CloudWatch.16",
        says: |question| {
            let how = "it asks for 365 days of every log group, whatever the baseline says";
            question.by_log_group(how, |days| days.is_none_or(|days| days >= 365))
        },
    },
];

/// The rule is evaluated in every Region that records configuration.
fn account_logged(question: &Question<'_>) -> Said {
    const HOW: &str = "it is evaluated Region by Region, and fails in every Region that lists no logging trail";
    let Some(account) = question.seen.account(question.account) else {
        return Said(Theirs::NoRow, "an account in which nothing can be read has no findings");
    };
    let mut regions = account.read_regions();
    let is_logging = |arn: &str| account.status(arn).is_some_and(|status| status.is_logging);
    if regions.all(|trails| trails.iter().any(|trail| is_logging(&trail.arn))) {
        Said(Theirs::Pass, HOW)
    } else {
        Said(Theirs::Fail, HOW)
    }
}

fn management_events(question: &Question<'_>) -> Said {
    const HOW: &str = "it wants all management events of one multi-Region trail, and fails where a source is excluded";
    let Some(account) = question.seen.account(question.account) else {
        return Said(Theirs::NoRow, "an account in which nothing can be read has no findings");
    };
    let own = |trail: &&super::seen::Trail| trail.owner == question.account.as_str();
    let mut own = account.trails().filter(own).peekable();
    if own.peek().is_none() && account.trails().next().is_some() {
        return Said(
            Theirs::Unknown,
            "a member cannot read the selectors of an organization trail, and what the control makes of that is not documented",
        );
    }
    let records_all = |trail: &super::seen::Trail| {
        let basic = account.selectors(&trail.arn).map(|answer| &answer["EventSelectors"]);
        let basic = basic.and_then(|selectors| selectors.as_array());
        let is_all = |selector: &serde_json::Value| {
            selector["ReadWriteType"] == "All"
                && selector["IncludeManagementEvents"] == true
                && selector["ExcludeManagementEventSources"]
                    .as_array()
                    .is_none_or(Vec::is_empty)
        };
        trail.multi_region
            && (basic.is_some_and(|selectors| selectors.iter().any(is_all))
                || is_all_by_advanced(account.selectors(&trail.arn)))
    };
    if own.any(records_all) {
        Said(Theirs::Pass, HOW)
    } else {
        Said(Theirs::Fail, HOW)
    }
}

/// An advanced selector with nothing but `eventCategory = Management`.
fn is_all_by_advanced(answer: Option<&serde_json::Value>) -> bool {
    let selectors = answer.and_then(|answer| answer["AdvancedEventSelectors"].as_array());
    let is_all = |selector: &serde_json::Value| {
        let fields = selector["FieldSelectors"].as_array();
        fields.is_some_and(|fields| {
            matches!(fields.as_slice(), [one] if one["Field"] == "eventCategory" && one["Equals"][0] == "Management")
        })
    };
    selectors.is_some_and(|selectors| selectors.iter().any(is_all))
}
