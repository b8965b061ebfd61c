//! A package as one file: a ZIP archive, for transport only. What is signed is the manifest inside it.
//!
//! [`write()`] makes the same bytes from the same package on any machine. [`Archive`] reads a package from an archive
//! without unpacking it, and takes the archive for hostile: two programs must not be able to see two packages in it,
//! so every byte of it has to belong to one entry or to the directory at its end, and whatever is written twice has to
//! be the same both times. The structures are those of PKWARE's APPNOTE.TXT, version 6.3.10.
//!
//! What ordinary tools make from a package is taken: `zip -r`, `zip -X`, `zip -r -` into a pipe, Python's `zipfile` and
//! `shutil.make_archive`, 7-Zip, `bsdtar`, `jar`. Entries for folders may stand in it. When everything in it lies in
//! one folder that has a `manifest.json` directly in it, as `zip -r pkg.zip pkg` makes it, that folder is the package.
//! What a file manager adds (`.DS_Store`, or `__MACOSX/` beside that folder) is no part of a package, and told.
//!
//! [`Archive::open`] refuses an archive with the first thing that is wrong with it. [`Archive::examine`] gathers all of
//! them and still reads what nobody can read in two ways: it is for who wants to know what became of a package, as
//! [`verify_archive`](super::verify::verify_archive) does.
//!
//! The `zip` and `rc-zip` crates read what they can; the checks here need the bytes they keep to themselves (local
//! headers, descriptors, gaps), so they would have to be parsed a second time beside them. `flate2` does the rest.

mod content;
mod directory;
mod extra;
mod fault;
mod faults;
mod framing;
mod headers;
mod layout;
mod names;
mod writing;

use std::io::{self, Read, Seek};
use std::sync::Mutex;

use super::files::{Entry, EntryKind, Files};
use content::Content;
use directory::Directory;
pub use fault::{ArchiveError, Fault};
use faults::Faults;
use names::Arranged;
pub use writing::write;

/// The most entries an archive may have: room for twenty times the accounts of the largest organizations.
pub const MOST_ENTRIES: u64 = 1 << 20;

/// The longest central directory, in bytes. What an [`Archive`] holds in memory is in proportion to it.
pub const LONGEST_DIRECTORY: u64 = 256 << 20;

/// How many bytes one compressed byte may stand for. Deflate reaches 1,032, which only a bomb comes near; the most
/// repetitive table of a package, findings without evidence, stays below 150. [`write()`] stores what goes beyond.
pub const MOST_EXPANSION: u64 = 400;

/// A package inside a ZIP archive. Several threads may read it at once: every file that is opened has its own place
/// in the archive and takes turns at the reader.
#[derive(Debug)]
pub struct Archive<R> {
    reader: Mutex<R>,
    files: Arranged,
    empty_folders: Vec<String>,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the directory of an archive and compares everything with it but the content, which is checked when it is
    /// read: [`Files::open`] gives no more than the declared size, and instead of the last bytes an error when size or
    /// CRC-32 are others, or when the compressed data end before or after the entry's.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::io::Cursor;
    /// use trailaudit_core::evidence::{Archive, Files as _, InMemory, archive};
    ///
    /// let mut package = InMemory::default();
    /// package.insert("manifest.json", "{}");
    /// let mut bytes = Vec::new();
    /// archive::write(&package, &mut bytes)?;
    /// assert_eq!(Archive::open(Cursor::new(&bytes))?.paths()?.len(), 1);
    /// bytes.push(0);
    /// assert!(Archive::open(Cursor::new(&bytes)).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the archive cannot be read, or is not one that every program reads alike.
    pub fn open(reader: R) -> Result<Self, ArchiveError> {
        let (archive, faults) = Self::examine(reader);
        match (archive, faults.into_iter().next()) {
            (Some(archive), None) => Ok(archive),
            (_, fault) => Err(fault.unwrap_or(ArchiveError::Directory)),
        }
    }

    /// Everything that is wrong with an archive, and the archive as far as it can be read all the same; nothing of it
    /// when its directory cannot be. Of each entry, the first thing is told that is wrong with its place in the
    /// directory, with its place in the archive, and with its name; of more than 1,000 entries with the same fault, how
    /// many there are.
    ///
    /// What is read has one meaning only: an entry with a fault cannot be opened, nor one whose name is there twice, and
    /// one with an unsafe name, or that is no file, is not listed. Nothing but [`Archive::open`] says that the archive
    /// as a whole has one meaning.
    pub fn examine(mut reader: R) -> (Option<Self>, Vec<ArchiveError>) {
        let mut faults = Faults::default();
        let arranged = arrange(&mut reader, &mut faults);
        let archive = arranged.map(|(files, empty_folders)| Self {
            reader: Mutex::new(reader),
            files,
            empty_folders,
        });
        (archive, faults.into_errors())
    }
}

/// The files and empty folders of an archive, when its directory can be read.
fn arrange<R: Read + Seek>(reader: &mut R, faults: &mut Faults) -> Option<(Arranged, Vec<String>)> {
    let mut directory = Directory::default();
    let located =
        directory::read(reader, &mut directory, faults).and_then(|()| layout::locate(reader, &directory, faults));
    let entries = directory.entries.into_iter().map(|entry| entry.name);
    let refused = directory
        .refused
        .into_iter()
        .map(|entry| (entry.name, Err(entry.fault)));
    match located {
        Ok(located) => Some(names::arrange(entries.zip(located).chain(refused), faults)),
        Err(error) => {
            // Nothing is read, but the names that were reached can be checked.
            faults.push(error);
            let unread = entries.map(|name| (name, Err(Fault::Unreadable)));
            names::arrange(unread.chain(refused), faults);
            None
        }
    }
}

impl<R: Read + Seek + Send> Files for Archive<R> {
    fn paths(&self) -> io::Result<Vec<Entry>> {
        let file = |(path, located): (&String, &Result<Located, Fault>)| Entry {
            path: path.clone(),
            size: located.map_or(0, |located| located.size),
            kind: EntryKind::Regular,
        };
        let folder = |path: &String| Entry {
            path: path.clone(),
            size: 0,
            kind: EntryKind::Other,
        };
        let files = self.files.iter().map(file);
        Ok(files.chain(self.empty_folders.iter().map(folder)).collect())
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        match self.files.get_key_value(path) {
            Some((name, Ok(located))) => Ok(Box::new(Content::new(&self.reader, name, *located))),
            Some((name, Err(fault))) => Err(ArchiveError::entry(name.as_bytes(), *fault).into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// Where an entry's data lie and what they unpack to.
#[derive(Clone, Copy, Debug)]
struct Located {
    start: u64,
    compressed: u64,
    size: u64,
    crc: u32,
    method: Method,
}

/// How an entry's data are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Stored,
    Deflated,
}
