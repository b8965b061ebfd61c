//! How often AWS lets itself be asked: token buckets, one for each account, Region, service and operation.

mod table;

use std::collections::HashMap;

use jiff::Timestamp;

use self::table::{QUOTAS, Quota, Rate, Scope};
use crate::call::Entry;
use crate::refusal::Refusal;

/// What callers have used up. Time is what the calls bring along.
#[derive(Debug, Default)]
pub(crate) struct Quotas {
    buckets: HashMap<Key, Bucket>,
}

/// Which quota, and whose: an account, an account in a Region, or nobody in particular for the Organization's.
type Key = (usize, String);

/// Tokens in thousandths, so that equal calls at equal times always leave the same.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    thousandths: i64,
    filled: Timestamp,
}

const ONE: i64 = 1_000;

impl Quotas {
    /// Lets a call pass and counts it, or refuses it as its service does. What is refused is not counted.
    pub fn admit(&mut self, entry: &Entry, now: Timestamp) -> Result<(), Refusal> {
        let found = QUOTAS.iter().enumerate().find(|(_, quota)| quota.is_about(entry));
        let Some((index, quota)) = found else { return Ok(()) };
        let whose = match quota.scope {
            Scope::Account => entry.account.clone(),
            Scope::AccountAndRegion => format!("{}/{}", entry.account, entry.region),
        };
        let mut due = vec![((index, whose), quota.rate)];
        due.extend(quota.of_organization.map(|rate| ((index, String::new()), rate)));
        for (key, rate) in &due {
            if self.bucket(key, *rate, now).thousandths < ONE {
                return Err(Refusal::throttled(entry.service));
            }
        }
        for (key, rate) in &due {
            self.bucket(key, *rate, now).thousandths -= ONE;
        }
        Ok(())
    }

    /// The bucket as it is now; a new one is full.
    fn bucket(&mut self, key: &Key, rate: Rate, now: Timestamp) -> &mut Bucket {
        let full = i64::from(rate.burst) * ONE;
        let bucket = self.buckets.entry(key.clone()).or_insert(Bucket {
            thousandths: full,
            filled: now,
        });
        // Calls of several connections may come a little out of order: no time has passed then.
        let passed = now.as_millisecond() - bucket.filled.as_millisecond();
        if passed > 0 {
            // A thousandth for each millisecond and each token a second.
            let filled = passed.saturating_mul(i64::from(rate.a_second));
            bucket.thousandths = bucket.thousandths.saturating_add(filled).min(full);
            bucket.filled = now;
        }
        bucket
    }
}

impl Quota {
    fn is_about(&self, entry: &Entry) -> bool {
        self.service == entry.service && self.operations.contains(&entry.operation)
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;

    fn call(service: &'static str, operation: &'static str, account: &str, region: &str) -> Entry {
        Entry {
            service,
            operation,
            account: account.to_owned(),
            region: region.to_owned(),
            ..Entry::default()
        }
    }

    /// How many of a hundred calls at one moment pass.
    fn passing(quotas: &mut Quotas, entry: &Entry, now: Timestamp) -> usize {
        (0..100).filter(|_| quotas.admit(entry, now).is_ok()).count()
    }

    #[test]
    fn a_quota_is_used_up_and_fills_again() {
        let (mut quotas, start) = (Quotas::default(), Timestamp::UNIX_EPOCH);
        let list = call("organizations", "ListAccounts", "1", "us-east-1");
        assert_eq!(passing(&mut quotas, &list, start), 12);
        assert_eq!(passing(&mut quotas, &list, start + 500.milliseconds()), 4);
        assert_eq!(
            passing(&mut quotas, &list, start + 400.milliseconds()),
            0,
            "out of order"
        );
        assert_eq!(passing(&mut quotas, &list, start + 1_500.milliseconds()), 8);
        assert_eq!(
            passing(&mut quotas, &list, start + 1.hours()),
            12,
            "never more than full"
        );
    }

    #[test]
    fn what_the_organization_uses_together_counts_together() {
        let (mut quotas, now) = (Quotas::default(), Timestamp::UNIX_EPOCH);
        let of = |account| call("organizations", "ListAccounts", account, "us-east-1");
        assert_eq!(passing(&mut quotas, &of("1"), now), 12);
        assert_eq!(passing(&mut quotas, &of("2"), now), 3, "15 for all accounts together");
    }

    #[test]
    fn accounts_regions_and_operations_do_not_share() {
        let (mut quotas, now) = (Quotas::default(), Timestamp::UNIX_EPOCH);
        for (operation, account, region) in [
            ("DescribeTrails", "1", "us-east-1"),
            ("DescribeTrails", "1", "eu-west-1"),
            ("DescribeTrails", "2", "us-east-1"),
            ("GetTrailStatus", "1", "us-east-1"),
        ] {
            assert_eq!(
                passing(&mut quotas, &call("cloudtrail", operation, account, region), now),
                10
            );
        }
        let assumed = (0..600).filter(|_| quotas.admit(&call("sts", "AssumeRole", "1", "r"), now).is_ok());
        assert_eq!(assumed.count(), 600);
        assert_eq!(
            passing(&mut quotas, &call("sts", "GetCallerIdentity", "1", "r"), now),
            0,
            "one for both"
        );
    }

    #[test]
    fn what_has_no_published_quota_has_none() {
        let mut quotas = Quotas::default();
        let call = call("s3", "GetBucketPolicy", "1", "r");
        assert_eq!(passing(&mut quotas, &call, Timestamp::UNIX_EPOCH), 100);
    }
}
