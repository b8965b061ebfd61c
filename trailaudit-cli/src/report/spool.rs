//! What is written in another order than it is read: it waits in a temporary file until all that belongs together is there.

use std::collections::BTreeMap;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

/// Texts on their way in, each with what it belongs to.
pub(super) struct Spool<K> {
    file: BufWriter<std::fs::File>,
    places: BTreeMap<K, Vec<(u64, u32)>>,
    end: u64,
}

/// All of them, to be read by what they belong to.
pub(super) struct Spooled<K> {
    file: BufReader<std::fs::File>,
    places: BTreeMap<K, Vec<(u64, u32)>>,
}

impl<K: Ord> Spool<K> {
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::new(tempfile::tempfile()?),
            places: BTreeMap::new(),
            end: 0,
        })
    }

    pub fn put(&mut self, to: K, text: &[u8]) -> io::Result<()> {
        self.file.write_all(text)?;
        let length = u32::try_from(text.len()).map_err(io::Error::other)?;
        self.places.entry(to).or_default().push((self.end, length));
        self.end += u64::from(length);
        Ok(())
    }

    pub fn filled(self) -> io::Result<Spooled<K>> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Spooled {
            file: BufReader::new(file),
            places: self.places,
        })
    }
}

impl<K> Spooled<K> {
    /// What there is, and where each of its texts stands.
    pub fn take(&mut self) -> BTreeMap<K, Vec<(u64, u32)>> {
        std::mem::take(&mut self.places)
    }

    /// Reads the text at a place.
    pub fn read(&mut self, (start, length): (u64, u32), text: &mut Vec<u8>) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(start))?;
        text.resize(length as usize, 0);
        self.file.read_exact(text)
    }
}
