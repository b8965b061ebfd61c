//! Errors, before a protocol gives them their form.

/// An error AWS would give. Codes are those of the JSON services; the Query protocol renames some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub status: u16,
    pub code: &'static str,
    pub message: String,
    /// More members of the error, such as the `Reason` Organizations gives.
    pub details: Vec<(&'static str, String)>,
    /// The Region of the bucket that was looked for in another one.
    pub bucket_region: Option<String>,
}

impl Refusal {
    /// The caller's mistake.
    pub fn client(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            code,
            message: message.into(),
            details: Vec::new(),
            bucket_region: None,
        }
    }

    /// The same with another status.
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same with one more member.
    pub fn with_detail(mut self, name: &'static str, text: &str) -> Self {
        self.details.push((name, text.to_owned()));
        self
    }

    pub fn access_denied(message: impl Into<String>) -> Self {
        Self::client("AccessDeniedException", message)
    }

    /// Bad credentials and a Region that is off look the same.
    pub fn unrecognized_client() -> Self {
        let message = "The security token included in the request is invalid.";
        Self::client("UnrecognizedClientException", message).with_status(403)
    }

    pub fn expired_token() -> Self {
        let message = "The security token included in the request is expired";
        Self::client("ExpiredTokenException", message).with_status(403)
    }

    /// Asked too often, in the words of the service.
    pub fn throttled(service: &str) -> Self {
        let (status, code, message) = match service {
            "organizations" => (
                400,
                "TooManyRequestsException",
                "You have sent too many requests in too short a period of time. The quota helps protect against \
                 denial-of-service attacks. Try again later.",
            ),
            "account" => (429, "TooManyRequestsException", "Rate exceeded"),
            "kms" => (
                400,
                "ThrottlingException",
                "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
            ),
            "s3" => (503, "SlowDown", "Please reduce your request rate."),
            _ => (400, "ThrottlingException", "Rate exceeded"),
        };
        Self::client(code, message).with_status(status)
    }

    /// The caller's clock and the service's are too far apart.
    pub fn skewed() -> Self {
        let message = "The difference between the request time and the current time is too large.";
        Self::client("RequestTimeTooSkewed", message).with_status(403)
    }

    /// The service's own failure.
    pub fn internal() -> Self {
        let message = "The request processing has failed because of an unknown error, exception or failure.";
        Self::client("InternalFailure", message).with_status(500)
    }

    pub fn missing_token() -> Self {
        let message = "Missing Authentication Token";
        Self::client("MissingAuthenticationTokenException", message).with_status(403)
    }

    pub fn incomplete_signature() -> Self {
        let message = "The request signature does not conform to AWS standards.";
        Self::client("IncompleteSignatureException", message)
    }

    pub fn unknown_operation() -> Self {
        Self::client(
            "UnknownOperationException",
            "The requested operation is not supported by this service.",
        )
    }

    /// A member of the request breaks the service's model.
    pub fn constraint(code: &'static str, member: &str, value: &str, must: &str) -> Self {
        let message = format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must {must}"
        );
        Self::client(code, message)
    }

    /// A member the operation needs is absent.
    pub fn absent(code: &'static str, member: &str) -> Self {
        let message = format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
        );
        Self::client(code, message)
    }
}
