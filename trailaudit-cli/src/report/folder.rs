//! The pages that a package's page leads to, beside a copy of it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use trailaudit_aws::write_new;
use trailaudit_core::evidence::package::{REPORT_FOLDER, REPORT_HTML, is_of_report};
use trailaudit_core::evidence::{Files, Listed};

use super::refuse_existing;
use crate::error::{CommandError, Result};

/// The directory they go to when the page goes to `out`: links name it, so it has no other name.
pub(crate) fn beside(out: &Path) -> Result<PathBuf> {
    let folder = out.with_file_name(REPORT_FOLDER.trim_end_matches('/'));
    if folder == out {
        let what = format!("--out: {} is where the further pages go", out.display());
        return Err(CommandError::usage(what).hint("name the page otherwise, such as report.html"));
    }
    refuse_existing(&folder)?;
    Ok(folder)
}

/// Copies them to `folder`, where there is one, and writes the page: all of it, or nothing.
pub(crate) fn with(
    folder: Option<&Path>,
    package: &dyn Files,
    write: impl FnOnce() -> io::Result<()>,
) -> io::Result<()> {
    let Some(folder) = folder else { return write() };
    let listed = Listed::open(package)?;
    fs::create_dir(folder)?;
    copy(&listed, folder).and_then(|()| write()).inspect_err(|_| {
        // Whatever cannot be removed stays: the error that brought us here is the one to report.
        let _ = fs::remove_dir_all(folder);
    })
}

/// Each as the manifest lists it.
fn copy(listed: &Listed<'_>, folder: &Path) -> io::Result<()> {
    let files = listed.manifest().files.iter().map(|file| &*file.path);
    for path in files.filter(|path| is_of_report(path) && *path != REPORT_HTML) {
        listed.check(path)?;
        let name = path.strip_prefix(REPORT_FOLDER).unwrap_or(path);
        write_new(&folder.join(name), &mut |out| {
            io::copy(&mut listed.open(path)?, out).map(drop)
        })?;
    }
    Ok(())
}
