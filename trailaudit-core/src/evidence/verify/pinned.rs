//! A package's files as they were sealed: bytes that are not the sealed ones end in an error.

use std::io::{self, Read};

use sha2::{Digest as _, Sha256};

use super::listing::Expected;
use crate::evidence::Digest;
use crate::evidence::files::{Entry, EntryKind, Files};
use crate::evidence::package;

/// Read access to exactly what was sealed, however the files change in the meantime.
pub(in crate::evidence) struct Pinned<'a> {
    pub(in crate::evidence) files: &'a dyn Files,
    pub(in crate::evidence) expected: &'a Expected,
}

impl Files for Pinned<'_> {
    fn paths(&self) -> io::Result<Vec<Entry>> {
        let mut paths = self.expected.paths();
        paths.retain(|(path, _)| package::safe_path(path).is_ok());
        let entries = paths.into_iter().map(|(path, pin)| Entry {
            path: path.into_owned(),
            size: pin.size.unwrap_or_default(),
            kind: EntryKind::Regular,
        });
        Ok(entries.collect())
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        self.opened(path)
    }
}

impl<'a> Pinned<'a> {
    /// Opens a file for as long as the package is there.
    pub(super) fn opened(&self, path: &str) -> io::Result<Box<dyn Read + 'a>> {
        let pin = self.expected.pin(path).filter(|_| package::safe_path(path).is_ok());
        let Some(pin) = pin else {
            return Err(io::ErrorKind::NotFound.into());
        };
        Ok(Box::new(Checked {
            reader: self
                .files
                .open(path)?
                .take(pin.size.map_or(u64::MAX, |size| size.saturating_add(1))),
            hasher: Sha256::new(),
            expected: pin.sha256,
        }))
    }
}

struct Checked<R> {
    reader: R,
    hasher: Sha256,
    expected: Digest,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        self.hasher.update(&buffer[..length]);
        if length == 0 && !buffer.is_empty() {
            let digest = Digest::from(<[u8; 32]>::from(self.hasher.clone().finalize()));
            if digest != self.expected {
                let message = "the file's bytes are not those that were sealed";
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::InMemory;

    #[test]
    fn other_bytes_end_in_an_error() {
        let mut expected = Expected::default();
        let mut files = InMemory::default();
        for (path, bytes) in [("same", "abc"), ("changed", "abd"), ("longer", "abcd")] {
            expected.add(path.into(), Digest::of(b"abc"));
            files.insert(path, bytes);
        }
        files.insert("unlisted", "abc");
        let pinned = Pinned {
            files: &files,
            expected: &expected,
        };
        let read = |path: &str| {
            let mut bytes = Vec::new();
            pinned.open(path)?.read_to_end(&mut bytes).map(|_| bytes)
        };
        assert_eq!(read("same").unwrap(), b"abc");
        assert_eq!(read("changed").unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(read("longer").unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(read("unlisted").unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(pinned.paths().unwrap().len(), 3);
    }
}
