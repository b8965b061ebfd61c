//! What every population stands on: its Regions, its tree, and the names of its accounts.

use std::collections::BTreeMap;

use crate::random::Random;
use crate::world::{Organization, OrganizationalUnit, REGIONS};

/// An account's name.
pub(super) fn name(index: usize) -> String {
    const TEAMS: [&str; 12] = [
        "payments",
        "ledger",
        "claims",
        "pricing",
        "search",
        "identity",
        "mobile",
        "web",
        "data-lake",
        "reporting",
        "lab-results",
        "batch-records",
    ];
    match index {
        // Names are free text: whoever writes them into CSV or HTML has to be ready for this one.
        3 => "Research, \"R&D\" <lab>".to_owned(),
        index => format!("{}-{index}", TEAMS[index % TEAMS.len()]),
    }
}

/// The Organization with its organizational units.
pub(super) fn tree(random: &mut Random, id: &str, root: &str, management: &str) -> Organization {
    let mut organization = Organization::new(id, management);
    root.clone_into(&mut organization.root_id);
    let short = root.trim_start_matches("r-").to_owned();
    for (name, parent) in [
        ("Security", None),
        ("Workloads", None),
        ("Production", Some("Workloads")),
        ("Development", Some("Workloads")),
        ("Sandbox", Some("Development")),
    ] {
        let found = organization
            .units
            .iter()
            .find(|unit| Some(unit.name.as_str()) == parent);
        let parent = found.map_or_else(|| root.to_owned(), |unit| unit.id.clone());
        let id = format!("ou-{short}-{}", random.lower(8));
        let tags = BTreeMap::from([("cost-center".to_owned(), name.to_lowercase())]);
        organization.units.push(OrganizationalUnit {
            id,
            name: name.to_owned(),
            parent,
            tags,
        });
    }
    organization
}

/// The names of so many Regions: default ones first, then one or two (or as many as it takes) opt-in ones.
pub(super) fn regions(count: usize) -> Vec<&'static str> {
    let count = count.clamp(1, REGIONS.len());
    let (opt_in, usual): (Vec<_>, Vec<_>) = REGIONS.iter().partition(|(_, opt_in)| *opt_in);
    let last = match count {
        0..4 => 0,
        4..12 => 1,
        _ => 2.max(count.saturating_sub(usual.len())),
    };
    let chosen = usual.iter().take(count - last).chain(opt_in.iter().take(last));
    chosen.map(|(name, _)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Region;

    #[test]
    fn the_number_of_opt_in_regions_follows_the_number_of_regions() {
        for (count, expected) in [
            (1, 0),
            (3, 0),
            (4, 1),
            (11, 1),
            (12, 2),
            (17, 2),
            (19, 2),
            (20, 3),
            (34, 17),
        ] {
            let names = regions(count);
            let opt_in = names.iter().filter(|name| Region::named(name).opt_in).count();
            assert_eq!((names.len(), opt_in, names[0]), (count, expected, "us-east-1"));
        }
    }
}
