//! The package the tests damage.

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::json;
use trailaudit_core::evidence::accounts::{accounts_root, write_index};
use trailaudit_core::evidence::manifest::{Collection, Collector, Endpoint, OrganizationRef, Tool, records_root};
use trailaudit_core::evidence::{
    AccountLeaf, Algorithm, Bundle, Digest, Draft, Files, InMemory, Manifest, Meaning, Options, PemSigner, Person,
    Problem, Provenance, Reperformance, Report, Signer, Statement, Trust, package, signer, verify,
};
use trailaudit_core::rules::CATALOGUE;

use crate::provider::{Plain, records};

pub const ACCOUNTS: [&str; 3] = ["111122223333", "222233334444", "333344445555"];
pub const PREPARER: &str = "signatures/01-preparer.sigstore.json";
pub const REVIEWER: &str = "signatures/02-reviewer.sigstore.json";

pub struct Sample {
    pub files: InMemory,
    pub provider: Plain,
    pub preparer: PemSigner,
    pub reviewer: PemSigner,
}

impl Sample {
    /// A package of three accounts, signed by its preparer.
    pub fn new() -> Self {
        Self::with(|_, _, _| {})
    }

    /// The same, after `change` had its way with what it is made from.
    pub fn with(change: impl FnOnce(&mut InMemory, &mut Draft<'static>, &mut Provenance)) -> Self {
        let (mut files, mut draft, mut provenance) = (records(), draft(), facts());
        change(&mut files, &mut draft, &mut provenance);
        let provider = Plain { provenance };
        draft.seal(&mut files, &provider).unwrap();
        let mut random = StdRng::seed_from_u64(7);
        let mut sample = Self {
            files,
            provider,
            preparer: PemSigner::generate(&mut random).unwrap(),
            reviewer: PemSigner::generate(&mut random).unwrap(),
        };
        sample.sign_as_preparer();
        sample
    }

    /// The same, countersigned by a reviewer.
    pub fn reviewed() -> Self {
        let mut sample = Self::new();
        let preparer = Bundle::parse(sample.files.bytes(PREPARER).unwrap()).unwrap();
        let statement = Statement {
            meaning: Meaning::Review,
            countersigns: vec![preparer.envelope_digest()],
            ..sample.statement("reviewer")
        };
        let key = sample.reviewer.clone();
        sample.sign(REVIEWER, &statement, &key);
        sample
    }

    pub fn manifest(&self) -> Manifest {
        Manifest::parse(self.files.bytes("manifest.json").unwrap()).unwrap()
    }

    pub fn leaves(&self) -> Vec<AccountLeaf> {
        leaves(&self.files)
    }

    pub fn statement(&self, role: &str) -> Statement {
        Statement {
            manifest: Digest::of(self.files.bytes("manifest.json").unwrap()),
            package_id: self.manifest().package_id,
            role: role.parse().unwrap(),
            meaning: Meaning::Authorship,
            signer: Person {
                printed_name: "Ada Lovelace".into(),
                id: "ada@example.com".into(),
            },
            declared_time: "2026-11-22T03:00:00Z".parse().unwrap(),
            algorithm: Algorithm::EcdsaP256Sha256,
            countersigns: Vec::new(),
            key_arn: None,
        }
    }

    pub fn sign(&mut self, path: &str, statement: &Statement, key: &PemSigner) {
        self.files.insert(path, signer::sign(statement, key).unwrap());
        let public = key.public_key();
        self.files
            .insert(package::key_path(&public.fingerprint()), public.to_pem());
    }

    /// Puts a changed manifest in place and has the preparer sign it: what is wrong is then signed.
    pub fn resign(&mut self, change: impl FnOnce(&mut Manifest)) {
        let mut manifest = self.manifest();
        change(&mut manifest);
        self.files.insert("manifest.json", manifest.to_bytes().unwrap());
        self.sign_as_preparer();
    }

    /// Puts other bytes in place of a file and has the preparer sign them.
    pub fn reseal(&mut self, path: &str, bytes: Vec<u8>) {
        put(&mut self.files, path, bytes);
        self.sign_as_preparer();
    }

    pub fn trust(&self) -> Trust {
        Trust::in_keys([self.preparer.public_key().clone(), self.reviewer.public_key().clone()])
    }

    pub fn verify(&self) -> Report {
        self.verify_with(&self.files)
    }

    pub fn verify_with(&self, files: &dyn Files) -> Report {
        let again = Reperformance::by(&self.provider);
        verify(files, &Options::default().trust(&self.trust()).reperform(again))
    }

    fn sign_as_preparer(&mut self) {
        let (statement, key) = (self.statement("preparer"), self.preparer.clone());
        self.sign(PREPARER, &statement, &key);
    }
}

/// Puts other bytes in place of a file, and their digests wherever they are listed. No signature fits any more.
pub fn put(files: &mut InMemory, path: &str, bytes: Vec<u8>) {
    let sha256 = Digest::of(&bytes);
    let size = bytes.len() as u64;
    files.insert(path, bytes);
    let mut leaves = leaves(files);
    for leaf in &mut leaves {
        if path == package::account_records(&leaf.account) {
            leaf.records = Some(sha256);
        }
        if path == package::resource_records(&leaf.account) {
            leaf.resources = Some(sha256);
        }
    }
    files.insert(package::ACCOUNTS_INDEX, write_index(&leaves).unwrap());
    let mut manifest = Manifest::parse(files.bytes("manifest.json").unwrap()).unwrap();
    for file in manifest.files.iter_mut().filter(|file| file.path == path) {
        (file.size, file.sha256) = (size, sha256);
    }
    let listed = |path| manifest.file(path).unwrap().sha256;
    let (catalogue, baseline) = (listed(package::CATALOGUE), listed(package::BASELINE));
    (manifest.catalogue_sha256, manifest.baseline_sha256) = (catalogue, baseline);
    manifest.accounts_root = accounts_root(&leaves).unwrap();
    let records = records_root(&manifest.files, &leaves).unwrap();
    manifest.package_id = Manifest::package_id_of(&records, &catalogue, &baseline, manifest.as_of).unwrap();
    files.insert("manifest.json", manifest.to_bytes().unwrap());
}

/// By the rules the sample has facts for: more would make every package larger, and no test of packages sharper.
pub fn draft() -> Draft<'static> {
    Draft {
        rules: CATALOGUE[..5].to_vec(),
        required_signatures: vec!["preparer".parse().unwrap()],
        retain_until: Some("2034-12-31".parse().unwrap()),
        ..Draft::new(tool("0.1.0"))
    }
}

pub fn facts() -> Provenance {
    Provenance {
        organization: OrganizationRef {
            id: "o-example".into(),
            management_account: ACCOUNTS[0].into(),
        },
        scope: json!({"source": "organization"}).as_object().cloned().unwrap(),
        as_of: "2026-11-22T02:00:00Z".parse().unwrap(),
        collection: Collection {
            started: "2026-11-22T01:00:00Z".parse().unwrap(),
            ended: "2026-11-22T01:10:00Z".parse().unwrap(),
        },
        tool: tool("0.1.0"),
        endpoint: Endpoint {
            hosts: vec!["cloudtrail.eu-central-1.amazonaws.com".into()],
            simulated: false,
        },
        collector: Collector {
            caller_arn: "arn:aws:sts::111122223333:assumed-role/Auditor/ada".into(),
        },
    }
}

/// What a report complains of, as `code file`.
pub fn complaints(report: &Report) -> Vec<String> {
    let line = |problem: &Problem| format!("{} {}", problem.code, problem.file.as_deref().unwrap_or("-"));
    report.problems.iter().map(line).collect()
}

fn leaves(files: &InMemory) -> Vec<AccountLeaf> {
    let index = files.bytes(package::ACCOUNTS_INDEX).unwrap();
    let lines = index.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| AccountLeaf::parse(line).unwrap()).collect()
}

pub fn tool(version: &str) -> Tool {
    Tool {
        name: "trailaudit".into(),
        version: version.into(),
    }
}
