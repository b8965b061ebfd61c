//! An Organization that breaks every rule of the catalogue.

use jiff::Timestamp;
use serde_json::json;
use trailaudit_sim::{
    Account, Alarm, Bucket, DelegatedAdministrator, EventDataStore, EventSelectors, Expiration, Grant, Grantee, Key,
    LifecycleFilter, LifecycleRule, LogGroup, LogResourcePolicy, MetricFilter, Trail, TrailStatus, Watched, World,
};

use crate::worlds::{FIRST, HOME, MANAGEMENT, account, days_ago, member};

/// It designates what nobody delivers to, and approves nobody.
pub const BASELINE: &str = "[thresholds]\ndesignated-buckets = [\"elsewhere\"]\n";

/// Nobody administers it as a whole. Its only trails are two of one account: one of all Regions, which was stopped, and
/// everything it names is in a bad way; and one that names nothing that is there. A member has no trail at all.
pub fn worst(regions: &[&str]) -> World {
    let mut world = World::new("o-exampleorg", MANAGEMENT, regions, days_ago(2_000));
    let organization = &mut world.organization;
    (organization.all_features, organization.service_control_policies) = (false, false);
    organization.delegated_administrators.push(DelegatedAdministrator {
        account: FIRST.to_owned(),
        service_principal: "cloudtrail.amazonaws.com".to_owned(),
        enabled: days_ago(300),
    });
    world.add(member(FIRST, "First"));
    let owner = account(&mut world, MANAGEMENT);
    owner.trails.extend([neglected_trail(), bare_trail()]);
    owner.keys.push(key());
    owner.buckets.push(bucket());
    log_group(owner);
    event_data_store(owner);
    world
}

fn neglected_trail() -> Trail {
    let mut trail = Trail::new("neglected", HOME, Timestamp::now());
    trail.multi_region = true;
    trail.event_selectors = EventSelectors::BasicWithoutKms;
    trail.kms_key_id = Some(key().arn(MANAGEMENT));
    trail.log_group_arn = Some(format!(
        "{}:*",
        LogGroup::new("neglected", HOME, made()).arn(MANAGEMENT)
    ));
    trail.log_group_role_arn = Some(format!("arn:aws:iam::{MANAGEMENT}:role/Removed"));
    trail.topic_arn = Some(format!("arn:aws:sns:{HOME}:{MANAGEMENT}:removed"));
    let error = || Some("AccessDenied".to_owned());
    trail.status = TrailStatus {
        started: Some(made()),
        stopped: Some(days_ago(30)),
        latest_delivery: Some(days_ago(60)),
        latest_delivery_error: error(),
        latest_log_group_delivery: Some(days_ago(90)),
        latest_log_group_delivery_error: error(),
        latest_digest_delivery: Some(days_ago(60)),
        latest_digest_delivery_error: error(),
        latest_notification_error: error(),
        ..TrailStatus::default()
    };
    trail
}

/// No key, no log group, no validation; and the bucket it names is nobody's.
fn bare_trail() -> Trail {
    let mut trail = Trail::new("bare", HOME, Timestamp::now());
    trail.bucket = "long-gone".to_owned();
    trail.log_file_validation = false;
    trail.global_service_events = false;
    trail.status = TrailStatus {
        latest_delivery_error: Some("NoSuchBucket".to_owned()),
        ..TrailStatus::default()
    };
    trail
}

/// Disabled and never rotated; its policy lets anybody encrypt, CloudTrail for anybody, and nobody decrypt.
fn key() -> Key {
    let mut key = Key::new("0a1b2c3d-0000-4000-8000-000000000003", HOME, made());
    key.state = "Disabled";
    let cloudtrail = json!({"Service": "cloudtrail.amazonaws.com"});
    let statements = [
        json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Encrypt", "Resource": "*"}),
        json!({"Effect": "Allow", "Principal": cloudtrail, "Action": "kms:GenerateDataKey*", "Resource": "*"}),
    ];
    key.policy = Some(json!({"Version": "2012-10-17", "Statement": statements}).to_string());
    key
}

/// Everybody may list it; it deletes what it gets, and keeps no account of who reads it.
fn bucket() -> Bucket {
    let mut bucket = Bucket::new("neglected-logs", HOME, made());
    bucket.public_access_block = None;
    bucket.grants.push(Grant {
        grantee: Grantee::AllUsers,
        permission: "READ",
    });
    bucket.lifecycle.push(LifecycleRule {
        id: "tidy-up".to_owned(),
        enabled: true,
        filter: LifecycleFilter::Prefix(String::new()),
        expiration: Some(Expiration::Days(30)),
        noncurrent_days: None,
        transitions: Vec::new(),
    });
    bucket
}

/// Its events are kept for a week, without a key of ours, for anybody; its one alarm does nothing.
fn log_group(owner: &mut Account) {
    let mut group = LogGroup::new("neglected", HOME, made());
    group.retention_days = Some(7);
    let filter = MetricFilter::new("root", r#"{ $.userIdentity.type = "Root" }"#, "Neglected", made());
    group.metric_filters.push(filter);
    owner
        .alarms
        .push(Alarm::new("root", HOME, Watched::metric("Neglected", "root"), made()));
    let anybody = json!({"Effect": "Allow", "Principal": "*", "Action": "logs:*", "Resource": "*"});
    owner.log_resource_policies.push(LogResourcePolicy {
        name: "open".to_owned(),
        region: HOME.to_owned(),
        log_group: None,
        document: json!({"Version": "2012-10-17", "Statement": [anybody]}).to_string(),
        updated: made(),
    });
    owner.log_groups.push(group);
}

fn event_data_store(owner: &mut Account) {
    let mut store = EventDataStore::new("0a1b2c3d-0000-4000-8000-000000000004", "trial", HOME, made());
    (store.multi_region, store.termination_protected) = (false, false);
    store.retention_days = 90;
    owner.event_data_stores.push(store);
}

fn made() -> Timestamp {
    days_ago(400)
}
