//! Why a collection cannot be made. A call that fails during one is no error: it is recorded.

use std::io;
use std::path::PathBuf;

use trailaudit_core::evidence::{Answer, Exchange};

use crate::claim::ClaimError;
use crate::gap;
use crate::package::PackageError;

/// Why a collection was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CollectError {
    /// An option has a value that cannot be meant.
    #[error("{option}: {problem}")]
    Option {
        /// The option, by its name on the command line without the dashes.
        option: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The environment has no usable credentials.
    #[error("no AWS credentials: {detail}")]
    NoCredentials {
        /// What the credential chain said.
        detail: String,
    },
    /// AWS does not accept the credentials.
    #[error("AWS refuses the credentials ({code}: {message})")]
    CredentialsRefused {
        /// The error code.
        code: String,
        /// Its message.
        message: String,
    },
    /// An endpoint does not answer.
    #[error("{endpoint} does not answer: {detail}")]
    Unreachable {
        /// The host that was asked.
        endpoint: String,
        /// What happened.
        detail: String,
    },
    /// The caller's ARN names a partition that this version does not know.
    #[error("the partition {partition:?} of the caller's ARN is not known to this version")]
    UnknownPartition {
        /// As the ARN says it.
        partition: String,
    },
    /// The role that reaches Organizations cannot be assumed.
    #[error("the management role {role} cannot be assumed ({code}: {message})")]
    ManagementRole {
        /// Its ARN.
        role: String,
        /// The error code.
        code: String,
        /// Its message.
        message: String,
    },
    /// The caller's account belongs to no organization.
    #[error("account {account} belongs to no organization")]
    NotInOrganization {
        /// The caller's account.
        account: String,
    },
    /// The organization cannot be listed.
    #[error("the organization cannot be listed: organizations:{operation} answered {code}: {message}")]
    Listing {
        /// The operation that failed.
        operation: String,
        /// The error code, `RepeatedToken` when the service sent the same page token twice.
        code: String,
        /// Its message.
        message: String,
    },
    /// The scope names accounts that are in neither the organization nor the accounts file.
    #[error("no such account is listed: {}", ids.join(", "))]
    UnknownAccounts {
        /// As the scope names them.
        ids: Vec<String>,
    },
    /// The scope names organizational units that the organization does not have.
    #[error("the organization has no organizational unit {}", ids.join(", "))]
    UnknownUnits {
        /// As the scope names them.
        ids: Vec<String>,
    },
    /// The accounts file cannot be used.
    #[error("{}, line {line}: {problem}", path.display())]
    AccountsFile {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// The certificates that `AWS_CA_BUNDLE` names cannot be used.
    #[error("the CA bundle {} cannot be used: {problem}", path.display())]
    CaBundle {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The credentials of the whole run cannot be used any more.
    #[error("the credentials cannot be used any more ({code}: {message})")]
    CredentialsExpired {
        /// The error code.
        code: String,
        /// Its message.
        message: String,
    },
    /// Nobody answers any more.
    #[error("nobody answers any more, AWS STS neither: the network is lost")]
    NetworkLost,
    /// The directory cannot be worked in.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// What an earlier session collected cannot be read.
    #[error("{}: {source}", path.display())]
    Records {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<PackageError>,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The collection was cancelled. What was recorded until then is on disk.
    #[error("the collection was cancelled")]
    Cancelled,
}

impl CollectError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Option { .. } | Self::Records { .. } | Self::Cancelled => return None,
            Self::Claim(error) => return error.hint(),
            Self::Io { source, .. } => return disk_hint(source.kind()),
            Self::CredentialsExpired { .. } => "renew them, for instance with `aws sso login`",
            Self::NetworkLost => "check the network and the proxy variables",
            Self::NoCredentials { .. } => {
                "set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`"
            }
            Self::CredentialsRefused { code, .. } if gap::is_wrong_time(code) => "set this machine's clock",
            Self::CredentialsRefused { .. } => {
                "try `aws sts get-caller-identity`; outside the partition `aws` set AWS_REGION as well"
            }
            Self::Unreachable { .. } => {
                "check the network, the proxy variables, AWS_ENDPOINT_URL, and the configured Region"
            }
            Self::UnknownPartition { .. } => "use a newer version",
            Self::ManagementRole { .. } => {
                "check the role's trust policy, its external id, and the caller's sts:AssumeRole"
            }
            Self::NotInOrganization { .. } => "use --single-account, or --accounts-file to name the accounts",
            Self::Listing { .. } => {
                "call from the management account or a delegated administrator, use --management-role to get there, or \
                 --accounts-file to name the accounts"
            }
            Self::UnknownAccounts { .. } => "`aws organizations list-accounts` shows the ids there are",
            Self::UnknownUnits { .. } => {
                "`aws organizations list-organizational-units-for-parent` shows the ids there are"
            }
            Self::AccountsFile { .. } => "each line is account_id[,name][,role_arn]; a header line is optional",
            Self::CaBundle { .. } => "AWS_CA_BUNDLE names a PEM file with the certificates to trust",
        })
    }

    /// The error when the organization could not be listed.
    pub(crate) fn listing(exchange: &Exchange) -> Self {
        let (code, message) = refusal(exchange);
        Self::Listing {
            operation: exchange.operation.clone(),
            code,
            message,
        }
    }

    /// The error when the very first call failed; `endpoint` is where it went.
    pub(crate) fn first_call(exchange: &Exchange, endpoint: Option<String>) -> Self {
        let (code, message) = refusal(exchange);
        match code.as_str() {
            // What each provider of the chain said follows; one sentence is enough.
            gap::NOT_SENT => Self::NoCredentials {
                detail: message.split(". Attempted:").next().unwrap_or(&message).to_owned(),
            },
            gap::UNREACHABLE | gap::TIMEOUT | gap::UNREADABLE_ANSWER => Self::Unreachable {
                endpoint: endpoint.unwrap_or_else(|| "AWS STS".to_owned()),
                detail: message,
            },
            _ => Self::CredentialsRefused { code, message },
        }
    }
}

/// What to do when a file cannot be written, where the kind of error tells.
#[must_use]
pub fn disk_hint(kind: io::ErrorKind) -> Option<&'static str> {
    Some(match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "make room, or raise the limit"
        }
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            "name a directory that can be written to"
        }
        _ => return None,
    })
}

/// The code and message of a failed exchange; an answer that says too little counts as unreadable.
pub(crate) fn refusal(exchange: &Exchange) -> (String, String) {
    match &exchange.answer {
        Answer::Error { code, message } => (code.clone(), message.clone()),
        Answer::Ok(_) => (
            gap::UNREADABLE_ANSWER.to_owned(),
            format!("the answer of {} lacks what it must say", exchange.operation),
        ),
    }
}
