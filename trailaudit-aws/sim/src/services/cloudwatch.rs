//! CloudWatch: alarms, in CBOR or in JSON.

mod description;

use serde::{Deserialize, Serialize};

use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::{Protocol, cbor, json_body};
use crate::world::{Alarm, Watched};

use super::Operation;
use super::paging::{Place, page};
use description::{CompositeAlarm, MetricAlarm};

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    name: "DescribeAlarms",
    answer: describe_alarms,
}];

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Input {
    alarm_names: Option<Vec<String>>,
    alarm_name_prefix: Option<String>,
    alarm_types: Option<Vec<String>>,
    state_value: Option<String>,
    action_prefix: Option<String>,
    max_records: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output<'a> {
    metric_alarms: Vec<MetricAlarm<'a>>,
    composite_alarms: Vec<CompositeAlarm<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Metric alarms alone, unless other types are asked for.
fn describe_alarms(request: &Request<'_>, _: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let (account, region) = (request.account_id(), request.region);
    let resource = format!("arn:aws:cloudwatch:{region}:{account}:alarm:*");
    request.authorize("cloudwatch:DescribeAlarms", Some(&resource))?;
    let in_cbor = request.protocol == Protocol::Cbor;
    let input: Input = if in_cbor {
        cbor::input(&request.call.body)?
    } else {
        request.input()?
    };
    let size = input.max_records.unwrap_or(50);
    let within = usize::try_from(size).ok().filter(|size| (1..=100).contains(size));
    let within = within.ok_or_else(|| {
        let must = "have value between 1 and 100";
        Refusal::constraint("ValidationError", "maxRecords", &size.to_string(), must)
    })?;
    let place = Place::of(input.next_token.as_deref(), "alarms");
    let place = place.ok_or_else(|| Refusal::client("InvalidNextToken", "Invalid NextToken"))?;
    let mut alarms: Vec<&Alarm> = request.caller.account.alarms.iter().collect();
    alarms.retain(|alarm| alarm.region == region && input.is_about(alarm));
    alarms.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    let page = page(alarms.into_iter(), within, &place, "alarms", false);
    let (composite, metric): (Vec<&Alarm>, _) = page.items.into_iter().partition(|alarm| is_composite(alarm));
    let output = Output {
        metric_alarms: metric
            .into_iter()
            .map(|alarm| MetricAlarm::of(alarm, account))
            .collect(),
        composite_alarms: composite
            .into_iter()
            .map(|alarm| CompositeAlarm::of(alarm, account))
            .collect(),
        next_token: page.next,
    };
    Ok(if in_cbor {
        cbor::output(&output)
    } else {
        json_body(&output)
    })
}

impl Input {
    fn is_about(&self, alarm: &Alarm) -> bool {
        let kind = if is_composite(alarm) {
            "CompositeAlarm"
        } else {
            "MetricAlarm"
        };
        let wanted = match &self.alarm_types {
            Some(types) if !types.is_empty() => types.iter().any(|known| known == kind),
            _ => kind == "MetricAlarm",
        };
        let acts = |prefix: &String| alarm.alarm_actions.iter().any(|action| action.starts_with(prefix));
        wanted
            && self
                .alarm_names
                .as_ref()
                .is_none_or(|names| names.contains(&alarm.name))
            && self
                .alarm_name_prefix
                .as_ref()
                .is_none_or(|prefix| alarm.name.starts_with(prefix))
            && self.state_value.as_ref().is_none_or(|state| alarm.state == state)
            && self.action_prefix.as_ref().is_none_or(acts)
    }
}

fn is_composite(alarm: &Alarm) -> bool {
    matches!(alarm.watched, Watched::Alarms(_))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::rehearsal::{Caller, MEMBER, now, world};
    use crate::world::{MetricMath, MetricQuery, World};

    fn world_with_alarms() -> World {
        let mut world = world();
        let alarms = &mut world.accounts.get_mut(MEMBER).unwrap().alarms;
        let metric = || Watched::metric("Trail", "root-use");
        let math = Watched::Math(vec![
            MetricQuery {
                id: "m1".into(),
                of: MetricMath::Metric("Trail".into(), "root-use".into()),
                returns: false,
            },
            MetricQuery {
                id: "e1".into(),
                of: MetricMath::Expression("m1 * 2".into()),
                returns: true,
            },
        ]);
        for (name, region, watched) in [
            ("b-metric", "us-east-1", metric()),
            ("a-metric", "us-east-1", metric()),
            ("a-math", "us-east-1", math),
            ("both", "us-east-1", Watched::Alarms("ALARM(\"a-metric\")".into())),
            ("elsewhere", "eu-west-1", metric()),
        ] {
            alarms.push(Alarm::new(name, region, watched, now()));
        }
        world
    }

    fn ask(input: &Value) -> Value {
        let world = world_with_alarms();
        let answer = Caller::member(&world).cbor("DescribeAlarms", input);
        assert!(answer.headers.contains(&("smithy-protocol", "rpc-v2-cbor".to_owned())));
        // Times are tagged, which JSON has no word for.
        let body: ciborium::Value = ciborium::from_reader(answer.body.as_slice()).unwrap();
        untagged(body).deserialized().unwrap()
    }

    fn untagged(value: ciborium::Value) -> ciborium::Value {
        match value {
            ciborium::Value::Tag(_, inner) => *inner,
            ciborium::Value::Array(items) => ciborium::Value::Array(items.into_iter().map(untagged).collect()),
            ciborium::Value::Map(members) => {
                let members = members.into_iter().map(|(name, member)| (name, untagged(member)));
                ciborium::Value::Map(members.collect())
            }
            other => other,
        }
    }

    fn names(answer: &Value, kind: &str) -> Vec<String> {
        let alarms = answer[kind].as_array().unwrap().iter();
        alarms
            .map(|alarm| alarm["AlarmName"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn composite_alarms_are_told_to_whoever_asks_for_them() {
        let metric = ask(&json!({}));
        assert_eq!(names(&metric, "MetricAlarms"), ["a-math", "a-metric", "b-metric"]);
        assert!(names(&metric, "CompositeAlarms").is_empty());
        let both = ask(&json!({"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}));
        assert_eq!(
            (names(&both, "MetricAlarms").len(), names(&both, "CompositeAlarms")),
            (3, vec!["both".to_owned()])
        );
        assert_eq!(both["CompositeAlarms"][0]["AlarmRule"], "ALARM(\"a-metric\")");
        let named = ask(&json!({"AlarmNames": ["b-metric", "both"]}));
        assert_eq!(names(&named, "MetricAlarms"), ["b-metric"]);
        let first = ask(&json!({"MaxRecords": 2}));
        assert_eq!(
            names(&ask(&json!({"NextToken": first["NextToken"]})), "MetricAlarms"),
            ["b-metric"]
        );
    }

    #[test]
    fn an_alarm_watches_a_metric_or_an_expression() {
        let answer = ask(&json!({"AlarmNamePrefix": "a-"}));
        let (math, metric) = (&answer["MetricAlarms"][0], &answer["MetricAlarms"][1]);
        assert_eq!(
            (&metric["MetricName"], &metric["Namespace"]),
            (&"root-use".into(), &"Trail".into())
        );
        assert_eq!(
            metric["AlarmArn"],
            format!("arn:aws:cloudwatch:us-east-1:{MEMBER}:alarm:a-metric")
        );
        assert_eq!(
            (math.get("MetricName"), &math["Metrics"][1]["Expression"]),
            (None, &"m1 * 2".into())
        );
        assert_eq!(math["Metrics"][0]["MetricStat"]["Metric"]["MetricName"], "root-use");
    }

    #[test]
    fn json_tells_what_cbor_tells() {
        let world = world_with_alarms();
        let (status, answer) = Caller::member(&world).ask("monitoring", "DescribeAlarms", &json!({}));
        assert_eq!((status, answer), (200, ask(&json!({}))));
        let refused = Caller::member(&world).answer("monitoring", "DescribeAlarms", &json!({"NextToken": "x"}));
        assert_eq!(refused.content_type, "application/x-amz-json-1.0");
        assert!(
            refused
                .headers
                .contains(&("x-amzn-query-error", "InvalidNextToken;Sender".to_owned()))
        );
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        let world = world_with_alarms();
        let refused = |input: &Value| Caller::member(&world).cbor("DescribeAlarms", input).entry.refused;
        assert_eq!(refused(&json!({"MaxRecords": 101})), Some("ValidationError"));
        assert_eq!(refused(&json!({"NextToken": "x"})), Some("InvalidNextToken"));
        assert_eq!(refused(&json!({"MaxRecords": "x"})), Some("SerializationException"));
        let nothing = Caller::member(&world).cbor("DescribeNothing", &json!({}));
        assert_eq!((nothing.status, nothing.content_type), (400, "application/cbor"));
    }
}
