//! KMS: whether the material of a key changes by itself, and what its policy says.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Found, find, hidden, key_id, named, not_found};
use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::services::times::EpochSeconds;
use crate::wire::json_body;
use crate::world::{Account, Key, KeySpec};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Input {
    key_id: Option<String>,
    policy_name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Status<'a> {
    key_id: &'a str,
    key_rotation_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation_period_in_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_rotation_date: Option<EpochSeconds>,
}

/// Other accounts are answered as the key policy says; a replica tells what its primary key does.
pub(super) fn get_key_rotation_status(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    let Found { account, key, arn } = key_itself(request, entry, "kms:GetKeyRotationStatus", input.key_id)?;
    if key.spec != KeySpec::SymmetricDefault || matches!(key.origin, "AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE") {
        return Err(Refusal::client("UnsupportedOperationException", String::new()));
    }
    if key.state == "Creating" {
        return Err(Refusal::client(
            "KMSInvalidStateException",
            format!("{arn} is creating."),
        ));
    }
    let period = primary(account, key).rotation_days.filter(|_| key.manager != "AWS");
    let period = if key.manager == "AWS" { Some(365) } else { period };
    // Imported material never changes by itself, nor does that of a key about to go.
    let period = period.filter(|_| key.origin == "AWS_KMS" && key.state != "PendingDeletion");
    let next = period.and_then(|days| next_rotation(key.created, days, request.call.now));
    Ok(json_body(&Status {
        key_id: &key.id,
        key_rotation_enabled: period.is_some(),
        rotation_period_in_days: period,
        next_rotation_date: next.map(EpochSeconds),
    }))
}

/// Only the owner is told.
pub(super) fn get_key_policy(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    let action = "kms:GetKeyPolicy";
    let name = input.policy_name.as_deref().unwrap_or("default");
    let Found { account, key, arn } = key_itself(request, entry, action, input.key_id)?;
    if account.id != request.account_id() {
        return Err(hidden(request, action, &arn));
    }
    if name != "default" {
        return Err(Refusal::client("NotFoundException", "No such policy exists"));
    }
    let policy = key.policy_text(&account.id, &request.world.organization);
    Ok(json_body(&json!({"Policy": policy, "PolicyName": name})))
}

/// A key by its id or ARN: these operations know no aliases.
fn key_itself<'a>(
    request: &'a Request<'_>,
    entry: &mut Entry,
    action: &str,
    asked: Option<String>,
) -> Result<Found<'a>, Refusal> {
    let asked = key_id(asked)?;
    if asked.starts_with("alias/") || asked.contains(":alias/") {
        entry.target.clone_from(&asked);
        return Err(Refusal::client("NotFoundException", format!("Invalid keyId {asked}")));
    }
    if let Some(found) = find(request, entry, action, &asked)? {
        return Ok(found);
    }
    let (owner, name) = named(request, &asked)?;
    Err(not_found(request, owner, name))
}

/// The key itself, unless it is a replica of one in another Region.
fn primary<'a>(account: &'a Account, key: &'a Key) -> &'a Key {
    let primary = key.replica_of.as_ref().and_then(|region| {
        let mut keys = account.keys.iter();
        keys.find(|known| known.id == key.id && known.region == *region)
    });
    primary.unwrap_or(key)
}

/// Every so many days after it was made.
fn next_rotation(created: Timestamp, days: u32, now: Timestamp) -> Option<Timestamp> {
    let period = i64::from(days) * 24 * 3_600;
    let passed = now.as_second().saturating_sub(created.as_second()).max(0) / period.max(1);
    created
        .checked_add(SignedDuration::from_secs((passed + 1) * period))
        .ok()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::rehearsal::{Caller, MEMBER, now, world};
    use crate::world::{KeyReaders, World};

    fn world_with(keys: impl IntoIterator<Item = Key>) -> World {
        let mut world = world();
        world.accounts.get_mut(MEMBER).unwrap().keys.extend(keys);
        world
    }

    fn key(change: impl FnOnce(&mut Key)) -> Key {
        let mut key = Key::new("a-key", "us-east-1", "2026-01-01T00:00:00Z".parse().unwrap());
        key.rotation_days = Some(100);
        change(&mut key);
        key
    }

    fn ask(caller: &Caller<'_>, operation: &str, key: &str) -> Value {
        caller.ask("kms", operation, &json!({"KeyId": key})).1
    }

    fn rotation(change: impl FnOnce(&mut Key)) -> Value {
        let world = world_with([key(change)]);
        let answer = ask(&Caller::member(&world), "GetKeyRotationStatus", "a-key");
        answer.get("__type").unwrap_or(&answer["KeyRotationEnabled"]).clone()
    }

    #[test]
    fn rotation_tells_its_period_and_its_next_date() {
        let world = world_with([key(|_| ())]);
        let next: Timestamp = "2027-02-05T00:00:00Z".parse().unwrap();
        assert_eq!(
            ask(&Caller::member(&world), "GetKeyRotationStatus", "a-key"),
            json!({
                "KeyId": "a-key",
                "KeyRotationEnabled": true,
                "RotationPeriodInDays": 100,
                "NextRotationDate": EpochSeconds(next),
            }),
            "four times a hundred days after it was made"
        );
    }

    #[test]
    fn what_cannot_rotate_says_no_or_is_refused() {
        assert_eq!(rotation(|key| key.rotation_days = None), false);
        assert_eq!(rotation(|key| key.state = "Disabled"), true);
        assert_eq!(rotation(|key| key.state = "PendingDeletion"), false);
        assert_eq!(rotation(|key| key.origin = "EXTERNAL"), false);
        assert_eq!(rotation(|key| (key.manager, key.rotation_days) = ("AWS", None)), true);
        assert_eq!(rotation(|key| key.state = "Creating"), "KMSInvalidStateException");
        assert_eq!(
            rotation(|key| key.spec = KeySpec::Rsa2048),
            "UnsupportedOperationException"
        );
        assert_eq!(
            rotation(|key| key.origin = "AWS_CLOUDHSM"),
            "UnsupportedOperationException"
        );
    }

    #[test]
    fn a_replica_tells_what_its_primary_does() {
        let primary = key(|key| "mrk-a".clone_into(&mut key.id));
        let replica = primary.replica("eu-west-1", now());
        assert_eq!(replica.rotation_days, None);
        let world = world_with([primary, replica]);
        let member = Caller::member(&world).within("eu-west-1");
        assert_eq!(
            ask(&member, "GetKeyRotationStatus", "mrk-a")["RotationPeriodInDays"],
            100
        );
        let configuration = &ask(&member, "DescribeKey", "mrk-a")["KeyMetadata"]["MultiRegionConfiguration"];
        assert_eq!(configuration["MultiRegionKeyType"], "REPLICA");
        assert_eq!(configuration["PrimaryKey"]["Region"], "us-east-1");
        assert_eq!(configuration["ReplicaKeys"][0]["Region"], "eu-west-1");
    }

    #[test]
    fn rotation_is_told_across_accounts_the_policy_is_not() {
        let world = world_with([key(|key| key.readers = KeyReaders::Organization)]);
        let arn = format!("arn:aws:kms:us-east-1:{MEMBER}:key/a-key");
        let (member, auditor) = (Caller::member(&world), Caller::auditor(&world));
        assert_eq!(ask(&auditor, "GetKeyRotationStatus", &arn)["KeyRotationEnabled"], true);
        assert_eq!(ask(&auditor, "GetKeyPolicy", &arn)["__type"], "AccessDeniedException");
        assert_eq!(ask(&member, "GetKeyPolicy", &arn)["PolicyName"], "default");
        let other = json!({"KeyId": arn, "PolicyName": "other"});
        assert_eq!(
            member.ask("kms", "GetKeyPolicy", &other).1["__type"],
            "NotFoundException"
        );
        assert_eq!(ask(&member, "GetKeyPolicy", "b-key")["__type"], "NotFoundException");
        assert_eq!(
            ask(&member, "GetKeyPolicy", "alias/logs")["__type"],
            "NotFoundException"
        );
    }

    #[test]
    fn the_policy_of_a_key_that_nobody_may_read_is_not_read_either() {
        let world = world_with([key(|key| key.readers = KeyReaders::Nobody)]);
        assert_eq!(
            ask(&Caller::member(&world), "GetKeyPolicy", "a-key")["__type"],
            "AccessDeniedException"
        );
    }
}
