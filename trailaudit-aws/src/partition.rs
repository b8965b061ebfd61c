//! The partitions of AWS: their Regions, their global endpoints, and the hosts that are really AWS.
//!
//! From botocore 1.44, `partitions.json`; which Regions are off until an account enables them is from the AWS Account
//! Management guide, "Enable or disable AWS Regions in your account".

/// One partition: a part of AWS that shares nothing with the others, organizations and credentials included.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its name in ARNs.
    pub id: &'static str,
    /// The Region that answers for services without Regions (Organizations, Account Management), and where the
    /// collection starts when no Region is configured.
    pub global_region: &'static str,
    /// Regions that are on in every account.
    pub default_regions: &'static [&'static str],
    /// Regions that are off until an account switches them on.
    pub opt_in_regions: &'static [&'static str],
}

/// Every partition known to this version.
pub const PARTITIONS: &[Partition] = &[
    Partition {
        id: "aws",
        global_region: "us-east-1",
        default_regions: &[
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-southeast-1",
            "ap-southeast-2",
            "ca-central-1",
            "eu-central-1",
            "eu-north-1",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "sa-east-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ],
        opt_in_regions: &[
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-south-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-west-1",
            "eu-central-2",
            "eu-south-1",
            "eu-south-2",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "me-west-1",
            "mx-central-1",
            "sa-west-1",
        ],
    },
    without_opt_in("aws-cn", "cn-northwest-1", &["cn-north-1", "cn-northwest-1"]),
    without_opt_in("aws-us-gov", "us-gov-west-1", &["us-gov-east-1", "us-gov-west-1"]),
    without_opt_in("aws-eusc", "eusc-de-east-1", &["eusc-de-east-1"]),
    without_opt_in("aws-iso", "us-iso-east-1", &["us-iso-east-1", "us-iso-west-1"]),
    without_opt_in("aws-iso-b", "us-isob-east-1", &["us-isob-east-1", "us-isob-west-1"]),
    without_opt_in("aws-iso-e", "eu-isoe-west-1", &["eu-isoe-west-1"]),
    without_opt_in("aws-iso-f", "us-isof-south-1", &["us-isof-east-1", "us-isof-south-1"]),
];

/// The suffixes of hosts that belong to AWS, single and dual stack.
const HOSTS: &[&str] = &[
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "api.amazonwebservices.com.cn",
    "api.amazonwebservices.eu",
    "api.aws",
    "api.aws.hci.ic.gov",
    "api.aws.ic.gov",
    "api.aws.scloud",
    "api.cloud-aws.adc-e.uk",
    "c2s.ic.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
    "sc2s.sgov.gov",
];

impl Partition {
    /// The partition that ARNs call `id`.
    #[must_use]
    pub fn of(id: &str) -> Option<&'static Self> {
        PARTITIONS.iter().find(|partition| partition.id == id)
    }

    /// Every Region of the partition, in alphabetical order.
    #[must_use]
    pub fn regions(&self) -> Vec<&'static str> {
        let mut regions = [self.default_regions, self.opt_in_regions].concat();
        regions.sort_unstable();
        regions
    }

    /// Whether the partition has this Region.
    #[must_use]
    pub fn has(&self, region: &str) -> bool {
        self.default_regions.contains(&region) || self.opt_in_regions.contains(&region)
    }
}

/// Whether `host` (with or without a port) is an endpoint of AWS itself, not of an emulator or a proxy of ours.
#[must_use]
pub fn is_aws_host(host: &str) -> bool {
    let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    HOSTS
        .iter()
        .any(|suffix| host.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.')))
}

const fn without_opt_in(
    id: &'static str,
    global_region: &'static str,
    default_regions: &'static [&'static str],
) -> Partition {
    Partition {
        id,
        global_region,
        default_regions,
        opt_in_regions: &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_counts_of_botocore() {
        let counts: Vec<_> = PARTITIONS.iter().map(|p| (p.id, p.regions().len())).collect();
        assert_eq!(
            counts,
            [
                ("aws", 36),
                ("aws-cn", 2),
                ("aws-us-gov", 2),
                ("aws-eusc", 1),
                ("aws-iso", 2),
                ("aws-iso-b", 2),
                ("aws-iso-e", 1),
                ("aws-iso-f", 2)
            ]
        );
        assert_eq!(PARTITIONS[0].default_regions.len(), 17);
        for partition in PARTITIONS {
            assert!(partition.has(partition.global_region));
        }
    }

    #[test]
    fn only_hosts_of_aws_are_aws() {
        for host in [
            "cloudtrail.eu-west-1.amazonaws.com",
            "kms.cn-north-1.amazonaws.com.cn:443",
            "STS.us-east-1.api.aws",
        ] {
            assert!(is_aws_host(host), "{host}");
        }
        for host in [
            "127.0.0.1:5000",
            "localhost",
            "amazonaws.com.example.org",
            "fakeamazonaws.com",
            "amazonaws.com",
            "",
        ] {
            assert!(!is_aws_host(host), "{host}");
        }
    }
}
