//! What somebody should be told while it happens, and the alarms that tell.

use crate::observed::{Observed, Opinion};
use crate::organization::AlarmId;

/// What somebody should be told of: the fifteen alarm controls of the CIS AWS Foundations Benchmark, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Activity {
    /// Calls that were refused for lack of permission.
    UnauthorizedCalls,
    /// Signing in to the console without a second factor.
    SignInWithoutSecondFactor,
    /// Use of the root account.
    RootAccountUse,
    /// Changes of identity policies.
    IdentityPolicyChanges,
    /// Changes of trails.
    TrailChanges,
    /// Failed attempts to sign in to the console.
    FailedSignIns,
    /// A customer's key disabled or scheduled for deletion.
    KeyDisabledOrDeleted,
    /// Changes of bucket policies.
    BucketPolicyChanges,
    /// Changes of the configuration recorder.
    RecorderChanges,
    /// Changes of security groups.
    SecurityGroupChanges,
    /// Changes of network access lists.
    NetworkAclChanges,
    /// Changes of network gateways.
    GatewayChanges,
    /// Changes of route tables.
    RouteTableChanges,
    /// Changes of virtual networks.
    NetworkChanges,
    /// Changes of the organization.
    OrganizationChanges,
}

impl Activity {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::UnauthorizedCalls,
        Self::SignInWithoutSecondFactor,
        Self::RootAccountUse,
        Self::IdentityPolicyChanges,
        Self::TrailChanges,
        Self::FailedSignIns,
        Self::KeyDisabledOrDeleted,
        Self::BucketPolicyChanges,
        Self::RecorderChanges,
        Self::SecurityGroupChanges,
        Self::NetworkAclChanges,
        Self::GatewayChanges,
        Self::RouteTableChanges,
        Self::NetworkChanges,
        Self::OrganizationChanges,
    ];
}

/// An alarm that something in a trail's log group can raise.
pub trait Alarm: Sync {
    /// Its full name.
    fn id(&self) -> &AlarmId;

    /// Whether it does anything when it is raised.
    fn acts(&self) -> Observed<Opinion> {
        Observed::not_collected("whether the alarm does anything")
    }
}
