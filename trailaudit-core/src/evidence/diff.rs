//! What changed from one verified package to another: drift apart from changes in how it was judged.
//!
//! Both packages are read in step, an account at a time, so memory does not grow with them; rows come out one by one.
//! A finding is the same one when rule, account, Region, resource and the trail it is inherited from are; what evidence it
//! rests on, other in every collection, does not count. Findings of rules that were added, removed or revised show a
//! change of the rule pack and no drift: [`Cause::RulePack`]. Exceptions of the baseline are compared as such, whether or
//! not they accept a finding; and a finding that is gone says why, where the new package shows it.

mod coverage;
mod exceptions;
mod findings;
mod regions;
mod rule_pack;
mod side;
mod sight;
mod table;
#[cfg(test)]
mod tests;
pub mod v1;
mod write;

use std::collections::BTreeMap;
use std::io;

use super::manifest::Manifest;
use crate::tables::reading::TableError;
use crate::tables::rfc3339;
use exceptions::Exceptions;
use findings::Grounds;
use regions::Regions;
use rule_pack::RulePack;
use sight::Sight;
use v1::{Cause, Change, Head, Relation, Row};

pub use side::Side;

/// The differences between two packages of one organization.
///
/// ```
/// # use trailaudit_core::evidence::{Files, Options, verify, diff::{Diff, DiffError, Side, v1::Cause}};
/// # fn compare(q1: &dyn Files, q2: &dyn Files, options: &Options<'_>) -> Result<(), DiffError> {
/// let (was, is) = (verify(q1, options), verify(q2, options));
/// let (old, new) = (Side::of(q1, &was)?, Side::of(q2, &is)?);
/// let diff = Diff::between(&old, &new)?;
/// diff.each(Cause::Drift, &mut |row| {
///     println!("{row:?}");
///     Ok(())
/// })?;
/// # Ok(())
/// # }
/// ```
pub struct Diff<'a> {
    old: &'a Side<'a>,
    new: &'a Side<'a>,
    pack: RulePack,
    regions: Regions,
    exceptions: Exceptions,
    sight: Sight,
    head: Head,
}

/// Takes rows as they are found.
pub type Sink<'s> = dyn FnMut(&Row<'_>) -> io::Result<()> + 's;

/// Takes rows and what did not change.
type Found<'s> = dyn FnMut(Row<'_>) -> Result<(), DiffError> + 's;

impl<'a> Diff<'a> {
    /// Compares two packages, and counts what differs.
    ///
    /// # Errors
    /// When they are about different organizations, or a table cannot be read or is not in order.
    pub fn between(old: &'a Side<'a>, new: &'a Side<'a>) -> Result<Self, DiffError> {
        let (was, now) = (&old.manifest.organization.id, &new.manifest.organization.id);
        if was != now {
            return Err(DiffError::AnotherOrganization {
                old: was.clone(),
                new: now.clone(),
            });
        }
        let head = Head {
            format: v1::Format::V1,
            old: package(old),
            new: package(new),
            relation: relation(old, new),
            scope_changed: scope_changed(old.manifest, new.manifest),
            counts: v1::Counts::default(),
        };
        let mut diff = Self {
            old,
            new,
            pack: RulePack::between(old, new)?,
            regions: Regions::between(old, new)?,
            exceptions: Exceptions::between(old, new)?,
            sight: Sight::between(old, new)?,
            head,
        };
        diff.head.counts = diff.counts()?;
        Ok(diff)
    }

    /// Both packages, how they are related, and how much changed.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Gives out every row of one cause. Drift comes as Regions of the whole organization, then accounts with their cells,
    /// then exceptions of the baseline, then findings, each in the order of the tables; the rule pack as frameworks,
    /// thresholds, rules, then findings.
    ///
    /// # Errors
    /// When a table cannot be read again as it was, or `sink` refuses.
    pub fn each(&self, cause: Cause, sink: &mut Sink<'_>) -> Result<(), DiffError> {
        self.walk(&[cause], &mut |row| match row.change {
            Change::Unchanged => Ok(()),
            _ => sink(&row).map_err(DiffError::Out),
        })
    }

    fn walk(&self, causes: &[Cause], found: &mut Found<'_>) -> Result<(), DiffError> {
        if causes.contains(&Cause::Drift) {
            self.regions.rows(found)?;
            coverage::compare(self.old, self.new, &self.regions, found)?;
            self.exceptions.rows(&self.pack, found)?;
        }
        if causes.contains(&Cause::RulePack) {
            self.pack.rows(found)?;
        }
        let grounds = Grounds {
            sight: &self.sight,
            exceptions: &self.exceptions,
        };
        findings::compare((self.old, self.new), &self.pack, &grounds, causes, found)
    }

    fn counts(&self) -> Result<v1::Counts, DiffError> {
        let zero = |changes: &[Change]| changes.iter().map(|change| (*change, 0)).collect::<BTreeMap<_, _>>();
        let mut counts = v1::Counts {
            drift: zero(Change::OF_DRIFT),
            rule_pack: zero(Change::OF_RULE_PACK),
        };
        self.walk(&[Cause::Drift, Cause::RulePack], &mut |row| {
            let of = match row.cause {
                Cause::Drift => &mut counts.drift,
                Cause::RulePack => &mut counts.rule_pack,
            };
            *of.entry(row.change).or_default() += 1;
            Ok(())
        })?;
        Ok(counts)
    }
}

fn package(side: &Side<'_>) -> v1::Package {
    let manifest = side.manifest;
    v1::Package {
        package_id: manifest.package_id,
        manifest_sha256: side.manifest_sha256,
        organization: manifest.organization.id.clone(),
        as_of: rfc3339(manifest.as_of),
        sequence: manifest.sequence(),
        tool: format!("{} {}", manifest.tool.name, manifest.tool.version),
        simulated: manifest.endpoint.simulated,
    }
}

/// What the packages say of each other.
fn relation(old: &Side<'_>, new: &Side<'_>) -> Relation {
    let names = |one: &Side<'_>, other: &Side<'_>| {
        let previous = one.manifest.previous.as_ref();
        previous.is_some_and(|previous| previous.manifest_sha256 == other.manifest_sha256)
    };
    let supersedes = new.manifest.supersedes.as_ref();
    if old.manifest_sha256 == new.manifest_sha256 {
        Relation::Same
    } else if names(new, old) {
        Relation::Successor
    } else if supersedes.is_some_and(|supersedes| supersedes.package_id == old.manifest.package_id) {
        Relation::Correction
    } else if names(old, new) {
        Relation::Reversed
    } else {
        Relation::Unshown
    }
}

/// The options of the scope that the two runs were given differently.
fn scope_changed(old: &Manifest, new: &Manifest) -> Vec<String> {
    let mut names: Vec<_> = old.scope.keys().chain(new.scope.keys()).cloned().collect();
    names.sort();
    names.dedup();
    names.retain(|name| old.scope.get(name) != new.scope.get(name));
    names
}

/// Why two packages cannot be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiffError {
    /// A package that was not found to be in order proves nothing.
    #[error("the package is not verified")]
    NotVerified,
    /// An extract shows one account alone.
    #[error("this is an extract, which shows one account alone: whole packages are compared")]
    IsExtract,
    /// The packages are about different organizations.
    #[error("the packages are about different organizations, {old} and {new}")]
    AnotherOrganization {
        /// Whom the old one is about.
        old: String,
        /// Whom the new one is about.
        new: String,
    },
    /// A file cannot be read.
    #[error("{package} package, {path}: {source}")]
    File {
        /// Which package.
        package: Which,
        /// The file.
        path: &'static str,
        /// What is wrong.
        source: io::Error,
    },
    /// A table cannot be read.
    #[error("{package} package, {path}: {source}")]
    Table {
        /// Which package.
        package: Which,
        /// The file.
        path: &'static str,
        /// What is wrong.
        source: TableError,
    },
    /// What a file says cannot be meant.
    #[error("{package} package, {path}: {message}")]
    Content {
        /// Which package.
        package: Which,
        /// The file.
        path: &'static str,
        /// What is wrong.
        message: String,
    },
    /// The rows cannot be handed on.
    #[error(transparent)]
    Out(io::Error),
}

/// Which of the two packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one that is compared with.
    Old,
    /// The one that is compared.
    New,
}

impl std::fmt::Display for Which {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Old => "the old",
            Self::New => "the new",
        })
    }
}
