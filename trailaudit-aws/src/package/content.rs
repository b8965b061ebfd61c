//! What a record file holds, line by line.

use std::io::Read;

use trailaudit_core::evidence::Files;
use trailaudit_core::evidence::package::RecordFile;
use trailaudit_core::evidence::records::{self, Header};

use super::PackageError;

/// The first line of a record file alone.
pub(crate) fn header(files: &dyn Files, path: &str, file: &RecordFile) -> Result<Header, PackageError> {
    Ok(lines(open(files, path)?, path, file)?.0)
}

/// Whether bytes are a whole record file about what `file` says; what its exchanges say is not read.
pub(crate) fn check(bytes: &[u8], path: &str, file: &RecordFile) -> Result<(), PackageError> {
    let (_, mut lines) = lines(bytes, path, file)?;
    lines.try_for_each(|line| line.map(drop))
}

pub(super) fn open<'a>(files: &'a dyn Files, path: &str) -> Result<Box<dyn Read + 'a>, PackageError> {
    files.open(path).map_err(|source| PackageError::Io {
        path: path.into(),
        source,
    })
}

/// The header of a record file, and the lines after it.
pub(super) fn lines<'a, R: Read + 'a>(
    content: R,
    path: &'a str,
    file: &RecordFile,
) -> Result<(Header, impl Iterator<Item = Result<Vec<u8>, PackageError>> + use<'a, R>), PackageError> {
    let at = move |source| PackageError::Records {
        path: path.into(),
        source,
    };
    let mut lines = records::read_lines(content).map(move |line| line.map_err(at));
    let first = lines.next().transpose()?.unwrap_or_default();
    let header = Header::parse(&first).map_err(|source| PackageError::Header {
        path: path.into(),
        source,
    })?;
    if is_header_of(&header, file) {
        Ok((header, lines))
    } else {
        Err(PackageError::HeaderOfAnother { path: path.into() })
    }
}

fn is_header_of(header: &Header, file: &RecordFile) -> bool {
    match file {
        RecordFile::Account(account) | RecordFile::Resources(account) => {
            header.account.as_ref() == Some(account) && header.salt.is_some()
        }
        _ => header.account.is_none(),
    }
}
