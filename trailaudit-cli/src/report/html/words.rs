//! Numbers, moments and names as people read them. Templates hand over references and values alike.

use std::fmt::Display;

use jiff::Timestamp;
use trailaudit_core::coverage::CellStatus;
use trailaudit_core::organization::{Account, AccountId};

use super::account::page_of;

/// A number with its thousands set apart: `12,345`.
pub(super) fn number(number: impl Display) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun, which takes an `s` unless there is one of it: `1 account`, `12,345 accounts`.
pub(super) fn counted(count: impl Display, noun: &str) -> String {
    let count = number(count);
    let plural = if count == "1" { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// A moment in UTC: `22 November 2026, 12:00:00 UTC`.
pub(super) fn moment(moment: Timestamp) -> String {
    moment.strftime("%-d %B %Y, %H:%M:%S UTC").to_string()
}

/// A recorded moment; what is no RFC 3339 stays as it was recorded.
pub(super) fn recorded(text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), moment)
}

/// A verdict in running text.
pub(super) fn verdict(verdict: impl Display) -> String {
    verdict.to_string().replace('-', " ")
}

/// A full name in the pieces between which it may be broken: after a colon or a slash, not within a Region's name.
pub(super) fn segments(name: &str) -> impl Iterator<Item = &str> {
    name.split_inclusive([':', '/'])
}

/// A status in running text, and what it says.
pub(super) fn status(status: CellStatus) -> (&'static str, &'static str) {
    match status {
        CellStatus::Reached => ("reached", "The trails of the Region were listed."),
        CellStatus::RegionDisabled => ("Region disabled", "The Region is switched off in the account."),
        CellStatus::Denied => ("denied", "Listing the trails was refused."),
        CellStatus::Throttled => ("throttled", "The service slowed the collector down beyond every retry."),
        CellStatus::TimedOut => ("timed out", "No answer came in time."),
        CellStatus::RoleUnavailable => ("role unavailable", "No role in the account could be assumed."),
        CellStatus::AccountSuspended => ("account suspended", "AWS restricted the account."),
        CellStatus::AccountClosed => ("account closed", "The account is closed."),
        CellStatus::AccountPending => ("account pending", "The account cannot be used yet."),
        CellStatus::Excluded => (
            "excluded",
            "The scope of the run left the account out, or its plan the Region.",
        ),
        CellStatus::Failed => ("failed", "Something else went wrong."),
        other => (other.as_str(), ""),
    }
}

/// An account by id and name.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) unit: &'a str,
    /// The page it stands on, from 1; none where nobody lists it.
    pub(super) page: Option<usize>,
}

impl<'a> Named<'a> {
    /// One of these accounts, which are sorted by id, or one that nobody lists.
    pub(super) fn of(accounts: &'a [Account], id: &'a AccountId) -> Self {
        let place = accounts.binary_search_by(|account| account.id.cmp(id));
        let account = place.ok().map(|place| &accounts[place]);
        Self {
            id: id.as_str(),
            name: account.map_or("", |account| &account.name),
            unit: account.map_or("", |account| &account.organizational_unit),
            page: place.ok().map(page_of),
        }
    }

    /// The one at this place of the list.
    pub(super) fn at(accounts: &'a [Account], place: usize) -> Option<Self> {
        accounts.get(place).map(|account| Self::of(accounts, &account.id))
    }

    /// One of these accounts; without a name where it is the list of accounts itself.
    pub(super) fn listed(accounts: &'a [Account], id: &AccountId) -> Self {
        let place = accounts.binary_search_by(|account| account.id.cmp(id));
        place.map_or(
            Self {
                id: "",
                name: "",
                unit: "",
                page: None,
            },
            |place| Self::of(accounts, &accounts[place].id),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let numbers = [0, 7, 999, 1000, 12_345, 1_000_000].map(number);
        assert_eq!(numbers, ["0", "7", "999", "1,000", "12,345", "1,000,000"]);
        assert_eq!([0, 1, 2].map(|n| counted(n, "cell")), ["0 cells", "1 cell", "2 cells"]);
    }

    #[test]
    fn names_break_between_their_parts() {
        let parts: Vec<_> = segments("arn:aws:kms:us-east-1:1:key/k").collect();
        assert_eq!(parts, ["arn:", "aws:", "kms:", "us-east-1:", "1:", "key/", "k"]);
    }

    #[test]
    fn moments_are_in_utc() {
        assert_eq!(recorded("2026-11-02T13:04:05+01:00"), "2 November 2026, 12:04:05 UTC");
        assert_eq!(recorded("yesterday"), "yesterday");
    }
}
