//! Packages across quarters: chains that hold, and each way in which they do not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod links;
mod places;
mod quarter;
mod random;
