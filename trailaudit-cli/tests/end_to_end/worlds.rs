//! Organizations written by hand, sound until a test breaks something.

use jiff::{SignedDuration, Timestamp};
use trailaudit_sim::{
    Account, Denial, DeniedBy, EventSelectors, Key, KeyReaders, LogGroup, OrganizationalUnit, Role, Trail, World,
};

/// Owns the Organization and its trail.
pub const MANAGEMENT: &str = "111111111111";
/// Has the key; the zero in front is lost wherever somebody takes an id for a number.
pub const ARCHIVE: &str = "022222222222";
pub const FIRST: &str = "333333333333";
pub const SECOND: &str = "444444444444";
/// The home Region of the organization trail, unless a test says otherwise.
pub const HOME: &str = "us-east-1";
/// The role AWS makes in every new member account.
pub const ROLE: &str = "OrganizationAccountAccessRole";

const KEY: &str = "0a1b2c3d-0000-4000-8000-000000000001";
const TRAIL: &str = "organization-trail";

/// A management account, a log archive and two members; one multi-Region organization trail, encrypted with the
/// archive's key and delivering to the management account's log group; nothing is wrong.
pub fn sound(regions: &[&str]) -> World {
    sound_at(HOME, regions)
}

/// The same with the trail's home in another Region.
pub fn sound_at(home: &str, regions: &[&str]) -> World {
    let mut world = World::new("o-exampleorg", MANAGEMENT, regions, days_ago(2_000));
    for (id, name) in [(ARCHIVE, "Log archive"), (FIRST, "First"), (SECOND, "Second")] {
        world.add(member(id, name));
    }
    let mut key = Key::new(KEY, home, days_ago(900));
    key.readers = KeyReaders::Organization;
    let mut group = LogGroup::new("organization-trail", home, days_ago(900));
    group.kms_key_id = Some(key.arn(ARCHIVE));
    group.deletion_protected = true;
    let mut trail = Trail::new(TRAIL, home, Timestamp::now());
    trail.multi_region = true;
    trail.organization = true;
    trail.event_selectors = EventSelectors::AdvancedWithObjects;
    trail.kms_key_id = Some(key.arn(ARCHIVE));
    trail.log_group_arn = Some(format!("{}:*", group.arn(MANAGEMENT)));
    trail.log_group_role_arn = Some(format!("arn:aws:iam::{MANAGEMENT}:role/CloudTrail_CloudWatchLogs_Role"));
    account(&mut world, ARCHIVE).keys.push(key);
    let owner = account(&mut world, MANAGEMENT);
    owner.log_groups.push(group);
    owner.trails.push(trail);
    world.make_sound(TRAIL, ARCHIVE, Timestamp::now());
    world
}

/// A member account as Organizations makes it.
pub fn member(id: &str, name: &str) -> Account {
    Account::new(id, name, days_ago(1_000)).with_role(Role::trusting(ROLE, MANAGEMENT))
}

pub fn account<'a>(world: &'a mut World, id: &str) -> &'a mut Account {
    world.accounts.get_mut(id).expect("an account of this world")
}

/// The one trail of [`sound`].
pub fn organization_trail(world: &mut World) -> &mut Trail {
    &mut account(world, MANAGEMENT).trails[0]
}

pub fn trail_arn(home: &str) -> String {
    format!("arn:aws:cloudtrail:{home}:{MANAGEMENT}:trail/{TRAIL}")
}

pub fn key_arn() -> String {
    format!("arn:aws:kms:{HOME}:{ARCHIVE}:key/{KEY}")
}

/// A service control policy that denies `actions` in some Regions, or in all when none is named.
pub fn denial(policy: &str, actions: &[&str], regions: &[&str]) -> Denial {
    let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    Denial {
        by: DeniedBy::ServiceControlPolicy(policy.to_owned()),
        actions: owned(actions),
        regions: owned(regions),
        resources: Vec::new(),
    }
}

/// Two units, one in the other: the archive goes into the inner one, the first member into the outer one.
pub fn with_units(world: &mut World) -> (&'static str, &'static str) {
    let (outer, inner) = ("ou-exam-aaaaaaaa", "ou-exam-bbbbbbbb");
    let root = world.organization.root_id.clone();
    for (id, parent) in [(outer, root.as_str()), (inner, outer)] {
        world.organization.units.push(OrganizationalUnit {
            id: id.to_owned(),
            name: id.to_owned(),
            parent: parent.to_owned(),
            tags: [].into(),
        });
    }
    outer.clone_into(&mut account(world, FIRST).parent);
    inner.clone_into(&mut account(world, ARCHIVE).parent);
    (outer, inner)
}

pub fn days_ago(days: i64) -> Timestamp {
    hours_ago(24 * days)
}

pub fn hours_ago(hours: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(hours)
}
