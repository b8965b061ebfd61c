//! Packages across quarters: whether they make one chain, in order, with nothing left out.
//!
//! A package names the one before it by its manifest's digest, or says that the chain begins with it (the genesis). A
//! correction takes the place of the package it supersedes: it names the same previous package, so it has the same
//! sequence. A later package may name either of the two; whichever it names must be given, for a correction does not
//! know the digest of what it corrects. Nothing before the oldest package that is given is asked for: there the chain,
//! as given, begins.

mod faults;
mod graph;
mod place;

use jiff::Timestamp;

use super::manifest::{Manifest, Supersedes};
use super::verify::{Code, Problem, Report};
use super::{Digest, manifest};
use graph::Graph;

pub use place::{NoPlace, Place};

/// One package of a chain, after it was verified: what stands here is believed.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// What the verifier calls it, such as its path.
    pub name: &'a str,
    /// Its manifest.
    pub manifest: &'a Manifest,
    /// The SHA-256 of the manifest's bytes.
    pub manifest_sha256: Digest,
}

impl<'a> Given<'a> {
    /// The package that a verification was about; none when its manifest could not be read.
    #[must_use]
    pub fn of(name: &'a str, report: &'a Report) -> Option<Self> {
        Some(Self {
            name,
            manifest: report.manifest.as_ref()?,
            manifest_sha256: report.manifest_sha256?,
        })
    }

    /// The digest of the manifest it names as the one before.
    fn previous_digest(&self) -> Option<Digest> {
        self.previous().map(|previous| previous.manifest_sha256)
    }

    fn previous(&self) -> Option<&'a manifest::Previous> {
        self.manifest.previous.as_ref()
    }
}

/// What became of the packages when they were put in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Chain {
    /// The packages that hang together with the newest one and do not come after it: the oldest first, a correction after
    /// what it supersedes.
    pub links: Vec<Link>,
    /// Whether the first of them is the genesis, so that nothing came before.
    pub from_genesis: bool,
    /// What is worth knowing and no problem, such as packages that are given and are no link; quotes the names packages
    /// were given by.
    pub notes: Vec<String>,
    /// Everything that is wrong, each with the name of the package it is about in place of a file's.
    pub problems: Vec<Problem>,
}

/// One package in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// What the verifier calls it.
    pub name: String,
    /// Its place, the genesis being 0.
    pub sequence: u64,
    /// Its id.
    pub package_id: Digest,
    /// The SHA-256 of its manifest.
    pub manifest_sha256: Digest,
    /// The moment its verdicts speak about.
    pub as_of: Timestamp,
    /// The package it corrects, and why.
    pub supersedes: Option<Supersedes>,
    /// Whether one of the others corrects it.
    pub superseded: bool,
}

/// Puts packages in order behind the newest, and reports apart what does not fit: [`Code::ChainGap`],
/// [`Code::ChainFork`], [`Code::ChainReset`], [`Code::ChainReorder`], [`Code::ChainTimeReversal`],
/// [`Code::ChainBroken`], [`Code::ChainAnotherOrganization`]. The others may be given in any order.
///
/// Every package must have been verified on its own before: a chain of packages nobody trusts proves nothing.
///
/// ```
/// # use trailaudit_core::evidence::{Files, Options, verify, chain::{self, Given}};
/// # fn walk(q1: &dyn Files, q2: &dyn Files, options: &Options<'_>) -> Option<()> {
/// let (first, second) = (verify(q1, options), verify(q2, options));
/// assert!(first.is_verified() && second.is_verified());
/// let chain = chain::check(Given::of("q2", &second)?, &[Given::of("q1", &first)?]);
/// for problem in &chain.problems {
///     println!("{}: {problem}", problem.code);
/// }
/// # Some(())
/// # }
/// ```
#[must_use]
pub fn check(newest: Given<'_>, earlier: &[Given<'_>]) -> Chain {
    let mut chain = Chain::default();
    let mut given: Vec<Given<'_>> = vec![newest];
    for package in earlier {
        if package.manifest.organization.id != newest.manifest.organization.id {
            let message = format!(
                "it is a package of the organization {}, not of {}",
                package.manifest.organization.id, newest.manifest.organization.id
            );
            chain.problem(Code::ChainAnotherOrganization, package, message);
        } else if let Some(same) = given.iter().find(|one| one.manifest_sha256 == package.manifest_sha256) {
            let note = format!("{} is the same package as {}", package.name, same.name);
            chain.notes.push(note);
        } else {
            given.push(*package);
        }
    }
    let graph = Graph::new(&given);
    graph.check(&mut chain);
    (chain.links, chain.from_genesis) = graph.links();
    chain.account_for(&given);
    chain
}

impl Chain {
    /// A package that is neither a link nor told as a problem is told all the same: it was given for a purpose.
    fn account_for(&mut self, given: &[Given<'_>]) {
        for package in given {
            let is_link = self
                .links
                .iter()
                .any(|link| link.manifest_sha256 == package.manifest_sha256);
            let about = |problem: &Problem| problem.file.as_deref() == Some(package.name);
            if !is_link && !self.problems.iter().any(about) {
                self.notes.push(format!(
                    "{} (sequence {}, package {}) is given, and nothing that is given leads from it to the package that is \
                     verified",
                    package.name,
                    package.manifest.sequence(),
                    package.manifest.package_id
                ));
            }
        }
    }

    fn problem(&mut self, code: Code, package: &Given<'_>, message: String) {
        self.problems.push(Problem {
            code,
            file: Some(package.name.to_owned()),
            message,
        });
    }
}
