//! Timestamps of authorities that the `openssl` command plays: RSA and ECDSA, with an intermediate certificate.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod authority;
mod forged;
mod granted;
mod keys;
mod refused;
