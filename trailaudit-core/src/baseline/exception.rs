//! A dated, owned acceptance of what would fail.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use toml::Value;

use crate::organization::Account;

/// An acceptance: somebody asked for it, somebody else approved it, and it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
#[non_exhaustive]
pub struct Exception {
    /// The rule whose fails are accepted.
    pub rule: String,
    /// Where.
    pub scope: Scope,
    /// Why, for whoever reads it in a year.
    pub reason: String,
    /// Where the decision is filed.
    pub ticket: String,
    /// Who asked for it.
    pub requested_by: String,
    /// Who approved it: somebody else.
    pub approved_by: String,
    /// The first day it counts, UTC.
    pub starts: Date,
    /// The last day it counts, UTC.
    pub expires: Date,
}

/// Where an exception counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In one account, by its id.
    Account(String),
    /// In every account below an organizational unit, by its id.
    Unit(String),
    /// Of one resource, by its full name, in every account that has a row about it.
    Resource(String),
}

/// Whether an exception counts at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not yet.
    Future,
    /// It does.
    InForce,
    /// Not any more.
    Expired,
}

impl Exception {
    /// A name no two exceptions of a baseline share.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}/{}/{}/{}", self.ticket, self.rule, self.scope, self.starts)
    }

    /// Whether it counts on `day`: from the first day it names to the last.
    #[must_use]
    pub fn standing(&self, day: Date) -> Standing {
        if day < self.starts {
            Standing::Future
        } else if day > self.expires {
            Standing::Expired
        } else {
            Standing::InForce
        }
    }

    /// Whether it is about a finding of its rule: in this account, about the resource of this full name (empty for what
    /// is about the account).
    #[must_use]
    pub fn covers(&self, account: &Account, resource: &str) -> bool {
        match &self.scope {
            Scope::Account(id) => account.id.as_str() == id,
            Scope::Unit(id) => account.organizational_unit.split('/').any(|unit| unit == id),
            Scope::Resource(id) => !resource.is_empty() && resource == id,
        }
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} until {}: {} (requested by {}, approved by {})",
            self.ticket, self.expires, self.reason, self.requested_by, self.approved_by
        )
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Account(id) | Self::Unit(id) | Self::Resource(id)) = self;
        f.write_str(id)
    }
}

/// An entry of `[[exceptions]]`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    rule: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ou: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource: Option<String>,
    reason: String,
    ticket: String,
    requested_by: String,
    approved_by: String,
    #[serde(deserialize_with = "day", serialize_with = "as_day")]
    starts: Date,
    #[serde(deserialize_with = "day", serialize_with = "as_day")]
    expires: Date,
}

impl TryFrom<Written> for Exception {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let scope = match (written.account, written.ou, written.resource) {
            (Some(id), None, None) => Scope::Account(id),
            (None, Some(id), None) => Scope::Unit(id),
            (None, None, Some(id)) => Scope::Resource(id),
            (None, None, None) => return Err("an exception names an account, an ou or a resource".into()),
            _ => return Err("an exception names one of account, ou and resource, and no two of them".into()),
        };
        let exception = Self {
            rule: written.rule,
            scope,
            reason: written.reason,
            ticket: written.ticket,
            requested_by: written.requested_by,
            approved_by: written.approved_by,
            starts: written.starts,
            expires: written.expires,
        };
        for (key, text) in [
            ("rule", &exception.rule),
            ("account, ou or resource", &exception.scope.to_string()),
            ("reason", &exception.reason),
            ("ticket", &exception.ticket),
            ("requested-by", &exception.requested_by),
            ("approved-by", &exception.approved_by),
        ] {
            if text.trim().is_empty() || text.trim() != text.as_str() || text.contains(char::is_control) {
                return Err(format!(
                    "{key} of an exception is empty, or has blanks around it or control characters"
                ));
            }
        }
        if exception.requested_by.to_lowercase() == exception.approved_by.to_lowercase() {
            let who = exception.approved_by;
            return Err(format!(
                "approved-by is {who}, who requested the exception: somebody else approves it"
            ));
        }
        if exception.expires < exception.starts {
            let Self { starts, expires, .. } = exception;
            return Err(format!(
                "an exception expires on {expires}, before it starts on {starts}"
            ));
        }
        Ok(exception)
    }
}

impl From<Exception> for Written {
    fn from(exception: Exception) -> Self {
        let (account, ou, resource) = match exception.scope {
            Scope::Account(id) => (Some(id), None, None),
            Scope::Unit(id) => (None, Some(id), None),
            Scope::Resource(id) => (None, None, Some(id)),
        };
        Self {
            rule: exception.rule,
            account,
            ou,
            resource,
            reason: exception.reason,
            ticket: exception.ticket,
            requested_by: exception.requested_by,
            approved_by: exception.approved_by,
            starts: exception.starts,
            expires: exception.expires,
        }
    }
}

/// A day, as TOML's own date or as text.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        Value::Datetime(date) => date.to_string(),
        other => other.type_str().to_owned(),
    };
    // A moment has an offset that nobody would see in a day.
    let is_day = text.len() == "2026-12-31".len();
    let day = text.parse().ok().filter(|_| is_day);
    day.ok_or_else(|| serde::de::Error::custom(format!("{text} is not a day, such as 2026-12-31")))
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over by reference")]
fn as_day<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    let day: toml::value::Datetime = day.to_string().parse().map_err(serde::ser::Error::custom)?;
    day.serialize(serializer)
}
