//! What stands around the content of an archive that is written here.

use super::headers::{CENTRAL_LENGTH, Central, END, END_64, END_64_LENGTH, LOCAL, LOCATOR, Shared};
use super::{ArchiveError, Method, extra};

/// 1980-01-01, the first day of the calendar of MS-DOS; the time of day is 0.
const DATE: u16 = 1 << 5 | 1;
/// A file that its owner may write and everyone may read.
const ATTRIBUTES: u32 = 0o100_644 << 16;

/// What became of a file.
#[derive(Clone, Copy)]
pub(super) struct Packed {
    pub(super) method: Method,
    pub(super) size: u64,
    pub(super) crc: u32,
    pub(super) compressed: u64,
}

impl Packed {
    /// The local header and the directory's entry, with name and extra fields.
    pub(super) fn headers(&self, path: &str, offset: u64) -> Result<(Vec<u8>, Vec<u8>), ArchiveError> {
        let too_long = |_| ArchiveError::LongDirectory(path.len() as u64);
        let name_length = u16::try_from(path.len()).map_err(too_long)?;
        let has_wide_size = narrow(self.size) == u32::MAX || narrow(self.compressed) == u32::MAX;
        let has_wide_offset = narrow(offset) == u32::MAX;
        // The local header must have both sizes when one is wide; so both are, everywhere.
        let size = |size: u64| if has_wide_size { u32::MAX } else { narrow(size) };
        let mut shared = Shared {
            version: if has_wide_size { 45 } else { 20 },
            flags: 0,
            method: match self.method {
                Method::Stored => 0,
                Method::Deflated => 8,
            },
            time: 0,
            date: DATE,
            crc: self.crc,
            compressed: size(self.compressed),
            size: size(self.size),
            name_length,
            extra_length: 0,
        };
        let sizes = [self.size, self.compressed];
        let wide = |values: &[u64]| {
            let mut field = Vec::new();
            extra::to_wide(values, &mut field);
            field
        };
        let in_front = wide(if has_wide_size { &sizes } else { &[] });
        let offsets = has_wide_offset.then_some(offset);
        let listed: Vec<_> = sizes.into_iter().filter(|_| has_wide_size).chain(offsets).collect();
        let listed = wide(&listed);

        shared.extra_length = u16::try_from(in_front.len()).map_err(too_long)?;
        let mut local = LOCAL.to_le_bytes().to_vec();
        shared.write(&mut local);
        local.extend(path.as_bytes());
        local.extend(in_front);

        shared.extra_length = u16::try_from(listed.len()).map_err(too_long)?;
        shared.version = if listed.is_empty() { 20 } else { 45 };
        let mut central = Vec::with_capacity(CENTRAL_LENGTH + path.len() + listed.len());
        let fixed = Central {
            shared,
            comment_length: 0,
            part: 0,
            attributes: ATTRIBUTES,
            offset: narrow(offset),
        };
        fixed.write(&mut central);
        central.extend(path.as_bytes());
        central.extend(listed);
        Ok((local, central))
    }
}

/// The end records of a directory of this many entries, with its start and length.
pub(super) fn end(entries: u64, start: u64, length: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let few = u16::try_from(entries).unwrap_or(u16::MAX);
    if few == u16::MAX || narrow(start) == u32::MAX || narrow(length) == u32::MAX {
        out.extend(END_64.to_le_bytes());
        out.extend((END_64_LENGTH as u64 - 12).to_le_bytes());
        // Made by version 4.5 on Unix (3), needs version 4.5.
        out.extend([45, 3, 45, 0]);
        out.extend([0; 8]);
        for value in [entries, entries, length, start] {
            out.extend(value.to_le_bytes());
        }
        out.extend(LOCATOR.to_le_bytes());
        out.extend([0; 4]);
        out.extend((start + length).to_le_bytes());
        out.extend(1_u32.to_le_bytes());
    }
    out.extend(END.to_le_bytes());
    out.extend([0; 4]);
    out.extend(few.to_le_bytes());
    out.extend(few.to_le_bytes());
    out.extend(narrow(length).to_le_bytes());
    out.extend(narrow(start).to_le_bytes());
    out.extend([0; 2]);
    out
}

/// A value as 32-bit fields have it: all ones when it does not fit, and stands in a 64-bit field.
fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read, Seek, SeekFrom};

    use flate2::Crc;

    use super::super::Archive;
    use super::*;
    use crate::evidence::Files as _;

    /// Zeros but for some parts, by where they start.
    struct Sparse {
        parts: Vec<(u64, Vec<u8>)>,
        length: u64,
        at: u64,
    }

    impl Read for Sparse {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = usize::try_from(self.length - self.at).unwrap().min(buffer.len()).min(1);
            for byte in &mut buffer[..length] {
                let here = self.parts.iter().find_map(|(start, bytes)| {
                    let inside = usize::try_from(self.at.checked_sub(*start)?).unwrap();
                    bytes.get(inside)
                });
                *byte = here.copied().unwrap_or(0);
                self.at += 1;
            }
            Ok(length)
        }
    }

    impl Seek for Sparse {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.at = match to {
                SeekFrom::Start(at) => at,
                SeekFrom::End(by) => self.length.checked_add_signed(by).unwrap(),
                SeekFrom::Current(by) => self.at.checked_add_signed(by).unwrap(),
            };
            Ok(self.at)
        }
    }

    /// What is written around content beyond 4 GiB is read again: sizes that are wide in one way or both, and offsets.
    #[test]
    fn sizes_and_offsets_beyond_32_bits() {
        const LONG: u64 = (4 << 30) + 5;
        let mut crc = Crc::new();
        crc.update(b"content");
        let packed = |method, size, compressed| Packed {
            method,
            size,
            crc: crc.sum(),
            compressed,
        };
        let entries = [
            ("expanding", packed(Method::Deflated, LONG, 20 << 20), &b""[..]),
            (
                "just-too-long.gz",
                packed(Method::Stored, u32::MAX.into(), u32::MAX.into()),
                b"",
            ),
            ("long.gz", packed(Method::Stored, LONG, LONG), b""),
            ("short.gz", packed(Method::Stored, 7, 7), b"content"),
        ];
        let (mut parts, mut directory, mut at) = (Vec::new(), Vec::new(), 0);
        for (path, packed, content) in &entries {
            let (mut local, central) = packed.headers(path, at).unwrap();
            directory.extend(central);
            let length = local.len() as u64 + packed.compressed;
            local.extend(*content);
            parts.push((at, local));
            at += length;
        }
        let end = end(4, at, directory.len() as u64);
        assert!(end.starts_with(&END_64.to_le_bytes()));
        let length = at + (directory.len() + end.len()) as u64;
        parts.push((at, [directory, end].concat()));
        let archive = Archive::open(Sparse { parts, length, at: 0 }).unwrap();
        let sizes: Vec<_> = archive
            .paths()
            .unwrap()
            .into_iter()
            .map(|entry| (entry.path, entry.size))
            .collect();
        assert_eq!(sizes, entries.map(|(path, packed, _)| (path.to_owned(), packed.size)));
        let mut content = Vec::new();
        archive.open("short.gz").unwrap().read_to_end(&mut content).unwrap();
        assert_eq!(content, b"content");
        let mut zeros = [1; 100];
        archive.open("long.gz").unwrap().read_exact(&mut zeros).unwrap();
        assert_eq!(zeros, [0; 100]);
    }
}
