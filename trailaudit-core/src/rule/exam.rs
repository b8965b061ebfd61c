//! The reader that cites what it reads.

use std::cell::RefCell;

use jiff::{SignedDuration, Timestamp};

use crate::alert::Alarm;
use crate::baseline::Baseline;
use crate::bucket::Bucket;
use crate::evidence::EvidenceId;
use crate::inventory::Inventory;
use crate::key::Key;
use crate::log_group::LogGroup;
use crate::observed::{Evidence, Gap, Observed};
use crate::organization::{AlarmId, BucketId, KeyId, LogGroupId};
use crate::trail::Trail;

/// The only way from a rule to a fact: whatever is read through it is cited, in order, by the finding.
pub struct Exam<'a> {
    inventory: &'a dyn Inventory,
    baseline: &'a Baseline,
    as_of: Timestamp,
    cited: RefCell<Vec<EvidenceId>>,
}

impl<'a> Exam<'a> {
    /// An examination of `inventory` as things stood at `as_of`.
    #[must_use]
    pub fn new(inventory: &'a dyn Inventory, baseline: &'a Baseline, as_of: Timestamp) -> Self {
        Self {
            inventory,
            baseline,
            as_of,
            cited: RefCell::default(),
        }
    }

    /// The facts; what they answer is read with [`Exam::read`].
    #[must_use]
    pub fn inventory(&self) -> &'a dyn Inventory {
        self.inventory
    }

    /// The thresholds.
    #[must_use]
    pub fn baseline(&self) -> &'a Baseline {
        self.baseline
    }

    /// The moment the assessment speaks about.
    #[must_use]
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// Reads a fact and cites it. On a gap, `?` ends the rule as inconclusive; a rule that can go on without the fact
    /// looks at the gap instead. The refusal itself is cited too.
    ///
    /// # Errors
    /// The gap, when the fact was not read.
    pub fn read<T>(&self, observed: Observed<T>) -> Result<T, Gap> {
        match observed {
            Observed::Known { value, evidence } => {
                self.cite(&evidence);
                Ok(value)
            }
            Observed::Unknown(gap) => {
                gap.evidence.iter().for_each(|evidence| self.cite(evidence));
                Err(gap)
            }
        }
    }

    /// Reads a key; `None` when it is not there any more.
    ///
    /// # Errors
    /// The gap, when it could not be asked.
    pub fn key(&self, id: &KeyId) -> Result<Option<&'a dyn Key>, Gap> {
        self.read(self.inventory.key(id))
    }

    /// Reads a log group; `None` when no group has exactly that name.
    ///
    /// # Errors
    /// The gap, when it could not be asked.
    pub fn log_group(&self, id: &LogGroupId) -> Result<Option<&'a dyn LogGroup>, Gap> {
        self.read(self.inventory.log_group(id))
    }

    /// Reads a bucket; `None` when there is none of that name.
    ///
    /// # Errors
    /// The gap, when it could not be asked.
    pub fn bucket(&self, id: &BucketId) -> Result<Option<&'a dyn Bucket>, Gap> {
        self.read(self.inventory.bucket(id))
    }

    /// Reads an alarm; `None` when it is not there any more.
    ///
    /// # Errors
    /// The gap, when it could not be asked.
    pub fn alarm(&self, id: &AlarmId) -> Result<Option<&'a dyn Alarm>, Gap> {
        self.read(self.inventory.alarm(id))
    }

    /// The log group a trail can deliver to: only with a role, within its home Region, and to its owner or, for an
    /// organization trail, to an account of the organization. What it names besides gets nothing.
    ///
    /// # Errors
    /// The gap, when what the trail names was not read.
    pub fn log_group_of(&self, trail: &dyn Trail) -> Result<Option<LogGroupId>, Gap> {
        let Some(destination) = self.read(trail.log_destination())? else {
            return Ok(None);
        };
        if destination.role.is_none() || destination.region != *trail.home_region() {
            return Ok(None);
        }
        if destination.account != *trail.owner() && !self.read(trail.is_organization_trail())? {
            return Ok(None);
        }
        Ok(Some(destination.group))
    }

    /// Whether `moment` lies at most `hours` before the moment the assessment speaks about; later is within, too.
    #[must_use]
    pub fn is_within(&self, moment: Timestamp, hours: u32) -> bool {
        self.as_of
            .checked_sub(SignedDuration::from_hours(i64::from(hours)))
            .is_ok_and(|start| moment >= start)
    }

    /// What was cited, in the order it was read.
    #[must_use]
    pub fn into_evidence(self) -> Vec<EvidenceId> {
        let mut cited = self.cited.into_inner();
        // A large organization has half a million findings, and most rest on one or two exchanges.
        cited.shrink_to_fit();
        cited
    }

    fn cite(&self, evidence: &Evidence) {
        let mut cited = self.cited.borrow_mut();
        for id in evidence.ids() {
            if !cited.contains(id) {
                cited.push(*id);
            }
        }
    }
}
