//! What boto3 asks after beside the population: one of everything, in the management account.

use trailaudit_sim::{
    Account, Alarm, Bucket, BucketLogging, EventDataStore, Expiration, Grant, Grantee, Key, KeyReaders,
    LifecycleCondition, LifecycleFilter, LifecycleRule, LogGroup, LogResourcePolicy, LogStream, ManagedPolicy,
    MetricFilter, MetricMath, MetricQuery, ObjectLock, Period, Retention, Role, SubscriptionState, Topic, Trail,
    Watched, World,
};

/// Adds it.
pub fn furnish(world: &mut World) {
    buckets(world);
    keys(world);
    event_data_stores(world);
    log_group(world);
    role(world);
    alarms(world);
    topic(world);
    trail(world);
}

/// `bare` has nothing, `furnished` everything; `abroad` is in another Region.
fn buckets(world: &mut World) {
    let made = "2024-02-29T01:02:03Z".parse().expect("a time");
    let mut bare = Bucket::new("bare", "us-east-1", made);
    bare.public_access_block = None;
    let mut furnished = Bucket::new("furnished", "us-east-1", made);
    furnished.grants = [
        (Grantee::AllUsers, "READ"),
        (Grantee::AuthenticatedUsers, "WRITE"),
        (Grantee::LogDelivery, "READ_ACP"),
        (Grantee::Account("999999999999".into()), "FULL_CONTROL"),
    ]
    .map(|(grantee, permission)| Grant { grantee, permission })
    .into();
    furnished.policy_is_public = Some(false);
    furnished.logging = Some(BucketLogging {
        target_bucket: "bare".into(),
        target_prefix: "access/".into(),
    });
    (furnished.versioning, furnished.mfa_delete) = (Some("Enabled"), Some("Enabled"));
    furnished.object_lock = Some(ObjectLock {
        default_retention: Some(Retention {
            mode: "COMPLIANCE",
            period: Period::Years(10),
        }),
    });
    let prefix = || LifecycleCondition::Prefix("AWSLogs/".into());
    let narrow = vec![
        prefix(),
        LifecycleCondition::Tag("keep".into(), "no".into()),
        LifecycleCondition::LargerThan(1),
        LifecycleCondition::SmallerThan(1 << 40),
    ];
    let rules = [
        (LifecycleFilter::Prefix("old/".into()), Expiration::Days(400)),
        (LifecycleFilter::All(vec![prefix()]), Expiration::Date(made)),
        (LifecycleFilter::All(narrow), Expiration::DeleteMarkers),
        (LifecycleFilter::All(Vec::new()), Expiration::Days(4_000)),
    ];
    furnished.lifecycle = rules
        .into_iter()
        .enumerate()
        .map(|(index, (filter, expiration))| LifecycleRule {
            id: format!("rule-{index}"),
            enabled: index % 2 == 0,
            filter,
            expiration: Some(expiration),
            noncurrent_days: Some(30),
            transitions: vec![(90, "GLACIER")],
        })
        .collect();
    let abroad = Bucket::new("abroad", "eu-west-1", made);
    management(world).buckets.extend([bare, furnished, abroad]);
    world.foreign_buckets.insert("somebody-elses".into());
}

/// One that changes twice a year and that members may ask after, and a multi-Region key with a replica.
fn keys(world: &mut World) {
    let made = "2024-02-29T01:02:03Z".parse().expect("a time");
    let mut rotating = Key::new("00000000-0000-4000-8000-00000000000a", "us-east-1", made);
    rotating.rotation_days = Some(180);
    rotating.readers = KeyReaders::Organization;
    let mut primary = Key::new("mrk-0000000000000000000000000000000a", "us-east-1", made);
    primary.rotation_days = Some(365);
    let replica = primary.replica("eu-west-1", made);
    management(world).keys.extend([rotating, primary, replica]);
}

/// Two in one Region, one of them with a key.
fn event_data_stores(world: &mut World) {
    let made = "2024-02-29T01:02:03Z".parse().expect("a time");
    let plain = EventDataStore::new("00000000-0000-4000-8000-00000000000b", "plain", "us-east-1", made);
    let mut encrypted = EventDataStore::new("00000000-0000-4000-8000-00000000000c", "encrypted", "us-east-1", made);
    let owner = management(world);
    // Instead of what is planted there.
    owner.event_data_stores.clear();
    encrypted.kms_key_id = owner.keys.first().map(|key| key.arn(&owner.id));
    encrypted.organization = true;
    owner.event_data_stores.extend([plain, encrypted]);
}

/// Two streams and two filters, a policy of its own, and two of the account's.
fn log_group(world: &mut World) {
    let made = "2024-02-29T01:02:03Z".parse().expect("a time");
    let event = |time: &str| time.parse().expect("a time");
    let mut group = LogGroup::new("furnished", "us-east-1", made);
    group.streams = vec![
        LogStream::new("b_CloudTrail", made, event("2026-11-19T00:00:00Z")),
        LogStream::new("a_CloudTrail", made, event("2026-11-18T00:00:00Z")),
    ];
    let mut valued = MetricFilter::new("valued", "{ $.a = \"<&>\" }", "Trail", made);
    valued.default_value = Some(0.5);
    group.metric_filters = vec![
        valued,
        MetricFilter::new("counting", "{ $.b NOT EXISTS }", "Trail", made),
    ];
    let policies = [("dns", None), ("search", None), ("attached", Some("furnished"))];
    let policies = policies.map(|(name, log_group)| LogResourcePolicy {
        name: name.into(),
        region: "us-east-1".into(),
        log_group: log_group.map(str::to_owned),
        document: r#"{"Version": "2012-10-17", "Statement": []}"#.into(),
        updated: made,
    });
    let owner = management(world);
    owner.log_groups.push(group);
    owner.log_resource_policies.extend(policies);
}

/// With two inline policies, one managed policy of the account's and one of AWS's.
fn role(world: &mut World) {
    let made = "2024-02-29T01:02:03Z".parse().expect("a time");
    let document = |action: &str| {
        let resource = "arn:aws:logs:*:*:log-group:a b+c%:*";
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}]}}"#
        )
    };
    let owner = management(world);
    let own = ManagedPolicy::new("Own", &document("logs:*"), made);
    let mut role = Role::for_service("Furnished", "cloudtrail.amazonaws.com");
    role.path = "/service/".into();
    for (name, action) in [("create", "logs:CreateLogStream"), ("put", "logs:PutLogEvents")] {
        role.inline_policies.insert(name.into(), document(action));
    }
    role.attached_policies = vec![
        own.arn(&owner.id),
        "arn:aws:iam::aws:policy/CloudWatchLogsFullAccess".into(),
    ];
    owner.policies.push(own);
    owner.roles.insert(role.name.clone(), role);
}

/// One of a metric, one of metric math, and one of another alarm.
fn alarms(world: &mut World) {
    let made = "2024-02-29T01:02:03Z".parse().expect("a time");
    let query = |id: &str, of, returns| MetricQuery {
        id: id.into(),
        of,
        returns,
    };
    let math = vec![
        query("m1", MetricMath::Metric("Trail".into(), "counting".into()), false),
        query("e1", MetricMath::Expression("m1 * 2".into()), true),
    ];
    let alarms = [
        ("furnished-metric", Watched::metric("Trail", "counting")),
        ("furnished-math", Watched::Math(math)),
        (
            "furnished-composite",
            Watched::Alarms("ALARM(\"furnished-metric\")".into()),
        ),
    ];
    for (name, watched) in alarms {
        let mut alarm = Alarm::new(name, "us-east-1", watched, made);
        alarm.threshold = 0.1;
        alarm
            .alarm_actions
            .push("arn:aws:sns:us-east-1:999999999999:furnished".into());
        management(world).alarms.push(alarm);
    }
}

/// With subscriptions in each state, on two pages.
fn topic(world: &mut World) {
    let mut topic = Topic::new("furnished", "us-east-1");
    for index in 0..101 {
        let state = match index % 3 {
            0 => SubscriptionState::Confirmed,
            1 => SubscriptionState::Pending,
            _ => SubscriptionState::Deleted,
        };
        topic = topic.with_subscription("email", &format!("{index}@example.com"), state);
    }
    management(world).topics.push(topic);
}

/// Without anything but its bucket, which is not there.
fn trail(world: &mut World) {
    let made = "2024-02-29T01:02:03Z".parse().expect("a time");
    let trail = Trail::new("bare", "us-east-1", made);
    management(world).trails.push(trail);
}

fn management(world: &mut World) -> &mut Account {
    let id = world.management_account().to_owned();
    world.accounts.get_mut(&id).expect("the management account")
}
