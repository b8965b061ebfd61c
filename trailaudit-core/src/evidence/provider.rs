//! What only a provider's crate knows: how its records become facts again.

use std::error::Error;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::files::Files;
use super::manifest::{Collection, Collector, Endpoint, Manifest, OrganizationRef, Tool};
use crate::inventory::Inventory;
use crate::organization::AccountId;

/// Reads what a collection recorded. Sealing, verification and re-assessment all read through it, so the same records
/// give the same facts, live or years later.
pub trait Provider: Sync {
    /// Reads every record of a collection or package. A file must be read to its end before its content is used: one
    /// that was changed ends in an error.
    ///
    /// # Errors
    /// When a file cannot be read or is not what it must be.
    fn read(&self, files: &dyn Files) -> Result<Recorded, ReadError>;

    /// Reads the records of one account alone, as an extract has them; `collected` is what its manifest says of the
    /// collection. What only other accounts' records show is not collected here.
    ///
    /// # Errors
    /// When a file cannot be read or is not what it must be.
    fn read_account(
        &self,
        files: &dyn Files,
        account: &AccountId,
        collected: &Provenance,
    ) -> Result<Box<dyn Inventory>, ReadError>;
}

/// Why records cannot be read.
pub type ReadError = Box<dyn Error + Send + Sync>;

/// The facts of a collection, and what it says of itself.
pub struct Recorded {
    /// The facts.
    pub inventory: Box<dyn Inventory>,
    /// Who collected them, when and from whom.
    pub provenance: Provenance,
}

/// Who collected what, when, and from whom. The manifest repeats it from the records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The organization that was asked about.
    pub organization: OrganizationRef,
    /// The scope, without the ids of accounts: names with texts or lists of texts.
    pub scope: Map<String, Value>,
    /// The moment the collection was made for.
    pub as_of: Timestamp,
    /// When the records were collected.
    pub collection: Collection,
    /// What collected them.
    pub tool: Tool,
    /// Whom the collector asked.
    pub endpoint: Endpoint,
    /// Who asked.
    pub collector: Collector,
}

impl From<&Manifest> for Provenance {
    fn from(manifest: &Manifest) -> Self {
        Self {
            organization: manifest.organization.clone(),
            scope: manifest.scope.clone(),
            as_of: manifest.as_of,
            collection: manifest.collection.clone(),
            tool: manifest.tool.clone(),
            endpoint: manifest.endpoint.clone(),
            collector: manifest.collector.clone(),
        }
    }
}
