//! The findings of one rule that fail or are inconclusive, as far as they stand on the page.

use std::collections::HashMap;

use trailaudit_core::Verdict;
use trailaudit_core::evidence::EvidenceId;
use trailaudit_core::finding::{Finding, Subject};
use trailaudit_core::organization::{AccountId, Region, TrailId};
use trailaudit_core::rule::Check;

use super::ROWS;
use super::answers::Answers;

/// What fails, and what is inconclusive.
#[derive(Default)]
pub(super) struct Lists {
    fail: List,
    inconclusive: List,
}

/// The findings with one verdict. Members that inherit a finding stand beside it, and the unread Regions of an account
/// stand together: a trail of the organization is one row, not one an account.
#[derive(Default)]
struct List {
    rows: Vec<Row>,
    places: HashMap<Place, usize>,
    left_out: usize,
    /// What is inherited finds its row when all is there that it could stand beside.
    inherited: Vec<Row>,
    inherited_places: HashMap<Place, usize>,
}

/// One finding with the members that inherit it, or the Regions of one account that could not be looked into.
pub(super) struct Row {
    pub(super) account: AccountId,
    pub(super) regions: Vec<Region>,
    pub(super) subject: Subject,
    pub(super) reason: Answers,
    pub(super) evidence: Vec<EvidenceId>,
    /// Whether it was judged in another account.
    pub(super) is_inherited: bool,
    pub(super) members: Vec<(AccountId, Vec<EvidenceId>)>,
    pub(super) members_left_out: usize,
    /// How many findings stand on it.
    findings: usize,
    place: Option<Place>,
}

/// What findings have in common that stand on one row.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Place {
    Trail(TrailId),
    /// The Regions a trail of the account delivers from.
    DeliveriesOf(AccountId, TrailId),
    RegionsOf(AccountId),
}

impl Lists {
    pub(super) fn add(&mut self, finding: &Finding) {
        match finding.verdict {
            Verdict::Fail => self.fail.add(finding),
            Verdict::Inconclusive => self.inconclusive.add(finding),
            _ => (),
        }
    }

    /// Puts what is inherited on its rows, when all findings were added.
    pub(super) fn finish(&mut self) {
        self.fail.finish();
        self.inconclusive.finish();
    }

    /// The rows of one verdict, and how many findings stand on none.
    pub(super) fn of(&self, verdict: Verdict) -> (&[Row], usize) {
        let list = match verdict {
            Verdict::Fail => &self.fail,
            _ => &self.inconclusive,
        };
        (&list.rows, list.left_out)
    }
}

impl List {
    fn add(&mut self, finding: &Finding) {
        let (rows, places) = match finding.inherited_from {
            None => (&mut self.rows, &mut self.places),
            Some(_) => (&mut self.inherited, &mut self.inherited_places),
        };
        let place = Place::of(finding);
        if let Some(known) = place.as_ref().and_then(|place| places.get(place)) {
            rows[*known].add(finding);
            return;
        }
        // Only what is inherited may yet find a row that is there already.
        if rows.len() >= ROWS && (finding.inherited_from.is_none() || place.is_none()) {
            self.left_out += 1;
            return;
        }
        if let Some(place) = place {
            places.insert(place, rows.len());
        }
        rows.push(Row::of(finding));
    }

    fn finish(&mut self) {
        for row in std::mem::take(&mut self.inherited) {
            let known = row.place.as_ref().and_then(|place| self.places.get(place));
            match known {
                Some(known) => self.rows[*known].join(row),
                None if self.rows.len() < ROWS => self.rows.push(row),
                None => self.left_out += row.findings,
            }
        }
    }
}

impl Place {
    fn of(finding: &Finding) -> Option<Self> {
        let account = || finding.account.clone();
        match (&finding.subject, finding.rule.check) {
            // Members are judged by what they read themselves: each is a row of its own.
            (Subject::Trail(_), Check::EachDelivery(_)) if finding.inherited_from.is_some() => None,
            (Subject::Trail(trail), Check::EachDelivery(_)) => Some(Self::DeliveriesOf(account(), trail.clone())),
            (Subject::Trail(trail), _) => Some(Self::Trail(trail.clone())),
            (Subject::Region, _) => Some(Self::RegionsOf(account())),
            _ => None,
        }
    }

    /// Whether what stands on the row differs by Region.
    fn is_of_regions(&self) -> bool {
        matches!(self, Self::DeliveriesOf(..) | Self::RegionsOf(_))
    }
}

impl Row {
    fn of(finding: &Finding) -> Self {
        let mut row = Self {
            account: finding.account.clone(),
            regions: Vec::new(),
            subject: finding.subject.clone(),
            reason: Answers::default(),
            evidence: Vec::new(),
            is_inherited: finding.inherited_from.is_some(),
            members: Vec::new(),
            members_left_out: 0,
            findings: 1,
            place: Place::of(finding),
        };
        if row.is_of_regions() {
            row.add_region(finding);
        } else {
            row.regions.extend(finding.region.clone());
            row.reason = Answers::one(&finding.reason);
            row.evidence.clone_from(&finding.evidence);
        }
        row
    }

    fn add(&mut self, finding: &Finding) {
        self.findings += 1;
        if self.is_of_regions() {
            self.add_region(finding);
        } else if self.members.len() < ROWS {
            self.members.push((finding.account.clone(), finding.evidence.clone()));
        } else {
            self.members_left_out += 1;
        }
    }

    fn is_of_regions(&self) -> bool {
        self.place.as_ref().is_some_and(Place::is_of_regions)
    }

    fn add_region(&mut self, finding: &Finding) {
        let region = finding.region.as_ref().map_or("", Region::as_str);
        self.reason.add(finding.account.as_str(), region, &finding.reason);
        self.regions.extend(finding.region.clone());
        self.evidence.extend(&finding.evidence);
    }

    /// Takes in what another row says of the same.
    fn join(&mut self, other: Self) {
        self.findings += other.findings;
        if other.is_of_regions() {
            self.regions.extend(other.regions);
            self.reason.extend(other.reason);
            self.evidence.extend(other.evidence);
            return;
        }
        let members = std::iter::once((other.account, other.evidence)).chain(other.members);
        for member in members {
            if self.members.len() < ROWS {
                self.members.push(member);
            } else {
                self.members_left_out += 1;
            }
        }
        self.members_left_out += other.members_left_out;
    }

    /// How many member accounts inherit it.
    pub(super) fn inheriting(&self) -> usize {
        self.members.len() + self.members_left_out
    }
}

#[cfg(test)]
mod tests {
    use trailaudit_core::CATALOGUE;

    use super::*;

    fn finding(account: usize, subject: Subject, is_inherited: bool) -> Finding {
        let trail = match &subject {
            Subject::Trail(trail) => Some(trail.clone()),
            _ => None,
        };
        Finding {
            rule: CATALOGUE[0],
            account: format!("{account:012}").into(),
            region: None,
            subject,
            inherited_from: trail.filter(|_| is_inherited),
            verdict: Verdict::Fail,
            exception: None,
            reason: "so it is".into(),
            evidence: vec![EvidenceId::of(&account.to_be_bytes())],
        }
    }

    fn rows(findings: impl IntoIterator<Item = Finding>) -> (Vec<(String, usize, usize)>, usize) {
        let mut lists = Lists::default();
        findings.into_iter().for_each(|finding| lists.add(&finding));
        lists.finish();
        let (rows, left_out) = lists.of(Verdict::Fail);
        let row = |row: &Row| (row.account.to_string(), row.members.len(), row.members_left_out);
        (rows.iter().map(row).collect(), left_out)
    }

    #[test]
    fn members_find_the_row_of_an_owner_that_comes_after_them() {
        let shared = || Subject::Trail("shared".into());
        let mut findings: Vec<_> = (0..ROWS + 2).map(|i| finding(i, shared(), true)).collect();
        findings.push(finding(900, shared(), false));
        findings.push(finding(901, shared(), true));
        findings.push(finding(902, Subject::Trail("unseen".into()), true));
        let (rows, left_out) = rows(findings);
        let name = |account: usize| format!("{account:012}");
        assert_eq!(rows, [(name(900), ROWS, 3), (name(902), 0, 0)]);
        assert_eq!(left_out, 0);
    }

    #[test]
    fn what_finds_no_row_is_counted() {
        let shared = || Subject::Trail("shared".into());
        let own = (0..ROWS + 3).map(|i| finding(i, Subject::Account, false));
        let members = (300..305).map(|i| finding(i, shared(), true));
        let (rows, left_out) = rows(members.chain(own));
        assert_eq!((rows.len(), left_out), (ROWS, 3 + 5));
    }

    /// A trail's own Regions stand together; a member, which is judged by its own reading, stands alone.
    #[test]
    fn deliveries_stand_together_in_the_account_that_owns_the_trail() {
        let rule = CATALOGUE
            .iter()
            .find(|rule| matches!(rule.check, Check::EachDelivery(_)));
        let delivery = |account, region: Option<&str>| Finding {
            rule: rule.unwrap(),
            region: region.map(Region::from),
            ..finding(account, Subject::Trail("shared".into()), region.is_none())
        };
        let mut lists = Lists::default();
        for delivery in [
            delivery(1, Some("a")),
            delivery(1, Some("b")),
            delivery(2, None),
            delivery(3, None),
        ] {
            lists.add(&delivery);
        }
        lists.finish();
        let (rows, left_out) = lists.of(Verdict::Fail);
        let regions: Vec<_> = rows.iter().map(|row| (row.regions.len(), row.members.len())).collect();
        assert_eq!((regions, left_out), (vec![(2, 0), (0, 0), (0, 0)], 0));
    }
}
