//! Packages that another version of this program made, by rules of other revisions and with other instructions: the
//! library makes and signs them here, the binary judges them.

use std::fs;
use std::path::Path;
use std::process::Output;

use jiff::Timestamp;
use serde_json::Value;
use trailaudit_aws::{AwsRecords, Folder};
use trailaudit_core::evidence::manifest::Tool;
use trailaudit_core::evidence::package::{MANIFEST, VERIFY_MD, key_path};
use trailaudit_core::evidence::{
    Declaration, Digest, Draft, Manifest, Meaning, Options, PemSigner, Person, Signable, Signer as _, signer,
};
use trailaudit_core::rule::{Check, Exam, Ruling, Wording, pass};
use trailaudit_core::{CATALOGUE, Rule, Trail as Logs, rules};
use trailaudit_sim::Trail;

use crate::audit::Bench;
use crate::package::{Package, copy};
use crate::signed::{NOT_VERIFIED, verification};
use crate::support::{told, trailaudit};
use crate::worlds::{FIRST, HOME, account, sound};

/// Two rules that had other revisions; today's are between them.
const OLDER: &str = "every-region-covered";
const NEWER: &str = "trail-encrypted-with-customer-key";
/// One that fails, and has not changed.
const UNCHANGED: &str = "trail-logging";

/// The records of an Organization in which one trail is stopped, and a key.
struct Records(Bench);

impl Records {
    fn new() -> Self {
        let mut world = sound(&[HOME]);
        let mut stopped = Trail::new("stopped", HOME, Timestamp::now());
        stopped.status.logging = false;
        account(&mut world, FIRST).trails.push(stopped);
        let records = Self(Bench::new(world));
        let mut collect = records.0.command("collect");
        done(&collect.args(["--out", "records"]).output().unwrap(), 0);
        records.run(&["keygen", "--out", "key.pem"], 0);
        records
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &[&str], code: i32) -> String {
        let output = trailaudit(self.path()).args(arguments).output().unwrap();
        done(&output, code);
        String::from_utf8(output.stdout).unwrap()
    }

    /// A package of these records by other rules, signed by Ada after `change` had its way with it.
    fn sealed(&self, name: &str, rules: Vec<&'static Rule>, change: impl FnOnce(&Path)) {
        let package = self.path().join(name);
        copy(&self.path().join("records"), &package);
        let tool = Tool {
            name: "trailaudit".into(),
            version: "0.0.1".into(),
        };
        let draft = Draft {
            rules,
            ..Draft::new(tool)
        };
        draft.seal(&mut Folder::open(&package).unwrap(), &AwsRecords).unwrap();
        change(&package);
        let key = PemSigner::from_pem(&fs::read_to_string(self.path().join("key.pem")).unwrap()).unwrap();
        let options = Options::default().allow_simulated(true).accept_revised(true);
        let signable = Signable::check(&Folder::open(&package).unwrap(), &options).unwrap();
        let declaration = Declaration {
            role: "preparer".parse().unwrap(),
            meaning: Meaning::Authorship,
            signer: Person {
                printed_name: "Ada Lovelace".into(),
                id: "ada".into(),
            },
            time: Timestamp::now(),
        };
        let bundle = signable.name(declaration.role.clone());
        let statement = signable.statement(declaration, key.public_key(), None).unwrap();
        for folder in ["signatures", "keys"] {
            fs::create_dir(package.join(folder)).unwrap();
        }
        fs::write(package.join(bundle.path()), signer::sign(&statement, &key).unwrap()).unwrap();
        let copied = key_path(&key.public_key().fingerprint());
        fs::write(package.join(copied), key.public_key().to_pem()).unwrap();
    }

    /// What who has the key is told, which ends with this code.
    fn verify(&self, package: &str, options: &[&str], code: i32) -> Value {
        let mut verify = trailaudit(self.path());
        verify.args(["verify", package, "--key", "key.pub.pem", "--allow-simulated"]);
        let output = verify.args(["--format", "json"]).args(options).output().unwrap();
        done(&output, code);
        verification(&output)
    }

    fn sha256(&self, file: &str) -> String {
        Digest::of(&fs::read(self.path().join(file)).unwrap()).to_string()
    }
}

fn done(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", told(output));
}

/// `code file` of each.
fn lines(report: &Value, of: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |problem: &Value| [text(&problem["code"]), text(&problem["file"])].join(" ");
    report[of].as_array().unwrap().iter().map(line).collect()
}

fn like(id: &str, revision: u32, check: Check) -> &'static Rule {
    let rule = rules::rule(id).unwrap();
    let Wording {
        title,
        remediation,
        terraform,
    } = rule.aws;
    Box::leak(Box::new(Rule {
        revision,
        check,
        aws: Wording {
            title,
            remediation,
            terraform,
        },
        ..*rule
    }))
}

/// Today's catalogue, but for the two rules, and for what stands in place of another.
fn former_rules(instead: Option<&'static Rule>) -> Vec<&'static Rule> {
    let former = |rule: &&'static Rule| match rule.id {
        OLDER => like(OLDER, rule.revision - 1, rule.check),
        NEWER => like(NEWER, rule.revision + 1, rule.check),
        id => instead.filter(|other| other.id == id).unwrap_or(*rule),
    };
    CATALOGUE.iter().map(former).collect()
}

/// Says what its author would like to hear.
fn flatter(trail: &dyn Logs, exam: &Exam<'_>) -> Ruling {
    exam.read(trail.is_logging())?;
    pass("the trail is logging")
}

#[test]
fn a_package_of_revised_rules_verifies_when_that_is_accepted() {
    let records = Records::new();
    records.sealed("revised", former_rules(None), |_| {});
    let report = records.verify("revised", &[], NOT_VERIFIED);
    assert_eq!(
        lines(&report, "problems"),
        ["rule-revised catalogue.json"; 2],
        "{report:#}"
    );
    let accepted = records.verify("revised", &["--accept-revised"], 0);
    assert_eq!(lines(&accepted, "accepted"), ["rule-revised catalogue.json"; 2]);
    // All that has not changed was judged again, in both cases.
    let rows = Package::at(&records.path().join("revised")).findings;
    let unchanged = rows.iter().filter(|row| row["rule"] != OLDER && row["rule"] != NEWER);
    let unchanged = unchanged.count();
    assert!(0 < unchanged && unchanged < rows.len());
    for report in [report, accepted] {
        assert_eq!(report["reperformance"]["findings"], unchanged, "{report:#}");
        let mut revised = report["reperformance"]["revised"].as_array().unwrap().clone();
        revised.sort_by_key(ToString::to_string);
        assert_eq!(revised, [OLDER, NEWER]);
    }

    let verify = ["verify", "revised", "--key", "key.pub.pem", "--allow-simulated"];
    let text = records.run(&verify, NOT_VERIFIED);
    assert!(
        text.contains("problem      rule-revised: catalogue.json: ") && text.contains(OLDER) && text.contains(NEWER),
        "{text}"
    );
    let text = records.run(&[&verify[..], &["--accept-revised"]].concat(), 0);
    assert!(text.contains("accepted     rule-revised: catalogue.json: "), "{text}");
    let last = text.lines().last().unwrap();
    assert!(
        last.starts_with("VERIFIED ") && last.contains(", not those of "),
        "{text}"
    );
    assert!(last.contains(OLDER) && last.contains(NEWER), "{text}");
}

/// Everything in it agrees: tables, counts, index, digests and signature. Only the records do not.
#[test]
fn a_verdict_by_a_rule_that_did_not_change_is_judged_again_though_others_were_revised() {
    let records = Records::new();
    let forged = like(
        UNCHANGED,
        rules::rule(UNCHANGED).unwrap().revision,
        Check::EachTrail(flatter),
    );
    records.sealed("honest", former_rules(None), |_| {});
    records.sealed("forged", former_rules(Some(forged)), |_| {});
    let fails = |package: &str| {
        let rows = Package::at(&records.path().join(package)).findings;
        let fails = rows.iter().filter(|row| row["rule"] == UNCHANGED);
        fails.filter(|row| row["verdict"] == "fail").count()
    };
    assert_eq!((fails("honest"), fails("forged")), (1, 0));
    records.verify("honest", &["--accept-revised"], 0);
    for options in [&["--accept-revised"][..], &[]] {
        let report = records.verify("forged", options, NOT_VERIFIED);
        let mut problems = lines(&report, "problems");
        problems.retain(|problem| problem != "rule-revised catalogue.json");
        assert_eq!(problems, ["reperformance-differs findings.json"], "{report:#}");
        assert!(report.to_string().contains(UNCHANGED), "{report:#}");
    }
    // Who does not judge again is not told.
    records.verify("forged", &["--no-reperform"], 0);
}

/// The output says which catalogue made it, and which made the package it was made of.
#[test]
fn a_package_of_revised_rules_is_assessed_by_those_of_today() {
    let records = Records::new();
    records.sealed("revised", former_rules(None), |_| {});
    let assess = ["assess", "revised", "--fail-on", "never", "--sign", "file:key.pem"];
    let text = records.run(&[&assess[..], &["--out", "today"]].concat(), 0);
    let (was, is) = (
        records.sha256("revised/catalogue.json"),
        records.sha256("today/catalogue.json"),
    );
    assert_ne!(was, is);
    assert!(
        text.contains(&format!("{is}); judged before by the catalogue {was}")),
        "{text}"
    );
    let json = records.run(&[&assess[..], &["--out", "json", "--summary", "json"]].concat(), 0);
    let summary: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(summary["catalogueSha256"], is);
    assert_eq!(summary["formerCatalogueSha256"], was);
    let report = records.verify("today", &[], 0);
    assert_eq!(report["reperformance"]["revised"], Value::Array(vec![]));
}

/// A later version tells people to check packages in other words: earlier ones stay what they were.
#[test]
fn a_package_with_instructions_of_another_version_is_linked_and_assessed() {
    let records = Records::new();
    records.sealed("earlier", CATALOGUE.to_vec(), |package| {
        let path = package.join(MANIFEST);
        let mut manifest = Manifest::parse(&fs::read(&path).unwrap()).unwrap();
        let words = b"# How this was checked in former days\n";
        fs::write(package.join(VERIFY_MD), words).unwrap();
        let listed = manifest.files.iter_mut().find(|file| file.path == VERIFY_MD).unwrap();
        (listed.size, listed.sha256) = (words.len() as u64, Digest::of(words));
        fs::write(path, manifest.to_bytes().unwrap()).unwrap();
    });
    let report = records.verify("earlier", &[], NOT_VERIFIED);
    assert_eq!(lines(&report, "problems"), ["instructions-revised VERIFY.md"]);
    let report = records.verify("earlier", &["--accept-revised"], 0);
    assert_eq!(lines(&report, "accepted"), ["instructions-revised VERIFY.md"]);

    let sign = ["--fail-on", "never", "--sign", "file:key.pem"];
    records.run(&[&["assess", "earlier", "--out", "again"], &sign[..]].concat(), 0);
    records.verify("again", &[], 0);
    let mut next = records.0.command("audit");
    next.args(["--out", "next", "--previous", "earlier"]).args(sign);
    done(&next.output().unwrap(), 0);
    records.verify("next", &["--chain", "earlier", "--accept-revised"], 0);

    // Whoever signs it has read them.
    records.run(&["keygen", "--out", "rita.pem"], 0);
    let review = [
        "sign",
        "earlier",
        "--key",
        "file:rita.pem",
        "--role",
        "reviewer",
        "--name",
        "Rita Levi",
    ];
    let review = [&review[..], &["--meaning", "review", "--allow-simulated"]].concat();
    let refused = trailaudit(records.0.path()).args(&review).output().unwrap();
    done(&refused, 1);
    assert!(
        told(&refused).contains("--accept-revised signs it all the same"),
        "{}",
        told(&refused)
    );
    records.run(&[&review[..], &["--accept-revised"]].concat(), 0);
}
