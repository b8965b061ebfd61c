//! What can be wrong with the key of a trail.

use jiff::SignedDuration;

use super::Plot;
use super::draft::Draft;
use super::own_trail::Flaw;
use crate::truth::rules::{ENCRYPTED, KEY_ROTATED, KEY_USABLE, OF_KEYS};
use crate::world::{Key, KeyReaders};

pub(super) const NO_KEY: Flaw = flaw("key-absent", |draft, plot| {
    draft.trail.kms_key_id = None;
    draft.key = None;
    draft.fails(
        plot,
        &[ENCRYPTED],
        "the trail names no KMS key: log files are encrypted with S3 managed keys",
    );
});

pub(super) const MANAGED_ALIAS: Flaw = flaw("key-managed-alias", |draft, plot| {
    draft.trail.kms_key_id = Some("alias/aws/cloudtrail".to_owned());
    draft.key = None;
    draft.fails(
        plot,
        &[ENCRYPTED],
        "alias/aws/cloudtrail names an AWS managed key; describing it would create it",
    );
});

pub(super) const MANAGED_ALIAS_ARN: Flaw = flaw("key-managed-alias-arn", |draft, plot| {
    let alias = format!("arn:aws:kms:{}:{}:alias/aws/cloudtrail", draft.region(), draft.owner);
    draft.trail.kms_key_id = Some(alias);
    draft.key = None;
    draft.fails(
        plot,
        &[ENCRYPTED],
        "the ARN of alias/aws/cloudtrail names an AWS managed key; describing it would create it",
    );
});

pub(super) const MANAGED_KEY: Flaw = flaw("key-managed", |draft, plot| {
    if let Some(key) = &mut draft.key {
        key.manager = "AWS";
        key.aliases.push("alias/aws/cloudtrail".to_owned());
    }
    draft.fails(
        plot,
        &[ENCRYPTED],
        "the key is managed by AWS, which its ARN does not show",
    );
});

pub(super) const DISABLED: Flaw = flaw("key-disabled", |draft, plot| {
    set_state(draft, "Disabled");
    draft.fails(plot, &[ENCRYPTED, KEY_USABLE], "the key is Disabled");
});

pub(super) const PENDING_DELETION: Flaw = flaw("key-pending-deletion", |draft, plot| {
    set_state(draft, "PendingDeletion");
    if let Some(key) = &mut draft.key {
        key.deletion = plot.as_of.checked_add(SignedDuration::from_hours(24 * 9)).ok();
    }
    draft.fails(
        plot,
        &[ENCRYPTED, KEY_USABLE],
        "the key is PendingDeletion: it will be deleted in nine days",
    );
    draft.fails(plot, &[KEY_ROTATED], "KMS rotates no key that waits for its deletion");
});

pub(super) const PENDING_REPLICA_DELETION: Flaw = flaw("key-pending-replica-deletion", |draft, plot| {
    let mut key = multi_region_key(draft, plot);
    key.state = "PendingReplicaDeletion";
    draft.use_key(key);
    draft.fails(
        plot,
        &[ENCRYPTED, KEY_USABLE],
        "the multi-Region key is PendingReplicaDeletion",
    );
});

pub(super) const PENDING_IMPORT: Flaw = flaw("key-pending-import", |draft, plot| {
    set_state(draft, "PendingImport");
    if let Some(key) = &mut draft.key {
        key.origin = "EXTERNAL";
    }
    draft.fails(
        plot,
        &[ENCRYPTED, KEY_USABLE],
        "the key is PendingImport: it has no key material",
    );
});

pub(super) const UNAVAILABLE: Flaw = flaw("key-unavailable", |draft, plot| {
    set_state(draft, "Unavailable");
    if let Some(key) = &mut draft.key {
        key.origin = "AWS_CLOUDHSM";
    }
    draft.fails(
        plot,
        &[ENCRYPTED, KEY_USABLE],
        "the key is Unavailable: its custom key store is disconnected",
    );
});

pub(super) const GONE: Flaw = flaw("key-gone", |draft, plot| {
    draft.key = None;
    draft.fails(plot, &[ENCRYPTED], "the key does not exist in its own account");
});

pub(super) const DENIED: Flaw = flaw("key-denied", |draft, plot| {
    let mut key = Key::new(&plot.random.uuid(), draft.region(), plot.days_ago(500));
    key.readers = KeyReaders::Nobody;
    key.rotation_days = Some(365);
    key.policy = Some(key.policy_confined_to(&draft.arn(), &plot.archive, &plot.world.organization));
    draft.trail.kms_key_id = Some(key.arn(&plot.archive));
    draft.key = None;
    if let Some(archive) = plot.world.accounts.get_mut(&plot.archive) {
        archive.keys.push(key);
    }
    let because = "the policy of the key in the log archive account denies kms:DescribeKey to everybody who audits";
    draft.is_open(plot, &[ENCRYPTED], because);
    draft.is_open(plot, OF_KEYS, because);
});

pub(super) const EXTERNAL: Flaw = flaw("key-external", |draft, plot| {
    let (account, id) = (plot.random.digits(12), plot.random.uuid());
    draft.trail.kms_key_id = Some(format!("arn:aws:kms:{}:{account}:key/{id}", draft.region()));
    draft.key = None;
    let because = format!("the key belongs to {account}, outside the Organization, and kms:DescribeKey is denied");
    draft.is_open(plot, &[ENCRYPTED], &because);
    draft.is_open(plot, OF_KEYS, &because);
});

pub(super) const CREATING: Flaw = flaw("key-creating", |draft, plot| {
    set_state(draft, "Creating");
    draft.is_open(
        plot,
        &[ENCRYPTED, KEY_USABLE],
        "the key is Creating, also when it is read again",
    );
    draft.is_open(
        plot,
        &[KEY_ROTATED],
        "KMS does not tell the rotation of a key that is Creating",
    );
});

pub(super) const UPDATING: Flaw = flaw("key-updating", |draft, plot| {
    let mut key = multi_region_key(draft, plot);
    key.state = "Updating";
    draft.use_key(key);
    draft.is_open(
        plot,
        &[ENCRYPTED, KEY_USABLE],
        "the multi-Region key is Updating, also when it is read again",
    );
});

/// Sound: an alias is as good a name as a key id.
pub(super) const ALIAS: Flaw = flaw("key-alias", |draft, _| {
    if let Some(key) = &mut draft.key {
        let alias = "alias/trail-logs";
        key.aliases.push(alias.to_owned());
        draft.trail.kms_key_id = Some(format!("arn:aws:kms:{}:{}:{alias}", key.region, draft.owner));
    }
});

/// Sound: a multi-Region key is a customer managed key.
pub(super) const MULTI_REGION: Flaw = flaw("key-multi-region", |draft, plot| {
    let key = multi_region_key(draft, plot);
    draft.use_key(key);
});

pub(super) const UNROTATED: Flaw = flaw("key-unrotated", |draft, plot| {
    if let Some(key) = &mut draft.key {
        key.rotation_days = None;
    }
    draft.fails(plot, &[KEY_ROTATED], "the key is never rotated");
});

/// Sound: what was imported cannot be rotated, and works.
pub(super) const IMPORTED: Flaw = flaw("key-imported", |draft, _| {
    if let Some(key) = &mut draft.key {
        key.origin = "EXTERNAL";
        key.rotation_days = None;
    }
});

pub(super) const ELSEWHERE: Flaw = Flaw {
    name: "key-elsewhere",
    fewest_regions: 2,
    apply: |draft, plot| {
        let names = plot.region_names();
        let other = names.into_iter().find(|name| name != draft.region());
        if let (Some(region), Some(mut key)) = (other, draft.key.take()) {
            key.region = region;
            draft.use_key(key);
        }
        draft.fails(plot, &[KEY_USABLE], "the key is in another Region than the bucket");
    },
};

const fn flaw(name: &'static str, apply: fn(&mut Draft, &mut Plot)) -> Flaw {
    Flaw {
        name,
        fewest_regions: 1,
        apply,
    }
}

fn set_state(draft: &mut Draft, state: &'static str) {
    if let Some(key) = &mut draft.key {
        key.state = state;
    }
}

fn multi_region_key(draft: &Draft, plot: &mut Plot) -> Key {
    let id = format!("mrk-{}", plot.random.hex(32));
    let mut key = Key::new(&id, draft.region(), plot.days_ago(500));
    key.rotation_days = Some(365);
    key
}
