//! Packages that the binary made, under the eyes of verifiers that others wrote: openssl in the steps of VERIFY.md,
//! securesystemslib, @sigstore/verify and sigstore-verify. Each accepts every signature, with a key in a file or in KMS,
//! as the preparer's or as the reviewer's, and none where a byte of it changed; nor does `trailaudit verify`.
//!
//! `TRAILAUDIT_PYTHON` names a Python that has securesystemslib, `TRAILAUDIT_NODE` a folder that has @sigstore/verify.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../end_to_end/audit.rs"]
#[allow(dead_code)]
mod audit;
#[path = "../../../trailaudit-core/tests/timestamps/authority.rs"]
#[allow(dead_code)]
mod authority;
#[path = "../years_later/authority_online.rs"]
mod authority_online;
mod made;
#[path = "../end_to_end/package.rs"]
#[allow(dead_code)]
mod package;
#[path = "../support/mod.rs"]
mod support;
#[path = "../../../trailaudit-core/oracle/tests/differential/whole_seconds.rs"]
#[allow(dead_code)]
mod whole_seconds;
#[path = "../end_to_end/worlds.rs"]
#[allow(dead_code)]
mod worlds;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rayon::prelude::*;
use serde_json::Value;
use trailaudit_oracle::{Answer, Oracle};

use authority::Setup;
use authority_online::Online;
use made::{Made, SIGNERS, Signer};

/// What becomes of a signature before anybody is asked about it.
#[derive(Clone, Copy, Debug)]
enum Change {
    Nothing,
    Payload,
    Signature,
}

const CHANGES: [Change; 3] = [Change::Nothing, Change::Payload, Change::Signature];

#[test]
fn every_verifier_accepts_what_the_binary_stamped_until_a_byte_changes() {
    // Not every verifier reads parts of seconds.
    let online = Online::new(&whole_seconds::above(&Setup::default()));
    whole_seconds::tell_no_parts(&online.authority);
    let made = Made::new(Some(&online));
    everyone_accepts_until_a_byte_changes(&made, &Oracle::ALL);
}

#[test]
fn every_verifier_that_needs_no_timestamp_accepts_what_the_binary_signed_until_a_byte_changes() {
    let made = Made::new(None);
    let others: Vec<_> = Oracle::ALL
        .into_iter()
        .filter(|oracle| *oracle != Oracle::SigstoreRs)
        .collect();
    everyone_accepts_until_a_byte_changes(&made, &others);
    // This one takes no bundle that has neither a log entry nor a timestamp.
    for signer in &SIGNERS {
        let answer = made.ask(Oracle::SigstoreRs, signer, &made.bundle(signer));
        let Answer::Rejected(why) = answer else {
            panic!("{}: accepted", signer.file);
        };
        assert!(why.contains("timestamp"), "{}: {why}", signer.file);
    }
}

fn everyone_accepts_until_a_byte_changes(made: &Made, oracles: &[Oracle]) {
    let cases: Vec<_> = SIGNERS
        .iter()
        .flat_map(|signer| CHANGES.map(|change| (signer, change, changed(&made.bundle(signer), change))))
        .collect();
    let asked = cases
        .par_iter()
        .flat_map(|case| oracles.par_iter().map(move |oracle| (case, *oracle)));
    let wrong: Vec<_> = asked
        .filter_map(|((signer, change, bundle), oracle)| {
            let answer = made.ask(oracle, signer, bundle);
            let is_wrong = (answer == Answer::Accepted) != matches!(change, Change::Nothing);
            is_wrong.then(|| format!("{}, {change:?}: {} says {answer:?}", signer.file, oracle.name()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (signer, change, bundle) in &cases {
        we_say_the_same(made, signer, *change, bundle);
    }
}

/// What `trailaudit verify` says of the whole package, with this bundle in it.
fn we_say_the_same(made: &Made, signer: &Signer, change: Change, bundle: &str) {
    let (code, report) = made.verify_with(signer, bundle);
    let problems = report["problems"].as_array().unwrap();
    if let Change::Nothing = change {
        assert_eq!((code, problems.len()), (0, 0), "{}: {report:#}", signer.file);
        let signatures = report["signatures"].as_array().unwrap();
        assert_eq!(signatures.len(), SIGNERS.len(), "{report:#}");
        for signature in signatures {
            assert_eq!(signature["trusted"], true, "{report:#}");
            assert_eq!(signature["timestamp"].is_object(), made.is_stamped(), "{report:#}");
        }
        return;
    }
    let names_it = |problem: &Value| problem["code"] == "bad-signature" && problem["file"] == signer.path();
    assert_eq!(code, 5, "{}, {change:?}: {report:#}", signer.file);
    assert!(problems.iter().any(names_it), "{}, {change:?}: {report:#}", signer.file);
}

/// The bundle with one bit of one byte changed, and everything else as it was written.
fn changed(bundle: &str, change: Change) -> String {
    let json: Value = serde_json::from_str(bundle).unwrap();
    let envelope = &json["dsseEnvelope"];
    let before = match change {
        Change::Nothing => return bundle.to_owned(),
        Change::Payload => &envelope["payload"],
        Change::Signature => &envelope["signatures"][0]["sig"],
    };
    let before = before.as_str().unwrap();
    let mut bytes = STANDARD.decode(before).unwrap();
    // Of a payload somewhere inside; of a signature in a number, so that it is still DER.
    let at = match change {
        Change::Payload => bytes.len() / 2,
        _ => bytes.len() - 1,
    };
    bytes[at] ^= 1;
    assert_eq!(bundle.matches(before).count(), 1, "{bundle}");
    bundle.replace(before, &STANDARD.encode(bytes))
}
