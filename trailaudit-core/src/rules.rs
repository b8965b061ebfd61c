//! Every rule, in report order.

mod account_belongs_to_organization;
mod account_has_logging_trail;
mod alarm_actions_enabled;
mod alarms;
mod customer_key;
mod delegated_administrators_approved;
mod delivery_notification_current;
mod digest_delivery_current;
mod event_data_store_complete;
mod event_data_store_encrypted_with_customer_key;
mod every_region_covered;
mod exceptions_in_force;
mod freshness;
mod global_service_events_recorded;
mod insight_events_recorded;
mod log_bucket_access_logged;
mod log_bucket_lifecycle_keeps_logs;
mod log_bucket_mfa_delete_enabled;
mod log_bucket_not_public;
mod log_bucket_object_locked;
mod log_bucket_owned_by_organization;
mod log_file_delivery_current;
mod log_file_validation_enabled;
mod log_group_deletion_protected;
mod log_group_delivery_current;
mod log_group_encrypted_with_customer_key;
mod log_group_not_public;
mod log_group_receives_trail_streams;
mod log_group_retention_sufficient;
mod log_group_role_can_deliver;
mod management_events_recorded;
mod multi_region_trail_exists;
mod no_management_event_source_excluded;
mod object_events;
mod object_read_events_recorded;
mod object_write_events_recorded;
mod one_trail;
mod opinions;
mod organization_all_features_enabled;
mod organization_trail_logging;
mod region_has_logging_trail;
mod security_trail_complete;
#[cfg(test)]
mod table;
mod text;
mod trail_delivers_to_log_group;
mod trail_encrypted_with_customer_key;
mod trail_key_policy_allows_delivery_and_reading;
mod trail_key_policy_confined_to_trail;
mod trail_key_policy_not_public;
mod trail_key_rotation_enabled;
mod trail_key_usable;
mod trail_logging;
mod trail_service_trusted_by_organization;
mod trail_tagged;
mod trail_tampering_denied_by_policy;
mod trail_uses_designated_destinations;

use crate::baseline::Baseline;
use crate::rule::Rule;

/// Every rule, in report order: those without which nothing else means anything, then trails and how they deliver, their
/// keys, log groups and buckets, event stores, accounts with their Regions, alarms, and the organization.
pub const CATALOGUE: &[&Rule] = &[
    &trail_encrypted_with_customer_key::RULE,
    &trail_delivers_to_log_group::RULE,
    &trail_logging::RULE,
    &account_has_logging_trail::RULE,
    &every_region_covered::RULE,
    &log_file_validation_enabled::RULE,
    &no_management_event_source_excluded::RULE,
    &insight_events_recorded::RULE,
    &delivery_notification_current::RULE,
    &trail_uses_designated_destinations::RULE,
    &trail_tagged::RULE,
    &log_bucket_owned_by_organization::RULE,
    &log_file_delivery_current::RULE,
    &digest_delivery_current::RULE,
    &log_group_delivery_current::RULE,
    &trail_key_usable::RULE,
    &trail_key_rotation_enabled::RULE,
    &trail_key_policy_not_public::RULE,
    &trail_key_policy_confined_to_trail::RULE,
    &trail_key_policy_allows_delivery_and_reading::RULE,
    &log_group_role_can_deliver::RULE,
    &log_group_receives_trail_streams::RULE,
    &log_group_retention_sufficient::RULE,
    &log_group_encrypted_with_customer_key::RULE,
    &log_group_deletion_protected::RULE,
    &log_group_not_public::RULE,
    &log_bucket_not_public::RULE,
    &log_bucket_access_logged::RULE,
    &log_bucket_mfa_delete_enabled::RULE,
    &log_bucket_object_locked::RULE,
    &log_bucket_lifecycle_keeps_logs::RULE,
    &event_data_store_encrypted_with_customer_key::RULE,
    &event_data_store_complete::RULE,
    &security_trail_complete::RULE,
    &multi_region_trail_exists::RULE,
    &region_has_logging_trail::RULE,
    &management_events_recorded::RULE,
    &global_service_events_recorded::RULE,
    &object_write_events_recorded::RULE,
    &object_read_events_recorded::RULE,
    &alarms::UNAUTHORIZED_CALLS,
    &alarms::SIGN_IN_WITHOUT_SECOND_FACTOR,
    &alarms::ROOT_ACCOUNT_USE,
    &alarms::IDENTITY_POLICY_CHANGES,
    &alarms::TRAIL_CHANGES,
    &alarms::FAILED_SIGN_INS,
    &alarms::KEY_DISABLED_OR_DELETED,
    &alarms::BUCKET_POLICY_CHANGES,
    &alarms::RECORDER_CHANGES,
    &alarms::SECURITY_GROUP_CHANGES,
    &alarms::NETWORK_ACL_CHANGES,
    &alarms::GATEWAY_CHANGES,
    &alarms::ROUTE_TABLE_CHANGES,
    &alarms::NETWORK_CHANGES,
    &alarms::ORGANIZATION_CHANGES,
    &alarm_actions_enabled::RULE,
    &account_belongs_to_organization::RULE,
    &organization_trail_logging::RULE,
    &organization_all_features_enabled::RULE,
    &delegated_administrators_approved::RULE,
    &trail_service_trusted_by_organization::RULE,
    &trail_tampering_denied_by_policy::RULE,
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
