//! Key Management Service: what a key is, and signing with it.

mod metadata;
mod rotation;
mod signing;

use serde::Deserialize;
use serde_json::json;

use crate::arn::Arn;
use crate::call::Entry;
use crate::digest::{digest, uuid};
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::json_body;
use crate::world::{Account, Key, KeyReaders};

use super::Operation;
pub(super) use metadata::Metadata;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "DescribeKey",
        answer: describe_key,
    },
    Operation {
        name: "GetKeyPolicy",
        answer: rotation::get_key_policy,
    },
    Operation {
        name: "GetKeyRotationStatus",
        answer: rotation::get_key_rotation_status,
    },
    Operation {
        name: "GetPublicKey",
        answer: signing::public_key,
    },
    Operation {
        name: "ListAliases",
        answer: list_aliases,
    },
    Operation {
        name: "Sign",
        answer: signing::sign,
    },
];

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Input {
    key_id: Option<String>,
}

/// A key that is there, and that the caller may use.
struct Found<'a> {
    account: &'a Account,
    key: &'a Key,
    arn: String,
}

/// The ledger's target is the key's ARN, or the words the key was asked for by when there is none.
fn describe_key(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    let asked = key_id(input.key_id)?;
    if let Some(Found { account, key, .. }) = find(request, entry, "kms:DescribeKey", &asked)? {
        return Ok(json_body(&json!({"KeyMetadata": Metadata::of(key, account)})));
    }
    let (owner, name) = named(request, &asked)?;
    if !name.starts_with("alias/aws/") {
        return Err(not_found(request, owner, name));
    }
    // Describing a predefined alias that has no key yet creates the key.
    let key = managed_key(request, name);
    let arn = key.arn(owner);
    request.authorize("kms:DescribeKey", Some(&arn))?;
    entry.target.clone_from(&arn);
    entry.created_key = Some(arn);
    Ok(json_body(
        &json!({"KeyMetadata": Metadata::of(&key, request.caller.account)}),
    ))
}

fn list_aliases(request: &Request<'_>, _: &mut Entry) -> Result<Vec<u8>, Refusal> {
    request.authorize("kms:ListAliases", None)?;
    let (account, region) = (request.account_id(), request.region);
    let mut aliases = Vec::new();
    for key in request.caller.account.keys.iter().filter(|key| key.region == region) {
        for alias in &key.aliases {
            let arn = format!("arn:aws:kms:{region}:{account}:{alias}");
            aliases.push(json!({"AliasName": alias, "AliasArn": arn, "TargetKeyId": key.id}));
        }
    }
    Ok(json_body(&json!({"Aliases": aliases, "Truncated": false})))
}

fn key_id(asked: Option<String>) -> Result<String, Refusal> {
    asked
        .filter(|id| !id.is_empty())
        .ok_or_else(|| Refusal::absent("ValidationException", "keyId"))
}

/// The key that was asked for, when the caller may do this to it; nothing when its own account has no such key.
fn find<'a>(
    request: &'a Request<'_>,
    entry: &mut Entry,
    action: &str,
    asked: &str,
) -> Result<Option<Found<'a>>, Refusal> {
    asked.clone_into(&mut entry.target);
    let (owner, name) = named(request, asked)?;
    let account = request.world.accounts.get(owner);
    let found = account.and_then(|account| Some((account, key_named(account, request.region, name)?)));
    if let Some((account, key)) = found {
        let arn = key.arn(owner);
        entry.target.clone_from(&arn);
        refuse_user(request, action, key, account, &arn)?;
        return Ok(Some(Found { account, key, arn }));
    }
    if owner == request.account_id() {
        Ok(None)
    } else {
        Err(hidden(request, action, asked))
    }
}

/// The account that owns what was asked for, and its key id or alias there.
fn named<'a>(request: &'a Request<'_>, asked: &'a str) -> Result<(&'a str, &'a str), Refusal> {
    if !asked.starts_with("arn:") {
        return Ok((request.account_id(), asked));
    }
    let invalid = || Refusal::client("InvalidArnException", format!("Invalid arn {asked}"));
    let arn = Arn::parse(asked)
        .filter(|arn| arn.service == "kms")
        .ok_or_else(invalid)?;
    if arn.region != request.region {
        return Err(Refusal::client(
            "NotFoundException",
            format!("Invalid arn {}", arn.region),
        ));
    }
    let name = if arn.resource.starts_with("alias/") {
        Some(arn.resource)
    } else {
        arn.resource.strip_prefix("key/")
    };
    Ok((arn.account, name.ok_or_else(invalid)?))
}

fn key_named<'a>(account: &'a Account, region: &str, name: &str) -> Option<&'a Key> {
    let mut keys = account.keys.iter().filter(|key| key.region == region);
    keys.find(|key| key.id == name || key.aliases.iter().any(|alias| alias == name))
}

/// In the owner's account its identities' policies decide, unless the key policy shuts everybody out. From another
/// account both that account's policies and the key policy have to agree.
fn refuse_user(request: &Request<'_>, action: &str, key: &Key, owner: &Account, arn: &str) -> Result<(), Refusal> {
    request.authorize(action, Some(arn))?;
    let caller = request.account_id();
    let own = caller == owner.id;
    let readable = match &key.readers {
        KeyReaders::Owner => own,
        KeyReaders::Organization => true,
        KeyReaders::Accounts(accounts) => own || accounts.contains(caller),
        KeyReaders::Nobody => false,
    };
    match (readable, own) {
        (true, _) => Ok(()),
        (false, false) => Err(hidden(request, action, arn)),
        (false, true) => {
            let why = "with an explicit deny in a resource-based policy";
            Err(denied(request, action, arn, why))
        }
    }
}

/// KMS tells another account nothing of a key: absent, forbidden and outside the Organization look the same.
fn hidden(request: &Request<'_>, action: &str, asked: &str) -> Refusal {
    let why = "because the resource does not exist in this Region, no resource-based policies allow access, or a \
               resource-based policy explicitly denies access";
    denied(request, action, asked, why)
}

fn denied(request: &Request<'_>, action: &str, asked: &str, why: &str) -> Refusal {
    let caller = &request.caller.arn;
    Refusal::access_denied(format!(
        "User: {caller} is not authorized to perform: {action} on resource: {asked} {why}"
    ))
}

fn not_found(request: &Request<'_>, owner: &str, name: &str) -> Refusal {
    let region = request.region;
    let message = if name.starts_with("alias/") {
        format!("Alias arn:aws:kms:{region}:{owner}:{name} is not found.")
    } else {
        format!("Key 'arn:aws:kms:{region}:{owner}:key/{name}' does not exist")
    };
    Refusal::client("NotFoundException", message)
}

fn managed_key(request: &Request<'_>, alias: &str) -> Key {
    let id = uuid(&digest(&["managed key", request.account_id(), request.region, alias]));
    let mut key = Key::new(&id, request.region, request.call.now);
    key.manager = "AWS";
    key.aliases = vec![alias.to_owned()];
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{Caller, MEMBER, now, world};
    use crate::world::World;

    fn world_with_key(readers: KeyReaders) -> World {
        let mut world = world();
        let mut key = Key::new("a-key", "us-east-1", now());
        key.aliases.push("alias/logs".into());
        key.readers = readers;
        world.accounts.get_mut(MEMBER).unwrap().keys.push(key);
        world
    }

    fn told(caller: &Caller<'_>, key: &str) -> String {
        let (_, answer) = caller.ask("kms", "DescribeKey", &json!({"KeyId": key}));
        let told = answer.get("__type").unwrap_or(&answer["KeyMetadata"]["KeyState"]);
        told.as_str().unwrap().to_owned()
    }

    #[test]
    fn the_key_policy_decides_who_reads_across_accounts() {
        let arn = format!("arn:aws:kms:us-east-1:{MEMBER}:key/a-key");
        for (readers, own, other) in [
            (KeyReaders::Owner, "Enabled", "AccessDeniedException"),
            (KeyReaders::Organization, "Enabled", "Enabled"),
            (KeyReaders::Nobody, "AccessDeniedException", "AccessDeniedException"),
        ] {
            let world = world_with_key(readers);
            assert_eq!(told(&Caller::member(&world), &arn), own);
            assert_eq!(told(&Caller::auditor(&world), &arn), other);
        }
    }

    #[test]
    fn a_key_is_known_by_id_alias_and_arn_in_its_region() {
        let world = world_with_key(KeyReaders::Owner);
        let member = Caller::member(&world);
        for name in [
            "a-key",
            "alias/logs",
            &format!("arn:aws:kms:us-east-1:{MEMBER}:alias/logs"),
        ] {
            assert_eq!(told(&member, name), "Enabled", "{name}");
        }
        assert_eq!(told(&member, "another-key"), "NotFoundException");
        assert_eq!(
            told(
                &member.within("eu-west-1"),
                &format!("arn:aws:kms:us-east-1:{MEMBER}:key/a-key")
            ),
            "NotFoundException"
        );
        assert_eq!(
            told(&member, "arn:aws:kms:us-east-1:999999999999:key/a-key"),
            "AccessDeniedException"
        );
        assert_eq!(told(&member, "arn:nonsense"), "InvalidArnException");
        assert_eq!(told(&member, ""), "ValidationException");
    }

    #[test]
    fn describing_a_predefined_alias_creates_its_key() {
        let world = world();
        let answer = Caller::member(&world).answer("kms", "DescribeKey", &json!({"KeyId": "alias/aws/cloudtrail"}));
        let created = answer.entry.created_key.unwrap();
        assert!(
            created.starts_with(&format!("arn:aws:kms:us-east-1:{MEMBER}:key/")),
            "{created}"
        );
        assert!(
            String::from_utf8(answer.body)
                .unwrap()
                .contains("\"KeyManager\":\"AWS\"")
        );
    }
}
