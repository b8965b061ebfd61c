//! Collections from a simulated Organization: what is asked, how often, and what is kept.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use futures::StreamExt;
use support::{Run, collector, exchanges, files, simulated};
use tokio_util::sync::CancellationToken;
use trailaudit_aws::{CALLS, CollectError, Collector, Progress, is_gap};
use trailaudit_core::evidence::Answer;

/// The promise of a frugal collection: nothing is asked twice, and nothing is asked that changes anything.
#[tokio::test]
async fn everything_is_asked_once() {
    let server = simulated(25, 17, Duration::ZERO);
    let run = Run::of(collector(&server).concurrency(32).build().unwrap()).await;
    let ledger = server.ledger();
    let once = |operation: &str| {
        ledger
            .asked(operation)
            .into_iter()
            .filter(|(_, times)| *times > 1)
            .collect::<Vec<_>>()
    };
    for operation in [
        "AssumeRole",
        "ListRegions",
        "DescribeTrails",
        "DescribeLogGroups",
        "GetTrailStatus",
        "GetEventSelectors",
    ] {
        assert!(ledger.asked(operation).len() > 10, "{operation}");
        assert_eq!(once(operation), [], "{operation}");
    }
    // Two keys are planted in the middle of a change: Creating and Updating.
    assert_eq!(
        once("DescribeKey")
            .into_iter()
            .map(|(_, times)| times)
            .collect::<Vec<_>>(),
        [2, 2]
    );
    assert_eq!(ledger.count("organizations", "DescribeOrganization"), 1);
    assert_eq!(ledger.count("sts", "GetCallerIdentity"), 1);
    assert_eq!(ledger.created_keys, BTreeSet::new());
    assert!(ledger.most_in_flight <= 32, "{}", ledger.most_in_flight);
    assert_eq!(run.collected.calls, ledger.total());
    let kept = files(run.path()).into_iter().flat_map(|file| exchanges(&file));
    let refused: Vec<_> = kept
        .map(|(_, exchange)| exchange)
        .filter(|exchange| matches!(exchange.answer, Answer::Error { .. }))
        .collect();
    assert_eq!(refused.len() as u64, ledger.refused.values().sum::<u64>());
    // Some are answers in all but name: there is no lifecycle, no insight, no bucket of that name.
    assert_eq!(
        run.collected.gaps,
        refused.iter().filter(|exchange| is_gap(exchange)).count() as u64
    );
    assert!(run.collected.gaps > 20 && run.collected.gaps < refused.len() as u64);
    assert!(run.collected.simulated);
    let known: BTreeSet<_> = CALLS.iter().map(|call| (call.service, call.operation)).collect();
    let called = ledger.calls.keys().map(|(service, operation)| {
        // Requests to CloudWatch are signed for a name of their own.
        (
            if *service == "monitoring" {
                "cloudwatch"
            } else {
                service
            },
            *operation,
        )
    });
    let unknown: Vec<_> = called.filter(|call| !known.contains(call)).collect();
    assert_eq!(unknown, [], "every call is declared");
}

/// Each exchange proves its own id, names who asked, and stands in the file it belongs to, in order.
#[tokio::test]
async fn every_answer_is_kept_as_evidence() {
    let server = simulated(25, 17, Duration::ZERO);
    let run = Run::of(collector(&server).build().unwrap()).await;
    let kept: usize = files(run.path()).iter().map(|file| exchanges(file).len()).sum();
    assert_eq!(kept as u64, run.collected.calls);
    for file in files(run.path()) {
        let (header, exchanges) = (support::header(&file), exchanges(&file));
        assert_eq!(header["format"], "trailaudit.records/v1");
        let order: Vec<_> = exchanges
            .iter()
            .map(|(id, e)| (e.service.clone(), e.operation.clone(), e.region.clone(), *id))
            .collect();
        assert!(order.is_sorted(), "{}", file.display());
        for (_, exchange) in &exchanges {
            assert!(exchange.transport.principal.starts_with("arn:aws:"), "{exchange:?}");
            assert_eq!(exchange.transport.attempts, 1);
            assert!(exchange.transport.request_id.is_some() && exchange.transport.date.is_some());
            let own = header["account"] == exchange.account.as_str();
            assert!(
                own || header["organization"].is_string() || exchange.operation == "AssumeRole",
                "{exchange:?}"
            );
        }
        let of_account = header["account"].is_string();
        assert_eq!(
            header["salt"].as_str().map_or(0, str::len),
            if of_account { 64 } else { 0 }
        );
    }
    let accounts = files(&run.path().join("accounts"));
    let salts: BTreeSet<_> = accounts
        .iter()
        .map(|file| support::header(file)["salt"].to_string())
        .collect();
    assert_eq!(salts.len(), accounts.len(), "each account has a salt of its own");
    let entered = accounts.iter().filter(|file| !exchanges(file).is_empty()).count();
    assert_eq!(
        entered, run.collected.accounts,
        "accounts that are not in use have a file with nothing in it"
    );
}

/// Neither what was shared with us (external id) nor what was given to us (session tokens, e-mail addresses).
#[tokio::test]
async fn no_secret_is_kept() {
    let server = simulated(12, 4, Duration::ZERO);
    let builder = collector(&server)
        .external_id("correct-horse-battery")
        .session_tag("purpose", "audit");
    let run = Run::of(builder.build().unwrap()).await;
    let mut texts: Vec<String> = files(run.path()).iter().map(|file| support::text(file)).collect();
    texts.push(run.log_text());
    let (_, secret) = server.credentials();
    for text in &texts {
        for secret in [
            secret.as_str(),
            "correct-horse",
            "SessionToken",
            "SecretAccessKey",
            "AccessKeyId",
            "@example",
        ] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let all = texts.concat();
    assert!(all.contains(r#""ExternalId":"set""#) && all.contains(r#""PolicySha256":""#));
}

/// The order in which answers come does not show in what is kept.
#[tokio::test]
async fn concurrency_does_not_show() {
    let collect = async |concurrency: usize| {
        let server = simulated(25, 5, Duration::ZERO);
        let run = Run::of(collector(&server).concurrency(concurrency).build().unwrap()).await;
        let ids = |file: &Path| {
            exchanges(file)
                .into_iter()
                .filter(|(_, e)| e.service != "sts")
                .map(|(id, _)| id)
                .collect()
        };
        let kept: BTreeMap<_, Vec<_>> = files(run.path())
            .iter()
            .map(|f| (f.strip_prefix(run.path()).unwrap().to_owned(), ids(f)))
            .collect();
        let gaps: Vec<_> = run.events("gap").map(|event| event.to_string()).collect();
        (kept, gaps)
    };
    let (one, many) = (collect(1).await, collect(256).await);
    assert_eq!(one.0.keys().collect::<Vec<_>>(), many.0.keys().collect::<Vec<_>>());
    assert!(one == many);
    assert!(one.1.is_sorted() && one.1.len() > 5);
}

#[tokio::test]
async fn progress_adds_up() {
    let server = simulated(5, 3, Duration::ZERO);
    let mut collector = collector(&server).build().unwrap();
    let events = collector.progress();
    let run = Run::of(collector).await;
    let events: Vec<_> = events.collect().await;
    let count = |wanted: fn(&Progress) -> bool| events.iter().filter(|event| wanted(event)).count() as u64;
    assert_eq!(
        count(|event| matches!(event, Progress::Call { .. })),
        run.collected.calls
    );
    assert_eq!(count(|event| matches!(event, Progress::Gap { .. })), run.collected.gaps);
    assert_eq!(
        count(|event| matches!(event, Progress::AccountFinished { .. })),
        run.collected.accounts as u64
    );
    assert!(matches!(events.last(), Some(Progress::Finished { .. })));
}

/// One clear error, and nothing left behind.
#[tokio::test]
async fn a_collection_that_cannot_start_says_why() {
    let server = simulated(1, 1, Duration::ZERO);
    let silent = support::collector_of("http://127.0.0.1:9", &server.credentials());
    let CollectError::Unreachable { endpoint, .. } = Run::fails(silent.build().unwrap()).await else {
        panic!()
    };
    assert_eq!(endpoint, "127.0.0.1:9");
    let stranger = support::collector_of(&server.endpoint(), &("AKIANOBODY".to_owned(), "x".to_owned()));
    let error = Run::fails(stranger.build().unwrap()).await;
    assert!(
        matches!(&error, CollectError::CredentialsRefused { code, .. } if code == "InvalidClientTokenId"),
        "{error}"
    );
}

#[tokio::test]
async fn a_token_and_a_drop_end_it() {
    let server = simulated(25, 17, Duration::from_secs(1));
    let token = CancellationToken::new();
    let collector = collector(&server).cancellation(token.clone()).build().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let collecting = collector.collect(directory.path());
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        token.cancel();
    };
    let (outcome, ()) = tokio::join!(collecting, cancel);
    assert!(matches!(outcome, Err(CollectError::Cancelled)));
}

/// The future can be sent to another thread.
#[test]
fn collecting_is_send() {
    fn sent<T: Send>(_: T) {}
    sent(Collector::builder().build().unwrap().collect(Path::new("never")));
}
