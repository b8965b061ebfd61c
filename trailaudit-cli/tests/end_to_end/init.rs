//! What `init` writes is what an audit needs.

use std::fs;

use serde_json::Value;
use trailaudit_sim::{Account, Trust, World};

use crate::audit::{Bench, audit};
use crate::support::{told, trailaudit};
use crate::worlds::{FIRST, MANAGEMENT, ROLE, sound};

/// What it prints.
fn printed(arguments: &[&str]) -> String {
    let scratch = tempfile::tempdir().unwrap();
    let output = trailaudit(scratch.path()).arg("init").args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn an_audit_takes_the_configuration() {
    let bench = Bench::new(sound(&["us-east-1", "eu-west-1"]));
    let written = trailaudit(bench.path())
        .args(["init", "config", "--out", "trailaudit.toml"])
        .output()
        .unwrap();
    assert_eq!(written.status.code(), Some(0), "{}", told(&written));
    let text = fs::read_to_string(bench.path().join("trailaudit.toml")).unwrap();
    assert_eq!(
        text,
        printed(&[]),
        "the configuration is what it writes unless told otherwise"
    );
    let output = bench
        .command("audit")
        .args(["--out", "package", "--config", "trailaudit.toml"])
        .output()
        .unwrap();
    assert_eq!(bench.audited(&output).code, 0);
}

#[test]
fn nothing_is_overwritten_unasked() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("mine");
    fs::write(&file, "mine").unwrap();
    let write = |more: &[&str]| {
        let mut init = trailaudit(scratch.path());
        init.args(["init", "role", "--out", "mine"])
            .args(more)
            .output()
            .unwrap()
    };
    let refused = write(&[]);
    assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
    assert!(told(&refused).contains("--overwrite"), "{}", told(&refused));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(write(&["--overwrite"]).status.code(), Some(0));
    assert_eq!(fs::read_to_string(&file).unwrap(), printed(&["role"]));
}

/// The role it describes lets in who is trusted, and an audit is complete with it.
#[test]
fn the_role_is_enough_and_lets_nobody_else_in() {
    let with_role = || {
        let mut world = sound(&["us-east-1", "eu-west-1"]);
        let organization = world.organization.id.clone();
        let trust = printed(&[
            "role",
            "--policy",
            "trust",
            "--principal",
            MANAGEMENT,
            "--external-id",
            "x-7",
            "--organization",
            &organization,
        ]);
        let name = "audit/Reader";
        for account in world.accounts.values_mut() {
            enter_by(account, &trust);
        }
        let caller = printed(&["role", "--policy", "caller", "--role-name", name]);
        world.allow_only("Reader", &printed(&["role"]), &caller).unwrap();
        world
    };
    let run = |world: World, id: &str| {
        let more = ["--external-id", id, "--source-identity", "ada@example.com"];
        audit(world, &[&["--role-name", "audit/Reader"], &more[..]].concat())
    };
    let audited = run(with_role(), "x-7");
    assert_eq!(audited.code, 0, "{}", audited.told);
    assert_eq!(run(with_role(), "x-8").code, 4, "who says something else stays outside");
    let mut elsewhere = with_role();
    let role = elsewhere
        .accounts
        .get_mut(FIRST)
        .unwrap()
        .roles
        .get_mut("Reader")
        .unwrap();
    role.trust.organization = Some("o-another".into());
    assert_eq!(run(elsewhere, "x-7").code, 4);
}

fn enter_by(account: &mut Account, trust: &str) {
    if let Some(mut role) = account.roles.remove(ROLE) {
        (role.name, role.path) = ("Reader".into(), "/audit/".into());
        role.trust = Trust::of(trust).unwrap();
        account.roles.insert("Reader".into(), role);
    }
}

/// A role for fewer rules may do less.
#[test]
fn the_policy_is_that_of_the_chosen_rules() {
    let actions = |arguments: &[&str]| {
        let policy: Value = serde_json::from_str(&printed(arguments)).unwrap();
        let actions = policy["Statement"][0]["Action"].as_array().unwrap().iter();
        actions
            .map(|action| action.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        actions(&["role", "--rule", "trail-logging"]),
        [
            "account:ListRegions",
            "cloudtrail:DescribeTrails",
            "cloudtrail:GetTrailStatus"
        ]
    );
    let all = actions(&["role"]);
    let gxp = actions(&["role", "--framework", "gxp-21-cfr-part-11"]);
    assert!(gxp.len() < all.len() && gxp.iter().all(|action| all.contains(action)));
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (arguments, said) in [
        (&["role", "--policy", "trust"][..], "--principal 111122223333"),
        (&["role", "--external-id", "x-7"], "--policy trust"),
        (
            &["role", "--policy", "trust", "--principal", "me"],
            "neither an account id nor an ARN",
        ),
        (&["role", "--policy", "caller", "--partition", "moon"], "no partition"),
        (&["role", "--rule", "trail-loging"], "trail-logging"),
        (&["stackset", "--role-name", "a b"], "not the name of a role"),
        (&["role", "--overwrite"], "--out"),
    ] {
        let scratch = tempfile::tempdir().unwrap();
        let output = trailaudit(scratch.path()).arg("init").args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", told(&output));
        assert!(told(&output).contains(said), "{arguments:?}: {}", told(&output));
    }
}
