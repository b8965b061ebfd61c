//! What every report is made from: a package, of which each file that is read is the one its manifest lists.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::io;

use trailaudit_core::Verdict;
use trailaudit_core::evidence::manifest::Manifest;
use trailaudit_core::evidence::package::FINDINGS_JSON;
use trailaudit_core::evidence::{Code, Digest, EvidenceId, Files, Listed, ListedError, Problem};
use trailaudit_core::tables::catalogue::v1::Entry as Rule;
use trailaudit_core::tables::findings::v1::Entry;

use super::ids::Ids;
use crate::visible::legible;

/// How many findings of a rule have each verdict.
pub(crate) type Tally = BTreeMap<Verdict, u64>;

/// A package that reports are made from.
pub(crate) struct Source<'a> {
    /// The package.
    pub(crate) listed: Listed<'a>,
    /// The names of things in reports.
    pub(crate) ids: Ids,
    tallies: Vec<Tally>,
    /// What went wrong while a list was written that is read at the same time.
    failed: RefCell<Option<io::Error>>,
}

/// A finding, ready to be shown: whatever is hidden in its texts is visible, and none is longer than anybody reads.
pub(crate) struct Finding<'f> {
    /// Its place in the table, from 0.
    pub(crate) number: usize,
    /// The place of its rule in the catalogue, from 0.
    pub(crate) place: usize,
    /// Its rule.
    pub(crate) rule: &'f Rule,
    /// What was concluded.
    pub(crate) verdict: Verdict,
    /// What names it in whichever package it stands.
    pub(crate) id: uuid::Uuid,
    /// The account's name and so on, by the columns of the table.
    pub(crate) account_id: Cow<'f, str>,
    pub(crate) account_name: Cow<'f, str>,
    pub(crate) organizational_unit: Cow<'f, str>,
    pub(crate) region: Cow<'f, str>,
    pub(crate) resource_type: Cow<'f, str>,
    pub(crate) resource_id: Cow<'f, str>,
    pub(crate) inherited_from: Cow<'f, str>,
    pub(crate) reason: Cow<'f, str>,
    pub(crate) exception: Cow<'f, str>,
    pub(crate) severity: Cow<'f, str>,
    pub(crate) requirements: Vec<Cow<'f, str>>,
    pub(crate) evidence: &'f [EvidenceId],
}

impl<'a> Source<'a> {
    /// Opens a package, checks its findings and counts them.
    pub(crate) fn open(files: &'a dyn Files) -> Result<Self, ListedError> {
        let listed = Listed::open(files)?;
        listed.check(FINDINGS_JSON)?;
        let places: HashMap<_, _> = listed.catalogue().rules.iter().map(|rule| &*rule.id).zip(0..).collect();
        let mut tallies = vec![Tally::new(); places.len()];
        let mut last = 0;
        listed.each_finding(|entry| {
            let place = *places
                .get(&*entry.rule)
                .ok_or_else(|| tables(format!("the catalogue has no rule {:?}", entry.rule)))?;
            if std::mem::replace(&mut last, place) > place {
                return Err(tables("its findings do not stand in the order of the rules".to_owned()));
            }
            *tallies[place].entry(verdict(&entry)?).or_default() += 1;
            Ok(())
        })?;
        Ok(Self {
            ids: Ids::of(listed.manifest()),
            listed,
            tallies,
            failed: RefCell::new(None),
        })
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        self.listed.manifest()
    }

    pub(crate) fn manifest_sha256(&self) -> Digest {
        self.listed.manifest_sha256()
    }

    /// The rules, in the order of the catalogue, with the counts of their findings.
    pub(crate) fn rules(&self) -> impl ExactSizeIterator<Item = (&Rule, &Tally)> {
        self.listed.catalogue().rules.iter().zip(&self.tallies)
    }

    /// The counts of all findings.
    pub(crate) fn totals(&self) -> Tally {
        let mut totals = Tally::new();
        for (verdict, findings) in self.tallies.iter().flatten() {
            *totals.entry(*verdict).or_default() += findings;
        }
        totals
    }

    /// The partition of AWS a finding is about: that of what it names, else the collector's.
    pub(crate) fn partition(&self, finding: &Finding<'_>) -> String {
        let names = [
            &*finding.resource_id,
            &finding.inherited_from,
            &self.manifest().collector.caller_arn,
        ];
        let partition = names
            .iter()
            .find_map(|name| name.strip_prefix("arn:")?.split(':').next());
        partition.unwrap_or("aws").to_owned()
    }

    /// Hands over every finding, in the order of the table: by rule in the order of the catalogue.
    pub(crate) fn each(&self, mut take: impl FnMut(&Finding<'_>) -> io::Result<()>) -> io::Result<()> {
        self.each_or(|finding| take(finding).map_err(Stop::Taking))
            .map_err(|stop| match stop {
                Stop::Reading(error) => error.into(),
                Stop::Taking(error) => error,
            })
    }

    /// The same for what is written by serde, which has errors of its own.
    pub(crate) fn each_within<E: serde::ser::Error>(
        &self,
        mut take: impl FnMut(&Finding<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.each_or(|finding| take(finding).map_err(Stop::Taking))
            .map_err(|stop| match stop {
                Stop::Reading(error) => {
                    let told = E::custom(&error);
                    self.failed.replace(Some(error.into()));
                    told
                }
                Stop::Taking(error) => error,
            })
    }

    /// What serde's error hides.
    pub(super) fn failed(&self) -> Option<io::Error> {
        self.failed.take()
    }

    fn each_or<E>(&self, mut take: impl FnMut(&Finding<'_>) -> Result<(), Stop<E>>) -> Result<(), Stop<E>> {
        let rules = &self.listed.catalogue().rules;
        let mut place = 0;
        let mut number = 0;
        self.listed.each_finding(|entry| {
            // Findings stand in the order of their rules.
            let ahead = (place..rules.len()).find(|at| rules[*at].id == entry.rule);
            place = ahead.ok_or_else(|| tables("its findings do not stand in the order of the rules".to_owned()))?;
            let finding = Finding::of(&entry, &rules[place], place, number, &self.ids)?;
            number += 1;
            take(&finding)
        })
    }
}

enum Stop<E> {
    Reading(ListedError),
    Taking(E),
}

impl<E> From<ListedError> for Stop<E> {
    fn from(error: ListedError) -> Self {
        Self::Reading(error)
    }
}

impl<'f> Finding<'f> {
    fn of(entry: &'f Entry<'_>, rule: &'f Rule, place: usize, number: usize, ids: &Ids) -> Result<Self, ListedError> {
        Ok(Self {
            number,
            place,
            rule,
            verdict: verdict(entry)?,
            id: ids.lasting(entry),
            account_id: legible(&entry.account_id),
            account_name: legible(&entry.account_name),
            organizational_unit: legible(&entry.organizational_unit),
            region: legible(&entry.region),
            resource_type: legible(&entry.resource_type),
            resource_id: legible(&entry.resource_id),
            inherited_from: legible(&entry.inherited_from),
            reason: legible(&entry.reason),
            exception: legible(&entry.exception),
            severity: legible(&entry.severity),
            requirements: entry.requirements.iter().map(|text| legible(text)).collect(),
            evidence: &entry.evidence,
        })
    }

    /// The columns of the table as formats with free properties have them; their names are frozen. What has nothing to say
    /// is left out.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let columns: [(_, &str); 12] = [
            ("rule", &self.rule.id),
            ("verdict", self.verdict.as_str()),
            ("severity", &self.severity),
            ("account-id", &self.account_id),
            ("account-name", &self.account_name),
            ("organizational-unit", &self.organizational_unit),
            ("region", &self.region),
            ("resource-type", &self.resource_type),
            ("resource-id", &self.resource_id),
            ("inherited-from", &self.inherited_from),
            ("reason", &self.reason),
            ("exception", &self.exception),
        ];
        columns.into_iter().filter(|(_, text)| !text.is_empty())
    }

    /// What was judged, in one word that names it: a full name, or the account with its Region.
    pub(crate) fn subject(&self) -> String {
        match (&*self.resource_id, &*self.region) {
            ("", "") => self.account_id.to_string(),
            ("", region) => format!("{}/{region}", self.account_id),
            (id, _) => id.to_owned(),
        }
    }

    /// The reason, and with it why it is accepted.
    pub(crate) fn reason_in_full(&self) -> String {
        match self.verdict {
            Verdict::Excepted if !self.exception.is_empty() => {
                format!("{} (accepted: {})", self.reason, self.exception)
            }
            _ => self.reason.to_string(),
        }
    }
}

fn verdict(entry: &Entry<'_>) -> Result<Verdict, ListedError> {
    let verdict = Verdict::named(&entry.verdict);
    verdict.ok_or_else(|| tables(format!("{:?} is no verdict of this version", entry.verdict)))
}

fn tables(message: String) -> ListedError {
    ListedError::Problem(Problem {
        code: Code::Tables,
        file: Some(FINDINGS_JSON.to_owned()),
        message,
    })
}
