//! `trailaudit report`: one package in every format. Each carries the same findings, whatever their texts, and none of it
//! comes from a package that was changed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../end_to_end/audit.rs"]
#[allow(dead_code)]
mod audit;
#[path = "../hostile_names/names.rs"]
#[allow(dead_code)]
mod names;
#[path = "../end_to_end/package.rs"]
#[allow(dead_code)]
mod package;
mod read;
mod refused;
mod sample;
#[path = "../support/mod.rs"]
mod support;
mod trend;
#[path = "../end_to_end/worlds.rs"]
#[allow(dead_code)]
mod worlds;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use read::{COLUMNS, Row};
use sample::{Sample, TEXTS};

/// What every format that people or programs of others read has to have in common: the same findings, in the same words.
#[test]
fn every_format_carries_the_same_findings() {
    let sample = Sample::new();
    let expected = read::expected(&sample.package());
    let verdicts: BTreeSet<_> = expected.iter().map(|row| &*row["verdict"]).collect();
    assert_eq!(
        verdicts.into_iter().collect::<Vec<_>>(),
        ["excepted", "fail", "inconclusive", "not-applicable", "pass"],
        "the sample has every verdict"
    );
    for (format, read) in read::READERS {
        let rows = read(&sample.text(format));
        assert_eq!(rows.len(), expected.len(), "{format} has as many findings");
        for column in COLUMNS {
            let of = |rows: &[Row]| {
                let mut cells: Vec<_> = rows
                    .iter()
                    .map(|row| (row["id"].clone(), row[column].clone()))
                    .collect();
                cells.sort();
                cells
            };
            for (is, should) in of(&rows).iter().zip(&of(&expected)) {
                assert_eq!(is, should, "{column} in {format}");
            }
        }
    }
}

/// Names do nothing, and hide nothing: no format has a character that does not show.
#[test]
fn names_are_inert_in_every_format() {
    let sample = Sample::new();
    for format in TEXTS {
        let text = sample.text(format);
        let drives = text.chars().find(|c| names::drives_a_terminal(*c));
        assert_eq!(drives, None, "{format}");
        assert!(text.contains("⟨U+202E⟩") && text.contains("⟨U+0000⟩"), "{format}");
    }
    let markdown = sample.text("markdown");
    for line in markdown.lines().filter(|line| line.contains("hostile.example")) {
        let outside: String = read::outside_of_code(line);
        assert!(!outside.contains("hostile") && !outside.contains('<'), "{line}");
    }
    assert!(!sample.text("junit").contains("<script"));
}

/// Four megabytes are more than anybody reads in a row, or than any of the programs takes.
#[test]
fn a_name_of_megabytes_does_not_fill_a_report() {
    let long = "=<script>\u{202e}".repeat((4 << 20) / 12 + 1);
    let mut world = worlds::sound(&[worlds::HOME]);
    let first = worlds::account(&mut world, worlds::FIRST);
    first.name = long;
    first.roles.clear();
    let sample = Sample::of(world, &["--rule", "trail-logging"], 4);
    for format in sample::FORMATS {
        let report = sample.report("package", format);
        assert!(report.len() < 4 << 20, "{format}: {} bytes", report.len());
    }
    assert!(sample.text("sarif").contains(" more characters⟩"));
    assert!(sample.text("asff").contains("=<script>⟨U+202E⟩=<script>"));
}

/// A machine, a time of day, a way of transport: none of them shows.
#[test]
fn the_same_package_gives_the_same_bytes() {
    let sample = Sample::new();
    sample.run(&["report", "package", "--format", "sarif", "--out", "first.sarif"], 0);
    let zip = sample.zip();
    for format in sample::FORMATS {
        let once = sample.report("package", format);
        assert!(once == sample.report("package", format), "{format} twice");
        assert!(once == sample.report(&zip, format), "{format} from an archive");
    }
}

/// Each verdict in the words of each format.
#[test]
fn verdicts_are_mapped_sensibly() {
    let sample = Sample::new();
    let mut table = BTreeMap::<String, BTreeSet<String>>::new();
    for (format, words) in read::words(&sample) {
        for (verdict, word) in words {
            table.entry(format!("{verdict:<14} {format}")).or_default().insert(word);
        }
    }
    let lines: Vec<_> = table
        .iter()
        .map(|(at, words)| format!("{at:<22} {}", words.iter().cloned().collect::<Vec<_>>().join(" | ")))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    excepted       asff    FAILED SUPPRESSED with a note
    excepted       junit   skipped
    excepted       ocsf    Fail, Suppressed
    excepted       sarif   fail accepted
    fail           asff    FAILED NEW
    fail           junit   failure
    fail           ocsf    Fail, New
    fail           sarif   fail -
    inconclusive   asff    WARNING NEW
    inconclusive   junit   error
    inconclusive   ocsf    Warning, New
    inconclusive   sarif   open -
    not-applicable asff    NOT_AVAILABLE RESOLVED
    not-applicable junit   skipped
    not-applicable ocsf    Not Applicable, Resolved
    not-applicable sarif   notApplicable -
    pass           asff    PASSED RESOLVED
    pass           junit   passes
    pass           ocsf    Pass, Resolved
    pass           sarif   pass -
    ");
}
