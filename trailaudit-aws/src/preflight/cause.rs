//! Why a call is refused. AWS says so in the message, in one form for all policies (IAM user guide, "Troubleshoot access
//! denied error messages"): "with an explicit deny in a ..." or "because no ... allows the ... action".

use std::fmt;

use trailaudit_core::evidence::{Answer, Exchange};

use crate::calls::CALLS;
use crate::gap;

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Cause {
    /// No account lets the caller in: what is asked with is wrong for all of them.
    RoleRefusedEverywhere,
    /// This account does not let the caller in, though others do: AWS does not say whether there is no such role, or it trusts
    /// somebody else, or the account is closed.
    RoleRefused,
    /// There is a role of this name, but not under this path.
    RoleAtAnotherPath,
    /// The caller's own policies do not let it assume the role.
    CallerMayNotEnter,
    /// The role does not let the caller say who is behind the session.
    SourceIdentityRefused,
    /// The role does not let the caller tag the session.
    SessionTagsRefused,
    /// The session would be longer than the role allows.
    SessionTooLong,
    /// The policy and the tags of the session are too large.
    SessionTooLarge,
    /// STS is not active for the account in the Region it is asked in.
    StsOff,
    /// A service control policy denies it.
    ServiceControlPolicyDenies,
    /// A service control policy denies it in some Regions only.
    ServiceControlPolicyDeniesRegion,
    /// No service control policy allows it.
    ServiceControlPolicyOmits,
    /// A resource control policy denies or does not allow it.
    ResourceControlPolicy,
    /// A policy of the role, or of the caller, denies it.
    IdentityPolicyDenies,
    /// No policy of the role, or of the caller, allows it.
    IdentityPolicyOmits,
    /// The permissions boundary denies it.
    BoundaryDenies,
    /// The permissions boundary does not allow it.
    BoundaryOmits,
    /// The session was limited when it was begun.
    SessionPolicy,
    /// The policy of a key, a bucket or a topic denies it.
    ResourcePolicyDenies,
    /// The policy of a key, a bucket or a topic does not allow it.
    ResourcePolicyOmits,
    /// The policy of a VPC endpoint does not allow it.
    EndpointPolicy,
    /// The Region does not know the account's credentials: most likely it is off.
    RegionOff,
    /// Nobody in scope has the bucket.
    BucketElsewhere,
    /// It is denied, and nothing says by what.
    Denied,
    /// The credentials ran out.
    CredentialsExpired,
    /// Nobody answered, or only to say that too much is asked.
    Silence,
    /// Anything else.
    Other,
}

/// What each is called.
const NAMES: &[(Cause, &str)] = &[
    (Cause::RoleRefusedEverywhere, "role-refused-everywhere"),
    (Cause::RoleRefused, "role-refused"),
    (Cause::RoleAtAnotherPath, "role-at-another-path"),
    (Cause::CallerMayNotEnter, "caller-may-not-enter"),
    (Cause::SourceIdentityRefused, "source-identity-refused"),
    (Cause::SessionTagsRefused, "session-tags-refused"),
    (Cause::SessionTooLong, "session-too-long"),
    (Cause::SessionTooLarge, "session-too-large"),
    (Cause::StsOff, "sts-off"),
    (Cause::ServiceControlPolicyDenies, "service-control-policy-denies"),
    (
        Cause::ServiceControlPolicyDeniesRegion,
        "service-control-policy-denies-region",
    ),
    (Cause::ServiceControlPolicyOmits, "service-control-policy-omits"),
    (Cause::ResourceControlPolicy, "resource-control-policy"),
    (Cause::IdentityPolicyDenies, "identity-policy-denies"),
    (Cause::IdentityPolicyOmits, "identity-policy-omits"),
    (Cause::BoundaryDenies, "permissions-boundary-denies"),
    (Cause::BoundaryOmits, "permissions-boundary-omits"),
    (Cause::SessionPolicy, "session-policy"),
    (Cause::ResourcePolicyDenies, "resource-policy-denies"),
    (Cause::ResourcePolicyOmits, "resource-policy-omits"),
    (Cause::EndpointPolicy, "vpc-endpoint-policy"),
    (Cause::RegionOff, "region-off"),
    (Cause::BucketElsewhere, "bucket-elsewhere"),
    (Cause::Denied, "denied"),
    (Cause::CredentialsExpired, "credentials-expired"),
    (Cause::Silence, "no-answer"),
    (Cause::Other, "other"),
];

impl Cause {
    /// Its name in every output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        let named = NAMES.iter().find(|(cause, _)| *cause == self);
        named.map_or("other", |(_, name)| name)
    }

    /// Why one exchange was refused, as far as it says so itself.
    pub(super) fn of(exchange: &Exchange) -> Self {
        let Answer::Error { code, message } = &exchange.answer else {
            return Self::Other;
        };
        let is_entry = exchange.operation == "AssumeRole";
        match code.as_str() {
            code if gap::is_expired_token(code) => Self::CredentialsExpired,
            "RegionDisabledException" => Self::StsOff,
            "PackedPolicyTooLarge" | "PackedPolicyTooLargeException" => Self::SessionTooLarge,
            "ValidationError" if is_entry && message.contains("DurationSeconds") => Self::SessionTooLong,
            code if gap::is_denial(code) => Self::of_denial(exchange, message),
            code if gap::looks_like_region_off(code) => Self::RegionOff,
            _ if gap::reason(exchange).is_some_and(|reason| gap::is_silence(&reason)) => Self::Silence,
            _ => Self::Other,
        }
    }

    fn of_denial(exchange: &Exchange, message: &str) -> Self {
        let is_entry = exchange.operation == "AssumeRole";
        if let Some(cause) = by_words(message) {
            let is_own = matches!(cause, Self::IdentityPolicyDenies | Self::IdentityPolicyOmits);
            return if is_entry && is_own {
                Self::CallerMayNotEnter
            } else {
                cause
            };
        }
        match (is_entry, exchange.operation.as_str()) {
            (true, _) if message.contains("sts:SetSourceIdentity") => Self::SourceIdentityRefused,
            (true, _) if message.contains("sts:TagSession") => Self::SessionTagsRefused,
            (true, _) => Self::RoleRefused,
            (false, "GetBucketLocation") => Self::BucketElsewhere,
            _ => Self::Denied,
        }
    }
}

/// What the words say that AWS ends a refusal with.
fn by_words(message: &str) -> Option<Cause> {
    let denies = |kind: &str| {
        message.contains(&format!("with an explicit deny in a {kind}"))
            || message.contains(&format!("with an explicit deny in an {kind}"))
    };
    let omits = |kind: &str| message.contains(&format!("because no {kind} allows"));
    Some(match () {
        // KMS says all of it at once where the key may be anybody's.
        () if message.contains("no resource-based policies allow access") => Cause::ResourcePolicyOmits,
        () if denies("service control policy") => Cause::ServiceControlPolicyDenies,
        () if omits("service control policy") => Cause::ServiceControlPolicyOmits,
        () if denies("resource control policy") || omits("resource control policy") => Cause::ResourceControlPolicy,
        () if denies("permissions boundary") => Cause::BoundaryDenies,
        () if omits("permissions boundary") => Cause::BoundaryOmits,
        () if denies("session policy") || omits("session policy") => Cause::SessionPolicy,
        () if denies("VPC endpoint policy") || omits("VPC endpoint policy") => Cause::EndpointPolicy,
        () if denies("resource-based policy") => Cause::ResourcePolicyDenies,
        () if omits("resource-based policy") => Cause::ResourcePolicyOmits,
        () if denies("identity-based policy") => Cause::IdentityPolicyDenies,
        () if omits("identity-based policy") => Cause::IdentityPolicyOmits,
        () => return None,
    })
}

/// The ARN of the policy that the message names at its end.
pub(super) fn policy(message: &str) -> Option<String> {
    let (_, policy) = message.rsplit_once("policy: ")?;
    let policy = policy.trim();
    policy.starts_with("arn:").then(|| policy.to_owned())
}

/// The resource that the message names.
pub(super) fn resource(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("on resource: ")?;
    rest.split_whitespace().next().map(str::to_owned)
}

/// The action that was refused: the one the message names, else that of the call.
pub(super) fn action(exchange: &Exchange) -> String {
    let named = match &exchange.answer {
        Answer::Error { message, .. } => message.split_once("not authorized to perform: ").map(|(_, rest)| rest),
        Answer::Ok(_) => None,
    };
    let named = named.and_then(|rest| rest.split_whitespace().next());
    let of_call = || {
        let mut calls = CALLS.iter();
        let call = calls.find(|call| call.service == exchange.service && call.operation == exchange.operation);
        call.and_then(|call| call.actions.first().copied())
    };
    named.or_else(of_call).unwrap_or_default().to_owned()
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_aws_name_the_policy() {
        for (words, cause) in [
            (
                "with an explicit deny in a service control policy: arn:aws:x",
                Cause::ServiceControlPolicyDenies,
            ),
            (
                "because no service control policy allows the a:B action",
                Cause::ServiceControlPolicyOmits,
            ),
            (
                "with an explicit deny in a resource control policy",
                Cause::ResourceControlPolicy,
            ),
            (
                "with an explicit deny in an identity-based policy",
                Cause::IdentityPolicyDenies,
            ),
            (
                "because no identity-based policy allows the a:B action",
                Cause::IdentityPolicyOmits,
            ),
            (
                "because no permissions boundary allows the a:B action",
                Cause::BoundaryOmits,
            ),
            ("with an explicit deny in a permissions boundary", Cause::BoundaryDenies),
            ("because no session policy allows the a:B action", Cause::SessionPolicy),
            (
                "because no VPC endpoint policy allows the a:B action",
                Cause::EndpointPolicy,
            ),
            (
                "with an explicit deny in a resource-based policy",
                Cause::ResourcePolicyDenies,
            ),
            (
                "because no resource-based policy allows the a:B action",
                Cause::ResourcePolicyOmits,
            ),
        ] {
            let message = format!("User: arn:aws:sts::1:x is not authorized to perform: a:B on resource: * {words}");
            assert_eq!(by_words(&message), Some(cause), "{words}");
            assert_eq!(resource(&message).as_deref(), Some("*"));
        }
        assert_eq!(by_words("Access Denied"), None);
        assert_eq!(
            policy("in a service control policy: arn:aws:o").as_deref(),
            Some("arn:aws:o")
        );
    }

    #[test]
    fn every_cause_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = NAMES.iter().map(|(_, name)| name).collect();
        assert_eq!(names.len(), NAMES.len());
        assert!(NAMES.iter().all(|(cause, name)| cause.as_str() == *name));
    }
}
