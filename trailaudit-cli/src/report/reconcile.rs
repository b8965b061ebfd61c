//! `--format reconcile`: each finding beside what another tool would say of the same records, and why.
//!
//! Unlike the other formats this one is made of the records, which are judged again by the package's own terms: what a peer
//! looks at is not in the tables.

use std::io::{self, Write};
use std::path::Path;

use trailaudit_aws::package::whole_run;
use trailaudit_aws::reconcile::{COLUMNS, Peer, ReconcileError, Terms, reconcile};
use trailaudit_core::evidence::{Files, Judged};
use trailaudit_core::framework::Selection;
use trailaudit_core::tables::Csv;
use trailaudit_core::{Baseline, CATALOGUE};

use crate::error::{CommandError, Result};
use crate::packaging::check_sound;

/// By what the records of a package are judged; those of a collection by the whole catalogue and the default thresholds.
///
/// # Errors
/// When the package is not what was sealed, or has not all records, as the extract of one account has not.
pub(crate) fn terms(path: &Path, files: &dyn Files) -> Result<Terms> {
    let failed = |error: &dyn std::fmt::Display| CommandError::failed(format_args!("{}: {error}", path.display()));
    let judged = Judged::of(files).map_err(|error| failed(&error))?;
    if judged.is_some() {
        check_sound(path)
            .map_err(|error| CommandError::refused(error.what()).hint("`trailaudit verify` tells all that is wrong"))?;
    }
    whole_run(files).map_err(|error| failed(&error))?;
    Ok(match judged {
        Some(judged) => Terms {
            rules: judged.rules(),
            as_of: Some(judged.as_of),
            baseline: judged.baseline,
        },
        None => Terms {
            rules: CATALOGUE.to_vec(),
            as_of: None,
            baseline: Baseline::under(&Selection::default()),
        },
    })
}

/// Writes the comparison, a row for each finding that the peer has a control for.
///
/// # Errors
/// When the records cannot be read, as a [`ReconcileError`] within the error; and when `out` refuses.
pub(crate) fn write(files: &dyn Files, terms: &Terms, peer: Peer, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = Csv::begin(out, &COLUMNS)?;
    reconcile(files, terms, peer, &mut |row| csv.row(&row.cells())).map_err(|error| match error {
        ReconcileError::Io(error) => error,
        error => io::Error::other(error),
    })?;
    csv.finish()
}
