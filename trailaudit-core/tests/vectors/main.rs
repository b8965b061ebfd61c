//! Published test vectors, through the same functions a verification uses.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod dsse;
mod jcs;
mod wycheproof;
