//! The report in a browser: axe-core finds nothing to say against any kind of page, light or dark, wide or narrow; no
//! page asks for anything, runs anything or is wider than its window; and paper has numbers on its pages.
//!
//! `chromium` is needed; `TRAILAUDIT_NODE` names the folder with Node and axe-core, `TRAILAUDIT_PYTHON` a Python with
//! pypdf. Each claim has its counterpart: a page in which one thing is wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../end_to_end/package.rs"]
#[allow(dead_code)]
mod package;
#[path = "../support/mod.rs"]
mod support;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use package::{Package, files};
use support::{told, trailaudit};

/// What is accepted for a time: so that there is something of every verdict.
const ACCEPTED: &str = r#"
[[exceptions]]
rule = "log-file-validation-enabled"
ou = "ROOT"
reason = "the archive is being rebuilt"
ticket = "CHG-1234"
requested-by = "ada@example.com"
approved-by = "grace@example.com"
starts = 2026-10-01
expires = 2026-12-31
"#;

const AS_OF: &str = "2026-11-20T03:00:00Z";

#[test]
fn every_kind_of_page_is_fit_for_everybody() {
    let report = Report::new();
    let pages = report.kinds();
    let seen = report.look(&pages);
    assert_eq!(seen.len(), pages.len() * 4, "wide and narrow, light and dark");
    for page in &seen {
        let at = format!("{} {} {}", page["page"], page["width"], page["scheme"]);
        for silent in ["violations", "requests", "logged"] {
            assert_eq!(page[silent], Value::Array(Vec::new()), "{silent} of {at}");
        }
        assert_eq!((&page["scripts"], &page["wider"]), (&0.into(), &Value::Null), "{at}");
        assert!(
            page["passes"].as_u64().unwrap() > 20,
            "axe-core looked at little of {at}"
        );
    }
}

/// Without its policy, and with the wrongs that a page could have, each of them is seen.
#[test]
fn whatever_is_wrong_is_seen() {
    let report = Report::new();
    let html = fs::read_to_string(report.path("package/report.html")).unwrap();
    let (start, end) = html.split_once("<meta http-equiv=\"Content-Security-Policy\"").unwrap();
    let bare = format!("{start}{}", end.split_once('>').unwrap().1);
    let wrong = "<script>1</script><img src=\"nowhere.png\"><p style=\"width:2000px;max-width:none;color:#999\">pale</p></main>";
    fs::write(report.path("wrong.html"), bare.replace("</main>", wrong)).unwrap();
    let seen = report.look(&["wrong.html".to_owned()]);
    for page in &seen {
        let violations = page["violations"].to_string();
        assert!(violations.contains("image-alt: "), "{page}");
        assert!(page["requests"].to_string().contains("nowhere.png"), "{page}");
        assert!(
            page["scripts"] == 1 && page["wider"].to_string().contains("pale"),
            "{page}"
        );
    }
    let pale = |page: &Value| page["violations"].to_string().contains("color-contrast: ");
    assert!(seen.iter().any(pale));
}

#[test]
fn pages_are_numbered_on_paper() {
    let report = Report::new();
    for page in report.kinds() {
        let pdf = report.path("page.pdf");
        report.browser(&["print", &page, pdf.to_str().unwrap()]);
        let sheets = Report::sheets(&pdf);
        for (number, text) in (1..).zip(&sheets) {
            let numbered = format!("{number} / {}", sheets.len());
            assert!(
                text.contains(&numbered),
                "{numbered} is not on sheet {number} of {page}: {text}"
            );
            let is_marked = text.contains("SIMULATED") || !page.starts_with("package/");
            assert!(is_marked, "sheet {number} of {page}");
        }
        assert!(!sheets.is_empty(), "{page}");
    }
    // The counterpart: a page that says nothing of numbers.
    fs::write(report.path("plain.html"), "<!doctype html><title>plain</title><p>plain").unwrap();
    let pdf = report.path("plain.pdf");
    report.browser(&["print", "plain.html", pdf.to_str().unwrap()]);
    assert!(!Report::sheets(&pdf).concat().contains("1 / 1"));
}

struct Report(TempDir);

impl Report {
    /// A package of a simulated Organization, with a signature page.
    fn new() -> Self {
        let report = Self(TempDir::new().unwrap());
        report.run(
            &[
                "demo",
                "--out",
                "demo",
                "--accounts",
                "12",
                "--regions",
                "5",
                "--as-of",
                AS_OF,
            ],
            0,
        );
        let root = Package::at(&report.path("demo")).findings[0]["organizational_unit"].clone();
        let accepted = ACCEPTED.replace("ROOT", root.split('/').next().unwrap());
        fs::write(report.path("trailaudit.toml"), accepted).unwrap();
        report.run(&["keygen", "--out", "key.pem"], 0);
        report.run(
            &[
                "assess",
                "demo",
                "--out",
                "package",
                "--config",
                "trailaudit.toml",
                "--require-signature",
                "reviewer",
            ],
            3,
        );
        let reviewed = [
            "sign",
            "package",
            "--key",
            "file:key.pem",
            "--role",
            "reviewer",
            "--name",
            "Grace Hopper",
            "--id",
            "grace@example.com",
            "--meaning",
            "review",
            "--allow-simulated",
        ];
        report.run(&reviewed, 0);
        report
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn run(&self, arguments: &[&str], code: i32) -> Output {
        let output = trailaudit(self.0.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", told(&output));
        output
    }

    /// One page of each kind: of the controls one that fails, and one that holds.
    fn kinds(&self) -> Vec<String> {
        const KINDS: [&str; 6] = [
            "accounts-1",
            "coverage",
            "evidence-1",
            "findings-1",
            "frameworks",
            "regions-1",
        ];
        let mut pages = files(&self.path("package"));
        pages.retain(|file| Path::new(file).extension().is_some_and(|extension| extension == "html"));
        let (controls, others): (Vec<_>, Vec<_>) = pages.iter().partition(|page| page.contains("/control-"));
        for page in others {
            let kind = |kind: &&str| page.starts_with(&format!("report/{}", kind.trim_end_matches('1')));
            assert!(page == "report.html" || KINDS.iter().any(kind), "{page}");
        }
        let stands = |verdict: &str| {
            let html = |page: &str| fs::read_to_string(self.path("package").join(page)).unwrap();
            let class = format!("<article class=\"control {verdict}\"");
            let found = controls.iter().find(|page| html(page).contains(&class));
            found.unwrap_or_else(|| panic!("no control is {verdict}"))
        };
        ["report.html".to_owned()]
            .into_iter()
            .chain(KINDS.map(|kind| format!("report/{kind}.html")))
            .chain(["fail", "pass"].map(|verdict| (*stands(verdict)).clone()))
            .map(|page| format!("package/{page}"))
            .chain(["package.signatures.html".to_owned()])
            .collect()
    }

    fn look(&self, pages: &[String]) -> Vec<Value> {
        let arguments: Vec<_> = ["look"].into_iter().chain(pages.iter().map(String::as_str)).collect();
        serde_json::from_slice(&self.browser(&arguments).stdout).unwrap()
    }

    fn browser(&self, arguments: &[&str]) -> Output {
        let modules = Path::new(&variable("TRAILAUDIT_NODE")).join("node_modules");
        let output = Command::new(modules.join(".bin/node"))
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pages/browser.mjs"))
            .args(arguments)
            .env("AXE", modules.join("axe-core/axe.min.js"))
            .current_dir(self.0.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", told(&output));
        output
    }

    /// The text of each sheet.
    fn sheets(pdf: &Path) -> Vec<String> {
        const SCRIPT: &str = "import json, sys, pypdf\n\
            print(json.dumps([page.extract_text() for page in pypdf.PdfReader(sys.argv[1]).pages]))";
        let output = Command::new(variable("TRAILAUDIT_PYTHON"))
            .args(["-c", SCRIPT])
            .arg(pdf)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", told(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: see .ci/test"))
}
