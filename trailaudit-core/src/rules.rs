//! Every rule, in report order.

mod account_belongs_to_organization;
mod account_has_logging_trail;
mod customer_key;
mod delegated_administrators_approved;
mod delivery_notification_current;
mod every_region_covered;
mod exceptions_in_force;
mod global_service_events_recorded;
mod log_file_validation_enabled;
mod log_group_deletion_protected;
mod log_group_encrypted_with_customer_key;
mod log_group_retention_sufficient;
mod management_events_recorded;
mod multi_region_trail_exists;
mod no_management_event_source_excluded;
mod object_events;
mod object_read_events_recorded;
mod object_write_events_recorded;
mod one_trail;
mod organization_all_features_enabled;
mod organization_trail_logging;
mod region_has_logging_trail;
mod security_trail_complete;
#[cfg(test)]
mod table;
mod trail_delivers_to_log_group;
mod trail_encrypted_with_customer_key;
mod trail_logging;
mod trail_uses_designated_destinations;

use crate::baseline::Baseline;
use crate::rule::Rule;

/// Every rule, in report order: those without which nothing else means anything, then trails, log groups, accounts with
/// their Regions, and the organization.
pub const CATALOGUE: &[&Rule] = &[
    &trail_encrypted_with_customer_key::RULE,
    &trail_delivers_to_log_group::RULE,
    &trail_logging::RULE,
    &account_has_logging_trail::RULE,
    &every_region_covered::RULE,
    &log_file_validation_enabled::RULE,
    &no_management_event_source_excluded::RULE,
    &delivery_notification_current::RULE,
    &trail_uses_designated_destinations::RULE,
    &log_group_retention_sufficient::RULE,
    &log_group_encrypted_with_customer_key::RULE,
    &log_group_deletion_protected::RULE,
    &security_trail_complete::RULE,
    &multi_region_trail_exists::RULE,
    &region_has_logging_trail::RULE,
    &management_events_recorded::RULE,
    &global_service_events_recorded::RULE,
    &object_write_events_recorded::RULE,
    &object_read_events_recorded::RULE,
    &account_belongs_to_organization::RULE,
    &organization_trail_logging::RULE,
    &organization_all_features_enabled::RULE,
    &delegated_administrators_approved::RULE,
];

/// How many rules at the head of the catalogue stay whatever framework is chosen.
const ALWAYS: usize = 5;

/// What is asked of the exceptions of a baseline that has any, after everything else.
pub const EXCEPTIONS: &Rule = &exceptions_in_force::RULE;

/// The rules to ask with a baseline: [`EXCEPTIONS`] comes last where there are any.
#[must_use]
pub fn asked(rules: &[&'static Rule], baseline: &Baseline) -> Vec<&'static Rule> {
    let rules = rules.iter().copied().filter(|rule| rule.id != EXCEPTIONS.id);
    let exceptions = (!baseline.exceptions.is_empty()).then_some(EXCEPTIONS);
    rules.chain(exceptions).collect()
}

/// The rule with this id: one of the catalogue, or [`EXCEPTIONS`].
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    let mut every = CATALOGUE.iter().copied().chain([EXCEPTIONS]);
    every.find(|rule| rule.id == id)
}

/// Whether a rule is asked whatever framework is chosen: without these five, nothing else means anything.
#[must_use]
pub fn is_always_asked(rule: &Rule) -> bool {
    CATALOGUE.iter().take(ALWAYS).any(|always| always.id == rule.id)
}
