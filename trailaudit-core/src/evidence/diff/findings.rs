//! Findings, rule by rule and account by account, in step through both packages.

use std::collections::{BTreeMap, BTreeSet};

use super::exceptions::Exceptions;
use super::rule_pack::{RulePack, Step};
use super::sight::Sight;
use super::table::{Table, lowest};
use super::v1::{Cause, Change, Row};
use super::{DiffError, Found, Side, Which};
use crate::evidence::package::FINDINGS_JSON;
use crate::evidence::verify::Pinned;
use crate::tables::findings::v1::Entry;

/// What tells why findings are gone.
pub(super) struct Grounds<'g> {
    pub(super) sight: &'g Sight,
    pub(super) exceptions: &'g Exceptions,
}

/// Compares every finding of the rules that these causes are about.
pub(super) fn compare(
    (old, new): (&Side<'_>, &Side<'_>),
    pack: &RulePack,
    grounds: &Grounds<'_>,
    causes: &[Cause],
    found: &mut Found<'_>,
) -> Result<(), DiffError> {
    let (old, new) = (old.files(), new.files());
    let mut explained = |mut row: Row<'_>, step: &Step| {
        if row.change == Change::Gone {
            row.new_reason = grounds.why(&row, step).into();
        }
        found(row)
    };
    for pass in pack.passes(causes) {
        let mut was = open(&old, Which::Old, pack, &pass)?;
        let mut is = open(&new, Which::New, pack, &pass)?;
        while let Some(key) = lowest(&was, &is) {
            let (place, account) = &key;
            compare_account(&pass[*place], account, was.take(&key)?, is.take(&key)?, &mut explained)?;
        }
    }
    Ok(())
}

impl Grounds<'_> {
    fn why(&self, row: &Row<'_>, step: &Step) -> String {
        if step.is_removed {
            return "the rule is not asked any more".to_owned();
        }
        self.sight.why(row, self.exceptions)
    }
}

/// The place of a finding's rule in the pass, and its account.
type Key = (usize, String);

/// What of a finding is compared, and what tells people which one it is.
struct Finding {
    subject: Subject,
    account_name: String,
    organizational_unit: String,
    verdict: Verdict,
    reason: String,
    exception: String,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Subject {
    region: String,
    resource_type: String,
    resource_id: String,
    inherited_from: String,
}

/// A verdict by its word, ordered from good to bad; `excepted` is none of these: the fail is there, and accepted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Pass,
    NotApplicable,
    Inconclusive,
    Fail,
    Excepted,
}

fn open<'f>(
    files: &'f Pinned<'_>,
    package: Which,
    pack: &'f RulePack,
    pass: &'f [Step],
) -> Result<Table<'f, Key, Finding>, DiffError> {
    let places: BTreeMap<_, _> = pass.iter().enumerate().map(|(i, step)| (&*step.rule, i)).collect();
    let known: BTreeSet<_> = pack.catalogue(package).rules.iter().map(|rule| &*rule.id).collect();
    let kind = ("trailaudit.findings/v1", "findings");
    Table::open(files, package, FINDINGS_JSON, kind, move |line| {
        let entry: Entry<'_> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        if !known.contains(&*entry.rule) {
            return Err(format!("the catalogue has no rule {:?}", entry.rule));
        }
        let Some(place) = places.get(&*entry.rule) else {
            return Ok(None);
        };
        let verdict = Verdict::named(&entry.verdict)
            .ok_or_else(|| format!("{:?} is no verdict of this version", entry.verdict))?;
        let key = (*place, entry.account_id.into_owned());
        let finding = Finding {
            subject: Subject {
                region: entry.region.into_owned(),
                resource_type: entry.resource_type.into_owned(),
                resource_id: entry.resource_id.into_owned(),
                inherited_from: entry.inherited_from.into_owned(),
            },
            account_name: entry.account_name.into_owned(),
            organizational_unit: entry.organizational_unit.into_owned(),
            verdict,
            reason: entry.reason.into_owned(),
            exception: entry.exception.into_owned(),
        };
        Ok(Some((key, finding)))
    })
}

/// The findings of one rule about one account. Should a subject stand there twice, they are paired in their order.
fn compare_account(
    step: &Step,
    account: &str,
    was: Vec<Finding>,
    is: Vec<Finding>,
    found: &mut dyn FnMut(Row<'_>, &Step) -> Result<(), DiffError>,
) -> Result<(), DiffError> {
    let mut pairs = BTreeMap::<(Subject, usize), (Option<Finding>, Option<Finding>)>::new();
    let mut number = BTreeMap::new();
    let mut nth = |which: u8, subject: &Subject| {
        let seen = number.entry((which, subject.clone())).or_insert(0_usize);
        std::mem::replace(seen, *seen + 1)
    };
    for finding in was {
        let key = (finding.subject.clone(), nth(0, &finding.subject));
        pairs.entry(key).or_default().0 = Some(finding);
    }
    for finding in is {
        let key = (finding.subject.clone(), nth(1, &finding.subject));
        pairs.entry(key).or_default().1 = Some(finding);
    }
    for ((subject, _), (was, is)) in &pairs {
        found(row(step, account, subject, was.as_ref(), is.as_ref()), step)?;
    }
    Ok(())
}

fn row<'a>(
    step: &'a Step,
    account: &'a str,
    subject: &'a Subject,
    was: Option<&'a Finding>,
    is: Option<&'a Finding>,
) -> Row<'a> {
    let of = |finding: Option<&'a Finding>, text: fn(&Finding) -> &str| finding.map_or("", text).into();
    let named = is.or(was);
    Row {
        rule: (&*step.rule).into(),
        severity: (&*step.severity).into(),
        account_id: account.into(),
        account_name: of(named, |finding| &finding.account_name),
        organizational_unit: of(named, |finding| &finding.organizational_unit),
        region: (&*subject.region).into(),
        resource_type: (&*subject.resource_type).into(),
        resource_id: (&*subject.resource_id).into(),
        inherited_from: (&*subject.inherited_from).into(),
        old: of(was, |finding| finding.verdict.as_str()),
        new: of(is, |finding| finding.verdict.as_str()),
        old_reason: of(was, |finding| &finding.reason),
        new_reason: of(is, |finding| &finding.reason),
        old_exception: of(was, |finding| &finding.exception),
        new_exception: of(is, |finding| &finding.exception),
        ..Row::new(change(was, is), step.cause)
    }
}

fn change(was: Option<&Finding>, is: Option<&Finding>) -> Change {
    let (was, is) = match (was, is) {
        (None, Some(is)) if is.verdict == Verdict::Excepted => return Change::ExceptionAdded,
        (None, _) => return Change::New,
        (_, None) => return Change::Gone,
        (Some(was), Some(is)) => (was, is),
    };
    match (was.verdict, is.verdict) {
        (Verdict::Excepted, Verdict::Excepted) if was.exception != is.exception => Change::ExceptionRenewed,
        (was_verdict, verdict) if was_verdict == verdict => {
            if was.reason == is.reason && was.exception == is.exception {
                Change::Unchanged
            } else {
                Change::Changed
            }
        }
        (_, Verdict::Excepted) => Change::ExceptionAdded,
        (Verdict::Fail | Verdict::Inconclusive | Verdict::Excepted, Verdict::Pass | Verdict::NotApplicable) => {
            Change::Resolved
        }
        (Verdict::Excepted, _) => Change::ExceptionEnded,
        (Verdict::Pass | Verdict::NotApplicable, Verdict::Fail | Verdict::Inconclusive)
        | (Verdict::Inconclusive, Verdict::Fail) => Change::Regressed,
        _ => Change::Changed,
    }
}

impl Verdict {
    const ALL: [Self; 5] = [
        Self::Pass,
        Self::NotApplicable,
        Self::Inconclusive,
        Self::Fail,
        Self::Excepted,
    ];

    fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == word)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::NotApplicable => "not-applicable",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
            Self::Excepted => "excepted",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// Every verdict to every other, and to another reason or exception.
    #[test]
    fn every_change_has_one_name() {
        let finding = |verdict, reason: &str, exception: &str| Finding {
            subject: Subject {
                region: String::new(),
                resource_type: "trail".into(),
                resource_id: String::new(),
                inherited_from: String::new(),
            },
            account_name: String::new(),
            organizational_unit: String::new(),
            verdict,
            reason: reason.into(),
            exception: exception.into(),
        };
        let mut table = String::new();
        for was in Verdict::ALL {
            let before = finding(was, "before", "");
            for is in Verdict::ALL {
                let after = finding(is, "before", "");
                let word = change(Some(&before), Some(&after)).as_str();
                writeln!(table, "{} -> {}: {word}", was.as_str(), is.as_str()).unwrap();
            }
            let word = |reason, exception| change(Some(&before), Some(&finding(was, reason, exception))).as_str();
            writeln!(table, "{} for another reason: {}", was.as_str(), word("after", "")).unwrap();
            writeln!(
                table,
                "{} by another exception: {}",
                was.as_str(),
                word("before", "another")
            )
            .unwrap();
            let (new, gone) = (change(None, Some(&before)), change(Some(&before), None));
            writeln!(table, "{}: {} {}", was.as_str(), new.as_str(), gone.as_str()).unwrap();
        }
        insta::assert_snapshot!(table, @"
        pass -> pass: unchanged
        pass -> not-applicable: changed
        pass -> inconclusive: regressed
        pass -> fail: regressed
        pass -> excepted: exception-added
        pass for another reason: changed
        pass by another exception: changed
        pass: new gone
        not-applicable -> pass: changed
        not-applicable -> not-applicable: unchanged
        not-applicable -> inconclusive: regressed
        not-applicable -> fail: regressed
        not-applicable -> excepted: exception-added
        not-applicable for another reason: changed
        not-applicable by another exception: changed
        not-applicable: new gone
        inconclusive -> pass: resolved
        inconclusive -> not-applicable: resolved
        inconclusive -> inconclusive: unchanged
        inconclusive -> fail: regressed
        inconclusive -> excepted: exception-added
        inconclusive for another reason: changed
        inconclusive by another exception: changed
        inconclusive: new gone
        fail -> pass: resolved
        fail -> not-applicable: resolved
        fail -> inconclusive: changed
        fail -> fail: unchanged
        fail -> excepted: exception-added
        fail for another reason: changed
        fail by another exception: changed
        fail: new gone
        excepted -> pass: resolved
        excepted -> not-applicable: resolved
        excepted -> inconclusive: exception-ended
        excepted -> fail: exception-ended
        excepted -> excepted: unchanged
        excepted for another reason: changed
        excepted by another exception: exception-renewed
        excepted: exception-added gone
        ");
    }
}
