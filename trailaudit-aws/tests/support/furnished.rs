//! A small Organization with everything that any rule asks for: sound in its management account, and with two accounts
//! whose own trails lack most of it.

use trailaudit_core::filter_pattern::ALARMS;
use trailaudit_sim::{
    Account, Alarm, Bucket, BucketLogging, DelegatedAdministrator, EventDataStore, EventSelectors, Expiration, Grant,
    Grantee, Key, KeyReaders, LifecycleFilter, LifecycleRule, LogGroup, LogResourcePolicy, LogStream, ManagedPolicy,
    MetricFilter, ObjectLock, Period, Retention, Role, ServiceControlPolicy, SubscriptionState, Topic, Trail, Watched,
    World,
};

use super::{MANAGEMENT, hand_made, member_role};

pub const ARCHIVE: &str = "222222222222";
pub const FLAWED: &str = "333333333333";
pub const POOR: &str = "444444444444";
pub const HOME: &str = "us-east-1";
pub const AS_OF: &str = "2026-11-22T03:00:00Z";
pub const BUCKET: &str = "organization-logs-111111111111";
const MADE: &str = "2025-01-01T00:00:00Z";
const GROUP: &str = "organization-trail";
const ROLE: &str = "TrailToLogs";

/// The organization trail has a key, a bucket and a topic in the archive, and a log group that alerts on everything.
pub fn furnished() -> World {
    let mut world = hand_made(&[HOME, "eu-west-1"]);
    archive(&mut world);
    management(&mut world);
    flawed(&mut world);
    poor(&mut world);
    let since = MADE.parse().unwrap();
    let organization = &mut world.organization;
    organization
        .trusted_services
        .insert("cloudtrail.amazonaws.com".into(), since);
    organization.service_control_policies = true;
    organization.delegated_administrators.push(DelegatedAdministrator {
        account: ARCHIVE.into(),
        service_principal: "cloudtrail.amazonaws.com".into(),
        enabled: since,
    });
    let deny = r#"{"Version": "2012-10-17", "Statement": {"Sid": "KeepTrails", "Effect": "Deny", "Resource": "*",
        "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail",
                   "cloudtrail:PutEventSelectors"],
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/BreakGlass"}}}}"#;
    let policy = ServiceControlPolicy::new("p-keeptrails", "keep-trails", deny, ARCHIVE);
    organization.policies.push(policy);
    world
}

fn member(id: &str, name: &str) -> Account {
    let mut account = Account::new(id, name, MADE.parse().unwrap());
    account.roles = member_role("OrganizationAccountAccessRole");
    account
}

fn key() -> Key {
    let mut key = Key::new("mrk-0000000000000000000000000000000a", HOME, MADE.parse().unwrap());
    key.readers = KeyReaders::Organization;
    key.rotation_days = Some(365);
    let text = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Owner", "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ARCHIVE}:root")},
             "Action": "kms:*", "Resource": "*"},
            {"Sid": "Encrypt", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
             "Action": "kms:GenerateDataKey*", "Resource": "*",
             "Condition": {
                "StringEquals": {"aws:SourceArn": format!("arn:aws:cloudtrail:{HOME}:{MANAGEMENT}:trail/all")},
                "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": format!("arn:aws:cloudtrail:*:{MANAGEMENT}:trail/*")}}},
            {"Sid": "Describe", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
             "Action": "kms:DescribeKey", "Resource": "*"},
        ],
    });
    key.policy = Some(text.to_string());
    key
}

fn topic() -> Topic {
    Topic::new("alerts", HOME)
        .with_subscription("email", "nobody@example.com", SubscriptionState::Pending)
        .with_subscription("email", "watch@example.com", SubscriptionState::Confirmed)
}

fn archive(world: &mut World) {
    let mut archive = member(ARCHIVE, "Archive");
    let mut bucket = Bucket::new(BUCKET, HOME, MADE.parse().unwrap());
    bucket.public_access_block = None;
    bucket.policy_is_public = Some(false);
    bucket.logging = Some(BucketLogging {
        target_bucket: "access-logs".into(),
        target_prefix: String::new(),
    });
    (bucket.versioning, bucket.mfa_delete) = (Some("Enabled"), Some("Enabled"));
    bucket.object_lock = Some(ObjectLock {
        default_retention: Some(Retention {
            mode: "COMPLIANCE",
            period: Period::Years(8),
        }),
    });
    archive.buckets.push(bucket);
    archive.keys.push(key());
    archive.topics.push(topic());
    world.add(archive);
}

fn management(world: &mut World) {
    let made = MADE.parse().unwrap();
    let as_of = AS_OF.parse().unwrap();
    let organization = world.organization.id.clone();
    let owner = world.accounts.get_mut(MANAGEMENT).unwrap();
    let mut group = LogGroup::new(GROUP, HOME, made);
    group.retention_days = Some(365);
    group.kms_key_id = Some(key().arn(ARCHIVE));
    group.deletion_protected = true;
    let stream = format!("{organization}_{MANAGEMENT}_CloudTrail_{HOME}");
    group.streams = vec![
        LogStream::new("somebody-elses", made, as_of),
        LogStream::new(&stream, made, as_of),
    ];
    for control in ALARMS {
        group
            .metric_filters
            .push(MetricFilter::new(control.rule, control.widest(), "Trail", made));
        let mut alarm = Alarm::new(control.rule, HOME, Watched::metric("Trail", control.rule), made);
        alarm.alarm_actions = vec![topic().arn(ARCHIVE)];
        owner.alarms.push(alarm);
    }
    let mut role = Role::for_service(ROLE, "cloudtrail.amazonaws.com");
    let document = |action: &str| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "{action}", "Resource": "{}:log-stream:*"}}]}}"#,
            group.arn(MANAGEMENT)
        )
    };
    role.inline_policies
        .insert("create".into(), document("logs:CreateLogStream"));
    let put = ManagedPolicy::new("Put", &document("logs:PutLogEvents"), made);
    role.attached_policies = vec![put.arn(MANAGEMENT)];
    owner.policies.push(put);
    let mut trail = Trail::new("all", HOME, as_of);
    (trail.multi_region, trail.organization, trail.log_file_validation) = (true, true, true);
    trail.bucket = BUCKET.into();
    trail.kms_key_id = Some(key().arn(ARCHIVE));
    trail.log_group_arn = Some(format!("{}:*", group.arn(MANAGEMENT)));
    trail.log_group_role_arn = Some(role.arn(MANAGEMENT));
    trail.topic_arn = Some(topic().arn(ARCHIVE));
    trail.event_selectors = EventSelectors::AdvancedWithObjects;
    trail.insight_types = vec!["ApiCallRateInsight"];
    trail.tags.insert("owner".into(), "security".into());
    owner.roles.insert(ROLE.into(), role);
    owner.log_groups.push(group);
    owner.trails.push(trail);
    let mut store = EventDataStore::new("00000000-0000-4000-8000-00000000000b", "lake", HOME, made);
    (store.organization, store.termination_protected) = (true, true);
    store.kms_key_id = Some(key().arn(ARCHIVE));
    owner.event_data_stores.push(store);
}

/// A trail of one Region with almost everything wrong.
fn flawed(world: &mut World) {
    let made = MADE.parse().unwrap();
    let as_of = AS_OF.parse().unwrap();
    let mut account = member(FLAWED, "Flawed");
    let mut key = Key::new("00000000-0000-4000-8000-00000000000c", "eu-west-1", made);
    key.policy = Some(
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}}"#
            .into(),
    );
    let mut bucket = Bucket::new("flawed-logs", HOME, made);
    bucket.public_access_block = None;
    bucket.grants.push(Grant {
        grantee: Grantee::AllUsers,
        permission: "READ",
    });
    let mut group = LogGroup::new("flawed", HOME, made);
    group.retention_days = Some(30);
    let mut filter = MetricFilter::new("root", ALARMS[2].least, "Flawed", made);
    filter.metric_name = "root".into();
    group.metric_filters.push(filter);
    let mut alarm = Alarm::new("root", HOME, Watched::metric("Flawed", "root"), made);
    alarm.actions_enabled = false;
    account.alarms.push(alarm);
    let role = Role::for_service("Powerless", "cloudtrail.amazonaws.com");
    let mut trail = Trail::new("flawed", HOME, as_of);
    trail.multi_region = true;
    trail.bucket = "flawed-logs".into();
    trail.kms_key_id = Some(key.arn(FLAWED));
    trail.log_group_arn = Some(format!("{}:*", group.arn(FLAWED)));
    trail.log_group_role_arn = Some(role.arn(FLAWED));
    account.roles.insert("Powerless".into(), role);
    account.keys.push(key);
    account.buckets.push(bucket);
    account.log_groups.push(group);
    account.trails.push(trail);
    let mut store = EventDataStore::new("00000000-0000-4000-8000-00000000000d", "own", "eu-west-1", made);
    store.multi_region = false;
    account.event_data_stores.push(store);
    world.add(account);
}

/// A trail that names a bucket nobody has, and a role that does not exist.
fn poor(world: &mut World) {
    let made = MADE.parse().unwrap();
    let mut account = member(POOR, "Poor");
    let mut trail = Trail::new("poor", "eu-west-1", AS_OF.parse().unwrap());
    trail.bucket = "long-gone".into();
    let group = LogGroup::new("poor", "eu-west-1", made);
    trail.log_group_arn = Some(format!("{}:*", group.arn(POOR)));
    trail.log_group_role_arn = Some(format!("arn:aws:iam::{POOR}:role/Gone"));
    account.log_groups.push(group);
    account.trails.push(trail);
    let mut elsewhere = Trail::new("elsewhere", HOME, AS_OF.parse().unwrap());
    elsewhere.bucket = "somebody-elses".into();
    elsewhere.status.logging = false;
    account.trails.push(elsewhere);
    world.add(account);
    world.foreign_buckets.insert("somebody-elses".into());
}

/// The same without an organization trail, without anything the organization forbids or trusts, and with deliveries that
/// fail.
pub fn neglected() -> World {
    let mut world = furnished();
    let organization = &mut world.organization;
    organization.trusted_services.clear();
    organization.all_features = false;
    organization.service_control_policies = false;
    organization.delegated_administrators[0].account = FLAWED.into();
    let owner = world.accounts.get_mut(MANAGEMENT).unwrap();
    owner.trails.clear();
    let account = world.accounts.get_mut(FLAWED).unwrap();
    let trail = &mut account.trails[0];
    trail.log_file_validation = true;
    trail.topic_arn = Some(format!("arn:aws:sns:{HOME}:{FLAWED}:gone"));
    trail.event_selectors = EventSelectors::BasicWithoutKms;
    trail.status.latest_delivery_error = Some("AccessDenied".into());
    trail.status.latest_digest_delivery_error = Some("AccessDenied".into());
    trail.status.latest_log_group_delivery_error = Some("Access denied".into());
    trail.status.latest_notification_error = Some("NotFound".into());
    trail.status.latest_notification = None;
    let key = &mut account.keys[0];
    key.policy = Some(
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}}"#
            .into(),
    );
    account.log_resource_policies.push(LogResourcePolicy {
        name: "open".into(),
        region: HOME.into(),
        log_group: Some("flawed".into()),
        document: r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "logs:*", "Resource": "*"}}"#
            .into(),
        updated: MADE.parse().unwrap(),
    });
    account.buckets[0].lifecycle.push(LifecycleRule {
        id: "tidy".into(),
        enabled: true,
        filter: LifecycleFilter::Prefix(String::new()),
        expiration: Some(Expiration::Days(30)),
        noncurrent_days: None,
        transitions: Vec::new(),
    });
    let poor = world.accounts.get_mut(POOR).unwrap();
    for trail in &mut poor.trails {
        trail.log_file_validation = false;
        trail.global_service_events = false;
        trail.event_selectors = EventSelectors::BasicReadOnly;
        trail.status.logging = false;
    }
    world
}
