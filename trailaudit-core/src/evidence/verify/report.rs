//! What a verification found.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use crate::evidence::manifest::Manifest;
use crate::evidence::statement::{Meaning, Person, Role};
use crate::evidence::timestamp::Stamp;
use crate::evidence::{Algorithm, Digest};
use crate::organization::AccountId;

/// The result of a verification.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// Everything that is wrong, in the order it was found.
    pub problems: Vec<Problem>,
    /// What would be wrong, had the verifier not chosen to put up with it.
    pub accepted: Vec<Problem>,
    /// The signatures that are genuine and about this package, in the order of their numbers.
    pub signatures: Vec<VerifiedSignature>,
    /// How far the findings were assessed again; nothing when they were not.
    pub reperformed: Option<Reperformed>,
    /// The one account that is shown, when this is an extract of a package.
    pub extract: Option<Extract>,
    /// The SHA-256 of `manifest.json`, when it could be read.
    pub manifest_sha256: Option<Digest>,
    /// What the package says of itself, when its manifest could be read. Worth nothing unless it is verified.
    pub manifest: Option<Manifest>,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.problems.is_empty()
    }
}

/// How far findings were assessed again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reperformed {
    /// How many findings were assessed again.
    pub findings: usize,
    /// How many of an extract were not, because they rest on other accounts' records: for them the signature stands.
    pub attested: usize,
    /// The rules that have another revision today, whose findings were not assessed again.
    pub revised: Vec<String>,
    /// What became of `report.html`.
    pub page: Page,
}

/// What became of `report.html` when findings were assessed again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// It was not written again: no writer was given, another version wrote it, or not every finding could be assessed
    /// again. Its bytes are those that were sealed; for its words the signatures stand.
    #[default]
    Attested,
    /// It was written again, byte for byte.
    Same,
    /// It was written again, and says something else; that is a problem.
    Different,
}

/// What an extract shows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extract {
    /// The account.
    pub account: AccountId,
    /// How many findings it has.
    pub findings: usize,
    /// How far they were assessed again; nothing when they were not.
    pub reperformed: Option<Reperformed>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which kind of wrong.
    pub code: Code,
    /// The file it is about; a name from a hostile package may be hostile text.
    pub file: Option<String>,
    /// What is wrong, in one sentence; may quote hostile text.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.code)?;
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// A genuine signature over this package's manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifiedSignature {
    /// The file that holds it.
    pub file: String,
    /// In which role it was made.
    pub role: Role,
    /// What it means.
    pub meaning: Meaning,
    /// Who signed, as the statement says.
    pub signer: Person,
    /// When, as the signer says.
    pub declared_time: Timestamp,
    /// How it was made.
    pub algorithm: Algorithm,
    /// The key's fingerprint: the SHA-256 of its DER `SubjectPublicKeyInfo`.
    pub key: Digest,
    /// The key's ARN, as the signer says, when it lives in AWS KMS.
    pub key_arn: Option<String>,
    /// What a countersignature names this one by.
    pub envelope: Digest,
    /// The envelopes it countersigns.
    pub countersigns: Vec<Digest>,
    /// Whether the verifier trusts this signature: its key, for this role and person, at this moment. Without that,
    /// the name is only a claim.
    pub trusted: bool,
    /// Whose key it is, as the verifier's policy says; nobody when the policy names only keys.
    pub trusted_as: Option<Person>,
    /// When, as a timestamping authority the verifier trusts says.
    pub time: Option<Stamp>,
    /// Why the time is not proven, where that is no failure: no root was given for its timestamp, or it has none and the
    /// validity of its key has ended since.
    pub time_note: Option<Problem>,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal,)*) => {
        /// The kinds of wrong, each with a stable name for programs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[doc = $doc])* $name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// A file that the manifest lists, or that every package has, is not there.
    MissingFile = "missing-file",
    /// A file is there that nothing accounts for.
    ExtraFile = "extra-file",
    /// A file has other bytes than the manifest lists.
    ChangedFile = "changed-file",
    /// A file is shorter than the manifest lists.
    TruncatedFile = "truncated-file",
    /// A file cannot be read.
    UnreadableFile = "unreadable-file",
    /// A path that could lead elsewhere, or something that is not a regular file.
    UnsafePath = "unsafe-path",
    /// A path that stands there twice.
    DuplicatePath = "duplicate-path",
    /// Two paths that some file system takes for one.
    PathCollision = "path-collision",
    /// The archive around the package is not one that every program reads alike.
    MalformedArchive = "malformed-archive",
    /// The manifest is not the canonical JSON of version 1.
    MalformedManifest = "malformed-manifest",
    /// The manifest contradicts itself.
    InconsistentManifest = "inconsistent-manifest",
    /// A JSON object has the same key twice.
    DuplicateKey = "duplicate-key",
    /// A JSON object of ours has a key that its version does not know.
    UnknownField = "unknown-field",
    /// The package id is not that of the content.
    PackageId = "package-id",
    /// The accounts root is not that of the index.
    AccountsRoot = "accounts-root",
    /// The index is not lines of accounts in order.
    MalformedIndex = "malformed-index",
    /// An account's records have another salt than its leaf.
    AccountRecords = "account-records",
    /// An account's findings are not those its leaf commits to.
    AccountFindings = "account-findings",
    /// An extract's proof does not lead to the accounts root.
    InclusionProof = "inclusion-proof",
    /// The catalogue is not one of version 1.
    MalformedCatalogue = "malformed-catalogue",
    /// A rule of the same revision has other words, requirements or severity in the catalogue than today.
    CatalogueRevised = "catalogue-revised",
    /// The package's instructions for checking it are not those of this version.
    InstructionsRevised = "instructions-revised",
    /// A table is not laid out as version 1, or its two forms do not say the same.
    Tables = "tables-disagree",
    /// The manifest says of the collection what the records do not bear out.
    Provenance = "provenance",
    /// A record file does not start with the header of what it should hold.
    MalformedRecords = "malformed-records",
    /// Counts in the manifest that the files do not bear out.
    Counts = "counts",
    /// The records do not come from the provider's own endpoints.
    Simulated = "simulated",
    /// There is no signature.
    NoSignature = "no-signature",
    /// The numbers of the signatures have a gap or a repetition.
    SignatureSequence = "signature-sequence",
    /// The same statement, signed with the same key, stands there twice.
    RepeatedSignature = "repeated-signature",
    /// A signature file is not a bundle of ours.
    MalformedBundle = "malformed-bundle",
    /// What was signed is not a statement of ours.
    MalformedStatement = "malformed-statement",
    /// The signature does not verify.
    BadSignature = "bad-signature",
    /// The verifier does not trust the key.
    UntrustedKey = "untrusted-key",
    /// The verifier trusts the key, but not in the role that was signed.
    KeyNotTrustedForRole = "key-not-trusted-for-role",
    /// The name or id that was signed is not that of the person whose key it is.
    AnotherPerson = "another-person",
    /// The key signs in another way than the verifier's policy demands of it.
    KeyType = "key-type",
    /// The signature was made before the key was valid, or after.
    KeyNotValidThen = "key-not-valid-then",
    /// The key is revoked, and no verified timestamp shows that the signature was made before.
    KeyRevoked = "key-revoked",
    /// A signature that must be independent was made with the key of another one.
    SameKey = "same-key",
    /// A signature that must be independent was made by the person of another one.
    SamePerson = "same-person",
    /// The verifier's policy demands a timestamp, and there is none.
    MissingTimestamp = "missing-timestamp",
    /// The timestamp is malformed, about other bytes, or not properly signed.
    TimestampInvalid = "timestamp-invalid",
    /// None of the verifier's roots leads to the timestamping authority.
    TimestampUntrusted = "timestamp-untrusted",
    /// There is a timestamp, but the verifier gave no root to check it against.
    TimestampNoRoot = "timestamp-no-root",
    /// The timestamp is from before the collection ended.
    TimestampBeforeCollection = "timestamp-before-collection",
    /// The time the signer declares is from before the collection ended.
    DeclaredTimeBeforeCollection = "declared-time-before-collection",
    /// A time that lies after the moment of the verification.
    TimeInFuture = "time-in-future",
    /// The validity of the key has ended since, and no timestamp proves that the signature was made before.
    TimeUnproven = "time-unproven",
    /// The time the signer declares is far from the one in the timestamp.
    TimestampDisagrees = "timestamp-disagrees",
    /// The verifier gave no trust to check keys against.
    NoTrust = "no-trust",
    /// A key copy is not the canonical PEM of the key it is named by.
    MalformedKey = "malformed-key",
    /// The statement names another algorithm than the key's.
    AlgorithmMismatch = "algorithm-mismatch",
    /// The role in the file's name is not the one that was signed.
    RoleMismatch = "role-mismatch",
    /// The signed statement is about another manifest or package.
    AnotherPackage = "statement-about-another-package",
    /// A statement countersigns an envelope that does not come before it in this package.
    UnknownCountersigned = "unknown-countersigned",
    /// Who signs in an independent role does not countersign a signature before theirs.
    NotCountersigned = "not-countersigned",
    /// A signature is older than one it countersigns.
    TimeBeforeCountersigned = "time-before-countersigned",
    /// A role that the manifest or the verifier's policy requires has no genuine, trusted signature.
    MissingRole = "missing-role",
    /// Assessing the records again gives other findings.
    ReperformanceDiffers = "reperformance-differs",
    /// The records cannot be assessed again.
    NotReperformed = "not-reperformed",
    /// A finding's rule has another revision today.
    RuleRevised = "rule-revised",
    /// This version writes another `report.html` of the same findings than lies in the package, which it should have written.
    ReportDiffers = "report-differs",
    /// A package of the chain is missing: another one names it as previous, and an even earlier one is there.
    ChainGap = "chain-gap",
    /// Two packages have the same place in the chain, and neither supersedes the other.
    ChainFork = "chain-fork",
    /// A package says that a chain begins with it, although earlier ones of the organization are there.
    ChainReset = "chain-reset",
    /// A package stands elsewhere in the chain than is said of it.
    ChainReorder = "chain-reorder",
    /// A package is older than the one it comes after.
    ChainTimeReversal = "chain-time-reversal",
    /// A package of the chain is another organization's.
    ChainAnotherOrganization = "chain-another-organization",
    /// A package has another manifest than the one after it names: it was altered or sealed again.
    ChainBroken = "chain-broken",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Gathers problems.
#[derive(Default)]
pub(super) struct Problems {
    problems: Vec<Problem>,
    accepted: Vec<Problem>,
}

impl Problems {
    pub(super) fn add(&mut self, code: Code, file: Option<&str>, message: impl Into<String>) {
        self.push(Problem {
            code,
            file: file.map(str::to_owned),
            message: message.into(),
        });
    }

    pub(super) fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    pub(super) fn extend(&mut self, others: Self) {
        self.problems.extend(others.problems);
        self.accepted.extend(others.accepted);
    }

    /// The problem that was found first.
    pub(super) fn first(self) -> Option<Problem> {
        self.problems.into_iter().next()
    }

    pub(super) fn any(&self, code: Code) -> bool {
        self.problems.iter().any(|problem| problem.code == code)
    }

    /// Sets aside what the verifier chose to put up with.
    pub(super) fn put_up_with(&mut self, code: Code) {
        let (accepted, problems) = std::mem::take(&mut self.problems)
            .into_iter()
            .partition(|problem| problem.code == code);
        self.problems = problems;
        self.accepted.extend::<Vec<_>>(accepted);
    }

    pub(super) fn into_report(self, manifest_sha256: Option<Digest>, manifest: Option<Manifest>) -> Report {
        Report {
            problems: self.problems,
            accepted: self.accepted,
            signatures: Vec::new(),
            reperformed: None,
            extract: None,
            manifest_sha256,
            manifest,
        }
    }
}

/// Tells every key whose count differs, a missing one counting as zero.
pub(super) fn differences<K: Ord>(says: &BTreeMap<K, u64>, has: &BTreeMap<K, u64>, mut tell: impl FnMut(&K, u64, u64)) {
    let keys: std::collections::BTreeSet<_> = says.keys().chain(has.keys()).collect();
    for key in keys {
        let of = |counts: &BTreeMap<K, u64>| counts.get(key).copied().unwrap_or(0);
        if of(says) != of(has) {
            tell(key, of(says), of(has));
        }
    }
}
