//! How trails and buckets are searched for.

use std::collections::BTreeSet;

use trailaudit_aws::{Scope, Search};
use trailaudit_core::coverage::CellStatus;
use trailaudit_core::need::Need;
use trailaudit_core::rules::rule;
use trailaudit_core::{CATALOGUE, Verdict};
use trailaudit_sim::{Account, Bucket, Trail, World};

use crate::judged::{collected, collector, rows, serve};
use crate::support::furnished::{ARCHIVE, BUCKET, FLAWED, HOME, POOR, furnished};
use crate::support::{MANAGEMENT, member_role};

/// An economical run asks fewer Regions, and says nothing about the others: no rule passes that did not pass before, and
/// what it cannot tell is inconclusive.
#[tokio::test]
async fn an_economical_run_says_nothing_of_regions_it_did_not_ask() {
    let server = serve(furnished());
    let whole = collected(collector(&server).build().unwrap()).await;
    let thrifty = serve(furnished());
    let economical = collected(collector(&thrifty).search(Search::Economical).build().unwrap()).await;
    let asked = |server: &trailaudit_sim::Server| server.ledger().count("cloudtrail", "DescribeTrails");
    assert_eq!(asked(&server), 8, "four accounts in two Regions");
    // One trail lives in another Region alone: the list that was asked for in the first one does not have it.
    assert_eq!(
        asked(&thrifty),
        4,
        "the home of the organization trail, in each account"
    );
    assert_eq!(thrifty.ledger().count("cloudtrail", "ListTrails"), 4);
    assert_eq!(server.ledger().count("cloudtrail", "ListTrails"), 0);
    for rule in CATALOGUE {
        let (before, after) = (rows(&whole, rule), rows(&economical, rule));
        for (subject, (now, reason, _)) in &after {
            let was = before.get(subject).map(|row| row.0);
            let same = was == Some(*now) || *now == Verdict::Inconclusive;
            assert!(same, "{} {subject:?} was {was:?} and is {now}: {reason}", rule.id);
        }
    }
    let covered = rows(&economical, rule("every-region-covered").unwrap());
    assert!(covered.values().all(|row| row.0 == Verdict::Pass), "{covered:#?}");
    let by_region = rows(&economical, rule("region-has-logging-trail").unwrap());
    let abroad = &by_region[&(ARCHIVE.to_owned(), "eu-west-1".to_owned(), String::new())];
    assert_eq!(abroad.0, Verdict::Inconclusive);
    assert!(abroad.1.contains("economical plan"), "{}", abroad.1);
    let cells = economical.coverage.cells();
    let unasked = cells.iter().filter(|cell| cell.status == CellStatus::Excluded);
    assert_eq!(unasked.clone().count(), 4);
    assert!(
        unasked
            .into_iter()
            .all(|cell| cell.detail.contains("economical plan") && !cell.evidence.is_empty())
    );
}

/// An account whose list has no trail may still have one in a Region that was not asked.
#[tokio::test]
async fn an_account_that_lists_no_trail_is_not_one_without() {
    let mut world = furnished();
    let organization_trail = Trail::new("all", HOME, crate::support::furnished::AS_OF.parse().unwrap()).arn(MANAGEMENT);
    world
        .accounts
        .get_mut(ARCHIVE)
        .unwrap()
        .lose_copies_of(&organization_trail);
    let server = serve(world);
    let economical = collected(collector(&server).search(Search::Economical).build().unwrap()).await;
    for id in [
        "trail-logging",
        "account-has-logging-trail",
        "log-bucket-not-public",
        "log-group-retention-sufficient",
    ] {
        let rows = rows(&economical, rule(id).unwrap());
        let of_archive: BTreeSet<_> = rows
            .iter()
            .filter(|(subject, _)| subject.0 == ARCHIVE)
            .map(|(_, row)| row.0)
            .collect();
        assert_eq!(of_archive, [Verdict::Inconclusive].into(), "{id}: {rows:#?}");
    }
}

fn buckets_needed() -> [Need; 2] {
    [Need::Buckets, Need::BucketLogging]
}

/// Whoever is likely to have a bucket is asked first, and nobody after the one who has it.
#[tokio::test]
async fn a_bucket_is_found_without_asking_everybody() {
    let server = serve(furnished());
    collected(collector(&server).needs(buckets_needed()).build().unwrap()).await;
    let listed = server.ledger().asked("ListBuckets");
    let of_organization = format!("/{HOME}/organization-logs-");
    let asked: Vec<_> = listed
        .keys()
        .filter(|target| target.ends_with(&of_organization))
        .collect();
    // The owner of the trail, then the account of its key, which has it.
    assert_eq!(
        asked,
        [
            &format!("{MANAGEMENT}{of_organization}"),
            &format!("{ARCHIVE}{of_organization}")
        ]
    );
    let gone = listed.keys().filter(|target| target.ends_with("/long-gone")).count();
    assert_eq!(
        gone, 2,
        "of a bucket that does not exist the likely owners are asked, and nobody else: {listed:?}"
    );
    let foreign = listed
        .keys()
        .filter(|target| target.ends_with("/somebody-elses"))
        .count();
    assert_eq!(foreign, 4, "whose bucket it is might be known to anybody: {listed:?}");
    assert_eq!(
        server
            .ledger()
            .asked("GetBucketLogging")
            .into_keys()
            .collect::<Vec<_>>(),
        ["flawed-logs", BUCKET]
    );
}

/// The archive accounts that the user names are asked before everybody else.
#[tokio::test]
async fn an_archive_that_is_named_is_asked_first() {
    let mut world = furnished();
    let mut archive = Account::new("999999999999", "Vault", "2025-01-01T00:00:00Z".parse().unwrap());
    archive.roles = member_role("OrganizationAccountAccessRole");
    let vault = |world: &mut World, name: &str| {
        let bucket = Bucket::new(name, "eu-west-1", "2025-01-01T00:00:00Z".parse().unwrap());
        world.accounts.get_mut("999999999999").unwrap().buckets.push(bucket);
    };
    world.add(archive);
    vault(&mut world, "long-gone");
    let scope = Scope {
        log_archive_accounts: ["999999999999".into()].into(),
        ..Scope::default()
    };
    let server = serve(world);
    let assessment = collected(collector(&server).scope(scope).needs(buckets_needed()).build().unwrap()).await;
    let listed = server.ledger().asked("ListBuckets");
    let asked: Vec<_> = listed.keys().filter(|target| target.ends_with("/long-gone")).collect();
    assert_eq!(
        asked,
        [
            &format!("{POOR}/{HOME}/long-gone"),
            &format!("999999999999/{HOME}/long-gone")
        ]
    );
    let owned = rows(&assessment, rule("log-bucket-owned-by-organization").unwrap());
    let (_, row) = owned
        .iter()
        .find(|(subject, _)| subject.2.ends_with("trail/poor"))
        .unwrap();
    assert_eq!(row.0, Verdict::Pass, "{}", row.1);
    assert!(row.1.contains("999999999999"), "{}", row.1);
    let logged = rows(&assessment, rule("log-bucket-access-logged").unwrap());
    let (_, row) = logged
        .iter()
        .find(|(subject, _)| subject.2.ends_with("long-gone"))
        .unwrap();
    assert_eq!(row.0, Verdict::Fail, "asked in its own Region: {}", row.1);
    assert!(
        !listed
            .keys()
            .any(|target| target.starts_with(FLAWED) && target.ends_with("/long-gone"))
    );
}
