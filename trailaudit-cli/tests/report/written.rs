//! Where reports go: the package's own tables as they are, others beside it, nothing into it.

use std::fs;

use trailaudit_sim::{Settings, populate};

use crate::audit::Bench;
use crate::package::files;
use crate::sample::{FORMATS, Sample};
use crate::support::{told, trailaudit};
use crate::worlds::{HOME, sound};

#[test]
fn the_packages_own_tables_are_copied() {
    let sample = Sample::new();
    for (arguments, file) in [
        (&["--format", "csv"][..], "findings.csv"),
        (&["--format", "csv", "--table", "coverage"], "coverage.csv"),
        (&["--format", "json"], "findings.json"),
        (&["--format", "json", "--table", "coverage"], "coverage.json"),
        (&["--format", "html"], "report.html"),
    ] {
        let own = fs::read(sample.path("package").join(file)).unwrap();
        let shown = sample.run(&[&["report", "package"], arguments].concat(), 0).stdout;
        assert!(shown == own, "{file} on stdout");
        sample.run(&[&["report", "package", "--out", file], arguments].concat(), 0);
        assert!(fs::read(sample.path(file)).unwrap() == own, "{file} as a file");
    }
    // The page leads to others, which come with it.
    let pages = files(&sample.path("package/report"));
    assert!(pages.contains(&"accounts-1.html".to_owned()) && pages == files(&sample.path("report")));
    for page in pages {
        let read = |folder: &str| fs::read(sample.path(folder).join(&page)).unwrap();
        assert!(read("package/report") == read("report"), "{page}");
    }
    sample.run(&["report", "package", "--format", "html", "--out", "again.html"], 1);
    sample.run(
        &["report", "package", "--format", "html", "--out", "elsewhere/report"],
        2,
    );
}

/// Everything at once, and again offline; the package stays what it was.
#[test]
fn an_audit_writes_formats_beside_its_package() {
    let world = populate(&Settings {
        accounts: 30,
        regions: 3,
        seed: 5,
        as_of: jiff::Timestamp::now(),
    })
    .world;
    let bench = Bench::new(world);
    let list = format!("csv,json,html,{}", FORMATS.join(","));
    let output = bench
        .command("audit")
        .args(["--out", "package", "--format", &list])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
    let beside = [
        "package.asff.jsonl",
        "package.junit.xml",
        "package.md",
        "package.ocsf.json",
        "package.oscal.json",
        "package.sarif",
        "package.xlsx",
    ];
    let mut there = files(bench.path());
    there.retain(|file| !file.contains('/'));
    assert_eq!(there, beside);
    let stdout = String::from_utf8_lossy(&output.stdout);
    for file in beside {
        assert!(stdout.contains(&format!("report:   {file}\n")), "{stdout}");
    }
    for format in FORMATS {
        let report = trailaudit(bench.path())
            .args(["report", "package", "--format", format])
            .output()
            .unwrap();
        let file = beside
            .iter()
            .map(|file| bench.path().join(file))
            .map(|path| fs::read(path).unwrap());
        assert!(
            file.into_iter().any(|bytes| bytes == report.stdout),
            "{format} is another when asked for again"
        );
    }

    let assess = [
        "assess",
        "package",
        "--out",
        "again",
        "--format",
        "markdown",
        "--summary",
        "json",
    ];
    let again = trailaudit(bench.path()).args(assess).output().unwrap();
    assert_eq!(again.status.code(), Some(3), "{}", told(&again));
    let summary: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(summary["reports"], serde_json::json!(["again.md"]));
    // The package still holds: nothing was put into it.
    bench.audited(&output);
}

/// What is there already is told before anything is asked of AWS.
#[test]
fn a_file_in_the_way_is_told_at_once() {
    let bench = Bench::new(sound(&[HOME]));
    fs::write(bench.path().join("package.xlsx"), "mine").unwrap();
    let output = bench
        .command("audit")
        .args(["--out", "package", "--format", "xlsx"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(
        told(&output).contains("package.xlsx is there already"),
        "{}",
        told(&output)
    );
    assert_eq!(files(bench.path()), ["package.xlsx"]);
    assert_eq!(bench.server.ledger().calls.len(), 0);

    let output = bench
        .command("audit")
        .args(["--out", "package", "--format", "csv,xslx"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("'xlsx'"), "{}", told(&output));

    fs::write(bench.path().join("trailaudit.toml"), "format = \"md\"\n").unwrap();
    let config = ["--out", "package", "--config", "trailaudit.toml"];
    let output = bench.command("audit").args(config).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("`markdown`"), "{}", told(&output));
}
