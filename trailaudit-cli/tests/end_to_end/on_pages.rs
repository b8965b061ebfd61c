//! The pages for people hold every row of the tables.

use std::fs;

use crate::audit::audit;
use crate::exceptions::exception;
use crate::outputs::populated;
use crate::package::{Package, Row};
use crate::support::{told, trailaudit};

/// Of its exchanges, a page has the beginning of each digest.
#[test]
fn pages_and_tables_carry_the_same_rows() {
    let audited = audit(populated(), &[]);
    let root = audited.package.findings[0]["organizational_unit"].clone();
    let scope = format!("ou = \"{}\"", root.split('/').next().unwrap());
    let accepted = exception("trail-encrypted-with-customer-key", &scope, "2020-01-01", "2099-12-31");
    fs::write(audited.bench.path().join("accepted.toml"), accepted).unwrap();
    let output = trailaudit(audited.bench.path())
        .args(["assess", "package", "--out", "accepted", "--config", "accepted.toml"])
        .args(["--fail-on", "never"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", told(&output));
    let package = Package::at(&audited.bench.path().join("accepted"));
    let mut pages = package.pages();
    pages.retain(|(path, _)| path.starts_with("report/findings-"));
    pages.sort_by_key(|(path, _)| (path.len(), path.clone()));
    assert!(pages.len() > 2, "{} pages", pages.len());
    let mut shown = Vec::new();
    for (number, (_, page)) in (1..).zip(&pages) {
        assert!(page.contains(&format!("<h1>Every finding, page {number}</h1>")));
        for section in page.split("<section ").skip(1) {
            let title = read(section.split("</h2>").next().unwrap());
            let described = read(
                section
                    .split_once("class=\"row-of\"")
                    .unwrap()
                    .1
                    .split("</p>")
                    .next()
                    .unwrap(),
            );
            let rows = section.split("<tr><th scope=\"row\">").skip(1);
            shown.extend(rows.map(|row| [vec![title.clone(), described.clone()], cells(row)].concat()));
        }
    }
    assert_eq!(shown.len(), package.findings.len());
    for (shown, row) in shown.iter().zip(&package.findings) {
        let mut expected = as_shown(row);
        if shown[0].ends_with(" continued") {
            expected[0].push_str(" continued");
        }
        assert_eq!(*shown, expected);
    }
    for verdict in ["pass", "fail", "inconclusive", "excepted", "not-applicable"] {
        assert!(
            package.findings.iter().any(|row| row["verdict"] == verdict),
            "{verdict}"
        );
    }
}

/// The cells of a row on a page, as they are read.
fn cells(row: &str) -> Vec<String> {
    let (row, _) = row.split_once("</tr>").unwrap();
    let cells = row.split("</t").filter(|cell| cell.contains('<'));
    cells.map(read).collect()
}

/// What is read between the tags; what stands before the first `>` is the rest of one.
fn read(html: &str) -> String {
    let pieces = html
        .split('<')
        .map(|piece| piece.split_once('>').map_or("", |(_, text)| text));
    let text = pieces.collect::<String>();
    let text = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ]
    .iter()
    .fold(text, |text, (escaped, plain)| text.replace(escaped, plain));
    text.trim().to_owned()
}

/// A row of the table as it stands on a page.
fn as_shown(row: &Row) -> Vec<String> {
    let is_of_account = row["region"].is_empty() && row["resource_id"].is_empty();
    let place = if is_of_account {
        "the account as a whole"
    } else {
        &row["region"]
    };
    let inherited = match &*row["inherited_from"] {
        "" => String::new(),
        from if from == row["resource_id"] => "inherited".to_owned(),
        from => format!("inherited from {from}"),
    };
    let evidence = row["evidence"].split(';').map(|id| id.get(..16).unwrap_or("none"));
    let all = |parts: &[&str]| {
        let parts = parts.iter().filter(|part| !part.is_empty());
        parts.copied().collect::<Vec<_>>().join(" ")
    };
    let accepted = match &*row["exception"] {
        "" => String::new(),
        exception => format!("accepted: {exception}"),
    };
    let requirements = row["requirements"]
        .split(';')
        .filter(|requirement| !requirement.is_empty());
    let described = [&*row["rule"], &row["severity"]].into_iter().chain(requirements);
    vec![
        row["title"].clone(),
        described.collect::<Vec<_>>().join(" · "),
        all(&[&row["account_name"], &row["account_id"]]),
        row["verdict"].replace('-', " "),
        all(&[&row["resource_id"], place, &inherited]),
        all(&[&row["reason"], &accepted]),
        evidence.collect::<Vec<_>>().join(" "),
    ]
}
