//! Record files: gzip over lines of canonical JSON. The first line says whose records they are, every other line is an
//! [`Exchange`](super::Exchange).
//!
//! Equal lines give equal bytes: no time, no name, no operating system in the gzip header, one compression level.
//! Reading is bounded, so that a small hostile file cannot become a large one in memory.

use std::io::{self, BufRead, BufReader, Read, Write};

use flate2::bufread::GzDecoder;
use flate2::{Compression, GzBuilder};
use serde::{Deserialize, Serialize};

use super::accounts::Salt;
use super::jcs;
use crate::organization::AccountId;

/// How much a reader takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest line, in bytes without its end.
    pub line: usize,
    /// The longest content of one file, in bytes after decompression.
    pub total: u64,
}

impl Default for Limits {
    /// Lines of 16 MiB, files of 1 GiB: far beyond what an account yields.
    fn default() -> Self {
        Self {
            line: 16 << 20,
            total: 1 << 30,
        }
    }
}

/// The first line of a record file: whose records these are.
///
/// `accounts/<id>.jsonl.gz` and `resources/<id>.jsonl.gz` have `{"account","format","salt"}`, `organization.jsonl.gz`
/// has `{"format","organization"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    format: Format,
    /// The organization, in `organization.jsonl.gz` alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub organization: Option<String>,
    /// The account the calls were made in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<AccountId>,
    /// What salts the account's leaf, in its records or, where there are none, in its resources.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub salt: Option<Salt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Format {
    #[serde(rename = "trailaudit.records/v1")]
    V1,
}

impl Header {
    /// The header of `organization.jsonl.gz`.
    #[must_use]
    pub fn of_organization(id: impl Into<String>) -> Self {
        Self {
            organization: Some(id.into()),
            ..Self::EMPTY
        }
    }

    /// The header of `accounts/<account>.jsonl.gz` or `resources/<account>.jsonl.gz`.
    #[must_use]
    pub fn of_account(account: AccountId, salt: Salt) -> Self {
        Self {
            account: Some(account),
            salt: Some(salt),
            ..Self::EMPTY
        }
    }

    /// The line, without its line end.
    ///
    /// # Errors
    /// Never: there is nothing but text in it.
    pub fn to_line(&self) -> Result<Vec<u8>, jcs::NotCanonical> {
        jcs::to_canonical(self)
    }

    /// Reads the first line of a record file.
    ///
    /// # Errors
    /// When it is not the canonical JSON of a header.
    pub fn parse(line: &[u8]) -> Result<Self, jcs::NotStrict> {
        jcs::parse_canonical(line)
    }

    const EMPTY: Self = Self {
        format: Format::V1,
        organization: None,
        account: None,
        salt: None,
    };
}

/// Compresses lines into a record file; each is given without its line end.
///
/// # Errors
/// When a line has a line end inside.
pub fn write<L: AsRef<[u8]>>(lines: impl IntoIterator<Item = L>) -> Result<Vec<u8>, RecordsError> {
    let mut gzip = GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(Vec::new(), Compression::new(6));
    for line in lines {
        let line = line.as_ref();
        if line.contains(&b'\n') {
            return Err(RecordsError::LineEndInside);
        }
        gzip.write_all(line)?;
        gzip.write_all(b"\n")?;
    }
    Ok(gzip.finish()?)
}

/// Reads the lines of a record file, without their ends, within the default [`Limits`].
pub fn read_lines<R: Read>(reader: R) -> Lines<impl BufRead> {
    read_lines_within(reader, Limits::default())
}

/// Reads the lines of a record file, without their ends. A file that is cut, goes on after its end, or breaks a limit
/// ends with an error.
pub fn read_lines_within<R: Read>(reader: R, limits: Limits) -> Lines<impl BufRead> {
    let gunzip = Gunzip(GzDecoder::new(BufReader::new(reader)));
    Lines::new(BufReader::new(gunzip), limits)
}

/// Lines of bounded length. Nothing comes after an error.
#[derive(Debug)]
pub struct Lines<R> {
    reader: R,
    limits: Limits,
    read: u64,
    ended: bool,
}

impl<R: BufRead> Lines<R> {
    /// Reads the lines of a text that is not compressed.
    pub fn new(reader: R, limits: Limits) -> Self {
        Self {
            reader,
            limits,
            read: 0,
            ended: false,
        }
    }

    fn read_line(&mut self) -> Result<Option<Vec<u8>>, RecordsError> {
        let mut line = Vec::new();
        let longest = (self.limits.line as u64).saturating_add(1);
        let length = (&mut self.reader).take(longest).read_until(b'\n', &mut line)? as u64;
        self.read += length;
        if length == 0 {
            return Ok(None);
        }
        if self.read > self.limits.total {
            return Err(RecordsError::TooLong(self.limits.total));
        }
        match line.pop() {
            Some(b'\n') => Ok(Some(line)),
            _ if length == longest => Err(RecordsError::LineTooLong(self.limits.line)),
            _ => Err(RecordsError::Unterminated),
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<Vec<u8>, RecordsError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let line = self.read_line().transpose();
        self.ended = !matches!(line, Some(Ok(_)));
        line
    }
}

/// Why a record file cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordsError {
    /// The file cannot be read or is not gzip.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A line to be written has a line end inside.
    #[error("a record line has a line end inside")]
    LineEndInside,
    /// A line is longer than the limit.
    #[error("a line is longer than {0} bytes")]
    LineTooLong(usize),
    /// The content is longer than the limit.
    #[error("the content is longer than {0} bytes")]
    TooLong(u64),
    /// The last line has no end.
    #[error("the last line has no line end")]
    Unterminated,
}

/// One gzip member and nothing after it.
struct Gunzip<R>(GzDecoder<R>);

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.0.read(buffer)?;
        if length == 0 && !buffer.is_empty() && !self.0.get_mut().fill_buf()?.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the gzip file goes on after its end",
            ));
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_written_and_bytes_are_stable() {
        let lines: [&[u8]; 3] = [b"{}", b"", b"{\"a\":1}"];
        let bytes = write(lines).unwrap();
        assert_eq!(bytes, write(lines).unwrap());
        // RFC 1952: deflate, no flags, mtime 0, no extra flags, unknown operating system.
        assert_eq!(bytes[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
        let read: Result<Vec<_>, _> = read_lines(&bytes[..]).collect();
        assert_eq!(read.unwrap(), lines);
        assert!(matches!(write(["a\nb"]), Err(RecordsError::LineEndInside)));
    }

    #[test]
    fn whatever_is_not_one_whole_gzip_file_is_refused() {
        let fails = |bytes: &[u8]| read_lines(bytes).any(|line| line.is_err());
        let bytes = write(["{}", "{}"]).unwrap();
        assert!(!fails(&bytes));
        for cut in 0..bytes.len() {
            assert!(fails(&bytes[..cut]), "cut at {cut}");
        }
        assert!(fails(&[&bytes[..], b"\0"].concat()));
        assert!(fails(&[&bytes[..], &bytes[..]].concat()));
        assert!(fails(b"{}\n"));
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let limits = Limits {
            line: 100,
            total: 1_000,
        };
        let last = |lines: &[&str]| read_lines_within(&write(lines).unwrap()[..], limits).last().unwrap();
        let line = "x".repeat(100);
        assert!(last(&[&line]).is_ok());
        assert!(matches!(
            last(&[&format!("{line}x")]),
            Err(RecordsError::LineTooLong(100))
        ));
        assert!(matches!(last(&[line.as_str(); 10]), Err(RecordsError::TooLong(1_000))));
        let plain: Vec<_> = Lines::new(&b"a\nb"[..], limits).collect();
        assert!(matches!(plain[..], [Ok(_), Err(RecordsError::Unterminated)]));
    }

    #[test]
    fn headers_have_the_documented_form() {
        let salt = "ab".repeat(32);
        let header = Header::of_account("111122223333".into(), Salt::from([0xab; 32]));
        let line = format!(r#"{{"account":"111122223333","format":"trailaudit.records/v1","salt":"{salt}"}}"#);
        assert_eq!(String::from_utf8(header.to_line().unwrap()).unwrap(), line);
        assert_eq!(Header::parse(line.as_bytes()).unwrap(), header);
        assert!(Header::parse(line.replace("v1", "v2").as_bytes()).is_err());
        assert!(Header::parse(br#"{"account":"1"}"#).is_err());
    }
}
