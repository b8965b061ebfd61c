//! Where peers are wrong, case by case: what they would say of the same records, and what we say.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use support::{Run, collector, hand_made, member_role, serve, simulated};
use trailaudit_aws::reconcile::{Peer, Row, reconcile};
use trailaudit_aws::{AwsRecords, Folder};
use trailaudit_core::evidence::Draft;
use trailaudit_core::evidence::manifest::Tool;
use trailaudit_sim::{Account, Denial, DeniedBy, EventSelectors, Key, LogGroup, Server, Trail, World};

const MANAGEMENT: &str = "111111111111";
const MEMBER: &str = "222222222222";
const HOME: &str = "us-east-1";
const RULES: [&str; 8] = [
    "trail-encrypted-with-customer-key",
    "trail-delivers-to-log-group",
    "log-file-validation-enabled",
    "region-has-logging-trail",
    "management-events-recorded",
    "object-write-events-recorded",
    "object-read-events-recorded",
    "log-group-retention-sufficient",
];

/// What every peer says of a served world.
async fn compared(server: &Server) -> BTreeMap<&'static str, Vec<Row>> {
    let run = Run::of(collector(server).as_of(now()).build().unwrap()).await;
    let tool = Tool {
        name: "test".into(),
        version: "1".into(),
    };
    Draft::new(tool)
        .seal(&mut Folder::open(run.path()).unwrap(), &AwsRecords)
        .unwrap();
    let files = Folder::open(run.path()).unwrap();
    Peer::ALL
        .into_iter()
        .map(|peer| {
            let mut rows = Vec::new();
            reconcile(&files, peer, &mut |row| {
                rows.push(row.clone());
                Ok(())
            })
            .unwrap();
            (peer.as_str(), rows)
        })
        .collect()
}

fn now() -> jiff::Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

/// An organization trail that is sound, and a member with its copy.
fn sound() -> World {
    let mut world = hand_made(&[HOME, "eu-west-1"]);
    let key = Key::new("0d6f1a52-4c1e-4f0b-8f5e-2f9f6f3f6a10", HOME, now());
    let group = LogGroup::new("logs", HOME, now());
    let mut trail = Trail::new("organization", HOME, now());
    trail.organization = true;
    trail.multi_region = true;
    trail.kms_key_id = Some(key.arn(MANAGEMENT));
    trail.log_group_arn = Some(format!("{}:*", group.arn(MANAGEMENT)));
    trail.log_group_role_arn = Some(format!("arn:aws:iam::{MANAGEMENT}:role/deliver"));
    trail.event_selectors = EventSelectors::AdvancedWithObjects;
    let owner = world.accounts.get_mut(MANAGEMENT).unwrap();
    owner.keys.push(key);
    owner.log_groups.push(group);
    owner.trails.push(trail);
    let mut member = Account::new(MEMBER, "member", "2021-01-01T00:00:00Z".parse().unwrap());
    member.roles = member_role("OrganizationAccountAccessRole");
    world.add(member);
    world
}

fn trail(world: &mut World) -> &mut Trail {
    &mut world.accounts.get_mut(MANAGEMENT).unwrap().trails[0]
}

fn denied(actions: &[&str], regions: &[&str]) -> Denial {
    let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    Denial {
        by: DeniedBy::ServiceControlPolicy("p-1".into()),
        actions: owned(actions),
        regions: owned(regions),
        resources: Vec::new(),
    }
}

/// `peer check account: ours, theirs` of every row of a rule in which a peer differs.
async fn differing(world: World, rule: &str) -> String {
    let server = serve(world, Duration::ZERO);
    let mut told = Vec::new();
    for (peer, rows) in compared(&server).await {
        for row in rows.iter().filter(|row| row.rule == rule && !row.agrees()) {
            assert!(!row.how.is_empty() && !row.how.contains("  "), "{row:?}");
            let place = [&*row.account, &row.region].join(" ");
            told.push(format!(
                "{peer} {}: we {}, they {}",
                place.trim(),
                row.ours,
                row.theirs.as_str()
            ));
        }
    }
    told.join("\n")
}

#[tokio::test]
async fn a_sound_organization_is_told_apart_only_where_peers_cannot_see() {
    let server = serve(sound(), Duration::ZERO);
    let told = tally(&compared(&server).await);
    insta::assert_snapshot!(told, @"
    1 powerpipe cloudtrail_trail_integrated_with_logs: we pass, they fail
    1 powerpipe cloudtrail_trail_integrated_with_logs: we pass, they pass
    2 powerpipe cloudtrail_trail_logs_encrypted_with_kms_cmk: we pass, they pass
    2 powerpipe cloudtrail_trail_validation_enabled: we pass, they pass
    1 powerpipe log_group_retention_period_365: we not-applicable, they no row
    1 powerpipe log_group_retention_period_365: we pass, they fail
    2 prowler cloudtrail_cloudwatch_logging_enabled: we pass, they pass
    2 prowler cloudtrail_kms_encryption_enabled: we pass, they pass
    2 prowler cloudtrail_log_file_validation_enabled: we pass, they pass
    4 prowler cloudtrail_multi_region_enabled: we pass, they pass
    2 prowler cloudtrail_multi_region_enabled_logging_management_events: we pass, they fail
    1 prowler cloudtrail_s3_dataevents_read_enabled: we pass, they fail
    1 prowler cloudtrail_s3_dataevents_read_enabled: we pass, they pass
    1 prowler cloudtrail_s3_dataevents_write_enabled: we pass, they fail
    1 prowler cloudtrail_s3_dataevents_write_enabled: we pass, they pass
    1 prowler cloudwatch_log_group_retention_policy_specific_days_enabled: we not-applicable, they no row
    1 prowler cloudwatch_log_group_retention_policy_specific_days_enabled: we pass, they pass
    1 security-hub CloudTrail.1: we pass, they pass
    1 security-hub CloudTrail.1: we pass, they unknown
    2 security-hub CloudTrail.2: we pass, they pass
    2 security-hub CloudTrail.3: we pass, they pass
    2 security-hub CloudTrail.4: we pass, they pass
    2 security-hub CloudTrail.5: we pass, they pass
    1 security-hub CloudWatch.16: we not-applicable, they no row
    1 security-hub CloudWatch.16: we pass, they pass
    ");
}

/// Only the presence of a key is tested, never whose it is, nor its state.
#[tokio::test]
async fn a_key_that_cannot_be_used_is_a_key_to_them() {
    let rule = "trail-encrypted-with-customer-key";
    let mut world = sound();
    world.accounts.get_mut(MANAGEMENT).unwrap().keys[0].state = "PendingDeletion";
    insta::assert_snapshot!(differing(world, rule).await, @"
    powerpipe 111111111111 us-east-1: we fail, they pass
    powerpipe 222222222222: we fail, they pass
    prowler 111111111111 us-east-1: we fail, they pass
    prowler 222222222222: we fail, they pass
    security-hub 111111111111 us-east-1: we fail, they pass
    security-hub 222222222222: we fail, they pass
    ");
    let mut world = sound();
    trail(&mut world).kms_key_id = Some("alias/aws/cloudtrail".into());
    insta::assert_snapshot!(differing(world, rule).await, @"
    powerpipe 111111111111 us-east-1: we fail, they pass
    powerpipe 222222222222: we fail, they pass
    prowler 111111111111 us-east-1: we fail, they pass
    prowler 222222222222: we fail, they pass
    security-hub 111111111111 us-east-1: we fail, they pass
    security-hub 222222222222: we fail, they pass
    ");
    let mut world = sound();
    world.accounts.get_mut(MANAGEMENT).unwrap().keys.clear();
    insta::assert_snapshot!(differing(world, rule).await, @"
    powerpipe 111111111111 us-east-1: we fail, they pass
    powerpipe 222222222222: we fail, they pass
    prowler 111111111111 us-east-1: we fail, they pass
    prowler 222222222222: we fail, they pass
    security-hub 111111111111 us-east-1: we fail, they pass
    security-hub 222222222222: we fail, they pass
    ");
}

/// Nobody checks that the log group is there, and one reads the time of another channel.
#[tokio::test]
async fn a_log_group_that_gets_nothing_is_a_log_group_to_them() {
    let rule = "trail-delivers-to-log-group";
    let mut world = sound();
    world.accounts.get_mut(MANAGEMENT).unwrap().log_groups.clear();
    insta::assert_snapshot!(differing(world, rule).await, @"
    powerpipe 111111111111 us-east-1: we fail, they pass
    prowler 111111111111 us-east-1: we fail, they pass
    prowler 222222222222: we fail, they pass
    security-hub 111111111111 us-east-1: we fail, they pass
    security-hub 222222222222: we fail, they pass
    ");
    let mut world = sound();
    trail(&mut world).status.latest_log_group_delivery_error = Some("ACCESS_DENIED".into());
    insta::assert_snapshot!(differing(world, rule).await, @"
    powerpipe 111111111111 us-east-1: we fail, they pass
    prowler 111111111111 us-east-1: we fail, they pass
    prowler 222222222222: we fail, they pass
    security-hub 111111111111 us-east-1: we fail, they pass
    security-hub 222222222222: we fail, they pass
    ");
    let mut world = sound();
    trail(&mut world).status.latest_log_group_delivery = Some("2026-11-12T00:00:00Z".parse().unwrap());
    insta::assert_snapshot!(differing(world, rule).await, @"
    powerpipe 111111111111 us-east-1: we fail, they pass
    security-hub 111111111111 us-east-1: we fail, they pass
    security-hub 222222222222: we fail, they pass
    ");
}

/// A quiet trail is not a broken one.
#[tokio::test]
async fn a_quiet_trail_fails_for_them() {
    let mut world = sound();
    let old = Some("2026-11-12T00:00:00Z".parse().unwrap());
    let status = &mut trail(&mut world).status;
    (status.latest_log_group_delivery, status.latest_delivery) = (old, old);
    insta::assert_snapshot!(differing(world, "trail-delivers-to-log-group").await, @"
    powerpipe 111111111111 us-east-1: we pass, they fail
    powerpipe 222222222222: we pass, they fail
    prowler 111111111111 us-east-1: we pass, they fail
    prowler 222222222222: we pass, they fail
    ");
}

/// Denied is not empty, and one refusal says nothing about the trails after it.
#[tokio::test]
async fn a_refusal_is_silence_or_a_fail_to_them() {
    let mut world = sound();
    let member = world.accounts.get_mut(MEMBER).unwrap();
    member
        .denials
        .push(denied(&["cloudtrail:DescribeTrails"], &["eu-west-1"]));
    insta::assert_snapshot!(differing(world, "region-has-logging-trail").await, @"prowler 222222222222 eu-west-1: we inconclusive, they no row");
    let mut world = sound();
    world.accounts.get_mut(MANAGEMENT).unwrap().trails.clear();
    let member = world.accounts.get_mut(MEMBER).unwrap();
    member
        .trails
        .extend(["one", "two"].map(|name| Trail::new(name, HOME, now())));
    member.denials.push(Denial {
        resources: vec![format!("arn:aws:cloudtrail:{HOME}:{MEMBER}:trail/one")],
        ..denied(&["cloudtrail:GetTrailStatus"], &[HOME])
    });
    insta::assert_snapshot!(differing(world, "region-has-logging-trail").await, @"prowler 222222222222 us-east-1: we pass, they fail");
}

/// A name is free text.
#[tokio::test]
async fn an_advanced_selector_of_another_name_counts_for_nothing_to_one_of_them() {
    insta::assert_snapshot!(differing(sound(), "management-events-recorded").await, @"
    prowler 111111111111: we pass, they fail
    prowler 222222222222: we pass, they fail
    security-hub 222222222222: we pass, they unknown
    ");
}

/// For ever is long enough.
#[tokio::test]
async fn a_log_group_that_forgets_nothing_alarms_one_of_them() {
    insta::assert_snapshot!(differing(sound(), "log-group-retention-sufficient").await, @"powerpipe 111111111111 us-east-1: we pass, they fail");
}

/// Every rule that is compared is one of ours, and nothing a peer says goes without its how.
#[tokio::test]
async fn a_whole_population_is_compared() {
    let server = simulated(25, 4, Duration::ZERO);
    let compared = compared(&server).await;
    for rows in compared.values() {
        assert!(rows.len() > 100);
        for row in rows {
            assert!(
                RULES.contains(&&*row.rule) || row.rule == "account-has-logging-trail",
                "{row:?}"
            );
            assert!(!row.how.is_empty() && !row.reason.is_empty());
        }
    }
    insta::assert_snapshot!(tally(&compared), @"
     2 powerpipe cloudtrail_trail_integrated_with_logs: we fail, they fail
     9 powerpipe cloudtrail_trail_integrated_with_logs: we fail, they pass
     2 powerpipe cloudtrail_trail_integrated_with_logs: we inconclusive, they fail
     6 powerpipe cloudtrail_trail_integrated_with_logs: we inconclusive, they no row
     2 powerpipe cloudtrail_trail_integrated_with_logs: we inconclusive, they pass
     5 powerpipe cloudtrail_trail_integrated_with_logs: we not-applicable, they no row
    16 powerpipe cloudtrail_trail_integrated_with_logs: we pass, they fail
    27 powerpipe cloudtrail_trail_integrated_with_logs: we pass, they pass
     1 powerpipe cloudtrail_trail_logs_encrypted_with_kms_cmk: we fail, they fail
     9 powerpipe cloudtrail_trail_logs_encrypted_with_kms_cmk: we fail, they pass
     6 powerpipe cloudtrail_trail_logs_encrypted_with_kms_cmk: we inconclusive, they no row
     4 powerpipe cloudtrail_trail_logs_encrypted_with_kms_cmk: we inconclusive, they pass
     5 powerpipe cloudtrail_trail_logs_encrypted_with_kms_cmk: we not-applicable, they no row
    44 powerpipe cloudtrail_trail_logs_encrypted_with_kms_cmk: we pass, they pass
     2 powerpipe cloudtrail_trail_validation_enabled: we fail, they fail
     6 powerpipe cloudtrail_trail_validation_enabled: we inconclusive, they no row
     5 powerpipe cloudtrail_trail_validation_enabled: we not-applicable, they no row
    56 powerpipe cloudtrail_trail_validation_enabled: we pass, they pass
     1 powerpipe log_group_retention_period_365: we fail, they fail
     7 powerpipe log_group_retention_period_365: we inconclusive, they no row
    11 powerpipe log_group_retention_period_365: we not-applicable, they no row
    34 powerpipe log_group_retention_period_365: we pass, they fail
     1 powerpipe log_group_retention_period_365: we pass, they pass
     4 prowler cloudtrail_cloudwatch_logging_enabled: we fail, they fail
     7 prowler cloudtrail_cloudwatch_logging_enabled: we fail, they pass
     3 prowler cloudtrail_cloudwatch_logging_enabled: we inconclusive, they fail
     6 prowler cloudtrail_cloudwatch_logging_enabled: we inconclusive, they no row
     1 prowler cloudtrail_cloudwatch_logging_enabled: we inconclusive, they pass
     5 prowler cloudtrail_cloudwatch_logging_enabled: we not-applicable, they no row
     1 prowler cloudtrail_cloudwatch_logging_enabled: we pass, they fail
    42 prowler cloudtrail_cloudwatch_logging_enabled: we pass, they pass
     1 prowler cloudtrail_kms_encryption_enabled: we fail, they fail
     9 prowler cloudtrail_kms_encryption_enabled: we fail, they pass
     6 prowler cloudtrail_kms_encryption_enabled: we inconclusive, they no row
     4 prowler cloudtrail_kms_encryption_enabled: we inconclusive, they pass
     5 prowler cloudtrail_kms_encryption_enabled: we not-applicable, they no row
    44 prowler cloudtrail_kms_encryption_enabled: we pass, they pass
     2 prowler cloudtrail_log_file_validation_enabled: we fail, they fail
     6 prowler cloudtrail_log_file_validation_enabled: we inconclusive, they no row
     5 prowler cloudtrail_log_file_validation_enabled: we not-applicable, they no row
    56 prowler cloudtrail_log_file_validation_enabled: we pass, they pass
    11 prowler cloudtrail_multi_region_enabled: we fail, they fail
     6 prowler cloudtrail_multi_region_enabled: we inconclusive, they no row
     4 prowler cloudtrail_multi_region_enabled: we not-applicable, they no row
    67 prowler cloudtrail_multi_region_enabled: we pass, they pass
     4 prowler cloudtrail_multi_region_enabled_logging_management_events: we fail, they fail
     2 prowler cloudtrail_multi_region_enabled_logging_management_events: we inconclusive, they no row
     3 prowler cloudtrail_multi_region_enabled_logging_management_events: we not-applicable, they no row
     6 prowler cloudtrail_multi_region_enabled_logging_management_events: we pass, they fail
    10 prowler cloudtrail_multi_region_enabled_logging_management_events: we pass, they pass
     4 prowler cloudtrail_s3_dataevents_read_enabled: we fail, they fail
     2 prowler cloudtrail_s3_dataevents_read_enabled: we inconclusive, they no row
     3 prowler cloudtrail_s3_dataevents_read_enabled: we not-applicable, they no row
    15 prowler cloudtrail_s3_dataevents_read_enabled: we pass, they fail
     1 prowler cloudtrail_s3_dataevents_read_enabled: we pass, they pass
     4 prowler cloudtrail_s3_dataevents_write_enabled: we fail, they fail
     2 prowler cloudtrail_s3_dataevents_write_enabled: we inconclusive, they no row
     3 prowler cloudtrail_s3_dataevents_write_enabled: we not-applicable, they no row
    15 prowler cloudtrail_s3_dataevents_write_enabled: we pass, they fail
     1 prowler cloudtrail_s3_dataevents_write_enabled: we pass, they pass
     1 prowler cloudwatch_log_group_retention_policy_specific_days_enabled: we fail, they fail
     7 prowler cloudwatch_log_group_retention_policy_specific_days_enabled: we inconclusive, they no row
    11 prowler cloudwatch_log_group_retention_policy_specific_days_enabled: we not-applicable, they no row
    35 prowler cloudwatch_log_group_retention_policy_specific_days_enabled: we pass, they pass
     4 security-hub CloudTrail.1: we fail, they fail
     2 security-hub CloudTrail.1: we inconclusive, they no row
     3 security-hub CloudTrail.1: we not-applicable, they no row
    11 security-hub CloudTrail.1: we pass, they pass
     5 security-hub CloudTrail.1: we pass, they unknown
     1 security-hub CloudTrail.2: we fail, they fail
     9 security-hub CloudTrail.2: we fail, they pass
     6 security-hub CloudTrail.2: we inconclusive, they no row
     4 security-hub CloudTrail.2: we inconclusive, they pass
     5 security-hub CloudTrail.2: we not-applicable, they no row
    44 security-hub CloudTrail.2: we pass, they pass
     2 security-hub CloudTrail.3: we fail, they fail
     2 security-hub CloudTrail.3: we inconclusive, they no row
     3 security-hub CloudTrail.3: we not-applicable, they no row
     1 security-hub CloudTrail.3: we pass, they fail
    17 security-hub CloudTrail.3: we pass, they pass
     2 security-hub CloudTrail.4: we fail, they fail
     6 security-hub CloudTrail.4: we inconclusive, they no row
     5 security-hub CloudTrail.4: we not-applicable, they no row
    56 security-hub CloudTrail.4: we pass, they pass
     1 security-hub CloudTrail.5: we fail, they fail
    10 security-hub CloudTrail.5: we fail, they pass
     6 security-hub CloudTrail.5: we inconclusive, they no row
     4 security-hub CloudTrail.5: we inconclusive, they pass
     5 security-hub CloudTrail.5: we not-applicable, they no row
    43 security-hub CloudTrail.5: we pass, they pass
     1 security-hub CloudWatch.16: we fail, they fail
     7 security-hub CloudWatch.16: we inconclusive, they no row
    11 security-hub CloudWatch.16: we not-applicable, they no row
    35 security-hub CloudWatch.16: we pass, they pass
    ");
}

/// How often each pair of verdicts occurs, check by check.
fn tally(compared: &BTreeMap<&'static str, Vec<Row>>) -> String {
    let mut counts = BTreeMap::new();
    for (peer, rows) in compared {
        for row in rows {
            let key = format!("{peer} {}: we {}, they {}", row.check, row.ours, row.theirs.as_str());
            *counts.entry(key).or_insert(0) += 1;
        }
    }
    let told = counts.into_iter().map(|(key, count)| format!("{count:4} {key}"));
    told.collect::<Vec<_>>().join("\n")
}
