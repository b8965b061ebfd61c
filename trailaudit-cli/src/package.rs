//! Packages on disk: where they are made, and how they are opened.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use trailaudit_aws::Folder;
use trailaudit_core::evidence::Store as _;
use trailaudit_core::evidence::package::RecordFile;

use crate::error::{CommandError, Result};

/// Copies the records of one package or directory into another, and nothing else.
pub(crate) fn copy_records(from: &dyn trailaudit_core::evidence::Files, to: &Path) -> Result<()> {
    let refused = |error: io::Error| CommandError::file(to, &error);
    let mut folder = open(to)?;
    for entry in from.paths().map_err(refused)? {
        if RecordFile::at(&entry.path).is_some() {
            let copied = folder.write(&entry.path, &mut |out| {
                io::copy(&mut from.open(&entry.path)?, out).map(drop)
            });
            copied.map_err(refused)?;
        }
    }
    Ok(())
}

/// Makes the directory a package is written into: it must not exist, or be empty. Says whether it was made.
pub(crate) fn make_folder(path: &Path) -> Result<bool> {
    match fs::read_dir(path) {
        Ok(mut entries) => match entries.next() {
            None => Ok(false),
            Some(_) => Err(CommandError::failed(format_args!("{} is not empty", path.display()))
                .hint("name a directory that does not exist yet: nothing is ever overwritten")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(path).map_err(|error| CommandError::file(path, &error))?;
            Ok(true)
        }
        Err(error) => Err(CommandError::file(path, &error)),
    }
}

/// Takes away what a job that came to nothing left in its new directory.
pub(crate) fn remove_folder(path: &Path, made: bool) {
    let emptied = || -> io::Result<()> {
        for entry in fs::read_dir(path)? {
            let path = entry?.path();
            if path.is_dir() {
                fs::remove_dir_all(path)?;
            } else {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    };
    // Whatever cannot be removed stays: the error that brought us here is the one to report.
    let _ = if made { fs::remove_dir_all(path) } else { emptied() };
}

/// The file beside `path` with `suffix` appended to its name; `.` is named as its parent names it.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let path = match path.file_name() {
        Some(_) => path.to_owned(),
        None => fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

/// Opens a package or a directory of records.
pub(crate) fn open(path: &Path) -> Result<Folder> {
    Folder::open(path).map_err(|error| CommandError::file(path, &error))
}
