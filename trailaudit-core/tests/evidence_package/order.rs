//! Who has seen whose signature, and when.

use jiff::{SignedDuration, Timestamp};
use trailaudit_core::evidence::{Bundle, Digest, Meaning, Options, Report, Statement, verify};

use crate::authority::{Authority, Setup, now};
use crate::policy::{POLICY, judged, rita, trust};
use crate::sample::{PREPARER, REVIEWER, Sample, complaints};

const APPROVER: &str = "signatures/02-approver.sigstore.json";
const LAST: &str = "signatures/03-reviewer.sigstore.json";

#[test]
fn an_independent_reviewer_names_the_signature_before() {
    let mut sample = Sample::new();
    review(&mut sample, REVIEWER, vec![], declared());
    let blind = format!("not-countersigned {REVIEWER}");
    let report = judged(&sample, POLICY);
    assert_eq!(complaints(&report), [blind.as_str()]);
    assert!(report.signatures[0].trusted && !report.signatures[1].trusted);
    // One that does not count does not fill the role either.
    let required = POLICY.replace("require = [\"preparer\"]", "require = [\"preparer\", \"reviewer\"]");
    assert_eq!(complaints(&judged(&sample, &required)), [&blind, "missing-role -"]);
    // Of whom nobody demands independence nobody demands to have looked.
    let anyone = POLICY.replace("independent = [\"reviewer\"]\n", "");
    assert_eq!(complaints(&judged(&sample, &anyone)), [""; 0]);
    assert_eq!(complaints(&sample.verify()), [""; 0]);
}

#[test]
fn an_independent_reviewer_names_every_signature_before() {
    let policy = POLICY.replace("roles = [\"preparer\"]", "roles = [\"preparer\", \"approver\"]");
    let mut sample = Sample::new();
    let (statement, key) = (sample.statement("approver"), sample.preparer.clone());
    sample.sign(APPROVER, &statement, &key);
    let (first, second) = (envelope(&sample, PREPARER), envelope(&sample, APPROVER));
    for (seen, unseen) in [
        (vec![], &[PREPARER, APPROVER][..]),
        (vec![first], &[APPROVER]),
        (vec![second], &[PREPARER]),
        (vec![second, first], &[]),
    ] {
        review(&mut sample, LAST, seen, declared());
        let report = judged(&sample, &policy);
        assert_eq!(
            complaints(&report),
            vec![format!("not-countersigned {LAST}"); unseen.len()]
        );
        for (problem, file) in report.problems.iter().zip(unseen) {
            assert!(problem.message.contains(file), "{file}: {}", problem.message);
        }
    }
}

/// Clocks may differ by five minutes.
#[test]
fn nobody_declares_to_have_signed_before_what_they_saw() {
    let told = |time: Timestamp, seen: bool| {
        let mut sample = Sample::new();
        let first = envelope(&sample, PREPARER);
        review(&mut sample, REVIEWER, seen.then_some(first).into_iter().collect(), time);
        let report = judged(&sample, POLICY);
        assert_eq!(complaints(&sample.verify()), complaints_of_time(&report));
        complaints(&report)
    };
    let (tolerated, second) = (SignedDuration::from_mins(5), SignedDuration::from_secs(1));
    assert_eq!(told(declared() + tolerated, true), [""; 0]);
    assert_eq!(told(declared() - tolerated, true), [""; 0]);
    let before = format!("time-before-countersigned {REVIEWER}");
    assert_eq!(told(declared() - tolerated - second, true), [before]);
    // Of two who did not see each other either may be first.
    let blind = format!("not-countersigned {REVIEWER}");
    assert_eq!(told(declared() - tolerated - second, false), [blind]);
}

/// A time that is proven counts before one that is only said.
#[test]
fn nobody_is_stamped_before_what_they_saw() {
    let authority = Authority::new(&Setup::default());
    let minutes = SignedDuration::from_mins;
    let told = |prepared: Timestamp, reviewed: Timestamp, stamped: bool| {
        let ended = now() - minutes(60);
        let mut sample = Sample::with(|_, _, facts| {
            (facts.collection.started, facts.collection.ended) = (ended, ended);
            facts.as_of = ended;
        });
        let statement = Statement {
            declared_time: prepared,
            ..sample.statement("preparer")
        };
        let key = sample.preparer.clone();
        sample.sign(PREPARER, &statement, &key);
        let first = envelope(&sample, PREPARER);
        review(&mut sample, REVIEWER, vec![first], reviewed);
        if stamped {
            let bundle = Bundle::parse(sample.files.bytes(REVIEWER).unwrap()).unwrap();
            let token = authority.stamp(&bundle.signature);
            sample.files.insert(REVIEWER, bundle.with_timestamp(&token).to_bytes());
        }
        let trust = trust(&sample, POLICY).with_tsa_roots(authority.roots.clone());
        complaints(&verify(&sample.files, &Options::default().trust(&trust)))
    };
    let before = format!("time-before-countersigned {REVIEWER}");
    assert_eq!(told(now() + minutes(4), now(), true), [""; 0]);
    assert_eq!(told(now() + minutes(6), now(), true), [before.as_str()]);
    // Whatever the reviewer declares.
    assert_eq!(told(now() + minutes(7), now() + minutes(7), true), [before.as_str()]);
    assert_eq!(told(now() + minutes(7), now() + minutes(7), false), [""; 0]);
    assert_eq!(told(now(), now() - minutes(7), true), [""; 0]);
    assert_eq!(told(now(), now() - minutes(7), false), [before]);
}

/// Nobody signed the numbers of the files: they prove no order.
#[test]
fn another_number_makes_no_reviewer_blind_to_nobody() {
    const FIRST: &str = "signatures/01-reviewer.sigstore.json";
    const SECOND: &str = "signatures/02-preparer.sigstore.json";
    let mut sample = Sample::new();
    review(&mut sample, REVIEWER, vec![], declared());
    for (from, to) in [(REVIEWER, FIRST), (PREPARER, SECOND)] {
        let bundle = sample.files.remove(from).unwrap();
        sample.files.insert(to, bundle);
    }
    let blind = format!("not-countersigned {FIRST}");
    assert_eq!(complaints(&judged(&sample, POLICY)), [blind]);
    // A preparer who saw the review came after it.
    let (seen, key) = (envelope(&sample, FIRST), sample.preparer.clone());
    let statement = Statement {
        countersigns: vec![seen],
        ..sample.statement("preparer")
    };
    sample.sign(SECOND, &statement, &key);
    assert_eq!(complaints(&judged(&sample, POLICY)), [""; 0]);
}

/// Signs as Rita, who has seen these.
fn review(sample: &mut Sample, path: &str, countersigns: Vec<Digest>, declared_time: Timestamp) {
    let statement = Statement {
        meaning: Meaning::Review,
        signer: rita(),
        countersigns,
        declared_time,
        ..sample.statement("reviewer")
    };
    let key = sample.reviewer.clone();
    sample.sign(path, &statement, &key);
}

/// When the preparer says to have signed.
fn declared() -> Timestamp {
    Sample::new().statement("preparer").declared_time
}

fn envelope(sample: &Sample, path: &str) -> Digest {
    Bundle::parse(sample.files.bytes(path).unwrap())
        .unwrap()
        .envelope_digest()
}

/// What is told whoever is trusted.
fn complaints_of_time(report: &Report) -> Vec<String> {
    let mut told = complaints(report);
    told.retain(|complaint| complaint.starts_with("time-"));
    told
}
