//! CloudWatch Logs: the streams of a log group.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::{group_named, invalid, size};
use crate::arn::Arn;
use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::services::paging::{Place, page};
use crate::wire::json_body;
use crate::world::LogStream;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Input {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name_prefix: Option<String>,
    order_by: Option<String>,
    descending: bool,
    limit: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Output<'a> {
    log_streams: Vec<Described<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described<'a> {
    log_stream_name: &'a str,
    creation_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_event_timestamp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_event_timestamp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_ingestion_time: Option<i64>,
    arn: String,
    stored_bytes: u64,
}

/// The ledger's target is account, Region, the group and, if there is one, the prefix.
pub(super) fn describe_log_streams(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    let name = input.group()?;
    entry.target = format!("{}/{name}", entry.target);
    if let Some(prefix) = &input.log_stream_name_prefix {
        entry.target = format!("{}/{prefix}", entry.target);
    }
    let group_arn = format!(
        "arn:aws:logs:{}:{}:log-group:{name}",
        request.region,
        request.account_id()
    );
    request.authorize("logs:DescribeLogStreams", Some(&format!("{group_arn}:log-stream:")))?;
    let by_time = input.by_time()?;
    let size = size(input.limit)?;
    let place = Place::of(input.next_token.as_deref(), "streams");
    let place = place.ok_or_else(|| invalid("The specified nextToken is invalid."))?;
    let group = group_named(request, name)?;
    let mut streams: Vec<&LogStream> = group.streams.iter().collect();
    let prefix = input.log_stream_name_prefix.as_deref().unwrap_or_default();
    streams.retain(|stream| stream.name.starts_with(prefix));
    if by_time {
        streams.sort_unstable_by_key(|stream| (stream.last_event, Reverse(&stream.name)));
    } else {
        streams.sort_unstable_by_key(|stream| &stream.name);
    }
    if input.descending {
        streams.reverse();
    }
    let page = page(streams.into_iter(), size, &place, "streams", false);
    let described = |stream: &'_ LogStream| format!("{group_arn}:log-stream:{}", stream.name);
    Ok(json_body(&Output {
        log_streams: page
            .items
            .into_iter()
            .map(|stream| Described::of(stream, described(stream)))
            .collect(),
        next_token: page.next,
    }))
}

impl Input {
    /// The name of the group, given as it is or as an ARN.
    fn group(&self) -> Result<&str, Refusal> {
        match (&self.log_group_name, &self.log_group_identifier) {
            (Some(name), None) => Ok(name),
            (None, Some(name)) if !name.starts_with("arn:") => Ok(name),
            (None, Some(text)) => {
                let arn = Arn::parse(text).filter(|arn| arn.service == "logs");
                let name = arn.and_then(|arn| arn.resource.strip_prefix("log-group:"));
                name.ok_or_else(|| invalid("The ARN of the log group is not valid."))
            }
            _ => Err(invalid("Specify either logGroupName or logGroupIdentifier.")),
        }
    }

    fn by_time(&self) -> Result<bool, Refusal> {
        match self.order_by.as_deref() {
            Some("LastEventTime") if self.log_stream_name_prefix.is_some() => {
                Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."))
            }
            Some("LastEventTime") => Ok(true),
            Some("LogStreamName") | None => Ok(false),
            Some(other) => {
                let must = "satisfy enum value set: [LogStreamName, LastEventTime]";
                Err(Refusal::constraint("InvalidParameterException", "orderBy", other, must))
            }
        }
    }
}

impl<'a> Described<'a> {
    fn of(stream: &'a LogStream, arn: String) -> Self {
        let creation_time = stream.created.as_millisecond();
        Self {
            log_stream_name: &stream.name,
            creation_time,
            first_event_timestamp: stream.last_event.map(|_| creation_time),
            last_event_timestamp: stream.last_event.map(jiff::Timestamp::as_millisecond),
            last_ingestion_time: stream.last_ingestion.map(jiff::Timestamp::as_millisecond),
            arn,
            // Of a stream the size is no longer told.
            stored_bytes: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use serde_json::{Value, json};

    use super::*;
    use crate::rehearsal::{Caller, MEMBER, now, world};
    use crate::world::{LogGroup, World};

    fn world_with_streams() -> World {
        let (mut world, mut group) = (world(), LogGroup::new("trail", "us-east-1", now()));
        for (name, hours) in [("b_CloudTrail", 3), ("a_CloudTrail_2", 1), ("a_CloudTrail", 2)] {
            group
                .streams
                .push(LogStream::new(name, now() - 100.hours(), now() - hours.hours()));
        }
        world.accounts.get_mut(MEMBER).unwrap().log_groups.push(group);
        world
    }

    fn names(world: &World, input: &Value) -> Vec<String> {
        let (_, answer) = Caller::member(world).ask("logs", "DescribeLogStreams", input);
        let streams = answer["logStreams"].as_array().unwrap();
        let name = |stream: &Value| stream["logStreamName"].as_str().unwrap().to_owned();
        streams.iter().map(name).collect()
    }

    #[test]
    fn streams_come_by_name_or_by_their_latest_event() {
        let world = world_with_streams();
        let group = format!("arn:aws:logs:us-east-1:{MEMBER}:log-group:trail");
        assert_eq!(
            names(&world, &json!({"logGroupIdentifier": group})),
            ["a_CloudTrail", "a_CloudTrail_2", "b_CloudTrail"]
        );
        assert_eq!(
            names(
                &world,
                &json!({"logGroupName": "trail", "logStreamNamePrefix": "a_", "limit": 1})
            ),
            ["a_CloudTrail"]
        );
        assert_eq!(
            names(
                &world,
                &json!({"logGroupName": "trail", "orderBy": "LastEventTime", "descending": true})
            ),
            ["a_CloudTrail_2", "a_CloudTrail", "b_CloudTrail"]
        );
    }

    #[test]
    fn a_stream_tells_times_in_milliseconds_and_no_size() {
        let world = world_with_streams();
        let input = json!({"logGroupName": "trail", "logStreamNamePrefix": "b"});
        let (_, answer) = Caller::member(&world).ask("logs", "DescribeLogStreams", &input);
        let stream = &answer["logStreams"][0];
        let event = now().as_millisecond() - 3 * 3_600_000;
        assert_eq!(
            (&stream["lastEventTimestamp"], &stream["storedBytes"]),
            (&event.into(), &0.into())
        );
        assert_eq!(stream["lastIngestionTime"], event + 60_000);
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        let world = world_with_streams();
        for (input, code) in [
            (json!({}), "InvalidParameterException"),
            (
                json!({"logGroupName": "a", "logGroupIdentifier": "a"}),
                "InvalidParameterException",
            ),
            (
                json!({"logGroupName": "trail", "logStreamNamePrefix": "a", "orderBy": "LastEventTime"}),
                "InvalidParameterException",
            ),
            (
                json!({"logGroupName": "trail", "limit": 51}),
                "InvalidParameterException",
            ),
            (json!({"logGroupName": "gone"}), "ResourceNotFoundException"),
        ] {
            let (_, answer) = Caller::member(&world).ask("logs", "DescribeLogStreams", &input);
            assert_eq!(answer["__type"], code, "{input}");
        }
    }
}
