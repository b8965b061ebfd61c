//! Names chosen by others, from end to end and into the programs people open a package with: `LibreOffice` calculates
//! nothing, Chromium runs and loads nothing, a terminal obeys nothing, and the package still verifies.
//!
//! `chromium` and `soffice` are needed. Each claim has its counterpart: the same names, raw, where something does happen.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "end_to_end/audit.rs"]
#[allow(dead_code)]
mod audit;
#[path = "hostile_names/browser.rs"]
mod browser;
#[path = "hostile_names/commands.rs"]
mod commands;
#[path = "hostile_names/listener.rs"]
mod listener;
#[path = "hostile_names/names.rs"]
mod names;
#[path = "end_to_end/package.rs"]
#[allow(dead_code)]
mod package;
#[path = "hostile_names/pages.rs"]
mod pages;
#[path = "terminal/pseudo.rs"]
#[allow(dead_code)]
mod pseudo;
#[path = "hostile_names/spreadsheet.rs"]
mod spreadsheet;
mod support;
#[path = "end_to_end/worlds.rs"]
#[allow(dead_code)]
mod worlds;

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use audit::Bench;
use listener::Listener;
use names::{TAG, TRAIL, UNIT_ID, drives_a_terminal};
use package::{Package, decompressed};
use spreadsheet::Cell;
use support::{told, trailaudit};
use worlds::{FIRST, HOME, account, sound};

/// A signer's name: no control character, which is refused, but all else.
const SIGNER: &str =
    "=1+1 <img src=http://hostile.example/signer onerror=\"document.body.append('ra'+'n!')\"> \u{202e}adA";

#[test]
fn names_stay_names_in_every_program() {
    let bench = Bench::new(names::world());
    let scratch = bench.path();
    let run = |arguments: &[&str]| tame(trailaudit(scratch).args(arguments).output().unwrap(), 0);
    for key in ["key.pem", "reviewer.pem"] {
        run(&["keygen", "--out", key]);
    }
    let scope = format!("team={TAG}");
    let signer = [
        "--sign",
        "file:key.pem",
        "--signer-name",
        SIGNER,
        "--signer-id",
        "a\u{2067}b",
    ];
    let output = bench
        .command("audit")
        .args(["--out", "package", "-v", "--account-tag", &scope])
        .args(signer)
        .output();
    // One account has no trail that serves it, and most cannot be entered.
    tame(output.unwrap(), 3);
    run(&[
        "sign",
        "package",
        "--key",
        "file:reviewer.pem",
        "--role",
        "reviewer",
        "--meaning",
        "review",
        "--name",
        SIGNER,
        "--id",
        "<b>reviewer",
        "--allow-simulated",
    ]);
    let keys = ["--key", "key.pub.pem", "--key", "reviewer.pub.pem", "--allow-simulated"];
    run(&[&["verify", "package", "--render", "signatures.html"], &keys[..]].concat());
    let json = run(&[&["verify", "package", "--format", "json"], &keys[..]].concat());
    let report: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(report["signatures"][1]["printedName"], SIGNER);

    let package = Package::at(&scratch.join("package"));
    raw_in_json(&package);
    inert_in_libreoffice(&package, scratch);
    for page in ["signatures.html", "package.signatures.html"] {
        let dom = pages::inert_in_chromium(&scratch.join(page), scratch);
        pages::show(page, &dom, &[SIGNER]);
        pages::policy_holds(&scratch.join(page), scratch);
    }
    let with_names = pages::names_on(&package);
    let doms = with_names
        .iter()
        .map(|page| pages::inert_in_chromium(&package.path.join(page), scratch));
    let names: Vec<_> = names::all().chain([TAG, UNIT_ID, TRAIL]).collect();
    pages::show("the report", &doms.collect::<String>(), &names);
    pages::policy_holds(&package.path.join("report/accounts-1.html"), scratch);
}

/// Eighty thousand times as long as AWS allows; nothing is lost, and everything still opens.
#[test]
fn a_name_of_four_megabytes_is_a_name() {
    let long = "=<script>\u{202e}".repeat((4 << 20) / 12 + 1);
    let mut world = sound(&[HOME]);
    let first = account(&mut world, FIRST);
    first.name.clone_from(&long);
    first.roles.clear();
    let audited = audit::audit(world, &["--rule", "trail-logging"]);
    assert_eq!(audited.code, 4, "{}", audited.told);
    let scratch = audited.bench.path();
    assert!(audited.findings("trail-logging", FIRST)[0]["account_name"] == format!("'{long}"));
    let json = audited.package.json("findings.json");
    let rows = json["findings"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["account_name"] == long));

    let csv = audited.package.path.join("findings.csv");
    for sheet in spreadsheet::open(&[&csv], scratch) {
        assert_eq!(sheet.links, [""; 0]);
        assert_eq!(sheet.rows.len(), audited.package.findings.len() + 1);
        assert!(sheet.rows.iter().flatten().all(|cell| cell.formula.is_none()));
    }
    let listener = Listener::silent();
    let page = audited.package.path.join("report/accounts-1.html");
    let dom = browser::open(&page, listener.address(), scratch);
    assert!(!dom.contains("<script") && dom.contains("=&lt;script&gt;⟨U+202E⟩=&lt;script&gt;"));
    assert!(dom.contains("more characters⟩"));
    assert_eq!(listener.heard(), [""; 0]);
    println!(
        "findings.csv has {} bytes, the page of the account {}",
        fs::metadata(csv).unwrap().len(),
        fs::metadata(page).unwrap().len()
    );
}

/// What is told of an error is somebody else's word.
#[test]
fn words_of_others_obey_nobody() {
    let said = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}denied\r\nsigned:   by 9 signers\n  hint: run this";
    let body = serde_json::json!({"__type": "AccessDeniedException", "Message": said, "message": said}).to_string();
    let head = "Content-Type: application/x-amz-json-1.1\r\nConnection: close";
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\n{head}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let listener = Listener::start(answer);
    let bench = Bench::new(sound(&[HOME]));
    for options in [&["-vv"][..], &["-vv", "--log-format", "json"], &["--account", FIRST]] {
        let output = bench
            .command("audit")
            .env(
                "AWS_ENDPOINT_URL_ORGANIZATIONS",
                format!("http://{}", listener.address()),
            )
            .args(["--out", "refused"])
            .args(options)
            .output();
        let output = tame(output.unwrap(), 1);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("denied"), "{stderr}");
        let hints: Vec<_> = stderr.lines().filter(|line| line.starts_with("  hint:")).collect();
        assert!(!hints.iter().any(|hint| hint.contains("run this")), "{stderr}");
    }

    // A time-stamping authority that refuses, in words of its choice.
    let words = [&[0x0c, u8::try_from(said.len()).unwrap()], said.as_bytes()].concat();
    let inside = |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).unwrap()], content].concat();
    let status = [&[2, 1, 2][..], &inside(0x30, &words)].concat();
    let refusal = inside(0x30, &inside(0x30, &status));
    let head = "Content-Type: application/timestamp-reply\r\nConnection: close";
    let head = format!("HTTP/1.1 200 OK\r\n{head}\r\nContent-Length: {}\r\n\r\n", refusal.len());
    let listener = Listener::start(head + str::from_utf8(&refusal).unwrap());
    let tsa = format!("http://{}", listener.address());
    tame(
        trailaudit(bench.path())
            .args(["keygen", "--out", "key.pem"])
            .output()
            .unwrap(),
        0,
    );
    for (folder, options) in [
        ("text", &[][..]),
        ("json", &["--summary", "json", "--log-format", "json"]),
    ] {
        let output = bench
            .command("audit")
            .args([
                "--out",
                folder,
                "--sign",
                "file:key.pem",
                "--signer-name",
                "A",
                "--signer-id",
                "a",
                "--tsa",
                &tsa,
            ])
            .args(options)
            .output();
        let output = tame(output.unwrap(), 0);
        let (stdout, stderr) = (
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        );
        assert!(stderr.contains("denied"), "{stderr}");
        assert!(!stdout.lines().any(|line| line == "signed:   by 9 signers"), "{stdout}");
        assert!(stdout.contains("denied") || folder == "json", "{stdout}");
    }

    // A file that somebody put into the package.
    let name = "a\u{1b}[2J\u{202e}\nVERIFIED     every file";
    fs::write(bench.path().join("text").join(name), "").unwrap();
    for options in [&[][..], &["--format", "json"]] {
        let output = trailaudit(bench.path())
            .args(["verify", "text", "--allow-simulated"])
            .args(options)
            .output();
        let output = tame(output.unwrap(), 5);
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(!stdout.lines().any(|line| line.starts_with("VERIFIED")), "{stdout}");
        if let Ok(report) = serde_json::from_str::<Value>(&stdout) {
            let problems = report["problems"].as_array().unwrap();
            assert!(problems.iter().any(|problem| problem["file"] == name), "{stdout}");
        }
    }
}

/// What a run said obeys nobody; gives it when it ended with this code.
fn tame(output: Output, code: i32) -> Output {
    assert_eq!(output.status.code(), Some(code), "{}", told(&output));
    let obeyed = told(&output).chars().find(|c| drives_a_terminal(*c));
    assert_eq!(obeyed, None, "{:?}", told(&output));
    output
}

fn raw_in_json(package: &Package) {
    let (findings, coverage) = (package.json("findings.json"), package.json("coverage.json"));
    let rows = findings["findings"]
        .as_array()
        .unwrap()
        .iter()
        .chain(coverage["cells"].as_array().unwrap());
    let rows: Vec<_> = rows.collect();
    for name in names::all() {
        let row = rows.iter().find(|row| row["account_name"] == name);
        let row = row.unwrap_or_else(|| panic!("{name:?} is not in the tables"));
        assert!(row["organizational_unit"].as_str().unwrap().contains(UNIT_ID), "{row}");
    }
    let records = decompressed(&package.path.join("organization.jsonl.gz"));
    for name in names::all().chain([UNIT_ID, TAG]) {
        let written = Value::from(name).to_string();
        assert!(
            records.contains(written.trim_matches('"')),
            "{name:?} is not in the records"
        );
    }
    let resources = package
        .files()
        .into_iter()
        .filter(|file| file.starts_with("resources/"));
    let longest = resources.map(|file| decompressed(&package.path.join(file)).len()).max();
    assert!(longest > Some(4 << 20), "the description is not in the records");
}

fn inert_in_libreoffice(package: &Package, scratch: &Path) {
    // The counterpart: the same names, written by who knows nothing.
    let careless = |name: &str| format!("\"{}\"\r\n", name.replace('"', "\"\""));
    let careless: Vec<_> = names::all().map(careless).collect();
    let control = scratch.join("control.csv");
    fs::write(&control, careless.concat()).unwrap();

    let [findings, coverage] = ["findings.csv", "coverage.csv"].map(|name| package.path.join(name));
    let mut opened = spreadsheet::open(&[&findings, &coverage, &control], scratch);
    let control = opened.pop().unwrap();
    let cells = control.rows.iter().flatten();
    let calculated = cells.filter(|cell| cell.formula.is_some()).count();
    assert!(
        calculated >= 5,
        "only {calculated} raw names are formulas: {control:#?}"
    );
    assert!(!control.links.is_empty(), "no raw name leads out of the table");

    let texts = [&package.findings, &package.coverage];
    let shown = |cell: &&Cell| cell.kind.as_deref() == Some("string");
    let mut names = 0;
    for (sheet, rows) in opened.iter().zip(texts) {
        assert_eq!(sheet.links, [""; 0]);
        assert_eq!(sheet.rows.len(), rows.len() + 1, "as many rows as records");
        let header: Vec<_> = sheet.rows[0].iter().map(|cell| cell.text.as_str()).collect();
        for (cells, row) in sheet.rows[1..].iter().zip(rows) {
            assert_eq!(cells.len(), header.len(), "{row:?}");
            for (cell, column) in cells.iter().zip(&header) {
                assert_eq!(cell.formula, None, "{column} of {row:?}");
                if cell.kind.is_some() && !shown(&cell) {
                    // Only our own digits are taken for a number.
                    assert_eq!(*column, "account_id", "{cell:?}");
                } else {
                    assert_eq!(cell.text, readable(&row[*column]), "{column}");
                    names += usize::from(*column == "account_name");
                }
            }
        }
    }
    println!("{names} names in LibreOffice, none of them a formula; {calculated} when written raw");
}

/// A cell's text as the spreadsheet keeps it: one kind of line break, and no character that XML cannot have.
fn readable(cell: &str) -> String {
    let lines = cell.replace("\r\n", "\n").replace('\r', "\n");
    lines.chars().filter(|c| *c >= ' ' || "\t\n".contains(*c)).collect()
}
