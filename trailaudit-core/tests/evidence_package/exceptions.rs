//! What was accepted is sealed with who accepted it, and judged again with the rest.

use trailaudit_core::Baseline;
use trailaudit_core::evidence::{InMemory, Reperformance, extract};
use trailaudit_core::rules::EXCEPTIONS;

use crate::sample::{ACCOUNTS, Sample, complaints};

const ACCEPTED: &str = "[[exceptions]]\nrule = \"trail-logging\"\naccount = \"222233334444\"\nreason = \"moves house\"\n\
    ticket = \"CHG-7\"\nrequested-by = \"ada\"\napproved-by = \"grace\"\nstarts = 2026-01-01\nexpires = 2099-12-31\n";

fn accepted() -> Sample {
    Sample::with(|_, draft, _| draft.baseline = Baseline::from_toml(ACCEPTED).unwrap())
}

fn rows(files: &InMemory) -> String {
    let table = String::from_utf8(files.bytes("findings.csv").unwrap().to_vec()).unwrap();
    let rows = table.lines().filter(|row| row.contains("CHG-7"));
    rows.map(|row| row.split("\",\"").take(5).collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn an_accepted_fail_is_sealed_and_judged_again() {
    let sample = accepted();
    insta::assert_snapshot!(rows(&sample.files), @r#"
    "trail-logging Trail is logging medium excepted 222233334444
    "exceptions-in-force Exceptions are in force and used medium pass 222233334444
    "#);
    let report = sample.verify();
    assert_eq!(complaints(&report), [""; 0]);
    let manifest = sample.manifest();
    assert_eq!(manifest.controls["trail-logging"]["excepted"], 1);
    assert_eq!(manifest.controls[EXCEPTIONS.id]["pass"], 1);
}

#[test]
fn an_acceptance_that_nobody_filed_is_told() {
    let sample = accepted();
    for (file, was, is) in [
        ("baseline.toml", "grace", "ada"),
        ("baseline.toml", "2099-12-31", "2026-01-02"),
        ("baseline.toml", "222233334444", "111122223333"),
        ("findings.json", "moves house", "stays"),
    ] {
        let mut changed = accepted();
        let text = String::from_utf8(changed.files.bytes(file).unwrap().to_vec()).unwrap();
        assert!(text.contains(was));
        changed.reseal(file, text.replace(was, is).into_bytes());
        let report = changed.verify();
        assert!(!report.is_verified(), "{file}: {was} is now {is}");
    }
    assert!(sample.verify().is_verified());
}

/// An extract has the records of the fail, and no baseline: who accepted it is the signer's word.
#[test]
fn an_extract_of_an_accepted_fail_verifies() {
    let sample = accepted();
    for account in ACCOUNTS {
        let mut files = InMemory::default();
        extract(&sample.files, &account.into(), &mut files).unwrap();
        let report = sample.verify_with(&files);
        assert!(report.is_verified(), "{:?}", report.problems);
    }
}

#[test]
fn where_a_rule_was_revised_nobody_can_tell_what_is_accepted() {
    let sample = Sample::with(|_, draft, _| {
        draft.baseline = Baseline::from_toml(ACCEPTED).unwrap();
        draft.rules.truncate(3);
    });
    let fewer = &trailaudit_core::CATALOGUE[1..3];
    let again = Reperformance::by(&sample.provider).with_rules(fewer);
    let trust = sample.trust();
    let options = trailaudit_core::evidence::Options::default()
        .trust(&trust)
        .reperform(again);
    let report = trailaudit_core::evidence::verify(&sample.files, &options);
    assert_eq!(complaints(&report), ["rule-revised catalogue.json"]);
    assert!(report.reperformed.unwrap().revised.contains(&EXCEPTIONS.id.to_owned()));
}
