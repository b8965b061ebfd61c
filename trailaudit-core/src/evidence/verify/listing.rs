//! Whether the files are exactly those the manifest lists, byte for byte.

use std::collections::{BTreeMap, HashMap};
use std::io;

use super::contents::{Contents, Found, Hashing};
use super::report::{Code, Problems};
use crate::evidence::files::{EntryKind, Files};
use crate::evidence::manifest::{FileRecord, Manifest};
use crate::evidence::package::{self, Collision, MANIFEST, Paths};

/// What lies in the package, by path.
pub(super) struct Present(BTreeMap<String, EntryKind>);

impl Present {
    /// Lists the package and reports what no package may have.
    pub(super) fn list(files: &dyn Files, problems: &mut Problems) -> io::Result<Self> {
        let mut entries = files.paths()?;
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let mut paths = Paths::default();
        let mut present = BTreeMap::new();
        for entry in entries {
            check_path(&entry.path, Some(&entry.path), &mut paths, problems);
            let what = match entry.kind {
                EntryKind::Regular => None,
                EntryKind::Symlink => Some("this is a symbolic link"),
                EntryKind::Other => Some("this is neither a file nor a directory with files in it"),
            };
            if let Some(what) = what {
                problems.add(Code::UnsafePath, Some(&entry.path), what);
            }
            present.insert(entry.path, entry.kind);
        }
        Ok(Self(present))
    }

    /// Whether a regular file lies at `path`.
    pub(super) fn has(&self, path: &str) -> bool {
        self.0.get(path) == Some(&EntryKind::Regular)
    }

    /// The regular files below a folder, in order.
    pub(super) fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.regular().filter(move |path| path.starts_with(folder))
    }

    fn regular(&self) -> impl Iterator<Item = &str> {
        let regular = self.0.iter().filter(|(_, kind)| **kind == EntryKind::Regular);
        regular.map(|(path, _)| path.as_str())
    }
}

/// The manifest's list as a map.
pub(super) fn by_path(manifest: &Manifest) -> HashMap<&str, &FileRecord> {
    manifest.files.iter().map(|file| (file.path.as_str(), file)).collect()
}

/// Compares the list with what is there, both ways, and gathers what the other checks need from the same bytes.
pub(super) fn check(files: &dyn Files, present: &Present, manifest: &Manifest, problems: &mut Problems) -> Contents {
    check_list(manifest, problems);
    let mut contents = Contents::default();
    for listed in &manifest.files {
        if present.has(&listed.path) {
            check_file(files, listed, &mut contents, problems);
        } else {
            problems.add(
                Code::MissingFile,
                Some(&listed.path),
                "the manifest lists it, but it is not there",
            );
        }
    }
    let by_path = by_path(manifest);
    for path in present.regular() {
        if !by_path.contains_key(path) && !package::is_outside_the_list(path) {
            problems.add(Code::ExtraFile, Some(path), "the manifest does not list it");
        }
    }
    for path in package::REQUIRED {
        if !by_path.contains_key(path) {
            problems.add(
                Code::MissingFile,
                Some(path),
                "every package has it, but the manifest does not list it",
            );
        }
    }
    contents
}

/// The list itself: sorted, safe, and about files it may speak about.
fn check_list(manifest: &Manifest, problems: &mut Problems) {
    let mut paths = Paths::default();
    for listed in &manifest.files {
        check_path(&listed.path, Some(MANIFEST), &mut paths, problems);
        if package::is_outside_the_list(&listed.path) {
            let message = format!("it lists {:?}, which no manifest lists", listed.path);
            problems.add(Code::InconsistentManifest, Some(MANIFEST), message);
        }
    }
    if !manifest.files.is_sorted_by(|a, b| a.path <= b.path) {
        problems.add(
            Code::InconsistentManifest,
            Some(MANIFEST),
            "its list of files is not sorted by path",
        );
    }
}

fn check_path(path: &str, file: Option<&str>, paths: &mut Paths, problems: &mut Problems) {
    if let Err(why) = package::safe_path(path) {
        problems.add(Code::UnsafePath, file, format!("{path:?}: {why}"));
    }
    if let Err(why) = paths.add(path) {
        let code = match why {
            Collision::Duplicate => Code::DuplicatePath,
            Collision::CaseFold(_) => Code::PathCollision,
        };
        problems.add(code, file, format!("{path:?}: {why}"));
    }
}

fn check_file(files: &dyn Files, listed: &FileRecord, contents: &mut Contents, problems: &mut Problems) {
    let path = Some(listed.path.as_str());
    // A path that could lead elsewhere was reported; it is not followed.
    if package::safe_path(&listed.path).is_err() {
        return;
    }
    let read = files.open(&listed.path).and_then(|reader| {
        let mut hashing = Hashing::new(reader, listed.size);
        let found = Found::read(&listed.path, &mut hashing);
        hashing.finish().map(|(length, sha256)| (found, length, sha256))
    });
    match read {
        Err(error) => problems.add(Code::UnreadableFile, path, error.to_string()),
        Ok((_, length, _)) if length < listed.size => {
            let message = format!("it has {length} bytes, the manifest lists {}", listed.size);
            problems.add(Code::TruncatedFile, path, message);
        }
        Ok((_, length, _)) if length > listed.size => {
            let message = format!("it has more than the {} bytes the manifest lists", listed.size);
            problems.add(Code::ChangedFile, path, message);
        }
        Ok((_, _, sha256)) if sha256 != listed.sha256 => {
            let message = format!("its SHA-256 is {sha256}, the manifest lists {}", listed.sha256);
            problems.add(Code::ChangedFile, path, message);
        }
        // Only bytes that are the listed ones are worth a word about what they say.
        Ok((Ok(found), ..)) => contents.keep(found),
        Ok((Err((code, message)), ..)) => problems.add(code, path, message),
    }
}
