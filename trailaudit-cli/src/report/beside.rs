//! What an audit writes beside its package.

use std::io;
use std::path::{Path, PathBuf};

use trailaudit_aws::write_new;
use trailaudit_core::evidence::ListedError;

use super::format::{Format, Table};
use crate::error::{CommandError, Result};
use crate::package::open_folder;

/// The formats that are written beside a package, once it is sealed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside(Vec<Format>);

impl Beside {
    /// The formats that were asked for, each once; what is a file of every package is there without being asked for.
    pub(crate) fn of(formats: &[Format]) -> Self {
        let mut wanted: Vec<Format> = Vec::new();
        for format in formats {
            if !format.is_of_the_package() && !wanted.contains(format) {
                wanted.push(*format);
            }
        }
        Self(wanted)
    }

    /// Refuses files that are there already: an audit must not come to nothing at its end.
    pub(crate) fn refuse_existing(&self, package: &Path) -> Result<()> {
        self.paths(package).try_for_each(|(_, path)| refuse_existing(&path))
    }

    /// Writes them; gives their paths.
    ///
    /// # Errors
    /// When one cannot be written. The package is complete all the same.
    pub(crate) fn write(&self, package: &Path) -> Result<Vec<PathBuf>> {
        self.paths(package)
            .map(|(format, path)| write(package, format, path))
            .collect()
    }

    /// The same where some may have been written before: what is there stays as it is.
    pub(crate) fn complete(&self, package: &Path) -> Result<Vec<PathBuf>> {
        self.paths(package)
            .map(|(format, path)| match path.symlink_metadata() {
                Ok(_) => Ok(path),
                Err(_) => write(package, format, path),
            })
            .collect()
    }

    fn paths(&self, package: &Path) -> impl Iterator<Item = (Format, PathBuf)> {
        self.0.iter().map(|format| (*format, format.beside(package)))
    }
}

fn write(package: &Path, format: Format, path: PathBuf) -> Result<PathBuf> {
    let files = open_folder(package)?;
    write_new(&path, &mut |out| {
        super::write(&files, format, Table::default(), None, out)
    })
    .map_err(|error| {
        told(&path, package, error).hint(format_args!(
            "the package is complete; `trailaudit report {}` makes the report again",
            package.display()
        ))
    })?;
    Ok(path)
}

/// Refuses a file that is there already, before any work is done for it.
pub(crate) fn refuse_existing(path: &Path) -> Result<()> {
    match path.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(_) => Err(
            CommandError::failed(format_args!("{} is there already", path.display()))
                .hint("a file that is there is never overwritten: name another, or take it away"),
        ),
    }
}

/// Why a report was not written to `out`: something about the package, or about the file.
pub(crate) fn told(out: &Path, package: &Path, error: io::Error) -> CommandError {
    match error.downcast::<ListedError>() {
        Ok(error @ ListedError::IsExtract) => CommandError::failed(format_args!("{}: {error}", package.display()))
            .hint("reports are made of whole packages"),
        Ok(error) => CommandError::refused(format_args!("{}: {error}", package.display()))
            .hint("`trailaudit verify` tells all that is wrong"),
        Err(error) => CommandError::file(out, &error),
    }
}
