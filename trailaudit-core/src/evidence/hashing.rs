//! Bytes that are counted and hashed on their way.

use std::io::{self, Read, Write};

use sha2::{Digest as _, Sha256};

use super::{Digest, Files};

/// The length and the digest of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Measured {
    pub size: u64,
    pub sha256: Digest,
}

impl Measured {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self {
            size: bytes.len() as u64,
            sha256: Digest::of(bytes),
        }
    }
}

impl Default for Measured {
    fn default() -> Self {
        Self::of(b"")
    }
}

/// Reads a file to its end.
pub(super) fn measure(files: &dyn Files, path: &str) -> io::Result<Measured> {
    Hashing::new(files.open(path)?, u64::MAX).finish()
}

/// A whole small file.
pub(super) fn read_bounded(files: &dyn Files, path: &str, longest: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    files.open(path)?.take(longest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > longest {
        let message = format!("the file is longer than {longest} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(bytes)
}

/// Hashes what is read through it, and stops one byte after the length that is expected.
pub(super) struct Hashing<R> {
    reader: io::Take<R>,
    hasher: Sha256,
    size: u64,
    failed: Option<io::Error>,
}

impl<R: Read> Hashing<R> {
    pub(super) fn new(reader: R, expected: u64) -> Self {
        Self {
            reader: reader.take(expected.saturating_add(1)),
            hasher: Sha256::new(),
            size: 0,
            failed: None,
        }
    }

    /// Reads on to the end; the length and the digest of all that was read.
    pub(super) fn finish(mut self) -> io::Result<Measured> {
        let mut buffer = vec![0; 16 << 10];
        while self.failed.is_none() && self.read(&mut buffer).is_ok_and(|length| length > 0) {}
        match self.failed {
            Some(error) => Err(error),
            None => Ok(Measured {
                size: self.size,
                sha256: digest(self.hasher),
            }),
        }
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.reader.read(buffer) {
                Ok(length) => {
                    self.hasher.update(&buffer[..length]);
                    self.size += length as u64;
                    return Ok(length);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    // Kept, so that whoever reads through a parser that hides it still learns of it.
                    self.failed = Some(io::Error::new(error.kind(), error.to_string()));
                    return Err(error);
                }
            }
        }
    }
}

/// Passes bytes on, counting and hashing them.
pub(super) struct Counting<'a> {
    out: &'a mut dyn Write,
    hasher: Sha256,
    size: u64,
}

impl<'a> Counting<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self {
            out,
            hasher: Sha256::new(),
            size: 0,
        }
    }

    pub(super) fn measured(self) -> Measured {
        Measured {
            size: self.size,
            sha256: digest(self.hasher),
        }
    }
}

impl Write for Counting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.size += written as u64;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn digest(hasher: Sha256) -> Digest {
    Digest::from(<[u8; 32]>::from(hasher.finalize()))
}
