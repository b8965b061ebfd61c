//! A directory that one run works in, and one process at a time.
//!
//! ```text
//! unfinished/lock             locked while a process works here
//! unfinished/terms.json       what else a resumed run must have the same, beside the plan in the run log
//! unfinished/asked.tsv      what was answered about resources that trails name, until they have files of their own
//! ```
//!
//! `unfinished/` is there from before the first record to after the last file of a run: while it lies there, whatever
//! else does is work that `--resume` goes on with. No package has it. It lies in the directory and not beside it, so that
//! a mounted volume holds all that a later process needs.

mod sweep;

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use trailaudit_core::evidence::package::RUN_LOG;

use crate::error::disk_hint;
use crate::folder::Folder;
use crate::plan::{Change, Terms};

/// Where a run keeps what is no part of its records.
pub(crate) const UNFINISHED: &str = "unfinished";
const LOCK: &str = "unfinished/lock";
const TERMS: &str = "unfinished/terms.json";
pub(crate) const ASKED: &str = "unfinished/asked.tsv";

/// How often a directory is looked at again when another process finishes in it meanwhile.
const LOOKS: usize = 5;

/// A directory that this process alone works in, until the claim is [released](Self::release) or dropped. Dropped, the
/// run stays unfinished, and another process may [resume](Self::resume) it.
#[derive(Debug)]
pub struct Claim {
    root: PathBuf,
    /// Locked as long as it is open.
    _lock: File,
    /// Whether the directory was not there before.
    made: bool,
    resumed: bool,
}

/// Why a directory cannot be worked in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// Something lies there already.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// A run that was interrupted lies there.
    #[error("{} is not empty: it holds a run that has not ended", .0.display())]
    Unfinished(PathBuf),
    /// Another process has claimed it.
    #[error("another process is working in {}", .0.display())]
    Held(PathBuf),
    /// What lies there is nothing that could be resumed.
    #[error("{} is not empty, and no run was begun in it", .0.display())]
    NotARun(PathBuf),
    /// What was begun there was begun otherwise.
    #[error("{} was begun otherwise: {change}", path.display())]
    Otherwise {
        /// The directory.
        path: PathBuf,
        /// In what.
        change: Change,
    },
    /// It cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl ClaimError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotEmpty(_) => "name a directory that does not exist yet: nothing is ever overwritten",
            Self::Unfinished(_) => "the same command with --resume goes on with it; or name another directory",
            Self::Held(_) => "wait until it has ended, or name another directory",
            Self::NotARun(_) => "name the directory of the interrupted run, or one that does not exist yet",
            Self::Otherwise { .. } => "resume with the options it was begun with, or begin in another directory",
            Self::Io { source, .. } => return disk_hint(source.kind()),
        })
    }

    pub(crate) fn otherwise(path: &Path, change: Change) -> Self {
        let path = path.to_owned();
        Self::Otherwise { path, change }
    }
}

impl Claim {
    /// Claims a directory for a new run. It is made if need be.
    ///
    /// # Errors
    /// When something lies there, or it cannot be made.
    pub fn begin(root: &Path) -> Result<Self, ClaimError> {
        match State::of(root)? {
            State::Absent => Self::new(root, true, false),
            State::Empty => Self::new(root, false, false),
            State::Begun => Err(match Self::new(root, false, true) {
                Err(held @ ClaimError::Held(_)) => held,
                _ => ClaimError::Unfinished(root.to_owned()),
            }),
            State::Ended | State::Foreign => Err(ClaimError::NotEmpty(root.to_owned())),
        }
    }

    /// Claims the directory of a run that did not end, or a new one as [`begin`](Self::begin) does. Nothing when the
    /// run there has ended.
    ///
    /// # Errors
    /// When something else lies there, or another process works there.
    pub fn resume(root: &Path) -> Result<Option<Self>, ClaimError> {
        for _ in 0..LOOKS {
            match State::of(root)? {
                State::Absent | State::Empty => return Self::begin(root).map(Some),
                State::Ended => return Ok(None),
                State::Foreign => return Err(ClaimError::NotARun(root.to_owned())),
                State::Begun => match Self::new(root, false, true) {
                    // Whoever worked there has just ended.
                    Err(ClaimError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
                    claimed => return claimed.map(Some),
                },
            }
        }
        Err(ClaimError::Held(root.to_owned()))
    }

    fn new(root: &Path, made: bool, resumed: bool) -> Result<Self, ClaimError> {
        let folder = root.join(UNFINISHED);
        if !resumed {
            fs::create_dir_all(&folder).map_err(at(&folder))?;
            // That a directory is there has to survive as well.
            for directory in [root, root.parent().unwrap_or(root)] {
                let _ = File::open(directory).and_then(|directory| directory.sync_all());
            }
        }
        let path = root.join(LOCK);
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let lock = opened.map_err(at(&path))?;
        match lock.try_lock() {
            Ok(()) => (),
            Err(TryLockError::WouldBlock) => return Err(ClaimError::Held(root.to_owned())),
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                tracing::warn!(
                    "{}: this file system has no locks; see to it that no other process works there",
                    root.display()
                );
            }
            Err(TryLockError::Error(error)) => return Err(at(&path)(error)),
        }
        // Whoever held the lock may have taken its file away before it was ours.
        let (ours, there) = (lock.metadata(), fs::metadata(&path));
        let same = |ours: fs::Metadata, there: fs::Metadata| (ours.dev(), ours.ino()) == (there.dev(), there.ino());
        if !ours.and_then(|ours| Ok(same(ours, there?))).map_err(at(&path))? {
            return Err(at(&path)(io::ErrorKind::NotFound.into()));
        }
        Ok(Self {
            root: root.to_owned(),
            _lock: lock,
            made,
            resumed,
        })
    }

    /// The directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether a run had been begun there before.
    #[must_use]
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// Whether the directory was made for this run.
    #[must_use]
    pub fn is_made(&self) -> bool {
        self.made
    }

    /// Its files, but for those that belong to the work and not to the run.
    #[must_use]
    pub fn folder(&self) -> Folder {
        Folder::at_work(&self.root)
    }

    /// Keeps the terms of a run that begins, and compares those of one that is resumed with what it was begun with.
    ///
    /// # Errors
    /// [`ClaimError::Otherwise`], naming the first difference.
    pub fn on_terms(&self, terms: &Terms) -> Result<(), ClaimError> {
        let path = self.root.join(TERMS);
        // What a crash cut off, or never wrote, binds nobody.
        let kept: Option<Terms> = fs::read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some(kept) = kept.filter(|_| self.resumed) {
            return match Change::between(&kept, terms) {
                None => Ok(()),
                Some(change) => Err(ClaimError::otherwise(&self.root, change)),
            };
        }
        let bytes = serde_json::to_vec(terms).map_err(io::Error::other);
        let write = |bytes: Vec<u8>| {
            let mut file = File::create(&path)?;
            file.write_all(&bytes)?;
            file.sync_all()
        };
        bytes.and_then(write).map_err(at(&path))
    }

    /// Takes away everything that was made of records: what an earlier process left half done, or what came to nothing.
    /// Records and foreign files stay.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn sweep(&self) -> Result<(), ClaimError> {
        sweep::sweep(&self.root, Path::new("")).map_err(at(&self.root))
    }

    /// Ends the run: what belongs to the work is taken away, and the directory is nobody's.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn release(self) -> Result<(), ClaimError> {
        self.remove_work()
    }

    /// Takes back a run that came to nothing. Gives the claim back where an account is finished: that is kept.
    #[must_use]
    pub fn abandon(self) -> Option<Self> {
        let accounts = self.root.join("accounts");
        let has_records = fs::read_dir(&accounts).is_ok_and(|mut entries| entries.next().is_some());
        if self.resumed || has_records {
            return Some(self);
        }
        // Whatever cannot be removed stays: the error that brought us here is the one to report.
        let _ = fs::remove_dir(&accounts);
        let _ = fs::remove_file(self.root.join(RUN_LOG));
        let _ = self.sweep();
        let _ = self.remove_work();
        let _ = self.made.then(|| fs::remove_dir(&self.root));
        None
    }

    fn remove_work(&self) -> Result<(), ClaimError> {
        // The lock goes last: until then no other process takes the rest for an unfinished run that is nobody's.
        for name in [ASKED, TERMS, LOCK] {
            let path = self.root.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&path)(error)),
                _ => (),
            }
        }
        let folder = self.root.join(UNFINISHED);
        match fs::remove_dir(&folder) {
            // Another process has looked in meanwhile; it will see that there is nothing left to do.
            Err(error) if error.kind() != io::ErrorKind::DirectoryNotEmpty => Err(at(&folder)(error)),
            _ => File::open(&self.root)
                .and_then(|root| root.sync_all())
                .map_err(at(&self.root)),
        }
    }
}

/// What lies in a directory.
enum State {
    Absent,
    Empty,
    /// A run that has not ended.
    Begun,
    /// One that has.
    Ended,
    Foreign,
}

impl State {
    fn of(root: &Path) -> Result<Self, ClaimError> {
        let mut entries = match fs::read_dir(root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Absent),
            entries => entries.map_err(at(root))?,
        };
        let has = |name: &str| root.join(name).exists();
        Ok(match entries.next() {
            None => Self::Empty,
            Some(_) if has(UNFINISHED) => Self::Begun,
            Some(_) if has(RUN_LOG) => Self::Ended,
            Some(_) => Self::Foreign,
        })
    }
}

fn at(path: &Path) -> impl Fn(io::Error) -> ClaimError + use<> {
    let path = path.to_owned();
    move |source| ClaimError::Io {
        path: path.clone(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(rules: &str) -> Terms {
        [("the rules".to_owned(), rules.to_owned())].into()
    }

    #[test]
    fn a_claim_is_one_processs_until_it_ends() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("new");
        let claim = Claim::begin(&root).unwrap();
        assert!(claim.is_made() && !claim.is_resumed());
        claim.on_terms(&terms("all")).unwrap();
        assert!(matches!(Claim::begin(&root), Err(ClaimError::Held(_))));
        assert!(matches!(Claim::resume(&root), Err(ClaimError::Held(_))));
        drop(claim);

        assert!(matches!(Claim::begin(&root), Err(ClaimError::Unfinished(_))));
        let claim = Claim::resume(&root).unwrap().unwrap();
        assert!(claim.is_resumed());
        let otherwise = claim.on_terms(&terms("one")).unwrap_err().to_string();
        assert!(
            otherwise.ends_with("was begun otherwise: the rules: all then, one now"),
            "{otherwise}"
        );
        claim.on_terms(&terms("all")).unwrap();
        fs::write(root.join(RUN_LOG), "").unwrap();
        claim.release().unwrap();

        assert!(Claim::resume(&root).unwrap().is_none());
        assert!(matches!(Claim::begin(&root), Err(ClaimError::NotEmpty(_))));
        assert_eq!(fs::read_dir(&root).unwrap().count(), 1);
    }

    #[test]
    fn what_comes_to_nothing_leaves_nothing_and_a_finished_account_stays() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("new");
        let claim = Claim::begin(&root).unwrap();
        fs::create_dir(root.join("accounts")).unwrap();
        assert!(claim.abandon().is_none());
        assert!(!root.exists());

        fs::create_dir(&root).unwrap();
        let claim = Claim::begin(&root).unwrap();
        fs::create_dir(root.join("accounts")).unwrap();
        fs::write(root.join("accounts/1.jsonl.gz"), "").unwrap();
        assert!(claim.abandon().is_some());
        assert!(root.join("accounts/1.jsonl.gz").exists());
        drop(Claim::resume(&root).unwrap().unwrap().abandon().unwrap());
    }
}
