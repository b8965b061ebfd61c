//! Every API call the collection makes, beside the permission it needs. The role policy and the session policy are
//! derived from this list, so a call that is not here cannot be made with the credentials it would need.

pub(crate) mod account;
pub(crate) mod cloudtrail;
pub(crate) mod cloudwatch;
pub(crate) mod iam;
pub(crate) mod kms;
pub(crate) mod logs;
pub(crate) mod organizations;
mod question;
pub(crate) mod s3;
pub(crate) mod sns;
pub(crate) mod sts;
mod view;

use serde_json::Value;
use trailaudit_core::need::Need;

pub(crate) use self::question::{BucketSetting, Question};

/// One operation of one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The service, by its IAM prefix.
    pub service: &'static str,
    /// The operation, as the service names it.
    pub operation: &'static str,
    /// The IAM actions it needs; the first is the operation's own.
    pub actions: &'static [&'static str],
    /// Whose credentials make it.
    pub asked_by: AskedBy,
    /// What it is made for: a collection that needs none of these does without it. Empty for what every collection asks.
    pub serves: &'static [Need],
}

/// Whose credentials make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedBy {
    /// The caller of the whole collection: in the management account or a delegated administrator.
    Caller,
    /// The role in each account.
    Member,
}

/// Every call there is.
pub const CALLS: &[Call] = &[
    sts::GET_CALLER_IDENTITY,
    sts::ASSUME_ROLE,
    organizations::DESCRIBE_ORGANIZATION,
    organizations::LIST_ACCOUNTS,
    organizations::LIST_ROOTS,
    organizations::LIST_ORGANIZATIONAL_UNITS_FOR_PARENT,
    organizations::LIST_ACCOUNTS_FOR_PARENT,
    organizations::LIST_TAGS_FOR_RESOURCE,
    organizations::LIST_DELEGATED_ADMINISTRATORS,
    organizations::LIST_AWS_SERVICE_ACCESS_FOR_ORGANIZATION,
    organizations::LIST_POLICIES,
    organizations::LIST_TARGETS_FOR_POLICY,
    organizations::DESCRIBE_POLICY,
    account::LIST_REGIONS,
    cloudtrail::LIST_TRAILS,
    cloudtrail::DESCRIBE_TRAILS,
    cloudtrail::GET_TRAIL_STATUS,
    cloudtrail::GET_EVENT_SELECTORS,
    cloudtrail::GET_INSIGHT_SELECTORS,
    cloudtrail::LIST_TAGS,
    cloudtrail::LIST_EVENT_DATA_STORES,
    cloudtrail::GET_EVENT_DATA_STORE,
    kms::DESCRIBE_KEY,
    kms::GET_KEY_ROTATION_STATUS,
    kms::GET_KEY_POLICY,
    logs::DESCRIBE_LOG_GROUPS,
    logs::DESCRIBE_RESOURCE_POLICIES,
    logs::DESCRIBE_LOG_STREAMS,
    logs::DESCRIBE_METRIC_FILTERS,
    cloudwatch::DESCRIBE_ALARMS,
    sns::LIST_SUBSCRIPTIONS_BY_TOPIC,
    iam::GET_ROLE,
    iam::LIST_ROLE_POLICIES,
    iam::GET_ROLE_POLICY,
    iam::LIST_ATTACHED_ROLE_POLICIES,
    iam::GET_POLICY,
    iam::GET_POLICY_VERSION,
    s3::LIST_BUCKETS,
    s3::GET_BUCKET_LOCATION,
    s3::GET_BUCKET_ACL,
    s3::GET_BUCKET_POLICY_STATUS,
    s3::GET_PUBLIC_ACCESS_BLOCK,
    s3::GET_BUCKET_LOGGING,
    s3::GET_BUCKET_VERSIONING,
    s3::GET_OBJECT_LOCK_CONFIGURATION,
    s3::GET_BUCKET_LIFECYCLE_CONFIGURATION,
];

/// The client of one service for one account and Region. Making one costs microseconds, since all share one pool; it is made
/// when it is a question's turn, since a client takes more room than all else that thousands of waiting questions hold.
macro_rules! client {
    ($sdk:ident, $asking:expr) => {{
        let mut config = $sdk::config::Builder::from($asking.caller.config())
            .region($sdk::config::Region::new($asking.region.to_string()));
        if let Some(credentials) = $asking.caller.credentials() {
            config = config.credentials_provider(credentials.clone());
        }
        $sdk::Client::from_conf(config.build())
    }};
}
use client;

/// What services call the token of a page.
const PAGE_TOKENS: [&str; 4] = ["NextToken", "nextToken", "ContinuationToken", "Marker"];

/// The token in a request for a page, or in an answer that goes on: each service has its own name for it.
pub(crate) fn page_token(body: &Value) -> Option<&str> {
    let token = PAGE_TOKENS.iter().find_map(|name| body.get(name)?.as_str());
    token.filter(|token| !token.is_empty())
}

/// What all requests of one listing have in common.
pub(crate) fn without_page_token(mut request: Value) -> Value {
    if let Some(fields) = request.as_object_mut() {
        fields.retain(|name, _| !PAGE_TOKENS.contains(&name.as_str()));
    }
    request
}

/// A call made by the caller of the whole collection; the first action is the operation's own.
const fn by_caller(
    service: &'static str,
    operation: &'static str,
    actions: &'static [&'static str],
    serves: &'static [Need],
) -> Call {
    Call {
        service,
        operation,
        actions,
        asked_by: AskedBy::Caller,
        serves,
    }
}

/// A call made with the role in each account.
const fn by_member(
    service: &'static str,
    operation: &'static str,
    actions: &'static [&'static str],
    serves: &'static [Need],
) -> Call {
    Call {
        service,
        operation,
        actions,
        asked_by: AskedBy::Member,
        serves,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The service authorization reference, "Actions, resources, and condition keys for Amazon S3": these actions are
    /// not called after their operations.
    const OTHERWISE_CALLED: &[(&str, &str)] = &[
        ("ListBuckets", "s3:ListAllMyBuckets"),
        ("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
        ("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"),
        ("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
    ];

    #[test]
    fn an_action_is_named_after_its_call() {
        for call in CALLS {
            let Some(action) = call.actions.first() else {
                // AWS: GetCallerIdentity needs no permission.
                assert_eq!(call.operation, "GetCallerIdentity");
                continue;
            };
            match OTHERWISE_CALLED
                .iter()
                .find(|(operation, _)| *operation == call.operation)
            {
                Some((_, name)) => assert_eq!(action, name),
                None => assert_eq!(*action, format!("{}:{}", call.service, call.operation)),
            }
        }
    }

    #[test]
    fn no_call_is_there_twice_and_every_need_has_one() {
        let mut names: Vec<_> = CALLS.iter().map(|call| (call.service, call.operation)).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        for need in Need::ALL {
            assert!(CALLS.iter().any(|call| call.serves.contains(&need)), "{need}");
        }
    }

    /// Whatever is asked, nothing is changed by it.
    #[test]
    fn every_call_reads() {
        for call in CALLS {
            let reads = ["Describe", "Get", "List"]
                .iter()
                .any(|verb| call.operation.starts_with(verb));
            assert!(reads || call.operation == "AssumeRole", "{}", call.operation);
        }
    }
}
