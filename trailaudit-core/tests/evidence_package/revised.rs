//! What this version writes in other words than the version that made the package.

use trailaudit_core::CATALOGUE;
use trailaudit_core::evidence::{Options, Reperformance, Report, package, verify};
use trailaudit_core::framework::{DEFAULT_FRAMEWORK, Framework, Selection, framework};

use crate::reperformance::like;
use crate::sample::{Sample, complaints};

#[test]
fn other_instructions_are_told_unless_accepted() {
    let said = |path: &str| format!("instructions-revised {path}");
    for path in [package::VERIFY_MD, package::VERIFY_SH] {
        let mut sample = Sample::new();
        let mut bytes = sample.files.bytes(path).unwrap().to_vec();
        bytes.extend(b"\n# All is well.\n");
        sample.reseal(path, bytes);
        is_told_unless_accepted(&sample, &[said(path)]);
    }
    let mut sample = Sample::new();
    sample.reseal(package::VERIFY_MD, b"All is well.".to_vec());
    sample.reseal(package::VERIFY_SH, b"exit 0\n".to_vec());
    is_told_unless_accepted(&sample, &[said(package::VERIFY_MD), said(package::VERIFY_SH)]);
}

#[test]
fn a_catalogue_in_other_words_is_told_unless_accepted() {
    let told = "catalogue-revised catalogue.json".to_owned();
    let retitled = like(CATALOGUE[0], |rule| rule.title = "It was called this in former days");
    let explained = like(CATALOGUE[1], |rule| rule.rationale = "Because.");
    let repaired = like(CATALOGUE[2], |rule| {
        rule.aws.remediation = "aws s3 rb --force s3://logs";
    });
    for (rules, times) in [
        (vec![retitled, CATALOGUE[1], CATALOGUE[2]], 1),
        (vec![retitled, explained, repaired], 3),
    ] {
        let sample = Sample::with(|_, draft, _| draft.rules = rules);
        let report = is_told_unless_accepted(&sample, &vec![told.clone(); times]);
        // The words do not judge: every finding is assessed again, by this version's rules.
        let done = report.reperformed.unwrap();
        assert_eq!(done.findings, rows(&sample));
        assert_eq!(done.revised, [""; 0]);
    }
}

#[test]
fn a_framework_of_former_days_is_told_unless_accepted() {
    let former = Framework {
        id: "of-former-days".into(),
        ..framework(DEFAULT_FRAMEWORK).unwrap().clone()
    };
    let former = Selection::new(vec![Box::leak(Box::new(former))]);
    let sample = Sample::with(|_, draft, _| draft.selection = former);
    let report = is_told_unless_accepted(&sample, &["catalogue-revised catalogue.json".to_owned()]);
    assert_eq!(report.reperformed.unwrap().findings, rows(&sample));
}

/// These complaints and no other; none when what was revised is accepted. Gives the second report.
fn is_told_unless_accepted(sample: &Sample, expected: &[String]) -> Report {
    let report = sample.verify();
    assert_eq!(complaints(&report), expected);
    assert!(report.accepted.is_empty());
    let trust = sample.trust();
    let again = Reperformance::by(&sample.provider);
    let accepting = Options::default().trust(&trust).reperform(again).accept_revised(true);
    let accepted = verify(&sample.files, &accepting);
    assert!(accepted.is_verified(), "{:?}", accepted.problems);
    assert_eq!(accepted.accepted, report.problems);
    accepted
}

fn rows(sample: &Sample) -> usize {
    let rows: u64 = sample
        .manifest()
        .controls
        .values()
        .flat_map(|verdicts| verdicts.values())
        .sum();
    usize::try_from(rows).unwrap()
}
