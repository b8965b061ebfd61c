//! What keeps the accounts of an Organization from its trails.

use serde_json::json;

use crate::digest::{digest, hex};
use crate::world::{Organization, ServiceControlPolicy};

/// A policy at the root that lets nobody in a member account stop, change or delete a trail.
pub(super) fn policy(organization: &Organization) -> ServiceControlPolicy {
    let actions = [
        "cloudtrail:DeleteTrail",
        "cloudtrail:PutEventSelectors",
        "cloudtrail:PutInsightSelectors",
        "cloudtrail:StopLogging",
        "cloudtrail:UpdateTrail",
    ];
    let statement = json!({"Sid": "KeepTrails", "Effect": "Deny", "Action": actions, "Resource": "*"});
    let document = json!({"Version": "2012-10-17", "Statement": [statement]});
    let id = format!("p-{}", &hex(&digest(&["trail policy", &organization.id]))[..10]);
    let mut policy = ServiceControlPolicy::new(&id, "keep-trails", &document.to_string(), &organization.root_id);
    "Nobody in a member account stops, changes or deletes a trail.".clone_into(&mut policy.description);
    policy
}
