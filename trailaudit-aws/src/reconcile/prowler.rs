//! Prowler 5.46.

use serde_json::Value;

use super::seen::Account;
use super::{Control, Question, Said, Theirs};

pub(super) const CONTROLS: &[Control] = &[
    Control {
        rule: "trail-encrypted-with-customer-key",
        check: "cloudtrail_kms_encryption_enabled",
        says: |question| {
            let how = "it passes whatever names a KMS key: whose key it is, in what state, and whether it is still there is not asked";
            question.by_trail(how, |trail| trail.has_key)
        },
    },
    Control {
        rule: "trail-delivers-to-log-group",
        check: "cloudtrail_cloudwatch_logging_enabled",
        says: to_log_group,
    },
    Control {
        rule: "log-file-validation-enabled",
        check: "cloudtrail_log_file_validation_enabled",
        says: |question| question.by_trail("it reads the same setting", |trail| trail.validates),
    },
    Control {
        rule: "region-has-logging-trail",
        check: "cloudtrail_multi_region_enabled",
        says: region_logged,
    },
    Control {
        rule: "management-events-recorded",
        check: "cloudtrail_multi_region_enabled_logging_management_events",
        says: management_events,
    },
    Control {
        rule: "object-write-events-recorded",
        check: "cloudtrail_s3_dataevents_write_enabled",
        says: |question| object_events(question, "WriteOnly"),
    },
    Control {
        rule: "object-read-events-recorded",
        check: "cloudtrail_s3_dataevents_read_enabled",
        says: |question| object_events(question, "ReadOnly"),
    },
    Control {
        rule: "log-group-retention-sufficient",
        check: "cloudwatch_log_group_retention_policy_specific_days_enabled",
        says: |question| {
            let how = "it asks for 365 days of every log group, whatever the baseline says";
            question.by_log_group(how, |days| days.is_none_or(|days| days >= 365))
        },
    },
];

fn to_log_group(question: &Question<'_>) -> Said {
    let how = "it looks at the last delivery to a log group alone, which has to be of the last 24 hours: a quiet trail \
               fails, and neither the group, nor its role, nor a delivery error is looked at";
    let status = question.seen.account(question.account);
    let status = status.and_then(|account| account.status(question.resource));
    let how = status.map_or("a status that it cannot read counts as no delivery, and fails", |_| how);
    question.by_trail(how, |_| {
        question
            .seen
            .is_of_the_last_day(status.and_then(|status| status.to_group))
    })
}

/// The names of the trails it takes to be logging: the loop over all trails ends with the first status it cannot read,
/// and those after it count as stopped.
fn logging(account: &Account) -> Vec<&str> {
    let mut logging = Vec::new();
    for trail in account.trails() {
        match account.status(&trail.arn) {
            Some(status) if status.is_logging => logging.push(&*trail.arn),
            Some(_) => {}
            None => break,
        }
    }
    logging
}

fn region_logged(question: &Question<'_>) -> Said {
    let how = "a Region passes with any logging trail in it; after one status that cannot be read all later trails count \
               as stopped";
    let account = question.seen.account(question.account);
    let Some((account, trails)) = account.and_then(|account| Some((account, account.trails_in(question.region)?)))
    else {
        return Said(Theirs::NoRow, "a Region whose trails cannot be listed has no row");
    };
    let logging = logging(account);
    if trails.iter().any(|trail| logging.contains(&&*trail.arn)) {
        Said(Theirs::Pass, how)
    } else {
        Said(Theirs::Fail, how)
    }
}

fn management_events(question: &Question<'_>) -> Said {
    let how = "of advanced selectors it takes the one called `Management events selector`, a free text, and no other; \
               a member cannot read those of an organization trail";
    let Some(account) = question.seen.account(question.account) else {
        return Said(Theirs::NoRow, "an account in which nothing can be read has no rows");
    };
    let logging = logging(account);
    let records = |arn: &str| {
        account.selectors(arn).is_some_and(|answer| {
            let any = |list: &str, holds: &dyn Fn(&Value) -> bool| {
                answer[list].as_array().is_some_and(|list| list.iter().any(holds))
            };
            any("EventSelectors", &|one| {
                one["ReadWriteType"] == "All" && one["IncludeManagementEvents"] == true
            }) || any("AdvancedEventSelectors", &|one| {
                one["Name"] == "Management events selector"
            })
        })
    };
    let mut trails = account.trails().filter(|trail| trail.multi_region);
    if trails.any(|trail| logging.contains(&&*trail.arn) && records(&trail.arn)) {
        Said(Theirs::Pass, how)
    } else {
        Said(Theirs::Fail, how)
    }
}

fn object_events(question: &Question<'_>, kind: &str) -> Said {
    let how = "it takes a basic selector for all buckets, or any advanced one for objects, whichever buckets it names, \
               whether it reads or writes, and whether or not the trail is logging";
    let Some(account) = question.seen.account(question.account) else {
        return Said(Theirs::NoRow, "an account in which nothing can be read has no rows");
    };
    let basic = |one: &Value| {
        let all = one["ReadWriteType"] == "All" || one["ReadWriteType"] == kind;
        let whole = |resource: &Value| {
            let is_whole = |value: &Value| {
                value
                    .as_str()
                    .is_some_and(|arn| arn.ends_with(":s3") || arn.ends_with(":s3:::"))
            };
            resource["Type"] == "AWS::S3::Object"
                && resource["Values"].as_array().is_some_and(|v| v.iter().any(is_whole))
        };
        all && one["DataResources"]
            .as_array()
            .is_some_and(|list| list.iter().any(whole))
    };
    let advanced = |one: &Value| {
        let about_objects =
            |field: &Value| field["Field"] == "resources.type" && field["Equals"][0] == "AWS::S3::Object";
        one["FieldSelectors"]
            .as_array()
            .is_some_and(|fields| fields.iter().any(about_objects))
    };
    let records = |answer: &Value| {
        let any = |list: &str, holds: &dyn Fn(&Value) -> bool| {
            answer[list].as_array().is_some_and(|list| list.iter().any(holds))
        };
        any("EventSelectors", &basic) || any("AdvancedEventSelectors", &advanced)
    };
    let selectors = || account.trails().map(|trail| account.selectors(&trail.arn));
    if selectors().flatten().any(records) {
        return Said(Theirs::Pass, how);
    }
    let unread = "a trail whose selectors it cannot read records nothing to it, and a member cannot read those of an \
                  organization trail";
    let is_unread = selectors().any(|selectors| selectors.is_none());
    Said(Theirs::Fail, if is_unread { unread } else { how })
}
