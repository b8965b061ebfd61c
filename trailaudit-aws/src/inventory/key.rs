//! A KMS key as `DescribeKey` shows it, with its rotation and its policy.

mod policy;
mod rotation;

use std::cmp::Reverse;

use trailaudit_core::evidence::Answer;
use trailaudit_core::key::{Key, KeyManager, KeyState, Rotation};
use trailaudit_core::observed::{Evidence, Observed, Opinion};
use trailaudit_core::organization::{AccountId, KeyId, Region};
use trailaudit_core::{EvidenceId, Exchange, Trail};

pub(super) use self::policy::{KeyPolicy, policy};
pub(super) use self::rotation::rotation;
pub(crate) use self::rotation::{rotating_key, why_never_rotated};
use super::gap_of;
use super::said::{self, Part, Said, moment, name, part, word};
use crate::arn::{Arn, is_aws_managed_alias};
use crate::gap;

const ROTATION: &str = "whether the key is rotated";
const POLICY: &str = "the key's policy";

/// A key that answered.
#[derive(Debug)]
pub(super) struct AwsKey {
    id: KeyId,
    manager: Observed<KeyManager>,
    state: Observed<KeyState>,
    /// The key itself by its ARN, whatever it was asked for by, and who asked; none where nobody did.
    pub(super) itself: Option<(String, AccountId)>,
    /// The key that tells whether this one is rotated, by its ARN.
    pub(super) rotating: Option<String>,
    pub(super) rotation: Observed<Rotation>,
    pub(super) policy: Observed<KeyPolicy>,
}

#[deny(clippy::missing_trait_methods)]
impl Key for AwsKey {
    fn id(&self) -> &KeyId {
        &self.id
    }

    fn manager(&self) -> Observed<KeyManager> {
        self.manager.clone()
    }

    fn state(&self) -> Observed<KeyState> {
        self.state.clone()
    }

    fn region(&self) -> Observed<Region> {
        let name = self.itself.as_ref().map_or(self.id.as_str(), |(arn, _)| arn);
        let region = Arn::parse(name).and_then(|arn| arn.region());
        match (region, &self.manager) {
            (Some(region), Observed::Known { evidence, .. }) => Observed::known(region, evidence.clone()),
            _ => Observed::not_collected("the key's Region"),
        }
    }

    fn rotation(&self) -> Observed<Rotation> {
        self.rotation.clone()
    }

    fn is_public(&self) -> Observed<Opinion> {
        self.policy.clone().map(|policy| policy.is_public())
    }

    fn serves(&self, trail: &dyn Trail) -> Observed<Opinion> {
        self.policy.clone().map(|policy| policy.serves(trail.id()))
    }

    fn lets_read(&self, trail: &dyn Trail) -> Observed<Opinion> {
        self.policy.clone().then(|policy| policy.lets_read(trail.id()))
    }

    fn is_confined_to(&self, trail: &dyn Trail) -> Observed<Opinion> {
        self.policy.clone().map(|policy| policy.is_confined_to(trail))
    }
}

/// The full name of a key as a trail, or a call, names it: an ARN as it is, a bare id or alias in the account and
/// Region where it is used. An AWS managed alias stays what it is: it is never asked for.
pub(crate) fn absolute(name: &str, partition: &str, account: &AccountId, region: &Region) -> KeyId {
    if name.starts_with("arn:") || is_aws_managed_alias(name) {
        name.into()
    } else if name.starts_with("alias/") {
        format!("arn:{partition}:kms:{region}:{account}:{name}").into()
    } else {
        format!("arn:{partition}:kms:{region}:{account}:key/{name}").into()
    }
}

/// What the name alone says of an alias that only AWS can own. It is never asked for: KMS would make the key. The
/// evidence is the listing that names it.
pub(super) fn managed_by_name(key: &KeyId, named_in: &Evidence) -> Observed<Option<AwsKey>> {
    let manager = Observed::known(KeyManager::Provider, named_in.clone());
    Observed::known(
        Some(AwsKey {
            id: key.clone(),
            manager,
            state: Observed::not_collected("the key's state"),
            itself: None,
            rotating: None,
            rotation: Observed::not_collected(ROTATION),
            policy: Observed::not_collected(POLICY),
        }),
        named_in.clone(),
    )
}

/// What one `DescribeKey` shows of the key `key`.
pub(super) fn observed(key: &KeyId, id: EvidenceId, exchange: &Exchange) -> Observed<Option<AwsKey>> {
    match &exchange.answer {
        Answer::Ok(answer) => said::told(id, exchange, "the key", |said| {
            let (said, metadata) = (said.must("KeyMetadata", part)?, &answer["KeyMetadata"]);
            let rotation = match rotation::why_never(said) {
                Ok(Some(why)) => Observed::known(Rotation::Impossible(why), id),
                Ok(None) => Observed::not_collected(ROTATION),
                Err(unreadable) => Observed::Unknown(unreadable.gap(id, exchange, ROTATION)),
            };
            let arn = said.may("Arn", name)?.map(str::to_owned);
            Ok(Some(AwsKey {
                id: key.clone(),
                manager: said::shown(manager(said), id, exchange, "who manages the key"),
                state: said::shown(state(said), id, exchange, "the key's state"),
                itself: arn.map(|arn| (arn, exchange.account.clone())),
                rotating: rotating_key(metadata).map(str::to_owned),
                rotation,
                policy: Observed::not_collected(POLICY),
            }))
        }),
        // Only its own account can say that a key is gone: to a stranger a key it may not see looks the same.
        Answer::Error { code, .. } if gap::is_not_found(code) && is_own_account(key, &exchange.account) => {
            Observed::known(None, id)
        }
        Answer::Error { .. } => Observed::Unknown(gap_of(exchange, id, "the key")),
    }
}

fn is_own_account(key: &KeyId, asked_in: &AccountId) -> bool {
    Arn::parse(key.as_str()).is_some_and(|arn| arn.account == asked_in.as_str())
}

fn manager(key: Part<'_>) -> Said<KeyManager> {
    let manager = key.must("KeyManager", word(&["CUSTOMER", "AWS"]))?;
    Ok(if manager == "AWS" {
        KeyManager::Provider
    } else {
        KeyManager::Customer
    })
}

/// The state of a key (botocore, `KeyState`).
fn state(key: Part<'_>) -> Said<KeyState> {
    const UNUSABLE: [&str; 5] = [
        "Disabled",
        "PendingDeletion",
        "PendingImport",
        "PendingReplicaDeletion",
        "Unavailable",
    ];
    let states = [&["Enabled", "Creating", "Updating"][..], &UNUSABLE].concat();
    Ok(match key.must("KeyState", word(&states))? {
        "Enabled" => KeyState::Enabled,
        state @ ("Creating" | "Updating") => KeyState::Changing(state.into()),
        state => KeyState::Unusable {
            state: state.into(),
            deletion: key.may("DeletionDate", moment)?,
        },
    })
}

/// How much one exchange tells compared with another about the same key: the greater one counts. When an answer came
/// decides only where everything else is equal, so that equal answers give equal verdicts in any run and from shards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// Whether it tells of the key at all, and not only why it cannot be seen.
    tells: bool,
    /// The key's own account before a stranger's asking.
    is_own: bool,
    /// Of several strangers, always the same one.
    asker: Reverse<AccountId>,
    /// And of several names for the key.
    name: Reverse<String>,
    /// The last reading before an earlier one.
    sent_at: String,
}

/// The rank of one `DescribeKey`, which asked for the key `key` by `name`.
pub(super) fn rank(key: &KeyId, name: &str, exchange: &Exchange) -> Rank {
    let is_own = is_own_account(key, &exchange.account);
    Rank {
        tells: match &exchange.answer {
            Answer::Ok(_) => true,
            Answer::Error { code, .. } => is_own && gap::is_not_found(code),
        },
        is_own,
        asker: Reverse(exchange.account.clone()),
        name: Reverse(name.to_owned()),
        sent_at: exchange.transport.sent_at.clone(),
    }
}
