//! Verifiers that others wrote, each asked the same question: is this bundle genuine? For tests alone.
//!
//! None of them shares a line with `trailaudit-core`: OpenSSL and jq are run as an auditor runs them, securesystemslib in
//! Python, @sigstore/verify in Node, sigstore-verify in this process. What each of them does not look at is for the test
//! to know, which holds their answers beside ours.

mod command;
mod sigstore;

use std::io;

/// A bundle, what it should be about, and whom to believe.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The file of `signatures/`.
    pub bundle: &'a [u8],
    /// The bytes of `manifest.json`.
    pub manifest: &'a [u8],
    /// The trusted key: one PEM block with its DER `SubjectPublicKeyInfo`.
    pub key_pem: &'a str,
    /// The SHA-256 of that DER, in hexadecimal: what bundles call the key by.
    pub fingerprint: &'a str,
    /// The certificates of the trusted timestamping authority in PEM, its own first, its root last; nothing when the
    /// time is not asked about.
    pub authority: &'a [String],
}

/// What a verifier says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It accepts.
    Accepted,
    /// It rejects; why, in its own words.
    Rejected(String),
}

/// A verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Oracle {
    /// `jq`, `base64`, `sha256sum` and `openssl`, in the steps of VERIFY.md.
    OpenSsl,
    /// `securesystemslib`, from the Python Package Index: the DSSE envelope.
    Securesystemslib,
    /// `@sigstore/verify`, from npm: the bundle, with its timestamp.
    SigstoreJs,
    /// `sigstore-verify`, from crates.io: the bundle, with its timestamp and its subject.
    SigstoreRs,
}

impl Oracle {
    /// Every verifier.
    pub const ALL: [Self; 4] = [
        Self::OpenSsl,
        Self::Securesystemslib,
        Self::SigstoreJs,
        Self::SigstoreRs,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenSsl => "openssl",
            Self::Securesystemslib => "securesystemslib",
            Self::SigstoreJs => "@sigstore/verify",
            Self::SigstoreRs => "sigstore-verify",
        }
    }

    /// Asks it.
    ///
    /// # Errors
    /// When it is not installed or did not come to an answer, which is not the same as rejecting.
    pub fn ask(self, question: &Question<'_>) -> io::Result<Answer> {
        match self {
            Self::OpenSsl => command::openssl(question),
            Self::Securesystemslib => command::securesystemslib(question),
            Self::SigstoreJs => command::sigstore_js(question),
            Self::SigstoreRs => Ok(sigstore::verify(question)),
        }
    }
}
