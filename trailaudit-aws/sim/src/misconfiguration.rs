//! Organizations that are set up wrong: what keeps an audit from being complete, one kind at a time. What goes wrong
//! between a caller and AWS is [`Faults`](crate::Faults); this stays until somebody changes it.

use crate::world::{Account, Denial, DeniedBy, KeyReaders, RegionStatus, World};

/// A kind of mistake. Refusals are worded as AWS words them, so that they tell which policy is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misconfiguration {
    /// The account has no such role.
    RoleMissing,
    /// The role of the account asks for an external id.
    ExternalId,
    /// The role of the account asks for another organization.
    OtherOrganization,
    /// The role of the account lies under no path.
    RoleWithoutPath,
    /// The caller's own policies do not let it assume roles.
    CallerMayNotAssume,
    /// A service control policy denies to read keys in the account.
    ServiceControlPolicyDenies,
    /// No service control policy allows to list the event data stores of the account.
    ServiceControlPolicyOmits,
    /// A service control policy denies everything in all Regions of the account but the first.
    RegionsShut,
    /// The policy of the account's role lacks an action.
    RolePolicyOmits,
    /// The policy of the account's role denies an action.
    RolePolicyDenies,
    /// The permissions boundary of the account's role does not allow an action.
    BoundaryOmits,
    /// The key policies of the account shut everybody out.
    KeyPolicyDenies,
    /// The bucket policies of the account deny to read its buckets' settings.
    BucketPolicyDenies,
    /// The last Region is off in the account, and its role may not tell so.
    RegionOffUntold,
    /// A VPC endpoint lets nobody ask for trails.
    EndpointPolicy,
    /// The management account's caller may not read the policies of the organization.
    OrganizationPoliciesHidden,
    /// The account's buckets belong to somebody outside of the organization.
    BucketElsewhere,
}

impl Misconfiguration {
    /// All there are.
    pub const ALL: [Self; 17] = [
        Self::RoleMissing,
        Self::ExternalId,
        Self::OtherOrganization,
        Self::RoleWithoutPath,
        Self::CallerMayNotAssume,
        Self::ServiceControlPolicyDenies,
        Self::ServiceControlPolicyOmits,
        Self::RegionsShut,
        Self::RolePolicyOmits,
        Self::RolePolicyDenies,
        Self::BoundaryOmits,
        Self::KeyPolicyDenies,
        Self::BucketPolicyDenies,
        Self::RegionOffUntold,
        Self::EndpointPolicy,
        Self::OrganizationPoliciesHidden,
        Self::BucketElsewhere,
    ];

    /// Makes the mistake in one account, for the role of this name.
    pub fn plant(self, world: &mut World, account: &str, role: &str) {
        let regions: Vec<_> = world.regions.iter().map(|region| region.name.clone()).collect();
        match self {
            Self::CallerMayNotAssume => deny_nobody_else(world, "sts:AssumeRole"),
            Self::OrganizationPoliciesHidden => deny_nobody_else(world, "organizations:ListPolicies"),
            Self::BucketElsewhere => {
                let Some(account) = world.accounts.get_mut(account) else {
                    return;
                };
                let names = account.buckets.drain(..).map(|bucket| bucket.name);
                world.foreign_buckets.extend(names);
            }
            _ => {
                if let Some(account) = world.accounts.get_mut(account) {
                    self.plant_in(account, role, &regions);
                }
            }
        }
    }

    fn plant_in(self, account: &mut Account, role: &str, regions: &[String]) {
        let policy = || DeniedBy::ServiceControlPolicy("p-guardrail".to_owned());
        match self {
            Self::RoleMissing => drop(account.roles.remove(role)),
            Self::ExternalId => {
                if let Some(role) = account.roles.get_mut(role) {
                    role.trust.external_id = Some("another-id".to_owned());
                }
            }
            Self::OtherOrganization => {
                if let Some(role) = account.roles.get_mut(role) {
                    role.trust.organization = Some("o-another".to_owned());
                }
            }
            Self::RoleWithoutPath => {
                if let Some(role) = account.roles.get_mut(role) {
                    "/".clone_into(&mut role.path);
                }
            }
            Self::ServiceControlPolicyDenies => deny(account, policy(), &["kms:*"], &[]),
            Self::ServiceControlPolicyOmits => {
                let by = DeniedBy::Omission("service control policy");
                deny(account, by, &["cloudtrail:ListEventDataStores"], &[]);
            }
            Self::RegionsShut => deny(account, policy(), &["*"], regions.get(1..).unwrap_or_default()),
            Self::RolePolicyOmits => {
                let by = DeniedBy::Omission("identity-based policy");
                deny(
                    account,
                    by,
                    &["cloudtrail:ListEventDataStores", "account:ListRegions"],
                    &[],
                );
            }
            Self::RolePolicyDenies => deny(account, DeniedBy::IdentityPolicy, &["cloudtrail:GetTrailStatus"], &[]),
            Self::BoundaryOmits => {
                let by = DeniedBy::Omission("permissions boundary");
                deny(account, by, &["cloudtrail:DescribeTrails"], &[]);
            }
            Self::KeyPolicyDenies => {
                for key in &mut account.keys {
                    key.readers = KeyReaders::Nobody;
                }
            }
            Self::BucketPolicyDenies => deny(account, DeniedBy::ResourcePolicy, &["s3:GetBucketVersioning"], &[]),
            Self::RegionOffUntold => {
                if let Some(last) = regions.last() {
                    account.region_status.insert(last.clone(), RegionStatus::Disabled);
                }
                let by = DeniedBy::Omission("identity-based policy");
                deny(account, by, &["account:ListRegions"], &[]);
            }
            Self::EndpointPolicy => {
                let by = DeniedBy::Omission("VPC endpoint policy");
                deny(account, by, &["cloudtrail:DescribeTrails"], &[]);
            }
            // Those of the whole world.
            Self::CallerMayNotAssume | Self::OrganizationPoliciesHidden | Self::BucketElsewhere => {}
        }
    }
}

fn deny(account: &mut Account, by: DeniedBy, actions: &[&str], regions: &[String]) {
    account.denials.push(Denial {
        by,
        actions: actions.iter().map(ToString::to_string).collect(),
        regions: regions.to_vec(),
        resources: Vec::new(),
    });
}

/// The caller's account refuses it for want of a statement.
fn deny_nobody_else(world: &mut World, action: &str) {
    let management = world.management_account().to_owned();
    if let Some(account) = world.accounts.get_mut(&management) {
        deny(account, DeniedBy::Omission("identity-based policy"), &[action], &[]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{MEMBER, world};

    #[test]
    fn each_changes_the_world() {
        let before = format!("{:?}", with_property());
        for kind in Misconfiguration::ALL {
            let mut world = with_property();
            kind.plant(&mut world, MEMBER, "Auditor");
            assert_ne!(format!("{world:?}"), before, "{kind:?}");
        }
    }

    fn with_property() -> World {
        let mut world = world();
        let founded = crate::rehearsal::now();
        let member = world.accounts.get_mut(MEMBER).unwrap();
        member.roles.get_mut("Auditor").unwrap().path = "/audit/".into();
        member.keys.push(crate::Key::new("a", "us-east-1", founded));
        member.buckets.push(crate::Bucket::new("b", "us-east-1", founded));
        world
    }
}
