//! The next signature on a package.

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use trailaudit_core::evidence::{
    Bundle, Declaration, Meaning, NotSignable, Options, PemSigner, Person, Signable, Signer as _, package,
};

use crate::sample::{PREPARER, REVIEWER, Sample, complaints};

fn declaration(role: &str) -> Declaration {
    Declaration {
        role: role.parse().unwrap(),
        meaning: Meaning::Review,
        signer: Person {
            printed_name: "Grace Hopper".into(),
            id: "grace@example.com".into(),
        },
        time: "2026-11-23T03:00:00Z".parse().unwrap(),
    }
}

fn check(sample: &Sample) -> Result<Signable, NotSignable> {
    Signable::check(&sample.files, &Options::default())
}

/// Signs as the next one; gives where.
fn add(sample: &mut Sample, role: &str, key: &PemSigner) -> Result<String, NotSignable> {
    let signable = check(sample)?;
    let statement = signable.statement(declaration(role), key.public_key(), None)?;
    let path = signable.name(statement.role.clone()).path();
    sample.sign(&path, &statement, key);
    Ok(path)
}

#[test]
fn each_signer_names_every_envelope_before() {
    let mut sample = Sample::new();
    let reviewer = sample.reviewer.clone();
    assert_eq!(add(&mut sample, "reviewer", &reviewer).unwrap(), REVIEWER);
    let approver = PemSigner::generate(&mut StdRng::seed_from_u64(8)).unwrap();
    let third = add(&mut sample, "approver", &approver).unwrap();
    assert_eq!(third, "signatures/03-approver.sigstore.json");

    let report = sample.verify();
    let untrusted = format!("untrusted-key {third}");
    assert_eq!(complaints(&report), [untrusted.as_str()]);
    let envelope = |path: &str| {
        Bundle::parse(sample.files.bytes(path).unwrap())
            .unwrap()
            .envelope_digest()
    };
    let named: Vec<_> = report
        .signatures
        .iter()
        .map(|signature| signature.countersigns.clone())
        .collect();
    let (first, second) = (envelope(PREPARER), envelope(REVIEWER));
    assert_eq!(named, [vec![], vec![first], vec![first, second]]);
    assert_eq!(report.signatures[2].signer, declaration("approver").signer);
}

#[test]
fn a_package_without_a_signature_gets_its_first() {
    let mut sample = Sample::new();
    let preparer = sample.preparer.clone();
    sample.files.remove(PREPARER);
    sample
        .files
        .remove(&package::key_path(&preparer.public_key().fingerprint()));
    assert_eq!(add(&mut sample, "preparer", &preparer).unwrap(), PREPARER);
    assert!(sample.verify().is_verified());
}

#[test]
fn a_key_signs_once() {
    let mut sample = Sample::new();
    let preparer = sample.preparer.clone();
    let key = preparer.public_key().fingerprint();
    let expected = NotSignable::KeyUsed {
        key,
        file: PREPARER.into(),
    };
    assert_eq!(add(&mut sample, "reviewer", &preparer), Err(expected));
}

#[test]
fn what_does_not_hold_is_not_signed() {
    let told = |sample: &Sample| match check(sample) {
        Err(NotSignable::DoesNotHold(problems)) => {
            let codes: Vec<_> = problems.iter().map(|problem| problem.code.as_str()).collect();
            codes.join(" ")
        }
        other => panic!("{other:?}"),
    };
    let mut sample = Sample::new();
    sample.files.bytes_mut("findings.json").unwrap()[0] ^= 1;
    assert_eq!(told(&sample), "changed-file");

    let mut sample = Sample::new();
    sample.files.bytes_mut(PREPARER).unwrap()[10] ^= 1;
    assert_eq!(told(&sample), "unknown-field");

    let mut sample = Sample::new();
    sample
        .files
        .remove(&package::key_path(&sample.preparer.public_key().fingerprint()));
    assert_eq!(told(&sample), "missing-file");

    let mut sample = Sample::new();
    sample.files.remove("manifest.json");
    assert!(told(&sample).contains("missing-file"), "{}", told(&sample));

    let simulated = Sample::with(|_, _, facts| facts.endpoint.simulated = true);
    assert_eq!(told(&simulated), "simulated");
    assert!(Signable::check(&simulated.files, &Options::default().allow_simulated(true)).is_ok());
}

#[test]
fn there_are_ninety_nine_numbers() {
    let mut sample = Sample::new();
    let preparer = sample.preparer.clone();
    let mut random = StdRng::seed_from_u64(9);
    for number in 2..=99 {
        let key = PemSigner::generate(&mut random).unwrap();
        let statement = sample.statement("witness");
        sample.sign(
            &format!("signatures/{number:02}-witness.sigstore.json"),
            &statement,
            &key,
        );
    }
    assert_eq!(add(&mut sample, "witness", &preparer), Err(NotSignable::TooMany));
}
