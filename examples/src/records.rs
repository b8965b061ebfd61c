//! Record files from a directory.

use std::io;
use std::path::Path;

use trailaudit_core::evidence::InMemory;

/// Takes everything under a directory into memory. A program that must not hold a whole package reads it
/// where it lies: [`Folder`](trailaudit_aws::Folder), or [`Files`](trailaudit_core::evidence::Files) over its own storage.
///
/// # Errors
/// When a file cannot be read or a name is not UTF-8.
pub fn read_directory(directory: &Path) -> io::Result<InMemory> {
    let mut files = InMemory::default();
    take(directory, "", &mut files)?;
    Ok(files)
}

fn take(directory: &Path, prefix: &str, files: &mut InMemory) -> io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name
            .to_str()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a file name is not UTF-8"))?;
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            take(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.insert(path, std::fs::read(entry.path())?);
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::read_directory;

    #[test]
    fn paths_are_relative_to_the_directory() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("accounts")).unwrap();
        std::fs::write(directory.path().join("run.jsonl"), "1").unwrap();
        std::fs::write(directory.path().join("accounts/index.jsonl"), "2").unwrap();
        let files = read_directory(directory.path()).unwrap();
        assert_eq!(files.bytes("run.jsonl"), Some(&b"1"[..]));
        assert_eq!(files.bytes("accounts/index.jsonl"), Some(&b"2"[..]));
    }
}
