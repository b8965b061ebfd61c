//! What a call makes of the world.

use super::{Key, LogGroup, Role, Trail, World};

/// Something of an account as it is from now on, in the place of what had its name.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub account: String,
    pub thing: Thing,
}

/// What changes.
#[derive(Clone, Debug)]
pub(crate) enum Thing {
    Trail(Trail),
    Key(Key),
    LogGroup(LogGroup),
    Role(Role),
}

impl World {
    pub(crate) fn apply(&mut self, change: Change) {
        let Some(account) = self.accounts.get_mut(&change.account) else {
            return;
        };
        match change.thing {
            Thing::Trail(trail) => put(&mut account.trails, trail, |one| (&one.name, &one.home_region)),
            Thing::Key(key) => put(&mut account.keys, key, |one| (&one.id, &one.region)),
            Thing::LogGroup(group) => put(&mut account.log_groups, group, |one| (&one.name, &one.region)),
            Thing::Role(role) => _ = account.roles.insert(role.name.clone(), role),
        }
    }
}

fn put<T>(things: &mut Vec<T>, thing: T, name: impl Fn(&T) -> (&String, &String)) {
    match things.iter_mut().find(|known| name(known) == name(&thing)) {
        Some(known) => *known = thing,
        None => things.push(thing),
    }
}
