//! When something is encrypted under a key of one's own: what log files and log groups are both asked.

use crate::key::{Key, KeyManager, KeyState};
use crate::observed::Gap;
use crate::organization::KeyId;
use crate::require;
use crate::rule::{Exam, Ruling, fail, inconclusive, pass};

/// What is said of a key that is not the customer's own: its policy and its rotation are the provider's.
pub(super) const PROVIDERS_OWN: &str =
    "the key is managed by the provider: trail-encrypted-with-customer-key fails for its trails";

/// Whether a key is the customer's own, so that there is something to judge of it.
pub(super) fn is_customers_own(key: &dyn Key, exam: &Exam<'_>) -> Result<bool, Gap> {
    Ok(exam.read(key.manager())? == KeyManager::Customer)
}

/// Passes when the key `id` is the customer's own and can be used.
pub(super) fn under_customer_key(id: &KeyId, exam: &Exam<'_>) -> Ruling {
    let Some(key) = exam.key(id)? else {
        return fail(format!("the key {id} does not exist any more"));
    };
    require!(
        exam.read(key.manager())? == KeyManager::Customer,
        "the key {id} is managed by the provider, not by the customer"
    );
    match exam.read(key.state())? {
        KeyState::Enabled => pass(format!(
            "encrypted with the customer managed key {id}, which is enabled"
        )),
        KeyState::Changing(state) => inconclusive(format!("the key {id} was {state} each time it was read")),
        KeyState::Unusable { state, deletion: None } => fail(format!("the key {id} cannot be used: {state}")),
        KeyState::Unusable {
            state,
            deletion: Some(date),
        } => fail(format!(
            "the key {id} cannot be used: {state}, to be deleted at {date:.0}"
        )),
    }
}
