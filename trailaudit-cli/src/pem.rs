//! Keys and certificates as people have them: as PEM, or as something else that can be made PEM of.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::error::{CommandError, Result};

/// Makes PEM of the DER of a private key.
pub(crate) const PRIVATE_KEY: &str = "openssl pkey -inform DER -in KEY -out KEY.pem";
/// The same of a public key.
pub(crate) const PUBLIC_KEY: &str = "openssl pkey -pubin -inform DER -in KEY -out KEY.pem";
/// The same of a certificate.
pub(crate) const CERTIFICATE: &str = "openssl x509 -inform DER -in CERTIFICATE -out CERTIFICATE.pem";

const NOT_PEM: &str = "this is a binary file, not PEM";

/// Reads a PEM file; `converts` makes one of DER.
pub(crate) fn read(path: &Path, converts: &str) -> Result<String> {
    fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => CommandError::failed(format_args!("{}: {NOT_PEM}", path.display()))
            .hint(format_args!("if it is DER, `{converts}` makes PEM of it")),
        _ => CommandError::file(path, &error),
    })
}

/// The same for whoever tells the error in words of their own.
pub(crate) fn read_or_say(path: &Path, converts: &str) -> io::Result<String> {
    fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => io::Error::other(format!("{NOT_PEM} ({converts})")),
        _ => error,
    })
}
