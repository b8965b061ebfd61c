//! STS: who is asking, and the session in each account. Its answers carry secrets, so none of its bodies is recorded:
//! the exchange is built from the fields that are no secret.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sdk_sts::operation::assume_role::AssumeRoleOutput;
use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;
use aws_sdk_sts::types::Tag;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use trailaudit_core::evidence::{EvidenceId, Exchange};

use super::{Call, by_caller, client};
use crate::record::Asking;
use crate::time;

pub(super) const GET_CALLER_IDENTITY: Call = by_caller("sts", "GetCallerIdentity", &[], &[]);
/// The other two actions are needed when a source identity or session tags are set.
pub(super) const ASSUME_ROLE: Call = by_caller(
    "sts",
    "AssumeRole",
    &["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
    &[],
);

/// How a role is assumed.
#[derive(Clone)]
pub(crate) struct Assumption {
    pub session_name: String,
    pub external_id: Option<String>,
    pub source_identity: Option<String>,
    pub tags: Vec<(String, String)>,
    /// Seconds.
    pub duration: i32,
    pub policy: String,
}

/// A session in an account.
pub(crate) struct Assumed {
    pub principal: String,
    pub credentials: Credentials,
}

/// Who the credentials belong to: account and ARN.
pub(crate) async fn caller_identity(asking: Asking<'_>) -> (Exchange, Option<(String, String)>) {
    let request = || client!(aws_sdk_sts, asking).get_caller_identity();
    let send = |tape| request().customize().interceptor(tape).send();
    let view = |output: &GetCallerIdentityOutput| {
        Some(json!({"Account": output.account()?, "Arn": output.arn()?, "UserId": output.user_id()}))
    };
    let (exchange, output) = asking.discreet(&GET_CALLER_IDENTITY, json!({}), send, view).await;
    let identity = output.and_then(|output| Some((output.account?, output.arn?)));
    (exchange, identity)
}

pub(crate) async fn assume_role(asking: Asking<'_>, role: &str, how: &Assumption) -> (Exchange, Option<Assumed>) {
    // Building a tag fails without a key or a value; both are there.
    let tags = how
        .tags
        .iter()
        .filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok());
    let tags = Some(tags.collect::<Vec<_>>()).filter(|tags| !tags.is_empty());
    let request = || {
        client!(aws_sdk_sts, asking)
            .assume_role()
            .role_arn(role)
            .role_session_name(&how.session_name)
            .set_external_id(how.external_id.clone())
            .set_source_identity(how.source_identity.clone())
            .set_tags(tags.clone())
            .duration_seconds(how.duration)
            .policy(&how.policy)
    };
    let send = |tape| request().customize().interceptor(tape).send();
    let (exchange, output) = asking.discreet(&ASSUME_ROLE, parameters(role, how), send, view).await;
    (exchange, output.and_then(session))
}

/// What was asked, without the external id and with the digest of the policy in place of its text.
fn parameters(role: &str, how: &Assumption) -> Value {
    let mut parameters = Map::new();
    let mut set = |name: &str, value: Value| parameters.insert(name.to_owned(), value);
    set("RoleArn", role.into());
    set("RoleSessionName", how.session_name.clone().into());
    set("DurationSeconds", how.duration.into());
    set("PolicySha256", EvidenceId::of(how.policy.as_bytes()).to_string().into());
    if how.external_id.is_some() {
        set("ExternalId", "set".into());
    }
    if let Some(identity) = &how.source_identity {
        set("SourceIdentity", identity.clone().into());
    }
    if !how.tags.is_empty() {
        let tags = how.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value}));
        set("Tags", tags.collect());
    }
    parameters.into()
}

fn view(output: &AssumeRoleOutput) -> Option<Value> {
    let expiration = Timestamp::from_second(output.credentials()?.expiration().secs()).ok()?;
    Some(json!({
        "AssumedRoleUser": {"Arn": output.assumed_role_user()?.arn()},
        "Credentials": {"Expiration": time::rfc3339(expiration)},
    }))
}

fn session(output: AssumeRoleOutput) -> Option<Assumed> {
    let principal = output.assumed_role_user()?.arn().to_owned();
    let given = output.credentials?;
    let credentials = Credentials::builder()
        .access_key_id(given.access_key_id)
        .secret_access_key(given.secret_access_key)
        .session_token(given.session_token)
        .provider_name("trailaudit")
        .expiry(SystemTime::try_from(given.expiration).ok()?)
        .build();
    Some(Assumed { principal, credentials })
}
