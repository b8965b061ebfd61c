//! Metrics, as filters count them and alarms watch them.

use serde_json::Value;

/// A metric by namespace and name. Dimensions are a question of their own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Metric {
    pub namespace: String,
    pub name: String,
}

impl Metric {
    fn of(namespace: &Value, name: &Value) -> Option<Self> {
        Some(Self {
            namespace: namespace.as_str()?.to_owned(),
            name: name.as_str()?.to_owned(),
        })
    }
}

/// The metrics that one entry of `DescribeMetricFilters` counts.
pub(crate) fn counted_by(filter: &Value) -> impl Iterator<Item = Metric> {
    let transformations = filter["metricTransformations"].as_array().into_iter().flatten();
    transformations.filter_map(|one| Metric::of(&one["metricNamespace"], &one["metricName"]))
}

/// The metrics that one metric alarm watches, by itself or in a metric math expression; not those of other accounts.
pub(crate) fn watched_by(alarm: &Value) -> impl Iterator<Item = Metric> {
    let own = Metric::of(&alarm["Namespace"], &alarm["MetricName"]);
    let queries = alarm["Metrics"].as_array().into_iter().flatten();
    let in_math = queries
        .filter(|query| query["AccountId"].is_null())
        .map(|query| &query["MetricStat"]["Metric"])
        .filter_map(|metric| Metric::of(&metric["Namespace"], &metric["MetricName"]));
    own.into_iter().chain(in_math)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_metric_is_watched_alone_or_in_an_expression() {
        let counted = json!({"metricTransformations": [{"metricNamespace": "Audit", "metricName": "root"}]});
        let metric: Vec<_> = counted_by(&counted).collect();
        let alone = json!({"Namespace": "Audit", "MetricName": "root"});
        let query = json!({"Id": "m", "MetricStat": {"Metric": {"Namespace": "Audit", "MetricName": "root"}}});
        let math = json!({"Metrics": [{"Id": "e", "Expression": "m * 2"}, query]});
        assert_eq!(watched_by(&alone).collect::<Vec<_>>(), metric);
        assert_eq!(watched_by(&math).collect::<Vec<_>>(), metric);
        let mut elsewhere = query.clone();
        elsewhere["AccountId"] = "111122223333".into();
        assert_eq!(watched_by(&json!({"Metrics": [elsewhere]})).count(), 0);
    }
}
