//! A package in an archive: what is wrong with the archive, and with the package as far as it can be read.

use std::io::{Read, Seek};

use super::report::{Code, Problems, Report};
use super::{Options, verify};
use crate::evidence::archive::{Archive, ArchiveError, Fault};

/// Verifies a package in an archive. With nothing wrong with the archive itself, this is [`verify()`] of it.
///
/// Otherwise each fault of the archive comes first among the problems, and what can be read without doubt is verified
/// all the same. Where nothing can, the problem says so.
///
/// ```
/// use std::io::Cursor;
/// use trailaudit_core::evidence::{Code, Options, verify_archive};
///
/// let report = verify_archive(Cursor::new("no archive"), &Options::default());
/// assert_eq!(report.problems[0].code, Code::MalformedArchive);
/// ```
#[must_use]
pub fn verify_archive<R: Read + Seek + Send>(reader: R, options: &Options<'_>) -> Report {
    let (archive, faults) = Archive::examine(reader);
    let mut problems = Problems::default();
    for fault in faults {
        tell(&fault, archive.is_some(), &mut problems);
    }
    let mut report = problems.into_report(None, None);
    if let Some(archive) = archive {
        let of_archive = report.problems;
        report = verify(&archive, options);
        report.problems.splice(..0, of_archive);
    }
    report
}

fn tell(error: &ArchiveError, is_read: bool, problems: &mut Problems) {
    match error {
        ArchiveError::Entry { name, fault } => problems.add(code(fault), Some(name), fault.to_string()),
        ArchiveError::More { fault, .. } => problems.add(code(fault), None, error.to_string()),
        _ => {
            let code = match error {
                ArchiveError::Io(_) => Code::UnreadableFile,
                _ => Code::MalformedArchive,
            };
            let consequence = if is_read { "" } else { ": nothing in it was verified" };
            problems.add(code, None, format!("{error}{consequence}"));
        }
    }
}

/// What a fault would be in a directory, where it could be in one.
fn code(fault: &Fault) -> Code {
    match fault {
        Fault::Unsafe(_) | Fault::NotUtf8 | Fault::NotRegular => Code::UnsafePath,
        Fault::Duplicate => Code::DuplicatePath,
        Fault::FileAndFolder => Code::PathCollision,
        Fault::Beside => Code::ExtraFile,
        _ => Code::MalformedArchive,
    }
}
