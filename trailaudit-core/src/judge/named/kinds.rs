//! The kinds of things that trails name, and how they name them.

use crate::finding::Subject;
use crate::observed::Gap;
use crate::organization::{AlarmId, BucketId, KeyId, LogGroupId};
use crate::rule::Exam;
use crate::trail::Trail;

/// One kind of things.
pub(super) struct Kind<Id> {
    /// Those that a trail names.
    pub named_by: fn(&dyn Trail, &Exam<'_>) -> Result<Vec<Id>, Gap>,
    pub subject: fn(Id) -> Subject,
    /// Whether they live where the trail does, in its home Region: their rows are that Region's, else the account's.
    pub is_at_home: bool,
    /// Whether those that only trails of accounts beyond the scope of the run name are left out.
    pub is_in_scope_only: bool,
    /// What is said of an account none of whose trails names any.
    pub nothing: &'static str,
}

pub(super) const LOG_GROUPS: Kind<LogGroupId> = Kind {
    named_by: |trail, exam| Ok(exam.log_group_of(trail)?.into_iter().collect()),
    subject: Subject::LogGroup,
    is_at_home: true,
    is_in_scope_only: false,
    nothing: "no trail of the account delivers to a log group",
};

pub(super) const ALARMS: Kind<AlarmId> = Kind {
    named_by: alarms_of,
    subject: Subject::Alarm,
    is_at_home: true,
    is_in_scope_only: false,
    nothing: "no trail of the account delivers to a log group that can raise an alarm",
};

pub(super) const KEYS: Kind<KeyId> = Kind {
    named_by: |trail, exam| Ok(exam.read(trail.encryption_key())?.into_iter().collect()),
    subject: Subject::Key,
    is_at_home: false,
    is_in_scope_only: true,
    nothing: "no trail of the account names a key",
};

pub(super) const BUCKETS: Kind<BucketId> = Kind {
    named_by: |trail, exam| Ok(vec![exam.read(trail.bucket())?]),
    subject: Subject::Bucket,
    is_at_home: false,
    is_in_scope_only: true,
    nothing: "the account has no trail of its own",
};

fn alarms_of(trail: &dyn Trail, exam: &Exam<'_>) -> Result<Vec<AlarmId>, Gap> {
    let Some(id) = exam.log_group_of(trail)? else {
        return Ok(Vec::new());
    };
    let Some(group) = exam.log_group(&id)? else {
        return Ok(Vec::new());
    };
    let mut alarms = exam.read(group.alarms())?;
    alarms.sort();
    alarms.dedup();
    Ok(alarms)
}
