//! What can be wrong with the log group of a trail.

use serde_json::json;

use super::Plot;
use super::draft::Draft;
use super::own_trail::Flaw;
use crate::truth::rules::{
    ALARMS_ACT, GROUP_ENCRYPTED, GROUP_KEEPS, GROUP_NOT_PUBLIC, GROUP_PROTECTED, LOG_GROUP, OF_GROUPS, ROLE_DELIVERS,
    STREAMS_ARRIVE,
};
use crate::world::{Denial, DeniedBy, Key, LogGroup, LogResourcePolicy};

pub(super) const ABSENT: Flaw = flaw("log-group-absent", |draft, plot| {
    draft.trail.log_group_arn = None;
    draft.trail.log_group_role_arn = None;
    draft.trail.status.latest_log_group_delivery = None;
    draft.log_groups.clear();
    draft.fails(plot, &[LOG_GROUP], "the trail names no log group");
});

pub(super) const NO_ROLE: Flaw = flaw("log-group-without-role", |draft, plot| {
    draft.trail.log_group_role_arn = None;
    draft.fails(
        plot,
        &[LOG_GROUP, ROLE_DELIVERS],
        "the trail names a log group but no role to deliver with",
    );
});

pub(super) const OTHER_ACCOUNT: Flaw = flaw("log-group-in-other-account", |draft, plot| {
    let archive = plot.archive.clone();
    move_group(draft, &archive, None);
    let groups = std::mem::take(&mut draft.log_groups);
    if let Some(archive) = plot.world.accounts.get_mut(&archive) {
        archive.log_groups.extend(groups);
    }
    draft.fails(plot, &[LOG_GROUP], "the log group is in another account than the trail");
});

pub(super) const OTHER_REGION: Flaw = Flaw {
    name: "log-group-in-other-region",
    fewest_regions: 2,
    apply: |draft, plot| {
        let names = plot.region_names();
        let other = names.into_iter().find(|name| name != draft.region());
        let owner = draft.owner.clone();
        move_group(draft, &owner, other.as_deref());
        draft.fails(
            plot,
            &[LOG_GROUP],
            "the log group is in another Region than the trail's home Region",
        );
    },
};

pub(super) const DELETED: Flaw = flaw("log-group-deleted", |draft, plot| {
    draft.log_groups.clear();
    draft.fails(plot, &[LOG_GROUP, STREAMS_ARRIVE], "the log group does not exist");
});

pub(super) const ONLY_PREFIX: Flaw = flaw("log-group-only-prefix", |draft, plot| {
    for group in &mut draft.log_groups {
        group.name.push_str("-old");
    }
    draft.fails(
        plot,
        &[LOG_GROUP, STREAMS_ARRIVE],
        "the log group does not exist; another one's name only begins with its name",
    );
});

/// Nothing else of the account may need to describe log groups in the trail's home Region.
pub(super) const DENIED: Flaw = flaw("log-group-denied", |draft, plot| {
    draft.denials.push(Denial {
        by: DeniedBy::IdentityPolicy,
        actions: vec!["logs:DescribeLogGroups".to_owned()],
        regions: vec![draft.region().to_owned()],
        resources: Vec::new(),
    });
    let because = "logs:DescribeLogGroups is denied in the trail's home Region";
    draft.is_open(plot, &[LOG_GROUP, STREAMS_ARRIVE], because);
    draft.is_open(plot, OF_GROUPS, because);
    draft.is_open(plot, &[ALARMS_ACT], because);
});

pub(super) const SHORT_RETENTION: Flaw = flaw("log-group-short-retention", |draft, plot| {
    for group in &mut draft.log_groups {
        group.retention_days = Some(30);
    }
    draft.fails(plot, &[GROUP_KEEPS], "events are kept for thirty days");
});

/// Sound: a year is enough.
pub(super) const A_YEAR: Flaw = flaw("log-group-a-year", |draft, _| {
    for group in &mut draft.log_groups {
        group.retention_days = Some(365);
    }
});

pub(super) const WITHOUT_KEY: Flaw = flaw("log-group-without-key", |draft, plot| {
    for group in &mut draft.log_groups {
        group.kms_key_id = None;
    }
    draft.fails(plot, &[GROUP_ENCRYPTED], "the log group names no key");
});

pub(super) const KEY_DISABLED: Flaw = flaw("log-group-key-disabled", |draft, plot| {
    let mut key = Key::new(&plot.random.uuid(), draft.region(), plot.days_ago(500));
    key.state = "Disabled";
    for group in &mut draft.log_groups {
        group.kms_key_id = Some(key.arn(&draft.owner));
    }
    draft.more_keys.push(key);
    draft.fails(plot, &[GROUP_ENCRYPTED], "the log group's key is Disabled");
});

pub(super) const UNPROTECTED: Flaw = flaw("log-group-unprotected", |draft, plot| {
    for group in &mut draft.log_groups {
        group.deletion_protected = false;
    }
    draft.fails(plot, &[GROUP_PROTECTED], "the log group can be deleted with one call");
});

pub(super) const OPEN: Flaw = flaw("log-group-open", |draft, plot| {
    let named = draft.trail.log_group_arn.clone().unwrap_or_default();
    let statement = json!({
        "Sid": "Anybody",
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["logs:GetLogEvents", "logs:FilterLogEvents"],
        "Resource": named,
    });
    draft.log_policies.push(LogResourcePolicy {
        name: "share-log-group".to_owned(),
        region: draft.region().to_owned(),
        log_group: None,
        document: json!({"Version": "2012-10-17", "Statement": [statement]}).to_string(),
        updated: plot.days_ago(200),
    });
    let because = "a policy of the account lets anybody read the log group";
    draft.fails(plot, &[GROUP_NOT_PUBLIC], because);
});

/// CloudTrail says that it delivers, and the log group has nothing to show for it.
pub(super) const SILENT: Flaw = flaw("log-group-silent", |draft, plot| {
    draft.received = Some(plot.days_ago(4));
    let because = "the latest event in the log group is four days older than the latest delivery";
    draft.fails(plot, &[STREAMS_ARRIVE], because);
});

/// Sound: a longer name beside the right one changes nothing.
pub(super) const BESIDE_LONGER: Flaw = flaw("log-group-beside-longer", |draft, plot| {
    let name = format!("CloudTrail/{}-archive", draft.trail.name);
    draft
        .log_groups
        .push(LogGroup::new(&name, draft.region(), plot.days_ago(500)));
});

const fn flaw(name: &'static str, apply: fn(&mut Draft, &mut Plot)) -> Flaw {
    Flaw {
        name,
        fewest_regions: 1,
        apply,
    }
}

fn move_group(draft: &mut Draft, account: &str, region: Option<&str>) {
    for group in &mut draft.log_groups {
        if let Some(region) = region {
            region.clone_into(&mut group.region);
        }
        draft.trail.log_group_arn = Some(format!("{}:*", group.arn(account)));
    }
}
