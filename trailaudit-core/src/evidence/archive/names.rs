//! From entries to files: the folder around a package falls away, folders are told from files, no name is there twice.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::directory::Listed;
use super::{ArchiveError, Fault, Located};
use crate::evidence::package::{self, MANIFEST, UnsafePath};

/// An entry by its path in the package.
struct Named {
    path: String,
    is_folder: bool,
    located: Located,
}

/// Whether files may have these paths, all together.
pub(super) fn check<'a>(paths: impl Iterator<Item = &'a str>) -> Result<(), ArchiveError> {
    let mut sorted: Vec<_> = paths.map(|path| (path, false)).collect();
    for (path, _) in &sorted {
        package::safe_path(path).map_err(|why| ArchiveError::entry(path.as_bytes(), why))?;
    }
    sorted.sort_by(|(a, _), (b, _)| in_folders(a, b));
    check_neighbours(sorted.into_iter())
}

/// The files by path, and the folders that have nothing in them.
pub(super) fn arrange(
    entries: Vec<Listed>,
    located: Vec<Located>,
) -> Result<(BTreeMap<String, Located>, Vec<String>), ArchiveError> {
    let mut named = Vec::with_capacity(entries.len());
    for (entry, located) in entries.into_iter().zip(located) {
        let is_folder = entry.is_folder();
        let path = String::from_utf8(entry.name);
        let path = path.map_err(|error| ArchiveError::entry(error.as_bytes(), Fault::NotUtf8))?;
        named.push(Named {
            path,
            is_folder,
            located,
        });
    }
    let around = folder_around(&named).map(str::to_owned);
    let around = around.as_deref().unwrap_or_default();
    for entry in &mut named {
        entry.path.drain(..around.len());
        let is_the_one_around = entry.path.is_empty() && !around.is_empty();
        if entry.is_folder && !is_the_one_around {
            entry.path.pop();
        }
        if !is_the_one_around {
            package::safe_path(&entry.path).map_err(|why| ArchiveError::entry(entry.path.as_bytes(), why))?;
        }
    }
    named.sort_by(|a, b| in_folders(&a.path, &b.path));
    check_neighbours(named.iter().map(|entry| (entry.path.as_str(), entry.is_folder)))?;
    let has_no_content = |(i, entry): &(usize, &Named)| {
        let next = named.get(i + 1);
        entry.is_folder && !entry.path.is_empty() && !next.is_some_and(|next| is_below(&next.path, &entry.path))
    };
    let empty = named.iter().enumerate().filter(has_no_content);
    let empty = empty.map(|(_, entry)| entry.path.clone()).collect();
    let files = named.into_iter().filter(|entry| !entry.is_folder);
    Ok((files.map(|entry| (entry.path, entry.located)).collect(), empty))
}

/// The one folder that everything lies in, with its slash, when the manifest lies directly in it. It is dropped, so it
/// may have a name that nothing in a package may have, such as one with spaces.
fn folder_around(named: &[Named]) -> Option<&str> {
    let first = named.first()?.path.as_str();
    let (folder, with_slash) = (first.split_once('/')?.0, first.split_inclusive('/').next()?);
    let is_plain = matches!(package::safe_path(folder), Ok(()) | Err(UnsafePath::Character(_)));
    let holds_all = || named.iter().all(|entry| entry.path.starts_with(with_slash));
    let is_manifest = |entry: &Named| entry.path.strip_prefix(with_slash) == Some(MANIFEST);
    (is_plain && holds_all() && named.iter().any(is_manifest)).then_some(with_slash)
}

/// Whether all can lie in one folder: paths in the order of [`in_folders`], each with whether it is one of a folder.
fn check_neighbours<'a>(mut sorted: impl Iterator<Item = (&'a str, bool)>) -> Result<(), ArchiveError> {
    let Some(mut before) = sorted.next() else {
        return Ok(());
    };
    for (path, is_folder) in sorted {
        let fault = if before.0 == path && before.1 == is_folder {
            Some(Fault::Duplicate)
        } else if before.0 == path || !before.1 && is_below(path, before.0) {
            Some(Fault::FileAndFolder)
        } else {
            None
        };
        if let Some(fault) = fault {
            return Err(ArchiveError::entry(path.as_bytes(), fault));
        }
        before = (path, is_folder);
    }
    Ok(())
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The order of a walk through folders, in which whatever is below a path comes directly after it: `/` first of all.
fn in_folders(a: &str, b: &str) -> Ordering {
    let key = |byte: u8| if byte == b'/' { 0 } else { byte };
    a.bytes().map(key).cmp(b.bytes().map(key))
}
