//! What the examples stand on instead of an AWS account: a simulated Organization, its records in memory, and a package
//! made of them.
//!
//! With a real Organization none of it is needed to collect and assess: leave [`Simulated`] away, and
//! [`Collector::builder`](trailaudit_aws::Collector::builder) finds credentials, Region and endpoints as every AWS tool
//! does.

mod pack;
mod records;
mod simulated;

pub use pack::{seal, sign};
pub use records::read_directory;
pub use simulated::Simulated;

/// The README's own example, which the documentation tests compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// What an example may end with.
pub type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;
