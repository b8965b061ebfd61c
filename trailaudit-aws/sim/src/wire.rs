//! The three protocols: what a request asks for, and the form of its answer.

use serde::Serialize;
use serde_json::json;

use crate::call::{Answer, Call, Entry};
use crate::refusal::Refusal;

/// A protocol of the AWS APIs, recognised by the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// awsJson1.1: `X-Amz-Target` names the operation, the body is its input.
    Json,
    /// awsQuery: a form whose `Action` names the operation, answered in XML.
    Query,
    /// restJson1: the path names the operation.
    RestJson,
}

impl Protocol {
    pub fn of(call: &Call) -> Self {
        match (&call.target, call.path.as_str()) {
            (Some(_), _) => Self::Json,
            (None, "/" | "") => Self::Query,
            (None, _) => Self::RestJson,
        }
    }

    /// What the request calls its operation: the part after the last dot of the target, the action, or the path.
    pub fn operation(self, call: &Call) -> String {
        match self {
            Self::Json => {
                let target = call.target.as_deref().unwrap_or_default();
                target.rsplit('.').next().unwrap_or_default().to_owned()
            }
            Self::Query => field(&call.body, "Action").unwrap_or_default(),
            Self::RestJson => call.path.clone(),
        }
    }

    pub fn success(self, body: Vec<u8>, entry: Entry) -> Answer {
        Answer {
            status: 200,
            content_type: self.content_type(),
            error_type: None,
            body,
            entry,
        }
    }

    pub fn failure(self, refusal: &Refusal, request_id: &str, entry: Entry) -> Answer {
        let code = if self == Self::Query {
            query_code(refusal.code)
        } else {
            refusal.code
        };
        // The JSON services answer a denial with 400; the others with 403.
        let denied = refusal.code == "AccessDeniedException" && self != Self::Json;
        let body = match self {
            Self::Json => json_error(&entry, refusal),
            Self::Query => xml_error(code, &refusal.message, request_id),
            Self::RestJson => json_body(&json!({"message": refusal.message})),
        };
        Answer {
            status: if denied { 403 } else { refusal.status },
            content_type: self.content_type(),
            error_type: (self != Self::Query).then_some(code),
            body,
            entry: Entry {
                refused: Some(code),
                ..entry
            },
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/x-amz-json-1.1",
            Self::Query => "text/xml",
            Self::RestJson => "application/json",
        }
    }
}

pub(crate) fn json_body(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// One field of a form body.
pub(crate) fn field(body: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(body)
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

/// Text between two XML tags.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // XML 1.0 has no way to write the other control characters.
            character if character.is_control() && !matches!(character, '\t' | '\n' | '\r') => escaped.push('\u{fffd}'),
            character => escaped.push(character),
        }
    }
    escaped
}

/// Organizations writes `Message`, as its model does; the other services write `message`.
fn json_error(entry: &Entry, refusal: &Refusal) -> Vec<u8> {
    let member = if entry.service == "organizations" {
        "Message"
    } else {
        "message"
    };
    let mut body = json!({"__type": refusal.code, member: refusal.message});
    if let Some(reason) = refusal.reason {
        body["Reason"] = reason.into();
    }
    json_body(&body)
}

fn xml_error(code: &str, message: &str, request_id: &str) -> Vec<u8> {
    let message = escaped(message);
    format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    \
         <Code>{code}</Code>\n    <Message>{message}</Message>\n  </Error>\n  <RequestId>{request_id}</RequestId>\n\
         </ErrorResponse>\n"
    )
    .into_bytes()
}

/// The Query protocol's own names for what the JSON services call otherwise.
fn query_code(code: &'static str) -> &'static str {
    match code {
        "AccessDeniedException" => "AccessDenied",
        "ExpiredTokenException" => "ExpiredToken",
        "IncompleteSignatureException" => "IncompleteSignature",
        "MissingAuthenticationTokenException" => "MissingAuthenticationToken",
        "ThrottlingException" => "Throttling",
        "UnknownOperationException" => "InvalidAction",
        "UnrecognizedClientException" => "InvalidClientTokenId",
        code => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_xml_survive_special_characters() {
        assert_eq!(
            field(b"Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam", "RoleArn").unwrap(),
            "arn:aws:iam"
        );
        assert_eq!(field(b"Action=AssumeRole", "RoleArn"), None);
        assert_eq!(escaped("<a & \"b\">\u{1}"), "&lt;a &amp; &quot;b&quot;&gt;\u{fffd}");
    }

    #[test]
    fn each_protocol_names_the_error_its_own_way() {
        let refusal = Refusal::unrecognized_client();
        let entry = Entry::default();
        assert_eq!(
            Protocol::Json.failure(&refusal, "id", entry.clone()).error_type,
            Some("UnrecognizedClientException")
        );
        let query = Protocol::Query.failure(&refusal, "id", entry);
        assert_eq!((query.status, query.entry.refused), (403, Some("InvalidClientTokenId")));
    }
}
