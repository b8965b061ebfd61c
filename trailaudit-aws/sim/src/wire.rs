//! The protocols: what a request asks for, and the form of its answer.

pub(crate) mod bucket;
pub(crate) mod cbor;
pub(crate) mod xml;

use serde::Serialize;
use serde_json::json;

use crate::call::{Answer, Call, Entry};
use crate::refusal::Refusal;

/// A protocol of the AWS APIs, recognised by the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// awsJson1.1, and 1.0 for CloudWatch: `X-Amz-Target` names the operation, the body is its input.
    Json,
    /// awsQuery: a form whose `Action` names the operation, answered in XML.
    Query,
    /// restJson1: the path names the operation.
    RestJson,
    /// Smithy RPC v2: the path names the operation, the body is its input in CBOR.
    Cbor,
    /// restXml, as S3 speaks it: the query string names the operation. The others are asked with `POST`.
    RestXml,
}

impl Protocol {
    pub fn of(call: &Call) -> Self {
        if call.smithy_protocol.as_deref() == Some("rpc-v2-cbor") {
            return Self::Cbor;
        }
        match (&call.target, call.method.as_str(), call.path.as_str()) {
            (Some(_), _, _) => Self::Json,
            (None, "GET" | "HEAD", _) => Self::RestXml,
            (None, _, "/" | "") => Self::Query,
            (None, _, _) => Self::RestJson,
        }
    }

    /// What the request calls its operation: the part after the last dot of the target, the action, the path, or the
    /// part of a bucket that is asked for.
    pub fn operation(self, call: &Call) -> String {
        match self {
            Self::Json => {
                let target = call.target.as_deref().unwrap_or_default();
                target.rsplit('.').next().unwrap_or_default().to_owned()
            }
            Self::Query => field(&call.body, "Action").unwrap_or_default(),
            Self::RestJson => call.path.clone(),
            Self::Cbor => cbor::asked(&call.path),
            Self::RestXml => bucket::asked(call),
        }
    }

    pub fn success(self, body: Vec<u8>, request_id: &str, entry: Entry) -> Answer {
        Answer {
            status: 200,
            content_type: self.content_type(entry.service),
            error_type: None,
            headers: self.identified(request_id),
            body,
            entry,
        }
    }

    pub fn failure(self, refusal: &Refusal, call: &Call, entry: Entry) -> Answer {
        let (code, status) = self.code(refusal, entry.service, call);
        let body = match self {
            Self::Json => json_error(&entry, refusal),
            Self::Query => xml::error(code, refusal, entry.service, &call.request_id),
            Self::RestJson => json_body(&json!({"message": refusal.message})),
            Self::Cbor => cbor::error(refusal),
            Self::RestXml => bucket::error(code, refusal, &call.request_id),
        };
        let mut headers = self.identified(&call.request_id);
        if spoke_query(entry.service) {
            headers.push(("x-amzn-query-error", format!("{code};Sender")));
        }
        headers.extend(
            refusal
                .bucket_region
                .iter()
                .map(|region| ("x-amz-bucket-region", region.clone())),
        );
        Answer {
            status,
            content_type: self.content_type(entry.service),
            error_type: matches!(self, Self::Json | Self::RestJson).then_some(refusal.code),
            headers,
            body,
            entry: Entry {
                refused: Some(code),
                ..entry
            },
        }
    }

    /// What the protocol, or the service, calls an error, and the status it has there.
    fn code(self, refusal: &Refusal, service: &str, call: &Call) -> (&'static str, u16) {
        match (self, refusal.code) {
            (Self::Query, "AccessDeniedException") if service == "sns" => ("AuthorizationError", 403),
            (Self::Query, code) => query_code(code, refusal.status),
            (Self::Json | Self::Cbor, code) if spoke_query(service) => query_code(code, refusal.status),
            (Self::RestXml, code) => bucket::code(code, call).unwrap_or((code, refusal.status)),
            // The JSON services answer a denial with 400; the others with 403.
            (Self::RestJson, code @ "AccessDeniedException") => (code, 403),
            (Self::Json | Self::RestJson | Self::Cbor, code) => (code, refusal.status),
        }
    }

    fn content_type(self, service: &str) -> &'static str {
        match self {
            Self::Json if spoke_query(service) => "application/x-amz-json-1.0",
            Self::Json => "application/x-amz-json-1.1",
            Self::Query => "text/xml",
            Self::RestJson => "application/json",
            Self::Cbor => "application/cbor",
            Self::RestXml => "application/xml",
        }
    }

    /// The headers that tell one answer from another.
    fn identified(self, request_id: &str) -> Vec<(&'static str, String)> {
        match self {
            Self::RestXml => vec![
                ("x-amz-request-id", request_id.to_owned()),
                ("x-amz-id-2", bucket::host_id(request_id)),
            ],
            Self::Cbor => vec![
                ("x-amzn-requestid", request_id.to_owned()),
                ("smithy-protocol", "rpc-v2-cbor".to_owned()),
            ],
            Self::Json | Self::Query | Self::RestJson => vec![("x-amzn-requestid", request_id.to_owned())],
        }
    }
}

pub(crate) fn json_body(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// One field of a form body, or of a query string.
pub(crate) fn field(form: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(form)
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

/// Organizations writes `Message`, as its model does; the other services write `message`.
fn json_error(entry: &Entry, refusal: &Refusal) -> Vec<u8> {
    let member = if entry.service == "organizations" {
        "Message"
    } else {
        "message"
    };
    let mut body = json!({"__type": refusal.code, member: refusal.message});
    for (name, text) in &refusal.details {
        body[*name] = text.as_str().into();
    }
    json_body(&body)
}

/// CloudWatch spoke the Query protocol before, and still tells what an error was called there.
fn spoke_query(service: &str) -> bool {
    service == "monitoring"
}

/// The Query protocol's own names for what the JSON services call otherwise, with their status.
fn query_code(code: &'static str, status: u16) -> (&'static str, u16) {
    match code {
        "AccessDeniedException" => ("AccessDenied", 403),
        "ExpiredTokenException" => ("ExpiredToken", status),
        "IncompleteSignatureException" => ("IncompleteSignature", status),
        "MissingAuthenticationTokenException" => ("MissingAuthenticationToken", status),
        "ThrottlingException" => ("Throttling", status),
        "UnknownOperationException" => ("InvalidAction", status),
        "UnrecognizedClientException" => ("InvalidClientTokenId", status),
        code => (code, status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_survive_special_characters() {
        assert_eq!(
            field(b"Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam", "RoleArn").unwrap(),
            "arn:aws:iam"
        );
        assert_eq!(field(b"Action=AssumeRole", "RoleArn"), None);
    }

    #[test]
    fn each_protocol_names_the_error_its_own_way() {
        let refusal = Refusal::unrecognized_client();
        let (entry, call) = (Entry::default(), Call::default());
        assert_eq!(
            Protocol::Json.failure(&refusal, &call, entry.clone()).error_type,
            Some("UnrecognizedClientException")
        );
        let query = Protocol::Query.failure(&refusal, &call, entry.clone());
        assert_eq!((query.status, query.entry.refused), (403, Some("InvalidClientTokenId")));
        let bucket = Protocol::RestXml.failure(&refusal, &call, entry.clone());
        assert_eq!((bucket.status, bucket.entry.refused), (403, Some("InvalidAccessKeyId")));
        let session = Call {
            session_token: Some("x".into()),
            ..call
        };
        let bucket = Protocol::RestXml.failure(&refusal, &session, entry);
        assert_eq!((bucket.status, bucket.entry.refused), (400, Some("InvalidToken")));
    }
}
