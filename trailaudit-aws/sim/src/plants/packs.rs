//! Several flawed trails in one account. AWS allows five trails a Region, and the organization trail is one of them.

use super::own_trail::{Flaw, sow_flawed_trail_at};
use super::{Plot, deliveries, keys, log_groups, recordings};
use crate::world::Account;

/// One account each. The trails beside `log_groups::DENIED` are judged before anybody describes their log groups, and
/// the two managed aliases stay apart from `keys::MANAGED_KEY`, whose account has the key they would create.
const PACKS: [&[Flaw]; 10] = [
    &[
        keys::NO_KEY,
        keys::PENDING_DELETION,
        log_groups::ONLY_PREFIX,
        deliveries::STOPPED,
    ],
    &[log_groups::DELETED, deliveries::BEHIND, keys::DENIED, deliveries::QUIET],
    &[
        keys::MANAGED_ALIAS,
        keys::DISABLED,
        keys::GONE,
        deliveries::STATUS_DENIED,
    ],
    &[
        log_groups::ABSENT,
        log_groups::NO_ROLE,
        log_groups::OTHER_ACCOUNT,
        log_groups::DENIED,
    ],
    &[keys::MANAGED_KEY, keys::EXTERNAL, keys::ALIAS, deliveries::ERROR],
    &[
        deliveries::NEVER,
        deliveries::NOT_YET,
        deliveries::ALL_OLD,
        deliveries::ALL_OLD_UNVALIDATED,
    ],
    &[
        keys::PENDING_IMPORT,
        keys::UNAVAILABLE,
        keys::MULTI_REGION,
        log_groups::OTHER_REGION,
    ],
    &[
        keys::CREATING,
        keys::UPDATING,
        keys::PENDING_REPLICA_DELETION,
        keys::MANAGED_ALIAS_ARN,
    ],
    &[
        log_groups::SHORT_RETENTION,
        log_groups::WITHOUT_KEY,
        log_groups::UNPROTECTED,
        recordings::NOT_VALIDATED,
    ],
    &[
        recordings::WITHOUT_KMS,
        deliveries::NOTIFICATION_ERROR,
        deliveries::NOTIFYING,
        log_groups::KEY_DISABLED,
    ],
];

pub(super) fn sow<const INDEX: usize>(plot: &mut Plot, account: &mut Account) {
    let region = plot.usual_region(2 * INDEX);
    let flaws: Vec<Flaw> = PACKS[INDEX]
        .iter()
        .copied()
        .filter(|flaw| flaw.possible(plot))
        .collect();
    for (position, flaw) in flaws.into_iter().enumerate() {
        // Every second trail is seen again as a shadow trail in all other Regions.
        sow_flawed_trail_at(plot, account, flaw, &region, position % 2 == 0);
    }
}

/// Every flaw, for accounts that get one by chance.
pub(crate) fn trail_flaws() -> impl Iterator<Item = Flaw> {
    PACKS
        .iter()
        .copied()
        .flatten()
        .copied()
        .chain([log_groups::BESIDE_LONGER, log_groups::A_YEAR])
}
