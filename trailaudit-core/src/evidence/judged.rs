//! What a package was judged by, so that its records can be judged again by the same, or by something else knowingly.

use std::io;

use jiff::Timestamp;

use super::files::Files;
use super::manifest::Manifest;
use super::package::{BASELINE, CATALOGUE, MANIFEST, PROOF};
use super::{Digest, jcs};
use crate::baseline::{Baseline, BaselineError};
use crate::framework::{Framework, framework};
use crate::rule::Rule;
use crate::rules::rule;
use crate::tables::catalogue::v1::Catalogue;

/// The longest of these files, in bytes.
const LONGEST: u64 = 64 << 20;

/// The terms of a package's verdicts.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The moment they speak about.
    pub as_of: Timestamp,
    /// The thresholds.
    pub baseline: Baseline,
    /// The rules and requirements.
    pub catalogue: Catalogue,
    /// The SHA-256 of `catalogue.json`.
    pub catalogue_sha256: Digest,
}

impl Judged {
    /// Reads them from a package; nothing when there is no manifest, as in a directory of records. The package is not
    /// verified by this.
    ///
    /// # Errors
    /// When one of the files cannot be read or is not of version 1, and for an extract, which has one account's records
    /// alone.
    pub fn of(files: &dyn Files) -> Result<Option<Self>, JudgedError> {
        let paths = files.paths()?;
        let has = |path: &str| paths.iter().any(|entry| entry.path == path);
        if has(PROOF) {
            return Err(JudgedError::IsExtract);
        }
        if !has(MANIFEST) {
            return Ok(None);
        }
        let read = |path| super::hashing::read_bounded(files, path, LONGEST);
        let strict = |path| move |source| JudgedError::Json { path, source };
        let manifest = Manifest::parse(&read(MANIFEST)?).map_err(strict(MANIFEST))?;
        let catalogue = read(CATALOGUE)?;
        let baseline = String::from_utf8(read(BASELINE)?).map_err(io::Error::other)?;
        Ok(Some(Self {
            as_of: manifest.as_of,
            baseline: Baseline::from_toml(&baseline)?,
            catalogue_sha256: Digest::of(&catalogue),
            catalogue: Catalogue::parse(&catalogue).map_err(strict(CATALOGUE))?,
        }))
    }

    /// The rules it was judged by, as far as this version has them.
    #[must_use]
    pub fn rules(&self) -> Vec<&'static Rule> {
        self.catalogue
            .rules
            .iter()
            .filter_map(|entry| rule(&entry.id))
            .collect()
    }

    /// The frameworks it answers, as far as this version has them.
    #[must_use]
    pub fn frameworks(&self) -> Vec<&'static Framework> {
        self.catalogue
            .frameworks
            .iter()
            .filter_map(|id| framework(id))
            .collect()
    }
}

/// Why it cannot be told what a package was judged by.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JudgedError {
    /// An extract shows one account; a package is judged as a whole.
    #[error("this is the extract of one account: a whole package is judged, or the records of one")]
    IsExtract,
    /// A file cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A file is not of version 1.
    #[error("{path}: {source}")]
    Json {
        /// The file.
        path: &'static str,
        /// What is wrong with it.
        source: jcs::NotStrict,
    },
    /// The baseline is not one.
    #[error("{BASELINE}: {0}")]
    Baseline(#[from] BaselineError),
}
