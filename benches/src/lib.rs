//! What is measured, apart from how: organizations and packages of any size.
//!
//! | bench | measures |
//! | --- | --- |
//! | `assess` | the rules over thousands of accounts, in memory: evaluations a second, and what they take beside the facts |
//! | `fan_out` | the collection from a simulated Organization, against the floor that latency sets |
//! | `seal` | what becomes of records on disk: judged, written, hashed, closed by a manifest |
//! | `verify` | what an auditor's check of a package costs, with and without judging again |
//!
//! The released binary is measured by scripts, with the simulator in a process of its own: `fan_out.sh` (the main job),
//! `organization.sh` (thousands of accounts under the published quotas), `package.sh` (sealing and verifying), `start.sh`
//! (until something happens) and `compare.sh` (what users would pick instead). Nothing here asserts a time: a machine's
//! speed is no property of the program. What must not depend on the machine, such as how often AWS is asked, is asserted
//! in the tests.

pub mod calls;
mod memory;
mod organization;
mod records;

pub use memory::growth;
pub use organization::organization;
pub use records::{hash_and_unpack, key, records, signer, size, sizes};
