//! Packages on disk: where they are made, and how they are opened.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use trailaudit_aws::{Folder, write_new};
use trailaudit_core::evidence::archive::{self, Archive, ArchiveError};
use trailaudit_core::evidence::package::RecordFile;
use trailaudit_core::evidence::verify::verify_archive;
use trailaudit_core::evidence::{Files, Options, Report, verify};

use crate::error::{CommandError, Result};

/// What to tell who names something else.
pub(crate) const WHAT_IT_IS: &str = "a package is a directory, or the .zip of one";

/// Copies the records of one package or directory into another, and nothing else.
pub(crate) fn copy_records(from: &dyn Files, to: &Path) -> Result<()> {
    let refused = |error: io::Error| CommandError::file(to, &error);
    let entries = from.paths().map_err(refused)?.into_iter();
    let paths: Vec<_> = entries
        .filter_map(|entry| RecordFile::at(&entry.path).map(|_| entry.path))
        .collect();
    let folders: BTreeSet<_> = paths.iter().filter_map(|path| Path::new(path).parent()).collect();
    let copy = |path: &String| {
        let mut copied = File::create_new(to.join(path))?;
        io::copy(&mut from.open(path)?, &mut copied).map(drop)
    };
    let sync = |path: &String| File::open(to.join(path))?.sync_all();
    folders
        .into_iter()
        .try_for_each(|folder| fs::create_dir_all(to.join(folder)))
        .and_then(|()| paths.par_iter().try_for_each(copy))
        // Twenty thousand files are waited for once, when all are written, and not one after the other.
        .and_then(|()| paths.par_iter().try_for_each(sync))
        .map_err(refused)
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

/// Opens a package, as a directory or as a .zip archive, or a directory of records. An archive is read where it lies.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Files>> {
    if is_folder(path)? {
        return Ok(Box::new(open_folder(path)?));
    }
    match Archive::open(open_file(path)?) {
        Ok(archive) => Ok(Box::new(archive)),
        Err(error) => {
            let told = CommandError::refused(format_args!("{}: {error}", path.display()));
            Err(match error {
                ArchiveError::Entry { .. } => told.hint("`trailaudit verify` tells everything that is wrong with it"),
                _ => told.hint(WHAT_IT_IS),
            })
        }
    }
}

/// Verifies a package as [`open`] opens it. Of an archive that it refuses, everything is told that is wrong with it.
pub(crate) fn verified(path: &Path, options: &Options<'_>) -> Result<Report> {
    Ok(if is_folder(path)? {
        verify(&open_folder(path)?, options)
    } else {
        verify_archive(open_file(path)?, options)
    })
}

fn is_folder(path: &Path) -> Result<bool> {
    let metadata = fs::metadata(path).map_err(|error| {
        let told = CommandError::file(path, &error);
        match error.kind() {
            io::ErrorKind::NotFound => told.hint("name the directory that --out named, or the .zip of it"),
            _ => told,
        }
    })?;
    Ok(metadata.is_dir())
}

fn open_file(path: &Path) -> Result<BufReader<File>> {
    let file = File::open(path).map_err(|error| CommandError::file(path, &error))?;
    Ok(BufReader::new(file))
}

/// Opens a directory, to read it or to write into it.
pub(crate) fn open_folder(path: &Path) -> Result<Folder> {
    // One that cannot be listed is no package that fails: it cannot be read.
    let opened = Folder::open(path).and_then(|folder| fs::read_dir(path).map(|_| folder));
    opened.map_err(|error| {
        let told = CommandError::file(path, &error);
        match error.kind() {
            io::ErrorKind::NotADirectory => told.hint("an archive is only read: unpack it to change it"),
            _ => told,
        }
    })
}

/// Writes a package as an archive beside it; gives its path.
pub(crate) fn zip(folder: &Path) -> Result<PathBuf> {
    let path = beside(folder, ".zip");
    let files = open_folder(folder)?;
    let refused = |error: &dyn std::fmt::Display| CommandError::failed(format_args!("{}: {error}", path.display()));
    write_new(&path, &mut |out| {
        archive::write(&files, out).map(drop).map_err(io::Error::other)
    })
    .map_err(|error| refused(&error).hint("an archive that is there is never overwritten"))?;
    Ok(path)
}
