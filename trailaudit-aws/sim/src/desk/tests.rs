use http_body_util::BodyExt as _;
use jiff::ToSpan as _;

use super::*;
use crate::rehearsal::{self, MEMBER, assume_role, between, now, world};

fn under(profile: &str, seed: u64) -> Desk {
    let faults = Faults::named(profile, seed);
    assert!(faults.is_some(), "{profile}");
    Desk::new(
        world(),
        Conditions {
            faults,
            ..Conditions::default()
        },
    )
}

fn describe_trails(desk: &Desk, region: &'static str, body: &str) -> Call {
    Call {
        body: body.into(),
        ..rehearsal::Caller::auditor(&desk.world.read().unwrap())
            .within(region)
            .call("cloudtrail", "/", Some("X.DescribeTrails".into()))
    }
}

/// Status and body, or that it broke off.
async fn ask(desk: &Desk, call: Call) -> Result<(u16, String), Unanswered> {
    let answer = desk.serve(call).await?;
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.map_err(|_| Unanswered::Closed)?;
    Ok((status, String::from_utf8_lossy(&body.to_bytes()).into_owned()))
}

/// How the first attempt of a thousand calls that differ ended, and how the tenth of each.
async fn asked_often(desk: &Desk) -> (Vec<String>, Vec<String>) {
    let (mut first, mut tenth) = (Vec::new(), Vec::new());
    for number in 0..1_000 {
        for attempt in 1..=10 {
            let call = describe_trails(desk, "us-east-1", &format!("{{\"number\": {number}}}"));
            let begun = tokio::time::Instant::now();
            let told = match ask(desk, call).await {
                Ok((200, body)) if body.starts_with("{\"trailList\"") && body.ends_with('}') => {
                    if begun.elapsed().is_zero() { "answered" } else { "slow" }.to_owned()
                }
                Ok((status, body)) => match body.split('"').nth(3) {
                    Some(code) if status >= 400 => format!("{status} {code}"),
                    _ => format!("{status}"),
                },
                Err(unanswered) if begun.elapsed() >= HANGING => format!("{unanswered:?} late"),
                Err(unanswered) => format!("{unanswered:?}"),
            };
            match attempt {
                1 => first.push(told),
                10 => tenth.push(told),
                _ => {}
            }
        }
    }
    for told in [&mut first, &mut tenth] {
        told.sort();
        told.dedup();
    }
    (first, tenth)
}

#[tokio::test(start_paused = true)]
async fn each_fault_shows_on_the_wire_and_passes_or_stays() {
    for (profile, shows, stays) in [
        ("throttling", &["400 ThrottlingException", "answered"][..], false),
        (
            "server-errors",
            &["500 InternalFailure", "502", "503", "answered"],
            true,
        ),
        ("reset", &["Closed", "answered"], true),
        ("garbled", &["200", "answered"], true),
        ("slow-loris", &["answered", "slow"], true),
        ("hang", &["Closed late", "answered"], true),
        ("dns-failure", &["NoSuchHost", "answered"], true),
        // What has no pages and no session cannot be struck.
        ("empty-pages", &["answered"], false),
        ("expiring-credentials", &["answered"], false),
    ] {
        let desk = under(profile, 7);
        let (seen, later) = asked_often(&desk).await;
        assert_eq!(seen, shows, "{profile}");
        assert!(later.iter().all(|told| seen.contains(told)), "{profile}: {later:?}");
        assert_eq!(later.len() > 1, stays, "{profile}: {later:?}");
        let faults = desk.ledger().faults;
        assert_eq!(faults.is_empty(), shows == ["answered"], "{profile}: {faults:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ended_is_replaced_by_another() {
    let desk = under("expiring-credentials", 7);
    let world = desk.world.read().unwrap().clone();
    let auditor = rehearsal::Caller::auditor(&world);
    let assume = || Call {
        body: assume_role("").into(),
        ..auditor.call("sts", "/", None)
    };
    let mut ended = 0;
    for number in 0..40 {
        let (_, session) = ask(&desk, assume()).await.unwrap();
        let key = between(&session, "AccessKeyId");
        let call = |body: String| Call {
            authorization: auditor.call("cloudtrail", "/", None).authorization.map(|header| {
                let own = world.access_keys[0].id.clone();
                header.replace(&own, &key)
            }),
            session_token: Some(between(&session, "SessionToken")),
            ..describe_trails(&desk, "us-east-1", &body)
        };
        let body = format!("{{\"number\": {number}}}");
        let (status, told) = ask(&desk, call(body)).await.unwrap();
        if status == 200 {
            continue;
        }
        ended += 1;
        assert!(told.contains("ExpiredTokenException"), "{told}");
        // The next question of the same session, which nothing strikes, is refused as well.
        assert_eq!(ask(&desk, call("{}".into())).await.unwrap().0, 403);
    }
    assert!((1..20).contains(&ended), "{ended}");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_off_is_told_the_time() {
    let desk = under("clock-skew", 7);
    let mut call = describe_trails(&desk, "us-east-1", "{}");
    call.signed_at = Some("20261120T120000Z".into());
    let answer = desk.serve(call.clone()).await.unwrap();
    assert_eq!(answer.status(), 403);
    let date = answer.headers()[DATE].to_str().unwrap().to_owned();
    let theirs = rfc2822::parse(&date).unwrap().timestamp();
    assert!(
        theirs.duration_since(now()).abs() >= SignedDuration::from_mins(10),
        "{date}"
    );
    call.signed_at = Some(theirs.strftime("%Y%m%dT%H%M%SZ").to_string());
    assert_eq!(desk.serve(call.clone()).await.unwrap().status(), 200);
    let plain = Desk::new(world(), Conditions::default());
    call.signed_at = Some("20261120T120459Z".into());
    assert_eq!(plain.serve(call.clone()).await.unwrap().status(), 200);
    call.signed_at = Some("20261120T120501Z".into());
    assert_eq!(plain.serve(call).await.unwrap().status(), 403);
}

#[tokio::test(start_paused = true)]
async fn a_region_is_down_and_the_first_never_is() {
    let desk = under("region-down", 7);
    assert_eq!(
        ask(&desk, describe_trails(&desk, "us-east-1", "{}")).await.unwrap().0,
        200
    );
    let others = ["eu-west-1", "af-south-1"].map(|region| describe_trails(&desk, region, "{}"));
    let mut down = 0;
    for call in others {
        down += usize::from(ask(&desk, call).await == Err(Unanswered::Refused));
    }
    assert_eq!(down, 1);
}

#[tokio::test(start_paused = true)]
async fn an_account_denies_everything() {
    let desk = under("account-denies", 7);
    let world = desk.world.read().unwrap().clone();
    let member = rehearsal::Caller::member(&world);
    let call = member.call("cloudtrail", "/", Some("X.DescribeTrails".into()));
    let (status, told) = ask(&desk, call).await.unwrap();
    assert!(
        status == 400 && told.contains("policy/o-exampleorg1/service_control_policy/p-everything"),
        "{told}"
    );
    assert!(told.contains(MEMBER));
}

#[tokio::test(start_paused = true)]
async fn quotas_and_latency_hold_by_the_clocks_of_the_call_and_of_tokio() {
    let desk = Desk::new(
        world(),
        Conditions {
            latency: Duration::from_millis(50),
            quotas: true,
            faults: None,
        },
    );
    let begun = tokio::time::Instant::now();
    let mut at_once = Vec::new();
    for _ in 0..12 {
        at_once.push(ask(&desk, describe_trails(&desk, "us-east-1", "{}")).await.unwrap().0);
    }
    assert_eq!(at_once, [[200; 10].as_slice(), &[400; 2]].concat());
    assert_eq!(begun.elapsed(), Duration::from_millis(600));
    let mut later = describe_trails(&desk, "us-east-1", "{}");
    later.now = now() + 100.milliseconds();
    assert_eq!(ask(&desk, later).await.unwrap().0, 200);
    assert_eq!(desk.ledger().refused[&("DescribeTrails", "ThrottlingException")], 2);
}

#[tokio::test(start_paused = true)]
async fn a_mishap_befalls_the_calls_it_was_meant_for_and_no_other() {
    for (mishap, expected) in [
        (Mishap::Throttled, Ok(400)),
        (Mishap::ServerError, Ok(500)),
        (Mishap::Cut, Err(Unanswered::Closed)),
        (Mishap::Silence, Err(Unanswered::Closed)),
    ] {
        let desk = Desk::new(world(), Conditions::default());
        desk.befall("DescribeTrails", 2..=3, mishap);
        desk.befall("DescribeKey", 1..=9, mishap);
        let mut told = Vec::new();
        for _ in 0..4 {
            let call = describe_trails(&desk, "us-east-1", "{}");
            told.push(ask(&desk, call).await.map(|(status, _)| status));
        }
        assert_eq!(told, [Ok(200), expected, expected, Ok(200)], "{mishap:?}");
        let ledger = desk.ledger();
        assert_eq!(ledger.count("cloudtrail", "DescribeTrails"), 4);
        assert_eq!(ledger.faults.values().sum::<u64>(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn the_world_is_another_after_the_call_that_was_named() {
    let desk = Desk::new(world(), Conditions::default());
    let untracked: fn(&mut World) = |world| {
        for account in world.accounts.values_mut() {
            account.trails.clear();
        }
    };
    desk.befall("DescribeTrails", 2..=2, Mishap::Then(untracked));
    let mut told = Vec::new();
    for _ in 0..3 {
        let (_, body) = ask(&desk, describe_trails(&desk, "us-east-1", "{}")).await.unwrap();
        told.push(body.contains("everybody"));
    }
    assert_eq!(told, [true, true, false]);
}
