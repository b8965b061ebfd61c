//! Room for the temporary files of a workbook, before anything is written to them: whoever writes workbooks panics where
//! there is none.

use std::io;

use trailaudit_core::evidence::package::{COVERAGE_JSON, FINDINGS_JSON};

use crate::report::source::Source;

/// How much is written for a byte of the tables: a little over twice as much in packages of 25 to 200 accounts, the sheet
/// of the evidence and the packed workbook among it.
const TIMES: u64 = 3;

/// Whether what the workbook is made from finds room in the folder for temporary files.
pub(super) fn is_there(source: &Source<'_>) -> io::Result<()> {
    let folder = std::env::temp_dir();
    let files = source.manifest().files.iter();
    let tables = files.filter(|file| [FINDINGS_JSON, COVERAGE_JSON].contains(&file.path.as_str()));
    let needed: u64 = tables.map(|table| table.size.saturating_mul(TIMES)).sum();
    // Where nobody tells, it is tried.
    let Ok(system) = rustix::fs::statvfs(&folder) else {
        return Ok(());
    };
    let free = system.f_bavail.saturating_mul(system.f_frsize);
    if free >= needed {
        return Ok(());
    }
    let told = format!(
        "the workbook needs about {} KB in {} for a while, and there are {}: TMPDIR names another folder",
        needed.div_ceil(1_000),
        folder.display(),
        free / 1_000
    );
    Err(io::Error::other(told))
}
