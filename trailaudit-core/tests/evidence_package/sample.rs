//! The package the tests damage.

use std::collections::BTreeMap;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::json;
use trailaudit_core::evidence::accounts::write_index;
use trailaudit_core::evidence::manifest::{Collection, Collector, CoverageTotals, Endpoint, OrganizationRef, Tool};
use trailaudit_core::evidence::records::{self, Header};
use trailaudit_core::evidence::seal::SealError;
use trailaudit_core::evidence::{
    AccountLeaf, Algorithm, Bundle, Digest, Facts, Files, InMemory, Manifest, Meaning, Options, PemSigner, Person,
    Problem, Report, Salt, Seal, Signer, Statement, Trust, package, signer, verify,
};

pub const ACCOUNTS: [&str; 3] = ["111122223333", "222233334444", "333344445555"];
pub const PREPARER: &str = "signatures/01-preparer.sigstore.json";
pub const REVIEWER: &str = "signatures/02-reviewer.sigstore.json";

pub struct Sample {
    pub files: InMemory,
    pub preparer: PemSigner,
    pub reviewer: PemSigner,
}

impl Sample {
    /// A package of three accounts, signed by its preparer.
    pub fn new() -> Self {
        Self::with(|_, _, _| {})
    }

    /// The same, after `change` had its way with what is about to be sealed.
    pub fn with(change: impl FnOnce(&mut InMemory, &mut Vec<AccountLeaf>, &mut Facts)) -> Self {
        let (mut files, mut leaves, mut facts) = (content(), leaves(), facts());
        change(&mut files, &mut leaves, &mut facts);
        let manifest = seal(&files, &leaves, facts).unwrap();
        files.insert("manifest.json", manifest.to_bytes().unwrap());
        let mut random = StdRng::seed_from_u64(7);
        let mut sample = Self {
            files,
            preparer: PemSigner::generate(&mut random).unwrap(),
            reviewer: PemSigner::generate(&mut random).unwrap(),
        };
        let (statement, key) = (sample.statement("preparer"), sample.preparer.clone());
        sample.sign(PREPARER, &statement, &key);
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
        let (statement, key) = (self.statement("preparer"), self.preparer.clone());
        self.sign(PREPARER, &statement, &key);
    }

    pub fn trust(&self) -> Trust {
        Trust::in_keys([self.preparer.public_key().clone(), self.reviewer.public_key().clone()])
    }

    pub fn verify(&self) -> Report {
        self.verify_with(&self.files)
    }

    pub fn verify_with(&self, files: &dyn Files) -> Report {
        verify(files, Some(&self.trust()), Options::default(), None)
    }
}

pub fn content() -> InMemory {
    let mut files = InMemory::default();
    let header = Header::of_organization("o-example").to_line().unwrap();
    files.insert("organization.jsonl.gz", records::write([header]).unwrap());
    for (i, account) in ACCOUNTS.into_iter().enumerate() {
        let header = Header::of_account(account.into(), salt(i)).to_line().unwrap();
        let lines = [header, br#"{"a":"line"}"#.to_vec()];
        files.insert(
            package::account_records(&account.into()),
            records::write(lines).unwrap(),
        );
    }
    let header = Header::of_resources(ACCOUNTS[1].into()).to_line().unwrap();
    files.insert(
        package::resource_records(&ACCOUNTS[1].into()),
        records::write([header]).unwrap(),
    );
    let findings = "\"rule\",\"title\",\"verdict\"\r\n\"a\",\"A, the\nfirst\",\"pass\"\r\n\"a\",\"\",\"fail\"\r\n";
    files.insert("findings.csv", findings);
    files.insert(
        "coverage.csv",
        "\"status\"\r\n\"reached\"\r\n\"denied\"\r\n\"reached\"\r\n",
    );
    for path in [
        "findings.json",
        "coverage.json",
        "catalogue.json",
        "baseline.toml",
        "report.html",
        "run.jsonl",
    ] {
        files.insert(path, format!("content of {path}"));
    }
    files.insert("VERIFY.md", "how to");
    files.insert("verify.sh", "how");
    files.insert(package::ACCOUNTS_INDEX, write_index(&leaves_of(&files)).unwrap());
    files
}

pub fn leaves() -> Vec<AccountLeaf> {
    leaves_of(&content())
}

pub fn leaves_of(files: &InMemory) -> Vec<AccountLeaf> {
    let leaf = |(i, account): (usize, &str)| AccountLeaf {
        account: account.into(),
        salt: salt(i),
        records: Digest::of(files.bytes(&package::account_records(&account.into())).unwrap()),
        findings: Digest::of(b"[]"),
    };
    ACCOUNTS.into_iter().enumerate().map(leaf).collect()
}

pub fn salt(i: usize) -> Salt {
    Salt::from([u8::try_from(i).unwrap(); 32])
}

pub fn facts() -> Facts {
    let counts = |counts: &[(&str, u64)]| counts.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
    let scope = json!({"accounts": ["all"]}).as_object().cloned().unwrap_or_default();
    Facts {
        organization: OrganizationRef {
            id: "o-example".into(),
            management_account: ACCOUNTS[0].into(),
        },
        scope,
        as_of: "2026-11-22T02:00:00Z".parse().unwrap(),
        collection: Collection {
            started: "2026-11-22T01:00:00Z".parse().unwrap(),
            ended: "2026-11-22T01:10:00Z".parse().unwrap(),
        },
        tool: Tool {
            name: "trailaudit".into(),
            version: "0.1.0".into(),
        },
        endpoint: Endpoint {
            hosts: vec!["cloudtrail.eu-central-1.amazonaws.com".into()],
            simulated: false,
        },
        collector: Collector {
            caller_arn: "arn:aws:sts::111122223333:assumed-role/Auditor/ada".into(),
        },
        coverage: CoverageTotals {
            planned: 3,
            statuses: counts(&[("reached", 2), ("denied", 1), ("throttled", 0)]),
        },
        controls: BTreeMap::from([("a".into(), counts(&[("pass", 1), ("fail", 1), ("inconclusive", 0)]))]),
        required_signatures: vec!["preparer".parse().unwrap()],
        previous: None,
        supersedes: None,
        retain_until: Some("2034-12-31".parse().unwrap()),
    }
}

pub fn seal(files: &InMemory, leaves: &[AccountLeaf], facts: Facts) -> Result<Manifest, SealError> {
    let mut seal = Seal::new(facts);
    for entry in files.paths().unwrap() {
        seal.file(&entry.path, entry.size, Digest::of(files.bytes(&entry.path).unwrap()))?;
    }
    for leaf in leaves {
        seal.leaf(leaf.clone())?;
    }
    seal.manifest()
}

/// What a report complains of, as `code file`.
pub fn complaints(report: &Report) -> Vec<String> {
    let line = |problem: &Problem| format!("{} {}", problem.code, problem.file.as_deref().unwrap_or("-"));
    report.problems.iter().map(line).collect()
}
