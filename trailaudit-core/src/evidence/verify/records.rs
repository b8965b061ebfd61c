//! What verification needs to know of a record file, whatever the provider: whose records it says it holds.

use std::io::{self, Read};

use super::json_code;
use super::report::Code;
use crate::evidence::package::RecordFile;
pub(super) use crate::evidence::records::Header;
use crate::evidence::records::{self, Limits, RecordsError};

/// The longest header, in bytes.
const LIMITS: Limits = Limits {
    line: 4 << 10,
    total: 1 << 30,
};

/// The header of the record file at `path`, when it is the one that path asks for; nothing for other files.
pub(super) fn header<R: Read>(path: &str, reader: &mut R) -> Option<Result<Header, (Code, String)>> {
    let file = RecordFile::at(path)?;
    if file == RecordFile::RunLog {
        return None;
    }
    let first = records::read_lines_within(reader, LIMITS).next();
    let malformed = |error: &dyn std::fmt::Display| (Code::MalformedRecords, error.to_string());
    let parsed = match first {
        None => Err(malformed(&"it has no header")),
        Some(Err(error)) => Err(malformed(&error)),
        Some(Ok(line)) => {
            Header::parse(&line).map_err(|error| (json_code(&error, Code::MalformedRecords), error.to_string()))
        }
    };
    let is_its_own = |header: &Header| match &file {
        RecordFile::Account(account) | RecordFile::Resources(account) => {
            header.account.as_ref() == Some(account) && header.salt.is_some() && header.organization.is_none()
        }
        _ => header.organization.is_some() && header.account.is_none() && header.salt.is_none(),
    };
    Some(parsed.and_then(|header| {
        let refused = || {
            (
                Code::MalformedRecords,
                "its first line is not the header of its path".to_owned(),
            )
        };
        is_its_own(&header).then_some(header).ok_or_else(refused)
    }))
}

/// Whether a record file that is not the sealed one was cut off.
pub(super) fn is_cut(reader: impl Read) -> bool {
    let last = records::read_lines(reader).last();
    match last {
        Some(Err(RecordsError::Io(error))) => error.kind() == io::ErrorKind::UnexpectedEof,
        None => true,
        _ => false,
    }
}
