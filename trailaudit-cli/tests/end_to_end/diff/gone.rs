//! What failed and is gone is named, and not taken for resolved.

use serde_json::Value;

use super::{FIRST, FIVE, HOME, Quarters, account, changes, first_quarter, follows_its_schema, rows, sound};

const ELSEWHERE: &str = "eu-west-1";
const REGIONS: [&str; 3] = [HOME, ELSEWHERE, super::LOST];

/// Each way in which the trail that does not log can be gone.
#[test]
fn a_failing_trail_that_is_gone_is_named_with_why() {
    let quarters = Quarters::new();
    quarters.audit(first_quarter(), "was", &FIVE);
    quarters.audit(sound(&REGIONS), "deleted", &FIVE);
    let mut world = sound(&REGIONS);
    world.accounts.remove(FIRST);
    quarters.audit(world, "left", &FIVE);
    quarters.audit(
        first_quarter(),
        "elsewhere",
        &[&["--region", ELSEWHERE], &FIVE[..]].concat(),
    );
    quarters.audit(
        first_quarter(),
        "without",
        &[&["--exclude-account", FIRST], &FIVE[..]].concat(),
    );
    let mut world = first_quarter();
    account(&mut world, FIRST).roles.clear();
    quarters.audit(world, "closed", &FIVE);
    for (new, why) in [
        (
            "deleted",
            "the account was looked at there, and does not have the trail any more",
        ),
        ("left", "account lost: the new package does not have it"),
        ("elsewhere", "out of scope: the new run was asked for other Regions"),
        ("without", "out of scope: the new run left the account out"),
        ("closed", "the account was not entered: role-unavailable"),
    ] {
        let diff = quarters.json(&["was", new]);
        follows_its_schema("diff", &diff);
        let rule = "trail-logging";
        let gone = changes(&diff, "drift", "gone");
        assert!(gone.contains(&format!("{rule} {FIRST} {HOME} fail")), "{new}: {gone:?}");
        let is_it = |row: &&Value| row["change"] == "gone" && row["rule"] == rule && row["old"] == "fail";
        let told: Vec<_> = diff["drift"].as_array().unwrap().iter().filter(is_it).collect();
        assert_eq!(told.len(), 1, "{new}: {told:#?}");
        assert_eq!(told[0]["new_reason"], why, "{new}");

        let csv = quarters.trusting(&["was", new, "--format", "csv"]);
        let table = rows(&String::from_utf8(csv.stdout).unwrap());
        let row = table
            .iter()
            .find(|row| row["change"] == "gone" && row["rule"] == rule && row["old"] == "fail");
        assert_eq!(row.unwrap()["new_reason"], why, "{new}");

        let page = String::from_utf8(quarters.trusting(&["was", new]).stdout).unwrap();
        let section = page.split("\nGONE WHILE NOT IN ORDER: ").nth(1).expect(&page);
        let section = section.split("\n\n").next().unwrap();
        assert!(
            section.contains(&format!("{rule}  {FIRST}  ")) && section.contains("trail/own\n"),
            "{new}: {page}"
        );
        assert!(
            section.contains(&format!("; gone: {why}\n")) || section.ends_with(&format!("; gone: {why}")),
            "{new}: {page}"
        );
        assert!(section.contains("      was fail: "), "{new}: {page}");
        assert!(!page.contains("\nRESOLVED: "), "{new}: {page}");
    }
    // What passed and is gone is counted, and needs nobody's attention.
    let page = String::from_utf8(quarters.trusting(&["deleted", "left"]).stdout).unwrap();
    assert!(!page.contains(" 0 gone,") && !page.contains("GONE WHILE"), "{page}");
}
