//! Why an archive is refused.

use std::io;

use super::{LONGEST_DIRECTORY, MOST_ENTRIES, MOST_EXPANSION};
use crate::evidence::package::UnsafePath;

/// Why an archive cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The reader or the writer fails.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file does not end as an archive without comment does: it is cut, has a comment or bytes after its end, or
    /// is no ZIP archive.
    #[error("the file does not end with the end record of a ZIP archive without comment")]
    End,
    /// It is one of several parts.
    #[error("the archive is a part of a multi-part archive")]
    Parts,
    /// The 64-bit end records are missing, misplaced, or say something else than the end record.
    #[error("the archive's 64-bit end records and its end record do not belong together")]
    End64,
    /// The central directory is not where, as long, or of as many entries as the end record says.
    #[error("the archive's directory is not where, as long, or of as many entries as its end record says")]
    Directory,
    /// There are bytes between the last entry and the central directory.
    #[error("the archive has bytes that belong to nothing before its directory")]
    Gap,
    /// It has more entries than [`MOST_ENTRIES`].
    #[error("the archive has {0} entries, more than {MOST_ENTRIES}")]
    TooManyEntries(u64),
    /// Its directory is longer than [`LONGEST_DIRECTORY`].
    #[error("the archive's directory has {0} bytes, more than {LONGEST_DIRECTORY}")]
    LongDirectory(u64),
    /// What is to be written is no package: without its manifest at the top, a folder of it could be taken for one.
    #[error("there is no manifest.json to be written")]
    NoManifest,
    /// One entry is not as it should be.
    #[error("entry {name:?}: {fault}")]
    Entry {
        /// The entry's name, without the folder around the package.
        name: String,
        /// What is wrong with it.
        fault: Fault,
    },
    /// So many more entries are wrong in this way that they are not named one by one.
    #[error("{count} more entries: {fault}")]
    More {
        /// How many.
        count: u64,
        /// What is wrong with the first of all of them.
        fault: Fault,
    },
}

/// The longest part of a name that is told, in bytes: more than a path may have anywhere.
const TOLD: usize = 4_096;

impl ArchiveError {
    pub(super) fn entry(name: &[u8], fault: impl Into<Fault>) -> Self {
        let mut told = String::from_utf8_lossy(&name[..name.len().min(TOLD)]).into_owned();
        if name.len() > TOLD {
            told.push('\u{2026}');
        }
        Self::Entry {
            name: told,
            fault: fault.into(),
        }
    }
}

impl From<ArchiveError> for io::Error {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Io(error) => error,
            error => Self::new(io::ErrorKind::InvalidData, error),
        }
    }
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The name is not UTF-8.
    #[error("the name is not UTF-8")]
    NotUtf8,
    /// The name is no path of a package.
    #[error(transparent)]
    Unsafe(#[from] UnsafePath),
    /// Another entry has the same name.
    #[error("the name stands there twice")]
    Duplicate,
    /// Another entry has this file's name as its folder.
    #[error("the name of a file is also that of a folder")]
    FileAndFolder,
    /// It lies beside the one folder that has a `manifest.json` directly in it.
    #[error("it lies beside the folder that is the package, not in it")]
    Beside,
    /// A symbolic link, a device or anything else but a file or a folder.
    #[error("it is neither a file nor a folder")]
    NotRegular,
    /// It is encrypted.
    #[error("it is encrypted")]
    Encrypted,
    /// It is packed by another method than 0 (stored) or 8 (deflated).
    #[error("it is packed by method {0}; only 0 (stored) and 8 (deflated) are read")]
    Method(u16),
    /// It has flags that change its meaning.
    #[error("it has the flags {0:#06x}, of which some are not known here")]
    Flags(u16),
    /// It needs a later version of the format.
    #[error("it needs version {0} of the format; 45 is the last one read")]
    Version(u16),
    /// It has an extra field that may change its name, type or content.
    #[error("it has the extra field {0:#06x}, which is not known here")]
    Extra(u16),
    /// Its extra fields do not add up, or one stands there twice.
    #[error("its extra fields are malformed")]
    MalformedExtra,
    /// Its 64-bit sizes or offset are missing, superfluous, or contradict the others.
    #[error("its 64-bit sizes or offset do not belong to its header")]
    Zip64,
    /// It has a comment.
    #[error("it has a comment")]
    Comment,
    /// It starts in another part of a multi-part archive.
    #[error("it starts in another part of a multi-part archive")]
    Part,
    /// It starts inside another entry.
    #[error("it overlaps another entry")]
    Overlap,
    /// It starts or ends outside the space before the directory.
    #[error("it reaches beyond the space of entries")]
    Outside,
    /// There are bytes before it that belong to nothing.
    #[error("there are bytes before it that belong to nothing")]
    Gap,
    /// The header in front of the data differs from the directory.
    #[error("the header in front of it has another {0} than the directory")]
    LocalHeader(&'static str),
    /// The sizes and CRC-32 behind the data are missing or differ from the directory.
    #[error("the descriptor behind it is missing or differs from the directory")]
    Descriptor,
    /// It is stored with two sizes, or is a folder with content.
    #[error("its sizes contradict what it is")]
    Sizes,
    /// It claims to unpack to more than [`MOST_EXPANSION`] times its length.
    #[error("it claims to unpack to more than {MOST_EXPANSION} times its length")]
    Expansion,
    /// Its content goes on after the declared size.
    #[error("its content is longer than declared")]
    TooLong,
    /// Its content ends before the declared size.
    #[error("its content is shorter than declared")]
    TooShort,
    /// Its packed data cannot be unpacked, or do not end where the entry does.
    #[error("its packed data are damaged or do not end where the entry does")]
    Deflate,
    /// Its data could not be read, and reading it goes no further.
    #[error("its data could not be read")]
    Unreadable,
    /// Its content has another CRC-32.
    #[error("its content has another CRC-32 than declared")]
    Crc,
    /// It was another file when it was read again.
    #[error("it changed while the archive was written")]
    Changed,
}
