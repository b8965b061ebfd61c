//! Signatures with timestamps, in a package.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use trailaudit_core::evidence::timestamp::{Certificate, Token};
use trailaudit_core::evidence::{Bundle, Code, Options, Report, Statement, Trust, verify};

use crate::authority::{Authority, Setup, now};
use crate::policy::{POLICY, trust};
use crate::sample::{PREPARER, Sample, complaints};

/// A package from an hour ago, which Ada says to have signed at `declared`.
fn signed_at(declared: Timestamp) -> Sample {
    // The same each time, so that the same is signed each time.
    static ENDED: LazyLock<Timestamp> = LazyLock::new(|| now() - SignedDuration::from_hours(1));
    let ended = *ENDED;
    let mut sample = Sample::with(|_, _, facts| {
        (facts.collection.started, facts.collection.ended) = (ended, ended);
        facts.as_of = ended;
    });
    let statement = Statement {
        declared_time: declared,
        ..sample.statement("preparer")
    };
    let key = sample.preparer.clone();
    sample.sign(PREPARER, &statement, &key);
    sample
}

fn bundle(sample: &Sample) -> Bundle {
    Bundle::parse(sample.files.bytes(PREPARER).unwrap()).unwrap()
}

fn stamped(mut sample: Sample, token: &Token) -> Sample {
    let bundle = bundle(&sample).with_timestamp(token);
    sample.files.insert(PREPARER, bundle.to_bytes());
    sample
}

fn judged(sample: &Sample, trust: Trust, roots: &[Certificate]) -> Report {
    let trust = trust.with_tsa_roots(roots.to_vec());
    verify(&sample.files, &Options::default().trust(&trust))
}

#[test]
fn a_timestamp_changes_nothing_but_the_bundle() {
    let authority = Authority::new(&Setup::default());
    let sample = signed_at(now());
    let plain = bundle(&sample);
    let token = authority.stamp(&plain.signature);
    let with = plain.clone().with_timestamp(&token);
    assert_eq!(Bundle::parse(&with.to_bytes()).unwrap(), with);
    assert_eq!(with.envelope_digest(), plain.envelope_digest());
    assert_eq!(with.message(), plain.message());
    let text = String::from_utf8(with.to_bytes()).unwrap();
    let material = text.split("\"verificationMaterial\":").nth(1).unwrap();
    let start = "\"},\"timestampVerificationData\":{\"rfc3161Timestamps\":[{\"signedTimestamp\":\"MII";
    assert!(
        material.starts_with("{\"publicKey\":{\"hint\":\"") && material[20..].contains(start),
        "{material}"
    );
    assert!(!String::from_utf8(plain.to_bytes()).unwrap().contains("imestamp"));
    // None or one, and nothing beside it.
    for (from, to) in [
        (
            "\"rfc3161Timestamps\":[",
            "\"rfc3161Timestamps\":[{\"signedTimestamp\":\"\"},",
        ),
        ("\"signedTimestamp\"", "\"a\":1,\"signedTimestamp\""),
        ("\"rfc3161Timestamps\"", "\"a\":1,\"rfc3161Timestamps\""),
        ("\"signedTimestamp\":\"MII", "\"signedTimestamp\":\"=MII"),
    ] {
        assert!(
            text.contains(from) && Bundle::parse(text.replacen(from, to, 1).as_bytes()).is_err(),
            "{from}"
        );
    }
    let empty = String::from_utf8(plain.to_bytes()).unwrap();
    for data in [
        "null",
        "{}",
        "{\"rfc3161Timestamps\":[]}",
        "{\"rfc3161Timestamps\":null}",
    ] {
        let other = empty.replacen("\"}}}", &format!("\"}},\"timestampVerificationData\":{data}}}}}"), 1);
        assert!(other != empty && Bundle::parse(other.as_bytes()).is_err(), "{other}");
    }
}

#[test]
fn a_proven_time_is_reported() {
    let authority = Authority::new(&Setup::default());
    let sample = signed_at(now());
    let token = authority.stamp(&bundle(&sample).signature);
    let sample = stamped(sample, &token);
    let report = judged(&sample, sample.trust(), &authority.roots);
    assert_eq!(complaints(&report), [""; 0]);
    let stamp = token.verify(&bundle(&sample).signature, &authority.roots).unwrap();
    assert_eq!(report.signatures[0].time, Some(stamp));
    assert_eq!(report.signatures[0].time_note, None);
    // Without a root it is a note; with a policy that demands proof it is a problem.
    let report = judged(&sample, sample.trust(), &[]);
    assert_eq!(complaints(&report), [""; 0]);
    assert_eq!(report.signatures[0].time, None);
    assert_eq!(
        report.signatures[0].time_note.as_ref().unwrap().code,
        Code::TimestampNoRoot
    );
    let demanding = format!("require-timestamp = true\n{POLICY}");
    let report = judged(&sample, trust(&sample, &demanding), &[]);
    assert_eq!(
        complaints(&report),
        [&format!("timestamp-no-root {PREPARER}"), "missing-role -"]
    );
    assert_eq!(
        complaints(&judged(&sample, trust(&sample, &demanding), &authority.roots)),
        [""; 0]
    );
    // Roots alone prove times, and trust nobody.
    let report = judged(&sample, Trust::default(), &authority.roots);
    assert_eq!(complaints(&report), ["no-trust -"]);
    assert!(report.signatures[0].time.is_some() && !report.signatures[0].trusted);
}

#[test]
fn a_timestamp_that_proves_nothing_is_told_apart() {
    let (authority, another) = (Authority::new(&Setup::default()), Authority::new(&Setup::default()));
    let sample = signed_at(now());
    let signature = bundle(&sample).signature;
    let told = |token: &Token, roots: &[Certificate]| {
        let sample = stamped(signed_at(now()), token);
        complaints(&judged(&sample, sample.trust(), roots))
    };
    // Both samples sign alike but for the time, so a token of one is about other bytes in the other.
    let foreign = authority.stamp(b"another signature");
    assert_eq!(
        told(&foreign, &authority.roots),
        [format!("timestamp-invalid {PREPARER}")]
    );
    assert_eq!(told(&foreign, &[]), [format!("timestamp-invalid {PREPARER}")]);
    let sample = stamped(sample, &authority.stamp(&signature));
    let report = judged(&sample, sample.trust(), &another.roots);
    assert_eq!(complaints(&report), [format!("timestamp-untrusted {PREPARER}")]);
    assert_eq!(report.signatures[0].time, None);
    // Bytes that are no timestamp, beside a signature that is genuine, and beside one that is not.
    let mut damaged = bundle(&sample);
    damaged.timestamp = Some(b"nothing".to_vec());
    let mut files = sample.files.clone();
    files.insert(PREPARER, damaged.to_bytes());
    assert_eq!(
        complaints(&sample.verify_with(&files)),
        [format!("timestamp-invalid {PREPARER}")]
    );
    damaged.signature[8] ^= 1;
    files.insert(PREPARER, damaged.to_bytes());
    let both = [
        format!("timestamp-invalid {PREPARER}"),
        format!("bad-signature {PREPARER}"),
        "missing-role -".into(),
    ];
    assert_eq!(complaints(&sample.verify_with(&files)), both);
}

#[test]
fn times_that_make_no_sense_are_told() {
    let authority = Authority::new(&Setup::default());
    let minutes = SignedDuration::from_mins;
    let told = |declared: Timestamp| {
        let sample = signed_at(declared);
        let token = authority.stamp(&bundle(&sample).signature);
        let sample = stamped(sample, &token);
        complaints(&judged(&sample, sample.trust(), &authority.roots))
    };
    let disagrees = format!("timestamp-disagrees {PREPARER}");
    assert_eq!(told(now() - minutes(9)), [""; 0]);
    assert_eq!(told(now() + minutes(9)), [""; 0]);
    assert_eq!(told(now() - minutes(11)), [disagrees.as_str()]);
    assert_eq!(told(now() + minutes(11)), [disagrees.as_str()]);
    let before = format!("declared-time-before-collection {PREPARER}");
    assert_eq!(told(now() - minutes(120)), [before, disagrees.clone()]);
    // A collection that ended after the signature was stamped.
    let ended = now() + minutes(30);
    let mut sample = Sample::with(|_, _, facts| facts.collection.ended = ended);
    let statement = Statement {
        declared_time: ended,
        ..sample.statement("preparer")
    };
    let key = sample.preparer.clone();
    sample.sign(PREPARER, &statement, &key);
    let token = authority.stamp(&bundle(&sample).signature);
    let sample = stamped(sample, &token);
    let told = complaints(&judged(&sample, sample.trust(), &authority.roots));
    assert_eq!(told, [format!("timestamp-before-collection {PREPARER}"), disagrees]);
}

/// The package says that it was collected, judged and signed on the same day.
#[test]
fn nothing_is_of_a_time_to_come() {
    let sample = Sample::new();
    let trust = sample.trust();
    let at = |now: &str| {
        let options = Options::default().trust(&trust).now(now.parse().unwrap());
        complaints(&verify(&sample.files, &options))
    };
    let (manifest, preparer) = ("time-in-future manifest.json", format!("time-in-future {PREPARER}"));
    assert_eq!(at("2026-11-22T00:00:00Z"), [manifest, &preparer]);
    assert_eq!(at("2026-11-22T01:30:00Z"), [preparer]);
    assert_eq!(at("2026-11-22T02:56:00Z"), [""; 0]);
    assert_eq!(at("2076-11-22T00:00:00Z"), [""; 0]);
    assert_eq!(complaints(&sample.verify()), [""; 0]);
}

/// Whoever has a key after its time can sign and declare a time before it.
#[test]
fn a_key_whose_time_is_over_is_believed_with_a_note() {
    let authority = Authority::new(&Setup::default());
    let sample = signed_at(now());
    let end = now() + SignedDuration::from_hours(1);
    let policy = POLICY.replacen(
        "roles = [\"preparer\"]",
        &format!("roles = [\"preparer\"]\nnot-after = {end}"),
        1,
    );
    let note = |sample: &Sample, now: Timestamp| {
        let trust = trust(sample, &policy).with_tsa_roots(authority.roots.clone());
        let report = verify(&sample.files, &Options::default().trust(&trust).now(now));
        assert_eq!(complaints(&report), [""; 0]);
        let note = report.signatures[0].time_note.clone();
        note.map(|note| note.code)
    };
    let later = end + SignedDuration::from_hours(1);
    assert_eq!(note(&sample, now()), None);
    assert_eq!(note(&sample, later), Some(Code::TimeUnproven));
    let token = authority.stamp(&bundle(&sample).signature);
    assert_eq!(note(&stamped(sample, &token), later), None);
}

/// A signature counts from the proven time, when there is one.
#[test]
fn validity_and_revocation_go_by_the_proven_time() {
    let authority = Authority::new(&Setup::default());
    let declared = now() - SignedDuration::from_mins(5);
    let sample = signed_at(declared);
    let token = authority.stamp(&bundle(&sample).signature);
    let proven = token.verify(&bundle(&sample).signature, &authority.roots).unwrap().time;
    let with = stamped(signed_at(declared), &token);
    let told = |sample: &Sample, line: &str, at: Timestamp, roots: &[Certificate]| {
        let more = format!("roles = [\"preparer\"]\n{line} = {at}");
        let policy = POLICY.replacen("roles = [\"preparer\"]", &more, 1);
        complaints(&judged(sample, trust(sample, &policy), roots))
    };
    let roots = &authority.roots;
    let (failed, none) = (
        |code: &str| vec![format!("{code} {PREPARER}"), "missing-role -".into()],
        Vec::<String>::new(),
    );
    let between = declared + SignedDuration::from_mins(2);
    let after = proven + SignedDuration::from_mins(1);
    assert_eq!(told(&with, "not-after", between, roots), failed("key-not-valid-then"));
    assert_eq!(told(&with, "not-after", between, &[]), none);
    assert_eq!(told(&with, "not-before", between, roots), none);
    assert_eq!(told(&with, "not-before", between, &[]), failed("key-not-valid-then"));
    assert_eq!(told(&with, "revoked", after, roots), none);
    assert_eq!(told(&with, "revoked", after, &[]), failed("key-revoked"));
    assert_eq!(told(&sample, "revoked", after, roots), failed("key-revoked"));
    assert_eq!(told(&with, "revoked", between, roots), failed("key-revoked"));
    // The authority may be wrong by a second and a half.
    assert_eq!(
        told(&with, "revoked", proven + SignedDuration::from_secs(1), roots),
        failed("key-revoked")
    );
    assert_eq!(
        told(&with, "revoked", proven + SignedDuration::from_secs(2), roots),
        none
    );
}
