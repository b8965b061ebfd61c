//! What decides a control, and leaves it open when it cannot be read.

use serde_json::Value;
use trailaudit_core::Verdict;
use trailaudit_core::rules::rule;

use crate::support::furnished::furnished;
use crate::{Key, Records, rows};

/// What each answer decides, and what leaves it undecided: another type, a word that is not known, or nothing where
/// something always is. Of a rule nothing passes then, and nothing is not applicable that was applicable before.
const UNDECIDED: &[(&str, &str, &str, &str)] = &[
    ("every-region-covered", "ListRegions", "", "{}"),
    ("every-region-covered", "ListRegions", "Regions", "[]"),
    (
        "every-region-covered",
        "ListRegions",
        "Regions.*.RegionOptStatus",
        "nothing",
    ),
    ("every-region-covered", "ListRegions", "Regions.*.RegionName", "7"),
    (
        "account-has-logging-trail",
        "DescribeTrails",
        "trailList.*.TrailARN",
        "7",
    ),
    (
        "multi-region-trail-exists",
        "DescribeTrails",
        "trailList.*.IsMultiRegionTrail",
        "\"true\"",
    ),
    (
        "multi-region-trail-exists",
        "DescribeTrails",
        "trailList.*.IsMultiRegionTrail",
        "nothing",
    ),
    (
        "organization-trail-logging",
        "DescribeTrails",
        "trailList.*.IsOrganizationTrail",
        "\"true\"",
    ),
    (
        "log-file-validation-enabled",
        "DescribeTrails",
        "trailList.*.LogFileValidationEnabled",
        "nothing",
    ),
    (
        "log-file-validation-enabled",
        "DescribeTrails",
        "trailList.*.LogFileValidationEnabled",
        "7",
    ),
    (
        "trail-encrypted-with-customer-key",
        "DescribeTrails",
        "trailList.*.KmsKeyId",
        "7",
    ),
    (
        "trail-delivers-to-log-group",
        "DescribeTrails",
        "trailList.*.CloudWatchLogsRoleArn",
        "7",
    ),
    ("management-events-recorded", "GetEventSelectors", "", "{}"),
    ("management-events-recorded", "GetEventSelectors", "", "\"zz\""),
    ("no-management-event-source-excluded", "GetEventSelectors", "", "{}"),
    ("object-write-events-recorded", "GetEventSelectors", "", "{}"),
    ("trail-logging", "GetTrailStatus", "", "{}"),
    ("log-file-delivery-current", "GetTrailStatus", "", "{}"),
    ("log-file-delivery-current", "GetTrailStatus", "", "\"zz\""),
    ("log-file-delivery-current", "GetTrailStatus", "", "7"),
    ("log-file-delivery-current", "GetTrailStatus", "", "[]"),
    ("log-file-delivery-current", "GetTrailStatus", "IsLogging", "nothing"),
    ("log-file-delivery-current", "GetTrailStatus", "LatestDeliveryTime", "7"),
    (
        "log-file-delivery-current",
        "GetTrailStatus",
        "LatestDeliveryTime",
        "\"not a date\"",
    ),
    (
        "log-file-delivery-current",
        "GetTrailStatus",
        "LatestDeliveryTime",
        "\"9999-12-30T00:00:00.000Z\"",
    ),
    (
        "digest-delivery-current",
        "GetTrailStatus",
        "LatestDigestDeliveryTime",
        "7",
    ),
    (
        "log-group-delivery-current",
        "GetTrailStatus",
        "LatestCloudWatchLogsDeliveryTime",
        "[]",
    ),
    ("log-bucket-not-public", "GetBucketAcl", "Grants.*", "7"),
    ("log-bucket-not-public", "GetBucketAcl", "Grants.*.Grantee", "\"zz\""),
    (
        "log-bucket-not-public",
        "GetBucketAcl",
        "Grants.*.Grantee.Type",
        "\"Group\"",
    ),
    ("log-group-not-public", "DescribeResourcePolicies", "", "{}"),
    (
        "log-group-not-public",
        "DescribeResourcePolicies",
        "resourcePolicies",
        "\"zz\"",
    ),
    (
        "log-group-encrypted-with-customer-key",
        "DescribeLogGroups",
        "logGroups.*.kmsKeyId",
        "7",
    ),
    ("log-group-role-can-deliver", "ListAttachedRolePolicies", "", "{}"),
    ("log-group-role-can-deliver", "ListRolePolicies", "", "{}"),
    ("log-group-role-can-deliver", "GetRole", "Role", "\"zz\""),
    ("event-data-store-complete", "ListEventDataStores", "", "{}"),
    ("event-data-store-complete", "GetEventDataStore", "Status", "\"zz\""),
    ("event-data-store-complete", "GetEventDataStore", "Status", "nothing"),
    (
        "event-data-store-encrypted-with-customer-key",
        "GetEventDataStore",
        "KmsKeyId",
        "7",
    ),
    (
        "delegated-administrators-approved",
        "ListDelegatedAdministrators",
        "",
        "{}",
    ),
    (
        "delegated-administrators-approved",
        "ListDelegatedAdministrators",
        "DelegatedAdministrators.*.Id",
        "nothing",
    ),
    (
        "trail-key-rotation-enabled",
        "DescribeKey",
        "KeyMetadata.KeySpec",
        "\"zz\"",
    ),
    (
        "trail-key-rotation-enabled",
        "DescribeKey",
        "KeyMetadata.Origin",
        "\"zz\"",
    ),
    (
        "trail-encrypted-with-customer-key",
        "DescribeKey",
        "KeyMetadata.KeyState",
        "\"zz\"",
    ),
    (
        "organization-all-features-enabled",
        "DescribeOrganization",
        "Organization.FeatureSet",
        "\"zz\"",
    ),
    ("trail-tampering-denied-by-policy", "ListPolicies", "", "{}"),
    (
        "trail-tampering-denied-by-policy",
        "ListTargetsForPolicy",
        "Targets.*.TargetId",
        "7",
    ),
    (
        "trail-service-trusted-by-organization",
        "ListAWSServiceAccessForOrganization",
        "",
        "{}",
    ),
    (
        "alarm-on-root-account-use",
        "DescribeAlarms",
        "MetricAlarms.*.Dimensions",
        "\"zz\"",
    ),
    (
        "alarm-on-root-account-use",
        "DescribeMetricFilters",
        "metricFilters.*.filterPattern",
        "nothing",
    ),
    (
        "alarm-on-root-account-use",
        "ListSubscriptionsByTopic",
        "Subscriptions.*.SubscriptionArn",
        "7",
    ),
];

#[test]
fn what_decides_a_control_leaves_it_open_when_it_cannot_be_read() {
    let records = Records::collect(furnished());
    let quiet = records.without_alerts();
    let [with, without] = [&records, &quiet].map(|records| (records, rows(&records.assess())));
    let mut told = Vec::new();
    for (id, operation, place, odd) in UNDECIDED {
        let path: Vec<_> = place.split('.').filter(|step| !step.is_empty()).collect();
        let context = format!("{id}: {operation} {place} {odd}");
        let odd: Option<Value> = (*odd != "nothing").then(|| serde_json::from_str(odd).unwrap());
        let id = rule(id).unwrap_or_else(|| panic!("{context}")).id;
        let (records, sound) = if id.starts_with("alarm-") { &with } else { &without };
        let of_rule = |key: &Key| key.0 == id;
        let is_decided =
            |(key, verdict): (&Key, &Verdict)| of_rule(key) && matches!(verdict, Verdict::Pass | Verdict::Fail);
        assert!(sound.iter().any(is_decided), "{context}");
        let mut rows = rows(&records.with(operation, &path, odd.as_ref()).assess());
        rows.retain(|key, _| of_rule(key));
        if !rows.values().any(|verdict| *verdict == Verdict::Inconclusive) {
            told.push(format!("{context}: nothing is open"));
        }
        for (key, verdict) in &rows {
            let was = sound.get(key);
            if *verdict == Verdict::Pass || *verdict == Verdict::NotApplicable && was.is_some_and(|was| was != verdict)
            {
                told.push(format!("{context}: {key:?} was {was:?}, is {verdict}"));
            }
        }
    }
    assert!(told.is_empty(), "{told:#?}");
}
