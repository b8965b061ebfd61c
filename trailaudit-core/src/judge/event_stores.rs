//! The event stores of every planned Region of an account.

use super::{Bench, Unit};
use crate::event_store::EventStore;
use crate::finding::{Finding, Subject};
use crate::observed::{Gap, GapReason};
use crate::organization::{Account, Region};
use crate::rule::{Exam, Ruling, not_applicable};

impl Bench<'_> {
    pub(super) fn event_stores(
        &self,
        check: fn(&dyn EventStore, &Exam<'_>) -> Ruling,
        unit: &Unit<'_>,
    ) -> Vec<Finding> {
        if let Some(finding) = self.closed(unit) {
            return vec![finding];
        }
        let account = unit.account;
        let mut findings = Vec::new();
        let whole = self.exam();
        for region in unit.regions() {
            let listing = || self.inventory.event_stores_in(&account.id, region);
            match whole.read(listing()) {
                Ok(stores) => findings.extend(stores.into_iter().map(|store| {
                    let exam = self.exam();
                    let ruling = exam.read(listing()).and_then(|_| check(store, &exam));
                    let subject = Subject::EventStore(store.id().clone());
                    self.in_region(account, region, subject, ruling, exam)
                })),
                Err(gap) if gap.why == GapReason::RegionDisabled => (),
                Err(gap) => {
                    let exam = self.exam();
                    let ruling = exam.read(listing()).and(Err(gap));
                    findings.push(self.in_region(account, region, Subject::Region, ruling, exam));
                }
            }
        }
        if findings.is_empty() {
            let ruling = match self.plan_is_known(unit, &whole) {
                Ok(()) => not_applicable("the account has no event store"),
                Err(gap) => Err(gap),
            };
            findings.push(self.finding(&account.id, Subject::Account, ruling, whole.into_evidence()));
        }
        findings
    }

    /// Where the list of Regions was refused, every Region was planned instead; but if nobody asked, Regions may be
    /// missing from the plan.
    fn plan_is_known(&self, unit: &Unit<'_>, exam: &Exam<'_>) -> Result<(), Gap> {
        match exam.read(self.inventory.region_list(&unit.account.id)) {
            Err(gap) if gap.evidence.is_none() || unit.regions().next().is_none() => Err(gap),
            _ => Ok(()),
        }
    }

    fn in_region(
        &self,
        account: &Account,
        region: &Region,
        subject: Subject,
        ruling: Ruling,
        exam: Exam<'_>,
    ) -> Finding {
        let mut finding = self.finding(&account.id, subject, ruling, exam.into_evidence());
        finding.region = Some(region.clone());
        finding
    }
}
