//! Record files of several shards as one.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{self, Read};

use serde_json::json;
use trailaudit_core::evidence::package::RecordFile;
use trailaudit_core::evidence::records::{self, Limits};
use trailaudit_core::evidence::{EvidenceId, Exchange, Salt};
use trailaudit_core::organization::AccountId;

use super::{MergeError, Opened};
use crate::journal::{FORMAT, Sheet};
use crate::package::{self, PackageError};

/// The bytes of an account's record file, which is whole and really that account's.
pub(super) fn whole(shard: &Opened<'_>, path: &str, account: &AccountId) -> Result<Vec<u8>, MergeError> {
    let read = || {
        let mut bytes = Vec::new();
        let at = |source| PackageError::Io {
            path: path.into(),
            source,
        };
        let file = shard.files.open(path).map_err(at)?;
        file.take(Limits::default().total).read_to_end(&mut bytes).map_err(at)?;
        package::check(&bytes, path, &RecordFile::Account(account.clone()))?;
        Ok(bytes)
    };
    read().map_err(shard.at())
}

/// The exchanges of several files about the same, each id once.
pub(super) struct Union {
    file: RecordFile,
    organization: Option<String>,
    salt: Option<Salt>,
    exchanges: BTreeMap<EvidenceId, Exchange>,
}

impl Union {
    pub(super) fn of(file: RecordFile) -> Self {
        Self {
            file,
            organization: None,
            salt: None,
            exchanges: BTreeMap::new(),
        }
    }

    /// Adds a shard's file.
    pub(super) fn add(&mut self, shard: &Opened<'_>, path: &str) -> Result<(), MergeError> {
        let kept = &mut self.exchanges;
        let keep = |id, exchange: Exchange| match kept.entry(id) {
            Entry::Vacant(place) => _ = place.insert(exchange),
            Entry::Occupied(mut kept) if moment(kept.get()) < moment(&exchange) => _ = kept.insert(exchange),
            Entry::Occupied(_) => (),
        };
        let header = package::exchanges(shard.files, path, &self.file, shard.log.run(), keep).map_err(shard.at())?;
        // Any of the salts is as good, as long as it is always the same one.
        self.salt = [self.salt, header.salt].into_iter().flatten().min();
        self.organization = header.organization;
        Ok(())
    }

    /// The file that stands for all, in the order every record file has.
    pub(super) fn finish(self) -> Result<Vec<u8>, MergeError> {
        let header = match &self.file {
            RecordFile::Account(account) | RecordFile::Resources(account) => {
                json!({"account": account, "format": FORMAT, "salt": self.salt})
            }
            _ => json!({"format": FORMAT, "organization": self.organization}),
        };
        let sheet = Sheet::default();
        self.exchanges.values().for_each(|exchange| sheet.add(None, exchange));
        let lines = sheet.into_lines(&header).map_err(MergeError::Write)?;
        records::write(lines).map_err(|error| MergeError::Write(io::Error::other(error)))
    }
}

/// When it was sent, and what else tells one exchange from another with the same id.
fn moment(exchange: &Exchange) -> impl Ord + use<'_> {
    let transport = &exchange.transport;
    (
        &transport.sent_at,
        &transport.request_id,
        &transport.principal,
        (transport.attempts, transport.status, &transport.date),
    )
}
