//! How trails name keys and log groups, made absolute.

use trailaudit_core::organization::{AccountId, Region};

use crate::arn::{Arn, is_aws_managed_alias};
use crate::trail::SeenTrail;

/// A key, where it is to be asked for and under which name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KeyReference {
    pub account: AccountId,
    pub region: Region,
    /// As the trail has it: ARN, alias ARN, alias or id.
    pub id: String,
}

impl KeyReference {
    /// The key of a trail. Account and Region are those of its ARN: central keys in an archive account are the rule,
    /// not the exception. A bare name belongs to the trail's owner and home Region. Nothing for the aliases of AWS,
    /// which must not be asked for.
    pub fn of(trail: &SeenTrail) -> Option<Self> {
        Self::named(trail.key.as_deref()?, &trail.owner, &trail.home)
    }

    /// A key by an ARN, or by an id or alias in the account and Region of what names it.
    pub fn named(id: &str, account: &AccountId, region: &Region) -> Option<Self> {
        if is_aws_managed_alias(id) {
            return None;
        }
        let (account, region) = match Arn::parse(id) {
            Some(arn) => (arn.account_id()?, arn.region()?),
            None => (account.clone(), region.clone()),
        };
        Some(Self {
            account,
            region,
            id: id.to_owned(),
        })
    }
}

/// A log group by name, in its account and Region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct GroupReference {
    pub account: AccountId,
    pub region: Region,
    pub name: String,
}

impl GroupReference {
    /// The log group of a trail; nothing when it names none, or not by an ARN.
    pub fn of(trail: &SeenTrail) -> Option<Self> {
        let arn = Arn::parse(trail.log_group.as_deref()?)?;
        Some(Self {
            account: arn.account_id()?,
            region: arn.region()?,
            name: arn.log_group_name()?.to_owned(),
        })
    }
}

/// The role with which a trail delivers to its log group, in the role's own account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RoleReference {
    pub account: AccountId,
    /// Without its path.
    pub name: String,
}

impl RoleReference {
    /// The role of a trail that names a log group, too; nothing when it names none, or not by an ARN.
    pub fn of(trail: &SeenTrail) -> Option<Self> {
        trail.log_group.as_ref()?;
        let arn = Arn::parse(trail.log_role.as_deref()?)?;
        Some(Self {
            account: arn.account_id()?,
            name: arn.role_name()?.to_owned(),
        })
    }
}

/// A topic, in its own account and Region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TopicReference {
    pub account: AccountId,
    pub region: Region,
    pub arn: String,
}

impl TopicReference {
    /// The topic that an alarm's action names; nothing when the action is of another kind.
    pub fn of(action: &str) -> Option<Self> {
        let arn = Arn::parse(action).filter(|arn| arn.service == "sns")?;
        Some(Self {
            account: arn.account_id()?,
            region: arn.region()?,
            arn: action.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail(key: &str, log_group: &str) -> SeenTrail {
        SeenTrail {
            arn: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/t".into(),
            owner: "111122223333".into(),
            home: "eu-west-1".into(),
            of_organization: false,
            multi_region: true,
            key: Some(key.into()),
            log_group: Some(log_group.into()),
            log_role: Some("role".into()),
            bucket: None,
        }
    }

    fn key(text: &str) -> Option<(String, String, String)> {
        let key = KeyReference::of(&trail(text, ""))?;
        Some((key.account.to_string(), key.region.to_string(), key.id))
    }

    #[test]
    fn a_key_is_asked_for_where_its_arn_says() {
        let of = |account: &str, region: &str, id: &str| Some((account.into(), region.into(), id.into()));
        for id in ["key/1234", "alias/trail", "key/mrk-1"] {
            let arn = format!("arn:aws:kms:us-east-1:999999999999:{id}");
            assert_eq!(key(&arn), of("999999999999", "us-east-1", &arn));
        }
        for bare in ["1234-5678", "alias/trail", "mrk-1"] {
            assert_eq!(key(bare), of("111122223333", "eu-west-1", bare));
        }
    }

    #[test]
    fn an_alias_of_aws_is_never_asked_for() {
        assert_eq!(key("alias/aws/cloudtrail"), None);
        assert_eq!(key("arn:aws:kms:eu-west-1:111122223333:alias/aws/cloudtrail"), None);
    }

    #[test]
    fn a_log_group_is_asked_for_where_its_arn_says() {
        let group = GroupReference::of(&trail("k", "arn:aws:logs:eu-west-2:999999999999:log-group:a/b:*")).unwrap();
        assert_eq!(
            (group.account.as_str(), group.region.as_str(), group.name.as_str()),
            ("999999999999", "eu-west-2", "a/b")
        );
        assert_eq!(GroupReference::of(&trail("k", "a/b")), None);
    }
}
