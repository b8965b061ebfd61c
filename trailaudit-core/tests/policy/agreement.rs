//! The questions agree with each other: what one of them rules out, no request gets past `decide`.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRng, TestRunner};
use trailaudit_core::policy::{Caller, Confinement, Context, Decision, Denial, Publicity, Request, decide, denial};

use super::{KEY, policy};

const OURS: &str = "111122223333";
const THEIRS: &str = "666677778888";

/// Conditions on a handful of keys: by which operators and with which values, some of them foolish.
fn conditions() -> impl Strategy<Value = String> {
    let operators = vec![
        "StringEquals",
        "StringEquals",
        "StringEquals",
        "ArnLike",
        "StringLike",
        "StringNotEquals",
        "StringNotLike",
        "StringEqualsIfExists",
        "ForAllValues:StringLike",
        "ForAnyValue:StringLike",
        "ArnLike",
        "ArnNotLike",
        "ArnEqualsIfExists",
        "Null",
        "Bool",
    ];
    let keys = vec![
        "aws:SourceAccount",
        "aws:SourceArn",
        "aws:PrincipalOrgID",
        "aws:PrincipalArn",
        "aws:PrincipalAccount",
        "kms:CallerAccount",
        "aws:SecureTransport",
        "kms:EncryptionContext:aws:cloudtrail:arn",
    ];
    let values = vec![
        "111122223333",
        "666677778888",
        "1111*",
        "*",
        "o-ours",
        "o-*",
        "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit",
        "arn:aws:cloudtrail:*:111122223333:trail/*",
        "arn:aws:cloudtrail:*:*:trail/*",
        "arn:aws:iam::111122223333:role/r",
        "arn:aws:iam::*:role/admin",
        "arn:aws:iam::666677778888:role/*",
        "true",
        "false",
    ];
    let values = prop::collection::vec(prop::sample::select(values), 1..3);
    let one = (prop::sample::select(operators), prop::sample::select(keys), values);
    prop::collection::btree_map(prop::sample::select(vec![0, 1]), one, 0..3).prop_map(|found| {
        let mut seen = Vec::new();
        let mut texts = Vec::new();
        for (operator, key, values) in found.into_values() {
            if !seen.contains(&operator) {
                seen.push(operator);
                texts.push(format!("{operator:?}:{{{key:?}:{values:?}}}"));
            }
        }
        format!("{{{}}}", texts.join(","))
    })
}

fn run<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>, test: impl Fn(T) -> Result<(), TestCaseError>) {
    let config = Config {
        cases: 4_000,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let run = TestRunner::new_with_rng(config, rng).run(&strategy, test);
    run.unwrap_or_else(|error| panic!("{error}"));
}

/// Everything is known of a principal that is not ours.
fn stranger(arn: &str, is_in_organization: bool) -> Request {
    let context = Context::new()
        .with("aws:PrincipalArn", arn)
        .with("aws:PrincipalAccount", THEIRS)
        .with("kms:CallerAccount", THEIRS)
        .with("aws:SecureTransport", "true")
        .with(
            "kms:EncryptionContext:aws:cloudtrail:arn",
            format!("arn:aws:cloudtrail:eu-west-1:{OURS}:trail/audit"),
        )
        .without("aws:SourceAccount")
        .without("aws:SourceArn");
    let context = if is_in_organization {
        context.with("aws:PrincipalOrgID", "o-theirs")
    } else {
        context.without("aws:PrincipalOrgID")
    };
    request(Caller::Aws(arn.to_owned()), context)
}

/// CloudTrail, working for somebody's trail.
fn service(account: &str) -> Request {
    let trail = format!("arn:aws:cloudtrail:eu-west-1:{account}:trail/audit");
    let context = Context::of_trail(&trail)
        .with("kms:EncryptionContext:aws:cloudtrail:arn", &trail)
        .without("aws:PrincipalArn")
        .without("aws:PrincipalAccount")
        .without("kms:CallerAccount");
    request(Caller::Service("cloudtrail.amazonaws.com".to_owned()), context)
}

fn request(caller: Caller, context: Context) -> Request {
    Request {
        caller,
        action: "kms:GenerateDataKey".to_owned(),
        resource: KEY.to_owned(),
        context,
    }
}

fn is_allowed(decision: &Decision) -> bool {
    matches!(decision, Decision::Allowed { .. })
}

#[test]
fn no_stranger_gets_past_a_policy_that_is_not_public() {
    let tally = Cell::new([0; 3]);
    run(conditions(), |conditions| {
        let policy = policy(&format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{conditions}}}"#
        ));
        let roles = ["admin", "anything"].map(|name| format!("arn:aws:iam::{THEIRS}:role/{name}"));
        let strangers = roles
            .iter()
            .flat_map(|arn| [true, false].map(|member| stranger(arn, member)));
        let strangers: Vec<_> = strangers.chain([service(THEIRS)]).collect();
        let mut getting_in = strangers
            .iter()
            .filter(|request| is_allowed(&decide(std::slice::from_ref(&policy), request)));
        let mut counts = tally.get();
        match policy.publicity(&[]) {
            Publicity::NotPublic => {
                counts[0] += 1;
                // A condition that says their account lets them in: to a stranger of the policy's choice, not to anybody.
                let named = conditions.contains(THEIRS) || conditions.contains("o-theirs");
                prop_assert!(named || getting_in.next().is_none(), "{conditions}");
            }
            Publicity::Public { .. } => counts[1] += 1,
            Publicity::Unclear { .. } => counts[2] += 1,
        }
        tally.set(counts);
        Ok(())
    });
    let [closed, open, _] = tally.get();
    assert!(closed > 200 && open > 200, "{closed} {open}");
}

#[test]
fn a_confined_grant_serves_no_other_trail() {
    let tally = Cell::new([0; 2]);
    run(prop::collection::vec(conditions(), 1..3), |conditions| {
        let statements: Vec<_> = conditions
            .iter()
            .map(|conditions| format!(r#"{{"Effect":"Allow","Principal":{{"Service":"cloudtrail.amazonaws.com"}},"Action":"kms:*","Resource":"*","Condition":{conditions}}}"#))
            .collect();
        let policy = policy(&statements.join(","));
        let trail = format!("arn:aws:cloudtrail:eu-west-1:{OURS}:trail/audit");
        let answer = policy.confinement("cloudtrail.amazonaws.com", &["kms:GenerateDataKey"], KEY, &trail);
        let mut counts = tally.get();
        if let Confinement::Confined {
            accounts,
            to_trail_only,
        } = answer
        {
            counts[0] += 1;
            counts[1] += u32::from(to_trail_only);
            for account in [THEIRS, "999900001111"] {
                let allowed = is_allowed(&decide(std::slice::from_ref(&policy), &service(account)));
                prop_assert!(!allowed || accounts.contains(account), "{conditions:?}");
            }
        }
        tally.set(counts);
        Ok(())
    });
    let [confined, to_trail] = tally.get();
    assert!(confined > 60 && to_trail > 10, "{confined} {to_trail}");
}

#[test]
fn who_is_denied_is_denied_and_nobody_else_is_exempt() {
    let tally = Cell::new([0; 2]);
    run(conditions(), |conditions| {
        let full = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
        let policies = [policy(&format!(
            r#"{full},{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{conditions}}}"#
        ))];
        let roles = [
            ("r", OURS),
            ("admin", OURS),
            ("other", OURS),
            ("r", THEIRS),
            ("admin", THEIRS),
        ];
        let roles = roles.map(|(name, account)| (format!("arn:aws:iam::{account}:role/{name}"), account));
        let asked = |arn: &str, account: &str| {
            let base = stranger(arn, true);
            let context = base
                .context
                .clone()
                .with("aws:PrincipalAccount", account)
                .with("kms:CallerAccount", account);
            matches!(decide(&policies, &Request { context, ..base }), Decision::Denied { .. })
        };
        let mut counts = tally.get();
        match denial(&[&policies], "kms:GenerateDataKey", KEY) {
            Denial::Everybody { .. } => {
                counts[0] += 1;
                prop_assert!(roles.iter().all(|(arn, account)| asked(arn, account)), "{conditions}");
            }
            Denial::AllBut { exempt, .. } => {
                counts[1] += 1;
                for (arn, account) in &roles {
                    // The patterns of this world are told apart by their ends.
                    let names = |pattern: &String| {
                        pattern == account
                            || pattern
                                .rsplit(':')
                                .next()
                                .zip(arn.rsplit(':').next())
                                .is_some_and(|(a, b)| a == b || a.ends_with('*'))
                    };
                    prop_assert!(asked(arn, account) || exempt.iter().any(names), "{conditions} {arn}");
                }
            }
            _ => {}
        }
        tally.set(counts);
        Ok(())
    });
    let [all, but] = tally.get();
    assert!(all > 100 && but > 50, "{all} {but}");
}
