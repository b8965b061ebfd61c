//! A package read for what it says: exactly what its manifest lists. Whether to believe it, only `verify` tells.

use std::io::{self, Read};

use super::accounts::Index;
use super::listing::{self, Expected, Present};
use super::pinned::Pinned;
use super::report::{Code, Problem, Problems};
use super::{Options, check_statements, json_code, read_bounded, read_manifest, signatures, tables};
use crate::evidence::Digest;
use crate::evidence::files::{Entry, Files};
use crate::evidence::manifest::Manifest;
use crate::evidence::package::{CATALOGUE, COVERAGE_JSON, FINDINGS_JSON, MANIFEST, PROOF, RecordFile};
use crate::tables::catalogue::v1::Catalogue;
use crate::tables::reading::{Reading, TableError};
use crate::tables::{coverage, findings};

/// What is left to who verifies: whom to trust, and who still has to sign.
const OPEN: [Code; 4] = [Code::NoTrust, Code::NoSignature, Code::MissingRole, Code::Simulated];

/// A package whose files are those that its manifest lists, each of which is checked before, and again while it is read.
///
/// Signatures that are there must be genuine and about it; whose they are is not asked, and findings are not assessed again:
/// this is for who shows what a package says.
pub struct Listed<'a> {
    files: &'a dyn Files,
    present: Present,
    expected: Expected,
    manifest: Manifest,
    manifest_sha256: Digest,
    catalogue: Catalogue,
}

impl<'a> Listed<'a> {
    /// Opens a package. Its manifest, its signatures, its index of accounts and its catalogue are checked; of other files
    /// it is known what they have to be.
    ///
    /// # Errors
    /// When this is the extract of one account, and with the first thing that is not what the manifest lists.
    pub fn open(files: &'a dyn Files) -> Result<Self, ListedError> {
        let (options, mut problems) = (Options::default(), Problems::default());
        let present =
            Present::list(files, &mut problems).map_err(|error| problem(Code::UnreadableFile, None, &error))?;
        if present.has(PROOF) {
            return Err(ListedError::IsExtract);
        }
        let (sha256, manifest) = read_manifest(files, &present, &mut problems);
        let index = Index::read(files, &mut problems);
        if let Some(manifest) = &manifest {
            listing::check_list(manifest, &mut problems);
            check_statements(manifest, &options, &mut problems);
            index.check_root(manifest, &mut problems);
            index.check_package_id(manifest, &mut problems);
        }
        signatures::check(files, &present, (sha256, manifest.as_ref()), &options, &mut problems);
        for open in OPEN {
            problems.put_up_with(open);
        }
        let (manifest_sha256, manifest) = match (sha256, manifest, problems.first()) {
            (Some(sha256), Some(manifest), None) => (sha256, manifest),
            (_, _, Some(problem)) => return Err(ListedError::Problem(problem)),
            _ => {
                return Err(problem(
                    Code::MissingFile,
                    Some(MANIFEST),
                    &"the package has no manifest",
                ));
            }
        };
        let expected = Expected::listed(&manifest, |_| true).with(&index.leaves);
        let bytes = check(files, &present, &expected, CATALOGUE).and_then(|()| {
            read_bounded(files, CATALOGUE, tables::LONGEST_CATALOGUE)
                .map_err(|error| problem(Code::UnreadableFile, Some(CATALOGUE), &error))
        })?;
        let catalogue = Catalogue::parse(&bytes)
            .map_err(|error| problem(json_code(&error, Code::MalformedCatalogue), Some(CATALOGUE), &error))?;
        Ok(Self {
            files,
            present,
            expected,
            manifest,
            manifest_sha256,
            catalogue,
        })
    }

    /// What the package says of itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The SHA-256 of `manifest.json`: what signatures are about.
    #[must_use]
    pub fn manifest_sha256(&self) -> Digest {
        self.manifest_sha256
    }

    /// The rules it was judged by.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Whether a file is the one that was sealed.
    ///
    /// # Errors
    /// When it is missing, cut, changed or unreadable.
    pub fn check(&self, path: &str) -> Result<(), ListedError> {
        check(self.files, &self.present, &self.expected, path)
    }

    /// The paths of the record files, in order.
    #[must_use]
    pub fn record_files(&self) -> Vec<String> {
        let paths = self.expected.paths().into_iter().map(|(path, _)| path.into_owned());
        let is_of_records = |path: &String| matches!(RecordFile::at(path), Some(file) if file != RecordFile::RunLog);
        paths.filter(is_of_records).collect()
    }

    /// Hands over every finding, in the order of the table.
    ///
    /// # Errors
    /// What `take` says; and when the table is not the one that was sealed, or not of version 1.
    pub fn each_finding<E: From<ListedError>>(
        &self,
        mut take: impl FnMut(findings::v1::Entry<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.each_entry(FINDINGS_JSON, ("trailaudit.findings/v1", "findings"), |line| {
            take(parsed(FINDINGS_JSON, line)?)
        })
    }

    /// Hands over every planned cell, in the order of the table.
    ///
    /// # Errors
    /// As for [`Listed::each_finding`].
    pub fn each_cell<E: From<ListedError>>(
        &self,
        mut take: impl FnMut(coverage::v1::Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.each_entry(COVERAGE_JSON, ("trailaudit.coverage/v1", "cells"), |line| {
            take(parsed(COVERAGE_JSON, line)?)
        })
    }

    fn each_entry<E: From<ListedError>>(
        &self,
        path: &str,
        (format, list): (&'static str, &str),
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let refused = |error: TableError| problem(Code::Tables, Some(path), &error);
        let opened = self
            .open(path)
            .map_err(|error| problem(Code::UnreadableFile, Some(path), &error))?;
        let mut entries = Reading::new(opened, format, list).map_err(refused)?;
        while let Some(line) = entries.next_entry().map_err(refused)? {
            take(&line)?;
        }
        Ok(())
    }

    fn pinned(&self) -> Pinned<'_> {
        Pinned {
            files: self.files,
            expected: &self.expected,
        }
    }
}

/// Bytes that are not those that were sealed end in an error.
impl Files for Listed<'_> {
    fn paths(&self) -> io::Result<Vec<Entry>> {
        self.pinned().paths()
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        self.pinned().opened(path)
    }
}

/// Why a package is not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListedError {
    /// An extract has the findings of one account alone.
    #[error("this is the extract of one account, not a whole package")]
    IsExtract,
    /// A file is not what the manifest lists.
    #[error("{0}")]
    Problem(Problem),
}

impl From<ListedError> for io::Error {
    fn from(error: ListedError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

fn check(files: &dyn Files, present: &Present, expected: &Expected, path: &str) -> Result<(), ListedError> {
    let pin = expected.pin(path);
    let pin = pin.ok_or_else(|| problem(Code::MissingFile, Some(path), &"the manifest does not list it"))?;
    match listing::check_file(files, present, path, pin) {
        Ok(_) => Ok(()),
        Err(problem) => Err(ListedError::Problem(problem)),
    }
}

fn parsed<'l, T: serde::Deserialize<'l>>(path: &str, line: &'l [u8]) -> Result<T, ListedError> {
    serde_json::from_slice(line).map_err(|error| problem(Code::Tables, Some(path), &error))
}

fn problem(code: Code, file: Option<&str>, message: &dyn std::fmt::Display) -> ListedError {
    ListedError::Problem(Problem {
        code,
        file: file.map(str::to_owned),
        message: message.to_string(),
    })
}
