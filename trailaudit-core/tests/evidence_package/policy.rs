//! What the verifier's policy makes of signatures that are genuine.

use std::io;

use trailaudit_core::evidence::{
    Bundle, Meaning, Options, PemSigner, Person, Report, Signer, Statement, Trust, verify,
};

use crate::sample::{PREPARER, REVIEWER, Sample, complaints};

const APPROVER: &str = "signatures/03-approver.sigstore.json";

/// Ada prepares and Rita reviews: what the tests vary.
pub const POLICY: &str = r#"format = "trailaudit.trust/v1"
require = ["preparer"]
independent = ["reviewer"]

[[signer]]
name = "Ada Lovelace"
id = "ada@example.com"
roles = ["preparer"]
key-file = "preparer"

[[signer]]
name = "Rita Levi"
id = "rita@example.com"
roles = ["reviewer", "approver"]
key-file = "reviewer"
"#;

#[test]
fn a_policy_that_fits_finds_nothing() {
    let sample = reviewed();
    let report = judged(&sample, POLICY);
    assert_eq!(complaints(&report), [""; 0]);
    let people: Vec<_> = report
        .signatures
        .iter()
        .map(|signature| signature.trusted_as.clone().unwrap())
        .collect();
    assert_eq!(people, [ada(), rita()]);
    assert!(
        report
            .signatures
            .iter()
            .all(|signature| signature.trusted && signature.time.is_none())
    );
}

/// Each row changes the policy that fits in one way.
#[test]
fn every_demand_of_the_policy_has_its_own_code() {
    let sample = reviewed();
    let in_adas = |line: &str| POLICY.replacen("roles = [\"preparer\"]", &format!("roles = [\"preparer\"]\n{line}"), 1);
    let failed = |code: &str| vec![format!("{code} {PREPARER}"), "missing-role -".to_owned()];
    let reviewer_failed = |code: &str| vec![format!("{code} {REVIEWER}")];
    for (policy, expected) in [
        (
            POLICY.replace("\"reviewer\", \"approver\"", "\"approver\""),
            reviewer_failed("key-not-trusted-for-role"),
        ),
        (POLICY.replace("Ada Lovelace", "Ada King"), failed("another-person")),
        (POLICY.replace("ada@", "ada.k@"), failed("another-person")),
        (in_adas("algorithm = \"ed25519\""), failed("key-type")),
        (in_adas("algorithm = \"ecdsa-p256-sha256\""), Vec::new()),
        (
            in_adas("not-before = 2026-11-22T03:00:01Z"),
            failed("key-not-valid-then"),
        ),
        (in_adas("not-before = \"2026-11-22T03:00:00Z\""), Vec::new()),
        (
            in_adas("not-after = 2026-11-22T02:59:59Z"),
            failed("key-not-valid-then"),
        ),
        (in_adas("not-after = \"2026-11-22T04:00:00+01:00\""), Vec::new()),
        // Whatever it declares, nothing proves that it was made before.
        (in_adas("revoked = 2030-01-01T00:00:00Z"), failed("key-revoked")),
        (
            POLICY.replace("[\"preparer\"]\nindep", "[\"preparer\", \"approver\"]\nindep"),
            vec!["missing-role -".into()],
        ),
        (
            format!("require-timestamp = true\n{POLICY}"),
            vec![
                format!("missing-timestamp {PREPARER}"),
                format!("missing-timestamp {REVIEWER}"),
                "missing-role -".into(),
            ],
        ),
        (
            POLICY.split("\n[[signer]]\nname = \"Rita").next().unwrap().to_owned(),
            vec![format!("untrusted-key {REVIEWER}")],
        ),
        // Several at once, all told.
        (
            in_adas("algorithm = \"ed25519\"\nnot-after = 2020-01-01T00:00:00Z\nrevoked = 2020-01-01T00:00:00Z")
                .replace("Ada Lovelace", "Ada King"),
            ["another-person", "key-type", "key-not-valid-then", "key-revoked"]
                .map(|code| format!("{code} {PREPARER}"))
                .into_iter()
                .chain(["missing-role -".to_owned()])
                .collect(),
        ),
    ] {
        let report = judged(&sample, &policy);
        assert_eq!(complaints(&report), expected, "{policy}");
        for signature in &report.signatures {
            let accused = expected.iter().any(|complaint| complaint.ends_with(&signature.file));
            assert_eq!(signature.trusted, !accused, "{policy}");
        }
    }
}

#[test]
fn an_independent_role_needs_another_person_with_another_key() {
    let policy = POLICY.replace(
        "roles = [\"preparer\"]",
        "roles = [\"preparer\", \"reviewer\", \"approver\"]",
    );
    // With the same key, and so the same person.
    let mut sample = Sample::new();
    let key = sample.preparer.clone();
    add(&mut sample, REVIEWER, &ada(), &key);
    let both = [format!("same-key {REVIEWER}"), format!("same-person {REVIEWER}")];
    assert_eq!(complaints(&judged(&sample, &policy)), both);
    // The other way round nothing is demanded: whoever reviews may not prepare, but an approver may be anyone.
    let mut sample = reviewed();
    add(&mut sample, APPROVER, &ada(), &key);
    assert_eq!(complaints(&judged(&sample, &policy)), [""; 0]);
    // With a second key of the same person.
    let own_two = policy.replace("Rita Levi", "Ada Lovelace").replace("rita@", "ada@");
    let mut sample = Sample::new();
    let key = sample.reviewer.clone();
    add(&mut sample, REVIEWER, &ada(), &key);
    let report = judged(&sample, &own_two);
    assert_eq!(complaints(&report), [format!("same-person {REVIEWER}")]);
    assert!(report.signatures[0].trusted && !report.signatures[1].trusted);
    // One that does not count does not fill the role either.
    let required = own_two.replace("require = [\"preparer\"]", "require = [\"preparer\", \"reviewer\"]");
    assert_eq!(
        complaints(&judged(&sample, &required)),
        [format!("same-person {REVIEWER}"), "missing-role -".into()]
    );
    // An address is one in any case, and whoever signs for another with an own key is found out as well.
    let upper = policy
        .replace("rita@example.com", "ADA@example.com")
        .replace("Rita Levi", "Ada L");
    let mut sample = Sample::new();
    let person = Person {
        printed_name: "Ada L".into(),
        id: "ADA@example.com".into(),
    };
    add(&mut sample, REVIEWER, &person, &key);
    assert_eq!(
        complaints(&judged(&sample, &upper)),
        [format!("same-person {REVIEWER}")]
    );
}

#[test]
fn keys_alone_are_trusted_in_any_role() {
    let sample = reviewed();
    let report = verify(&sample.files, &Options::default().trust(&sample.trust()));
    assert_eq!(complaints(&report), [""; 0]);
    assert!(
        report
            .signatures
            .iter()
            .all(|signature| signature.trusted && signature.trusted_as.is_none())
    );
    // No key at all is no trust.
    let report = verify(&sample.files, &Options::default().trust(&Trust::in_keys([])));
    assert_eq!(complaints(&report), ["no-trust -"]);
}

#[test]
fn a_signature_is_not_older_than_what_it_signs() {
    let told = |time: &str| {
        let mut sample = Sample::new();
        let statement = Statement {
            declared_time: time.parse().unwrap(),
            ..sample.statement("preparer")
        };
        let key = sample.preparer.clone();
        sample.sign(PREPARER, &statement, &key);
        complaints(&sample.verify())
    };
    // The collection ended at ten past one; clocks may differ by five minutes.
    assert_eq!(told("2026-11-22T01:05:00Z"), [""; 0]);
    let before = [format!("declared-time-before-collection {PREPARER}")];
    assert_eq!(told("2026-11-22T01:04:59Z"), before);
    assert_eq!(told("1970-01-01T00:00:00Z"), before);
    assert_eq!(told("9999-01-01T00:00:00Z"), [""; 0]);
}

pub fn reviewed() -> Sample {
    let mut sample = Sample::new();
    let key = sample.reviewer.clone();
    add(&mut sample, REVIEWER, &rita(), &key);
    sample
}

/// Adds a signature that countersigns the preparer's, in the role its path names.
fn add(sample: &mut Sample, path: &str, person: &Person, key: &PemSigner) {
    // As `sign` does: with everything in view that is there.
    let before = [PREPARER, REVIEWER].into_iter().filter(|before| *before < path);
    let before = before.filter_map(|before| sample.files.bytes(before));
    let countersigns = before.map(|bundle| Bundle::parse(bundle).unwrap().envelope_digest());
    let countersigns = countersigns.collect();
    let role = path
        .trim_start_matches("signatures/")
        .get(3..)
        .unwrap()
        .split('.')
        .next()
        .unwrap();
    let statement = Statement {
        meaning: Meaning::Review,
        countersigns,
        signer: person.clone(),
        ..sample.statement(role)
    };
    sample.sign(path, &statement, key);
}

pub fn judged(sample: &Sample, policy: &str) -> Report {
    verify(&sample.files, &Options::default().trust(&trust(sample, policy)))
}

pub fn trust(sample: &Sample, policy: &str) -> Trust {
    let mut read = |name: &str| match name {
        "preparer" => Ok(sample.preparer.public_key().to_pem().to_owned()),
        "reviewer" => Ok(sample.reviewer.public_key().to_pem().to_owned()),
        _ => Err(io::Error::from(io::ErrorKind::NotFound)),
    };
    Trust::from_toml(policy, &mut read).unwrap()
}

fn ada() -> Person {
    Person {
        printed_name: "Ada Lovelace".into(),
        id: "ada@example.com".into(),
    }
}

pub fn rita() -> Person {
    Person {
        printed_name: "Rita Levi".into(),
        id: "rita@example.com".into(),
    }
}
