//! How S3 is asked: which bucket, in the path or in the name of the host, and which part of it. And how it refuses.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::xml::Xml;
use crate::call::Call;
use crate::refusal::Refusal;

/// The bucket a request names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Addressed<'a> {
    pub name: &'a str,
    /// Whether the name is part of the host's name, and not of the path.
    pub in_host: bool,
}

/// The bucket a request names, or nothing when it is about the whole account.
pub(crate) fn addressed(call: &Call) -> Option<Addressed<'_>> {
    if let Some(name) = call.host.as_deref().and_then(in_host) {
        return Some(Addressed { name, in_host: true });
    }
    let name = call.path.trim_start_matches('/').split('/').next()?;
    (!name.is_empty()).then_some(Addressed { name, in_host: false })
}

/// `bucket.s3.REGION.amazonaws.com`, and on loopback `bucket.localhost`.
fn in_host(host: &str) -> Option<&str> {
    let name = host.split(':').next()?;
    let found = match name.strip_suffix(".amazonaws.com") {
        Some(name) => name
            .strip_suffix(".s3")
            .or_else(|| Some(name.split_once(".s3.").or_else(|| name.split_once(".s3-"))?.0)),
        None => name.strip_suffix(".localhost"),
    };
    found.filter(|name| !name.is_empty())
}

/// `/` for the account, `/?part` for a part of a bucket. Objects are not simulated.
pub(super) fn asked(call: &Call) -> String {
    const PARTS: [&str; 8] = [
        "acl",
        "lifecycle",
        "location",
        "logging",
        "object-lock",
        "policyStatus",
        "publicAccessBlock",
        "versioning",
    ];
    let Some(bucket) = addressed(call) else {
        return "/".to_owned();
    };
    let key = call.path.trim_start_matches('/');
    let key = if bucket.in_host {
        key
    } else {
        key.strip_prefix(bucket.name).unwrap_or(key).trim_start_matches('/')
    };
    let mut parts = form_urlencoded::parse(call.query.as_bytes()).map(|(name, _)| name);
    let part = parts.find(|name| PARTS.contains(&name.as_ref())).unwrap_or_default();
    if key.is_empty() {
        format!("/?{part}")
    } else {
        format!("/{key}?{part}")
    }
}

/// S3's own names for what the JSON services call otherwise, with their status.
pub(super) fn code(code: &str, call: &Call) -> Option<(&'static str, u16)> {
    Some(match code {
        "AccessDeniedException" | "MissingAuthenticationTokenException" => ("AccessDenied", 403),
        "ExpiredTokenException" => ("ExpiredToken", 400),
        "IncompleteSignatureException" => ("AuthorizationHeaderMalformed", 400),
        "UnknownOperationException" => ("MethodNotAllowed", 405),
        "UnrecognizedClientException" if call.session_token.is_some() => ("InvalidToken", 400),
        "UnrecognizedClientException" => ("InvalidAccessKeyId", 403),
        _ => return None,
    })
}

pub(super) fn error(code: &str, refusal: &Refusal, request_id: &str) -> Vec<u8> {
    let mut xml = Xml::document();
    xml.element("Error", |xml| {
        xml.text("Code", code).text("Message", &refusal.message);
        for (name, text) in &refusal.details {
            xml.text(name, text);
        }
        xml.text("RequestId", request_id).text("HostId", host_id(request_id));
    });
    xml.into_bytes()
}

/// The second id of an answer of S3; here it says nothing that the first does not.
pub(super) fn host_id(request_id: &str) -> String {
    BASE64.encode(request_id)
}

/// A document with one root element in S3's namespace.
pub(crate) fn answer(root: &str, content: impl FnOnce(&mut Xml)) -> Vec<u8> {
    let mut xml = Xml::document();
    xml.with(root, "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"", content);
    xml.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_named_by_the_path_or_by_the_host() {
        for (host, path, expected) in [
            ("127.0.0.1:4566", "/", None),
            ("localhost", "/", None),
            ("127.0.0.1:4566", "/logs", Some(("logs", false))),
            ("s3.eu-west-1.amazonaws.com", "/logs/", Some(("logs", false))),
            ("logs.s3.eu-west-1.amazonaws.com", "/", Some(("logs", true))),
            ("my.logs.s3.amazonaws.com", "/", Some(("my.logs", true))),
            ("logs.localhost:4566", "/", Some(("logs", true))),
        ] {
            let call = Call {
                host: Some(host.into()),
                path: path.into(),
                ..Call::default()
            };
            let found = addressed(&call).map(|bucket| (bucket.name, bucket.in_host));
            assert_eq!(found, expected, "{host}{path}");
        }
    }

    #[test]
    fn the_query_string_names_the_part() {
        let asked = |path: &str, query: &str| {
            asked(&Call {
                path: path.into(),
                query: query.into(),
                ..Call::default()
            })
        };
        assert_eq!(asked("/", "x-id=ListBuckets"), "/");
        assert_eq!(asked("/logs", "acl"), "/?acl");
        assert_eq!(asked("/logs/", "x-id=GetObjectLock&object-lock="), "/?object-lock");
        assert_eq!(asked("/logs/key", "acl"), "/key?acl");
        assert_eq!(asked("/logs", ""), "/?");
    }
}
