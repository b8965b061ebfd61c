//! Every planned Region of an account.

use super::{Bench, Unit};
use crate::finding::{Finding, Subject};
use crate::organization::{Account, Region};
use crate::rule::{Exam, Ruling, not_applicable};

impl Bench<'_> {
    pub(super) fn regions(&self, check: fn(&Account, &Region, &Exam<'_>) -> Ruling, unit: &Unit<'_>) -> Vec<Finding> {
        if let Some(finding) = self.closed(unit) {
            return vec![finding];
        }
        let account = unit.account;
        if unit.regions().next().is_none() {
            let exam = self.exam();
            let ruling = match exam.read(self.inventory.region_list(&account.id)) {
                Ok(()) => not_applicable("no Region of the plan is enabled here"),
                Err(gap) => Err(gap),
            };
            return vec![self.finding(&account.id, Subject::Account, ruling, exam.into_evidence())];
        }
        let region = |region: &Region| {
            let exam = self.exam();
            let ruling = check(account, region, &exam);
            let mut finding = self.finding(&account.id, Subject::Region, ruling, exam.into_evidence());
            finding.region = Some(region.clone());
            finding
        };
        unit.regions().map(region).collect()
    }
}
