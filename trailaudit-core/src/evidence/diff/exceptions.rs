//! What became of the exceptions themselves, whether or not they accepted anything.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::rule_pack::RulePack;
use super::v1::{Cause, Change, Row};
use super::{DiffError, Found, Side, Which};
use crate::baseline::{Exception, Scope, Standing};

/// Two baselines, side by side.
pub(super) struct Exceptions {
    old: Accepted,
    new: Accepted,
}

/// The exceptions of one baseline, on the day its package speaks about.
struct Accepted {
    day: Date,
    exceptions: Vec<Exception>,
}

/// An exception as it was and as it is.
type Pair<'e> = (Option<&'e Exception>, Option<&'e Exception>);

impl Exceptions {
    pub(super) fn between(old: &Side<'_>, new: &Side<'_>) -> Result<Self, DiffError> {
        let of = |side: &Side<'_>, package| {
            Ok(Accepted {
                day: side.manifest.as_of.to_zoned(TimeZone::UTC).date(),
                exceptions: side.baseline(package)?.exceptions,
            })
        };
        Ok(Self {
            old: of(old, Which::Old)?,
            new: of(new, Which::New)?,
        })
    }

    /// Whether the new baseline has an exception of this name.
    pub(super) fn is_there(&self, id: &str) -> bool {
        self.new.exceptions.iter().any(|exception| exception.id() == id)
    }

    pub(super) fn rows(&self, pack: &RulePack, found: &mut Found<'_>) -> Result<(), DiffError> {
        let mut by_subject = BTreeMap::<_, (Vec<_>, Vec<_>)>::new();
        for exception in &self.old.exceptions {
            by_subject.entry(subject(exception)).or_default().0.push(exception);
        }
        for exception in &self.new.exceptions {
            by_subject.entry(subject(exception)).or_default().1.push(exception);
        }
        for (was, is) in by_subject.values().flat_map(|(was, is)| pairs(was, is)) {
            if let (Some(change), Some(named)) = (self.change(was, is), is.or(was)) {
                let severity = pack.severity(&named.rule);
                found(self.row(change, named, severity, (was, is)))?;
            }
        }
        Ok(())
    }

    fn change(&self, was: Option<&Exception>, is: Option<&Exception>) -> Option<Change> {
        // It ran out from one package to the other, whether or not it still stands there.
        let has_expired = |exception: &Exception| {
            let expired = |accepted: &Accepted| exception.standing(accepted.day) == Standing::Expired;
            expired(&self.new) && was.is_some_and(|was| was.standing(self.old.day) != Standing::Expired)
        };
        match (was, is) {
            (None, None) => None,
            (None, Some(_)) => Some(Change::BaselineExceptionAdded),
            (Some(was), None) if has_expired(was) => Some(Change::BaselineExceptionExpired),
            (Some(_), None) => Some(Change::BaselineExceptionRemoved),
            (Some(_), Some(is)) if has_expired(is) => Some(Change::BaselineExceptionExpired),
            (Some(was), Some(is)) if was.expires < is.expires => Some(Change::BaselineExceptionRenewed),
            (Some(was), Some(is)) => (was != is).then_some(Change::BaselineExceptionChanged),
        }
    }

    fn row<'a>(&self, change: Change, named: &Exception, severity: &'a str, (was, is): Pair<'_>) -> Row<'a> {
        let words = |exception: Option<&Exception>| exception.map(ToString::to_string).unwrap_or_default();
        let standing = |exception: Option<&Exception>, accepted: &Accepted| {
            exception.map_or("", |exception| word(exception.standing(accepted.day)))
        };
        let changed = match (was, is) {
            (Some(was), Some(is)) => differences(was, is),
            _ => Vec::new(),
        };
        Row {
            rule: named.rule.clone().into(),
            severity: severity.into(),
            account_id: account(named).to_owned().into(),
            resource_type: "exception".into(),
            resource_id: named.id().into(),
            old: standing(was, &self.old).into(),
            new: standing(is, &self.new).into(),
            new_reason: if changed.is_empty() {
                String::new()
            } else {
                format!("changed: {}", changed.join(", "))
            }
            .into(),
            old_exception: words(was).into(),
            new_exception: words(is).into(),
            ..Row::new(change, Cause::Drift)
        }
    }
}

/// The rule, and where: what an exception that is renewed keeps.
fn subject(exception: &Exception) -> (&str, &'static str, &str) {
    let (kind, id) = match &exception.scope {
        Scope::Account(id) => ("account", id),
        Scope::Unit(id) => ("ou", id),
        Scope::Resource(id) => ("resource", id),
    };
    (&exception.rule, kind, id)
}

/// The account it names; what cannot be one is told with its name alone.
fn account(exception: &Exception) -> &str {
    match &exception.scope {
        Scope::Account(id) if id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()) => id,
        _ => "",
    }
}

/// The exceptions about one subject. Those of one name are one; of the others, whichever comes took the place of one that
/// went, the earliest first. What comes beside those that stay renews the one that lasted longest, if it lasts longer.
fn pairs<'e>(was: &[&'e Exception], is: &[&'e Exception]) -> Vec<Pair<'e>> {
    let in_order = |exceptions: &[&'e Exception]| {
        let keyed = exceptions.iter().map(|one| ((one.expires, one.id()), *one));
        keyed.collect::<BTreeMap<_, _>>()
    };
    let (mut went, mut came) = (in_order(was), in_order(is));
    let longest = went.values().next_back().copied();
    let mut pairs = Vec::new();
    let names: BTreeMap<_, _> = went.keys().map(|(expires, id)| (id.clone(), *expires)).collect();
    came.retain(|(_, id), one| {
        let same = names.get(id).and_then(|expires| went.remove(&(*expires, id.clone())));
        pairs.extend(same.map(|old| (Some(old), Some(*one))));
        same.is_none()
    });
    let mut came = came.into_values();
    for old in went.into_values() {
        pairs.push((Some(old), came.next()));
    }
    pairs.extend(came.map(|new| (longest.filter(|old| old.expires < new.expires), Some(new))));
    pairs
}

/// What differs, by its key in the baseline.
fn differences(was: &Exception, is: &Exception) -> Vec<&'static str> {
    [
        ("reason", was.reason != is.reason),
        ("ticket", was.ticket != is.ticket),
        ("requested-by", was.requested_by != is.requested_by),
        ("approved-by", was.approved_by != is.approved_by),
        ("starts", was.starts != is.starts),
        ("expires", was.expires != is.expires),
    ]
    .into_iter()
    .filter_map(|(key, differs)| differs.then_some(key))
    .collect()
}

fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Future => "future",
        Standing::InForce => "in-force",
        Standing::Expired => "expired",
    }
}
