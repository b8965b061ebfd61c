//! A package's files as the manifest lists them: bytes that are not the listed ones end in an error.

use std::collections::HashMap;
use std::io::{self, Read};

use sha2::{Digest as _, Sha256};

use super::listing;
use crate::evidence::Digest;
use crate::evidence::files::{Entry, EntryKind, Files};
use crate::evidence::manifest::{FileRecord, Manifest};
use crate::evidence::package;

/// Read access to exactly what was listed, however the files change in the meantime.
pub(super) struct Pinned<'a> {
    files: &'a dyn Files,
    listed: HashMap<&'a str, &'a FileRecord>,
}

impl<'a> Pinned<'a> {
    pub(super) fn new(files: &'a dyn Files, manifest: &'a Manifest) -> Self {
        let mut listed = listing::by_path(manifest);
        listed.retain(|path, _| package::safe_path(path).is_ok());
        Self { files, listed }
    }
}

impl Files for Pinned<'_> {
    fn paths(&self) -> io::Result<Vec<Entry>> {
        let mut entries: Vec<_> = self
            .listed
            .values()
            .map(|file| Entry {
                path: file.path.clone(),
                size: file.size,
                kind: EntryKind::Regular,
            })
            .collect();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(entries)
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        let Some(file) = self.listed.get(path) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        Ok(Box::new(Checked {
            reader: self.files.open(path)?.take(file.size.saturating_add(1)),
            hasher: Sha256::new(),
            expected: file.sha256,
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
                let message = "the file's bytes are not those the manifest lists";
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
        let file = |path: &str, size, bytes: &[u8]| FileRecord {
            path: path.into(),
            size,
            sha256: Digest::of(bytes),
        };
        let listed = [
            file("same", 3, b"abc"),
            file("changed", 3, b"abc"),
            file("longer", 3, b"abc"),
        ];
        let mut files = InMemory::default();
        files.insert("same", "abc");
        files.insert("changed", "abd");
        files.insert("longer", "abcd");
        files.insert("unlisted", "abc");
        let pinned = Pinned {
            files: &files,
            listed: listed.iter().map(|file| (file.path.as_str(), file)).collect(),
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
