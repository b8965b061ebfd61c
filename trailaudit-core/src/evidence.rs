//! Bytes in, proof out: what was recorded, how it is packed, signed and verified.
//!
//! In reading order: an [`exchange`] is one recorded call; [`records`] are files of them; a [`package`] is a folder with
//! known names; its [`manifest`] names every file by digest and every account by a [`merkle`] root, and is closed by
//! [`seal`]; a [`statement`] says who signs what with which meaning, a [`signer`] signs it, an [`envelope`] carries it;
//! [`verify()`] checks it all against the verifier's own [`trust`]. An [`archive`] carries a package as one file.

pub mod accounts;
pub mod archive;
pub mod envelope;
pub mod exchange;
pub mod files;
pub mod jcs;
pub mod manifest;
pub mod merkle;
pub mod package;
pub mod public_key;
pub mod records;
pub mod seal;
pub mod signer;
pub mod statement;
pub mod trust;
pub mod verify;

pub use accounts::{AccountLeaf, Salt};
pub use archive::Archive;
pub use envelope::Bundle;
pub use exchange::{Answer, EvidenceId, Exchange, Transport};
pub use files::{Entry, EntryKind, Files, InMemory};
pub use manifest::Manifest;
pub use public_key::{Algorithm, PublicKey};
pub use seal::{Facts, Seal};
pub use signer::{PemSigner, SignError, Signer, Unsigned};
pub use statement::{Meaning, Person, Role, Statement};
pub use trust::Trust;
pub use verify::{Code, Options, Problem, Reperform, Report, VerifiedSignature, verify};

/// The SHA-256 of anything: the same digest, written the same way, as the one that names an exchange.
pub type Digest = EvidenceId;
