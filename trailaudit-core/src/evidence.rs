//! Bytes in, proof out: what was recorded, how it is packed, signed and verified.
//!
//! In reading order: an [`exchange`] is one recorded call; [`records`] are files of them, which a [`provider`] reads back
//! into facts; a [`package`] is a folder with known names, made by a [`Draft`]; its [`manifest`] names every file by digest
//! and every account by a [`merkle`] root, and is closed by [`seal`]; a [`statement`] says who signs what with which
//! meaning, a [`signer`] signs it, an [`envelope`] carries it, a [`timestamp`] proves when, [`countersign`] adds the next;
//! [`verify()`] checks it all against the verifier's own [`trust`]. An [`archive`] carries a package as one file; across
//! quarters, packages make a [`chain`], and a [`diff`] tells what changed from one to another.

pub mod accounts;
pub mod archive;
pub mod chain;
pub mod countersign;
pub mod diff;
pub mod draft;
pub mod envelope;
pub mod exchange;
pub mod extract;
pub mod files;
mod hashing;
pub mod jcs;
pub mod judged;
pub mod manifest;
pub mod merkle;
pub mod package;
pub mod provider;
pub mod public_key;
pub mod records;
pub mod report;
pub mod seal;
pub mod signer;
pub mod statement;
pub mod timestamp;
pub mod trust;
pub mod verify;

pub use accounts::{AccountLeaf, Salt};
pub use archive::Archive;
pub use countersign::{Declaration, NotSignable, Signable};
pub use draft::{Draft, DraftError, Sealed};
pub use envelope::Bundle;
pub use exchange::{Answer, EvidenceId, Exchange, Transport};
pub use extract::{ExtractError, extract};
pub use files::{Entry, EntryKind, Files, InMemory, Store};
pub use judged::Judged;
pub use manifest::Manifest;
pub use provider::{Provenance, Provider, Recorded};
pub use public_key::{Algorithm, PublicKey};
pub use seal::{Facts, Seal};
pub use signer::{PemSigner, SignError, Signer, Unsigned};
pub use statement::{Meaning, Person, Role, Statement};
pub use timestamp::Stamp;
pub use trust::Trust;
pub use verify::{
    Code, Listed, ListedError, Options, Problem, Reperformance, Report, VerifiedSignature, verify, verify_archive,
};

/// The SHA-256 of anything: the same digest, written the same way, as the one that names an exchange.
pub type Digest = EvidenceId;
