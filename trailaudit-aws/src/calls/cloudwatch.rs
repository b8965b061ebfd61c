//! `CloudWatch`: the alarms of an account and Region, and what they do.

use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
use aws_sdk_cloudwatch::types::{
    AlarmType, CompositeAlarm, Dimension, Metric, MetricAlarm, MetricDataQuery, MetricStat,
};
use serde_json::Value;
use trailaudit_core::evidence::Exchange;
use trailaudit_core::need::Need;

use super::view::View;
use super::{Call, by_member, client};
use crate::record::Asking;

pub(super) const DESCRIBE_ALARMS: Call = by_member(
    "cloudwatch",
    "DescribeAlarms",
    &["cloudwatch:DescribeAlarms"],
    &[Need::Alerts],
);

/// The most alarms one page may have (botocore, `DescribeAlarms`).
const PAGE: i32 = 100;

/// Without the types only metric alarms would come, and a composite alarm may act in the place of one.
pub(super) async fn describe_alarms(asking: Asking<'_>, next: Option<String>) -> Exchange {
    let types = [AlarmType::MetricAlarm, AlarmType::CompositeAlarm];
    let names: Vec<_> = types.iter().map(AlarmType::as_str).collect();
    let parameters = View::default()
        .texts("AlarmTypes", Some(&names))
        .number("MaxRecords", Some(PAGE))
        .text("NextToken", next.as_ref());
    let request = || {
        client!(aws_sdk_cloudwatch, asking)
            .describe_alarms()
            .set_alarm_types(Some(types.to_vec()))
            .max_records(PAGE)
            .set_next_token(next.clone())
    };
    let send = |tape| request().customize().interceptor(tape).send();
    asking.viewed(&DESCRIBE_ALARMS, parameters.into(), send, alarms).await
}

fn alarms(output: &DescribeAlarmsOutput) -> Value {
    View::default()
        .list("MetricAlarms", output.metric_alarms.as_deref(), metric_alarm)
        .list("CompositeAlarms", output.composite_alarms.as_deref(), composite_alarm)
        .text("NextToken", output.next_token())
        .into()
}

/// How an alarm is made, not how it stands: its state changes by the minute, and no verdict is about it.
fn metric_alarm(alarm: &MetricAlarm) -> View {
    View::default()
        .text("AlarmName", alarm.alarm_name())
        .text("AlarmArn", alarm.alarm_arn())
        .flag("ActionsEnabled", alarm.actions_enabled())
        .texts("AlarmActions", alarm.alarm_actions.as_deref())
        .text("MetricName", alarm.metric_name())
        .text("Namespace", alarm.namespace())
        .text(
            "Statistic",
            alarm.statistic().map(aws_sdk_cloudwatch::types::Statistic::as_str),
        )
        .text("ExtendedStatistic", alarm.extended_statistic())
        .list("Dimensions", alarm.dimensions.as_deref(), dimension)
        .number("Period", alarm.period())
        .number("EvaluationPeriods", alarm.evaluation_periods())
        .number("DatapointsToAlarm", alarm.datapoints_to_alarm())
        .float("Threshold", alarm.threshold())
        .text(
            "ComparisonOperator",
            alarm
                .comparison_operator()
                .map(aws_sdk_cloudwatch::types::ComparisonOperator::as_str),
        )
        .text("TreatMissingData", alarm.treat_missing_data())
        .list("Metrics", alarm.metrics.as_deref(), query)
        .text("ThresholdMetricId", alarm.threshold_metric_id())
}

fn composite_alarm(alarm: &CompositeAlarm) -> View {
    View::default()
        .text("AlarmName", alarm.alarm_name())
        .text("AlarmArn", alarm.alarm_arn())
        .flag("ActionsEnabled", alarm.actions_enabled())
        .texts("AlarmActions", alarm.alarm_actions.as_deref())
        .text("AlarmRule", alarm.alarm_rule())
        .text("ActionsSuppressor", alarm.actions_suppressor())
}

fn query(query: &MetricDataQuery) -> View {
    View::default()
        .text("Id", query.id())
        .part("MetricStat", query.metric_stat(), metric_stat)
        .text("Expression", query.expression())
        .flag("ReturnData", query.return_data())
        .number("Period", query.period())
        .text("AccountId", query.account_id())
}

fn metric_stat(stat: &MetricStat) -> View {
    View::default()
        .part("Metric", stat.metric(), metric)
        .number("Period", stat.period())
        .text("Stat", stat.stat())
}

fn metric(metric: &Metric) -> View {
    View::default()
        .text("Namespace", metric.namespace())
        .text("MetricName", metric.metric_name())
        .list("Dimensions", metric.dimensions.as_deref(), dimension)
}

fn dimension(dimension: &Dimension) -> View {
    View::default()
        .text("Name", dimension.name())
        .text("Value", dimension.value())
}
