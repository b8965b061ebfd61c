//! Writing a package: the derived files beside the records, then the manifest, last and at once.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::Map;
use sha2::{Digest as _, Sha256};
use trailaudit_aws::{AwsInventory, Folder, Run};
use trailaudit_core::evidence::accounts::write_index;
use trailaudit_core::evidence::manifest::{Collection, Collector, CoverageTotals, Endpoint, OrganizationRef, Tool};
use trailaudit_core::evidence::package::{
    ACCOUNTS_INDEX, BASELINE, CATALOGUE, COVERAGE_CSV, FINDINGS_CSV, MANIFEST, RecordFile,
};
use trailaudit_core::evidence::records::{self, Header};
use trailaudit_core::evidence::{AccountLeaf, Digest, Facts, Files, Manifest, Seal};
use trailaudit_core::framework::Selection;
use trailaudit_core::tables::{catalogue, coverage, findings};
use trailaudit_core::{Assessment, Baseline, Inventory, Rule, assess};

use crate::error::{CommandError, Result};
use crate::report;

/// What a package is judged by.
pub(crate) struct Terms {
    pub rules: Vec<&'static Rule>,
    pub selection: Selection,
    pub baseline: Baseline,
    pub as_of: Timestamp,
}

/// A package whose manifest is written.
pub(crate) struct Sealed {
    pub assessment: Assessment,
    pub manifest: Manifest,
    pub sha256: Digest,
}

/// Assesses the records that lie in `folder` and makes a package of them, unsigned so far.
pub(crate) fn write(folder: &Path, run: &Run, inventory: &AwsInventory, terms: &Terms) -> Result<Sealed> {
    // Where no trail named anything to ask after, nothing was written there; a package has no empty directory.
    let _ = fs::remove_dir(folder.join("resources"));
    let assessment = assess(inventory, &terms.rules, &terms.baseline, terms.as_of);
    let mut package = Package {
        folder,
        written: BTreeMap::new(),
    };
    let refused = |error: io::Error| CommandError::file(folder, &error);
    package
        .write_derived(run, inventory, &assessment, terms)
        .map_err(refused)?;
    let leaves = package.leaves(&assessment, &terms.selection).map_err(refused)?;
    let index = write_index(&leaves).map_err(CommandError::failed)?;
    package
        .file(ACCOUNTS_INDEX, |out| out.write_all(&index))
        .map_err(refused)?;
    package.hash_records().map_err(refused)?;

    let mut seal = Seal::new(facts(run, inventory, &assessment, terms)?);
    for (path, (size, sha256)) in &package.written {
        seal.file(path, *size, *sha256).map_err(CommandError::failed)?;
    }
    for leaf in leaves {
        seal.leaf(leaf).map_err(CommandError::failed)?;
    }
    let manifest = seal.manifest().map_err(CommandError::failed)?;
    let bytes = manifest.to_bytes().map_err(CommandError::failed)?;
    package.file(MANIFEST, |out| out.write_all(&bytes)).map_err(refused)?;
    Ok(Sealed {
        assessment,
        manifest,
        sha256: Digest::of(&bytes),
    })
}

/// Copies the records of one directory into another, and nothing else.
pub(crate) fn copy_records(from: &Folder, to: &Path) -> Result<()> {
    let refused = |error: io::Error| CommandError::file(to, &error);
    let mut package = Package {
        folder: to,
        written: BTreeMap::new(),
    };
    for entry in from.paths().map_err(refused)? {
        if RecordFile::at(&entry.path).is_some() {
            let mut source = from.open(&entry.path).map_err(refused)?;
            package
                .file(&entry.path, |out| io::copy(&mut source, out).map(drop))
                .map_err(refused)?;
        }
    }
    Ok(())
}

/// Writes one file so that it is there whole or not at all.
pub(crate) fn write_whole(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    written_beside(path, write)?
        .persist(path)
        .map_err(|error| error.error)?;
    Ok(())
}

/// The same for a file that must not exist yet.
pub(crate) fn write_new(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    written_beside(path, write)?
        .persist_noclobber(path)
        .map_err(|error| error.error)?;
    Ok(())
}

fn written_beside(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<tempfile::NamedTempFile> {
    let parent = path
        .parent()
        .filter(|parent| *parent != Path::new(""))
        .unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    let temporary = tempfile::Builder::new().prefix(".writing-").tempfile_in(parent)?;
    let mut out = BufWriter::with_capacity(1 << 16, temporary);
    write(&mut out)?;
    let temporary = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    temporary.as_file().sync_all()?;
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    temporary.as_file().set_permissions(permissions)?;
    Ok(temporary)
}

struct Package<'a> {
    folder: &'a Path,
    written: BTreeMap<String, (u64, Digest)>,
}

impl Package<'_> {
    fn file(&mut self, path: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut measured = (0, Digest::of(b""));
        write_whole(&self.folder.join(path), |out| {
            let mut counting = Counting {
                out,
                size: 0,
                digest: Sha256::new(),
            };
            write(&mut counting)?;
            measured = (
                counting.size,
                Digest::from(<[u8; 32]>::from(counting.digest.finalize())),
            );
            Ok(())
        })?;
        self.written.insert(path.to_owned(), measured);
        Ok(())
    }

    fn write_derived(
        &mut self,
        run: &Run,
        inventory: &AwsInventory,
        assessment: &Assessment,
        terms: &Terms,
    ) -> io::Result<()> {
        let selection = &terms.selection;
        let catalogue = catalogue::to_json(&terms.rules, selection).map_err(io::Error::other)?;
        let baseline = terms.baseline.to_toml().map_err(io::Error::other)?;
        self.file(CATALOGUE, |out| out.write_all(&catalogue))?;
        self.file(BASELINE, |out| out.write_all(baseline.as_bytes()))?;
        self.file(FINDINGS_CSV, |out| findings::write_csv(assessment, selection, out))?;
        self.file("findings.json", |out| findings::write_json(assessment, selection, out))?;
        self.file(COVERAGE_CSV, |out| coverage::write_csv(assessment, out))?;
        self.file("coverage.json", |out| coverage::write_json(assessment, out))?;
        self.file("VERIFY.md", |out| {
            out.write_all(include_bytes!("../templates/VERIFY.md"))
        })?;
        self.file("verify.sh", |out| {
            out.write_all(include_bytes!("../templates/verify.sh"))
        })?;
        self.file("report.html", |out| {
            report::write_html(run, inventory.organization(), assessment, selection, out)
        })
    }

    /// The accounts that have record files, with their salts and what was found about them.
    fn leaves(&self, assessment: &Assessment, selection: &Selection) -> io::Result<Vec<AccountLeaf>> {
        let findings = findings::digests(assessment, selection);
        let mut leaves = Vec::new();
        let folder = Folder::open(self.folder)?;
        for (path, account) in account_files(&folder)? {
            let first = records::read_lines(folder.open(&path)?)
                .next()
                .transpose()
                .map_err(io::Error::other)?;
            let header = Header::parse(&first.unwrap_or_default()).map_err(io::Error::other)?;
            let salt = header
                .salt
                .ok_or_else(|| io::Error::other(format!("{path} has no salt")))?;
            let records = hash(&folder, &path)?.1;
            let findings = findings.get(&account).copied().unwrap_or_else(|| Digest::of(b"[]"));
            leaves.push(AccountLeaf {
                account,
                salt,
                records,
                findings,
            });
        }
        Ok(leaves)
    }

    fn hash_records(&mut self) -> io::Result<()> {
        let folder = Folder::open(self.folder)?;
        for entry in folder.paths()? {
            if RecordFile::at(&entry.path).is_some() {
                let measured = hash(&folder, &entry.path)?;
                self.written.insert(entry.path, measured);
            }
        }
        Ok(())
    }
}

fn account_files(folder: &Folder) -> io::Result<Vec<(String, trailaudit_core::organization::AccountId)>> {
    let entries = folder.paths()?.into_iter();
    let account = |path: String| match RecordFile::at(&path) {
        Some(RecordFile::Account(account)) => Some((path, account)),
        _ => None,
    };
    let mut files: Vec<_> = entries.filter_map(|entry| account(entry.path)).collect();
    files.sort();
    Ok(files)
}

fn hash(folder: &Folder, path: &str) -> io::Result<(u64, Digest)> {
    let mut file = folder.open(path)?;
    let (mut size, mut digest, mut buffer) = (0, Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((size, Digest::from(<[u8; 32]>::from(digest.finalize())))),
            n => {
                size += n as u64;
                digest.update(&buffer[..n]);
            }
        }
    }
}

fn facts(run: &Run, inventory: &AwsInventory, assessment: &Assessment, terms: &Terms) -> Result<Facts> {
    let moment = |text: &str| text.parse::<Timestamp>().map_err(CommandError::failed);
    let started = moment(&run.started)?;
    let organization = inventory.organization();
    let totals = assessment.coverage.totals().into_iter();
    let verdicts = |rule: &Rule| {
        let verdicts = assessment.verdicts_of(rule).into_iter();
        verdicts
            .map(|(verdict, rows)| (verdict.to_string(), rows as u64))
            .collect()
    };
    Ok(Facts {
        organization: OrganizationRef {
            id: organization.id.clone(),
            management_account: organization.management_account.clone(),
        },
        scope: run.scope.as_object().cloned().unwrap_or_else(Map::new),
        as_of: terms.as_of,
        collection: Collection {
            started,
            ended: run.finished.as_deref().map_or(Ok(started), moment)?,
        },
        tool: Tool {
            name: run.tool.0.clone(),
            version: run.tool.1.clone(),
        },
        endpoint: Endpoint {
            hosts: run.endpoints.clone(),
            simulated: run.simulated,
        },
        collector: Collector {
            caller_arn: run.caller_arn.clone(),
        },
        coverage: CoverageTotals {
            planned: assessment.coverage.planned() as u64,
            statuses: totals
                .map(|(status, cells)| (status.to_string(), cells as u64))
                .collect(),
        },
        controls: terms
            .rules
            .iter()
            .map(|rule| (rule.id.to_owned(), verdicts(rule)))
            .collect(),
        required_signatures: Vec::new(),
        previous: None,
        supersedes: None,
        retain_until: None,
    })
}

/// Passes bytes on, counting and hashing them.
struct Counting<'a> {
    out: &'a mut dyn Write,
    size: u64,
    digest: Sha256,
}

impl Write for Counting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.size += written as u64;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Makes the directory a package is written into: it must not exist, or be empty. Says whether it was made.
pub(crate) fn make_folder(path: &Path) -> Result<bool> {
    match fs::read_dir(path) {
        Ok(mut entries) => match entries.next() {
            None => Ok(false),
            Some(_) => Err(CommandError::failed(format_args!("{} is not empty", path.display()))
                .hint("name a directory that does not exist yet: nothing is ever overwritten")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(path).map_err(|error| CommandError::file(path, &error))?;
            Ok(true)
        }
        Err(error) => Err(CommandError::file(path, &error)),
    }
}

/// Takes away what a job that came to nothing left in its new directory.
pub(crate) fn remove_folder(path: &Path, made: bool) {
    let emptied = || -> io::Result<()> {
        for entry in fs::read_dir(path)? {
            let path = entry?.path();
            if path.is_dir() {
                fs::remove_dir_all(path)?;
            } else {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    };
    // Whatever cannot be removed stays: the error that brought us here is the one to report.
    let _ = if made { fs::remove_dir_all(path) } else { emptied() };
}

/// The file beside `path` with `suffix` appended to its name; `.` is named as its parent names it.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let path = match path.file_name() {
        Some(_) => path.to_owned(),
        None => fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

/// Opens a package or a directory of records.
pub(crate) fn open(path: &Path) -> Result<Folder> {
    Folder::open(path).map_err(|error| CommandError::file(path, &error))
}
