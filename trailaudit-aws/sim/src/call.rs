//! One request as the transport saw it, and one answer for the transport to send.

use jiff::Timestamp;

/// One HTTP request, with all that an answer may depend on.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// The wall clock: sessions expire by it.
    pub now: Timestamp,
    /// The id the answer carries.
    pub request_id: String,
    /// The method; all but S3 is asked with `POST`, which an empty one stands for.
    pub method: String,
    /// The path, without the query string.
    pub path: String,
    /// The query string, without the question mark.
    pub query: String,
    /// The `Host` header: it may name a bucket.
    pub host: Option<String>,
    /// The `X-Amz-Target` header.
    pub target: Option<String>,
    /// The `Smithy-Protocol` header.
    pub smithy_protocol: Option<String>,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `X-Amz-Security-Token` header.
    pub session_token: Option<String>,
    /// The `X-Amz-Date` header: when it was signed, by the caller's clock.
    pub signed_at: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Call {
    /// A request that came in at `now`; `place` is its path with the query string, and `header` gives a header by its name in
    /// lower case.
    pub fn received(
        now: Timestamp,
        method: &str,
        place: &str,
        header: impl Fn(&str) -> Option<String>,
        body: Vec<u8>,
    ) -> Self {
        let (path, query) = place.split_once('?').unwrap_or((place, ""));
        Self {
            now,
            request_id: String::new(),
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            host: header("host"),
            target: header("x-amz-target"),
            smithy_protocol: header("smithy-protocol"),
            authorization: header("authorization"),
            session_token: header("x-amz-security-token"),
            signed_at: header("x-amz-date"),
            body,
        }
    }
}

/// One HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type` header.
    pub content_type: &'static str,
    /// The `x-amzn-errortype` header.
    pub error_type: Option<&'static str>,
    /// Every other header, the one with the request id among them.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What the ledger keeps of the call.
    pub entry: Entry,
}

/// What the ledger keeps of one call. Parts the call did not get far enough to tell are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The service, as the credential scope names it.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// The account that called.
    pub account: String,
    /// The Region of the credential scope.
    pub region: String,
    /// What was asked after: see [`Ledger::targets`](crate::Ledger::targets).
    pub target: String,
    /// The error code it was refused with.
    pub refused: Option<&'static str>,
    /// The ARN of a KMS key that this call created, as describing `alias/aws/…` does.
    pub created_key: Option<String>,
}
