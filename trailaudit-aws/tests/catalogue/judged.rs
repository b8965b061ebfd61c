//! What the rules find.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use trailaudit_aws::{Collector, CollectorBuilder, Folder, package};
use trailaudit_core::finding::Finding;
use trailaudit_core::{Assessment, Baseline, CATALOGUE, Rule, Verdict, assess};
use trailaudit_sim::{Server, World};

use crate::support::furnished::{AS_OF, BUCKET, HOME, furnished, neglected};
use crate::support::{self, MANAGEMENT, Run};

/// Thresholds that the sound part of the Organization meets.
pub fn baseline() -> Baseline {
    let mut baseline = Baseline::default();
    let thresholds = &mut baseline.thresholds;
    thresholds.approved_administrators = vec![support::furnished::ARCHIVE.into()];
    thresholds.designated_buckets = vec![BUCKET.into()];
    baseline
}

pub fn serve(world: World) -> Server {
    support::serve(world, Duration::ZERO)
}

pub fn collector(server: &Server) -> CollectorBuilder {
    support::collector(server).as_of(AS_OF.parse().unwrap())
}

pub async fn collected(collector: Collector) -> Assessment {
    let run = Run::of(collector).await;
    let (run, inventory) = package::read(&Folder::open(run.path()).unwrap()).unwrap();
    assess(&inventory, CATALOGUE, &baseline(), run.as_of)
}

/// The rows of one rule, each by its subject: verdict, reason and evidence.
pub fn rows(assessment: &Assessment, rule: &Rule) -> BTreeMap<Subject, Row> {
    let of_rule = assessment.findings.iter().filter(|finding| finding.rule.id == rule.id);
    of_rule.map(|finding| (subject(finding), row(finding))).collect()
}

pub type Subject = (String, String, String);
pub type Row = (Verdict, String, BTreeSet<String>);

fn subject(finding: &Finding) -> Subject {
    let region = finding.region.as_ref().map(ToString::to_string).unwrap_or_default();
    (finding.account.to_string(), region, finding.subject.id().to_owned())
}

fn row(finding: &Finding) -> Row {
    let evidence = finding.evidence.iter().map(ToString::to_string).collect();
    (finding.verdict, finding.reason.clone(), evidence)
}

/// Every rule passes on what is sound, and fails on what is neglected: one that could not do both would say nothing.
#[tokio::test]
async fn every_rule_has_something_to_say() {
    let sound = collected(collector(&serve(furnished())).build().unwrap()).await;
    let neglected = collected(collector(&serve(neglected())).build().unwrap()).await;
    let has = |assessment: &Assessment, rule: &Rule, verdict| {
        let mut findings = assessment.findings.iter();
        findings.any(|finding| finding.rule.id == rule.id && finding.verdict == verdict)
    };
    let told = |assessment: &Assessment, rule: &Rule| {
        let rows = rows(assessment, rule).into_iter();
        rows.map(|(subject, (verdict, reason, _))| format!("{subject:?} {verdict}: {reason}\n"))
            .collect::<String>()
    };
    let mut missing = String::new();
    for rule in CATALOGUE {
        if !has(&sound, rule, Verdict::Pass) {
            missing += &format!("{} passes nowhere:\n{}", rule.id, told(&sound, rule));
        }
        // An account that asks Organizations for its members is one of them.
        let may_fail = rule.id != "account-belongs-to-organization";
        if may_fail && !has(&sound, rule, Verdict::Fail) && !has(&neglected, rule, Verdict::Fail) {
            missing += &format!("{} fails nowhere:\n{}", rule.id, told(&neglected, rule));
        }
    }
    assert!(missing.is_empty(), "{missing}");
}

/// The evidence of an opinion is everything it rests on: a pass of an alarm rule names filter, alarm and subscriber.
#[tokio::test]
async fn an_opinion_cites_all_it_rests_on() {
    let server = serve(furnished());
    let run = Run::of(collector(&server).build().unwrap()).await;
    let kept: BTreeMap<String, String> = support::files(run.path())
        .iter()
        .flat_map(|file| support::exchanges(file))
        .map(|(id, exchange)| (id.to_string(), exchange.operation))
        .collect();
    let (log, inventory) = package::read(&Folder::open(run.path()).unwrap()).unwrap();
    let assessment = assess(&inventory, CATALOGUE, &baseline(), log.as_of);
    for finding in &assessment.findings {
        for id in &finding.evidence {
            assert!(
                kept.contains_key(&id.to_string()),
                "{finding:?} cites what is not on record"
            );
        }
    }
    let cited = |rule: &str, account: &str| -> BTreeSet<&str> {
        let of = |finding: &&Finding| {
            finding.rule.id == rule && finding.account.as_str() == account && finding.verdict == Verdict::Pass
        };
        let found = assessment.findings.iter().find(of);
        let found =
            found.unwrap_or_else(|| panic!("{:#?}", rows(&assessment, trailaudit_core::rules::rule(rule).unwrap())));
        found.evidence.iter().map(|id| kept[&id.to_string()].as_str()).collect()
    };
    let rests_on = |rule: &str, operations: &[&str]| {
        let cited = cited(rule, MANAGEMENT);
        let missing: Vec<_> = operations
            .iter()
            .filter(|operation| !cited.contains(*operation))
            .collect();
        assert!(missing.is_empty(), "{rule} cites {cited:?}, not {missing:?}");
    };
    let alerts = [
        "DescribeTrails",
        "GetTrailStatus",
        "DescribeLogGroups",
        "DescribeMetricFilters",
        "DescribeAlarms",
        "ListSubscriptionsByTopic",
    ];
    rests_on("alarm-on-root-account-use", &alerts);
    let role = [
        "GetRole",
        "ListRolePolicies",
        "GetRolePolicy",
        "ListAttachedRolePolicies",
        "GetPolicy",
        "GetPolicyVersion",
    ];
    rests_on("log-group-role-can-deliver", &role);
    rests_on(
        "log-bucket-lifecycle-keeps-logs",
        &["ListBuckets", "GetBucketLifecycleConfiguration"],
    );
    rests_on("trail-key-rotation-enabled", &["DescribeKey", "GetKeyRotationStatus"]);
    rests_on(
        "log-group-not-public",
        &["DescribeLogGroups", "DescribeResourcePolicies"],
    );
    rests_on(
        "event-data-store-encrypted-with-customer-key",
        &["GetEventDataStore", "DescribeKey"],
    );
    let denied = cited("trail-tampering-denied-by-policy", support::furnished::ARCHIVE);
    for operation in ["ListRoots", "ListPolicies", "ListTargetsForPolicy", "DescribePolicy"] {
        assert!(denied.contains(operation), "{denied:?}");
    }
}

/// No address of a person gets into a record, and nothing is asked twice.
#[tokio::test]
async fn nothing_is_asked_twice_and_nobody_is_named() {
    let server = serve(furnished());
    let run = Run::of(collector(&server).build().unwrap()).await;
    for file in support::files(run.path()) {
        let text = support::text(&file);
        assert!(!text.contains("@example.com"), "{}", file.display());
    }
    let ledger = server.ledger();
    for (operation, targets) in &ledger.targets {
        for (target, times) in targets {
            // By account and Region alone: one call a group, alarm page, policy and so on.
            let is_place = target.matches('/').count() == 1 && target.ends_with(HOME);
            let one_each = [
                "DescribePolicy",
                "ListTargetsForPolicy",
                "GetEventDataStore",
                "ListTags",
            ];
            assert!(
                *times == 1 || is_place || one_each.contains(operation),
                "{operation} of {target}: {times} times"
            );
        }
    }
    assert_eq!(run.collected.calls, ledger.total());
}
