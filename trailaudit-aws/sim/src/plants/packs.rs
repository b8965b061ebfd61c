//! Several flawed trails in one account. AWS allows five trails a Region, and the organization trail is one of them.

use super::own_trail::{Flaw, sow_flawed_trail_at};
use super::{Plot, buckets, deliveries, key_policies, keys, log_groups, recordings, roles};
use crate::world::Account;

/// So many trails of a pack are at home in its first Region, and the first of them is seen in all others; the rest are
/// at home in its second Region, if there is one.
const AT_HOME: usize = 4;

/// One account each. The trails beside `log_groups::DENIED` are judged before anybody describes their log groups, and
/// the two managed aliases stay apart from `keys::MANAGED_KEY`, whose account has the key they would create.
const PACKS: [&[Flaw]; 9] = [
    &[
        keys::NO_KEY,
        keys::PENDING_DELETION,
        log_groups::ONLY_PREFIX,
        deliveries::STOPPED,
        buckets::PUBLIC,
        recordings::NOT_VALIDATED,
        buckets::GONE,
    ],
    &[
        deliveries::REFUSED,
        deliveries::BEHIND,
        keys::DENIED,
        log_groups::DELETED,
        key_policies::OPEN,
        roles::GONE,
        buckets::NEGLECTED,
    ],
    &[
        deliveries::STATUS_DENIED,
        keys::MANAGED_ALIAS,
        keys::DISABLED,
        keys::GONE,
        recordings::WITHOUT_KMS,
        log_groups::OPEN,
        buckets::SHORT_LIVED,
    ],
    &[
        log_groups::ABSENT,
        log_groups::NO_ROLE,
        log_groups::OTHER_ACCOUNT,
        log_groups::DENIED,
        keys::UNROTATED,
        recordings::WITHOUT_INSIGHTS,
        log_groups::SILENT,
    ],
    &[
        keys::MANAGED_KEY,
        keys::EXTERNAL,
        keys::ALIAS,
        deliveries::ERROR,
        key_policies::UNCONFINED,
        buckets::FOREIGN,
        recordings::UNTAGGED,
    ],
    &[
        deliveries::ALL_OLD,
        deliveries::NEVER,
        deliveries::NOT_YET,
        deliveries::ALL_OLD_UNVALIDATED,
        deliveries::QUIET,
        buckets::DENIED,
        deliveries::DIGESTS_STOPPED,
    ],
    &[
        keys::PENDING_IMPORT,
        keys::UNAVAILABLE,
        keys::MULTI_REGION,
        log_groups::OTHER_REGION,
        keys::ELSEWHERE,
        keys::IMPORTED,
        roles::UNTRUSTING,
    ],
    &[
        keys::CREATING,
        keys::UPDATING,
        keys::PENDING_REPLICA_DELETION,
        keys::MANAGED_ALIAS_ARN,
        key_policies::UNSERVING,
        buckets::TIERED,
        roles::POWERLESS,
    ],
    &[
        log_groups::SHORT_RETENTION,
        log_groups::WITHOUT_KEY,
        log_groups::UNPROTECTED,
        log_groups::KEY_DISABLED,
        deliveries::NOTIFICATION_ERROR,
        deliveries::NOTIFYING,
        buckets::IN_ARCHIVE,
    ],
];

pub(super) fn sow<const INDEX: usize>(plot: &mut Plot, account: &mut Account) {
    let flaws = PACKS[INDEX].iter().enumerate();
    for (position, flaw) in flaws.filter(|(_, flaw)| flaw.possible(plot)).collect::<Vec<_>>() {
        let turn = 2 * INDEX;
        let (home, second) = (plot.usual_region(turn), plot.usual_region(turn + 1));
        if position < AT_HOME {
            sow_flawed_trail_at(plot, account, *flaw, &home, position == 0);
        } else if second != home {
            sow_flawed_trail_at(plot, account, *flaw, &second, false);
        }
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
