//! Two quarters of one Organization, compared.

mod exceptions;
mod gone;
mod refused;

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;
use trailaudit_sim::{Trail, World};

use crate::audit::{Bench, FIVE};
use crate::outputs::follows_its_schema;
use crate::package::{Row, rows};
use crate::support::{told, trailaudit};
use crate::worlds::{
    ARCHIVE, FIRST, HOME, MANAGEMENT, SECOND, account, hours_ago, member, organization_trail, sound, trail_arn,
};

const THIRD: &str = "555555555555";
const LOST: &str = "eu-central-1";
const HOSTILE: &str = "=1+\u{1b}[2J\u{202e}x\nREGRESSED: 99";

/// Packages signed with one key, in one directory.
struct Quarters {
    scratch: TempDir,
}

impl Quarters {
    fn new() -> Self {
        let quarters = Self {
            scratch: TempDir::new().unwrap(),
        };
        for key in ["key.pem", "other.pem"] {
            let made = trailaudit(quarters.scratch.path())
                .args(["keygen", "--out", key])
                .output()
                .unwrap();
            assert_eq!(made.status.code(), Some(0), "{}", told(&made));
        }
        quarters
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn audit(&self, world: World, name: &str, arguments: &[&str]) {
        let sign = format!("file:{}", self.path("key.pem").display());
        let output = Bench::new(world)
            .command("audit")
            .args(["--fail-on", "never", "--sign", &sign, "--out"])
            .arg(self.path(name))
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    }

    fn diff(&self, arguments: &[&str]) -> Output {
        let mut command = trailaudit(self.scratch.path());
        command.arg("diff").args(arguments).output().unwrap()
    }

    /// Compares as whoever has the key does.
    fn trusting(&self, arguments: &[&str]) -> Output {
        let trust = ["--key", "key.pub.pem", "--allow-simulated"];
        let output = self.diff(&[&trust, arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        output
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.trusting(&[arguments, &["--format", "json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// A trail of the first account's own does not log.
fn first_quarter() -> World {
    let mut world = sound(&[HOME, "eu-west-1", LOST]);
    let mut own = Trail::new("own", HOME, jiff::Timestamp::now());
    own.status.logging = false;
    own.status.stopped = Some(hours_ago(100));
    account(&mut world, FIRST).trails.push(own);
    world
}

/// The trail logs again; but the organization trail does not, a Region is not used any more, the archive cannot be
/// entered, and one account took the place of another.
fn second_quarter() -> World {
    let mut world = sound(&[HOME, "eu-west-1"]);
    let own = Trail::new("own", HOME, jiff::Timestamp::now());
    account(&mut world, FIRST).trails.push(own);
    account(&mut world, FIRST).name = HOSTILE.into();
    let organization_trail = organization_trail(&mut world);
    organization_trail.status.logging = false;
    organization_trail.status.stopped = Some(hours_ago(100));
    world.accounts.remove(SECOND);
    world.add(member(THIRD, "Third"));
    account(&mut world, ARCHIVE).roles.clear();
    world
}

const RULES: [&str; 8] = [
    "--rule",
    "trail-encrypted-with-customer-key",
    "--rule",
    "trail-delivers-to-log-group",
    "--rule",
    "trail-logging",
    "--rule",
    "account-has-logging-trail",
];

fn two_quarters() -> Quarters {
    let quarters = Quarters::new();
    quarters.audit(first_quarter(), "q1", &FIVE);
    let config = quarters.path("trailaudit.toml");
    fs::write(&config, "[thresholds]\ndelivery-window-hours = 48\n").unwrap();
    let config = config.to_str().unwrap();
    quarters.audit(second_quarter(), "q2", &[&["--config", config], &RULES[..]].concat());
    quarters
}

/// `change account region from > to` for every row of one change.
fn changes(diff: &Value, list: &str, change: &str) -> Vec<String> {
    let rows = diff[list]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["change"] == change);
    let told = |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        let about = ["rule", "account_id", "region", "old", "new"].map(text);
        about
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    rows.map(told).collect()
}

#[test]
fn two_quarters_show_what_changed() {
    let quarters = two_quarters();
    let diff = quarters.json(&["q1", "q2"]);
    follows_its_schema("diff", &diff);
    let drift = |change| changes(&diff, "drift", change);
    // Once where it is judged, and once for whoever inherits it; the archive cannot be asked any more.
    assert_eq!(
        drift("regressed"),
        [
            format!("trail-delivers-to-log-group {MANAGEMENT} {HOME} pass fail"),
            format!("trail-delivers-to-log-group {FIRST} pass fail"),
            format!("trail-logging {MANAGEMENT} {HOME} pass fail"),
            format!("trail-logging {FIRST} pass fail"),
            format!("account-has-logging-trail {ARCHIVE} pass inconclusive"),
            format!("account-has-logging-trail {MANAGEMENT} pass fail"),
        ]
    );
    assert_eq!(drift("resolved"), [format!("trail-logging {FIRST} {HOME} fail pass")]);
    assert_eq!(drift("account-gained"), [format!("{THIRD} ACTIVE")]);
    assert_eq!(drift("account-lost"), [format!("{SECOND} ACTIVE")]);
    assert_eq!(drift("region-lost"), [LOST]);
    assert_eq!(
        drift("coverage-lost"),
        [
            // Whether the archive would still have this Region, nobody can tell.
            format!("{ARCHIVE} {LOST} reached role-unavailable"),
            format!("{ARCHIVE} eu-west-1 reached role-unavailable"),
            format!("{ARCHIVE} {HOME} reached role-unavailable"),
        ]
    );
    assert!(
        drift("new").contains(&format!("account-has-logging-trail {THIRD} fail")),
        "{:?}",
        drift("new")
    );
    assert!(
        drift("gone")
            .iter()
            .all(|row| row.contains(SECOND) || row.contains(ARCHIVE)),
        "{:?}",
        drift("gone")
    );
    let pack = |change| changes(&diff, "rulePack", change);
    assert_eq!(pack("rule-removed"), ["every-region-covered 1"]);
    assert_eq!(pack("threshold-changed"), ["24 48"]);
    let gone = pack("gone");
    assert!(
        gone.len() == 4 && gone.iter().all(|row| row.starts_with("every-region-covered ")),
        "{gone:?}"
    );
    assert_eq!(diff["relation"], "unshown");
    for list in ["drift", "rulePack"] {
        for (change, count) in diff["counts"][list].as_object().unwrap() {
            if change != "unchanged" {
                assert_eq!(changes(&diff, list, change).len() as u64, *count, "{list} {change}");
            }
        }
    }
    table_has_the_same_rows(&quarters, &diff);
    page_tells_what_to_do(&quarters);
    same_package_shows_nothing(&quarters);
}

fn table_has_the_same_rows(quarters: &Quarters, diff: &Value) {
    let csv = quarters.trusting(&["q1", "q2", "--format", "csv"]);
    let table = rows(&String::from_utf8(csv.stdout).unwrap());
    let lists = ["drift", "rulePack"].map(|list| diff[list].as_array().unwrap().clone());
    let expected: Vec<_> = lists.concat();
    assert_eq!(table.len(), expected.len());
    for (row, expected) in table.iter().zip(&expected) {
        let shown = |(name, value): (&String, &Value)| {
            let text = value.as_str().unwrap();
            let text = if text.starts_with('=') {
                format!("'{text}")
            } else {
                text.to_owned()
            };
            (name.clone(), text)
        };
        assert_eq!(*row, expected.as_object().unwrap().iter().map(shown).collect::<Row>());
    }
    assert!(table.iter().any(|row| row["account_name"] == format!("'{HOSTILE}")));
}

fn page_tells_what_to_do(quarters: &Quarters) {
    let output = quarters.trusting(&["q1", "q2"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("does not name the old one as previous"), "{stderr}");
    let page = String::from_utf8(output.stdout).unwrap();
    let drives = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!page.contains(drives), "{page:?}");
    let titles: Vec<_> = page
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))
        .collect();
    assert_eq!(
        titles,
        [
            "Regions      0 gained, 1 lost",
            "REGRESSED: 6",
            "NEW, AND NOT IN ORDER: 6",
            "COVERAGE LOST: 5",
            "RESOLVED: 1",
            "COVERAGE GAINED OR CHANGED: 1",
            "RULE PACK: 2",
        ],
        "{page}"
    );
    let section = |title: &str| {
        page.split(title)
            .nth(1)
            .unwrap()
            .split("\n\n")
            .next()
            .unwrap()
            .to_owned()
    };
    // The gravest first, and what is inherited not once more for every account.
    let regressed = section("REGRESSED: 6\n");
    let gravity: Vec<_> = regressed
        .lines()
        .step_by(2)
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(gravity, ["critical", "high", "high", "medium", "and"]);
    assert!(
        regressed.contains(&format!("{HOME}  {}\n      pass -> fail: ", trail_arn(HOME))),
        "{page}"
    );
    assert!(
        regressed.ends_with("and 2 in accounts that inherit a trail's verdict"),
        "{page}"
    );
    // What one cause hides is one line.
    let lost = section("COVERAGE LOST: 5\n");
    assert!(
        lost.contains(&format!(
            "  {LOST}, eu-west-1, {HOME}\n      reached -> role-unavailable: "
        )),
        "{page}"
    );
    assert!(
        section("RULE PACK: 2\n").contains("every-region-covered\n      was revision 1\n"),
        "{page}"
    );
    assert!(!page.contains("more: --format csv"), "{page}");
}

fn same_package_shows_nothing(quarters: &Quarters) {
    for package in ["q1", "q2"] {
        let output = quarters.trusting(&[package, package]);
        assert!(output.stderr.is_empty(), "{}", told(&output));
        let page = String::from_utf8(output.stdout).unwrap();
        assert!(page.ends_with("\nnothing changed\n"), "{page}");
        let diff = quarters.json(&[package, package]);
        assert_eq!(diff["relation"], "same");
        assert_eq!(
            (&diff["drift"], &diff["rulePack"]),
            (&Value::Array(vec![]), &Value::Array(vec![]))
        );
    }
}

/// A package that knows its place is compared without a warning, from its archive as well.
#[test]
fn successors_and_corrections_are_known() {
    let quarters = Quarters::new();
    let previous = quarters.path("q1");
    let previous = previous.to_str().unwrap();
    quarters.audit(first_quarter(), "q1", &["--zip"]);
    quarters.audit(second_quarter(), "q2", &["--previous", previous]);
    let supersede = ["--supersedes", previous, "--supersede-reason", "a trail was off"];
    quarters.audit(first_quarter(), "q1b", &supersede);
    for (pair, relation) in [
        (["q1", "q2"], "successor"),
        (["q1", "q1b"], "correction"),
        (["q2", "q1"], "reversed"),
    ] {
        let output = quarters.trusting(&[&pair[..], &["--format", "json", "--no-reperform"]].concat());
        let diff: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(diff["relation"], relation);
        let warned = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            warned.contains("the wrong way round"),
            relation == "reversed",
            "{warned}"
        );
        assert_eq!(warned.is_empty(), relation != "reversed", "{warned}");
    }
    let unpacked = quarters.trusting(&["q1", "q2"]);
    let packed = quarters.trusting(&["q1.zip", "q2"]);
    assert_eq!(packed.stdout, unpacked.stdout);
}
