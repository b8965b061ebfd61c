//! Exceptions in a package: a fail that somebody accepted.

use std::fs;
use std::path::Path;

use serde_json::Value;
use trailaudit_core::evidence::{Digest, Manifest};

use crate::package::records;

/// What the table says of why.
pub const EXCEPTION: &str = "TICKET-7, until 2027-03-31: =1+1 <b>\u{202e}moved</b>";

/// Has every other fail accepted, and seals the tables anew. Nobody has signed.
pub fn every_other_fail(package: &Path) {
    let findings = fs::read_to_string(package.join("findings.json")).unwrap();
    let mut fails = 0;
    let mut moved = Vec::new();
    let mut table = records(&fs::read_to_string(package.join("findings.csv")).unwrap());
    let mut rows = table.iter_mut().skip(1);
    let lines = findings.lines().map(|line| {
        let (json, comma) = line.strip_suffix(',').map_or((line, ""), |json| (json, ","));
        let Ok(mut entry) = serde_json::from_str::<Value>(json) else {
            return line.to_owned();
        };
        let row = rows.next().unwrap();
        fails += usize::from(entry["verdict"] == "fail");
        if entry["verdict"] != "fail" || fails % 2 == 0 {
            return line.to_owned();
        }
        moved.push(entry["rule"].as_str().unwrap().to_owned());
        entry["verdict"] = "excepted".into();
        entry["exception"] = EXCEPTION.into();
        "excepted".clone_into(&mut row[3]);
        EXCEPTION.clone_into(&mut row[12]);
        entry.to_string() + comma
    });
    let findings = lines.collect::<Vec<_>>().join("\n") + "\n";
    assert!(!moved.is_empty(), "nothing fails");
    let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    let line = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\r\n";
    let table: String = table.iter().map(line).collect();

    let path = package.join("manifest.json");
    let mut manifest = Manifest::parse(&fs::read(&path).unwrap()).unwrap();
    for (file, text) in [("findings.json", findings), ("findings.csv", table)] {
        let listed = manifest.files.iter_mut().find(|listed| listed.path == file).unwrap();
        listed.size = text.len() as u64;
        listed.sha256 = Digest::of(text.as_bytes());
        fs::write(package.join(file), text).unwrap();
    }
    for rule in moved {
        let counts = manifest.controls.get_mut(&rule).unwrap();
        *counts.get_mut("fail").unwrap() -= 1;
        *counts.entry("excepted".to_owned()).or_default() += 1;
    }
    fs::write(path, manifest.to_bytes().unwrap()).unwrap();
}
