//! Account Management: which Regions an account has switched on.

use trailaudit_core::evidence::Exchange;

use super::{Call, by_member, client};
use crate::record::Asking;

pub(super) const LIST_REGIONS: Call = by_member("account", "ListRegions", &["account:ListRegions"], &[]);

/// The most Regions one page may have (botocore, `ListRegions`).
const PAGE: i32 = 50;

/// `AccountId` is left out on purpose: with the account's own credentials no trusted access is needed.
pub(super) async fn list_regions(asking: Asking<'_>, next: Option<String>) -> Exchange {
    let request = || {
        client!(aws_sdk_account, asking)
            .list_regions()
            .max_results(PAGE)
            .set_next_token(next.clone())
    };
    asking
        .json(&LIST_REGIONS, |tape| request().customize().interceptor(tape).send())
        .await
}
