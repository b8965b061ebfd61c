//! The defects, and where in a population each goes.

mod accounts;
mod alarms;
mod buckets;
mod deliveries;
mod draft;
pub(crate) mod event_stores;
mod key_policies;
mod keys;
mod log_groups;
pub(crate) mod organization;
mod own_trail;
mod packs;
mod recordings;
mod regions;
mod roles;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::digest::{digest, uuid};
use crate::random::Random;
use crate::truth::{Cell, Defect, Truth};
use crate::world::{Account, Denial, DeniedBy, Key, KeyReaders, ServiceControlPolicy, Trail, World, before};

pub(crate) use own_trail::{sow_every_trail, sow_flawed_trail, sow_sound_trail};
pub(crate) use packs::trail_flaws;

/// What planting works on: the world so far, the truth about it, and what later accounts refer to.
pub(crate) struct Plot {
    pub world: World,
    pub truth: Truth,
    pub random: Random,
    pub as_of: Timestamp,
    /// The log archive account; while there is none, the management account.
    pub archive: String,
    /// Joins the management account when everything else is planted.
    pub organization_trail: Trail,
}

/// Plants something into an otherwise plain member account.
pub(crate) struct Plant {
    needs: Needs,
    pub sow: fn(&mut Plot, &mut Account),
}

/// What the partition must have for a plant to make sense.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    OneRegion,
    TwoRegions,
    OptInRegion,
}

/// One account each, in the order they are given up last: a small Organization gets the first of them.
static ORDER: [Plant; 23] = [
    plant(Needs::OneRegion, packs::sow::<0>),
    plant(Needs::OneRegion, accounts::without_trail),
    plant(Needs::OneRegion, accounts::without_role),
    plant(Needs::OneRegion, packs::sow::<1>),
    plant(Needs::TwoRegions, regions::denied_in_one_region),
    plant(Needs::OneRegion, alarms::watched_by_itself),
    plant(Needs::OneRegion, accounts::suspended),
    plant(Needs::OneRegion, packs::sow::<2>),
    plant(Needs::OptInRegion, regions::opted_out),
    plant(Needs::OneRegion, accounts::without_trail_but_new),
    plant(Needs::OneRegion, packs::sow::<3>),
    plant(Needs::OneRegion, accounts::with_failing_copy),
    plant(Needs::TwoRegions, regions::with_single_region_trail_only),
    plant(Needs::OneRegion, packs::sow::<4>),
    plant(Needs::OneRegion, packs::sow::<5>),
    plant(Needs::OneRegion, regions::denied_everywhere),
    plant(Needs::OneRegion, packs::sow::<6>),
    plant(Needs::OneRegion, packs::sow::<7>),
    plant(Needs::OneRegion, accounts::closed),
    plant(Needs::OneRegion, accounts::pending_closure),
    plant(Needs::OneRegion, accounts::pending_activation),
    plant(Needs::OneRegion, packs::sow::<8>),
    plant(Needs::OneRegion, accounts::with_half_a_record),
];

const fn plant(needs: Needs, sow: fn(&mut Plot, &mut Account)) -> Plant {
    Plant { needs, sow }
}

/// The plants these Regions allow, in order.
pub(crate) fn possible(plot: &Plot) -> Vec<&'static Plant> {
    let (regions, opt_in) = (
        &plot.world.regions,
        plot.world.regions.iter().any(|region| region.opt_in),
    );
    let plants = ORDER.iter().filter(|plant| match plant.needs {
        Needs::OneRegion => true,
        Needs::TwoRegions => regions.len() >= 2,
        Needs::OptInRegion => opt_in,
    });
    plants.collect()
}

impl Plot {
    pub fn region_names(&self) -> Vec<String> {
        self.world.regions.iter().map(|region| region.name.clone()).collect()
    }

    /// Regions every account has, in turn.
    pub fn usual_region(&self, turn: usize) -> String {
        let usual: Vec<_> = self.world.regions.iter().filter(|region| !region.opt_in).collect();
        usual
            .get(turn % usual.len().max(1))
            .map(|region| region.name.clone())
            .unwrap_or_default()
    }

    /// The id of the organizational unit of this name, or of the root.
    pub fn unit(&self, name: &str) -> String {
        let organization = &self.world.organization;
        let unit = organization.units.iter().find(|unit| unit.name == name);
        unit.map_or_else(|| organization.root_id.clone(), |unit| unit.id.clone())
    }

    pub fn organization_trail_arn(&self) -> String {
        self.organization_trail.arn(self.world.management_account())
    }

    pub fn hours_ago(&self, hours: i64) -> Timestamp {
        before(self.as_of, SignedDuration::from_hours(hours))
    }

    pub fn days_ago(&self, days: i64) -> Timestamp {
        self.hours_ago(24 * days)
    }

    /// The ARN of the log archive's key for log groups in a Region, which is made when it is first named. Its id is no
    /// draw of the population's chance.
    pub fn log_group_key(&mut self, region: &str) -> String {
        let id = uuid(&digest(&["log group key", &self.archive, region]));
        let mut key = Key::new(&id, region, self.days_ago(900));
        key.readers = KeyReaders::Organization;
        key.rotation_days = Some(365);
        let arn = key.arn(&self.archive);
        if let Some(archive) = self.world.accounts.get_mut(&self.archive)
            && !archive.keys.iter().any(|known| known.arn(&self.archive) == arn)
        {
            archive.keys.push(key);
        }
        arn
    }

    pub fn policy_id(&mut self) -> String {
        format!("p-{}", self.random.lower(8))
    }

    /// Notes a finding about an account as a whole, or about a Region of it that could not be read.
    pub fn note(&mut self, rule: &'static str, account: &str, region: &str, verdict: &'static str, because: &str) {
        self.note_at((account, region, ""), rule, verdict, because);
    }

    /// Notes a finding at an account, a Region and a resource; each may be nothing but the account.
    pub fn note_at(
        &mut self,
        (account, region, resource): (&str, &str, &str),
        rule: &'static str,
        verdict: &'static str,
        because: &str,
    ) {
        self.truth.defects.push(Defect {
            rule,
            account_id: account.to_owned(),
            region: region.to_owned(),
            resource_id: resource.to_owned(),
            verdict,
            because: because.to_owned(),
        });
    }

    /// Notes a cell that is not reached.
    pub fn note_cell(&mut self, account: &str, region: &str, status: &'static str, because: &str) {
        let (account_id, region, because) = (account.to_owned(), region.to_owned(), because.to_owned());
        self.truth.cells.push(Cell {
            account_id,
            region,
            status,
            because,
        });
    }
}

/// A service control policy that denies an account CloudTrail in some Regions, or in all when none is named.
fn deny_cloudtrail(plot: &mut Plot, account: &mut Account, policy: &str, regions: Vec<String>) {
    let mut statement = json!({"Effect": "Deny", "Action": "cloudtrail:*", "Resource": "*"});
    if !regions.is_empty() {
        statement["Condition"] = json!({"StringEquals": {"aws:RequestedRegion": regions}});
    }
    let document = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let policies = &mut plot.world.organization.policies;
    policies.push(ServiceControlPolicy::new(
        policy,
        "no-cloudtrail",
        &document,
        &account.id,
    ));
    let by = DeniedBy::ServiceControlPolicy(policy.to_owned());
    account.denials.push(Denial {
        by,
        actions: vec!["cloudtrail:*".to_owned()],
        regions,
        resources: Vec::new(),
    });
}
