//! From entries to files: the folder around a package falls away, folders are told from files, and names are checked.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::faults::Faults;
use super::{ArchiveError, Fault, Located};
use crate::evidence::package::{self, MANIFEST, UnsafePath};

/// The files by path, each with where it lies or why it is not read.
pub(super) type Arranged = BTreeMap<String, Result<Located, Fault>>;

/// An entry by its path in the package.
struct Named {
    path: String,
    is_folder: bool,
    located: Result<Located, Fault>,
}

/// Whether files may have these paths, all together.
pub(super) fn check<'a>(paths: impl Iterator<Item = &'a str>) -> Result<(), ArchiveError> {
    let mut sorted: Vec<_> = paths.map(|path| (path, false)).collect();
    for (path, _) in &sorted {
        package::safe_path(path).map_err(|why| ArchiveError::entry(path.as_bytes(), why))?;
    }
    sorted.sort_by(|(a, _), (b, _)| in_folders(a, b));
    let mut found = Ok(());
    check_neighbours(sorted.into_iter(), |path, fault| {
        if found.is_ok() {
            found = Err(ArchiveError::entry(path.as_bytes(), fault));
        }
    });
    found
}

/// The files by path, and the folders that have nothing in them. What can have no place in a package is left out.
pub(super) fn arrange(
    entries: impl Iterator<Item = (Vec<u8>, Result<Located, Fault>)>,
    faults: &mut Faults,
) -> (Arranged, Vec<String>) {
    let mut named = Vec::new();
    for (name, located) in entries {
        match String::from_utf8(name) {
            Ok(path) => named.push(Named {
                is_folder: path.ends_with('/'),
                path,
                located,
            }),
            Err(error) => faults.add(error.as_bytes(), Fault::NotUtf8),
        }
    }
    let around = folder_around(&named).map(str::to_owned);
    let around = around.as_deref().unwrap_or_default();
    named.retain_mut(|entry| match entry.move_out_of(around) {
        Ok(()) => true,
        Err(fault) => {
            faults.add(entry.trimmed().as_bytes(), fault);
            false
        }
    });
    // Files first, so that what is there twice stands side by side.
    named.sort_by(|a, b| in_folders(&a.path, &b.path).then(a.is_folder.cmp(&b.is_folder)));
    let mut twice = BTreeSet::new();
    let sorted = named.iter().map(|entry| (entry.path.as_str(), entry.is_folder));
    check_neighbours(sorted, |path, fault| {
        faults.add(path.as_bytes(), fault);
        if fault == Fault::Duplicate {
            twice.insert(path.to_owned());
        }
    });
    let has_no_content = |(i, entry): &(usize, &Named)| {
        let next = named.get(i + 1);
        entry.is_folder && !entry.path.is_empty() && !next.is_some_and(|next| is_below(&next.path, &entry.path))
    };
    let empty = named.iter().enumerate().filter(has_no_content);
    let empty: BTreeSet<_> = empty.map(|(_, entry)| entry.path.clone()).collect();
    let is_file = |entry: &Named| !entry.is_folder && entry.located.err() != Some(Fault::NotRegular);
    let mut files: Arranged = named
        .into_iter()
        .filter(is_file)
        .map(|entry| (entry.path, entry.located))
        .collect();
    for (path, located) in &mut files {
        // Which of the two is meant, nobody can tell.
        if twice.contains(path) {
            *located = Err(Fault::Duplicate);
        }
    }
    let empty = empty.into_iter().filter(|path| !files.contains_key(path)).collect();
    (files, empty)
}

impl Named {
    /// Drops the folder around the package from the path. The entry of that folder itself has an empty path then.
    fn move_out_of(&mut self, around: &str) -> Result<(), Fault> {
        let is_in = self.path.starts_with(around);
        if is_in {
            self.path.drain(..around.len());
        }
        if is_in && self.path.is_empty() && !around.is_empty() {
            return Ok(());
        }
        package::safe_path(self.trimmed())?;
        if !is_in {
            return Err(Fault::Beside);
        }
        self.path.truncate(self.trimmed().len());
        Ok(())
    }

    /// The path without the slash at the end of a folder's.
    fn trimmed(&self) -> &str {
        if self.is_folder {
            self.path.strip_suffix('/').unwrap_or_default()
        } else {
            &self.path
        }
    }
}

/// The folder that the package is in, with its slash: the manifest lies directly in it, and not in another or on top.
/// It is dropped, so it may have a name that nothing in a package may have, such as one with spaces.
fn folder_around(named: &[Named]) -> Option<&str> {
    let is_plain = |folder: &str| matches!(package::safe_path(folder), Ok(()) | Err(UnsafePath::Character(_)));
    let mut around = None;
    for entry in named {
        let Some(with_slash) = entry.path.strip_suffix(MANIFEST) else {
            continue;
        };
        match with_slash.strip_suffix('/') {
            Some(folder) if folder.contains('/') || !is_plain(folder) => {}
            Some(_) if around.is_none_or(|around| around == with_slash) => around = Some(with_slash),
            Some(_) => return None,
            None if with_slash.is_empty() => return None,
            None => {}
        }
    }
    around
}

/// Whether all can lie in one folder: paths in the order of [`in_folders`], each with whether it is one of a folder.
fn check_neighbours<'a>(sorted: impl Iterator<Item = (&'a str, bool)>, mut refuse: impl FnMut(&'a str, Fault)) {
    let (mut before, mut last_file) = (None, None);
    for (path, is_folder) in sorted {
        let is_in_the_way = |file: &str| file == path || is_below(path, file);
        if before == Some((path, is_folder)) {
            refuse(path, Fault::Duplicate);
        } else if last_file.is_some_and(is_in_the_way) {
            refuse(path, Fault::FileAndFolder);
        } else if !is_folder {
            last_file = Some(path);
        }
        before = Some((path, is_folder));
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The order of a walk through folders, in which whatever is below a path comes directly after it: `/` first of all.
fn in_folders(a: &str, b: &str) -> Ordering {
    let key = |byte: u8| if byte == b'/' { 0 } else { byte };
    a.bytes().map(key).cmp(b.bytes().map(key))
}
