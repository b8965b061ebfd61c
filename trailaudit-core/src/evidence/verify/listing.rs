//! Whether the files are exactly those that were sealed, byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use rayon::prelude::*;

use super::records::{self, Header};
use super::report::{Code, Problem, Problems};
use crate::evidence::Digest;
use crate::evidence::files::{EntryKind, Files};
use crate::evidence::hashing::{Hashing, Measured};
use crate::evidence::manifest::Manifest;
use crate::evidence::package::{self, Collision, MANIFEST, Paths, RecordFile};

/// What lies in the package, by path.
pub(super) struct Present(BTreeMap<String, (EntryKind, u64)>);

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
            present.insert(entry.path, (entry.kind, entry.size));
        }
        Ok(Self(present))
    }

    /// Whether a regular file lies at `path`.
    pub(super) fn has(&self, path: &str) -> bool {
        self.size(path).is_some()
    }

    /// The regular files below a folder, in order.
    pub(super) fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.regular().filter(move |path| path.starts_with(folder))
    }

    /// How long the regular file at `path` is, as the listing says.
    fn size(&self, path: &str) -> Option<u64> {
        let (kind, size) = self.0.get(path)?;
        (*kind == EntryKind::Regular).then_some(*size)
    }

    fn regular(&self) -> impl Iterator<Item = &str> {
        let regular = self.0.iter().filter(|(_, (kind, _))| *kind == EntryKind::Regular);
        regular.map(|(path, _)| path.as_str())
    }
}

/// Every file that has to be there, with its digest.
#[derive(Clone, Debug, Default)]
pub(in crate::evidence) struct Expected(BTreeMap<String, Pin>);

/// What a file has to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pin {
    /// The length, where the manifest lists it.
    pub(super) size: Option<u64>,
    pub(super) sha256: Digest,
}

impl Expected {
    /// What the manifest lists, of which an extract has only a part.
    pub(in crate::evidence) fn listed(manifest: &Manifest, is_part: impl Fn(&str) -> bool) -> Self {
        let files = manifest.files.iter().filter(|file| is_part(&file.path));
        let pin = |size, sha256| Pin {
            size: Some(size),
            sha256,
        };
        Self(
            files
                .map(|file| (file.path.clone(), pin(file.size, file.sha256)))
                .collect(),
        )
    }

    /// What an account's leaf commits to.
    pub(super) fn add(&mut self, path: String, sha256: Digest) {
        self.0.insert(path, Pin { size: None, sha256 });
    }

    pub(super) fn pin(&self, path: &str) -> Option<Pin> {
        self.0.get(path).copied()
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = (&str, Pin)> {
        self.0.iter().map(|(path, pin)| (path.as_str(), *pin))
    }
}

/// The files whose bytes are those that were sealed.
#[derive(Default)]
pub(super) struct Intact {
    paths: BTreeSet<String>,
    /// The first lines of the record files.
    pub(super) headers: BTreeMap<String, Header>,
}

impl Intact {
    pub(super) fn has(&self, path: &str) -> bool {
        self.paths.contains(path)
    }
}

/// Compares what has to be there with what is, both ways.
pub(super) fn check(files: &dyn Files, present: &Present, expected: &Expected, problems: &mut Problems) -> Intact {
    let expected_files: Vec<_> = expected.paths().collect();
    let checked: Vec<_> = expected_files
        .into_par_iter()
        .map(|(path, pin)| (path, check_file(files, present, path, pin)))
        .collect();
    let mut intact = Intact::default();
    for (path, checked) in checked {
        match checked {
            Err(problem) => problems.push(problem),
            Ok(header) => {
                intact.paths.insert(path.to_owned());
                match header.transpose() {
                    Ok(header) => intact.headers.extend(header.map(|header| (path.to_owned(), header))),
                    Err((code, message)) => problems.add(code, Some(path), message),
                }
            }
        }
    }
    for path in present.regular() {
        let is_apart = [MANIFEST, package::ACCOUNTS_INDEX, package::PROOF].contains(&path);
        if expected.pin(path).is_none() && !is_apart && !package::is_of_signatures(path) {
            problems.add(Code::ExtraFile, Some(path), "nothing that was signed accounts for it");
        }
    }
    intact
}

/// The manifest's list itself: sorted, safe, complete, and about files it may speak about.
pub(super) fn check_list(manifest: &Manifest, problems: &mut Problems) {
    let mut paths = Paths::default();
    for listed in &manifest.files {
        check_path(&listed.path, Some(MANIFEST), &mut paths, problems);
        if package::is_outside_the_list(&listed.path) {
            let message = format!("it lists {:?}, which no manifest lists", listed.path);
            problems.add(Code::InconsistentManifest, Some(MANIFEST), message);
        }
    }
    if !manifest.files.is_sorted_by(|a, b| a.path <= b.path) {
        let message = "its list of files is not sorted by path";
        problems.add(Code::InconsistentManifest, Some(MANIFEST), message);
    }
    for path in package::REQUIRED {
        if manifest.file(path).is_none() {
            let message = "every package has it, but the manifest does not list it";
            problems.add(Code::MissingFile, Some(path), message);
        }
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

type Refused = (Code, String);

/// The header of a file that is what was sealed, when it is a record file; what is wrong with it otherwise.
pub(super) fn check_file(
    files: &dyn Files,
    present: &Present,
    path: &str,
    pin: Pin,
) -> Result<Option<Result<Header, Refused>>, Problem> {
    let problem = |code, message: String| Problem {
        code,
        file: Some(path.to_owned()),
        message,
    };
    let Some(present_size) = present.size(path) else {
        return Err(problem(
            Code::MissingFile,
            "it was sealed with the package, but it is not there".into(),
        ));
    };
    // A path that could lead elsewhere was reported; it is not followed.
    if let Err(why) = package::safe_path(path) {
        return Err(problem(Code::UnsafePath, why.to_string()));
    }
    let size = pin.size.unwrap_or(present_size);
    let read = files.open(path).and_then(|reader| {
        let mut hashing = Hashing::new(reader, size);
        let header = records::header(path, &mut hashing);
        Ok((header, hashing.finish()?))
    });
    let (header, measured) = read.map_err(|error| problem(Code::UnreadableFile, error.to_string()))?;
    let Measured { size: length, sha256 } = measured;
    match pin.size {
        Some(size) if length < size => {
            let message = format!("it has {length} bytes, the manifest lists {size}");
            Err(problem(Code::TruncatedFile, message))
        }
        Some(size) if length > size => {
            let message = format!("it has more than the {size} bytes the manifest lists");
            Err(problem(Code::ChangedFile, message))
        }
        _ if sha256 != pin.sha256 => {
            // Where the length is not known, the compression tells.
            let is_cut =
                pin.size.is_none() && RecordFile::at(path).is_some() && files.open(path).is_ok_and(records::is_cut);
            let code = if is_cut { Code::TruncatedFile } else { Code::ChangedFile };
            Err(problem(
                code,
                format!("its SHA-256 is {sha256}, sealed was {}", pin.sha256),
            ))
        }
        // Only bytes that are the sealed ones are worth a word about what they say.
        _ => Ok(header),
    }
}
