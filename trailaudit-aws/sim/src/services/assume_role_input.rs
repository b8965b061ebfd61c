//! What an `AssumeRole` request says, checked against the model of the service.

use std::ops::RangeInclusive;

use crate::refusal::Refusal;
use crate::wire::field;

/// The input of `AssumeRole`, its members checked against the model.
pub(super) struct Wanted {
    pub role_arn: String,
    pub session_name: String,
    pub seconds: i64,
    pub external_id: Option<String>,
    pub source_identity: Option<String>,
    pub policy: Option<String>,
    pub tagged: bool,
}

impl Wanted {
    pub fn read(body: &[u8]) -> Result<Self, Refusal> {
        let seconds = field(body, "DurationSeconds").unwrap_or_else(|| "3600".to_owned());
        let wanted = Self {
            role_arn: required(body, "RoleArn", "roleArn", 20..=2_048)?,
            session_name: required(body, "RoleSessionName", "roleSessionName", 2..=64)?,
            seconds: seconds
                .parse()
                .ok()
                .filter(|seconds| (900..=43_200).contains(seconds))
                .ok_or_else(|| {
                    let must = "have value between 900 and 43200";
                    Refusal::constraint("ValidationError", "durationSeconds", &seconds, must)
                })?,
            external_id: optional(body, "ExternalId", "externalId", 2..=1_224)?,
            source_identity: optional(body, "SourceIdentity", "sourceIdentity", 2..=64)?,
            policy: optional(body, "Policy", "policy", 1..=2_048)?,
            tagged: field(body, "Tags.member.1.Key").is_some(),
        };
        let word = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
        for (member, value) in [
            ("roleSessionName", Some(&wanted.session_name)),
            ("sourceIdentity", wanted.source_identity.as_ref()),
        ] {
            if let Some(value) = value.filter(|value| !value.bytes().all(word)) {
                let must = "satisfy regular expression pattern: [\\w+=,.@-]*";
                return Err(Refusal::constraint("ValidationError", member, value, must));
            }
        }
        if field(body, "PolicyArns.member.1.arn").is_some() {
            return Err(Refusal::client(
                "MalformedPolicyDocument",
                "Managed session policies are not simulated.",
            ));
        }
        Ok(wanted)
    }
}

fn required(body: &[u8], name: &str, member: &str, length: RangeInclusive<usize>) -> Result<String, Refusal> {
    optional(body, name, member, length)?.ok_or_else(|| Refusal::absent("ValidationError", member))
}

fn optional(body: &[u8], name: &str, member: &str, length: RangeInclusive<usize>) -> Result<Option<String>, Refusal> {
    let value = field(body, name);
    match value.as_deref().filter(|value| !length.contains(&value.len())) {
        Some(wrong) => {
            let must = format!("have length between {} and {}", length.start(), length.end());
            Err(Refusal::constraint("ValidationError", member, wrong, &must))
        }
        None => Ok(value),
    }
}
