//! The request quotas AWS publishes, for the services that are simulated or asked: CloudTrail and KMS in the General
//! Reference and the KMS guide, Organizations, Account Management, STS and CloudWatch Logs in their user guides (2026).

/// One published quota. The operations share it.
pub(super) struct Quota {
    pub service: &'static str,
    pub operations: &'static [&'static str],
    pub scope: Scope,
    pub rate: Rate,
    /// What all accounts of an Organization may use together.
    pub of_organization: Option<Rate>,
}

/// Whose it is. KMS charges the caller also for another account's key, and STS for another account's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Account,
    AccountAndRegion,
}

/// How fast a bucket fills, and what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    pub a_second: u32,
    pub burst: u32,
}

pub(super) const QUOTAS: &[Quota] = &[
    regional("cloudtrail", &["DescribeTrails"], 10),
    regional("cloudtrail", &["ListTrails"], 10),
    regional("cloudtrail", &["GetTrail"], 10),
    regional("cloudtrail", &["GetTrailStatus"], 10),
    regional("cloudtrail", &["GetEventSelectors"], 10),
    regional("cloudtrail", &["GetInsightSelectors"], 10),
    regional("cloudtrail", &["ListTags"], 10),
    regional("cloudtrail", &["ListEventDataStores"], 10),
    regional("cloudtrail", &["GetEventDataStore"], 10),
    regional("cloudtrail", &["ListPublicKeys"], 10),
    regional("cloudtrail", &["GetResourcePolicy"], 10),
    regional("cloudtrail", &["LookupEvents"], 2),
    regional("sts", &["AssumeRole", "GetCallerIdentity"], 600),
    organizational(&["ListAccounts"], (8, 12), (9, 15)),
    organizational(&["DescribeAccount"], (20, 30), (24, 36)),
    organizational(&["ListParents"], (5, 8), (6, 10)),
    organizational(&["ListAccountsForParent"], (5, 8), (6, 10)),
    organizational(&["ListOrganizationalUnitsForParent"], (5, 8), (6, 10)),
    organizational(&["ListPolicies"], (5, 8), (6, 10)),
    organizational(&["ListPoliciesForTarget"], (5, 8), (6, 10)),
    organizational(&["ListTargetsForPolicy"], (5, 8), (6, 10)),
    organizational(&["ListDelegatedAdministrators"], (5, 8), (6, 10)),
    organizational(&["ListChildren"], (6, 10), (7, 12)),
    organizational(&["ListTagsForResource"], (10, 15), (12, 18)),
    organizational(&["DescribeOrganization"], (1, 2), (1, 2)),
    organizational(&["ListRoots"], (1, 2), (1, 3)),
    organizational(&["DescribeOrganizationalUnit"], (2, 2), (2, 3)),
    organizational(&["DescribePolicy"], (2, 2), (2, 3)),
    organizational(&["ListAWSServiceAccessForOrganization"], (1, 3), (1, 4)),
    organizational(&["ListDelegatedServicesForAccount"], (1, 3), (1, 4)),
    of_account("account", &["ListRegions"], 5),
    of_account("account", &["GetRegionOptStatus"], 5),
    regional("kms", &["DescribeKey"], 2_000),
    regional("kms", &["GetKeyRotationStatus"], 1_000),
    regional("kms", &["GetKeyPolicy"], 1_000),
    regional("kms", &["GetPublicKey"], 2_000),
    regional("kms", &["ListAliases"], 500),
    regional("kms", &["ListResourceTags"], 2_000),
    regional("kms", &["ListKeyPolicies"], 100),
    regional("kms", &["ListKeyRotations"], 100),
    regional("kms", &["Sign"], 1_000),
    regional("logs", &["DescribeLogGroups"], 10),
    regional("logs", &["DescribeLogStreams"], 25),
    regional("logs", &["DescribeMetricFilters"], 5),
    regional("logs", &["DescribeSubscriptionFilters"], 5),
    regional("logs", &["ListTagsForResource"], 5),
];

/// Where no burst is published, it is a second's worth.
const fn even(a_second: u32) -> Rate {
    Rate {
        a_second,
        burst: a_second,
    }
}

const fn regional(service: &'static str, operations: &'static [&'static str], a_second: u32) -> Quota {
    Quota {
        service,
        operations,
        scope: Scope::AccountAndRegion,
        rate: even(a_second),
        of_organization: None,
    }
}

const fn of_account(service: &'static str, operations: &'static [&'static str], a_second: u32) -> Quota {
    Quota {
        scope: Scope::Account,
        ..regional(service, operations, a_second)
    }
}

/// Organizations publishes rate and burst, of one account and of all together.
const fn organizational(operations: &'static [&'static str], one: (u32, u32), all: (u32, u32)) -> Quota {
    Quota {
        rate: Rate {
            a_second: one.0,
            burst: one.1,
        },
        of_organization: Some(Rate {
            a_second: all.0,
            burst: all.1,
        }),
        ..of_account("organizations", operations, 0)
    }
}
