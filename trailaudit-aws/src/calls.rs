//! Every API call the collection makes, beside the permission it needs. The role policy and the session policy are
//! derived from this list, so a call that is not here cannot be made with the credentials it would need.

pub(crate) mod account;
pub(crate) mod cloudtrail;
pub(crate) mod kms;
pub(crate) mod logs;
pub(crate) mod organizations;
pub(crate) mod sts;

use trailaudit_core::evidence::Exchange;
use trailaudit_core::organization::AccountId;

use crate::record::Asking;

/// One operation of one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The service, by its IAM prefix.
    pub service: &'static str,
    /// The operation, as the service names it.
    pub operation: &'static str,
    /// The IAM actions it needs; the first is the operation's own.
    pub actions: &'static [&'static str],
    /// Whose credentials make it.
    pub asked_by: AskedBy,
}

/// Whose credentials make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedBy {
    /// The caller of the whole collection: in the management account or a delegated administrator.
    Caller,
    /// The role in each account.
    Member,
}

/// Every call there is.
pub const CALLS: &[Call] = &[
    sts::GET_CALLER_IDENTITY,
    sts::ASSUME_ROLE,
    organizations::DESCRIBE_ORGANIZATION,
    organizations::LIST_ACCOUNTS,
    organizations::LIST_ROOTS,
    organizations::LIST_ORGANIZATIONAL_UNITS_FOR_PARENT,
    organizations::LIST_ACCOUNTS_FOR_PARENT,
    organizations::LIST_TAGS_FOR_RESOURCE,
    organizations::LIST_DELEGATED_ADMINISTRATORS,
    account::LIST_REGIONS,
    cloudtrail::DESCRIBE_TRAILS,
    cloudtrail::GET_TRAIL_STATUS,
    cloudtrail::GET_EVENT_SELECTORS,
    kms::DESCRIBE_KEY,
    logs::DESCRIBE_LOG_GROUPS,
];

/// The client of one service for one account and Region. Making one costs microseconds, since all share one pool.
macro_rules! client {
    ($sdk:ident, $asking:expr) => {{
        let config = $sdk::config::Builder::from($asking.caller.config())
            .region($sdk::config::Region::new($asking.region.to_string()));
        $sdk::Client::from_conf(config.build())
    }};
}
use client;

/// What one call asks. Roles and identities are asked for by [`sts`] alone, since their answers carry secrets.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    Organization,
    Accounts { next: Option<String> },
    Roots { next: Option<String> },
    UnitsUnder { parent: String, next: Option<String> },
    AccountsUnder { parent: String, next: Option<String> },
    TagsOf { account: AccountId, next: Option<String> },
    TrailAdministrators { next: Option<String> },
    Regions { next: Option<String> },
    Trails { only: Option<String> },
    TrailStatus { trail: String },
    Selectors { trail: String },
    Key { key: String },
    LogGroup { name: String, next: Option<String> },
}

impl Question {
    pub async fn ask(self, asking: Asking<'_>) -> Exchange {
        match self {
            Self::Organization => organizations::describe_organization(asking).await,
            Self::Accounts { next } => organizations::list_accounts(asking, next).await,
            Self::Roots { next } => organizations::list_roots(asking, next).await,
            Self::UnitsUnder { parent, next } => {
                organizations::list_organizational_units_for_parent(asking, parent, next).await
            }
            Self::AccountsUnder { parent, next } => organizations::list_accounts_for_parent(asking, parent, next).await,
            Self::TagsOf { account, next } => organizations::list_tags_for_resource(asking, &account, next).await,
            Self::TrailAdministrators { next } => organizations::list_trail_administrators(asking, next).await,
            Self::Regions { next } => account::list_regions(asking, next).await,
            Self::Trails { only } => cloudtrail::describe_trails(asking, only).await,
            Self::TrailStatus { trail } => cloudtrail::trail_status(asking, trail).await,
            Self::Selectors { trail } => cloudtrail::event_selectors(asking, trail).await,
            Self::Key { key } => kms::describe_key(asking, key).await,
            Self::LogGroup { name, next } => logs::describe_log_group(asking, name, next).await,
        }
    }
}

/// A call made by the caller of the whole collection, with the one action that is named after it.
const fn by_caller(service: &'static str, operation: &'static str, actions: &'static [&'static str]) -> Call {
    Call {
        service,
        operation,
        actions,
        asked_by: AskedBy::Caller,
    }
}

/// A call made with the role in each account.
const fn by_member(service: &'static str, operation: &'static str, actions: &'static [&'static str]) -> Call {
    Call {
        service,
        operation,
        actions,
        asked_by: AskedBy::Member,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_named_after_its_call() {
        for call in CALLS {
            if let Some(action) = call.actions.first() {
                assert_eq!(*action, format!("{}:{}", call.service, call.operation));
            } else {
                // AWS: GetCallerIdentity needs no permission.
                assert_eq!(call.operation, "GetCallerIdentity");
            }
        }
    }
}
