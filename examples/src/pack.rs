//! A package made in memory, from records to signature.

use std::collections::BTreeMap;

use jiff::Timestamp;
use trailaudit_aws::{AwsInventory, Run, package as records};
use trailaudit_core::evidence::accounts::write_index;
use trailaudit_core::evidence::manifest::{Collection, Collector, CoverageTotals, Endpoint, OrganizationRef, Tool};
use trailaudit_core::evidence::package::{self, RecordFile, SignatureName};
use trailaudit_core::evidence::records::{Header, read_lines};
use trailaudit_core::evidence::{
    AccountLeaf, Digest, Facts, Files as _, InMemory, Manifest, Meaning, Person, Seal, Signer, Statement, signer,
};
use trailaudit_core::framework::Selection;
use trailaudit_core::tables::{catalogue, coverage, findings};
use trailaudit_core::{Assessment, Baseline, CATALOGUE, Inventory as _, assess};

use crate::Result;

/// A package but for its manifest: every file, and what the manifest says beside them.
#[derive(Clone, Debug)]
pub struct Unsealed {
    /// The files.
    pub files: InMemory,
    /// The accounts whose records are among them.
    pub leaves: Vec<AccountLeaf>,
    /// The rest.
    pub facts: Facts,
}

impl Unsealed {
    /// Judges collected records by the whole catalogue and writes every table beside them.
    ///
    /// # Errors
    /// When the records are not those of a collection.
    pub fn of(records: InMemory) -> Result<Self> {
        let (run, inventory) = records::read(&records)?;
        let (baseline, selection) = (Baseline::default(), Selection::default());
        let assessment = assess(&inventory, CATALOGUE, &baseline, run.as_of);
        let table = |write: &dyn Fn(&mut Vec<u8>) -> std::io::Result<()>| {
            let mut bytes = Vec::new();
            write(&mut bytes).map(|()| bytes)
        };

        let mut files = records;
        files.insert(package::CATALOGUE, catalogue::to_json(CATALOGUE, &selection)?);
        files.insert(package::BASELINE, baseline.to_toml()?);
        files.insert(
            package::FINDINGS_CSV,
            table(&|out| findings::write_csv(&assessment, &selection, out))?,
        );
        files.insert(
            "findings.json",
            table(&|out| findings::write_json(&assessment, &selection, out))?,
        );
        files.insert(
            package::COVERAGE_CSV,
            table(&|out| coverage::write_csv(&assessment, out))?,
        );
        files.insert("coverage.json", table(&|out| coverage::write_json(&assessment, out))?);
        // The words for people are yours to write; the tables are what is verified.
        files.insert(
            "report.html",
            "<!doctype html><title>Audit trails</title><p>See findings.csv.",
        );
        files.insert("VERIFY.md", "Verify with `trailaudit verify`.\n");
        files.insert("verify.sh", "exec trailaudit verify \"$(dirname \"$0\")\" \"$@\"\n");

        let leaves = leaves(&files, &assessment, &selection)?;
        files.insert(package::ACCOUNTS_INDEX, write_index(&leaves)?);
        let facts = facts(&run, &inventory, &assessment)?;
        Ok(Self { files, leaves, facts })
    }

    /// The package with its manifest, which nobody has signed yet.
    ///
    /// # Errors
    /// When a file is missing that every package has, or the accounts are not those of the files.
    pub fn sealed(mut self) -> Result<InMemory> {
        let mut seal = Seal::new(self.facts);
        for entry in self.files.paths()? {
            let bytes = self.files.bytes(&entry.path).unwrap_or_default();
            seal.file(&entry.path, entry.size, Digest::of(bytes))?;
        }
        for leaf in self.leaves {
            seal.leaf(leaf)?;
        }
        self.files.insert(package::MANIFEST, seal.manifest()?.to_bytes()?);
        Ok(self.files)
    }
}

/// Signs a sealed package as its preparer and lays a copy of the public key beside it.
///
/// # Errors
/// When the package has no manifest, or the signer fails.
pub fn sign(files: &mut InMemory, key: &dyn Signer, signer: Person) -> Result {
    let manifest = files.bytes(package::MANIFEST).unwrap_or_default();
    let name = SignatureName {
        number: 1,
        role: "preparer".parse()?,
    };
    let statement = Statement {
        manifest: Digest::of(manifest),
        package_id: Manifest::parse(manifest)?.package_id,
        role: name.role.clone(),
        meaning: Meaning::Authorship,
        signer,
        declared_time: Timestamp::now(),
        algorithm: key.public_key().algorithm(),
        countersigns: Vec::new(),
        key_arn: None,
    };
    files.insert(name.path(), signer::sign(&statement, key)?);
    let public = key.public_key();
    files.insert(package::key_path(&public.fingerprint()), public.to_pem());
    Ok(())
}

/// What the manifest says that no file's digest does.
fn facts(run: &Run, inventory: &AwsInventory, assessment: &Assessment) -> Result<Facts> {
    let started = run.started.parse()?;
    let mut controls = BTreeMap::new();
    for rule in &assessment.rules {
        let verdicts = assessment.verdicts_of(rule).into_iter();
        let rows = verdicts
            .map(|(verdict, rows)| (verdict.to_string(), rows as u64))
            .collect();
        controls.insert(rule.id.to_owned(), rows);
    }
    let statuses = assessment.coverage.totals().into_iter();
    let organization = inventory.organization();
    Ok(Facts {
        organization: OrganizationRef {
            id: organization.id.clone(),
            management_account: organization.management_account.clone(),
        },
        scope: run.scope.as_object().cloned().unwrap_or_default(),
        as_of: run.as_of,
        collection: Collection {
            started,
            ended: run.finished.as_deref().map_or(Ok(started), str::parse)?,
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
            statuses: statuses
                .map(|(status, cells)| (status.to_string(), cells as u64))
                .collect(),
        },
        controls,
        required_signatures: vec!["preparer".parse()?],
        previous: None,
        supersedes: None,
        retain_until: None,
    })
}

/// One leaf for every account that has records: its salt, and the digests of its records and of what was found.
fn leaves(files: &InMemory, assessment: &Assessment, selection: &Selection) -> Result<Vec<AccountLeaf>> {
    let found = findings::digests(assessment, selection);
    let mut leaves = Vec::new();
    for entry in files.paths()? {
        let Some(RecordFile::Account(account)) = RecordFile::at(&entry.path) else {
            continue;
        };
        let bytes = files.bytes(&entry.path).unwrap_or_default();
        let first = read_lines(bytes).next().transpose()?.unwrap_or_default();
        let salt = Header::parse(&first)?.salt.ok_or("an account's records have no salt")?;
        let findings = found.get(&account).copied().unwrap_or_else(|| Digest::of(b"[]"));
        leaves.push(AccountLeaf {
            account,
            salt,
            records: Digest::of(bytes),
            findings,
        });
    }
    Ok(leaves)
}
