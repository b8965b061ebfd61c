//! Which accounts are entered, by which role, and what is asked of those that are not in scope.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use support::{Run, collector, exchanges, files, hand_made, member_role, simulated};
use trailaudit_aws::{CollectError, Scope, Source};
use trailaudit_core::evidence::Answer;
use trailaudit_core::need::Need;
use trailaudit_sim::{AccessKey, Account, AccountState, OrganizationalUnit, Role};

/// An owner, key account or log group account that is out of scope is asked for what trails name, and nothing else.
#[tokio::test]
async fn what_trails_name_is_asked_for_out_of_scope_too() {
    let server = simulated(25, 4, Duration::ZERO);
    let whole = Run::of(collector(&server).build().unwrap()).await;
    let member = whole.some_plain_member();
    let scope = Scope {
        accounts: [member.as_str().into()].into(),
        ..Scope::default()
    };
    let needs = [Need::TrailStatus, Need::EventSelectors, Need::Keys, Need::LogGroups];
    let run = Run::of(collector(&server).scope(scope).needs(needs).build().unwrap()).await;
    assert_eq!(files(&run.path().join("accounts")).len(), 1);
    let asked: BTreeMap<String, BTreeSet<String>> = files(&run.path().join("resources"))
        .iter()
        .map(|file| {
            (
                support::header(file)["account"].as_str().unwrap().to_owned(),
                support::operations(file),
            )
        })
        .collect();
    let management = run.collected.caller_account.as_str();
    let owner = [
        "DescribeLogGroups",
        "DescribeTrails",
        "GetEventSelectors",
        "GetTrailStatus",
    ];
    assert_eq!(asked[management], owner.map(str::to_owned).into());
    let archive: Vec<_> = asked
        .iter()
        .filter(|(account, _)| *account != management)
        .map(|(_, asked)| asked)
        .collect();
    assert_eq!(archive, [&["AssumeRole", "DescribeKey"].map(str::to_owned).into()]);
    assert_eq!(run.events("excluded").count(), 24);
}

#[tokio::test]
async fn accounts_that_cannot_be_used_are_listed_and_never_entered() {
    let mut world = hand_made(&["us-east-1"]);
    for (id, state) in [
        ("222222222222", AccountState::Suspended),
        ("333333333333", AccountState::PendingClosure),
        ("444444444444", AccountState::Closed),
        ("555555555555", AccountState::PendingActivation),
    ] {
        let mut account = Account::new(id, id, "2025-01-01T00:00:00Z".parse().unwrap());
        account.state = state;
        account.roles = member_role("OrganizationAccountAccessRole");
        world.add(account);
    }
    let server = support::serve(world, Duration::ZERO);
    Run::of(collector(&server).build().unwrap()).await;
    let entered: Vec<_> = server.ledger().asked("AssumeRole").into_keys().collect();
    assert_eq!(entered, ["333333333333"]);
}

/// A unit stands for its subtree, and tags are asked for only where they decide.
#[tokio::test]
async fn units_and_tags_select() {
    let mut world = hand_made(&["us-east-1"]);
    for (id, parent) in [
        ("ou-exam-aaaaaaaa", "r-exam"),
        ("ou-exam-bbbbbbbb", "ou-exam-aaaaaaaa"),
        ("ou-exam-cccccccc", "r-exam"),
    ] {
        world.organization.units.push(OrganizationalUnit {
            id: id.to_owned(),
            name: id.to_owned(),
            parent: parent.to_owned(),
            tags: BTreeMap::new(),
        });
    }
    for (id, parent, stage) in [
        ("222222222222", "ou-exam-bbbbbbbb", "prod"),
        ("333333333333", "ou-exam-aaaaaaaa", "test"),
        ("444444444444", "r-exam", "prod"),
    ] {
        let mut account = Account::new(id, id, "2025-01-01T00:00:00Z".parse().unwrap());
        account.roles = member_role("OrganizationAccountAccessRole");
        account.parent = parent.to_owned();
        account.tags.insert("stage".to_owned(), stage.to_owned());
        world.add(account);
    }
    let server = support::serve(world, Duration::ZERO);
    let scope = Scope {
        // The second has no account in it: only the tree knows it.
        units: ["ou-exam-aaaaaaaa".to_owned(), "ou-exam-cccccccc".to_owned()].into(),
        account_tags: [("stage".to_owned(), "prod".to_owned())].into(),
        ..Scope::default()
    };
    let run = Run::of(collector(&server).scope(scope).build().unwrap()).await;
    assert_eq!(
        server.ledger().asked("AssumeRole").into_keys().collect::<Vec<_>>(),
        ["222222222222"]
    );
    assert_eq!(server.ledger().count("organizations", "ListTagsForResource"), 2);
    let why: Vec<_> = run
        .events("excluded")
        .map(|event| event["why"].as_str().unwrap().to_owned())
        .collect();
    let outside = "not under an organizational unit in scope";
    assert_eq!(why, [outside, "not tagged stage=prod", outside]);
}

/// Role names are tried in their order, a path is part of the name, and every try is kept.
#[tokio::test]
async fn roles_are_tried_in_order() {
    let mut world = hand_made(&["us-east-1"]);
    let mut account = Account::new("222222222222", "invited", "2025-01-01T00:00:00Z".parse().unwrap());
    account.roles = member_role("Reader");
    account.roles.get_mut("Reader").unwrap().path = "/audit/".to_owned();
    world.add(account);
    let server = support::serve(world, Duration::ZERO);
    let builder = collector(&server)
        .role_name("OrganizationAccountAccessRole")
        .role_name("audit/Reader");
    let run = Run::of(builder.build().unwrap()).await;
    let file = run.path().join("accounts/222222222222.jsonl.gz");
    let tries: Vec<_> = exchanges(&file)
        .into_iter()
        .filter(|(_, exchange)| exchange.operation == "AssumeRole")
        .map(|(_, exchange)| {
            (
                exchange.parameters["RoleArn"].as_str().unwrap().to_owned(),
                exchange.answer,
            )
        })
        .collect();
    assert_eq!(tries.len(), 2);
    for (role, answer) in tries {
        assert_eq!(
            matches!(answer, Answer::Ok(_)),
            role == "arn:aws:iam::222222222222:role/audit/Reader",
            "{role}"
        );
    }
    assert!(support::operations(&file).contains("DescribeTrails"));
}

/// A role that cannot be assumed is a record, not the end.
#[tokio::test]
async fn a_closed_door_is_recorded() {
    let mut world = hand_made(&["us-east-1"]);
    world.add(Account::new(
        "222222222222",
        "invited",
        "2025-01-01T00:00:00Z".parse().unwrap(),
    ));
    let server = support::serve(world, Duration::ZERO);
    let run = Run::of(collector(&server).build().unwrap()).await;
    let kept = exchanges(&run.path().join("accounts/222222222222.jsonl.gz"));
    assert_eq!(kept.len(), 1);
    assert!(matches!(&kept[0].1.answer, Answer::Error { code, .. } if code == "AccessDenied"));
    let gap = run.events("gap").next().unwrap();
    assert_eq!(
        (gap["operation"].as_str(), gap["code"].as_str()),
        (Some("AssumeRole"), Some("AccessDenied"))
    );
}

#[tokio::test]
async fn what_the_organization_does_not_have_is_an_error_before_anybody_is_entered() {
    let server = simulated(5, 3, Duration::ZERO);
    let refused = async |scope: Scope| Run::fails(collector(&server).scope(scope).build().unwrap()).await;
    let accounts = Scope {
        exclude_accounts: ["999999999999".into()].into(),
        ..Scope::default()
    };
    assert!(matches!(refused(accounts).await, CollectError::UnknownAccounts { ids } if ids == ["999999999999"]));
    let units = Scope {
        units: ["ou-nope-11111111".to_owned()].into(),
        ..Scope::default()
    };
    assert!(matches!(refused(units).await, CollectError::UnknownUnits { ids } if ids == ["ou-nope-11111111"]));
    let regions = Scope {
        regions: ["us-esat-1".into()].into(),
        ..Scope::default()
    };
    let said = refused(regions).await.to_string();
    assert_eq!(said, "region: the partition aws has no Region us-esat-1");
    assert_eq!(server.ledger().count("sts", "AssumeRole"), 0);
}

#[tokio::test]
async fn an_accounts_file_and_a_single_account_need_no_organization() {
    let mut world = hand_made(&["us-east-1"]);
    let mut account = Account::new("222222222222", "member", "2025-01-01T00:00:00Z".parse().unwrap());
    account.roles = member_role("OrganizationAccountAccessRole");
    world.add(account);
    let server = support::serve(world, Duration::ZERO);
    let list = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(list.path(), "222222222222,The member\n").unwrap();
    for (source, name) in [
        (Source::AccountsFile(list.path().to_owned()), "accounts-file"),
        (Source::SingleAccount, "single-account"),
    ] {
        let scope = Scope {
            source,
            ..Scope::default()
        };
        let run = Run::of(collector(&server).scope(scope).build().unwrap()).await;
        assert_eq!(run.collected.accounts, 1);
        assert_eq!(run.collected.organization, None);
        assert_eq!(run.events("planned").next().unwrap()["source"], name);
        assert_eq!(run.events("started").next().unwrap()["scope"]["source"], name);
    }
    // Only the single account asks whether it belongs to one.
    assert_eq!(server.ledger().count("organizations", "DescribeOrganization"), 1);
    assert_eq!(server.ledger().count("organizations", "ListAccounts"), 0);
    assert_eq!(server.ledger().count("sts", "AssumeRole"), 1);
}

/// From a tooling account the management account is reached first; its session lists, enters, and is its account's own.
#[tokio::test]
async fn a_management_role_is_the_base_of_everything() {
    let mut world = hand_made(&["us-east-1"]);
    let mut tooling = Account::new("222222222222", "tooling", "2025-01-01T00:00:00Z".parse().unwrap());
    tooling.roles = member_role("OrganizationAccountAccessRole");
    world.add(tooling);
    world.access_keys = vec![AccessKey::new("222222222222", "auditor")];
    let management = world.accounts.get_mut("111111111111").unwrap();
    let role = Role::trusting("OrgReader", "222222222222");
    let arn = role.arn("111111111111");
    management.roles.insert(role.name.clone(), role);
    let server = support::serve(world, Duration::ZERO);
    let run = Run::of(collector(&server).management_role(&arn).build().unwrap()).await;
    assert_eq!(
        run.collected.caller,
        "arn:aws:sts::111111111111:assumed-role/OrgReader/trailaudit"
    );
    assert_eq!((run.collected.accounts, run.collected.gaps), (2, 0));
    assert!(support::operations(&run.path().join("organization.jsonl.gz")).contains("AssumeRole"));
    for (account, principal) in [
        ("111111111111", "OrgReader"),
        ("222222222222", "OrganizationAccountAccessRole"),
    ] {
        let kept = exchanges(&run.path().join(format!("accounts/{account}.jsonl.gz")));
        let asked = kept
            .iter()
            .find(|(_, exchange)| exchange.operation == "DescribeTrails")
            .unwrap();
        assert!(asked.1.transport.principal.contains(principal), "{asked:?}");
    }
    let stranger = collector(&server).management_role("arn:aws:iam::111111111111:role/Nobody");
    let error = Run::fails(stranger.build().unwrap()).await;
    assert!(
        matches!(&error, CollectError::ManagementRole { code, .. } if code == "AccessDenied"),
        "{error}"
    );
}

/// A member may not list the organization.
#[tokio::test]
async fn a_member_may_not_list() {
    let mut world = hand_made(&["us-east-1"]);
    world.add(Account::new(
        "222222222222",
        "member",
        "2025-01-01T00:00:00Z".parse().unwrap(),
    ));
    world.access_keys = vec![AccessKey::new("222222222222", "auditor")];
    let server = support::serve(world, Duration::ZERO);
    let error = Run::fails(collector(&server).build().unwrap()).await;
    let is_denied = matches!(&error, CollectError::Listing { operation, code, .. }
        if operation == "ListAccounts" && code == "AccessDeniedException");
    assert!(is_denied, "{error}");
}
