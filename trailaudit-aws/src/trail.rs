//! One entry of a `DescribeTrails` answer, read as far as further calls depend on it.

use serde_json::Value;
use trailaudit_core::organization::{AccountId, Region};

use crate::arn::Arn;

/// A trail as one account saw it in one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenTrail {
    /// The trail's identity: the same in every Region and member account that shows it.
    pub arn: String,
    /// The account in the ARN; for an organization trail the management account.
    pub owner: AccountId,
    /// Where the trail lives, and where its selectors can be asked for.
    pub home: Region,
    /// Whether it is an organization trail.
    pub of_organization: bool,
    /// Whether it records every Region.
    pub multi_region: bool,
    /// `KmsKeyId` as given: ARN, alias ARN, alias or id.
    pub key: Option<String>,
    /// `CloudWatchLogsLogGroupArn` as given.
    pub log_group: Option<String>,
    /// `CloudWatchLogsRoleArn` as given.
    pub log_role: Option<String>,
    /// `S3BucketName`.
    pub bucket: Option<String>,
}

impl SeenTrail {
    /// Nothing when the entry has no readable `TrailARN`: there is nothing that could be asked about it.
    pub fn read(entry: &Value) -> Option<Self> {
        let text = |field: &str| entry[field].as_str().filter(|text| !text.is_empty());
        let named = |field: &str| text(field).map(str::to_owned);
        let is = |field: &str| entry[field].as_bool().unwrap_or_default();
        let name = text("TrailARN")?;
        let arn = Arn::parse(name)?;
        Some(Self {
            owner: arn.account_id()?,
            home: text("HomeRegion").map(Region::from).or_else(|| arn.region())?,
            arn: name.to_owned(),
            of_organization: is("IsOrganizationTrail"),
            multi_region: is("IsMultiRegionTrail"),
            key: named("KmsKeyId"),
            log_group: named("CloudWatchLogsLogGroupArn"),
            log_role: named("CloudWatchLogsRoleArn"),
            bucket: named("S3BucketName"),
        })
    }

    /// The Regions in which it tells how it delivers: of those looked into all, when it records them; its home Region
    /// first, whether that is one of them or not.
    pub fn delivers_from<'a>(&'a self, looked_into: &'a [Region]) -> impl Iterator<Item = &'a Region> {
        let others = looked_into
            .iter()
            .filter(|region| self.multi_region && **region != self.home);
        std::iter::once(&self.home).chain(others)
    }

    /// Every trail of a `DescribeTrails` answer.
    pub fn read_all(answer: &Value) -> impl Iterator<Item = Self> {
        answer["trailList"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Self::read)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_what_further_calls_need() {
        let answer = json!({"trailList": [{
            "TrailARN": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main",
            "HomeRegion": "eu-west-1",
            "IsOrganizationTrail": true,
            "KmsKeyId": "alias/x",
            "CloudWatchLogsLogGroupArn": "arn:aws:logs:eu-west-1:111122223333:log-group:g:*",
            "CloudWatchLogsRoleArn": "",
            "S3BucketName": "logs",
        }, {"Name": "without an ARN"}]});
        let trails: Vec<_> = SeenTrail::read_all(&answer).collect();
        assert_eq!(
            trails,
            [SeenTrail {
                arn: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main".into(),
                owner: "111122223333".into(),
                home: "eu-west-1".into(),
                of_organization: true,
                multi_region: false,
                key: Some("alias/x".into()),
                log_group: Some("arn:aws:logs:eu-west-1:111122223333:log-group:g:*".into()),
                log_role: None,
                bucket: Some("logs".into()),
            }]
        );
    }

    /// moto leaves `HomeRegion` out of some answers; the ARN carries it too.
    #[test]
    fn the_home_region_may_come_from_the_arn() {
        let trail = SeenTrail::read(&json!({"TrailARN": "arn:aws:cloudtrail:us-east-2:111122223333:trail/t"})).unwrap();
        assert_eq!(trail.home.as_str(), "us-east-2");
        assert_eq!(SeenTrail::read_all(&json!({"trailList": 3})).count(), 0);
    }
}
