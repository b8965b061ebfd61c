//! The content of one entry, checked while it is read.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::sync::{Mutex, PoisonError};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::{ArchiveError, Fault, Located, Method};

/// How much of the archive is read at once.
const CHUNK: u64 = 64 << 10;

/// Reads an entry: the declared size and no byte more, and an error instead of the last bytes when it is not what the
/// directory says.
pub(super) struct Content<'a, R> {
    name: &'a str,
    packed: Packed<'a, R>,
    crc: Crc,
    expected_crc: u32,
    left: u64,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    Reading,
    Complete,
    Failed(Fault),
}

enum Packed<'a, R> {
    Stored(BufReader<Section<'a, R>>),
    Deflated(Inflate<BufReader<Section<'a, R>>>),
}

impl<'a, R: Read + Seek> Content<'a, R> {
    pub(super) fn new(reader: &'a Mutex<R>, name: &'a str, located: Located) -> Self {
        let section = Section {
            reader,
            at: located.start,
            left: located.compressed,
        };
        let capacity = usize::try_from(located.compressed.clamp(1, CHUNK)).unwrap_or(1);
        let section = BufReader::with_capacity(capacity, section);
        let packed = match located.method {
            Method::Stored => Packed::Stored(section),
            Method::Deflated => Packed::Deflated(Inflate {
                input: section,
                state: Decompress::new(false),
                ended: false,
            }),
        };
        Self {
            name,
            packed,
            crc: Crc::new(),
            expected_crc: located.crc,
            left: located.size,
            state: State::Reading,
        }
    }

    fn fail(&mut self, fault: Fault) -> io::Error {
        self.state = State::Failed(fault);
        ArchiveError::entry(self.name.as_bytes(), fault).into()
    }

    fn read_on(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let mut length = 0;
        if most > 0 {
            length = self.unpack(&mut buffer[..most])?;
            if length == 0 {
                return Err(self.fail(Fault::TooShort));
            }
            self.crc.update(&buffer[..length]);
            self.left -= length as u64;
        }
        if self.left == 0 {
            self.check_end()?;
        }
        Ok(length)
    }

    /// Whether everything ended where it had to, and with the right sum.
    fn check_end(&mut self) -> io::Result<()> {
        if self.unpack(&mut [0])? != 0 {
            return Err(self.fail(Fault::TooLong));
        }
        let input = match &mut self.packed {
            Packed::Stored(section) => section,
            Packed::Deflated(inflate) => &mut inflate.input,
        };
        if !input.fill_buf()?.is_empty() {
            return Err(self.fail(Fault::Deflate));
        }
        if self.crc.sum() != self.expected_crc {
            return Err(self.fail(Fault::Crc));
        }
        self.state = State::Complete;
        Ok(())
    }

    fn unpack(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.packed {
            Packed::Stored(section) => return section.read(buffer),
            Packed::Deflated(inflate) => inflate.read(buffer)?,
        };
        read.ok_or_else(|| self.fail(Fault::Deflate))
    }
}

impl<R: Read + Seek> Read for Content<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.state {
            State::Failed(fault) => Err(self.fail(fault)),
            State::Complete => Ok(0),
            State::Reading if buffer.is_empty() => Ok(0),
            // Bytes may have been lost with the error: nobody goes on after it.
            State::Reading => self.read_on(buffer).inspect_err(|_| {
                if matches!(self.state, State::Reading) {
                    self.state = State::Failed(Fault::Unreadable);
                }
            }),
        }
    }
}

/// A part of what others may be reading too.
struct Section<'a, R> {
    reader: &'a Mutex<R>,
    at: u64,
    left: u64,
}

impl<R: Read + Seek> Read for Section<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        // Each turn starts by seeking, so it does not matter where somebody else's ended, or that it panicked.
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let length = loop {
            reader.seek(SeekFrom::Start(self.at))?;
            match reader.read(&mut buffer[..most]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(length) => break length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        self.at += length as u64;
        self.left -= length as u64;
        Ok(length)
    }
}

/// Raw deflate that tells a stream that ended from one that was cut, which the readers of `flate2` do not.
struct Inflate<S> {
    input: S,
    state: Decompress,
    ended: bool,
}

impl<S: BufRead> Inflate<S> {
    /// As [`Read::read`]; `None` when the data are no deflate stream, or end before it does.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        while !self.ended {
            let input = self.input.fill_buf()?;
            let at_end = input.is_empty();
            let (read, written) = (self.state.total_in(), self.state.total_out());
            let status = self.state.decompress(input, buffer, FlushDecompress::None);
            let consumed = usize::try_from(self.state.total_in() - read).unwrap_or(0);
            let produced = usize::try_from(self.state.total_out() - written).unwrap_or(0);
            self.input.consume(consumed);
            match status {
                Err(_) => return Ok(None),
                Ok(Status::StreamEnd) => self.ended = true,
                Ok(_) if produced == 0 && (at_end || consumed == 0) => return Ok(None),
                Ok(_) => {}
            }
            if produced > 0 {
                return Ok(Some(produced));
            }
        }
        Ok(Some(0))
    }
}
