//! The trend: what several packages of one organization found, the oldest first.

use std::collections::BTreeMap;

use crate::audit::Bench;
use crate::package::Package;
use crate::sample::Sample;
use crate::worlds::{HOME, sound};

#[test]
fn a_trend_has_the_numbers_of_every_package() {
    let sample = Sample::new();
    for (out, previous, as_of) in [
        ("second", "package", "2031-01-01T00:00:00Z"),
        ("third", "second", "2032-01-01T00:00:00Z"),
    ] {
        let options = [
            "assess",
            "package",
            "--out",
            out,
            "--previous",
            previous,
            "--as-of",
            as_of,
        ];
        sample.run(&options, 3);
    }
    let trend = |arguments: &[&str]| {
        let output = sample.run(&[&["report", "--format", "trend"], arguments].concat(), 0);
        String::from_utf8(output.stdout).unwrap()
    };
    // In whatever order they are named, and however often.
    let page = trend(&["third", "--chain", "second", "--chain", "package"]);
    assert_eq!(
        page,
        trend(&["second", "--chain", "package", "--chain", "third", "--chain", "second"])
    );
    let rows: Vec<_> = page.split("<tr role=\"row\">").skip(2).collect();
    assert_eq!(rows.len(), 3);
    for (row, package) in rows.iter().zip(["package", "second", "third"]) {
        let mut counts = BTreeMap::<_, usize>::new();
        for finding in &Package::at(&sample.path(package)).findings {
            *counts.entry(finding["verdict"].clone()).or_default() += 1;
        }
        for (verdict, count) in counts {
            assert!(
                row.contains(&format!("data-label=\"{verdict}\">{count}</td>")),
                "{verdict} {count}: {row}"
            );
        }
        let linked = if package == "package" {
            "the first of these"
        } else {
            ">linked to it"
        };
        assert!(row.contains(linked), "{row}");
    }
    assert!(trend(&["third", "--chain", "package"]).contains("something may lie between them"));
    for outside in ["<script", "<link", "<img", "src=", "url(", "http://", "https://"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn a_trend_is_of_several_packages_of_one_organization() {
    let sample = Sample::new();
    let told = |arguments: &[&str], code| {
        let output = sample.run(&[&["report", "package"], arguments].concat(), code);
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(told(&["--format", "trend"], 2).contains("--chain PACKAGE"));
    assert!(told(&["--format", "csv", "--chain", "package"], 2).contains("only the format trend"));
    let mut world = sound(&[HOME]);
    world.organization.id = "o-another00".to_owned();
    let bench = Bench::new(world);
    let other = sample.path("other");
    let output = bench.command("audit").arg("--out").arg(&other).output().unwrap();
    assert!(other.join("manifest.json").exists(), "{output:?}");
    assert!(told(&["--format", "trend", "--chain", "other"], 1).contains("of one organization"));
}
