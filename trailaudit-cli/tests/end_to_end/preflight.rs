//! Preflight names what is set up wrong, and how to set it right: what it says is done to the Organization, and then the run
//! is complete.

use std::fs;

use serde_json::{Value, json};
use trailaudit_sim::{AccountState, DeniedBy, KeyReaders, Misconfiguration, Role, Trust, World};

use crate::audit::{Bench, audit};
use crate::outputs::follows_its_schema;
use crate::support::told;
use crate::worlds::{ARCHIVE, FIRST, MANAGEMENT, ROLE, SECOND, account, sound};

const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];

/// One way to be set up wrong: what, where, the options it is asked with, and what preflight calls it.
type Case = (
    Option<Misconfiguration>,
    &'static str,
    &'static [&'static str],
    &'static str,
);

const CASES: [Case; 19] = [
    (Some(Misconfiguration::RoleMissing), FIRST, &[], "role-refused"),
    (Some(Misconfiguration::ExternalId), FIRST, &[], "role-refused"),
    (Some(Misconfiguration::OtherOrganization), SECOND, &[], "role-refused"),
    (
        Some(Misconfiguration::RoleWithoutPath),
        FIRST,
        &["--role-name", UNDER_PATH],
        "role-at-another-path",
    ),
    (None, FIRST, &["--role-name", "Nobody"], "role-refused-everywhere"),
    (None, FIRST, &["--source-identity", "ada"], "source-identity-refused"),
    (None, FIRST, &["--session-tag", "purpose=audit"], "session-tags-refused"),
    (
        Some(Misconfiguration::CallerMayNotAssume),
        FIRST,
        &[],
        "caller-may-not-enter",
    ),
    (
        Some(Misconfiguration::ServiceControlPolicyDenies),
        ARCHIVE,
        &[],
        "service-control-policy-denies",
    ),
    (
        Some(Misconfiguration::ServiceControlPolicyOmits),
        FIRST,
        &[],
        "service-control-policy-omits",
    ),
    (
        Some(Misconfiguration::RegionsShut),
        FIRST,
        &[],
        "service-control-policy-denies-region",
    ),
    (
        Some(Misconfiguration::RolePolicyOmits),
        FIRST,
        &[],
        "identity-policy-omits",
    ),
    (
        Some(Misconfiguration::RolePolicyDenies),
        FIRST,
        &[],
        "identity-policy-denies",
    ),
    (
        Some(Misconfiguration::BoundaryOmits),
        FIRST,
        &[],
        "permissions-boundary-omits",
    ),
    (
        Some(Misconfiguration::KeyPolicyDenies),
        ARCHIVE,
        &[],
        "resource-policy-denies",
    ),
    (
        Some(Misconfiguration::BucketPolicyDenies),
        ARCHIVE,
        &[],
        "resource-policy-denies",
    ),
    (Some(Misconfiguration::RegionOffUntold), FIRST, &[], "region-off"),
    (
        Some(Misconfiguration::EndpointPolicy),
        FIRST,
        &[],
        "vpc-endpoint-policy",
    ),
    (
        Some(Misconfiguration::OrganizationPoliciesHidden),
        MANAGEMENT,
        &[],
        "identity-policy-omits",
    ),
];

const UNDER_PATH: &str = "audit/OrganizationAccountAccessRole";

#[test]
fn each_mistake_is_named_and_its_fix_is_right() {
    for (kind, place, options, cause) in CASES {
        let mut world = sound(&REGIONS);
        if options.contains(&UNDER_PATH) {
            let roles = world
                .accounts
                .values_mut()
                .filter_map(|account| account.roles.get_mut(ROLE));
            roles.for_each(|role| role.path = "/audit/".into());
        }
        if let Some(kind) = kind {
            kind.plant(&mut world, place, ROLE);
        }
        let mut options: Vec<String> = options.iter().map(ToString::to_string).collect();
        let (code, mut report, _) = preflight(world.clone(), &options);
        assert_eq!(code, 4, "{kind:?} {options:?}: {report:#}");
        let named = list(&report, "obstacles").any(|row| row["cause"] == cause && row["account"] == place);
        assert!(named, "{kind:?} {options:?}: not {cause} in {place}: {report:#}");
        // What was behind a refusal shows only when that is gone.
        for _ in 0..3 {
            for fix in list(&report, "fixes") {
                apply(fix, &mut world, &mut options);
            }
            report = preflight(world.clone(), &options).1;
            if report["complete"] == true {
                break;
            }
        }
        assert_eq!(report["complete"], true, "{kind:?} {options:?}: {report:#}");
        let options: Vec<_> = options.iter().map(String::as_str).collect();
        let audited = audit(world, &options);
        assert_eq!(audited.code, 0, "{kind:?} {options:?}: {}", audited.told);
    }
}

/// A run of what preflight does not call complete is not.
#[test]
fn what_it_calls_incomplete_is_incomplete() {
    for (kind, place, options, cause) in CASES {
        let Some(kind) = kind.filter(|_| options.is_empty()) else {
            continue;
        };
        let mut world = sound(&REGIONS);
        kind.plant(&mut world, place, ROLE);
        let audited = audit(world, &[]);
        assert_eq!(audited.code, 4, "{kind:?}, {cause}: {}", audited.told);
    }
}

#[test]
fn a_sound_organization_is_complete_and_nothing_is_kept() {
    let bench = Bench::new(sound(&REGIONS));
    let output = bench.command("preflight").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.ends_with("the run would be complete\n"), "{text}");
    assert_eq!(fs::read_dir(bench.path()).unwrap().count(), 0);
    let asked = bench.server.ledger().total();
    let whole = audit(sound(&REGIONS), &[]).ledger.total();
    assert!(asked <= whole, "{asked} calls before {whole}");
}

/// Which accounts there is nothing to read in is said, and stands in nobody's way.
#[test]
fn what_is_not_in_use_or_off_is_told() {
    let mut world = sound(&REGIONS);
    account(&mut world, FIRST).state = AccountState::Suspended;
    Misconfiguration::RegionOffUntold.plant(&mut world, SECOND, ROLE);
    account(&mut world, SECOND).denials.clear();
    let options = ["--region".to_owned(), "eu-west-1".to_owned()];
    let (code, report, _) = preflight(world.clone(), &options);
    assert_eq!((code, &report["complete"]), (0, &json!(true)), "{report:#}");
    assert_eq!(report["notInUse"], json!([{"account": FIRST, "state": "suspended"}]));
    assert_eq!(
        report["regionsOff"],
        json!([{"account": SECOND, "region": "eu-west-1"}])
    );
    let bench = Bench::new(world);
    let output = bench.command("preflight").args(&options).output().unwrap();
    assert!(
        told(&output).contains("is suspended: there is nothing to read"),
        "{}",
        told(&output)
    );
}

/// A bucket that nobody here has is named as that.
#[test]
fn a_bucket_of_somebody_else_is_named() {
    let mut world = sound(&REGIONS);
    Misconfiguration::BucketElsewhere.plant(&mut world, ARCHIVE, ROLE);
    let (code, report, _) = preflight(world, &[]);
    assert_eq!(code, 4);
    let fix = list(&report, "fixes").find(|fix| fix["cause"] == "bucket-elsewhere");
    let change = fix.unwrap_or_else(|| panic!("{report:#}"))["change"].as_str().unwrap();
    assert!(change.contains("--log-archive-account"), "{change}");
}

/// Nobody is told to allow more than is missing: accounts share a change when they lack the same.
#[test]
fn accounts_that_lack_the_same_share_a_change() {
    let mut world = sound(&REGIONS);
    Misconfiguration::RolePolicyOmits.plant(&mut world, FIRST, ROLE);
    Misconfiguration::RolePolicyOmits.plant(&mut world, SECOND, ROLE);
    Misconfiguration::RegionOffUntold.plant(&mut world, ARCHIVE, ROLE);
    let (_, report, _) = preflight(world, &[]);
    let told: Vec<_> = list(&report, "fixes")
        .map(|fix| (texts(&fix["accounts"]), texts(&fix["statement"]["Action"])))
        .collect();
    let both = vec!["account:ListRegions", "cloudtrail:ListEventDataStores"];
    assert_eq!(
        told,
        [
            (vec![ARCHIVE], vec!["account:ListRegions"]),
            (vec![FIRST, SECOND], both),
        ]
    );
}

#[test]
fn the_result_is_what_the_schema_says() {
    let mut world = sound(&REGIONS);
    Misconfiguration::RolePolicyOmits.plant(&mut world, FIRST, ROLE);
    account(&mut world, SECOND).state = AccountState::Closed;
    let options = ["--region", "eu-west-1"].map(str::to_owned);
    Misconfiguration::RegionOffUntold.plant(&mut world, ARCHIVE, ROLE);
    account(&mut world, ARCHIVE).denials.clear();
    follows_its_schema("preflight", &preflight(world, &options).1);
}

/// A table by account, call and cause, then the changes, each with what AWS said.
#[test]
fn people_read_a_table_and_what_to_change() {
    let mut world = sound(&REGIONS);
    Misconfiguration::RolePolicyOmits.plant(&mut world, FIRST, ROLE);
    let bench = Bench::new(world);
    let output = bench.command("preflight").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "333333333333  cloudtrail:ListEventDataStores      identity-policy-omits                  1  eu-west-1, us-east-1\n",
        "\n1. in 333333333333: let the policies of the role OrganizationAccountAccessRole allow:\n",
        "       \"account:ListRegions\",\n       \"cloudtrail:ListEventDataStores\"\n",
        "because no identity-based policy allows the cloudtrail:ListEventDataStores action\n",
        "in 1 account; 1 change to make\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

/// Where nothing could be collected at all it is told as a run would tell it.
#[test]
fn who_may_not_list_the_organization_is_told_what_to_do() {
    let mut world = sound(&REGIONS);
    world.access_keys[0].allowed = vec!["sts:*".into()];
    let bench = Bench::new(world);
    let output = bench.command("preflight").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains("--management-role"), "{}", told(&output));
    let misspelt = bench
        .command("preflight")
        .args(["--region", "eu-wset-1"])
        .output()
        .unwrap();
    assert_eq!(misspelt.status.code(), Some(2), "{}", told(&misspelt));
}

fn preflight(world: World, options: &[String]) -> (i32, Value, String) {
    let bench = Bench::new(world);
    let mut command = bench.command("preflight");
    let output = command.args(["--format", "json"]).args(options).output().unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(&output)));
    (output.status.code().unwrap(), report, told(&output))
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().unwrap().iter()
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(one) => vec![one],
        many => many
            .as_array()
            .unwrap()
            .iter()
            .map(|text| text.as_str().unwrap())
            .collect(),
    }
}

/// Does what a fix says, by its statement, and nothing else.
fn apply(fix: &Value, world: &mut World, options: &mut Vec<String>) {
    let statement = &fix["statement"];
    let management = world.management_account().to_owned();
    if fix["cause"] == "role-at-another-path" {
        let name = fix["change"].as_str().unwrap().split("--role-name ").nth(1).unwrap();
        options.extend(["--role-name", name.split_whitespace().next().unwrap()].map(str::to_owned));
        return;
    }
    for id in texts(&fix["accounts"]) {
        let account = world.accounts.get_mut(id).unwrap();
        let of_role = ["--role-name".to_owned(), "Nobody".to_owned()];
        let role = if options.starts_with(&of_role) { "Nobody" } else { ROLE };
        match fix["cause"].as_str().unwrap() {
            "role-refused" | "role-refused-everywhere" => {
                let mut made = Role::trusting(role, &management);
                made.trust = Trust::of(&json!({"Statement": statement}).to_string()).unwrap();
                account.roles.insert(role.to_owned(), made);
            }
            "source-identity-refused" => {
                assert_eq!(statement["Action"], "sts:SetSourceIdentity");
                account.roles.get_mut(role).unwrap().trust.source_identity = true;
            }
            "session-tags-refused" => {
                assert_eq!(statement["Action"], "sts:TagSession");
                account.roles.get_mut(role).unwrap().trust.session_tags = true;
            }
            "service-control-policy-denies" | "service-control-policy-denies-region" => {
                assert!(
                    fix["change"]
                        .as_str()
                        .unwrap()
                        .contains("service_control_policy/p-guardrail")
                );
                let spared = texts(&statement["ArnNotLike"]["aws:PrincipalArn"]);
                assert_eq!(spared, [format!("arn:aws:iam::*:role/{ROLE}")]);
                let by_policy = |by: &DeniedBy| matches!(by, DeniedBy::ServiceControlPolicy(_));
                account.denials.retain(|denial| !by_policy(&denial.by));
            }
            "resource-policy-denies" => {
                assert!(statement["ArnNotLike"]["aws:PrincipalArn"].is_array(), "{fix:#}");
                for key in &mut account.keys {
                    if fix["change"].as_str().unwrap().contains(&key.arn(id)) {
                        key.readers = KeyReaders::Owner;
                    }
                }
                allow(account, &texts(&fix["actions"]));
            }
            "identity-policy-denies" => {
                let change = fix["change"].as_str().unwrap();
                let actions = texts(&fix["actions"]);
                assert!(actions.iter().all(|action| change.contains(action)), "{change}");
                allow(account, &actions);
            }
            "caller-may-not-enter" => {
                let roles = texts(&statement["Resource"]);
                assert_eq!(roles, [format!("arn:aws:iam::*:role/{ROLE}")]);
                allow(
                    world.accounts.get_mut(&management).unwrap(),
                    &texts(&statement["Action"]),
                );
            }
            _ => {
                assert_eq!(statement["Effect"], "Allow", "{fix:#}");
                allow(account, &texts(&statement["Action"]));
            }
        }
    }
}

fn allow(account: &mut trailaudit_sim::Account, actions: &[&str]) {
    for denial in &mut account.denials {
        denial.actions.retain(|action| !actions.contains(&action.as_str()));
    }
}
