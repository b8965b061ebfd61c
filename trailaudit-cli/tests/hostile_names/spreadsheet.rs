//! `LibreOffice` Calc, headless: what becomes of a table in it.

use std::fs;
use std::path::Path;
use std::process::Command;

use roxmltree::{Document, Node};

const TABLE: &str = "urn:oasis:names:tc:opendocument:xmlns:table:1.0";
const OFFICE: &str = "urn:oasis:names:tc:opendocument:xmlns:office:1.0";
const TEXT: &str = "urn:oasis:names:tc:opendocument:xmlns:text:1.0";

/// One cell as the spreadsheet has it.
#[derive(Clone, Debug)]
pub struct Cell {
    pub text: String,
    pub formula: Option<String>,
    /// `string`, `float` ...; none of an empty cell.
    pub kind: Option<String>,
}

/// A table as the spreadsheet has it.
#[derive(Debug)]
pub struct Sheet {
    pub rows: Vec<Vec<Cell>>,
    /// What leads out of the document or is more than a table, by the names of its elements.
    pub links: Vec<String>,
}

/// Opens CSV files (UTF-8, commas, quotes) as one does by clicking on them, and gives what each became.
pub fn open(tables: &[&Path], scratch: &Path) -> Vec<Sheet> {
    converted(tables, &["--infilter=Text - txt - csv (StarCalc):44,34,76,1"], scratch)
}

/// Opens workbooks, and gives what each became, all sheets in one.
#[allow(dead_code, reason = "not every test has workbooks")]
pub fn open_workbooks(workbooks: &[&Path], scratch: &Path) -> Vec<Sheet> {
    converted(workbooks, &[], scratch)
}

fn converted(tables: &[&Path], options: &[&str], scratch: &Path) -> Vec<Sheet> {
    let out = scratch.join("spreadsheets");
    let output = Command::new("soffice")
        .arg(format!(
            "-env:UserInstallation=file://{}",
            scratch.join("libreoffice").display()
        ))
        .args(["--headless", "--norestore"])
        .args(options)
        .args(["--convert-to", "fods", "--outdir"])
        .arg(&out)
        .args(tables)
        .env("HOME", scratch)
        .output()
        .expect("LibreOffice Calc is installed");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let read = |table: &&Path| {
        let path = out.join(table.file_stem().expect("a name")).with_extension("fods");
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}\n{told}", path.display()));
        sheet(&text)
    };
    tables.iter().map(read).collect()
}

fn sheet(text: &str) -> Sheet {
    const LINKS: [&str; 8] = [
        "a",
        "script",
        "dde-link",
        "table-source",
        "cell-range-source",
        "plugin",
        "object",
        "image",
    ];
    let options = roxmltree::ParsingOptions {
        nodes_limit: u32::MAX,
        ..Default::default()
    };
    let document = Document::parse_with_options(text, options).expect("XML");
    let body = document
        .descendants()
        .find(|node| node.has_tag_name((OFFICE, "spreadsheet")));
    let body = body.expect("a spreadsheet");
    let elements = body.descendants().map(|node| node.tag_name().name());
    let rows = body
        .descendants()
        .filter(|node| node.has_tag_name((TABLE, "table-row")));
    Sheet {
        links: elements
            .filter(|name| LINKS.contains(name))
            .map(str::to_owned)
            .collect(),
        rows: rows
            .flat_map(|row| {
                let cells = row.children().filter(Node::is_element);
                let cells = cells.flat_map(|node| vec![cell(node); repeated(node, "number-columns-repeated")]);
                vec![cells.collect(); repeated(row, "number-rows-repeated")]
            })
            .collect(),
    }
}

/// Equal neighbours are written once; what fills a sheet up to its end is no cell.
fn repeated(node: Node<'_, '_>, how: &str) -> usize {
    let times = node
        .attribute((TABLE, how))
        .map_or(1, |times| times.parse().expect("a number"));
    if times > 1_000 { 0 } else { times }
}

fn cell(node: Node<'_, '_>) -> Cell {
    let paragraphs = node.children().filter(|child| child.has_tag_name((TEXT, "p")));
    let mut text = Vec::new();
    for paragraph in paragraphs {
        let mut line = String::new();
        read(paragraph, &mut line);
        text.push(line);
    }
    Cell {
        text: text.join("\n"),
        formula: node.attribute((TABLE, "formula")).map(str::to_owned),
        kind: node.attribute((OFFICE, "value-type")).map(str::to_owned),
    }
}

/// Spaces in a row, tabs and line breaks are elements.
fn read(node: Node<'_, '_>, line: &mut String) {
    for child in node.children() {
        match child.tag_name().name() {
            _ if child.is_text() => line.push_str(child.text().unwrap_or_default()),
            "s" => {
                let count = child
                    .attribute((TEXT, "c"))
                    .map_or(1, |count| count.parse().expect("a number"));
                line.push_str(&" ".repeat(count));
            }
            "tab" => line.push('\t'),
            "line-break" => line.push('\n'),
            _ => read(child, line),
        }
    }
}
