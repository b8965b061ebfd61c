//! What the simulator calls sound is sound in the words of the core: its filters, and its policies. The simulator shares no
//! code with the core, so neither can hide the other's mistake.

#![allow(clippy::unwrap_used)]

use trailaudit_core::filter_pattern::{ALARMS, Coverage, FilterPattern, covers};
use trailaudit_core::policy::{
    Caller, Confinement, Context, Decision, Denial, Policy, Publicity, Request, decide, denial,
};
use trailaudit_sim::{Account, Attached, Key, Organization, Population, Role, Settings, Trail, populate};

const SERVICE: &str = "cloudtrail.amazonaws.com";

fn population() -> Population {
    populate(&Settings {
        accounts: 60,
        regions: 17,
        seed: 7,
        as_of: "2026-11-22T03:00:00Z".parse().unwrap(),
    })
}

/// The trails nothing is planted on that have something of their own, each with its owner.
fn sound_trails(population: &Population) -> Vec<(&Account, &Trail)> {
    let accounts = population.world.accounts.values();
    let trails = accounts.flat_map(|account| account.trails.iter().map(move |trail| (account, trail)));
    let planted = |arn: &str| population.truth.defects.iter().any(|defect| defect.resource_id == arn);
    let group = |trail: &Trail| {
        trail
            .log_group_arn
            .as_deref()
            .map(|arn| arn.trim_end_matches(":*").to_owned())
    };
    let sound = trails.filter(|(account, trail)| {
        !planted(&trail.arn(&account.id)) && group(trail).is_some_and(|group| !planted(&group))
    });
    let sound: Vec<_> = sound.collect();
    assert!(sound.len() > 5, "only {} sound trails", sound.len());
    sound
}

fn key_of<'a>(population: &'a Population, trail: &Trail) -> (&'a str, &'a Key) {
    let named = trail.kms_key_id.as_deref().unwrap();
    let of = |account: &'a Account| {
        let name = |key: &Key| {
            let alias = |alias: &String| named.ends_with(&format!(":{}:{alias}", account.id));
            key.arn(&account.id) == named || key.aliases.iter().any(alias)
        };
        account
            .keys
            .iter()
            .find(|key| name(key))
            .map(|key| (account.id.as_str(), key))
    };
    population.world.accounts.values().find_map(of).unwrap()
}

fn may(policies: &[Policy], action: &str, resource: &str, context: Context) -> bool {
    let request = Request {
        caller: Caller::Service(SERVICE.to_owned()),
        action: action.to_owned(),
        resource: resource.to_owned(),
        context,
    };
    matches!(decide(policies, &request), Decision::Allowed { .. })
}

#[test]
fn each_alarm_control_has_one_filter_that_covers_it() {
    let population = population();
    let owner = &population.world.accounts[population.world.management_account()];
    let filters = &owner.log_groups[0].metric_filters;
    let mut serving = Vec::new();
    for control in ALARMS {
        let wanted = control.later.map_or(control.least, |(_, pattern)| pattern);
        let wanted = FilterPattern::parse(wanted).unwrap();
        let covering = filters.iter().filter(|filter| {
            let pattern = FilterPattern::parse(&filter.pattern).unwrap();
            covers(&pattern, &wanted) == Coverage::Covers
        });
        let covering: Vec<&str> = covering.map(|filter| filter.name.as_str()).collect();
        assert_eq!(covering.len(), 1, "{}: {covering:?}", control.rule);
        serving.extend(covering);
    }
    serving.sort_unstable();
    serving.dedup();
    assert_eq!(serving.len(), filters.len(), "every filter serves a control");
    for filter in filters {
        let mut alarms = owner.alarms.iter();
        assert!(
            alarms.any(|alarm| alarm.name == filter.name && alarm.region == "us-east-1"),
            "{}",
            filter.name
        );
    }
}

#[test]
fn every_key_serves_its_trail_and_nobody_elses() {
    let population = population();
    let organization: &Organization = &population.world.organization;
    for (account, trail) in sound_trails(&population) {
        let (arn, (owner, key)) = (trail.arn(&account.id), key_of(&population, trail));
        let policy = Policy::parse(&key.policy_text(owner, organization)).unwrap();
        let context = || Context::of_trail(&arn);
        let encrypting = context().with("kms:EncryptionContext:aws:cloudtrail:arn", arn.as_str());
        let key_arn = key.arn(owner);
        assert!(
            may(
                std::slice::from_ref(&policy),
                "kms:GenerateDataKey",
                &key_arn,
                encrypting
            ),
            "{arn}"
        );
        assert!(
            may(std::slice::from_ref(&policy), "kms:DescribeKey", &key_arn, context()),
            "{arn}"
        );
        let confined = policy.confinement(SERVICE, &["kms:GenerateDataKey"], &key_arn, &arn);
        let accounts = [account.id.clone()].into();
        let to_trail_only = trail.organization;
        assert_eq!(
            confined,
            Confinement::Confined {
                accounts,
                to_trail_only
            },
            "{arn}"
        );
        assert_eq!(policy.publicity(&[]), Publicity::NotPublic, "{arn}");
        assert!(
            !policy.grants("kms:Decrypt", &key_arn, &Context::new()).is_empty(),
            "{arn}"
        );
        assert_eq!(key.rotation_days, Some(365), "{arn}");
    }
}

#[test]
fn every_delivery_role_may_write_the_streams_that_are_there() {
    let population = population();
    for (account, trail) in sound_trails(&population) {
        let group_arn = trail.log_group_arn.as_deref().unwrap().trim_end_matches(":*");
        let role_arn = trail.log_group_role_arn.as_deref().unwrap();
        let role: &Role = account
            .roles
            .values()
            .find(|role| role.arn(&account.id) == role_arn)
            .unwrap();
        let trust = [Policy::parse(&role.trust_policy()).unwrap()];
        assert!(may(&trust, "sts:AssumeRole", role_arn, Context::new()), "{role_arn}");
        let policies = role.inline_policies.values().map(|text| Policy::parse(text).unwrap());
        let policies: Vec<Policy> = policies.collect();
        let group = account
            .log_groups
            .iter()
            .find(|group| group.arn(&account.id) == group_arn)
            .unwrap();
        assert!(!group.streams.is_empty(), "{group_arn}");
        for stream in &group.streams {
            let resource = format!("{group_arn}:log-stream:{}", stream.name);
            for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
                assert!(may(&policies, action, &resource, Context::new()), "{action} {resource}");
            }
        }
        for policy in &account.log_resource_policies {
            let policy = Policy::parse(&policy.document).unwrap();
            assert_eq!(policy.publicity(&[group_arn]), Publicity::NotPublic);
        }
    }
}

#[test]
fn the_root_denies_tampering_to_everybody() {
    let population = population();
    let organization = &population.world.organization;
    let attached = |attached: &Attached| match attached {
        Attached::Everywhere => true,
        Attached::To(targets) => targets.contains(&organization.root_id),
    };
    let policies = organization.policies.iter().filter(|policy| attached(&policy.attached));
    let policies: Vec<Policy> = policies.map(|policy| Policy::parse(&policy.content).unwrap()).collect();
    assert_eq!(policies.len(), 2, "AWS's own and one against tampering");
    for action in ["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"] {
        let action = format!("cloudtrail:{action}");
        let found = denial(
            &[&policies],
            &action,
            "arn:aws:cloudtrail:us-east-1:111111111111:trail/any",
        );
        assert!(matches!(found, Denial::Everybody { .. }), "{action}: {found:?}");
    }
}
