//! Where a package that is about to be made stands.

use jiff::Timestamp;

use crate::evidence::manifest::{Collection, Manifest, Previous, Supersedes};
use crate::evidence::{Digest, Draft, Provenance};

/// The place of a new package in a chain, and what the package must be to stand there. Where there is none, a new package
/// is a genesis.
///
/// ```
/// # use trailaudit_core::evidence::{Digest, Draft, Manifest, Provenance, chain::{NoPlace, Place}};
/// # fn put(last: &Manifest, last_sha256: Digest, provenance: &Provenance, draft: &mut Draft<'_>) -> Result<(), NoPlace> {
/// let place = Place::after(last, last_sha256);
/// place.admits(provenance, draft.as_of.unwrap_or(provenance.as_of))?;
/// place.put(draft);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    previous: Option<Previous>,
    supersedes: Option<Supersedes>,
    organization: String,
    /// The earliest `as_of`, where a previous package gives one.
    as_of: Option<Timestamp>,
    /// What collection must not have started or ended before this one.
    collection: Collection,
}

impl Place {
    /// Right after a package with this manifest, whose bytes have this SHA-256.
    #[must_use]
    pub fn after(manifest: &Manifest, sha256: Digest) -> Self {
        Self {
            previous: Some(Previous::after(manifest, sha256)),
            supersedes: None,
            organization: manifest.organization.id.clone(),
            as_of: Some(manifest.as_of),
            collection: manifest.collection.clone(),
        }
    }

    /// In the stead of a package with this manifest, which is wrong for this `reason`.
    ///
    /// # Errors
    /// When the reason says nothing.
    pub fn instead_of(manifest: &Manifest, reason: &str) -> Result<Self, NoPlace> {
        if reason.trim().is_empty() {
            return Err(NoPlace::NoReason);
        }
        Ok(Self {
            previous: manifest.previous.clone(),
            supersedes: Some(Supersedes {
                package_id: manifest.package_id,
                reason: reason.to_owned(),
            }),
            organization: manifest.organization.id.clone(),
            // A correction may speak about an earlier moment: that may be what was wrong.
            as_of: None,
            collection: manifest.collection.clone(),
        })
    }

    /// The same place, when it is the one after this package as well: for a correction whose previous package is given.
    ///
    /// # Errors
    /// When the package that is superseded names another one as previous: a correction takes its place, and no other.
    pub fn and_after(mut self, manifest: &Manifest, sha256: Digest) -> Result<Self, NoPlace> {
        let previous = Previous::after(manifest, sha256);
        if self.previous.as_ref() != Some(&previous) {
            return Err(NoPlace::AnotherPrevious {
                wanted: self.previous.map(|previous| previous.package_id),
                given: previous.package_id,
            });
        }
        self.as_of = Some(manifest.as_of);
        Ok(self)
    }

    /// The package before this place.
    #[must_use]
    pub fn previous(&self) -> Option<&Previous> {
        self.previous.as_ref()
    }

    /// The package that is superseded.
    #[must_use]
    pub fn supersedes(&self) -> Option<&Supersedes> {
        self.supersedes.as_ref()
    }

    /// Whether a package made of these records, about this moment, may stand here.
    ///
    /// # Errors
    /// When it is another organization's, or time would go back along the chain.
    pub fn admits(&self, records: &Provenance, as_of: Timestamp) -> Result<(), NoPlace> {
        if records.organization.id != self.organization {
            return Err(NoPlace::AnotherOrganization {
                chain: self.organization.clone(),
                records: records.organization.id.clone(),
            });
        }
        let Collection { started, ended } = &records.collection;
        let times = [
            ("it speaks about", as_of, self.as_of),
            ("its collection started at", *started, Some(self.collection.started)),
            ("its collection ended at", *ended, Some(self.collection.ended)),
        ];
        for (what, now, then) in times {
            if let Some(then) = then.filter(|then| now < *then) {
                return Err(NoPlace::TimeGoesBack { what, now, then });
            }
        }
        Ok(())
    }

    /// Has a draft make its package for this place.
    pub fn put(self, draft: &mut Draft<'_>) {
        draft.previous = self.previous;
        draft.supersedes = self.supersedes;
    }
}

impl Previous {
    /// What a package says that comes right after the one with this manifest, whose bytes have this SHA-256.
    #[must_use]
    pub fn after(manifest: &Manifest, sha256: Digest) -> Self {
        Self {
            package_id: manifest.package_id,
            manifest_sha256: sha256,
            sequence: manifest.sequence(),
        }
    }
}

/// Why a package cannot stand in a place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoPlace {
    /// The records are about another organization.
    #[error("the chain is one of the organization {chain}, the records are of {records}")]
    AnotherOrganization {
        /// Whose chain it is.
        chain: String,
        /// Whose records they are.
        records: String,
    },
    /// The package would be older than the one before it.
    #[error("{what} {now}, before {then} of the package that is there: time would go back along the chain")]
    TimeGoesBack {
        /// Which time.
        what: &'static str,
        /// What it is.
        now: Timestamp,
        /// What it must not be before.
        then: Timestamp,
    },
    /// A correction without a reason.
    #[error("a package that supersedes another must say why")]
    NoReason,
    /// A correction in another place than what it corrects.
    #[error(
        "the package that is superseded does not come after {given} but after {}: a correction takes its place",
        wanted.map_or_else(|| "none".to_owned(), |id| id.to_string())
    )]
    AnotherPrevious {
        /// The one before what is superseded; none when that is a genesis.
        wanted: Option<Digest>,
        /// The one that was given.
        given: Digest,
    },
}
