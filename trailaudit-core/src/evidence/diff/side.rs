//! One of the two packages, read as it was verified.

use std::io::Read;

use super::{DiffError, Which};
use crate::baseline::Baseline;
use crate::evidence::manifest::Manifest;
use crate::evidence::package::{BASELINE, CATALOGUE};
use crate::evidence::verify::{Expected, Pinned, Report};
use crate::evidence::{Digest, Files};
use crate::tables::catalogue::v1::Catalogue;

/// The longest catalogue or baseline that is read, in bytes.
const LONGEST: u64 = 64 << 20;

/// A package that was verified.
pub struct Side<'a> {
    files: &'a dyn Files,
    expected: Expected,
    pub(super) manifest: &'a Manifest,
    pub(super) manifest_sha256: Digest,
}

impl<'a> Side<'a> {
    /// A package and what its verification said. What is read of it must have the bytes that were verified.
    ///
    /// # Errors
    /// When it did not verify, or is the extract of one account.
    pub fn of(files: &'a dyn Files, report: &'a Report) -> Result<Self, DiffError> {
        if report.extract.is_some() {
            return Err(DiffError::IsExtract);
        }
        let (Some(manifest), Some(manifest_sha256), true) =
            (&report.manifest, report.manifest_sha256, report.is_verified())
        else {
            return Err(DiffError::NotVerified);
        };
        Ok(Self::trusted(files, manifest, manifest_sha256))
    }

    /// A package of which the manifest is believed.
    pub(super) fn trusted(files: &'a dyn Files, manifest: &'a Manifest, manifest_sha256: Digest) -> Self {
        Self {
            files,
            expected: Expected::listed(manifest, |_| true),
            manifest,
            manifest_sha256,
        }
    }

    /// The files, each with the bytes that the manifest lists.
    pub(super) fn files(&self) -> Pinned<'_> {
        Pinned {
            files: self.files,
            expected: &self.expected,
        }
    }

    /// What it was judged by.
    pub(super) fn catalogue(&self, package: Which) -> Result<Catalogue, DiffError> {
        let path = CATALOGUE;
        Catalogue::parse(&self.bytes(path, package)?).map_err(|error| wrong(&error, path, package))
    }

    /// What it was held to.
    pub(super) fn baseline(&self, package: Which) -> Result<Baseline, DiffError> {
        let path = BASELINE;
        let bytes = self.bytes(path, package)?;
        let text = std::str::from_utf8(&bytes).map_err(|error| wrong(&error, path, package))?;
        Baseline::from_toml(text).map_err(|error| wrong(&error, path, package))
    }

    fn bytes(&self, path: &'static str, package: Which) -> Result<Vec<u8>, DiffError> {
        let files = self.files();
        let mut bytes = Vec::new();
        files
            .open(path)
            .and_then(|opened| opened.take(LONGEST).read_to_end(&mut bytes))
            .map_err(|source| DiffError::File { package, path, source })?;
        Ok(bytes)
    }
}

fn wrong(error: &dyn std::fmt::Display, path: &'static str, package: Which) -> DiffError {
    DiffError::Content {
        package,
        path,
        message: error.to_string(),
    }
}
