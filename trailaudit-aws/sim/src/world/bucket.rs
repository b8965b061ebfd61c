//! S3 buckets: what keeps the log files, and what they are kept from.

use jiff::Timestamp;

/// One general purpose bucket. Its name is taken in the whole partition.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub region: String,
    /// When it was made.
    pub created: Timestamp,
    /// What its access control list grants beside full control to the owner.
    pub grants: Vec<Grant>,
    /// Whether its policy is public; nothing when it has no policy.
    pub policy_is_public: Option<bool>,
    /// Its own blocking of public access. The account's is not simulated.
    pub public_access_block: Option<PublicAccessBlock>,
    /// Where its access log goes, if anywhere.
    pub logging: Option<BucketLogging>,
    /// `Status` of its versioning, `Enabled` or `Suspended`; nothing when it never had any.
    pub versioning: Option<&'static str>,
    /// `MfaDelete`, `Enabled` or `Disabled`; nothing when it was never set.
    pub mfa_delete: Option<&'static str>,
    /// Its object lock, if it has any.
    pub object_lock: Option<ObjectLock>,
    /// The rules of its lifecycle; none means that it has no lifecycle configuration.
    pub lifecycle: Vec<LifecycleRule>,
}

/// One grant of an access control list.
#[derive(Clone, Debug)]
pub struct Grant {
    /// To whom.
    pub grantee: Grantee,
    /// `READ`, `WRITE`, `READ_ACP`, `WRITE_ACP` or `FULL_CONTROL`.
    pub permission: &'static str,
}

/// Whom an access control list grants something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grantee {
    /// Everybody, signed in or not.
    AllUsers,
    /// Everybody who has an AWS account.
    AuthenticatedUsers,
    /// The service that delivers access logs.
    LogDelivery,
    /// An account.
    Account(String),
}

/// `PublicAccessBlockConfiguration`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are members of the API")]
pub struct PublicAccessBlock {
    /// `BlockPublicAcls`: new public grants are refused.
    pub block_acls: bool,
    /// `IgnorePublicAcls`: public grants have no effect.
    pub ignore_acls: bool,
    /// `BlockPublicPolicy`: new public policies are refused.
    pub block_policy: bool,
    /// `RestrictPublicBuckets`: a public policy lets nobody in from outside.
    pub restrict_buckets: bool,
}

/// Where an access log goes.
#[derive(Clone, Debug)]
pub struct BucketLogging {
    /// A bucket of the same account and Region.
    pub target_bucket: String,
    /// What its log objects' names begin with.
    pub target_prefix: String,
}

/// An object lock, perhaps with a retention for every new object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectLock {
    /// `DefaultRetention`
    pub default_retention: Option<Retention>,
}

/// How long a new object version is kept from everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// `GOVERNANCE` or `COMPLIANCE`
    pub mode: &'static str,
    /// How long.
    pub period: Period,
}

/// A period, in the unit it was set in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Days.
    Days(u32),
    /// Years.
    Years(u32),
}

/// One rule of a lifecycle configuration.
#[derive(Clone, Debug)]
pub struct LifecycleRule {
    /// Its `ID`.
    pub id: String,
    /// `Status`
    pub enabled: bool,
    /// The objects it is about.
    pub filter: LifecycleFilter,
    /// When current versions end.
    pub expiration: Option<Expiration>,
    /// `NoncurrentDays` of `NoncurrentVersionExpiration`.
    pub noncurrent_days: Option<u32>,
    /// After how many days objects move to which storage class.
    pub transitions: Vec<(u32, &'static str)>,
}

/// The objects a lifecycle rule is about.
#[derive(Clone, Debug)]
pub enum LifecycleFilter {
    /// `Prefix` of the rule itself, as it was written before there were filters.
    Prefix(String),
    /// `Filter`: objects for which all of this is true.
    All(Vec<LifecycleCondition>),
}

/// What a filter asks of an object.
#[derive(Clone, Debug)]
pub enum LifecycleCondition {
    /// The beginning of its key.
    Prefix(String),
    /// A tag, key and value.
    Tag(String, String),
    /// More bytes than this.
    LargerThan(u64),
    /// Fewer bytes than this.
    SmallerThan(u64),
}

/// When a lifecycle rule ends current versions.
#[derive(Clone, Copy, Debug)]
pub enum Expiration {
    /// So many days after they were made.
    Days(u32),
    /// On this date.
    Date(Timestamp),
    /// Never: only delete markers that nothing stands behind go.
    DeleteMarkers,
}

impl Bucket {
    /// A bucket as S3 makes it: private, with public access blocked, and nothing else.
    #[must_use]
    pub fn new(name: &str, region: &str, created: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            region: region.to_owned(),
            created,
            grants: Vec::new(),
            policy_is_public: None,
            public_access_block: Some(PublicAccessBlock::all()),
            logging: None,
            versioning: None,
            mfa_delete: None,
            object_lock: None,
            lifecycle: Vec::new(),
        }
    }
}

impl PublicAccessBlock {
    /// Everything blocked.
    #[must_use]
    pub fn all() -> Self {
        Self {
            block_acls: true,
            ignore_acls: true,
            block_policy: true,
            restrict_buckets: true,
        }
    }
}
