//! A package's files, wherever they lie: a directory, an archive, memory.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

/// Read access to a package. Files are opened from several threads at once.
pub trait Files: Sync {
    /// Everything in the package, in any order, without following links. Directories are not named, unless they are
    /// empty: then as [`EntryKind::Other`], so that nothing in the package goes unseen.
    ///
    /// # Errors
    /// When the package cannot be listed.
    fn paths(&self) -> io::Result<Vec<Entry>>;

    /// Opens a file that [`Files::paths`] named. A link must be refused, not followed.
    ///
    /// # Errors
    /// When it cannot be opened; `NotFound` when there is no such file.
    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>>;
}

/// Write access to a package that is being made.
pub trait Store: Files + Send {
    /// Writes a file so that it is there whole or not at all, in place of one that may lie there.
    ///
    /// # Errors
    /// What `content` says, or when the file cannot be written.
    fn write(&mut self, path: &str, content: Content<'_>) -> io::Result<()>;

    /// Writes two files side by side, each as [`Store::write`] does; neither is there before both are written. Others may
    /// be written whole in the meantime.
    ///
    /// A store that does not do better holds both in memory until then.
    ///
    /// # Errors
    /// As [`Store::write`].
    fn write_pair(&mut self, paths: [&str; 2], content: PairContent<'_>) -> io::Result<()> {
        let mut pair = [Vec::new(), Vec::new()];
        let [one, other] = &mut pair;
        content([one, other], &mut |path, bytes| {
            self.write(path, &mut |out| out.write_all(bytes))
        })?;
        for (path, bytes) in paths.into_iter().zip(pair) {
            self.write(path, &mut |out| out.write_all(&bytes))?;
        }
        Ok(())
    }

    /// Writes several files, each as [`Store::write`] does; where that is possible, at the same time.
    ///
    /// # Errors
    /// As [`Store::write`]: of one that failed.
    fn write_each(&mut self, files: Vec<(&str, OwnContent<'_>)>) -> io::Result<()> {
        files
            .into_iter()
            .try_for_each(|(path, mut content)| self.write(path, &mut *content))
    }
}

/// What writes a file's bytes, on any thread.
pub type OwnContent<'a> = Box<dyn FnMut(&mut dyn Write) -> io::Result<()> + Send + 'a>;

/// What writes the bytes of two files, and whole files in the meantime.
pub type PairContent<'a> = &'a mut dyn FnMut([&mut dyn Write; 2], Meanwhile<'_>) -> io::Result<()>;

/// Writes a whole file: its path and its bytes.
pub type Meanwhile<'a> = &'a mut dyn FnMut(&str, &[u8]) -> io::Result<()>;

/// What writes a file's bytes.
pub type Content<'a> = &'a mut dyn FnMut(&mut dyn Write) -> io::Result<()>;

/// One thing in a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path, with `/` between segments.
    pub path: String,
    /// Its length in bytes, as the listing says.
    pub size: u64,
    /// What it is.
    pub kind: EntryKind,
}

/// What a thing in a package is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    Regular,
    /// A symbolic link, which no package has.
    Symlink,
    /// A device, a socket, an empty directory: nothing a package has.
    Other,
}

/// A package held in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InMemory {
    files: BTreeMap<String, Vec<u8>>,
}

impl InMemory {
    /// Puts a file there, in place of one that may lie there.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), bytes.into());
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: &str) -> Option<Vec<u8>> {
        self.files.remove(path)
    }

    /// A file's bytes.
    #[must_use]
    pub fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// A file's bytes, to be changed.
    pub fn bytes_mut(&mut self, path: &str) -> Option<&mut Vec<u8>> {
        self.files.get_mut(path)
    }
}

impl Files for InMemory {
    fn paths(&self) -> io::Result<Vec<Entry>> {
        let entry = |(path, bytes): (&String, &Vec<u8>)| Entry {
            path: path.clone(),
            size: bytes.len() as u64,
            kind: EntryKind::Regular,
        };
        Ok(self.files.iter().map(entry).collect())
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        match self.files.get(path) {
            Some(bytes) => Ok(Box::new(bytes.as_slice())),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Store for InMemory {
    fn write(&mut self, path: &str, content: Content<'_>) -> io::Result<()> {
        let mut bytes = Vec::new();
        content(&mut bytes)?;
        self.insert(path, bytes);
        Ok(())
    }
}
