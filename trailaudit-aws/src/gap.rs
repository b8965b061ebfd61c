//! What an error code means: the one place that reads them.

use trailaudit_core::evidence::{Answer, Exchange};
use trailaudit_core::observed::GapReason;

/// Our own codes, for calls that no service answered.
pub(crate) const TIMEOUT: &str = "Timeout";
pub(crate) const UNREACHABLE: &str = "Unreachable";
pub(crate) const UNREADABLE_ANSWER: &str = "UnreadableAnswer";
pub(crate) const NOT_SENT: &str = "NotSent";

/// What `CloudTrail` answers when a trail looks for no unusual activity.
pub(crate) const NO_INSIGHTS: &str = "InsightNotEnabledException";

const TIMED_OUT: &[&str] = &[TIMEOUT, "RequestTimeout", "RequestTimeoutException"];

/// The codes that the SDKs call throttling (`aws-runtime`, `THROTTLING_ERRORS`).
const THROTTLED: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "InsufficientPrivilegesException",
    "NotAuthorized",
    "UnauthorizedOperation",
];

/// The codes of a signature that was refused, perhaps for its time (`aws-runtime`, `CLOCK_SKEW_ERROR_CODES`).
const SIGNATURE_REFUSED: &[&str] = &[
    "AuthFailure",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
];

/// The statuses of a service that fails, but not because of what was asked.
const FAILING: &[u16] = &[500, 502, 503, 504];

/// How one attempt of a call failed, as far as it decides about another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setback {
    /// The service was asked too often.
    Throttled,
    /// Nothing came back, or not all of it.
    Unanswered,
    /// The service, or what stands before it, fails.
    Failing,
    /// An answer came that says nothing.
    Unreadable,
    /// The signature was refused, which the time may be the reason for.
    Skewed,
    /// It could not even be sent.
    Unsent,
    /// Whatever is asked so will be refused again.
    Refused,
}

/// What an error code, and the status it came with, say about another attempt.
pub(crate) fn setback(code: &str, status: Option<u16>) -> Setback {
    match (code, status) {
        (TIMEOUT | UNREACHABLE, _) => Setback::Unanswered,
        (NOT_SENT, _) => Setback::Unsent,
        (code, _) if is_throttling(code) => Setback::Throttled,
        (_, Some(429)) => Setback::Throttled,
        (_, Some(status)) if FAILING.contains(&status) => Setback::Failing,
        (UNREADABLE_ANSWER, _) => Setback::Unreadable,
        (code, _) if TIMED_OUT.contains(&code) => Setback::Failing,
        (code, _) if SIGNATURE_REFUSED.contains(&code) => Setback::Skewed,
        _ => Setback::Refused,
    }
}

/// Why an exchange did not answer; nothing when it did.
///
/// A service control policy, a permissions boundary and a missing statement are all [`GapReason::Denied`]: its message
/// says which. A code that may mean a Region that is off ([`looks_like_region_off`]) is [`GapReason::Failed`] here,
/// because it may as well mean bad credentials; only the account's list of Regions can tell.
#[must_use]
pub fn reason(exchange: &Exchange) -> Option<GapReason> {
    let Answer::Error { code, message } = &exchange.answer else {
        return None;
    };
    let code_is_in = |list: &[&str]| list.contains(&code.as_str());
    let (code, message) = (code.clone(), message.clone());
    Some(if code_is_in(TIMED_OUT) {
        GapReason::TimedOut
    } else if code_is_in(THROTTLED) {
        GapReason::Throttled { code }
    } else if code == UNREADABLE_ANSWER {
        GapReason::Unreadable(message)
    } else if exchange.service == "sts" && exchange.operation == "AssumeRole" && code != UNREACHABLE && code != NOT_SENT
    {
        GapReason::RoleUnavailable { code, message }
    } else if code_is_in(DENIED) {
        GapReason::Denied { code, message }
    } else {
        GapReason::Failed { code, message }
    })
}

/// Whether the service says that what was asked about does not exist (for KMS and Logs: in the account and Region of
/// the question).
#[must_use]
pub fn is_not_found(code: &str) -> bool {
    matches!(
        code,
        "NotFoundException" | "TrailNotFoundException" | "CloudTrailARNInvalidException" | "ResourceNotFoundException"
    )
}

/// Whether the service says that it was asked too often.
pub(crate) fn is_throttling(code: &str) -> bool {
    THROTTLED.contains(&code)
}

/// Whether the service says that the caller may not do this.
pub(crate) fn is_denial(code: &str) -> bool {
    DENIED.contains(&code)
}

/// Whether the service says that the caller's clock is wrong.
pub(crate) fn is_wrong_time(code: &str) -> bool {
    matches!(code, "RequestExpired" | "RequestTimeTooSkewed")
}

/// Codes by which a service answers that there is none of what was asked for: they say as much as any answer.
const NOTHING_THERE: &[(&str, &str)] = &[
    ("cloudtrail", NO_INSIGHTS),
    ("iam", "NoSuchEntity"),
    ("organizations", "AWSOrganizationsNotInUseException"),
    ("s3", "NoSuchBucket"),
    ("s3", "NoSuchBucketPolicy"),
    ("s3", "NoSuchLifecycleConfiguration"),
    ("s3", "NoSuchPublicAccessBlockConfiguration"),
    ("s3", "ObjectLockConfigurationNotFoundError"),
    ("sns", "NotFound"),
];

/// Whether nothing was learnt: an exchange that failed, and not by the word that there is nothing.
#[must_use]
pub fn is_gap(exchange: &Exchange) -> bool {
    let is_told = |code| NOTHING_THERE.contains(&(exchange.service.as_str(), code));
    code(exchange).is_some_and(|code| !is_told(code))
}

/// Whether the credentials ran out. The SDK does not retry these.
#[must_use]
pub fn is_expired_token(code: &str) -> bool {
    matches!(code, "ExpiredToken" | "ExpiredTokenException")
}

/// Whether the code is one of those that a Region sends which the account has not enabled. Most of them also mean
/// wrong credentials.
#[must_use]
pub fn looks_like_region_off(code: &str) -> bool {
    matches!(
        code,
        "UnrecognizedClientException" | "InvalidClientTokenId" | "OptInRequired" | "AuthFailure"
    )
}

/// Whether no service answered, so that trying something else would meet the same silence.
pub(crate) fn is_silence(reason: &GapReason) -> bool {
    match reason {
        GapReason::TimedOut | GapReason::Throttled { .. } | GapReason::Unreadable(_) => true,
        GapReason::Failed { code, .. } => code == UNREACHABLE || code == NOT_SENT,
        _ => false,
    }
}

/// Whether nobody answered: no service that is to blame, perhaps no network.
pub(crate) fn is_unanswered(exchange: &Exchange) -> bool {
    exchange.transport.status.is_none() && matches!(code(exchange), Some(TIMEOUT | UNREACHABLE))
}

/// Whether asking again later may well bring another answer, though nothing was changed in the account.
pub(crate) fn is_of_the_moment(exchange: &Exchange) -> bool {
    code(exchange).is_some_and(|code| {
        let silent = [TIMEOUT, UNREACHABLE, NOT_SENT].contains(&code);
        silent || is_expired_token(code) || is_throttling(code)
    })
}

/// The code of an exchange that failed.
pub(crate) fn code(exchange: &Exchange) -> Option<&str> {
    match &exchange.answer {
        Answer::Error { code, .. } => Some(code),
        Answer::Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use trailaudit_core::evidence::Transport;

    use super::*;

    fn failed(service: &str, operation: &str, code: &str) -> Exchange {
        Exchange {
            account: "111122223333".into(),
            region: "eu-west-1".into(),
            service: service.into(),
            operation: operation.into(),
            parameters: json!({}),
            answer: Answer::Error {
                code: code.into(),
                message: "no".into(),
            },
            transport: Transport::default(),
        }
    }

    #[test]
    fn each_code_has_its_reason() {
        let of = |code| reason(&failed("cloudtrail", "DescribeTrails", code)).unwrap();
        let text = |code: &str| (code.to_owned(), "no".to_owned());
        let (code, message) = text("AccessDeniedException");
        assert_eq!(of("AccessDeniedException"), GapReason::Denied { code, message });
        let code = "ThrottlingException".to_owned();
        assert_eq!(of("ThrottlingException"), GapReason::Throttled { code });
        assert_eq!(of(TIMEOUT), GapReason::TimedOut);
        assert_eq!(of(UNREADABLE_ANSWER), GapReason::Unreadable("no".into()));
        for code in ["UnrecognizedClientException", "InternalFailure", UNREACHABLE, NOT_SENT] {
            assert!(
                matches!(of(code), GapReason::Failed { code: kept, .. } if kept == code),
                "{code}"
            );
        }
    }

    #[test]
    fn a_refused_role_is_unavailable_but_a_silent_endpoint_is_not_the_roles_fault() {
        let of = |code| reason(&failed("sts", "AssumeRole", code)).unwrap();
        assert!(matches!(of("AccessDenied"), GapReason::RoleUnavailable { .. }));
        assert!(matches!(
            of("RegionDisabledException"),
            GapReason::RoleUnavailable { .. }
        ));
        assert!(matches!(of(UNREACHABLE), GapReason::Failed { .. }));
        assert!(is_silence(&of(UNREACHABLE)) && is_silence(&of("Throttling")) && !is_silence(&of("AccessDenied")));
    }

    #[test]
    fn what_passes_is_tried_again_and_a_refusal_is_not() {
        for (code, status, expected) in [
            ("ThrottlingException", Some(400), Setback::Throttled),
            ("SlowDown", Some(503), Setback::Throttled),
            (UNREADABLE_ANSWER, Some(429), Setback::Throttled),
            ("KMSInternalException", Some(500), Setback::Failing),
            ("RequestTimeout", Some(400), Setback::Failing),
            (UNREADABLE_ANSWER, Some(503), Setback::Failing),
            (UNREADABLE_ANSWER, Some(200), Setback::Unreadable),
            (UNREADABLE_ANSWER, Some(404), Setback::Unreadable),
            (TIMEOUT, Some(200), Setback::Unanswered),
            (UNREACHABLE, None, Setback::Unanswered),
            ("RequestTimeTooSkewed", Some(403), Setback::Skewed),
            (NOT_SENT, None, Setback::Unsent),
            ("AccessDeniedException", Some(400), Setback::Refused),
            ("ExpiredTokenException", Some(400), Setback::Refused),
            ("NotImplemented", Some(501), Setback::Refused),
        ] {
            assert_eq!(setback(code, status), expected, "{code} {status:?}");
        }
    }

    #[test]
    fn that_there_is_nothing_is_no_gap() {
        assert!(!is_gap(&failed(
            "s3",
            "GetBucketLifecycleConfiguration",
            "NoSuchLifecycleConfiguration"
        )));
        assert!(!is_gap(&failed("cloudtrail", "GetInsightSelectors", NO_INSIGHTS)));
        assert!(is_gap(&failed("s3", "GetBucketLifecycleConfiguration", "AccessDenied")));
        assert!(is_gap(&failed("kms", "DescribeKey", "NotFoundException")));
    }

    #[test]
    fn an_answer_is_no_gap() {
        let mut exchange = failed("kms", "DescribeKey", "x");
        exchange.answer = Answer::Ok(json!({}));
        assert_eq!(reason(&exchange), None);
        assert!(!is_gap(&exchange));
    }
}
