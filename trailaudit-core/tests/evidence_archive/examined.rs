//! All that is wrong with an archive, told at once, beside what is wrong with the package in it.

use std::io::Cursor;

use trailaudit_core::evidence::verify::verify_archive;
use trailaudit_core::evidence::{Files as _, Options, Reperformance, Report};

use crate::crafted::{Raw, STREAMED, Zip, extra};
use crate::sample::{Sample, complaints};
use crate::{contents, open};

/// The sample package as an archive that is about to be spoiled.
fn archived(sample: &Sample) -> Zip {
    let files = contents(&sample.files).unwrap();
    let stored = files.iter().map(|(path, bytes)| Raw::stored(path, bytes));
    Zip {
        entries: stored.collect(),
        ..Zip::default()
    }
}

fn told_of(sample: &Sample, zip: &Zip) -> Report {
    let (trust, again) = (sample.trust(), Reperformance::by(&sample.provider));
    let options = Options::default().trust(&trust).reperform(again);
    verify_archive(Cursor::new(zip.build()), &options)
}

/// What is told of an archive with one more entry, which is spoiled.
fn with_another(change: &dyn Fn(&mut Raw)) -> Report {
    let sample = Sample::new();
    let mut zip = archived(&sample);
    zip.push(Raw::stored("x", b"another"));
    change(zip.entries.last_mut().unwrap());
    told_of(&sample, &zip)
}

/// Whether everything but the archive itself was asked, and answered well.
fn is_verified_beside(report: &Report, told: usize) -> bool {
    let is_signed = report.signatures.iter().any(|signature| signature.trusted);
    let is_assessed = report.reperformed.as_ref().is_some_and(|done| done.findings > 0);
    is_signed && is_assessed && report.problems.len() == told
}

#[test]
fn an_archive_without_fault_is_verified_as_the_package_it_is() {
    let sample = Sample::reviewed();
    let report = told_of(&sample, &archived(&sample));
    assert!(report.is_verified(), "{:?}", complaints(&report));
    assert!(is_verified_beside(&report, 0));
}

/// The names that a directory would be told, by the codes that it would be told.
#[test]
fn all_faults_are_told_in_one_report() {
    let mut sample = Sample::new();
    sample.files.insert("run.jsonl", "other\n");
    sample.files.insert("notes.txt", "x");
    let mut zip = archived(&sample);
    for name in [
        "/etc/passwd",
        "../up",
        "a\\b",
        "C:/a",
        "a\nb",
        "FINDINGS.csv",
        "findings.csv/below",
    ] {
        zip.push(Raw::stored(name, b"x"));
    }
    zip.push(Raw::stored("findings.csv", b"another"));
    let mut spoiled = [("link", 0o120_777 << 16), ("fifo", 0o010_644 << 16)].map(|(name, attributes)| Raw {
        attributes,
        ..Raw::stored(name, b"/etc/passwd")
    });
    spoiled[1].both(|header| header.flags = 1);
    zip.entries.extend(spoiled);
    let mut locked = Raw::stored("locked", b"x");
    locked.both(|header| header.flags = 1);
    zip.push(locked);
    let mut two = Raw::stored("two", b"x");
    two.local.name = b"owt".to_vec();
    zip.push(two);
    let mut not_text = Raw::stored("", b"x");
    not_text.both(|header| header.name = b"\xff".to_vec());
    zip.push(not_text);
    let report = told_of(&sample, &zip);
    assert_eq!(
        complaints(&report),
        [
            // Of the archive.
            "unsafe-path link",
            "malformed-archive fifo",
            "unsafe-path fifo",
            "malformed-archive locked",
            "malformed-archive two",
            "unsafe-path \u{fffd}",
            "unsafe-path /etc/passwd",
            "unsafe-path ../up",
            "unsafe-path a\\b",
            "unsafe-path C:/a",
            "unsafe-path a\nb",
            "duplicate-path findings.csv",
            "path-collision findings.csv/below",
            // Of the package.
            "path-collision findings.csv",
            "unreadable-file findings.csv",
            "changed-file run.jsonl",
            "extra-file FINDINGS.csv",
            "extra-file findings.csv/below",
            "extra-file locked",
            "extra-file notes.txt",
            "extra-file two",
        ]
    );
}

/// What is told, and what was done to the entry that it is told of.
type Row<'a> = (&'a [&'a str], &'a dyn Fn(&mut Raw));

/// Whatever is wrong with one entry, the others are verified.
#[test]
fn one_spoiled_entry_hides_nothing() {
    let both = ["malformed-archive x", "extra-file x"];
    let rows: [Row<'_>; 15] = [
        (&["extra-file x"], &|_| ()),
        (&["unsafe-path /x"], &|raw| {
            raw.both(|header| header.name = b"/x".to_vec());
        }),
        (&["unsafe-path x"], &|raw| raw.attributes = 0o120_777 << 16),
        (&both, &|raw| raw.both(|header| header.flags = 1)),
        (&both, &|raw| raw.both(|header| header.flags = 1 << 5)),
        (&both, &|raw| raw.both(|header| header.method = 99)),
        (&both, &|raw| raw.both(|header| header.version = 63)),
        (&both, &|raw| raw.both(|header| header.size += 1)),
        (&both, &|raw| raw.both(|header| header.compressed = 1 << 30)),
        (&both, &|raw| raw.comment = b"c".to_vec()),
        (&both, &|raw| raw.part = 1),
        (&both, &|raw| raw.central.extra = extra(0x7075, b"y")),
        (&both, &|raw| raw.local.extra = extra(0x7075, b"y")),
        (&both, &|raw| raw.local.crc ^= 1),
        (&both, &|raw| raw.local.flags = STREAMED),
    ];
    for (i, (expected, change)) in rows.into_iter().enumerate() {
        let report = with_another(change);
        assert_eq!(complaints(&report), expected, "row {i}");
        assert!(is_verified_beside(&report, expected.len()), "row {i}");
    }
    // Bytes that belong to nothing leave every entry what it is.
    let rows: [Row<'_>; 3] = [
        (&both, &|raw| raw.before = b"between".to_vec()),
        (&["malformed-archive -", "extra-file x"], &|raw| {
            raw.behind = b"after".to_vec();
        }),
        // It is said to lie where the first one does, and where it lies is nothing.
        (
            &["malformed-archive x", "malformed-archive -", "extra-file x"],
            &|raw| raw.offset = Some(0),
        ),
    ];
    for (expected, change) in rows {
        let report = with_another(change);
        assert_eq!(complaints(&report), expected);
        assert!(is_verified_beside(&report, expected.len()), "{expected:?}");
    }
}

/// A file of the package that is spoiled in the archive is told to be so, and is not told to be missing.
#[test]
fn a_spoiled_file_of_the_package_is_there_but_not_read() {
    let sample = Sample::new();
    let spoil = |path: &str, change: &dyn Fn(&mut Raw)| {
        let mut zip = archived(&sample);
        let mut entries = zip.entries.iter_mut();
        change(entries.find(|raw| raw.local.name == path.as_bytes()).unwrap());
        complaints(&told_of(&sample, &zip))
    };
    let locked = spoil("run.jsonl", &|raw| raw.both(|header| header.flags = 1));
    assert!(locked.contains(&"malformed-archive run.jsonl".to_owned()), "{locked:?}");
    assert!(locked.contains(&"unreadable-file run.jsonl".to_owned()), "{locked:?}");
    assert!(!locked.contains(&"missing-file run.jsonl".to_owned()), "{locked:?}");
    let link = spoil("run.jsonl", &|raw| raw.attributes = 0o120_777 << 16);
    assert!(link.contains(&"unsafe-path run.jsonl".to_owned()), "{link:?}");
    assert!(link.contains(&"missing-file run.jsonl".to_owned()), "{link:?}");
    let manifest = spoil("manifest.json", &|raw| raw.both(|header| header.method = 99));
    assert_eq!(
        manifest[..2],
        ["malformed-archive manifest.json", "unreadable-file manifest.json"]
    );
}

/// Of two entries of one name neither is read, whichever a program would take.
#[test]
fn a_file_that_is_there_twice_is_not_read() {
    let sample = Sample::new();
    for again in ["manifest.json", "run.jsonl"] {
        let mut zip = archived(&sample);
        let twin = zip.entries.iter().find(|raw| raw.local.name == again.as_bytes());
        zip.push(twin.unwrap().clone());
        let told = complaints(&told_of(&sample, &zip));
        assert_eq!(told[0], format!("duplicate-path {again}"));
        assert!(told.contains(&format!("unreadable-file {again}")), "{told:?}");
    }
}

#[test]
fn what_lies_beside_the_folder_is_told_and_the_folder_verified() {
    let sample = Sample::new();
    let mut zip = archived(&sample);
    for raw in &mut zip.entries {
        raw.both(|header| header.name = [b"My package/", &header.name[..]].concat());
    }
    assert!(told_of(&sample, &zip).is_verified());
    for beside in ["__MACOSX/My package/._run.jsonl", "__MACOSX/._a", "notes.txt", "/etc/x"] {
        zip.push(Raw::stored(beside, b"x"));
    }
    let report = told_of(&sample, &zip);
    assert_eq!(
        complaints(&report),
        [
            // A space is what no path in a package has.
            "unsafe-path __MACOSX/My package/._run.jsonl",
            "extra-file __MACOSX/._a",
            "extra-file notes.txt",
            "unsafe-path /etc/x",
        ]
    );
    assert!(is_verified_beside(&report, 4));
    assert!(open(&zip.build()).is_err());
}

#[test]
fn an_archive_whose_directory_cannot_be_read_says_that_nothing_was_verified() {
    let sample = Sample::new();
    let rows: [&dyn Fn(&mut Zip); 6] = [
        &|zip| zip.after = vec![0],
        &|zip| zip.comment = b"c".to_vec(),
        &|zip| zip.end[0] = Some(1),
        &|zip| zip.end[4] = Some(3),
        &|zip| zip.in_directory = vec![0],
        &|zip| (zip.end[2], zip.end[3]) = (Some(1), Some(1)),
    ];
    for (i, change) in rows.into_iter().enumerate() {
        let mut zip = archived(&sample);
        change(&mut zip);
        let report = told_of(&sample, &zip);
        assert_eq!(complaints(&report), ["malformed-archive -"], "row {i}");
        let message = &report.problems[0].message;
        assert!(message.ends_with(": nothing in it was verified"), "{message}");
        assert!(report.manifest.is_none() && report.signatures.is_empty(), "row {i}");
    }
    // As far as the directory goes, its names are told.
    let mut zip = archived(&sample);
    zip.push(Raw::stored("../up", b"x"));
    zip.push(Raw::stored("findings.csv", b"x"));
    zip.in_directory = vec![0];
    let told = complaints(&told_of(&sample, &zip));
    assert_eq!(
        told,
        [
            "malformed-archive -",
            "unsafe-path ../up",
            "duplicate-path findings.csv"
        ]
    );
}

/// Whoever makes an archive chooses how much there is to say; another kind of fault is not lost in it.
#[test]
fn a_thousand_of_a_kind_are_named_and_the_others_counted() {
    let sample = Sample::new();
    let mut zip = archived(&sample);
    for i in 0..1_500 {
        zip.push(Raw::stored(&format!("/{i}"), b""));
    }
    zip.push(Raw::stored("run.jsonl", b""));
    zip.push(Raw::stored(&format!("/{}", "n".repeat(60_000)), b""));
    let report = told_of(&sample, &zip);
    let told = complaints(&report);
    assert_eq!(
        told.iter().filter(|told| told.starts_with("unsafe-path /")).count(),
        1_000
    );
    assert!(told.contains(&"duplicate-path run.jsonl".to_owned()), "{told:?}");
    let more = report
        .problems
        .iter()
        .find(|problem| problem.message.contains("more entries"));
    assert_eq!(more.unwrap().message, "501 more entries: the path is absolute");
    assert_eq!(more.unwrap().code.as_str(), "unsafe-path");
    let mut zip = archived(&sample);
    zip.push(Raw::stored(&format!("/{}", "n".repeat(60_000)), b""));
    let name = told_of(&sample, &zip).problems[0].file.clone().unwrap();
    assert_eq!(name.chars().count(), 4_097);
}

/// Reading goes on after a fault, but never into what two programs could read in two ways.
#[test]
fn what_can_be_read_is_listed_once() {
    let mut zip = Zip::new();
    for name in ["a/", "d/", "d/", "e"] {
        let folder = name.ends_with('/');
        zip.push(if folder {
            Raw::folder(name)
        } else {
            Raw::stored(name, b"e")
        });
    }
    zip.push(Raw::stored("a", b"other"));
    zip.push(Raw::stored("a/b", b"below a file"));
    let (archive, faults) = trailaudit_core::evidence::Archive::examine(Cursor::new(zip.build()));
    let archive = archive.unwrap();
    let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            r#"entry "a": the name stands there twice"#,
            r#"entry "a": the name of a file is also that of a folder"#,
            r#"entry "a/b": the name of a file is also that of a folder"#,
            r#"entry "d": the name stands there twice"#,
        ]
    );
    let mut listed: Vec<_> = archive.paths().unwrap().into_iter().map(|entry| entry.path).collect();
    listed.sort();
    assert_eq!(listed, ["a", "a/b", "d", "e", "manifest.json"]);
    let error = archive.open("a").err().unwrap();
    assert_eq!(error.to_string(), r#"entry "a": the name stands there twice"#);
    assert!(archive.open("e").is_ok());
}
