//! What a process that was ended has left half done.

use std::fs;
use std::io;
use std::path::Path;

use trailaudit_core::evidence::package::{
    ACCOUNTS_INDEX, MANIFEST, REQUIRED, RecordFile, is_of_report, is_of_signatures,
};

use super::UNFINISHED;
use crate::folder::WRITING;
use crate::journal::TEMPORARY;

/// Takes away, below a directory, what is made of records and what was being written. Records and foreign files stay.
pub(super) fn sweep(root: &Path, below: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(root.join(below)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let path = below.join(entry.file_name());
        let Some(name) = path.to_str().filter(|name| *name != UNFINISHED) else {
            continue;
        };
        if entry.file_type()?.is_dir() {
            sweep(root, &path)?;
            if ["report", "signatures", "keys"].contains(&name) {
                // Fails, as it should, when something else is in it.
                let _ = fs::remove_dir(entry.path());
            }
        } else if is_leftover(name) || is_derived(name) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A file that was being written when its process ended.
fn is_leftover(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let of_records = path.strip_suffix(TEMPORARY).and_then(RecordFile::at);
    name.starts_with(WRITING) || of_records.is_some()
}

/// A file that is made of records.
fn is_derived(path: &str) -> bool {
    let of_package = REQUIRED.contains(&path)
        || [MANIFEST, ACCOUNTS_INDEX].contains(&path)
        || is_of_report(path)
        || is_of_signatures(path);
    of_package && RecordFile::at(path).is_none()
}

#[cfg(test)]
mod tests {
    use super::super::Claim;
    use super::*;

    #[test]
    fn only_what_is_made_of_records_is_swept_away() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("new");
        let claim = Claim::begin(&root).unwrap();
        let kept = [
            "accounts/1.jsonl.gz",
            "organization.jsonl.gz",
            "run.jsonl",
            "precious.tmp",
            "unfinished/asked.tsv",
        ];
        let swept = [
            "accounts/1.jsonl.gz.tmp",
            "accounts/.writing-x",
            "accounts/index.jsonl",
            "findings.csv",
            "keys/a.pem",
            "manifest.json",
            "report/a.html",
            "run.jsonl.tmp",
            "signatures/01-preparer.sigstore.json",
        ];
        for file in kept.iter().chain(&swept) {
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::write(root.join(file), "x").unwrap();
        }
        claim.sweep().unwrap();
        assert!(kept.iter().all(|file| root.join(file).exists()));
        assert!(!swept.iter().any(|file| root.join(file).exists()));
        assert!(!root.join("report").exists() && !root.join("keys").exists() && !root.join("signatures").exists());
    }
}
