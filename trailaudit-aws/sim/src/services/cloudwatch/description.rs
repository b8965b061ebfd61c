//! Alarms in the words of the API.

use serde::Serialize;

use crate::services::times::EpochSeconds;
use crate::world::{Alarm, MetricMath, MetricQuery, Watched};

const PERIOD: u32 = 300;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MetricAlarm<'a> {
    #[serde(flatten)]
    alarm: Described<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistic: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<u32>,
    dimensions: [(); 0],
    evaluation_periods: u32,
    threshold: f64,
    comparison_operator: &'static str,
    treat_missing_data: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics: Option<Vec<Query<'a>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CompositeAlarm<'a> {
    #[serde(flatten)]
    alarm: Described<'a>,
    alarm_rule: &'a str,
}

/// What both kinds tell.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Described<'a> {
    alarm_name: &'a str,
    alarm_arn: String,
    alarm_configuration_updated_timestamp: EpochSeconds,
    actions_enabled: bool,
    #[serde(rename = "OKActions")]
    ok_actions: &'a [String],
    alarm_actions: &'a [String],
    insufficient_data_actions: [(); 0],
    state_value: &'static str,
    state_reason: &'static str,
    state_updated_timestamp: EpochSeconds,
    state_transitioned_timestamp: EpochSeconds,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Query<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric_stat: Option<MetricStat<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<&'a str>,
    return_data: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MetricStat<'a> {
    metric: Named<'a>,
    period: u32,
    stat: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Named<'a> {
    namespace: &'a str,
    metric_name: &'a str,
    dimensions: [(); 0],
}

impl<'a> MetricAlarm<'a> {
    pub fn of(alarm: &'a Alarm, owner: &str) -> Self {
        let single = match &alarm.watched {
            Watched::Metric { namespace, name } => Some((namespace.as_str(), name.as_str())),
            _ => None,
        };
        let metrics = match &alarm.watched {
            Watched::Math(queries) => Some(queries.iter().map(|query| Query::of(query, alarm)).collect()),
            _ => None,
        };
        Self {
            alarm: Described::of(alarm, owner),
            namespace: single.map(|(namespace, _)| namespace),
            metric_name: single.map(|(_, name)| name),
            statistic: single.map(|_| alarm.statistic),
            period: single.map(|_| PERIOD),
            dimensions: [],
            evaluation_periods: 1,
            threshold: alarm.threshold,
            comparison_operator: alarm.comparison,
            treat_missing_data: "notBreaching",
            metrics,
        }
    }
}

impl<'a> CompositeAlarm<'a> {
    pub fn of(alarm: &'a Alarm, owner: &str) -> Self {
        let alarm_rule = match &alarm.watched {
            Watched::Alarms(rule) => rule,
            _ => "",
        };
        let alarm = Described::of(alarm, owner);
        Self { alarm, alarm_rule }
    }
}

impl<'a> Described<'a> {
    fn of(alarm: &'a Alarm, owner: &str) -> Self {
        Self {
            alarm_name: &alarm.name,
            alarm_arn: alarm.arn(owner),
            alarm_configuration_updated_timestamp: EpochSeconds(alarm.updated),
            actions_enabled: alarm.actions_enabled,
            ok_actions: &alarm.ok_actions,
            alarm_actions: &alarm.alarm_actions,
            insufficient_data_actions: [],
            state_value: alarm.state,
            state_reason: "Unchecked: Initial alarm creation",
            state_updated_timestamp: EpochSeconds(alarm.updated),
            state_transitioned_timestamp: EpochSeconds(alarm.updated),
        }
    }
}

impl<'a> Query<'a> {
    fn of(query: &'a MetricQuery, alarm: &'a Alarm) -> Self {
        let (metric_stat, expression) = match &query.of {
            MetricMath::Metric(namespace, name) => {
                let metric = Named {
                    namespace,
                    metric_name: name,
                    dimensions: [],
                };
                let (period, stat) = (PERIOD, alarm.statistic);
                (Some(MetricStat { metric, period, stat }), None)
            }
            MetricMath::Expression(expression) => (None, Some(expression.as_str())),
        };
        Self {
            id: &query.id,
            metric_stat,
            expression,
            return_data: query.returns,
        }
    }
}
