//! `KeyMetadata`, as `DescribeKey` answers it.

use serde::Serialize;
use serde_json::{Value, json};

use crate::services::times::EpochSeconds;
use crate::world::{Account, Key};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::services) struct Metadata<'a> {
    #[serde(rename = "AWSAccountId")]
    account: &'a str,
    key_id: &'a str,
    arn: String,
    creation_date: EpochSeconds,
    enabled: bool,
    description: &'a str,
    key_usage: &'a str,
    key_state: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_date: Option<EpochSeconds>,
    origin: &'a str,
    key_manager: &'a str,
    customer_master_key_spec: &'static str,
    key_spec: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    encryption_algorithms: &'static [&'static str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    signing_algorithms: &'static [&'static str],
    multi_region: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    multi_region_configuration: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pending_deletion_window_in_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_key_store_id: Option<&'static str>,
}

impl<'a> Metadata<'a> {
    pub fn of(key: &'a Key, owner: &'a Account) -> Self {
        let arn = key.arn(&owner.id);
        let multi_region = key.id.starts_with("mrk-");
        Self {
            account: &owner.id,
            key_id: &key.id,
            arn,
            creation_date: EpochSeconds(key.created),
            enabled: key.state == "Enabled",
            description: &key.description,
            key_usage: key.usage,
            key_state: key.state,
            deletion_date: key.deletion.map(EpochSeconds),
            origin: key.origin,
            key_manager: key.manager,
            customer_master_key_spec: key.spec.as_str(),
            key_spec: key.spec.as_str(),
            encryption_algorithms: key.encryption_algorithms(),
            signing_algorithms: key.signing_algorithms(),
            multi_region,
            multi_region_configuration: multi_region.then(|| family(key, owner)),
            pending_deletion_window_in_days: (key.state == "PendingReplicaDeletion").then_some(30),
            custom_key_store_id: (key.origin == "AWS_CLOUDHSM").then_some("cks-1234567890abcdef0"),
        }
    }
}

/// The primary key of a multi-Region key and its replicas, whichever of them is asked after.
fn family(key: &Key, owner: &Account) -> Value {
    let primary = key.replica_of.as_ref().unwrap_or(&key.region);
    let member =
        |region: &str| json!({"Arn": format!("arn:aws:kms:{region}:{}:key/{}", owner.id, key.id), "Region": region});
    let replicas = owner
        .keys
        .iter()
        .filter(|known| known.id == key.id && known.region != *primary);
    json!({
        "MultiRegionKeyType": if key.replica_of.is_some() { "REPLICA" } else { "PRIMARY" },
        "PrimaryKey": member(primary),
        "ReplicaKeys": replicas.map(|replica| member(&replica.region)).collect::<Vec<_>>(),
    })
}
