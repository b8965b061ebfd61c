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
//! What a file manager adds (`__MACOSX/`, `.DS_Store`) is part of the listing, so [`verify()`](super::verify()) names
//! it.
//!
//! The `zip` and `rc-zip` crates read what they can; the checks here need the bytes they keep to themselves (local
//! headers, descriptors, gaps), so they would have to be parsed a second time beside them. `flate2` does the rest.

mod content;
mod directory;
mod extra;
mod fault;
mod framing;
mod headers;
mod layout;
mod names;
mod writing;

use std::collections::BTreeMap;
use std::io::{self, Read, Seek};
use std::sync::Mutex;

use super::files::{Entry, EntryKind, Files};
use content::Content;
pub use fault::{ArchiveError, Fault};
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
    files: BTreeMap<String, Located>,
    empty_folders: Vec<String>,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the directory of an archive and compares everything with it but the content, which is checked when it is
    /// read: [`Files::open`] gives no more than the declared size, and instead of the last bytes an error when size or
    /// CRC-32 are others, or when the compressed data end before or after the entry's.
    ///
    /// # Errors
    /// When the archive cannot be read, or is not one that every program reads alike.
    pub fn open(mut reader: R) -> Result<Self, ArchiveError> {
        let directory = directory::read(&mut reader)?;
        let located = layout::locate(&mut reader, &directory)?;
        let (files, empty_folders) = names::arrange(directory.entries, located)?;
        Ok(Self {
            reader: Mutex::new(reader),
            files,
            empty_folders,
        })
    }
}

impl<R: Read + Seek + Send> Files for Archive<R> {
    fn paths(&self) -> io::Result<Vec<Entry>> {
        let file = |(path, located): (&String, &Located)| Entry {
            path: path.clone(),
            size: located.size,
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
            Some((name, located)) => Ok(Box::new(Content::new(&self.reader, name, *located))),
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
