//! CloudTrail: a trail is changed, and started.

use serde::Deserialize;
use serde_json::json;

use super::{allows, change};
use crate::arn::Arn;
use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::services::cloudtrail::authorize_trail;
use crate::services::trail_description::Described;
use crate::services::trail_scope::{Seen, find_owned};
use crate::soundness::destinations::{DELIVERING, stream};
use crate::wire::json_body;
use crate::world::{Thing, Trail};

use super::Operation;

pub(in crate::services) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "StartLogging",
        answer: start_logging,
    },
    Operation {
        name: "UpdateTrail",
        answer: update_trail,
    },
];

const SERVICE: &str = "cloudtrail.amazonaws.com";

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Input {
    name: String,
    kms_key_id: Option<String>,
    cloud_watch_logs_log_group_arn: Option<String>,
    cloud_watch_logs_role_arn: Option<String>,
    is_multi_region_trail: Option<bool>,
    include_global_service_events: Option<bool>,
    enable_log_file_validation: Option<bool>,
}

fn update_trail(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    let mut trail = own(request, entry, "cloudtrail:UpdateTrail", &input.name)?;
    if let Some(key) = &input.kms_key_id {
        check_key(request, &trail, key)?;
        trail.kms_key_id = Some(key.clone());
    }
    let on = |wanted: Option<bool>, is: &mut bool| *is = wanted.unwrap_or(*is);
    on(input.is_multi_region_trail, &mut trail.multi_region);
    on(input.include_global_service_events, &mut trail.global_service_events);
    on(input.enable_log_file_validation, &mut trail.log_file_validation);
    if let Some(group) = input.cloud_watch_logs_log_group_arn {
        let role = input.cloud_watch_logs_role_arn.unwrap_or_default();
        check_delivery(request, &group, &role)?;
        trail.log_group_arn = Some(group);
        trail.log_group_role_arn = Some(role);
        deliver(request, &mut trail);
    }
    let seen = Seen {
        trail: &trail,
        owner: request.account_id(),
        shadow: false,
    };
    let answer = json_body(&json!(Described::of(&seen)));
    change(request, Thing::Trail(trail));
    Ok(answer)
}

fn start_logging(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    let mut trail = own(request, entry, "cloudtrail:StartLogging", &input.name)?;
    trail.status.logging = true;
    trail.status.started = Some(request.call.now);
    deliver(request, &mut trail);
    change(request, Thing::Trail(trail));
    Ok(json_body(&json!({})))
}

/// A trail of the caller's account, which is changed in its home Region alone.
fn own(request: &Request<'_>, entry: &mut Entry, action: &str, name: &str) -> Result<Trail, Refusal> {
    authorize_trail(request, entry, action, name)?;
    let trail = find_owned(request, name)?.trail;
    if trail.home_region != request.region {
        return Err(Refusal::client(
            "InvalidHomeRegionException",
            format!(
                "Trail {name} can only be changed in its home Region, {}.",
                trail.home_region
            ),
        ));
    }
    Ok(trail.clone())
}

fn check_key(request: &Request<'_>, trail: &Trail, key: &str) -> Result<(), Refusal> {
    let absent = || Refusal::client("KmsKeyNotFoundException", format!("The KMS key {key} does not exist."));
    let arn = Arn::parse(key).ok_or_else(absent)?;
    let account = request.world.accounts.get(arn.account).ok_or_else(absent)?;
    let found = account.keys.iter().find(|known| known.arn(&account.id) == key);
    let found = found.ok_or_else(absent)?;
    let bucket = request.world.bucket(&trail.bucket);
    if bucket.is_some_and(|(_, bucket)| bucket.region != found.region) {
        let message = "S3 bucket and KMS key must be in the same Region.";
        return Err(Refusal::client("KmsException", message));
    }
    if found.state != "Enabled" {
        let message = format!("The KMS key {key} is {}.", found.state);
        return Err(Refusal::client("KmsException", message));
    }
    let policy = found.policy_text(&account.id, &request.world.organization);
    if allows(&policy, Some(SERVICE), "kms:GenerateDataKey") {
        return Ok(());
    }
    let message = "Insufficient permissions to access S3 bucket or KMS key.";
    Err(Refusal::client("InsufficientEncryptionPolicyException", message))
}

fn check_delivery(request: &Request<'_>, group: &str, role: &str) -> Result<(), Refusal> {
    let account = request.caller.account;
    let mut here = account.log_groups.iter().filter(|known| known.region == request.region);
    if !here.any(|known| format!("{}:*", known.arn(&account.id)) == group) {
        let message = "CloudTrail cannot validate the specified log group ARN.";
        return Err(Refusal::client("InvalidCloudWatchLogsLogGroupArnException", message));
    }
    let refused = |what| {
        let message = format!("Access denied. Check the {what} for your role.");
        Refusal::client("InvalidCloudWatchLogsRoleArnException", message)
    };
    let mut roles = account.roles.values();
    let role = roles.find(|known| known.arn(&account.id) == role);
    let role = role.filter(|role| allows(&role.trust_policy(), Some(SERVICE), "sts:AssumeRole"));
    let role = role.ok_or_else(|| refused("trust relationships"))?;
    let policies = role.policies();
    let may = |action: &&str| policies.values().any(|policy| allows(policy, None, action));
    if DELIVERING.iter().all(may) {
        return Ok(());
    }
    Err(refused("permissions"))
}

/// Something happens at once, and is delivered wherever a trail that logs delivers.
fn deliver(request: &Request<'_>, trail: &mut Trail) {
    trail.regional_status.remove(&trail.home_region);
    let (account, now) = (request.caller.account, request.call.now);
    let status = &mut trail.status;
    if !status.logging {
        return;
    }
    status.latest_delivery = Some(now);
    let mut groups = account.log_groups.iter();
    let group = groups.find(|group| trail.log_group_arn == Some(format!("{}:*", group.arn(&account.id))));
    let Some(mut group) = group.cloned() else {
        return;
    };
    status.latest_log_group_delivery = Some(now);
    status.latest_log_group_delivery_error = None;
    let organization = if trail.organization {
        format!("{}_", request.world.organization.id)
    } else {
        String::new()
    };
    let name = format!("{organization}{}_CloudTrail_{}", account.id, trail.home_region);
    group.streams.retain(|known| known.name != name);
    group.streams.extend(stream(&name, Some(now), now));
    change(request, Thing::LogGroup(group));
}
