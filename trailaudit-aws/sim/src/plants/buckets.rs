//! What can be wrong with the bucket of a trail.

use super::Plot;
use super::draft::Draft;
use super::own_trail::Flaw;
use crate::truth::rules::{
    BUCKET_KEEPS, BUCKET_LOCKED, BUCKET_LOGGED, BUCKET_NOT_PUBLIC, BUCKET_OWNED, BUCKET_SECOND_FACTOR, KEY_USABLE,
    OF_BUCKETS,
};
use crate::world::{
    Bucket, Denial, DeniedBy, Expiration, Grant, Grantee, LifecycleCondition, LifecycleFilter, LifecycleRule,
};

pub(super) const PUBLIC: Flaw = flaw("bucket-public", |draft, plot| {
    if let Some(bucket) = of_trail(draft) {
        bucket.public_access_block = None;
        bucket.grants.push(Grant {
            grantee: Grantee::AllUsers,
            permission: "READ",
        });
    }
    draft.fails(plot, &[BUCKET_NOT_PUBLIC], "everybody may list the bucket");
});

pub(super) const GONE: Flaw = flaw("bucket-gone", |draft, plot| {
    draft.buckets.clear();
    let because = "there is no bucket of this name: whoever makes one gets the log files";
    draft.fails(plot, &[BUCKET_OWNED], because);
});

pub(super) const FOREIGN: Flaw = flaw("bucket-foreign", |draft, plot| {
    let taken = draft.buckets.drain(..).map(|bucket| bucket.name);
    plot.world.foreign_buckets.extend(taken);
    let because = "somebody outside the Organization has the bucket, and tells nothing of it";
    draft.is_open(plot, &[BUCKET_OWNED, KEY_USABLE], because);
    draft.is_open(plot, OF_BUCKETS, because);
});

pub(super) const NEGLECTED: Flaw = flaw("bucket-neglected", |draft, plot| {
    if let Some(bucket) = of_trail(draft) {
        bucket.logging = None;
        (bucket.versioning, bucket.mfa_delete, bucket.object_lock) = (None, None, None);
    }
    draft.fails(plot, &[BUCKET_LOGGED], "access to the bucket is not logged");
    draft.fails(
        plot,
        &[BUCKET_SECOND_FACTOR],
        "the bucket has no versions, let alone a second factor",
    );
    draft.fails(plot, &[BUCKET_LOCKED], "the bucket has no object lock");
});

pub(super) const SHORT_LIVED: Flaw = flaw("bucket-short-lived", |draft, plot| {
    expire(draft, 30);
    draft.fails(plot, &[BUCKET_KEEPS], "log files are deleted after thirty days");
    note_one_factor(draft, plot);
});

/// Log files are kept for ten years; nobody can have a lifecycle and MFA delete at once.
pub(super) const TIERED: Flaw = flaw("bucket-tiered", |draft, plot| {
    expire(draft, 3_653);
    note_one_factor(draft, plot);
});

/// Sound: log files of a member are as well kept in the archive.
pub(super) const IN_ARCHIVE: Flaw = flaw("bucket-in-archive", |draft, plot| {
    let buckets = std::mem::take(&mut draft.buckets);
    if let Some(archive) = plot.world.accounts.get_mut(&plot.archive) {
        archive.buckets.extend(buckets);
    }
});

pub(super) const DENIED: Flaw = flaw("bucket-denied", |draft, plot| {
    draft.denials.push(Denial {
        by: DeniedBy::IdentityPolicy,
        actions: vec!["s3:Get*".to_owned()],
        regions: Vec::new(),
        resources: vec![format!("arn:aws:s3:::{}", draft.trail.bucket)],
    });
    draft.is_open(plot, OF_BUCKETS, "every setting of the bucket is denied");
});

const fn flaw(name: &'static str, apply: fn(&mut Draft, &mut Plot)) -> Flaw {
    Flaw {
        name,
        fewest_regions: 1,
        apply,
    }
}

fn of_trail(draft: &mut Draft) -> Option<&mut Bucket> {
    let name = &draft.trail.bucket;
    draft.buckets.iter_mut().find(|bucket| bucket.name == *name)
}

/// The bucket deletes log files after so many days, and needs no second factor: S3 takes no lifecycle where it does.
fn expire(draft: &mut Draft, days: u32) {
    let Some(bucket) = of_trail(draft) else { return };
    bucket.mfa_delete = None;
    bucket.lifecycle.push(LifecycleRule {
        id: "tidy-up".to_owned(),
        enabled: true,
        filter: LifecycleFilter::All(vec![LifecycleCondition::Prefix("AWSLogs/".to_owned())]),
        expiration: Some(Expiration::Days(days)),
        noncurrent_days: None,
        transitions: vec![(7, "GLACIER_IR")],
    });
}

fn note_one_factor(draft: &Draft, plot: &mut Plot) {
    let because = "old versions can be deleted without a second factor";
    draft.fails(plot, &[BUCKET_SECOND_FACTOR], because);
}
