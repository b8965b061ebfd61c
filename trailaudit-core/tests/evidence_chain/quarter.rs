//! Packages by their manifests alone: that is all a chain is made of.

use jiff::{SignedDuration, Timestamp};
use trailaudit_core::evidence::chain::{self, Chain, Given};
use trailaudit_core::evidence::manifest::{
    Collection, Collector, CoverageTotals, Endpoint, Format, OrganizationRef, Previous, Supersedes, Tool,
};
use trailaudit_core::evidence::{Digest, Manifest, Provenance};

#[derive(Clone, Debug)]
pub struct Quarter {
    pub name: String,
    pub manifest: Manifest,
}

impl Quarter {
    /// A genesis, so many days after the first of all.
    pub fn genesis(name: &str, day: i64) -> Self {
        let started = "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(24 * day);
        let ended = started + SignedDuration::from_mins(10);
        let manifest = Manifest {
            format: Format::V1,
            package_id: Digest::of(name.as_bytes()),
            organization: OrganizationRef {
                id: "o-example".into(),
                management_account: "111122223333".into(),
            },
            scope: serde_json::Map::new(),
            as_of: started,
            collection: Collection { started, ended },
            tool: Tool {
                name: "trailaudit".into(),
                version: "0.1.0".into(),
            },
            catalogue_sha256: Digest::of(b"catalogue"),
            baseline_sha256: Digest::of(b"baseline"),
            endpoint: Endpoint {
                hosts: Vec::new(),
                simulated: false,
            },
            collector: Collector {
                caller_arn: "arn:aws:sts::111122223333:assumed-role/Auditor/ada".into(),
            },
            files: Vec::new(),
            accounts_root: Digest::of(b"accounts"),
            account_count: 0,
            coverage: CoverageTotals::default(),
            controls: [].into(),
            required_signatures: Vec::new(),
            genesis: true,
            previous: None,
            supersedes: None,
            retain_until: None,
        };
        Self {
            name: name.into(),
            manifest,
        }
    }

    pub fn after(name: &str, day: i64, previous: &Self) -> Self {
        let mut quarter = Self::genesis(name, day);
        quarter.names(Some(Previous::after(&previous.manifest, previous.digest())));
        quarter
    }

    /// A correction, which takes the place of what it supersedes.
    pub fn instead_of(name: &str, day: i64, superseded: &Self) -> Self {
        let mut quarter = Self::genesis(name, day);
        quarter.names(superseded.manifest.previous.clone());
        quarter.supersedes(superseded);
        quarter
    }

    pub fn names(&mut self, previous: Option<Previous>) {
        self.manifest.genesis = previous.is_none();
        self.manifest.previous = previous;
    }

    pub fn supersedes(&mut self, superseded: &Self) {
        self.manifest.supersedes = Some(Supersedes {
            package_id: superseded.manifest.package_id,
            reason: "an account was forgotten".into(),
        });
    }

    pub fn with(mut self, change: impl FnOnce(&mut Manifest)) -> Self {
        change(&mut self.manifest);
        self
    }

    pub fn digest(&self) -> Digest {
        Digest::of(&self.manifest.to_bytes().unwrap())
    }

    pub fn given(&self) -> Given<'_> {
        Given {
            name: &self.name,
            manifest: &self.manifest,
            manifest_sha256: self.digest(),
        }
    }

    pub fn provenance(&self) -> Provenance {
        let manifest = self.manifest.clone();
        Provenance {
            organization: manifest.organization,
            scope: manifest.scope,
            as_of: manifest.as_of,
            collection: manifest.collection,
            tool: manifest.tool,
            endpoint: manifest.endpoint,
            collector: manifest.collector,
        }
    }
}

pub fn check(newest: &Quarter, earlier: &[&Quarter]) -> Chain {
    let earlier: Vec<_> = earlier.iter().map(|quarter| quarter.given()).collect();
    chain::check(newest.given(), &earlier)
}

/// The problems as `code name`, sorted.
pub fn complaints(chain: &Chain) -> Vec<String> {
    let told = |problem: &trailaudit_core::evidence::Problem| {
        format!("{} {}", problem.code, problem.file.as_deref().unwrap_or("-"))
    };
    let mut told: Vec<_> = chain.problems.iter().map(told).collect();
    told.sort();
    told
}

/// The links as `sequence name`, `~` marking what is superseded.
pub fn links(chain: &Chain) -> Vec<String> {
    let told = |link: &chain::Link| {
        let mark = if link.superseded { "~" } else { "" };
        format!("{} {mark}{}", link.sequence, link.name)
    };
    chain.links.iter().map(told).collect()
}
