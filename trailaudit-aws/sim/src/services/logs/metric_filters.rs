//! CloudWatch Logs: what is counted of the events in a log group.

use serde::{Deserialize, Serialize};

use super::{group_named, invalid, size};
use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::services::paging::{Place, page};
use crate::wire::json_body;
use crate::world::{LogGroup, MetricFilter};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Input {
    log_group_name: Option<String>,
    filter_name_prefix: Option<String>,
    metric_name: Option<String>,
    metric_namespace: Option<String>,
    limit: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Output<'a> {
    metric_filters: Vec<Described<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described<'a> {
    filter_name: &'a str,
    filter_pattern: &'a str,
    metric_transformations: [Transformation<'a>; 1],
    creation_time: i64,
    log_group_name: &'a str,
    apply_on_transformed_logs: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Transformation<'a> {
    metric_name: &'a str,
    metric_namespace: &'a str,
    metric_value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_value: Option<f64>,
}

/// The ledger's target is account, Region and, if there is one, the group.
pub(super) fn describe_metric_filters(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    let (region, account) = (request.region, request.account_id());
    let name = input.log_group_name.as_deref().unwrap_or_default();
    if !name.is_empty() {
        entry.target = format!("{}/{name}", entry.target);
    }
    let resource = format!("arn:aws:logs:{region}:{account}:log-group:{name}:log-stream:");
    request.authorize("logs:DescribeMetricFilters", Some(&resource))?;
    if input.metric_name.is_some() != input.metric_namespace.is_some() {
        return Err(invalid("metricName and metricNamespace have to be given together."));
    }
    let size = size(input.limit)?;
    let place = Place::of(input.next_token.as_deref(), "filters");
    let place = place.ok_or_else(|| invalid("The specified nextToken is invalid."))?;
    let groups: Vec<&LogGroup> = if name.is_empty() {
        let groups = request.caller.account.log_groups.iter();
        groups.filter(|group| group.region == region).collect()
    } else {
        vec![group_named(request, name)?]
    };
    let filters = groups
        .into_iter()
        .flat_map(|group| group.metric_filters.iter().map(move |filter| (group, filter)));
    let mut filters: Vec<(&LogGroup, &MetricFilter)> = filters.filter(|(_, filter)| input.is_about(filter)).collect();
    filters.sort_unstable_by(|(_, one), (_, other)| one.name.cmp(&other.name));
    let page = page(filters.into_iter(), size, &place, "filters", false);
    Ok(json_body(&Output {
        metric_filters: page.items.into_iter().map(Described::of).collect(),
        next_token: page.next,
    }))
}

impl Input {
    /// A prefix counts only beside a group.
    fn is_about(&self, filter: &MetricFilter) -> bool {
        let prefix = self
            .filter_name_prefix
            .as_ref()
            .filter(|_| self.log_group_name.is_some());
        prefix.is_none_or(|prefix| filter.name.starts_with(prefix))
            && self.metric_name.as_ref().is_none_or(|name| *name == filter.metric_name)
            && self
                .metric_namespace
                .as_ref()
                .is_none_or(|namespace| *namespace == filter.metric_namespace)
    }
}

impl<'a> Described<'a> {
    fn of((group, filter): (&'a LogGroup, &'a MetricFilter)) -> Self {
        Self {
            filter_name: &filter.name,
            filter_pattern: &filter.pattern,
            metric_transformations: [Transformation {
                metric_name: &filter.metric_name,
                metric_namespace: &filter.metric_namespace,
                metric_value: &filter.metric_value,
                default_value: filter.default_value,
            }],
            creation_time: filter.created.as_millisecond(),
            log_group_name: &group.name,
            apply_on_transformed_logs: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::rehearsal::{Caller, MEMBER, now, world};

    fn ask(input: &Value) -> Value {
        let mut world = world();
        for (name, region) in [("trail", "us-east-1"), ("other", "us-east-1"), ("trail", "eu-west-1")] {
            let mut group = LogGroup::new(name, region, now());
            for filter in ["root-use", "console"] {
                let filter = MetricFilter::new(filter, "{ $.a = 1 }", name, now());
                group.metric_filters.push(filter);
            }
            world.accounts.get_mut(MEMBER).unwrap().log_groups.push(group);
        }
        Caller::member(&world).ask("logs", "DescribeMetricFilters", input).1
    }

    fn names(answer: &Value) -> Vec<String> {
        let filters = answer["metricFilters"].as_array().unwrap().iter();
        let name = |filter: &Value| format!("{}/{}", filter["logGroupName"], filter["filterName"]).replace('"', "");
        filters.map(name).collect()
    }

    #[test]
    fn filters_are_those_of_a_group_or_of_a_metric() {
        assert_eq!(
            names(&ask(&json!({"logGroupName": "trail"}))),
            ["trail/console", "trail/root-use"]
        );
        assert_eq!(ask(&json!({}))["metricFilters"].as_array().unwrap().len(), 4);
        let prefix = json!({"logGroupName": "trail", "filterNamePrefix": "root"});
        assert_eq!(names(&ask(&prefix)), ["trail/root-use"]);
        let metric = json!({"metricName": "console", "metricNamespace": "other"});
        assert_eq!(names(&ask(&metric)), ["other/console"]);
        let first = ask(&json!({"logGroupName": "trail", "limit": 1}));
        let next = json!({"logGroupName": "trail", "nextToken": first["nextToken"]});
        assert_eq!(names(&ask(&next)), ["trail/root-use"]);
    }

    #[test]
    fn a_filter_tells_its_pattern_and_its_metric() {
        let input = json!({"logGroupName": "trail", "limit": 1});
        let filter = &ask(&input)["metricFilters"][0];
        assert_eq!(filter["filterPattern"], "{ $.a = 1 }");
        assert_eq!(
            filter["metricTransformations"],
            json!([{"metricName": "console", "metricNamespace": "trail", "metricValue": "1"}])
        );
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        for (input, code) in [
            (json!({"logGroupName": "gone"}), "ResourceNotFoundException"),
            (json!({"metricName": "alone"}), "InvalidParameterException"),
            (json!({"limit": 0}), "InvalidParameterException"),
            (json!({"nextToken": "x"}), "InvalidParameterException"),
        ] {
            assert_eq!(ask(&input)["__type"], code, "{input}");
        }
    }
}
