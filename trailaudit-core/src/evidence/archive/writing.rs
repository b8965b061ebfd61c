//! Writes an archive in one pass over its own bytes: nothing is gone back to, so it can be written into a pipe.

use std::io::{self, Read, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use super::framing::{self, Packed};
use super::{ArchiveError, Fault, LONGEST_DIRECTORY, MOST_ENTRIES, MOST_EXPANSION, Method, names};
use crate::evidence::files::{Entry, EntryKind, Files};
use crate::evidence::package::MANIFEST;

/// How hard deflate tries. Another level gives other bytes.
const LEVEL: u32 = 6;
/// Files are read in pieces of this size, whatever the reader gives at once.
const CHUNK: usize = 64 << 10;
/// Packed files up to this length are held until their header is written; longer ones are read twice.
const HELD: usize = 1 << 20;

/// Writes a package as an archive and gives the archive's length in bytes. The bytes depend on the package alone:
/// entries are sorted by path, dated 1980-01-01, with mode 0644; `.gz` files are stored, all others deflated unless
/// they would expand by more than [`MOST_EXPANSION`]. 64-bit fields appear where they are needed and only there.
///
/// Files longer than 1 MiB when packed are read twice, so that their sizes can stand in front of them.
///
/// # Errors
/// When a file cannot be read or changes meanwhile, the output cannot be written, or the package has what
/// [`Archive::open`](super::Archive::open) would refuse: links, empty folders, unsafe or repeated paths; and when it has no manifest.
pub fn write(files: &dyn Files, out: impl Write) -> Result<u64, ArchiveError> {
    let mut entries = files.paths()?;
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    check(&entries)?;
    let mut out = Counted { out, length: 0 };
    let mut directory = Vec::new();
    for entry in &entries {
        write_entry(files, &entry.path, &mut out, &mut directory)?;
        if directory.len() as u64 > LONGEST_DIRECTORY {
            return Err(ArchiveError::LongDirectory(directory.len() as u64));
        }
    }
    let start = out.length;
    out.write_all(&directory)?;
    out.write_all(&framing::end(entries.len() as u64, start, directory.len() as u64))?;
    out.flush()?;
    Ok(out.length)
}

fn check(entries: &[Entry]) -> Result<(), ArchiveError> {
    if entries.len() as u64 > MOST_ENTRIES {
        return Err(ArchiveError::TooManyEntries(entries.len() as u64));
    }
    if !entries.iter().any(|entry| entry.path == MANIFEST) {
        return Err(ArchiveError::NoManifest);
    }
    for entry in entries {
        if entry.kind != EntryKind::Regular {
            return Err(ArchiveError::entry(entry.path.as_bytes(), Fault::NotRegular));
        }
    }
    names::check(entries.iter().map(|entry| entry.path.as_str()))
}

fn write_entry<W: Write>(
    files: &dyn Files,
    path: &str,
    out: &mut Counted<W>,
    directory: &mut Vec<u8>,
) -> Result<(), ArchiveError> {
    let offset = out.length;
    let (packed, held) = measure(files, path)?;
    let (local, central) = packed.headers(path, offset)?;
    directory.extend(central);
    out.write_all(&local)?;
    let before = out.length;
    if let Some(bytes) = held {
        out.write_all(&bytes)?;
    } else {
        let (size, crc) = pack(files, path, packed.method, &mut *out)?;
        if (size, crc, out.length - before) != (packed.size, packed.crc, packed.compressed) {
            return Err(ArchiveError::entry(path.as_bytes(), Fault::Changed));
        }
    }
    Ok(())
}

/// Packs a file to see what becomes of it; with its packed bytes when they are few.
fn measure(files: &dyn Files, path: &str) -> Result<(Packed, Option<Vec<u8>>), ArchiveError> {
    let pack = |method| {
        let mut held = Held::default();
        let (size, crc) = pack(files, path, method, &mut held)?;
        let packed = Packed {
            method,
            size,
            crc,
            compressed: held.length,
        };
        Ok::<_, ArchiveError>((packed, (held.length <= HELD as u64).then_some(held.bytes)))
    };
    // What gzip packed does not get smaller.
    if path.rsplit_once('.').is_some_and(|(_, extension)| extension == "gz") {
        return pack(Method::Stored);
    }
    let deflated = pack(Method::Deflated)?;
    if deflated.0.size > deflated.0.compressed.saturating_mul(MOST_EXPANSION) {
        return pack(Method::Stored);
    }
    Ok(deflated)
}

/// Packs a file into `out`; its size and CRC-32.
fn pack(files: &dyn Files, path: &str, method: Method, out: &mut dyn Write) -> Result<(u64, u32), ArchiveError> {
    let mut file = files.open(path)?;
    let mut crc = Crc::new();
    let mut size = 0;
    let mut read = |out: &mut dyn Write| -> io::Result<()> {
        let mut chunk = Vec::with_capacity(CHUNK);
        loop {
            chunk.clear();
            // Full pieces: what a deflate stream looks like must not depend on how a reader cuts it.
            (&mut file).take(CHUNK as u64).read_to_end(&mut chunk)?;
            if chunk.is_empty() {
                return Ok(());
            }
            crc.update(&chunk);
            size += chunk.len() as u64;
            out.write_all(&chunk)?;
        }
    };
    match method {
        Method::Stored => read(out)?,
        Method::Deflated => {
            let mut deflate = DeflateEncoder::new(out, Compression::new(LEVEL));
            read(&mut deflate)?;
            deflate.finish()?;
        }
    }
    Ok((size, crc.sum()))
}

/// Counts what is written.
struct Counted<W> {
    out: W,
    length: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.out.write(bytes)?;
        self.length += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Counts what is written and keeps its beginning.
#[derive(Default)]
struct Held {
    bytes: Vec<u8>,
    length: u64,
}

impl Write for Held {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = HELD.saturating_sub(self.bytes.len()).min(bytes.len());
        self.bytes.extend_from_slice(&bytes[..room]);
        self.length += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
