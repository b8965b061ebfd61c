//! Whether the files are exactly those that were sealed, byte for byte.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use rayon::prelude::*;

use super::records::{self, Header};
use super::report::{Code, Problem, Problems};
use crate::evidence::Digest;
use crate::evidence::accounts::AccountLeaf;
use crate::evidence::files::{EntryKind, Files};
use crate::evidence::hashing::{Hashing, Measured};
use crate::evidence::manifest::Manifest;
use crate::evidence::package::{self, Collision, MANIFEST, Paths, RecordFile};
use crate::organization::AccountId;

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
pub(in crate::evidence) struct Expected {
    listed: BTreeMap<String, Pin>,
    /// The accounts, by id: each names the digests of its record files, and these have their paths by its id.
    leaves: Arc<[AccountLeaf]>,
    /// Whether there may be accounts that nothing here names.
    is_open: bool,
}

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
        Self {
            listed: files
                .map(|file| (file.path.clone(), pin(file.size, file.sha256)))
                .collect(),
            leaves: Arc::default(),
            is_open: false,
        }
    }

    /// Where the index of accounts cannot be read to its end: what lies there for an account may well be sealed.
    pub(super) fn open(self, is_open: bool) -> Self {
        Self { is_open, ..self }
    }

    /// The record files of accounts as well.
    pub(super) fn with(self, leaves: &Arc<[AccountLeaf]>) -> Self {
        Self {
            leaves: Arc::clone(leaves),
            ..self
        }
    }

    /// A file that neither the manifest nor a leaf names by its path.
    pub(super) fn add(&mut self, path: String, sha256: Digest) {
        self.listed.insert(path, Pin::of(sha256));
    }

    /// What a file has to be. Of an account's record files only its leaf says it, whatever the manifest lists.
    pub(super) fn pin(&self, path: &str) -> Option<Pin> {
        self.of_account(path).or_else(|| self.listed.get(path).copied())
    }

    /// The paths, in order.
    pub(super) fn paths(&self) -> Vec<(Cow<'_, str>, Pin)> {
        let listed = self.listed.iter().filter(|(path, _)| self.of_account(path).is_none());
        let listed = listed.map(|(path, pin)| (Cow::from(path), *pin));
        let of_accounts = self.leaves.iter().flat_map(AccountLeaf::files);
        let of_accounts = of_accounts.map(|(path, sha256)| (Cow::from(path), Pin::of(sha256)));
        let mut paths: Vec<_> = listed.chain(of_accounts).collect();
        paths.sort_by(|(a, _), (b, _)| a.cmp(b));
        paths
    }

    fn of_account(&self, path: &str) -> Option<Pin> {
        let leaf = |account: AccountId| {
            let found = self.leaves.binary_search_by(|leaf| leaf.account.cmp(&account));
            found.ok().map(|place| &self.leaves[place])
        };
        let sha256 = match RecordFile::at(path)? {
            RecordFile::Account(account) => leaf(account)?.records,
            RecordFile::Resources(account) => leaf(account)?.resources,
            RecordFile::Organization | RecordFile::RunLog => None,
        };
        sha256.map(Pin::of)
    }
}

impl Pin {
    /// Of a file of which only the digest is known.
    fn of(sha256: Digest) -> Self {
        Self { size: None, sha256 }
    }
}

/// The files whose bytes are those that were sealed, but for those with a header.
#[derive(Default)]
pub(super) struct Intact(BTreeSet<String>);

impl Intact {
    pub(super) fn has(&self, path: &str) -> bool {
        self.0.contains(path)
    }
}

/// The first lines of the record files whose bytes are those that were sealed, by path.
pub(super) type Headers = BTreeMap<String, Header>;

/// Compares what has to be there with what is, both ways.
pub(super) fn check(
    files: &dyn Files,
    present: &Present,
    expected: &Expected,
    problems: &mut Problems,
) -> (Intact, Headers) {
    let checked: Vec<_> = expected
        .paths()
        .into_par_iter()
        .map(|(path, pin)| {
            let checked = check_file(files, present, &path, pin);
            (path, checked)
        })
        .collect();
    let (mut intact, mut headers) = (Intact::default(), Headers::new());
    for (path, checked) in checked {
        match checked.map(Option::transpose) {
            Err(problem) => problems.push(problem),
            Ok(Err((code, message))) => problems.add(code, Some(&path), message),
            Ok(Ok(Some(header))) => _ = headers.insert(path.into_owned(), header),
            Ok(Ok(None)) => _ = intact.0.insert(path.into_owned()),
        }
    }
    for path in present.regular() {
        let is_apart = [MANIFEST, package::ACCOUNTS_INDEX, package::PROOF].contains(&path)
            || (expected.is_open && RecordFile::at(path).is_some());
        if expected.pin(path).is_none() && !is_apart && !package::is_of_signatures(path) {
            problems.add(Code::ExtraFile, Some(path), "nothing that was signed accounts for it");
        }
    }
    (intact, headers)
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
        Some(size) if length < size && sha256 == pin.sha256 => {
            let message = format!("it lists {path:?} with {size} bytes, but what was sealed has {length}");
            Err(Problem {
                code: Code::InconsistentManifest,
                file: Some(MANIFEST.to_owned()),
                message,
            })
        }
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
