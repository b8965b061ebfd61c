//! The simulated services and their operations.

mod account;
mod assume_role_input;
mod changing;
mod cloudtrail;
mod cloudwatch;
mod event_data_stores;
mod event_selectors;
mod for_peers;
mod iam;
mod kms;
mod logs;
mod organization_policies;
mod organization_tree;
mod organizations;
mod paging;
mod s3;
mod sns;
mod sts;
mod times;
mod trail_description;
mod trail_scope;

use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::Protocol;

/// One service, as the credential scope names it.
pub(crate) struct Service {
    pub name: &'static str,
    pub protocols: &'static [Protocol],
    operations: &'static [Operation],
    /// Those that change the world.
    changing: &'static [Operation],
}

/// One operation: its name, what the protocol calls it, and how it is answered. The answer may note in the ledger
/// entry what was asked after.
pub(crate) struct Operation {
    pub name: &'static str,
    pub answer: fn(&Request<'_>, &mut Entry) -> Result<Vec<u8>, Refusal>,
}

const SERVICES: [Service; 12] = [
    Service {
        name: "account",
        protocols: &[Protocol::RestJson],
        operations: account::OPERATIONS,
        changing: &[],
    },
    Service {
        name: "cloudtrail",
        protocols: &[Protocol::Json],
        operations: cloudtrail::OPERATIONS,
        changing: changing::CLOUDTRAIL,
    },
    Service {
        name: "ec2",
        protocols: &[Protocol::Query],
        operations: for_peers::EC2,
        changing: &[],
    },
    Service {
        name: "iam",
        protocols: &[Protocol::Query],
        operations: iam::OPERATIONS,
        changing: changing::IAM,
    },
    Service {
        name: "kms",
        protocols: &[Protocol::Json],
        operations: kms::OPERATIONS,
        changing: changing::KMS,
    },
    Service {
        name: "logs",
        protocols: &[Protocol::Json],
        operations: logs::OPERATIONS,
        changing: changing::LOGS,
    },
    Service {
        name: "monitoring",
        protocols: &[Protocol::Cbor, Protocol::Json],
        operations: cloudwatch::OPERATIONS,
        changing: &[],
    },
    Service {
        name: "organizations",
        protocols: &[Protocol::Json],
        operations: organizations::OPERATIONS,
        changing: &[],
    },
    Service {
        name: "s3",
        protocols: &[Protocol::RestXml],
        operations: s3::OPERATIONS,
        changing: &[],
    },
    Service {
        name: "sns",
        protocols: &[Protocol::Query],
        operations: sns::OPERATIONS,
        changing: &[],
    },
    Service {
        name: "sts",
        protocols: &[Protocol::Query],
        operations: sts::OPERATIONS,
        changing: &[],
    },
    Service {
        name: "tagging",
        protocols: &[Protocol::Json],
        operations: for_peers::TAGGING,
        changing: &[],
    },
];

impl Service {
    pub fn named(name: &str) -> Option<&'static Self> {
        SERVICES.iter().find(|service| service.name == name)
    }

    /// An operation by what the protocol calls it: its name, or for the REST protocols its path.
    pub fn operation(&self, called: &str) -> Option<&'static Operation> {
        let name = match called {
            "/listRegions" => "ListRegions",
            "/" => "ListBuckets",
            "/?acl" => "GetBucketAcl",
            "/?lifecycle" => "GetBucketLifecycleConfiguration",
            "/?location" => "GetBucketLocation",
            "/?logging" => "GetBucketLogging",
            "/?object-lock" => "GetObjectLockConfiguration",
            "/?policyStatus" => "GetBucketPolicyStatus",
            "/?publicAccessBlock" => "GetPublicAccessBlock",
            "/?versioning" => "GetBucketVersioning",
            path if path.starts_with('/') => return None,
            name => name,
        };
        let mut all = self.operations.iter().chain(self.changing);
        all.find(|operation| operation.name == name)
    }
}
