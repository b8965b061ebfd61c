//! CloudWatch Logs: log groups, and what is in each.

mod metric_filters;
mod resource_policies;
mod streams;

use serde::{Deserialize, Serialize};

use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::json_body;
use crate::world::LogGroup;

use super::Operation;
use super::paging::{Place, page};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "DescribeLogGroups",
        answer: describe_log_groups,
    },
    Operation {
        name: "DescribeLogStreams",
        answer: streams::describe_log_streams,
    },
    Operation {
        name: "DescribeMetricFilters",
        answer: metric_filters::describe_metric_filters,
    },
    Operation {
        name: "DescribeResourcePolicies",
        answer: resource_policies::describe_resource_policies,
    },
];

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Input {
    log_group_name_prefix: Option<String>,
    log_group_name_pattern: Option<String>,
    log_group_identifiers: Option<Vec<String>>,
    log_group_class: Option<String>,
    limit: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Output<'a> {
    log_groups: Vec<Described<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// A search by pattern shows name, ARN and creation time only.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described<'a> {
    log_group_name: &'a str,
    creation_time: i64,
    arn: String,
    #[serde(flatten)]
    details: Option<Details<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details<'a> {
    log_group_arn: String,
    log_group_class: &'static str,
    metric_filter_count: usize,
    stored_bytes: u64,
    deletion_protection_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_in_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<&'a str>,
}

/// The ledger's target is account, Region and the prefix or pattern.
fn describe_log_groups(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    if let Some(name) = input
        .log_group_name_prefix
        .as_ref()
        .or(input.log_group_name_pattern.as_ref())
    {
        entry.target = format!("{}/{}/{name}", entry.account, entry.region);
    }
    let account = request.account_id();
    // The resource AWS names here is always the same, whatever is searched for.
    let resource = format!("arn:aws:logs:{}:{account}:log-group::log-stream:", request.region);
    request.authorize("logs:DescribeLogGroups", Some(&resource))?;
    let place = input.check()?;
    let size = size(input.limit)?;
    let mut groups: Vec<&LogGroup> = request.caller.account.log_groups.iter().collect();
    groups.retain(|group| group.region == request.region && input.is_about(group, account));
    groups.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    let page = page(groups.into_iter(), size, &place, "groups", false);
    let by_pattern = input.log_group_name_pattern.is_some();
    let described = |group| Described::of(group, account, !by_pattern);
    Ok(json_body(&Output {
        log_groups: page.items.into_iter().map(described).collect(),
        next_token: page.next,
    }))
}

impl Input {
    fn check(&self) -> Result<Place, Refusal> {
        if self.log_group_name_prefix.is_some() && self.log_group_name_pattern.is_some() {
            return Err(invalid(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
            ));
        }
        Place::of(self.next_token.as_deref(), "groups").ok_or_else(|| invalid("The specified nextToken is invalid."))
    }

    fn is_about(&self, group: &LogGroup, account: &str) -> bool {
        let named = |identifier: &String| *identifier == group.name || *identifier == group.arn(account);
        self.log_group_name_prefix
            .as_ref()
            .is_none_or(|prefix| group.name.starts_with(prefix))
            && self
                .log_group_name_pattern
                .as_ref()
                .is_none_or(|pattern| group.name.contains(pattern))
            && self
                .log_group_identifiers
                .as_ref()
                .is_none_or(|identifiers| identifiers.iter().any(named))
            && self.log_group_class.as_ref().is_none_or(|class| class == "STANDARD")
    }
}

/// A group of the caller's account in the Region.
fn group_named<'a>(request: &Request<'a>, name: &str) -> Result<&'a LogGroup, Refusal> {
    let mut groups = request.caller.account.log_groups.iter();
    let found = groups.find(|group| group.region == request.region && group.name == name);
    found.ok_or_else(|| Refusal::client("ResourceNotFoundException", "The specified log group does not exist."))
}

/// How many items a page has at most.
fn size(limit: Option<i64>) -> Result<usize, Refusal> {
    let limit = limit.unwrap_or(50);
    let size = usize::try_from(limit).ok().filter(|limit| (1..=50).contains(limit));
    size.ok_or_else(|| {
        let must = "have value between 1 and 50";
        Refusal::constraint("InvalidParameterException", "limit", &limit.to_string(), must)
    })
}

fn invalid(message: &str) -> Refusal {
    Refusal::client("InvalidParameterException", message)
}

impl<'a> Described<'a> {
    fn of(group: &'a LogGroup, account: &str, whole: bool) -> Self {
        let arn = group.arn(account);
        let details = whole.then(|| Details {
            log_group_arn: arn.clone(),
            log_group_class: "STANDARD",
            metric_filter_count: group.metric_filters.len(),
            stored_bytes: 0,
            deletion_protection_enabled: group.deletion_protected,
            retention_in_days: group.retention_days,
            kms_key_id: group.kms_key_id.as_deref(),
        });
        let creation_time = group.created.as_millisecond();
        Self {
            log_group_name: &group.name,
            creation_time,
            arn: format!("{arn}:*"),
            details,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::rehearsal::{Caller, MEMBER, now, world};
    use crate::world::MetricFilter;

    #[test]
    fn a_prefix_finds_longer_names_too_and_the_exact_one_first() {
        let mut world = world();
        for (name, region) in [
            ("trail-old", "us-east-1"),
            ("trail", "us-east-1"),
            ("gone-old", "us-east-1"),
            ("trail", "eu-west-1"),
        ] {
            world
                .accounts
                .get_mut(MEMBER)
                .unwrap()
                .log_groups
                .push(LogGroup::new(name, region, now()));
        }
        let names = |input: Value| -> Vec<String> {
            let (_, answer) = Caller::member(&world).ask("logs", "DescribeLogGroups", &input);
            answer["logGroups"]
                .as_array()
                .unwrap()
                .iter()
                .map(|group| group["logGroupName"].as_str().unwrap().into())
                .collect()
        };
        assert_eq!(names(json!({"logGroupNamePrefix": "trail"})), ["trail", "trail-old"]);
        assert_eq!(names(json!({"logGroupNamePrefix": "trail", "limit": 1})), ["trail"]);
        assert_eq!(names(json!({"logGroupNamePrefix": "gone", "limit": 1})), ["gone-old"]);
        assert_eq!(names(json!({"logGroupNamePattern": "old"})), ["gone-old", "trail-old"]);
        assert_eq!(
            names(json!({"logGroupIdentifiers": [format!("arn:aws:logs:us-east-1:{MEMBER}:log-group:trail")]})),
            ["trail"]
        );
    }

    #[test]
    fn a_group_counts_its_metric_filters() {
        let (mut world, mut group) = (world(), LogGroup::new("trail", "us-east-1", now()));
        group
            .metric_filters
            .push(MetricFilter::new("root-use", "{ $.a = 1 }", "Trail", now()));
        world.accounts.get_mut(MEMBER).unwrap().log_groups.push(group);
        let (_, answer) = Caller::member(&world).ask("logs", "DescribeLogGroups", &json!({}));
        assert_eq!(answer["logGroups"][0]["metricFilterCount"], 1);
    }

    #[test]
    fn what_excludes_one_another_or_is_too_much_is_refused() {
        let world = world();
        for input in [
            json!({"logGroupNamePrefix": "a", "logGroupNamePattern": "b"}),
            json!({"limit": 51}),
            json!({"limit": 0}),
            json!({"nextToken": "x"}),
        ] {
            let (status, answer) = Caller::member(&world).ask("logs", "DescribeLogGroups", &input);
            assert_eq!((status, &answer["__type"]), (400, &"InvalidParameterException".into()));
        }
    }
}
