//! Who is examined: the organization, its accounts, and the Regions they use.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Declares a cheap-to-clone identifier that is nothing but its text.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier!(
    /// An account: in AWS the twelve digits, leading zeros kept.
    AccountId
);
identifier!(
    /// A Region by its code, such as `eu-central-1`.
    Region
);
identifier!(
    /// A trail by its full name: in AWS its ARN.
    TrailId
);
identifier!(
    /// A key as a trail names it, made absolute by the provider: in AWS an ARN, or an `alias/aws/...` name.
    KeyId
);
identifier!(
    /// A log group by its full name: in AWS its ARN without the trailing `:*`.
    LogGroupId
);
identifier!(
    /// A bucket by its full name: in AWS its ARN, `arn:aws:s3:::NAME`.
    BucketId
);
identifier!(
    /// An alarm by its full name: in AWS its ARN.
    AlarmId
);
identifier!(
    /// A store of events by its full name: in AWS the ARN of an event data store.
    EventStoreId
);

impl BucketId {
    /// The name alone: what follows the last colon.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit(':').next().unwrap_or_default()
    }
}

/// The organization under audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// The organization's id (`o-...`), or the account's own id when it belongs to none.
    pub id: String,
    /// The account that owns the organization.
    pub management_account: AccountId,
}

/// One account as the organization lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account's id.
    pub id: AccountId,
    /// Its display name, chosen by its owner: hostile input wherever it is printed.
    pub name: String,
    /// Where it hangs in the organization, from the root down, separated by `/`.
    pub organizational_unit: String,
    /// Whether it can be used.
    pub state: AccountState,
    /// When it joined the organization.
    pub joined: Option<Timestamp>,
    /// Whether the run's scope left it out.
    pub excluded: bool,
}

/// One of these accounts, which are sorted by id.
pub(crate) fn find<'a>(accounts: &'a [Account], id: &AccountId) -> Option<&'a Account> {
    let found = accounts.binary_search_by(|account| account.id.cmp(id));
    found.ok().map(|place| &accounts[place])
}

/// An account's life cycle (Organizations, `Account.State`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountState {
    /// In use.
    Active,
    /// Created, not usable yet.
    PendingActivation,
    /// Restricted by the provider.
    Suspended,
    /// Being closed, still working.
    PendingClosure,
    /// Closed; listed for 90 days, inaccessible.
    Closed,
    /// The listing does not say: the account is tried.
    Unknown,
}

impl AccountState {
    /// Whether an account in this state keeps a trail that can be judged.
    #[must_use]
    pub fn is_auditable(self) -> bool {
        matches!(self, Self::Active | Self::PendingClosure | Self::Unknown)
    }
}

impl fmt::Display for AccountState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::PendingActivation => "pending activation",
            Self::Suspended => "suspended",
            Self::PendingClosure => "pending closure",
            Self::Closed => "closed",
            Self::Unknown => "unknown",
        })
    }
}
