//! Bytes in, proof out: what was recorded, how it is packed, signed and verified.

pub mod exchange;
pub mod jcs;

pub use exchange::{Answer, EvidenceId, Exchange, Transport};
