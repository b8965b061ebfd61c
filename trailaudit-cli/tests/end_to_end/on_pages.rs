//! The pages for people hold every row of the tables.

use crate::audit::audit;
use crate::outputs::populated;
use crate::package::Row;

/// The pages for people have every row, too: of its exchanges, the beginning of each digest.
#[test]
fn pages_and_tables_carry_the_same_rows() {
    let audited = audit(populated(), &[]);
    let mut pages = audited.package.pages();
    pages.retain(|(path, _)| path.starts_with("report/findings-"));
    pages.sort_by_key(|(path, _)| (path.len(), path.clone()));
    assert!(pages.len() > 2, "{} pages", pages.len());
    let mut shown = Vec::new();
    for section in pages.iter().flat_map(|(_, page)| page.split("<section id=\"").skip(1)) {
        let rule = section.split('"').next().unwrap();
        let rows = section.split("<tr><th scope=\"row\">").skip(1);
        shown.extend(rows.map(|row| [vec![rule.to_owned()], cells(row)].concat()));
    }
    assert_eq!(shown.len(), audited.package.findings.len());
    for (shown, row) in shown.iter().zip(&audited.package.findings) {
        assert_eq!(*shown, as_shown(row));
    }
}

/// The cells of a row on a page, as they are read.
fn cells(row: &str) -> Vec<String> {
    let (row, _) = row.split_once("</tr>").unwrap();
    let cells = row.split("</t").filter(|cell| cell.contains('<'));
    let read = |cell: &str| {
        let pieces = cell
            .split('<')
            .map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
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
    };
    cells.map(read).collect()
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
    let evidence = row["evidence"].split(';').map(|id| id.get(..16).unwrap_or(id));
    let all = |parts: &[&str]| {
        let parts = parts.iter().filter(|part| !part.is_empty());
        parts.copied().collect::<Vec<_>>().join(" ")
    };
    vec![
        row["rule"].clone(),
        all(&[&row["account_name"], &row["account_id"]]),
        row["verdict"].replace('-', " "),
        all(&[&row["resource_id"], place, &inherited]),
        row["reason"].clone(),
        evidence.collect::<Vec<_>>().join(" "),
    ]
}
