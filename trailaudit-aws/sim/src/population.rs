//! An Organization of any size with known defects in it.

mod ground;

use jiff::{SignedDuration, Timestamp};

use crate::digest::{digest, uuid};
use crate::plants::{
    Plot, event_stores, organization, possible, sow_every_trail, sow_flawed_trail, sow_sound_trail, trail_flaws,
};
use crate::random::Random;
use crate::truth::Truth;
use crate::world::{Account, EventSelectors, Key, KeyReaders, KeySpec, LogGroup, REGIONS, Role, Trail, World};

use ground::{name, regions, tree};

/// What a population is made from. Equal settings make equal populations.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many accounts, the management account included; at least one.
    pub accounts: usize,
    /// How many Regions the partition has, from 1 to 34. From four on the last is an opt-in Region, from twelve on
    /// the last two; beyond 19 there are only opt-in Regions left.
    pub regions: usize,
    /// Chooses ids, names and what is left to chance.
    pub seed: u64,
    /// The moment all planted times are relative to.
    pub as_of: Timestamp,
}

/// An Organization and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Population {
    /// The Organization.
    pub world: World,
    /// What a right tool reports about it.
    pub truth: Truth,
    /// The ARN of a P-256 key of the management account that signs. No trail names it, so no audit asks for it.
    pub signing_key: String,
}

/// The role every member account has, except where its absence is planted.
const ROLE: &str = "OrganizationAccountAccessRole";
const TRAIL: &str = "organization-trail";

/// Makes an Organization. With few accounts or Regions the defects that do not fit are left out.
#[must_use]
pub fn populate(settings: &Settings) -> Population {
    grow(settings, None)
}

/// The same, but the last account has as many trails as it may have, in every Region, all of them sound.
#[must_use]
pub fn populate_with_large_account(settings: &Settings) -> Population {
    grow(settings, settings.accounts.checked_sub(1).filter(|index| *index > 1))
}

fn grow(settings: &Settings, large: Option<usize>) -> Population {
    let mut plot = found(settings);
    let mut plants = possible(&plot).into_iter();
    for index in 1..settings.accounts {
        let mut account = plain_member(&mut plot, index);
        if index == 1 {
            archive(&mut plot, &mut account);
        } else if large == Some(index) {
            sow_every_trail(&mut plot, &mut account);
        } else if let Some(plant) = plants.next() {
            (plant.sow)(&mut plot, &mut account);
        } else {
            sow_by_chance(&mut plot, &mut account);
        }
        plot.world.add(account);
    }
    finish(plot)
}

/// The management account, the tree and the organization trail.
fn found(settings: &Settings) -> Plot {
    let mut random = Random::new(settings.seed);
    let (root, management) = (format!("r-{}", random.lower(4)), random.digits(12));
    let regions = regions(settings.regions);
    let organization_id = format!("o-{}", random.lower(10));
    let mut world = World::new(
        &organization_id,
        &management,
        &regions,
        long_before(settings.as_of, 2_000),
    );
    world.organization = tree(&mut random, &organization_id, &root, &management);
    world.token_secret = random.hex(32);
    if let Some(account) = world.accounts.get_mut(&management) {
        account.parent.clone_from(&root);
    }
    let truth = Truth::new(&organization_id, &management);
    Plot {
        world,
        truth,
        random,
        as_of: settings.as_of,
        archive: management,
        organization_trail: organization_trail(settings),
    }
}

fn organization_trail(settings: &Settings) -> Trail {
    let mut trail = Trail::new(TRAIL, REGIONS[0].0, settings.as_of);
    trail.organization = true;
    trail.multi_region = true;
    trail.event_selectors = EventSelectors::AdvancedWithObjects;
    trail.tags.insert("owner".to_owned(), "security".to_owned());
    trail
}

/// The archive receives the logs of all: it has the bucket's key.
fn archive(plot: &mut Plot, account: &mut Account) {
    "Log archive".clone_into(&mut account.name);
    account.parent = plot.unit("Security");
    plot.archive.clone_from(&account.id);
    event_stores::forgotten(plot, account);
}

/// Some accounts have a trail of their own, and some of those trails are flawed.
fn sow_by_chance(plot: &mut Plot, account: &mut Account) {
    match plot.random.below(20) {
        0 => {
            let flaws: Vec<_> = trail_flaws().filter(|flaw| flaw.possible(plot)).collect();
            if let Some(flaw) = plot.random.pick(&flaws).copied() {
                sow_flawed_trail(plot, account, flaw);
            }
        }
        1 => sow_sound_trail(plot, account, "own-trail"),
        _ => {}
    }
}

/// Makes the organization trail sound, hands the archive what trails name there, and sorts the truth.
fn finish(mut plot: Plot) -> Population {
    let made = long_before(plot.as_of, 1_900);
    let management = plot.world.management_account().to_owned();
    hand_out(&mut plot, &management, made);
    plot.world.make_sound(TRAIL, &plot.archive, plot.as_of);
    organization::bind_units(&mut plot);
    if plot.archive != management {
        organization::administer_by(&mut plot, "securityhub.amazonaws.com");
        organization::sow(&mut plot);
    }
    let signing_key = add_signing_key(&mut plot.world, made);
    plot.truth.sort();
    Population {
        world: plot.world,
        truth: plot.truth,
        signing_key,
    }
}

/// Gives the archive the key of the organization trail, and the management account what delivers, and is delivered to.
fn hand_out(plot: &mut Plot, management: &str, made: Timestamp) {
    let home = REGIONS[0].0;
    let mut key = Key::new(&plot.random.uuid(), home, made);
    key.readers = KeyReaders::Organization;
    key.aliases.push("alias/organization-trail".to_owned());
    let mut log_group = LogGroup::new("aws-cloudtrail-logs-organization", home, made);
    log_group.retention_days = Some(400);
    log_group.deletion_protected = true;
    log_group.kms_key_id = Some(key.arn(&plot.archive));
    let mut trail = plot.organization_trail.clone();
    trail.kms_key_id = Some(key.arn(&plot.archive));
    trail.log_group_arn = Some(format!("{}:*", log_group.arn(management)));
    trail.log_group_role_arn = Some(format!("arn:aws:iam::{management}:role/CloudTrail_CloudWatchLogs_Role"));
    let store = event_stores::of_organization(plot, management, &key.arn(&plot.archive));
    if let Some(archive) = plot.world.accounts.get_mut(&plot.archive) {
        archive.keys.push(key);
    }
    if let Some(owner) = plot.world.accounts.get_mut(management) {
        owner.log_groups.push(log_group);
        owner.trails.push(trail);
        owner.event_data_stores.push(store);
    }
}

/// Its id is no draw of the population's chance, which stays as it was.
fn add_signing_key(world: &mut World, made: Timestamp) -> String {
    let management = world.management_account().to_owned();
    let id = uuid(&digest(&["signing key", &world.token_secret]));
    let mut key = Key::signing(&id, REGIONS[0].0, KeySpec::EccNistP256, made);
    key.aliases.push("alias/trailaudit-signing".to_owned());
    let arn = key.arn(&management);
    if let Some(account) = world.accounts.get_mut(&management) {
        account.keys.push(key);
    }
    arn
}

/// An account in which the organization trail does its work and nothing else is.
fn plain_member(plot: &mut Plot, index: usize) -> Account {
    let mut id = plot.random.digits(12);
    if index == 1 {
        // A leading zero is legal, and lost wherever somebody takes an account id for a number.
        id.replace_range(..1, "0");
    }
    while plot.world.accounts.contains_key(&id) {
        id = plot.random.digits(12);
    }
    let joined = i64::try_from(30 + plot.random.below(1_500)).unwrap_or(30);
    let mut account = Account::new(&id, &name(index), long_before(plot.as_of, joined));
    let environment = ["Production", "Development", "Sandbox"][index % 3];
    account.parent = plot.unit(environment);
    account.invited = plot.random.below(8) == 0;
    account
        .tags
        .insert("environment".to_owned(), environment.to_lowercase());
    let mut role = Role::trusting(ROLE, plot.world.management_account());
    // Rolled out so that sessions can be told apart in the members' own trails.
    role.trust.source_identity = true;
    role.trust.session_tags = true;
    account.with_role(role)
}

fn long_before(time: Timestamp, days: i64) -> Timestamp {
    crate::world::before(time, SignedDuration::from_hours(24 * days))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::truth::rules::{
        ADMINISTRATORS_APPROVED, DESIGNATED, SERVICE_TRUSTED, TAMPERING_DENIED, of_accounts, of_regions,
    };

    fn settings(accounts: usize, regions: usize) -> Settings {
        Settings {
            accounts,
            regions,
            seed: 7,
            as_of: "2026-11-20T00:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn equal_settings_make_equal_populations() {
        let (one, same) = (populate(&settings(40, 17)), populate(&settings(40, 17)));
        assert_eq!(format!("{one:?}"), format!("{same:?}"));
        let other = populate(&Settings {
            seed: 8,
            ..settings(40, 17)
        });
        assert_ne!(one.truth, other.truth);
    }

    #[test]
    fn the_demo_has_room_for_every_plant() {
        let population = populate(&settings(25, 17));
        let trails: Vec<_> = population
            .world
            .accounts
            .values()
            .flat_map(|account| &account.trails)
            .collect();
        // Four more: the organization trail, and the trails of three accounts without a copy of it; two flaws that are none
        // are left to chance.
        assert_eq!(trails.len(), 4 + trail_flaws().count() - 2);
        // Every rule but those that are about the Organization alone, or hang on a baseline.
        let of_all = of_regions().chain(of_accounts()).chain([TAMPERING_DENIED]);
        for rule in of_all.filter(|rule| *rule != DESIGNATED) {
            let mut defects = population.truth.defects.iter();
            assert!(
                defects.any(|defect| defect.rule == rule && defect.verdict == "fail"),
                "{rule}"
            );
        }
        let states = [
            "account-suspended",
            "account-closed",
            "account-pending",
            "role-unavailable",
        ];
        for status in states.into_iter().chain(["denied", "region-disabled"]) {
            assert!(
                population.truth.cells.iter().any(|cell| cell.status == status),
                "{status}"
            );
        }
    }

    #[test]
    fn every_size_keeps_the_quota_and_names_only_what_exists() {
        for (accounts, regions) in [
            (1, 1),
            (2, 1),
            (3, 1),
            (25, 1),
            (25, 2),
            (25, 3),
            (9, 4),
            (400, 17),
            (25, 34),
        ] {
            let Population { world, truth, .. } = populate(&settings(accounts, regions));
            assert_eq!((world.accounts.len(), world.regions.len()), (accounts, regions));
            for account in world.accounts.values() {
                for region in &world.regions {
                    let own = account
                        .trails
                        .iter()
                        .filter(|trail| trail.records_in(&region.name))
                        .count();
                    assert!(
                        own <= 4 || account.id == world.management_account(),
                        "{} trails",
                        own + 1
                    );
                }
            }
            for defect in &truth.defects {
                let account = &world.accounts[&defect.account_id];
                assert!(
                    defect.resource_id.is_empty() || names(&world, account, &defect.resource_id),
                    "{defect:?}"
                );
            }
        }
        assert!(populate(&settings(1, 1)).truth.defects.is_empty());
    }

    /// Whether the account has it, or its own trails name it.
    fn names(world: &World, account: &Account, id: &str) -> bool {
        let of_trail = |trail: &Trail| {
            let bucket = format!("arn:aws:s3:::{}", trail.bucket);
            let group = trail.log_group_arn.as_deref().unwrap_or_default();
            let named = [&*trail.arn(&account.id), &bucket, group.trim_end_matches(":*")];
            named.contains(&id) || trail.kms_key_id.as_deref() == Some(id)
        };
        account.trails.iter().any(of_trail)
            || account.alarms.iter().any(|alarm| alarm.arn(&account.id) == id)
            || account
                .event_data_stores
                .iter()
                .any(|store| store.arn(&account.id) == id)
            || account.copy_status.contains_key(id)
            || world.organization.id == id
    }

    /// One Organization has one thing wrong with itself, another has another, and some have nothing.
    #[test]
    fn the_seed_says_what_is_wrong_with_the_organization() {
        let of = |seed| {
            let truth = populate(&Settings { seed, ..settings(2, 1) }).truth;
            let id = truth.organization_id;
            let about = truth.defects.into_iter().filter(|defect| defect.resource_id == id);
            about.map(|defect| defect.rule).collect::<Vec<_>>()
        };
        assert_eq!(of(7), [ADMINISTRATORS_APPROVED]);
        let found: BTreeSet<_> = (0..20).map(of).collect();
        let expected = [vec![], vec![ADMINISTRATORS_APPROVED], vec![SERVICE_TRUSTED]];
        assert_eq!(found, expected.into());
    }

    #[test]
    fn no_trail_names_the_signing_key() {
        let population = populate(&settings(25, 17));
        let id = population.signing_key.rsplit('/').next().unwrap();
        let mut trails = population.world.accounts.values().flat_map(|account| &account.trails);
        assert!(trails.all(|trail| trail.kms_key_id.as_ref().is_none_or(|key| !key.contains(id))));
        assert!(!format!("{:?}", population.truth).contains(id));
    }

    #[test]
    fn one_more_account_changes_nothing_before_it() {
        let (fewer, more) = (populate(&settings(12, 17)), populate(&settings(13, 17)));
        assert!(
            fewer
                .world
                .accounts
                .keys()
                .all(|id| more.world.accounts.contains_key(id))
        );
        assert!(
            fewer
                .truth
                .defects
                .iter()
                .all(|defect| more.truth.defects.contains(defect))
        );
    }
}
