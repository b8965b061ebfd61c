//! The end of an archive and the central directory before it.

use std::io::{self, BufRead as _, BufReader, Read, Seek, SeekFrom};

use super::faults::Faults;
use super::headers::{
    self, CENTRAL_LENGTH, Central, ENCRYPTED, END_64_LENGTH, END_LENGTH, End, Fields, HARMLESS, LOCATOR,
    LOCATOR_LENGTH, STREAMED, STRONGLY_ENCRYPTED,
};
use super::{ArchiveError, Fault, LONGEST_DIRECTORY, MOST_ENTRIES, MOST_EXPANSION, Method};

/// The latest version of the format that is read, 4.5: 64-bit sizes (APPNOTE section 4.4.3.2).
const LATEST_VERSION: u16 = 45;

/// What a field of the end record has when its value does not fit (section 4.4.1.4).
const NOT_16: u64 = 0xffff;
const NOT_32: u64 = 0xffff_ffff;

/// What the central directory says.
#[derive(Default)]
pub(super) struct Directory {
    /// Where it starts in the archive.
    pub(super) start: u64,
    /// The entries, sorted by where they start.
    pub(super) entries: Vec<Listed>,
    /// Those whose place in the directory is not as it should be, sorted likewise.
    pub(super) refused: Vec<Refused>,
}

/// An entry as the central directory has it.
pub(super) struct Listed {
    pub(super) name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: Method,
    pub(super) crc: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    pub(super) offset: u64,
}

/// An entry of which nothing is read.
pub(super) struct Refused {
    pub(super) name: Vec<u8>,
    /// Where it starts, if that can be told.
    pub(super) offset: Option<u64>,
    pub(super) fault: Fault,
}

impl Directory {
    /// Whether an entry that was refused may start between two places.
    pub(super) fn may_hold_refused(&self, from: u64, to: u64) -> bool {
        let unplaced = self.refused.first().is_some_and(|refused| refused.offset.is_none());
        unplaced || self.refused_from(from).is_some_and(|offset| offset < to)
    }

    /// Where the first entry that was refused starts, from this place on.
    pub(super) fn refused_from(&self, from: u64) -> Option<u64> {
        let before = self.refused.partition_point(|refused| refused.offset < Some(from));
        self.refused.get(before)?.offset
    }
}

impl Listed {
    pub(super) fn is_streamed(&self) -> bool {
        self.flags & STREAMED != 0
    }
}

/// Reads the directory into `out`, with the entries before it ends to be one.
pub(super) fn read<R: Read + Seek>(
    reader: &mut R,
    out: &mut Directory,
    faults: &mut Faults,
) -> Result<(), ArchiveError> {
    let end = read_end(reader)?;
    out.start = end.start;
    reader.seek(SeekFrom::Start(end.start))?;
    let mut bytes = BufReader::new(reader.take(end.length));
    let mut field = Vec::new();
    for _ in 0..end.entries {
        let mut fixed = [0; CENTRAL_LENGTH];
        fill(&mut bytes, &mut fixed)?;
        let central = Central::read(&fixed).ok_or(ArchiveError::Directory)?;
        let mut name = vec![0; central.shared.name_length.into()];
        fill(&mut bytes, &mut name)?;
        field.resize(central.shared.extra_length.into(), 0);
        fill(&mut bytes, &mut field)?;
        let mut comment = vec![0; central.comment_length.into()];
        fill(&mut bytes, &mut comment)?;
        let interpreted = if comment.is_empty() {
            interpret(&central, &name, &field)
        } else {
            Err(Fault::Comment)
        };
        match interpreted {
            Ok(listed) => out.entries.push(Listed { name, ..listed }),
            Err(fault) => {
                faults.add(&name, fault);
                let is_regular = headers::is_regular(central.attributes, name.ends_with(b"/"));
                if !is_regular && fault != Fault::NotRegular {
                    faults.add(&name, Fault::NotRegular);
                }
                out.refused.push(Refused {
                    name,
                    offset: (central.offset != u32::MAX).then(|| central.offset.into()),
                    fault: if is_regular { fault } else { Fault::NotRegular },
                });
            }
        }
    }
    if !bytes.fill_buf()?.is_empty() {
        return Err(ArchiveError::Directory);
    }
    out.entries.sort_by_key(|entry| entry.offset);
    out.refused.sort_by_key(|entry| entry.offset);
    Ok(())
}

/// Reads bytes at a place that must lie in the archive.
pub(super) fn read_at<R: Read + Seek>(reader: &mut R, at: u64, bytes: &mut [u8]) -> io::Result<()> {
    reader.seek(SeekFrom::Start(at))?;
    reader.read_exact(bytes)
}

/// What the end of the archive says, in agreement with where it stands.
fn read_end<R: Read + Seek>(reader: &mut R) -> Result<End, ArchiveError> {
    let length = reader.seek(SeekFrom::End(0))?;
    let at = length.checked_sub(END_LENGTH as u64).ok_or(ArchiveError::End)?;
    let mut bytes = [0; END_LENGTH];
    read_at(reader, at, &mut bytes)?;
    let (narrow, comment) = End::read(&bytes).ok_or(ArchiveError::End)?;
    if comment != 0 {
        return Err(ArchiveError::End);
    }
    let (end, directory_end) = match read_end_64(reader, at)? {
        Some((wide, start)) if is_the_same(&narrow, &wide) => (wide, start),
        Some(_) => return Err(ArchiveError::End64),
        None if narrow.entries == NOT_16 || narrow.length.max(narrow.start) == NOT_32 => {
            return Err(ArchiveError::End64);
        }
        None => (narrow, at),
    };
    if end.parts != [0, 0] || end.entries_here != end.entries {
        return Err(ArchiveError::Parts);
    }
    if end.entries > MOST_ENTRIES {
        return Err(ArchiveError::TooManyEntries(end.entries));
    }
    if end.length > LONGEST_DIRECTORY {
        return Err(ArchiveError::LongDirectory(end.length));
    }
    if end.start.checked_add(end.length) == Some(directory_end) {
        Ok(end)
    } else {
        Err(ArchiveError::Directory)
    }
}

/// The 64-bit end record and where it starts, when a locator says that there is one: directly before the locator,
/// which stands directly before the end record at `end`.
fn read_end_64<R: Read + Seek>(reader: &mut R, end: u64) -> Result<Option<(End, u64)>, ArchiveError> {
    let Some(at) = end.checked_sub(LOCATOR_LENGTH as u64) else {
        return Ok(None);
    };
    let mut bytes = [0; LOCATOR_LENGTH];
    read_at(reader, at, &mut bytes)?;
    let mut fields = Fields(&bytes);
    if fields.u32() != Some(LOCATOR) {
        return Ok(None);
    }
    let (part, start, parts) = (fields.u32(), fields.u64(), fields.u32());
    if (part, parts) != (Some(0), Some(1)) {
        return Err(ArchiveError::Parts);
    }
    match at.checked_sub(END_64_LENGTH as u64) {
        Some(expected) if start == Some(expected) => {
            let mut bytes = [0; END_64_LENGTH];
            read_at(reader, expected, &mut bytes)?;
            let wide = End::read_64(&bytes).ok_or(ArchiveError::End64)?;
            Ok(Some((wide, expected)))
        }
        _ => Err(ArchiveError::End64),
    }
}

/// Whether the end record says what the 64-bit one says, or leaves it to that one.
fn is_the_same(narrow: &End, wide: &End) -> bool {
    let word = |narrow: u64, wide: u64| narrow == NOT_16 || narrow == wide;
    let long = |narrow: u64, wide: u64| narrow == NOT_32 || narrow == wide;
    narrow
        .parts
        .iter()
        .zip(wide.parts)
        .all(|(a, b)| word((*a).into(), b.into()))
        && word(narrow.entries_here, wide.entries_here)
        && word(narrow.entries, wide.entries)
        && long(narrow.length, wide.length)
        && long(narrow.start, wide.start)
}

/// An entry whose name is still to come in.
fn interpret(central: &Central, name: &[u8], extra: &[u8]) -> Result<Listed, Fault> {
    let shared = &central.shared;
    if central.part != 0 {
        return Err(Fault::Part);
    }
    if shared.flags & (ENCRYPTED | STRONGLY_ENCRYPTED) != 0 {
        return Err(Fault::Encrypted);
    }
    if shared.flags & !(STREAMED | HARMLESS) != 0 {
        return Err(Fault::Flags(shared.flags));
    }
    let method = match shared.method {
        0 => Method::Stored,
        8 => Method::Deflated,
        other => return Err(Fault::Method(other)),
    };
    // The upper half names the system that is to understand the attributes.
    if shared.version & 0xff > LATEST_VERSION {
        return Err(Fault::Version(shared.version));
    }
    let mut wide = Fields(super::extra::wide(extra)?.unwrap_or_default());
    // Section 4.5.3: only the fields that do not fit stand there, in this order.
    let mut field = |narrow: u32| match narrow {
        u32::MAX => wide.u64().ok_or(Fault::Zip64),
        narrow => Ok(narrow.into()),
    };
    let listed = Listed {
        name: Vec::new(),
        flags: shared.flags,
        method,
        crc: shared.crc,
        size: field(shared.size)?,
        compressed: field(shared.compressed)?,
        offset: field(central.offset)?,
    };
    if !wide.0.is_empty() {
        return Err(Fault::Zip64);
    }
    let is_folder = name.ends_with(b"/");
    if !headers::is_regular(central.attributes, is_folder) {
        return Err(Fault::NotRegular);
    }
    let stored_sizes_differ = method == Method::Stored && listed.size != listed.compressed;
    if stored_sizes_differ || is_folder && (listed.size, listed.compressed) != (0, 0) {
        return Err(Fault::Sizes);
    }
    if listed.size > listed.compressed.saturating_mul(MOST_EXPANSION) {
        return Err(Fault::Expansion);
    }
    Ok(listed)
}

/// Fills `bytes`; a directory that ends too early is not as long as it says.
fn fill(reader: &mut impl Read, bytes: &mut [u8]) -> Result<(), ArchiveError> {
    reader.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => ArchiveError::Directory,
        _ => error.into(),
    })
}
