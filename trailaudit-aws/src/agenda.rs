//! Which calls a collection makes: those that every collection makes, and those that serve what its rules need.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trailaudit_core::Rule;
use trailaudit_core::need::Need;

use crate::calls::cloudtrail::LIST_TRAILS;
use crate::calls::{AskedBy, CALLS, Call};

/// How trails are searched for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Search {
    /// `DescribeTrails` in every enabled Region: whatever is there is seen.
    #[default]
    Exhaustive,
    /// One `ListTrails` an account, then `DescribeTrails` in the home Regions it names.
    ///
    /// AWS does not document that this listing has the single-Region trails of other Regions. So a trail that it names is
    /// judged as well as ever, and a multi-Region trail covers every Region; but where a Region was not asked, nothing is
    /// said about it: no rule passes there, and no account counts as one without a trail.
    Economical,
}

impl Search {
    /// Its name on the command line and in run logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exhaustive => "exhaustive",
            Self::Economical => "economical",
        }
    }
}

/// What a collection sets out to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Agenda {
    pub search: Search,
    needs: BTreeSet<Need>,
}

impl Default for Agenda {
    /// Everything that any rule reads.
    fn default() -> Self {
        Self {
            search: Search::default(),
            needs: Need::ALL.into(),
        }
    }
}

impl Agenda {
    pub fn set_needs(&mut self, needs: impl IntoIterator<Item = Need>) {
        self.needs = needs.into_iter().collect();
    }

    /// Whether any of these is needed.
    pub fn needs(&self, any: &[Need]) -> bool {
        any.iter().any(|need| self.needs.contains(need))
    }

    /// Whether a call is made at all.
    pub fn makes(&self, call: &Call) -> bool {
        if *call == LIST_TRAILS {
            return self.search == Search::Economical;
        }
        call.serves.is_empty() || self.needs(call.serves)
    }

    /// The actions that the calls made by these askers need, in order.
    pub fn actions(&self, askers: &[AskedBy]) -> BTreeSet<&'static str> {
        CALLS
            .iter()
            .filter(|call| askers.contains(&call.asked_by) && self.makes(call))
            .flat_map(|call| call.actions.iter().copied())
            .collect()
    }

    /// The scope as the run log and the manifest carry it: that Regions were not asked limits it, too.
    pub fn limit(&self, mut scope: Value) -> Value {
        if self.search == Search::Economical {
            scope["plan"] = self.search.as_str().into();
        }
        scope
    }

    /// As the run log has it.
    pub fn to_json(&self) -> Value {
        let needs: Vec<_> = self.needs.iter().map(|need| need.as_str()).collect();
        let calls: BTreeSet<_> = CALLS
            .iter()
            .filter(|call| self.makes(call))
            .map(|call| format!("{}:{}", call.service, call.operation))
            .collect();
        json!({"search": self.search.as_str(), "needs": needs, "calls": calls})
    }
}

/// The calls that a rule needs beside those that every collection makes.
pub fn calls_for(rule: &Rule) -> impl Iterator<Item = &'static Call> {
    let serves = |call: &&Call| call.serves.iter().any(|need| rule.needs.contains(need));
    CALLS.iter().filter(serves)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_needed_is_on_the_agenda() {
        let mut agenda = Agenda::default();
        let all = agenda.actions(&[AskedBy::Member]);
        assert!(all.contains("s3:GetBucketAcl") && !all.contains("cloudtrail:ListTrails"));
        agenda.set_needs([Need::Keys]);
        assert_eq!(
            agenda.actions(&[AskedBy::Member]).into_iter().collect::<Vec<_>>(),
            ["account:ListRegions", "cloudtrail:DescribeTrails", "kms:DescribeKey"]
        );
        agenda.search = Search::Economical;
        assert!(agenda.actions(&[AskedBy::Member]).contains("cloudtrail:ListTrails"));
    }
}
