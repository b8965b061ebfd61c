//! The records judged again.

use std::io::{self, Write};

use trailaudit_core::assessment::Totals;
use trailaudit_core::evidence::manifest::Tool;
use trailaudit_core::evidence::records::{self, Header};
use trailaudit_core::evidence::report::{About, Contents, FullPage, OpenReport, ReportWriter};
use trailaudit_core::evidence::verify::Page;
use trailaudit_core::evidence::{Files, Options, Reperformance, verify};
use trailaudit_core::finding::Finding;
use trailaudit_core::rule::{Check, Wording};
use trailaudit_core::{CATALOGUE, Rule};

use crate::provider::{account_file, rule, salt};
use crate::sample::{ACCOUNTS, Sample, complaints, tool};

/// Records other than those that were judged, signed all the same.
#[test]
fn findings_the_records_do_not_give_are_told() {
    let path = "accounts/222233334444.jsonl.gz";
    let mut sample = Sample::new();
    sample.reseal(path, account_file(ACCOUNTS[1], 1, true));
    let report = sample.verify();
    assert!(
        complaints(&report)
            .iter()
            .all(|told| told.starts_with("reperformance-differs "))
    );
    let told = report
        .problems
        .iter()
        .map(|problem| &problem.message)
        .collect::<Vec<_>>();
    assert!(
        told.iter()
            .any(|told| told.contains("another judgement than \"fail\" of trail-logging")),
        "{told:?}"
    );

    let mut sample = Sample::new();
    let header = Header::of_account(ACCOUNTS[1].into(), salt(1)).to_line().unwrap();
    sample.reseal(path, records::write([header]).unwrap());
    assert_eq!(complaints(&sample.verify()), ["not-reperformed -"]);
}

/// A row left out, and the counts made to fit.
#[test]
fn a_finding_that_was_left_out_is_told() {
    let mut sample = Sample::with(|_, draft, _| draft.rules = vec![rule()]);
    let cut = |text: &[u8], line: &str, end: &str| {
        let text = String::from_utf8(text.to_vec()).unwrap();
        let kept: Vec<_> = text.split_inclusive(end).filter(|l| !l.contains(line)).collect();
        kept.concat().into_bytes()
    };
    for (path, end) in [("findings.csv", "\r\n"), ("findings.json", "\n")] {
        let bytes = cut(sample.files.bytes(path).unwrap(), "trail-of-222233334444", end);
        sample.reseal(path, bytes);
    }
    let told = complaints(&sample.verify());
    assert!(
        told.contains(&"reperformance-differs findings.json".to_owned()),
        "{told:?}"
    );
    assert!(told.contains(&"counts findings.csv".to_owned()), "{told:?}");
    assert!(
        told.contains(&"account-findings accounts/index.jsonl".to_owned()),
        "{told:?}"
    );
}

/// A package outlives the rules it was judged by: what has not changed is judged again, what has is told.
#[test]
fn a_package_of_another_revision_is_verified_as_far_as_it_goes() {
    let first = CATALOGUE[0];
    let older = like(first, |rule| rule.revision -= 1);
    let newer = like(CATALOGUE[1], |rule| rule.revision += 1);
    let former = like(first, |rule| rule.id = "a-rule-of-former-days");
    let sample = Sample::with(|_, draft, _| draft.rules = [&[older, newer, former], &CATALOGUE[2..]].concat());
    let report = sample.verify();
    assert_eq!(complaints(&report), ["rule-revised catalogue.json"; 3]);
    let done = report.reperformed.unwrap();
    assert_eq!(done.revised, [older.id, newer.id, former.id]);
    assert!(done.findings > 0);

    let trust = sample.trust();
    let again = Reperformance::by(&sample.provider);
    let accepting = Options::default().trust(&trust).accept_revised(true);
    let report = verify(&sample.files, &accepting.reperform(again));
    assert!(report.is_verified(), "{:?}", report.problems);
    assert_eq!(report.accepted.len(), 3);

    // Whoever has the rules of those days, or rules of their own, judges by them.
    let rules = [&[older, newer, former], &CATALOGUE[2..]].concat();
    let own = Options::default().trust(&trust).reperform(again.with_rules(&rules));
    assert!(verify(&sample.files, &own).is_verified());

    // What has not changed is judged again all the same.
    let mut sample = sample;
    sample.reseal("accounts/222233334444.jsonl.gz", account_file(ACCOUNTS[1], 1, true));
    let again = Reperformance::by(&sample.provider);
    let accepting = Options::default().trust(&trust).accept_revised(true).reperform(again);
    let told = complaints(&verify(&sample.files, &accepting));
    assert!(
        told.contains(&"reperformance-differs findings.json".to_owned()),
        "{told:?}"
    );
}

/// The page for people is written again by whoever has its writer and is of the version that wrote it.
#[test]
fn a_page_that_says_what_the_findings_do_not_is_told() {
    fn page(contents: &Contents<'_>, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{} findings", contents.totals.findings())
    }
    let mut sample = Sample::with(|_, draft, _| draft.report = Some(&page));
    let (own, other) = (tool("0.1.0"), tool("0.2.0"));
    let read = |sample: &Sample, tool: &Tool| {
        let trust = sample.trust();
        let again = Reperformance::by(&sample.provider).with_report(tool, &page);
        let report = verify(&sample.files, &Options::default().trust(&trust).reperform(again));
        (complaints(&report), report.reperformed.unwrap().page)
    };
    assert_eq!(read(&sample, &own), (vec![], Page::Same));
    assert_eq!(sample.verify().reperformed.unwrap().page, Page::Attested);
    sample.reseal("report.html", b"All is well.".to_vec());
    let told = vec!["report-differs report.html".to_owned()];
    assert_eq!(read(&sample, &own), (told, Page::Different));
    assert_eq!(read(&sample, &other), (vec![], Page::Attested));
}

/// A page is shown every finding once, in the order of the tables: when it is made, when it is verified, and when the
/// tables are not what they should be.
#[test]
fn a_page_is_shown_every_finding() {
    let page = PageOfReasons;
    let mut sample = Sample::with(|_, draft, _| draft.report = Some(&PageOfReasons));
    let written = String::from_utf8(sample.files.bytes("report.html").unwrap().to_vec()).unwrap();
    let csv = csv::Reader::from_reader(sample.files.bytes("findings.csv").unwrap()).into_records();
    let rows: Vec<_> = csv
        .map(|row| format!("{}: {}", &row.as_ref().unwrap()[4], &row.as_ref().unwrap()[11]))
        .collect();
    assert_eq!(written.lines().collect::<Vec<_>>(), rows);

    let own = tool("0.1.0");
    let read = |sample: &Sample| {
        let trust = sample.trust();
        let again = Reperformance::by(&sample.provider).with_report(&own, &page);
        let report = verify(&sample.files, &Options::default().trust(&trust).reperform(again));
        (complaints(&report), report.reperformed.unwrap().page)
    };
    assert_eq!(read(&sample), (vec![], Page::Same));
    assert_eq!(sample.files.bytes("report/0.html").unwrap(), b"this is report/0.html\n");
    assert!(rows[1].ends_with(std::str::from_utf8(sample.files.bytes("report/full-1.html").unwrap()).unwrap()));
    for page in ["report/0.html", "report/full-1.html"] {
        let mut other_page = Sample::with(|_, draft, _| draft.report = Some(&PageOfReasons));
        other_page.reseal(page, b"All is well.".to_vec());
        let told = vec![format!("report-differs {page}")];
        assert_eq!(read(&other_page), (told, Page::Different));
    }
    // One row says something else: the page is still the one of what the records give.
    let other = String::from_utf8(sample.files.bytes("findings.json").unwrap().to_vec()).unwrap();
    sample.reseal("findings.json", other.replacen("\"pass\"", "\"fail\"", 1).into_bytes());
    let (told, page) = read(&sample);
    assert!(
        told.contains(&"reperformance-differs findings.json".to_owned()),
        "{told:?}"
    );
    assert_eq!(page, Page::Same);
}

struct PageOfReasons;

impl ReportWriter for PageOfReasons {
    fn begin<'a>(&'a self, _: About<'a>) -> Box<dyn OpenReport + 'a> {
        Box::new(Reasons(Vec::new()))
    }
}

struct Reasons(Vec<String>);

impl OpenReport for Reasons {
    fn show(&mut self, findings: &[Finding]) -> io::Result<Vec<FullPage>> {
        let lines = findings
            .iter()
            .map(|finding| format!("{}: {}", finding.account, finding.reason));
        let full = (self.0.len()..).zip(findings).map(|(place, finding)| FullPage {
            path: format!("report/full-{place}.html"),
            bytes: finding.reason.clone().into_bytes(),
        });
        let full = full.collect();
        self.0.extend(lines);
        Ok(full)
    }

    fn finish(&mut self, _: &Totals, records: &dyn Files) -> io::Result<Vec<String>> {
        records.open("organization.jsonl.gz")?;
        Ok((0..self.0.len()).map(|i| format!("report/{i}.html")).collect())
    }

    fn write(&self, totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
        assert_eq!(self.0.len(), totals.findings());
        self.0.iter().try_for_each(|line| writeln!(out, "{line}"))
    }

    fn write_page(&self, _: &Totals, path: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "this is {path}")
    }
}

/// The same rule after `change` had its way with it.
pub fn like(rule: &Rule, change: impl FnOnce(&mut Rule)) -> &'static Rule {
    let check = match rule.check {
        Check::EachTrail(check) => Check::EachTrail(check),
        Check::EachAccount(check) => Check::EachAccount(check),
        _ => panic!("{} is asked of something else", rule.id),
    };
    let mut other = Rule {
        id: rule.id,
        revision: rule.revision,
        title: rule.title,
        rationale: rule.rationale,
        aws: Wording {
            title: rule.aws.title,
            remediation: rule.aws.remediation,
            terraform: rule.aws.terraform,
        },
        needs: rule.needs,
        check,
    };
    change(&mut other);
    Box::leak(Box::new(other))
}
