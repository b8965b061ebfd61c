//! What was asked of the simulator: how a test tells that nothing was asked twice, or that must not be asked at all.

use std::collections::{BTreeMap, BTreeSet};

use crate::call::Entry;

/// Counts of calls since the server started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Calls by service and operation, refused ones included. Calls that name no known operation count under empty
    /// names.
    pub calls: BTreeMap<(&'static str, &'static str), u64>,
    /// Refused calls by operation and error code.
    pub refused: BTreeMap<(&'static str, &'static str), u64>,
    /// Calls by operation and by what was asked after:
    ///
    /// | operation | target |
    /// | --- | --- |
    /// | AssumeRole | the account of the role |
    /// | DescribeKey, GetKeyPolicy, GetKeyRotationStatus, GetPublicKey, Sign | the key's ARN, or the words it was asked for by when there is no such key |
    /// | DescribeLogGroups | account/Region/prefix or pattern |
    /// | DescribeLogStreams | account/Region/group, and the prefix if one was given |
    /// | DescribeMetricFilters | account/Region/group |
    /// | DescribeResourcePolicies | account/Region, and the log group's ARN if one was given |
    /// | GetEventDataStore | account/Region/store as named |
    /// | GetPolicy, GetPolicyVersion | account/ARN, and the version |
    /// | GetRole, ListRolePolicies, ListAttachedRolePolicies, GetRolePolicy | account/role, and the policy |
    /// | GetTrail, GetTrailStatus, GetEventSelectors, GetInsightSelectors | account/Region/trail as named |
    /// | ListBuckets | account/Region, and the prefix if one was given |
    /// | GetBucketAcl and all that ask of one bucket | the bucket's name |
    /// | ListRegions | the account |
    /// | ListAccountsForParent, ListOrganizationalUnitsForParent, ListTagsForResource | the id |
    /// | ListPolicies | the filter |
    /// | DescribePolicy, ListTargetsForPolicy | the policy's id |
    /// | ListSubscriptionsByTopic | the topic's ARN |
    /// | all others, DescribeTrails among them | account/Region of the caller |
    pub targets: BTreeMap<&'static str, BTreeMap<String, u64>>,
    /// ARNs of KMS keys that a caller created by describing `alias/aws/…`.
    pub created_keys: BTreeSet<String>,
    /// How many requests were in flight at once, at most.
    pub most_in_flight: usize,
    /// How often each fault struck.
    pub faults: BTreeMap<&'static str, u64>,
}

impl Ledger {
    /// How often an operation was called.
    #[must_use]
    pub fn count(&self, service: &str, operation: &str) -> u64 {
        self.calls
            .iter()
            .filter(|((known, name), _)| *known == service && *name == operation)
            .map(|(_, count)| count)
            .sum()
    }

    /// How often an operation was called, by what was asked after.
    #[must_use]
    pub fn asked(&self, operation: &str) -> BTreeMap<String, u64> {
        self.targets.get(operation).cloned().unwrap_or_default()
    }

    /// Calls in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.calls.values().sum()
    }

    pub(crate) fn enter(&mut self, entry: Entry) {
        *self.calls.entry((entry.service, entry.operation)).or_default() += 1;
        if let Some(code) = entry.refused {
            *self.refused.entry((entry.operation, code)).or_default() += 1;
        }
        if !entry.target.is_empty() {
            *self
                .targets
                .entry(entry.operation)
                .or_default()
                .entry(entry.target)
                .or_default() += 1;
        }
        self.created_keys.extend(entry.created_key);
    }
}
