//! Why KMS signed nothing, and what to do about it.

use trailaudit_core::evidence::SignError;
use trailaudit_core::evidence::public_key::KeyError;

use crate::error::CollectError;
use crate::gap;
use crate::record::Taken;

/// Why nothing was signed with a key in AWS KMS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// What was given does not name a key.
    #[error("{reference:?}: {problem}")]
    Reference {
        /// As it was given.
        reference: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The environment cannot be used.
    #[error(transparent)]
    Environment(#[from] CollectError),
    /// The request could not even be sent: mostly for want of credentials.
    #[error("kms:{operation} of {key} was not sent: {detail}")]
    NotSent {
        /// The operation.
        operation: &'static str,
        /// The key, as it was asked for.
        key: String,
        /// What happened.
        detail: String,
    },
    /// No answer came, or none that can be read.
    #[error("kms:{operation} of {key} was not answered by {endpoint}: {detail}")]
    NotAnswered {
        /// The operation.
        operation: &'static str,
        /// The key, as it was asked for.
        key: String,
        /// The host that was asked.
        endpoint: String,
        /// What happened.
        detail: String,
    },
    /// KMS refused.
    #[error("kms:{operation} of {key} was refused ({code}: {message}){}", request(request_id.as_deref()))]
    Refused {
        /// The operation.
        operation: &'static str,
        /// The key, as it was asked for.
        key: String,
        /// The error code.
        code: String,
        /// Its message.
        message: String,
        /// What AWS names the call by.
        request_id: Option<String>,
    },
    /// The key is of another kind.
    #[error("{key} cannot sign evidence: its {what} is {found}, not {wanted}")]
    WrongKey {
        /// The key, as it was asked for.
        key: String,
        /// What is wrong, by the name KMS gives it.
        what: &'static str,
        /// What KMS says.
        found: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// What KMS returned is not a key that can verify.
    #[error("the public key that KMS returned for {key} cannot be used: {source}")]
    PublicKey {
        /// The key, as it was asked for.
        key: String,
        /// What is wrong with it.
        source: KeyError,
    },
    /// The signature is not the key's over the statement.
    #[error("KMS returned a signature of {key} that does not verify: does this endpoint honour MessageType=DIGEST?")]
    DoesNotVerify {
        /// The key's ARN.
        key: String,
    },
    /// The statement cannot be signed by anybody.
    #[error(transparent)]
    Sign(SignError),
}

impl SignerError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        const MAKE_ONE: &str =
            "`aws kms create-key --key-spec ECC_NIST_P256 --key-usage SIGN_VERIFY` makes one that does";
        let fixed = match self {
            Self::Refused {
                operation, key, code, ..
            } => return hint_of_code(operation, key, code, MAKE_ONE),
            Self::Environment(error) => error.hint()?,
            Self::Sign(_) => return None,
            Self::Reference { .. } => {
                "arn:aws:kms:REGION:ACCOUNT:key/ID or arn:aws:kms:REGION:ACCOUNT:alias/NAME: `aws kms list-aliases` shows them"
            }
            Self::NotSent { .. } => {
                "set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`"
            }
            Self::NotAnswered { .. } => {
                "check the network, the proxy variables, AWS_ENDPOINT_URL, and the Region in the key's ARN"
            }
            Self::WrongKey { .. } | Self::PublicKey { .. } => MAKE_ONE,
            Self::DoesNotVerify { .. } => {
                "AWS itself does; some emulators hash a digest again, and what they sign proves nothing"
            }
        };
        Some(fixed.to_owned())
    }
}

/// A call that was made of KMS.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub operation: &'static str,
    pub key: &'a str,
}

impl Asked<'_> {
    /// The error when the call failed with this code and message.
    pub fn failed(self, (code, message): (String, String), taken: Taken) -> SignerError {
        let (operation, key) = (self.operation, self.key.to_owned());
        match code.as_str() {
            gap::NOT_SENT => SignerError::NotSent {
                operation,
                key,
                // What each provider of the credential chain said follows; one sentence is enough.
                detail: message.split(". Attempted:").next().unwrap_or(&message).to_owned(),
            },
            gap::UNREACHABLE | gap::TIMEOUT | gap::UNREADABLE_ANSWER => SignerError::NotAnswered {
                operation,
                key,
                endpoint: taken.host.unwrap_or_else(|| "AWS KMS".to_owned()),
                detail: message,
            },
            _ => SignerError::Refused {
                operation,
                key,
                code,
                message,
                request_id: taken.request_id,
            },
        }
    }
}

fn hint_of_code(operation: &str, key: &str, code: &str, make_one: &str) -> Option<String> {
    Some(match code {
        code if gap::is_denial(code) => format!(
            "whoever signs needs kms:{operation} on the key itself, not on an alias; in another account the key policy \
             has to allow it too"
        ),
        "NotFoundException" => {
            format!("check the account, the Region and the name: `aws kms describe-key --key-id {key}`")
        }
        "DisabledException" => format!("`aws kms enable-key --key-id {key}` puts it back into use"),
        "KMSInvalidStateException" => format!(
            "`aws kms describe-key --key-id {key}` shows its KeyState; `aws kms cancel-key-deletion` saves a key from \
             deletion"
        ),
        "InvalidKeyUsageException" | "UnsupportedOperationException" => make_one.to_owned(),
        code if gap::is_expired_token(code) || gap::looks_like_region_off(code) => {
            "try `aws sts get-caller-identity`; outside the partition `aws` set AWS_REGION as well".to_owned()
        }
        code if gap::is_throttling(code) => "KMS is asked too often just now: try again".to_owned(),
        _ => return None,
    })
}

fn request(id: Option<&str>) -> String {
    id.map(|id| format!(", request {id}")).unwrap_or_default()
}
