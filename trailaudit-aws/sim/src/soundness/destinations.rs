//! Where a trail delivers, and all that has to be there for it: of the organization's trail, and of accounts' own.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::world::{Account, Bucket, BucketLogging, LogStream, ObjectLock, Period, Retention, Role, Trail, before};

/// A bucket that keeps log files for ten years, from everybody, and the one its access log goes to. It has no lifecycle
/// and so keeps them longer than that: S3 takes none where deleting needs a second factor.
pub(crate) fn buckets(name: &str, region: &str, created: Timestamp) -> [Bucket; 2] {
    let access = Bucket::new(&format!("{name}-access"), region, created);
    let mut logs = Bucket::new(name, region, created);
    // CloudTrail writes by a policy that lets in nobody else.
    logs.policy_is_public = Some(false);
    logs.logging = Some(BucketLogging {
        target_bucket: access.name.clone(),
        target_prefix: format!("{name}/"),
    });
    logs.versioning = Some("Enabled");
    logs.mfa_delete = Some("Enabled");
    logs.object_lock = Some(ObjectLock {
        default_retention: Some(Retention {
            mode: "COMPLIANCE",
            period: Period::Years(10),
        }),
    });
    [logs, access]
}

/// What is asked of any trail beside its destinations.
pub(crate) fn settle(trail: &mut Trail) {
    trail.insight_types = vec!["ApiCallRateInsight", "ApiErrorRateInsight"];
    trail
        .tags
        .entry("owner".to_owned())
        .or_insert_with(|| "security".to_owned());
}

/// The stream a trail writes in a log group, as far as its deliveries go.
pub(crate) fn stream(name: &str, delivered: Option<Timestamp>, created: Timestamp) -> Option<LogStream> {
    let event = before(delivered?, SignedDuration::from_mins(2));
    let mut stream = LogStream::new(name, created, event);
    stream.last_ingestion = delivered;
    Some(stream)
}

/// Lets the role a trail names write the streams it has in the log group it names, beside what the role does for others.
pub(crate) fn let_deliver(account: &mut Account, trail: &Trail, streams: &[String]) {
    let (Some(group), Some(role)) = (&trail.log_group_arn, &trail.log_group_role_arn) else {
        return;
    };
    let name = role.rsplit('/').next().unwrap_or_default();
    let role = account.roles.entry(name.to_owned());
    let role = role.or_insert_with(|| Role::for_service(name, "cloudtrail.amazonaws.com"));
    let policy = delivery_policy(group, streams, &DELIVERING);
    role.inline_policies.insert(trail.name.clone(), policy);
}

/// What it takes to deliver to a log group.
pub(crate) const DELIVERING: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];

/// A policy that allows actions on streams of a log group, by what their names begin with.
pub(crate) fn delivery_policy(group: &str, streams: &[String], actions: &[&str]) -> String {
    let group = group.trim_end_matches(":*");
    let resources: Vec<String> = streams
        .iter()
        .map(|stream| format!("{group}:log-stream:{stream}*"))
        .collect();
    let statement = |action: &&str| {
        let name = format!("AWSCloudTrail{}20141101", action.trim_start_matches("logs:"));
        json!({"Sid": name, "Effect": "Allow", "Action": [action], "Resource": resources})
    };
    let statements: Vec<_> = actions.iter().map(statement).collect();
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}
