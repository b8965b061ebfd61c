//! `trailaudit verify --chain`: signed quarters that hang together, and each way in which they do not.

use std::fs;
use std::path::Path;
use std::process::Output;

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::audit::Bench;
use crate::package::copy;
use crate::signed::{NOT_VERIFIED, verification};
use crate::support::{told, trailaudit};
use crate::worlds::{HOME, sound};

const KEY: [&str; 3] = ["--key", "key.pub.pem", "--allow-simulated"];

/// Quarters of one Organization in one directory, signed with one key, and another key that signs nothing yet.
struct Quarters(Bench);

impl Quarters {
    fn new() -> Self {
        let quarters = Self(Bench::new(sound(&[HOME])));
        for key in ["key.pem", "other.pem"] {
            quarters.run(&["keygen", "--out", key]);
        }
        quarters
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &[&str]) {
        done(&trailaudit(self.path()).args(arguments).output().unwrap());
    }

    fn audit(&self, out: &str, options: &[&str]) {
        self.audit_of(&self.0, out, options);
    }

    /// Another Organization's package may lie among them.
    fn audit_of(&self, bench: &Bench, out: &str, options: &[&str]) {
        let mut audit = bench.command("audit");
        audit.current_dir(self.path()).args(["--out", out]).args(options);
        done(
            &audit
                .args(["--fail-on", "never", "--sign", "file:key.pem"])
                .output()
                .unwrap(),
        );
    }

    /// Who has the key verifies a package behind others.
    fn verify(&self, newest: &str, earlier: &[&str], options: &[&str]) -> Output {
        let chain = earlier.iter().flat_map(|path| ["--chain", path]);
        let mut verify = trailaudit(self.path());
        verify.args(["verify", newest]).args(chain).args(KEY).args(options);
        verify.output().unwrap()
    }

    /// The exit code and what is wrong, as `code file`.
    fn verdict(&self, newest: &str, earlier: &[&str]) -> (i32, Vec<String>) {
        let output = self.verify(newest, earlier, &["--format", "json"]);
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let line = |problem: &Value| [text(&problem["code"]), text(&problem["file"])].join(" ");
        let report = verification(&output);
        let problems = report["problems"].as_array().unwrap();
        (output.status.code().unwrap(), problems.iter().map(line).collect())
    }
}

fn done(output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{}", told(output));
}

#[test]
fn a_sound_chain_verifies_in_any_order_and_in_archives() {
    let quarters = Quarters::new();
    quarters.audit("q1", &["--zip"]);
    quarters.audit("q2", &["--previous", "q1.zip"]);
    quarters.audit("q3", &["--previous", "q2", "--zip"]);
    for earlier in [["q1", "q2"], ["q2", "q1"], ["q1.zip", "q2"]] {
        assert_eq!(quarters.verdict("q3", &earlier), (0, vec![]), "{earlier:?}");
    }
    // The archive alone will do.
    fs::remove_dir_all(quarters.path().join("q1")).unwrap();
    assert_eq!(quarters.verdict("q2", &["q1.zip"]), (0, vec![]));
    let output = quarters.verify("q3.zip", &["q2", "q1.zip"], &["--format", "json"]);
    let chain = &verification(&output)["chain"];
    assert_eq!(chain["fromGenesis"], true);
    let links = chain["links"].as_array().unwrap().iter();
    let links: Vec<_> = links.map(|link| json!([link["sequence"], link["name"]])).collect();
    assert_eq!(
        links,
        [json!([0, "q1.zip"]), json!([1, "q2"]), json!([2, "q3.zip"])],
        "{chain:#}"
    );
    let output = quarters.verify("q3", &["q2", "q1.zip"], &[]);
    done(&output);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("chain        3 packages, from its genesis\n"), "{text}");
    assert!(text.contains("\nVERIFIED "), "{text}");
}

#[test]
fn each_fault_of_a_chain_is_refused_by_its_own_code() {
    let quarters = Quarters::new();
    quarters.audit("q1", &[]);
    quarters.audit("q2", &["--previous", "q1"]);
    quarters.audit("q3", &["--previous", "q2"]);
    quarters.audit("fork", &["--previous", "q1"]);
    quarters.audit("reset", &[]);
    let before = (jiff::Timestamp::now() - SignedDuration::from_hours(24 * 90)).to_string();
    quarters.audit("back", &["--previous", "q2", "--as-of", &before]);
    let again = ["assess", "q1", "--out", "again", "--retain-until", "2040-01-01"];
    quarters.run(&[&again[..], &["--sign", "file:key.pem"]].concat());
    let mut world = sound(&[HOME]);
    world.organization.id = "o-anotherorg".into();
    quarters.audit_of(&Bench::new(world), "foreign", &[]);

    let table: [(&str, &str, &[&str], &str); 8] = [
        ("one is missing", "q3", &["q1"], "chain-gap q3"),
        ("two come after one", "fork", &["q1", "q2"], "chain-fork fork"),
        ("it begins twice", "reset", &["q1", "q2"], "chain-reset reset"),
        ("the last is given as earlier", "q2", &["q1", "q3"], "chain-reorder q3"),
        ("time goes back", "back", &["q1", "q2"], "chain-time-reversal back"),
        ("an earlier one was sealed again", "q2", &["again"], "chain-broken q2"),
        (
            "an earlier one is of others",
            "q2",
            &["q1", "foreign"],
            "chain-another-organization foreign",
        ),
        ("all of it but one", "q3", &["q2", "q1", "fork"], "chain-fork q2"),
    ];
    for (what, newest, earlier, expected) in table {
        assert_eq!(
            quarters.verdict(newest, earlier),
            (NOT_VERIFIED, vec![expected.to_owned()]),
            "{what}"
        );
        let output = quarters.verify(newest, earlier, &[]);
        assert_eq!(output.status.code(), Some(NOT_VERIFIED), "{what}: {}", told(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        let (code, name) = expected.split_once(' ').unwrap();
        assert!(
            text.contains(&format!("problem      {code}: {name}: ")),
            "{what}: {text}"
        );
        assert!(text.ends_with("NOT VERIFIED 1 problem\n"), "{what}: {text}");
    }
}

/// A chain is no better than the worst of its packages.
#[test]
fn every_earlier_package_must_verify_itself() {
    let quarters = Quarters::new();
    quarters.audit("q1", &[]);
    quarters.audit("q2", &["--previous", "q1"]);
    let path = quarters.path();
    let copied = |name: &str| {
        copy(&path.join("q1"), &path.join(name));
        path.join(name)
    };
    let findings = copied("changed").join("findings.csv");
    let text = fs::read_to_string(&findings).unwrap();
    fs::write(&findings, text.replacen("\"pass\"", "\"fail\"", 1)).unwrap();
    fs::remove_file(copied("lacking").join("coverage.csv")).unwrap();
    let strange = copied("strange");
    let unsigned = copied("unsigned");
    for package in [&strange, &unsigned] {
        fs::remove_dir_all(package.join("signatures")).unwrap();
        fs::remove_dir_all(package.join("keys")).unwrap();
    }
    let sign = ["sign", "strange", "--key", "file:other.pem", "--role", "preparer"];
    let person = ["--meaning", "authorship", "--name", "Mallory", "--allow-simulated"];
    quarters.run(&[&sign[..], &person].concat());

    for (earlier, expected) in [
        ("changed", &["changed-file changed: findings.csv"][..]),
        ("lacking", &["missing-file lacking: coverage.csv"]),
        (
            "strange",
            &["untrusted-key strange: signatures/01-preparer.sigstore.json"],
        ),
        ("unsigned", &["no-signature unsigned"]),
        ("q1", &[]),
    ] {
        let code = if expected.is_empty() { 0 } else { NOT_VERIFIED };
        let expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(quarters.verdict("q2", &[earlier]), (code, expected), "{earlier}");
    }
    // The stranger's own key makes nobody else's package better.
    let output = quarters.verify("q2", &["strange"], &["--key", "other.pub.pem"]);
    done(&output);
    let output = quarters.verify("q2", &["nowhere"], &[]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains("nowhere: "), "{}", told(&output));
}
