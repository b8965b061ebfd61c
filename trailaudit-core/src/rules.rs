//! Every rule, in report order.

mod account_has_logging_trail;
mod every_region_covered;
#[cfg(test)]
mod table;
mod trail_delivers_to_log_group;
mod trail_encrypted_with_customer_key;
mod trail_logging;

use crate::rule::Rule;

/// Every rule, in report order.
pub const CATALOGUE: &[&Rule] = &[
    &trail_encrypted_with_customer_key::RULE,
    &trail_delivers_to_log_group::RULE,
    &trail_logging::RULE,
    &account_has_logging_trail::RULE,
    &every_region_covered::RULE,
];

/// The rule with this id.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    CATALOGUE.iter().copied().find(|rule| rule.id == id)
}
