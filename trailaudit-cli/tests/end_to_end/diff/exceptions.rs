//! Exceptions are told by themselves, whether or not they accept a finding.

use std::fs;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{FIRST, HOME, Quarters, follows_its_schema, rows, sound};

/// Nothing of this rule fails anywhere: what excepts it accepts nothing.
const RULE: &str = "trail-logging";

/// An exception of the first account's, as a ticket has it.
fn exception(ticket: &str, expires: &str, reason: &str) -> String {
    format!(
        "[[exceptions]]\nrule = \"{RULE}\"\naccount = \"{FIRST}\"\nreason = \"{reason}\"\nticket = \"{ticket}\"\n\
         requested-by = \"ada\"\napproved-by = \"grace\"\nstarts = 2020-01-01\nexpires = {expires}\n"
    )
}

fn audit(quarters: &Quarters, name: &str, exceptions: &str, options: &[&str]) {
    let config = quarters.path(&format!("{name}.toml"));
    fs::write(&config, exceptions).unwrap();
    let config = ["--rule", RULE, "--config", config.to_str().unwrap()];
    quarters.audit(sound(&[HOME]), name, &[&config[..], options].concat());
}

/// The row about an exception, when there is exactly one.
fn only(diff: &Value) -> &Value {
    let is_it = |row: &&Value| row["change"].as_str().unwrap().starts_with("baseline-exception-");
    let told: Vec<_> = diff["drift"].as_array().unwrap().iter().filter(is_it).collect();
    assert_eq!(told.len(), 1, "{told:#?}");
    told[0]
}

#[test]
fn an_exception_that_accepts_nothing_is_told_by_every_format() {
    let quarters = Quarters::new();
    let day = |days: i64| {
        let moment = Timestamp::now() + SignedDuration::from_hours(24 * days);
        moment.strftime("%Y-%m-%d").to_string()
    };
    let then = (Timestamp::now() - SignedDuration::from_hours(24 * 90)).to_string();
    let lately = day(-30);
    audit(&quarters, "none", "", &[]);
    audit(&quarters, "one", &exception("CHG-7", "2098-12-31", "=moved"), &[]);
    audit(&quarters, "longer", &exception("CHG-7", "2099-12-31", "=moved"), &[]);
    audit(&quarters, "another", &exception("CHG-8", "2099-12-31", "=moved"), &[]);
    audit(&quarters, "worded", &exception("CHG-7", "2098-12-31", "=moved on"), &[]);
    audit(
        &quarters,
        "then",
        &exception("CHG-7", &lately, "=moved"),
        &["--as-of", &then],
    );
    audit(&quarters, "over", &exception("CHG-7", &lately, "=moved"), &[]);
    for (old, new, word, step) in [
        ("none", "one", "added", "in-force"),
        ("one", "none", "removed", "was in-force"),
        ("one", "longer", "renewed", "in-force -> in-force"),
        ("one", "another", "renewed", "in-force -> in-force"),
        ("one", "worded", "changed", "in-force -> in-force"),
        ("longer", "one", "changed", "in-force -> in-force"),
        ("then", "over", "expired", "in-force -> expired"),
        ("then", "none", "expired", "was in-force"),
    ] {
        let change = format!("baseline-exception-{word}");
        let diff = quarters.json(&[old, new]);
        follows_its_schema("diff", &diff);
        let row = only(&diff);
        assert_eq!(row["change"], change, "{old} {new}");
        assert_eq!((&row["rule"], &row["account_id"]), (&RULE.into(), &FIRST.into()));
        assert_eq!(row["resource_type"], "exception");
        assert_eq!(diff["counts"]["drift"][&change], 1, "{old} {new}");

        let csv = quarters.trusting(&[old, new, "--format", "csv"]);
        let table = rows(&String::from_utf8(csv.stdout).unwrap());
        let shown: Vec<_> = table.iter().filter(|shown| shown["change"] == change).collect();
        assert_eq!(shown.len(), 1, "{old} {new}");
        for column in [
            "old",
            "new",
            "new_reason",
            "old_exception",
            "new_exception",
            "resource_id",
        ] {
            assert_eq!(shown[0][column], row[column].as_str().unwrap(), "{old} {new} {column}");
        }

        let page = String::from_utf8(quarters.trusting(&[old, new]).stdout).unwrap();
        let counted: Vec<_> = ["added", "renewed", "changed", "expired", "removed"]
            .iter()
            .map(|one| format!("{} {one}", u8::from(*one == word)))
            .collect();
        assert!(
            page.contains(&format!("\nexceptions   {}\n", counted.join(", "))),
            "{page}"
        );
        assert!(page.contains("\nexcepted     0 added, 0 renewed, 0 ended\n"), "{page}");
        let section = page.split("\nEXCEPTIONS OF THE BASELINE: 1\n").nth(1).expect(&page);
        assert!(section.starts_with(&format!("  {word}  ")), "{page}");
        let below = section.lines().nth(1).unwrap();
        assert!(below.starts_with(&format!("      {step}")), "{page}");
        assert!(below.contains("until 20") && below.contains("=moved"), "{page}");
        assert!(!page.contains("nothing changed"), "{page}");
    }
    let page = String::from_utf8(quarters.trusting(&["one", "longer"]).stdout).unwrap();
    assert!(
        page.contains("exception was: CHG-7 until 2098-12-31: ")
            && page.contains("exception is: CHG-7 until 2099-12-31: "),
        "{page}"
    );
    // The same exceptions are none that changed.
    let page = String::from_utf8(quarters.trusting(&["one", "one"]).stdout).unwrap();
    assert!(page.ends_with("\nnothing changed\n"), "{page}");
}
