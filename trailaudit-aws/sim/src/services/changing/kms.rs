//! Key Management Service: a key is made, named, allowed and brought back.

use serde::Deserialize;
use serde_json::json;

use super::{Operation, change};
use crate::call::Entry;
use crate::digest::{digest, uuid};
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::services::kms::Metadata;
use crate::wire::json_body;
use crate::world::{Key, Thing};

pub(in crate::services) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "CancelKeyDeletion",
        answer: cancel_key_deletion,
    },
    Operation {
        name: "CreateAlias",
        answer: create_alias,
    },
    Operation {
        name: "CreateKey",
        answer: create_key,
    },
    Operation {
        name: "EnableKey",
        answer: enable_key,
    },
    Operation {
        name: "EnableKeyRotation",
        answer: enable_key_rotation,
    },
    Operation {
        name: "PutKeyPolicy",
        answer: put_key_policy,
    },
];

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Input {
    key_id: String,
    policy: Option<String>,
    description: String,
    alias_name: String,
    target_key_id: String,
}

/// Its id follows from how many keys the account has already.
fn create_key(request: &Request<'_>, _: &mut Entry) -> Result<Vec<u8>, Refusal> {
    request.authorize("kms:CreateKey", None)?;
    let input: Input = request.input()?;
    let account = request.caller.account;
    let made = account.keys.len().to_string();
    let id = uuid(&digest(&["created key", &account.id, request.region, &made]));
    let mut key = Key::new(&id, request.region, request.call.now);
    let root = json!({"AWS": format!("arn:aws:iam::{}:root", account.id)});
    let usual = json!({"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"});
    let usual = json!({"Version": "2012-10-17", "Statement": [usual]});
    key.policy = Some(input.policy.unwrap_or_else(|| usual.to_string()));
    key.description = input.description;
    let answer = json_body(&json!({"KeyMetadata": Metadata::of(&key, account)}));
    change(request, Thing::Key(key));
    Ok(answer)
}

fn create_alias(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    let mut key = own(request, entry, "kms:CreateAlias", &input.target_key_id)?;
    let mut here = request
        .caller
        .account
        .keys
        .iter()
        .filter(|known| known.region == request.region);
    if here.any(|known| known.aliases.contains(&input.alias_name)) {
        let message = format!("An alias with the name {} already exists", input.alias_name);
        return Err(Refusal::client("AlreadyExistsException", message));
    }
    key.aliases.push(input.alias_name);
    Ok(changed(request, key))
}

fn put_key_policy(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    let mut key = own(request, entry, "kms:PutKeyPolicy", &input.key_id)?;
    key.policy = input.policy;
    Ok(changed(request, key))
}

fn enable_key(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    let mut key = own(request, entry, "kms:EnableKey", &input.key_id)?;
    if !["Enabled", "Disabled"].contains(&key.state) {
        return Err(invalid_state(request, &key));
    }
    key.state = "Enabled";
    Ok(changed(request, key))
}

fn enable_key_rotation(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    let mut key = own(request, entry, "kms:EnableKeyRotation", &input.key_id)?;
    if key.state != "Enabled" {
        return Err(invalid_state(request, &key));
    }
    key.rotation_days = Some(365);
    Ok(changed(request, key))
}

fn cancel_key_deletion(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    let mut key = own(request, entry, "kms:CancelKeyDeletion", &input.key_id)?;
    if key.state != "PendingDeletion" {
        return Err(invalid_state(request, &key));
    }
    key.state = "Disabled";
    key.deletion = None;
    let arn = key.arn(request.account_id());
    change(request, Thing::Key(key));
    Ok(json_body(&json!({"KeyId": arn})))
}

/// A key of the caller's account and Region, by its id or ARN.
fn own(request: &Request<'_>, entry: &mut Entry, action: &str, asked: &str) -> Result<Key, Refusal> {
    let account = request.account_id();
    asked.clone_into(&mut entry.target);
    request.authorize(action, Some(asked))?;
    let mut keys = request.caller.account.keys.iter();
    let found = keys.find(|key| key.region == request.region && (key.id == asked || key.arn(account) == asked));
    let message = format!("Key '{asked}' does not exist");
    found
        .cloned()
        .ok_or_else(|| Refusal::client("NotFoundException", message))
}

fn changed(request: &Request<'_>, key: Key) -> Vec<u8> {
    change(request, Thing::Key(key));
    json_body(&json!({}))
}

fn invalid_state(request: &Request<'_>, key: &Key) -> Refusal {
    let message = format!("{} is {}.", key.arn(request.account_id()), key.state);
    Refusal::client("KMSInvalidStateException", message)
}
