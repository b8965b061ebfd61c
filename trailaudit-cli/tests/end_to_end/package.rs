//! A package as a stranger reads it: strict CSV, gzip's own `gzip`, JSON lines.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// One row of a table by column.
pub type Row = BTreeMap<String, String>;

pub struct Package {
    pub path: PathBuf,
    pub findings: Vec<Row>,
    pub coverage: Vec<Row>,
}

impl Package {
    pub fn at(path: &Path) -> Self {
        let table = |name: &str| rows(&fs::read_to_string(path.join(name)).expect(name));
        Self {
            path: path.to_owned(),
            findings: table("findings.csv"),
            coverage: table("coverage.csv"),
        }
    }

    pub fn bytes(&self, file: &str) -> Vec<u8> {
        fs::read(self.path.join(file)).expect(file)
    }

    pub fn json(&self, file: &str) -> Value {
        serde_json::from_slice(&self.bytes(file)).expect(file)
    }

    pub fn files(&self) -> Vec<String> {
        files(&self.path)
    }

    /// The pages for people, by their paths.
    pub fn pages(&self) -> Vec<(String, String)> {
        let mut files = self.files();
        files.retain(|file| Path::new(file).extension().is_some_and(|extension| extension == "html"));
        let page = |file: String| (String::from_utf8(self.bytes(&file)).expect("UTF-8"), file);
        files.into_iter().map(page).map(|(page, file)| (file, page)).collect()
    }

    /// The exchange of this id in one record file.
    pub fn exchange(&self, file: &str, id: &str) -> Option<Value> {
        let text = decompressed(&self.path.join(file));
        let lines = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("a JSON line"));
        lines.into_iter().find(|line| line["id"] == id)
    }
}

/// Every file below a directory, by its path from there, sorted.
pub fn files(root: &Path) -> Vec<String> {
    fn walk(root: &Path, below: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(root.join(below)).expect("a directory") {
            let entry = entry.expect("an entry");
            let path = below.join(entry.file_name());
            if entry.file_type().expect("a type").is_dir() {
                walk(root, &path, found);
            } else {
                found.push(path.to_str().expect("UTF-8").to_owned());
            }
        }
    }
    let mut found = Vec::new();
    walk(root, Path::new(""), &mut found);
    found.sort();
    found
}

/// A copy of a whole directory.
pub fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(&file);
        fs::create_dir_all(target.parent().expect("inside")).expect("a directory");
        fs::copy(from.join(&file), target).expect("copied");
    }
}

/// The text of a record file, unpacked by gzip itself.
pub fn decompressed(file: &Path) -> String {
    let unpacked = Command::new("gzip").arg("-dc").arg(file).output().expect("gzip");
    assert!(unpacked.status.success(), "{}", file.display());
    String::from_utf8(unpacked.stdout).expect("UTF-8")
}

/// The rows of a table by the names in its first line.
pub fn rows(text: &str) -> Vec<Row> {
    let mut records = records(text).into_iter();
    let header = records.next().expect("a header");
    let row = |record: Vec<String>| {
        assert_eq!(record.len(), header.len(), "{record:?}");
        header.iter().cloned().zip(record).collect()
    };
    records.map(row).collect()
}

/// RFC 4180 to the letter: every cell quoted, quotes doubled, cells parted by commas, each record ended by CRLF.
pub fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = vec![Vec::new()];
    let mut rest = text;
    while !rest.is_empty() {
        rest = rest.strip_prefix('"').expect("a cell opens with a quote");
        let mut cell = String::new();
        loop {
            let (before, after) = rest.split_once('"').expect("a cell closes with a quote");
            cell.push_str(before);
            rest = after;
            match rest.strip_prefix('"') {
                Some(after) => {
                    cell.push('"');
                    rest = after;
                }
                None => break,
            }
        }
        records.last_mut().expect("one at least").push(cell);
        if let Some(next) = rest.strip_prefix(',') {
            assert!(!next.is_empty(), "a cell is missing at the end");
            rest = next;
        } else {
            rest = rest.strip_prefix("\r\n").expect("CRLF after a record");
            records.push(Vec::new());
        }
    }
    assert_eq!(records.pop(), Some(Vec::new()), "the last record is not ended");
    records
}
