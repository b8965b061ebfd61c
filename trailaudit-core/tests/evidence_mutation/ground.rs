//! What is mutated, and the verifier who judges it.

use jiff::SignedDuration;
use trailaudit_core::evidence::manifest::{Previous, Supersedes};
use trailaudit_core::evidence::{
    Bundle, Digest, Files, InMemory, Meaning, Options, PemSigner, Person, Reperformance, Report, Statement, Trust,
    extract, verify,
};

use crate::authority::{Authority, P256, RSA_2048, Setup, now};
use crate::provider::{Plain, rule};
use crate::sample::{ACCOUNTS, PREPARER, REVIEWER, Sample};

/// Both must have signed, with their own keys, under their own names.
const POLICY: &str = r#"format = "trailaudit.trust/v1"
require = ["preparer", "reviewer"]
independent = ["reviewer"]

[[signer]]
name = "Ada Lovelace"
id = "ada@example.com"
roles = ["preparer"]
key-file = "preparer"

[[signer]]
name = "Rita Levi"
id = "rita@example.com"
roles = ["reviewer"]
key-file = "reviewer"
"#;

/// Files that verify, and with what.
pub struct Ground {
    pub files: InMemory,
    /// The package they are, or are an extract of, with its keys.
    pub sample: Sample,
    trust: Trust,
}

impl Ground {
    /// A package in which every optional field is there but the timestamps: a place in a chain, a correction, a date,
    /// keys in a key service, a countersignature.
    pub fn package() -> Self {
        let sample = sample(|draft| {
            draft.previous = Some(Previous {
                package_id: Digest::of(b"previous"),
                manifest_sha256: Digest::of(b"its manifest"),
                sequence: 3,
            });
            draft.supersedes = Some(Supersedes {
                package_id: Digest::of(b"corrected"),
                reason: "an account was missing".into(),
            });
        });
        let trust = trust(&sample, POLICY);
        Self::of(sample, trust)
    }

    /// A package with a timestamp on each signature, of an authority with RSA and of one with P-256, and a verifier who
    /// demands them: no signature speaks about them, so that whoever does not would not miss one.
    pub fn stamped() -> Self {
        let mut sample = sample(|_| {});
        let mut roots = Vec::new();
        for (path, key) in [(PREPARER, RSA_2048), (REVIEWER, P256)] {
            let authority = Authority::new(&Setup {
                key,
                ..Setup::default()
            });
            let bundle = Bundle::parse(sample.files.bytes(path).unwrap()).unwrap();
            let token = authority.stamp(&bundle.signature);
            sample.files.insert(path, bundle.with_timestamp(&token).to_bytes());
            roots.extend(authority.roots);
        }
        let trust = trust(&sample, &format!("require-timestamp = true\n{POLICY}")).with_tsa_roots(roots);
        Self::of(sample, trust)
    }

    /// A package that begins a chain.
    pub fn genesis() -> Self {
        let sample = sample(|_| {});
        let trust = trust(&sample, POLICY);
        Self::of(sample, trust)
    }

    /// The extract of the account in the middle, whose proof has two steps.
    pub fn extract(&self) -> Self {
        let mut files = InMemory::default();
        extract(&self.sample.files, &ACCOUNTS[1].into(), &mut files).unwrap();
        let ground = Self {
            files,
            sample: Sample {
                files: self.sample.files.clone(),
                provider: Plain {
                    provenance: self.sample.provider.provenance.clone(),
                },
                preparer: self.sample.preparer.clone(),
                reviewer: self.sample.reviewer.clone(),
            },
            trust: self.trust.clone(),
        };
        assert!(ground.verify(&ground.files).extract.is_some());
        ground.checked()
    }

    /// Everything there is to check: trust, times, re-performance.
    pub fn verify(&self, files: &dyn Files) -> Report {
        let again = Reperformance::by(&self.sample.provider);
        let options = Options::default().trust(&self.trust).now(now());
        verify(files, &options.reperform(again))
    }

    pub fn bytes(&self, path: &str) -> &[u8] {
        self.files.bytes(path).unwrap()
    }

    /// The paths of all files.
    pub fn paths(&self) -> Vec<String> {
        let entries = self.files.paths().unwrap();
        entries.into_iter().map(|entry| entry.path).collect()
    }

    /// The files, with these bytes in this place.
    pub fn with(&self, path: &str, bytes: impl Into<Vec<u8>>) -> InMemory {
        let mut files = self.files.clone();
        files.insert(path, bytes);
        files
    }

    fn of(sample: Sample, trust: Trust) -> Self {
        let files = sample.files.clone();
        Self { files, sample, trust }.checked()
    }

    /// Nothing a test says counts unless the unchanged files verify.
    fn checked(self) -> Self {
        let report = self.verify(&self.files);
        assert!(report.is_verified(), "{:?}", report.problems);
        assert!(report.reperformed.is_some_and(|done| done.findings > 0));
        assert_eq!(report.signatures.len(), 2);
        self
    }
}

/// A package from an hour ago with one rule, signed by Ada and countersigned by Rita.
fn sample(change: impl FnOnce(&mut trailaudit_core::evidence::Draft<'static>)) -> Sample {
    let ended = now() - SignedDuration::from_hours(1);
    let mut sample = Sample::with(|_, draft, facts| {
        (facts.collection.started, facts.collection.ended) = (ended, ended);
        facts.as_of = ended;
        draft.rules = vec![rule()];
        draft.required_signatures = vec!["preparer".parse().unwrap(), "reviewer".parse().unwrap()];
        change(draft);
    });
    let (preparer, reviewer) = (sample.preparer.clone(), sample.reviewer.clone());
    let by_ada = statement(&sample, "preparer");
    sample.sign(PREPARER, &by_ada, &preparer);
    let first = Bundle::parse(sample.files.bytes(PREPARER).unwrap()).unwrap();
    let by_rita = Statement {
        countersigns: vec![first.envelope_digest()],
        ..statement(&sample, "reviewer")
    };
    sample.sign(REVIEWER, &by_rita, &reviewer);
    sample
}

fn statement(sample: &Sample, role: &str) -> Statement {
    let (printed_name, id, meaning) = match role {
        "preparer" => ("Ada Lovelace", "ada@example.com", Meaning::Authorship),
        _ => ("Rita Levi", "rita@example.com", Meaning::Review),
    };
    Statement {
        declared_time: now(),
        meaning,
        signer: Person {
            printed_name: printed_name.into(),
            id: id.into(),
        },
        key_arn: Some(format!("arn:aws:kms:eu-central-1:111122223333:key/of-the-{role}")),
        ..sample.statement(role)
    }
}

fn trust(sample: &Sample, policy: &str) -> Trust {
    let pem = |key: &PemSigner| trailaudit_core::evidence::Signer::public_key(key).to_pem().to_owned();
    let mut read = |name: &str| match name {
        "preparer" => Ok(pem(&sample.preparer)),
        _ => Ok(pem(&sample.reviewer)),
    };
    Trust::from_toml(policy, &mut read).unwrap()
}
