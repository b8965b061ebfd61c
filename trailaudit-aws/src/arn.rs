//! Amazon Resource Names, read only as far as the collection needs them.

use trailaudit_core::organization::{AccountId, Region};

/// The six parts of an ARN: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    pub partition: &'a str,
    pub service: &'a str,
    pub region: &'a str,
    pub account: &'a str,
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Nothing when `text` is not an ARN.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next() != Some("arn") {
            return None;
        }
        let arn = Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        };
        (!arn.partition.is_empty() && !arn.service.is_empty() && !arn.resource.is_empty()).then_some(arn)
    }

    /// The account, when the ARN names one.
    pub fn account_id(&self) -> Option<AccountId> {
        is_account_id(self.account).then(|| self.account.into())
    }

    /// The Region, when the ARN names one.
    pub fn region(&self) -> Option<Region> {
        (!self.region.is_empty()).then(|| self.region.into())
    }

    /// The name of the log group this ARN names, without the `:*` that `CloudTrail` shows it with.
    pub fn log_group_name(&self) -> Option<&'a str> {
        let name = self.resource.strip_prefix("log-group:")?;
        let name = name.strip_suffix(":*").unwrap_or(name);
        (self.service == "logs" && !name.is_empty()).then_some(name)
    }

    /// The name of the role this ARN names, without its path.
    pub fn role_name(&self) -> Option<&'a str> {
        let name = self.resource.strip_prefix("role/")?.rsplit('/').next()?;
        (self.service == "iam" && !name.is_empty()).then_some(name)
    }
}

/// Whether `text` is twelve digits.
pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The ARN of a role that is given by its name, which may carry a path (`audit/Reader`, `/audit/Reader`).
pub(crate) fn role_arn(partition: &str, account: &AccountId, name: &str) -> String {
    format!("arn:{partition}:iam::{account}:role/{}", name.trim_start_matches('/'))
}

/// Whether `key` is one of the aliases that only AWS can own. Asking KMS about one that has no key yet **creates** the
/// key (botocore, KMS `DescribeKey`), so such a name is never sent.
pub(crate) fn is_aws_managed_alias(key: &str) -> bool {
    let name = Arn::parse(key).map_or(key, |arn| arn.resource);
    name.starts_with("alias/aws/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_group_is_named_with_or_without_its_star() {
        for text in [
            "arn:aws:logs:eu-west-1:111122223333:log-group:trail/main:*",
            "arn:aws:logs:eu-west-1:111122223333:log-group:trail/main",
        ] {
            let arn = Arn::parse(text).unwrap();
            assert_eq!(arn.log_group_name(), Some("trail/main"));
            assert_eq!(arn.account_id(), Some("111122223333".into()));
            assert_eq!(arn.region(), Some("eu-west-1".into()));
        }
        let of_another_service = Arn::parse("arn:aws:kms:eu-west-1:111122223333:log-group:x").unwrap();
        assert_eq!(of_another_service.log_group_name(), None);
    }

    #[test]
    fn what_is_not_an_arn_is_refused() {
        for text in [
            "",
            "arn",
            "arn:aws:kms:r:1",
            "alias/x",
            "arn::kms:r:1:key/x",
            "arn:aws:kms:r:1:",
        ] {
            assert_eq!(Arn::parse(text), None, "{text:?}");
        }
        assert_eq!(Arn::parse("arn:aws:kms:r:12345:key/x").unwrap().account_id(), None);
    }

    #[test]
    fn a_role_is_named_without_its_path() {
        let name = |text| Arn::parse(text).unwrap().role_name();
        assert_eq!(name("arn:aws:iam::111122223333:role/service-role/Logs"), Some("Logs"));
        assert_eq!(name("arn:aws:iam::111122223333:role/Logs"), Some("Logs"));
        assert_eq!(name("arn:aws:iam::111122223333:user/Logs"), None);
    }

    #[test]
    fn aliases_of_aws_are_known_in_both_forms() {
        assert!(is_aws_managed_alias("alias/aws/cloudtrail"));
        assert!(is_aws_managed_alias(
            "arn:aws:kms:eu-west-1:111122223333:alias/aws/cloudtrail"
        ));
        assert!(!is_aws_managed_alias("alias/trail"));
        assert!(!is_aws_managed_alias("arn:aws:kms:eu-west-1:111122223333:key/alias"));
    }

    #[test]
    fn a_role_may_have_a_path() {
        let account = "111122223333".into();
        let arn = "arn:aws-cn:iam::111122223333:role/audit/Reader";
        assert_eq!(role_arn("aws-cn", &account, "audit/Reader"), arn);
        assert_eq!(role_arn("aws-cn", &account, "/audit/Reader"), arn);
    }
}
