//! Refusals in the middle of a collection, sessions that end among them, played by a stand-in for the HTTP client.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use support::{Run, exchanges, files, text};
use trailaudit_aws::{CollectError, Collector, Scope, Source};
use trailaudit_core::evidence::{Answer, Exchange};

const CALLER: &str = "111111111111";
const MEMBER: &str = "222222222222";

/// Answers by operation and session token.
type Play = fn(operation: &str, token: &str) -> Option<(u16, String)>;

#[derive(Clone, Debug)]
struct Stage {
    play: Play,
    /// How often each operation was asked.
    asked: Arc<Mutex<BTreeMap<String, usize>>>,
    lifetime: Duration,
}

impl HttpConnector for Stage {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let target = request
            .headers()
            .get("x-amz-target")
            .and_then(|target| target.rsplit('.').next());
        let operation = match target {
            Some(target) => target.to_owned(),
            None if body.contains("Action=AssumeRole") => "AssumeRole".to_owned(),
            None if body.contains("Action=GetCallerIdentity") => "GetCallerIdentity".to_owned(),
            None => "ListRegions".to_owned(),
        };
        let token = request.headers().get("x-amz-security-token").unwrap_or_default();
        let times = {
            let mut asked = self.asked.lock().unwrap();
            let times = asked.entry(operation.clone()).or_default();
            *times += 1;
            *times
        };
        let (status, body) = (self.play)(&operation, token).unwrap_or_else(|| match operation.as_str() {
            "GetCallerIdentity" => (200, identity()),
            "AssumeRole" => (200, session(times, self.lifetime)),
            "DescribeTrails" => (200, r#"{"trailList":[],"NewField":{"Kept":true}}"#.to_owned()),
            "ListEventDataStores" => (200, r#"{"EventDataStores":[]}"#.to_owned()),
            _ => (404, "not found".to_owned()),
        });
        let response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        HttpConnectorFuture::new(async {
            // As on a network: what was asked at once is answered at once, but not immediately.
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok(response)
        })
    }
}

impl Stage {
    fn config(&self) -> SdkConfig {
        let connector = SharedHttpConnector::new(self.clone());
        let client: SharedHttpClient = http_client_fn(move |_, _| connector.clone());
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "AKIA", "HIDDEN", None, None, "test",
            )))
            .http_client(client)
            .build()
    }
}

fn identity() -> String {
    format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{CALLER}:user/a</Arn><UserId>U</UserId>\
         <Account>{CALLER}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
}

fn session(number: usize, lifetime: Duration) -> String {
    let expiration = jiff::Timestamp::try_from(SystemTime::now() + lifetime).unwrap();
    format!(
        "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>R</AssumedRoleId>\
         <Arn>arn:aws:sts::{MEMBER}:assumed-role/R/trailaudit</Arn></AssumedRoleUser><Credentials>\
         <AccessKeyId>ASIAHIDDEN</AccessKeyId><SecretAccessKey>HIDDEN</SecretAccessKey>\
         <SessionToken>HIDDEN-{number}</SessionToken><Expiration>{expiration}</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    )
}

async fn collect(play: Play, lifetime: Duration) -> (Run, Vec<Exchange>, BTreeMap<String, usize>) {
    let stage = Stage {
        play,
        asked: Arc::default(),
        lifetime,
    };
    let list = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(list.path(), MEMBER).unwrap();
    let scope = Scope {
        source: Source::AccountsFile(list.path().to_owned()),
        regions: ["us-east-1".into(), "eu-west-1".into()].into(),
        ..Scope::default()
    };
    let run = Run::of(
        Collector::builder()
            .sdk_config(stage.config())
            .scope(scope)
            .build()
            .unwrap(),
    )
    .await;
    for file in files(run.path()) {
        assert!(!text(&file).contains("HIDDEN"), "a secret was kept");
    }
    assert!(!run.log_text().contains("HIDDEN"), "a secret was kept");
    let kept = exchanges(&run.path().join(format!("accounts/{MEMBER}.jsonl.gz")));
    let asked = stage.asked.lock().unwrap().clone();
    (run, kept.into_iter().map(|(_, exchange)| exchange).collect(), asked)
}

fn codes<'a>(kept: &'a [Exchange], operation: &str) -> Vec<&'a str> {
    let of = kept.iter().filter(|exchange| exchange.operation == operation);
    let mut codes: Vec<_> = of
        .map(|exchange| match &exchange.answer {
            Answer::Ok(_) => "ok",
            Answer::Error { code, .. } => code.as_str(),
        })
        .collect();
    codes.sort_unstable();
    codes
}

/// Both Regions meet the end of the session at once: it is renewed once, and both questions are repeated.
#[tokio::test]
async fn a_session_that_ran_out_is_renewed_once() {
    let expires: Play = |operation, token| {
        let refused = operation == "DescribeTrails" && token == "HIDDEN-1";
        refused.then(|| {
            (
                400,
                r#"{"__type":"ExpiredTokenException","message":"expired"}"#.to_owned(),
            )
        })
    };
    let (run, kept, asked) = collect(expires, Duration::from_hours(1)).await;
    assert_eq!(asked["AssumeRole"], 2);
    let all = ["ExpiredTokenException", "ExpiredTokenException", "ok", "ok"];
    assert_eq!(codes(&kept, "DescribeTrails"), all);
    assert_eq!(codes(&kept, "AssumeRole"), ["ok", "ok"]);
    assert!(
        !run.collected.simulated,
        "these hosts are AWS's own: {:?}",
        run.collected.endpoints
    );
    let unknown_field = kept
        .iter()
        .any(|e| matches!(&e.answer, Answer::Ok(a) if a["NewField"]["Kept"] == true));
    assert!(unknown_field, "a field the SDK does not know is kept");
}

/// What is refused again with fresh credentials is a gap, not a loop.
#[tokio::test]
async fn a_session_that_always_runs_out_is_a_gap() {
    let expires: Play = |operation, _| {
        let body = r#"{"__type":"ExpiredTokenException","message":"expired"}"#.to_owned();
        (operation == "DescribeTrails").then_some((400, body))
    };
    let (_, kept, asked) = collect(expires, Duration::from_hours(1)).await;
    assert_eq!(codes(&kept, "DescribeTrails"), ["ExpiredTokenException"; 12]);
    assert_eq!(asked["AssumeRole"], 6, "both Regions renew it together");
}

/// Nobody waits for a refusal: a session at its end is renewed before the next question.
#[tokio::test]
async fn a_session_at_its_end_is_not_used() {
    let (_, kept, asked) = collect(|_, _| None, Duration::ZERO).await;
    assert!(asked["AssumeRole"] > 1, "{asked:?}");
    assert_eq!(codes(&kept, "DescribeTrails"), ["ok", "ok"]);
}

/// What no service said in its own words has a code of ours; attempts are counted, not recorded one by one.
#[tokio::test(start_paused = true)]
async fn silence_and_noise_have_codes_of_our_own() {
    let throttles: Play = |operation, _| {
        let body = r#"{"__type":"ThrottlingException","message":"slow down"}"#.to_owned();
        (operation == "DescribeTrails").then_some((400, body))
    };
    let (run, kept, asked) = collect(throttles, Duration::from_hours(1)).await;
    assert_eq!(codes(&kept, "DescribeTrails"), ["ThrottlingException"; 2]);
    let attempts = kept.iter().filter(|e| e.operation == "DescribeTrails");
    let attempts: Vec<_> = attempts.map(|exchange| exchange.transport.attempts as usize).collect();
    assert_eq!(attempts.iter().sum::<usize>(), asked["DescribeTrails"]);
    assert!(
        attempts.iter().all(|attempts| *attempts > 10),
        "throttling is waited out: {attempts:?}"
    );
    assert_eq!(codes(&kept, "ListRegions"), ["UnreadableAnswer"]);
    assert_eq!(run.events("gap").count(), 3);
    let noise: Play = |operation, _| (operation == "DescribeTrails").then(|| (200, "<html>".to_owned()));
    let (_, kept, _) = collect(noise, Duration::from_hours(1)).await;
    assert_eq!(codes(&kept, "DescribeTrails"), ["UnreadableAnswer"; 2]);
}

/// Whether the credentials of the whole run have run out.
static HAVE_RUN_OUT: AtomicBool = AtomicBool::new(false);

/// Without credentials of its own a run does not go on: an account that is not finished then is not kept, and a later
/// session asks there, and only there.
#[tokio::test]
async fn a_run_ends_with_its_credentials_and_goes_on_with_others() {
    const ANOTHER: &str = "333333333333";
    // They run out once an account has been entered.
    let play: Play = |operation, _| {
        let run_out = operation == "AssumeRole" && HAVE_RUN_OUT.fetch_xor(true, Ordering::SeqCst);
        run_out.then(|| {
            let error = "<Error><Code>ExpiredToken</Code><Message>expired</Message></Error>";
            (403, format!("<ErrorResponse>{error}</ErrorResponse>"))
        })
    };
    let stage = Stage {
        play,
        asked: Arc::default(),
        lifetime: Duration::from_hours(1),
    };
    let list = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(list.path(), format!("{MEMBER}\n{ANOTHER}")).unwrap();
    let scope = Scope {
        source: Source::AccountsFile(list.path().to_owned()),
        regions: ["us-east-1".into()].into(),
        ..Scope::default()
    };
    let collector = || {
        let builder = Collector::builder().sdk_config(stage.config()).scope(scope.clone());
        builder.concurrency(1).resume(true).build().unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let error = collector().collect(folder.path()).await.unwrap_err();
    assert!(
        matches!(&error, CollectError::CredentialsExpired { code, .. } if code == "ExpiredToken"),
        "{error}"
    );
    let kept = |account: &str| folder.path().join(format!("accounts/{account}.jsonl.gz")).exists();
    assert!(kept(MEMBER) && !kept(ANOTHER));
    let asked = |operation: &str| stage.asked.lock().unwrap()[operation];
    assert_eq!((asked("AssumeRole"), asked("DescribeTrails")), (2, 1));
    let collected = collector().collect(folder.path()).await.unwrap();
    assert_eq!(
        (collected.accounts, asked("AssumeRole"), asked("DescribeTrails")),
        (2, 3, 2)
    );
    let mut again = collector().collect(folder.path()).await.unwrap();
    // The run log has milliseconds.
    again.finished = collected.finished;
    assert_eq!(
        again, collected,
        "a run that has ended is told again, and nobody is asked"
    );
    assert_eq!(asked("GetCallerIdentity"), 2);
}

/// A call from an account without an organization is told so, with what to do instead.
#[tokio::test]
async fn a_lone_account_is_told_so() {
    let alone: Play = |operation, _| {
        let body = r#"{"__type":"AWSOrganizationsNotInUseException","Message":"not in use"}"#.to_owned();
        (operation == "DescribeOrganization").then_some((400, body))
    };
    let stage = Stage {
        play: alone,
        asked: Arc::default(),
        lifetime: Duration::from_hours(1),
    };
    let error = Run::fails(Collector::builder().sdk_config(stage.config()).build().unwrap()).await;
    assert!(
        matches!(&error, CollectError::NotInOrganization { account } if account == CALLER),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("--single-account"));
}
