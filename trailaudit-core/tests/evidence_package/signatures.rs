//! Damage to signatures and keys.

use ed25519_dalek::Signer as _;
use trailaudit_core::evidence::{
    Algorithm, Bundle, Digest, Options, PublicKey, Signer, Statement, Trust, package, verify,
};

use crate::sample::{PREPARER, REVIEWER, Sample, complaints};

#[test]
fn trust_comes_from_the_verifier_alone() {
    let sample = Sample::reviewed();
    let report = verify(&sample.files, &Options::default());
    assert_eq!(complaints(&report), ["no-trust -"]);
    assert!(report.signatures.iter().all(|signature| !signature.trusted));
    let trust = Trust::in_keys([sample.reviewer.public_key().clone()]);
    let report = verify(&sample.files, &Options::default().trust(&trust));
    assert_eq!(
        complaints(&report),
        [&format!("untrusted-key {PREPARER}"), "missing-role -"]
    );
    assert_eq!(report.signatures.len(), 2);
}

#[test]
fn a_signature_must_be_about_this_package_in_its_role_and_place() {
    let told = |change: &dyn Fn(&mut Statement)| {
        let mut sample = Sample::new();
        let mut statement = sample.statement("preparer");
        change(&mut statement);
        let key = sample.preparer.clone();
        sample.sign(PREPARER, &statement, &key);
        complaints(&sample.verify())
    };
    let another = [
        format!("statement-about-another-package {PREPARER}"),
        "changed-file manifest.json".into(),
        "missing-role -".into(),
    ];
    assert_eq!(told(&|statement| statement.manifest = Digest::of(b"")), another);
    assert_eq!(told(&|statement| statement.package_id = Digest::of(b"")), another);
    let other_role = [format!("role-mismatch {PREPARER}"), "missing-role -".into()];
    assert_eq!(
        told(&|statement| statement.role = "approver".parse().unwrap()),
        other_role
    );
    let unknown = [format!("unknown-countersigned {PREPARER}")];
    assert_eq!(
        told(&|statement| statement.countersigns = vec![Digest::of(b"")]),
        unknown
    );

    let mut sample = Sample::reviewed();
    sample.files.remove(PREPARER);
    let told = complaints(&sample.verify());
    let key = package::key_path(&sample.preparer.public_key().fingerprint());
    let expected = [
        format!("signature-sequence {REVIEWER}"),
        format!("unknown-countersigned {REVIEWER}"),
        format!("extra-file {key}"),
        "missing-role -".into(),
    ];
    assert_eq!(told, expected);
}

/// A bundle whose signature is another key's, or whose key copy is exchanged for one that fits.
#[test]
fn a_forged_signature_is_told() {
    let mut sample = Sample::new();
    let mut bundle = Bundle::parse(sample.files.bytes(PREPARER).unwrap()).unwrap();
    bundle.signature = sample.reviewer.sign(&bundle.message()).unwrap();
    sample.files.insert(PREPARER, bundle.to_bytes());
    assert_eq!(
        complaints(&sample.verify()),
        [&format!("bad-signature {PREPARER}"), "missing-role -"]
    );

    let mut sample = Sample::new();
    let key = package::key_path(&sample.preparer.public_key().fingerprint());
    sample.files.insert(key.clone(), sample.reviewer.public_key().to_pem());
    assert_eq!(complaints(&sample.verify()), [format!("malformed-key {key}")]);

    let mut sample = Sample::new();
    let bundle = Bundle::parse(sample.files.bytes(PREPARER).unwrap()).unwrap();
    let payload = String::from_utf8(bundle.payload.clone()).unwrap();
    for (from, to, code) in [
        ("\"packageId\"", "\"more\":\"x\",\"packageId\"", "unknown-field"),
        (
            "\"role\":\"preparer\"",
            "\"role\":\"preparer\",\"role\":\"preparer\"",
            "duplicate-key",
        ),
        ("\"role\":", "\"role\": ", "malformed-statement"),
        (
            "https://in-toto.io/Statement/v1",
            "https://in-toto.io/Statement/v0.1",
            "malformed-statement",
        ),
        ("manifest.json", "other.json", "malformed-statement"),
        ("Ada Lovelace", "", "malformed-statement"),
    ] {
        let payload = payload.replacen(from, to, 1).into_bytes();
        let mut forged = Bundle {
            payload,
            ..bundle.clone()
        };
        forged.signature = sample.preparer.sign(&forged.message()).unwrap();
        sample.files.insert(PREPARER, forged.to_bytes());
        assert_eq!(
            complaints(&sample.verify()),
            [&format!("{code} {PREPARER}"), "missing-role -"],
            "{to}"
        );
    }
}

/// Whatever signed, the statement says how: no signer of ours writes another algorithm into it, so these are made by hand.
#[test]
fn a_statement_names_the_algorithm_of_its_key() {
    let sample = Sample::new();
    let (p256, ed25519) = (&sample.preparer, ed25519_dalek::SigningKey::from_bytes(&[7; 32]));
    // RFC 8410: what stands before the key's 32 bytes.
    let spki = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
    let ed25519_public = PublicKey::from_spki(&[&spki[..], ed25519.verifying_key().as_bytes()].concat()).unwrap();
    let by_p256 = |message: &[u8]| p256.sign(message).unwrap();
    let by_ed25519 = |message: &[u8]| ed25519.sign(message).to_bytes().to_vec();
    let check = |key: &PublicKey, sign: &dyn Fn(&[u8]) -> Vec<u8>| {
        for says in Algorithm::ALL {
            let statement = Statement {
                algorithm: says,
                ..sample.statement("preparer")
            };
            let mut bundle = Bundle {
                payload: statement.to_bytes().unwrap(),
                signature: Vec::new(),
                key: key.fingerprint(),
                timestamp: None,
            };
            bundle.signature = sign(&bundle.message());
            let mut files = sample.files.clone();
            files.remove(&package::key_path(&p256.public_key().fingerprint()));
            files.insert(package::key_path(&bundle.key), key.to_pem());
            files.insert(PREPARER, bundle.to_bytes());
            let trust = Trust::in_keys([key.clone()]);
            let report = verify(&files, &Options::default().trust(&trust));
            let expected = (says != key.algorithm()).then(|| format!("algorithm-mismatch {PREPARER}"));
            assert_eq!(
                complaints(&report),
                Vec::from_iter(expected),
                "{says:?} by {:?}",
                key.algorithm()
            );
        }
    };
    check(p256.public_key(), &by_p256);
    check(&ed25519_public, &by_ed25519);
}

/// Also with other bytes: of one ECDSA signature anybody can make a second one, which verifies as well.
#[test]
fn the_same_signature_does_not_count_twice() {
    let again = "signatures/02-preparer.sigstore.json";
    let mut sample = Sample::new();
    let bundle = Bundle::parse(sample.files.bytes(PREPARER).unwrap()).unwrap();
    let mut other = bundle.clone();
    let signature = p256::ecdsa::Signature::from_der(&bundle.signature).unwrap();
    let (r, s) = signature.split_scalars();
    let mirrored = p256::ecdsa::Signature::from_scalars(r, -s).unwrap();
    other.signature = mirrored.to_der().as_bytes().to_vec();
    assert_ne!(other, bundle);
    for bundle in [bundle, other] {
        sample.files.insert(again, bundle.to_bytes());
        assert_eq!(complaints(&sample.verify()), [format!("repeated-signature {again}")]);
    }
}
