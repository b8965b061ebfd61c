//! What lies before the directory: one entry directly after the other, each with a header that says the same again.

use std::io::{Read, Seek};

use super::directory::{Directory, Listed, read_at};
use super::faults::Faults;
use super::headers::{DESCRIPTOR, Fields, LOCAL_LENGTH, Shared};
use super::{ArchiveError, Fault, Located, Method, extra};

/// Where the data of each entry lie, in the order of the directory's entries; for one that is refused, why.
pub(super) fn locate<R: Read + Seek>(
    reader: &mut R,
    directory: &Directory,
    faults: &mut Faults,
) -> Result<Vec<Result<Located, Fault>>, ArchiveError> {
    let mut located = Vec::with_capacity(directory.entries.len());
    let mut local = LocalHeader::default();
    // Where the entry before ends; nowhere, when nobody can tell.
    let mut at = Some(0);
    for (i, entry) in directory.entries.iter().enumerate() {
        if entry.offset < directory.start && is_gap(directory, at, entry.offset) {
            faults.add(&entry.name, Fault::Gap);
        }
        let overlaps = entry.offset < directory.start && at.is_some_and(|at| entry.offset < at);
        let found = if overlaps {
            Err(ArchiveError::entry(&entry.name, Fault::Overlap))
        } else {
            locate_one(reader, directory, i, &mut local)
        };
        located.push(match found {
            Ok((found, end)) => {
                at = Some(end);
                Ok(found)
            }
            Err(ArchiveError::Entry { fault, .. }) => {
                faults.add(&entry.name, fault);
                at = at.filter(|_| overlaps);
                Err(fault)
            }
            Err(error) => return Err(error),
        });
    }
    if is_gap(directory, at, directory.start) {
        faults.push(ArchiveError::Gap);
    }
    Ok(located)
}

/// Whether bytes from `at` to the next thing belong to nothing, not even to an entry that was refused.
fn is_gap(directory: &Directory, at: Option<u64>, next: u64) -> bool {
    at.is_some_and(|at| at < next && !directory.may_hold_refused(at, next))
}

/// Where the data of one entry lie, and where everything that belongs to it ends.
fn locate_one<R: Read + Seek>(
    reader: &mut R,
    directory: &Directory,
    i: usize,
    local: &mut LocalHeader,
) -> Result<(Located, u64), ArchiveError> {
    let entry = &directory.entries[i];
    let refused = |fault| ArchiveError::entry(&entry.name, fault);
    if entry.offset >= directory.start {
        return Err(refused(Fault::Outside));
    }
    let start = local.read(reader, entry, directory.start)?;
    local.compare(entry).map_err(refused)?;
    let end = start
        .checked_add(entry.compressed)
        .filter(|end| *end <= directory.start);
    let mut end = end.ok_or_else(|| refused(Fault::Outside))?;
    let located = Located {
        start,
        compressed: entry.compressed,
        size: entry.size,
        crc: entry.crc,
        method: entry.method,
    };
    if entry.is_streamed() {
        // The descriptor has four forms. Nothing may lie between entries, so its length says which one it is.
        let next = directory.entries.get(i + 1).map_or(directory.start, |next| next.offset);
        let next = directory.refused_from(end).map_or(next, |refused| refused.min(next));
        let length = next.checked_sub(end).ok_or_else(|| refused(Fault::Overlap))?;
        check_descriptor(reader, end, length, entry)?;
        end = next;
    }
    Ok((located, end))
}

/// The header in front of an entry's data.
#[derive(Default)]
struct LocalHeader {
    shared: Shared,
    /// The name, and the extra fields after it.
    rest: Vec<u8>,
}

impl LocalHeader {
    /// Reads the entry's, which must end at `limit`; where it ends.
    fn read<R: Read + Seek>(&mut self, reader: &mut R, entry: &Listed, limit: u64) -> Result<u64, ArchiveError> {
        let refused = |fault| ArchiveError::entry(&entry.name, fault);
        let inside = |at: u64, length: u64| at.checked_add(length).filter(|end| *end <= limit);
        let outside = || refused(Fault::Outside);
        let rest = inside(entry.offset, LOCAL_LENGTH as u64).ok_or_else(outside)?;
        let mut fixed = [0; LOCAL_LENGTH];
        read_at(reader, entry.offset, &mut fixed)?;
        let no_header = || refused(Fault::LocalHeader("signature"));
        self.shared = Shared::read_local(&fixed).ok_or_else(no_header)?;
        let length = usize::from(self.shared.name_length) + usize::from(self.shared.extra_length);
        let start = inside(rest, length as u64).ok_or_else(outside)?;
        self.rest.resize(length, 0);
        read_at(reader, rest, &mut self.rest)?;
        Ok(start)
    }

    fn compare(&self, entry: &Listed) -> Result<(), Fault> {
        let local = &self.shared;
        let mut rest = Fields(&self.rest);
        if rest.bytes(local.name_length.into()) != Some(&entry.name) {
            return Err(Fault::LocalHeader("name"));
        }
        if local.flags != entry.flags {
            return Err(Fault::LocalHeader("set of flags"));
        }
        let method = match entry.method {
            Method::Stored => 0,
            Method::Deflated => 8,
        };
        if local.method != method {
            return Err(Fault::LocalHeader("method"));
        }
        let (size, compressed) = sizes(local, extra::wide(rest.0)?)?;
        // What is written into a pipe has these behind the data; here they may be left out, but not be others.
        let is_told = |local: u64, listed: u64| local == listed || entry.is_streamed() && local == 0;
        if !is_told(local.crc.into(), entry.crc.into()) {
            return Err(Fault::LocalHeader("CRC-32"));
        }
        if !is_told(size, entry.size) || !is_told(compressed, entry.compressed) {
            return Err(Fault::LocalHeader("size"));
        }
        Ok(())
    }
}

/// The sizes a local header gives, unpacked and packed; section 4.5.3: the wide ones come as a pair.
fn sizes(local: &Shared, wide: Option<&[u8]>) -> Result<(u64, u64), Fault> {
    let Some(wide) = wide else {
        return if local.size.max(local.compressed) == u32::MAX {
            Err(Fault::Zip64)
        } else {
            Ok((local.size.into(), local.compressed.into()))
        };
    };
    let mut fields = Fields(wide);
    let (Some(size), Some(compressed), []) = (fields.u64(), fields.u64(), fields.0) else {
        return Err(Fault::Zip64);
    };
    let agrees = |narrow: u32, wide: u64| narrow == u32::MAX || u64::from(narrow) == wide;
    if agrees(local.size, size) && agrees(local.compressed, compressed) {
        Ok((size, compressed))
    } else {
        Err(Fault::Zip64)
    }
}

/// What a streamed entry has behind its data (section 4.3.9): with or without a signature, in 32 or 64 bits.
fn check_descriptor<R: Read + Seek>(reader: &mut R, at: u64, length: u64, entry: &Listed) -> Result<(), ArchiveError> {
    let refused = || ArchiveError::entry(&entry.name, Fault::Descriptor);
    let (has_signature, is_wide) = match length {
        12 => (false, false),
        16 => (true, false),
        20 => (false, true),
        24 => (true, true),
        _ => return Err(refused()),
    };
    let mut bytes = [0; 24];
    let bytes = bytes
        .get_mut(..usize::try_from(length).unwrap_or(0))
        .ok_or_else(refused)?;
    read_at(reader, at, bytes)?;
    let mut fields = Fields(bytes);
    let signature_fits = !has_signature || fields.u32() == Some(DESCRIPTOR);
    let crc = fields.u32();
    let mut size = || {
        if is_wide {
            fields.u64()
        } else {
            fields.u32().map(u64::from)
        }
    };
    let (compressed, size) = (size(), size());
    if signature_fits && (crc, compressed, size) == (Some(entry.crc), Some(entry.compressed), Some(entry.size)) {
        Ok(())
    } else {
        Err(refused())
    }
}
