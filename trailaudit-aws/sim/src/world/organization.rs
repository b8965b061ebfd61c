//! The Organization and its tree of organizational units.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::ServiceControlPolicy;

/// The Organization itself; its accounts are in the world.
#[derive(Clone, Debug)]
pub struct Organization {
    /// `o-` and ten to 32 letters or digits.
    pub id: String,
    /// `r-` and four to 32 letters or digits.
    pub root_id: String,
    /// The id of the management account.
    pub management_account: String,
    /// Its organizational units; a parent is the root or another unit.
    pub units: Vec<OrganizationalUnit>,
    /// Member accounts that may call Organizations and act for a service.
    pub delegated_administrators: Vec<DelegatedAdministrator>,
    /// Whether there is one at all; otherwise every account stands alone, and all else here is moot.
    pub in_use: bool,
    /// Whether it has all features, without which no service is trusted and no policy is in force; otherwise it pays bills
    /// together.
    pub all_features: bool,
    /// Whether service control policies are switched on at its root.
    pub service_control_policies: bool,
    /// Its service control policies.
    pub policies: Vec<ServiceControlPolicy>,
    /// The services that have trusted access, and since when, such as `cloudtrail.amazonaws.com`.
    pub trusted_services: BTreeMap<String, Timestamp>,
    /// Whether Account Management has trusted access, so that the management account may ask for members' Regions.
    pub account_management_trusted: bool,
}

/// One organizational unit.
#[derive(Clone, Debug)]
pub struct OrganizationalUnit {
    /// `ou-`, the root's four characters, and eight to 32 more.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The id of the unit or root it is in.
    pub parent: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A member account that acts for one service.
#[derive(Clone, Debug)]
pub struct DelegatedAdministrator {
    /// The member account.
    pub account: String,
    /// Such as `cloudtrail.amazonaws.com`.
    pub service_principal: String,
    /// Since when.
    pub enabled: Timestamp,
}

impl Organization {
    /// An Organization with nothing but its root, and AWS's own policy attached to all there will be.
    #[must_use]
    pub fn new(id: &str, management_account: &str) -> Self {
        Self {
            id: id.to_owned(),
            root_id: "r-exam".to_owned(),
            management_account: management_account.to_owned(),
            units: Vec::new(),
            delegated_administrators: Vec::new(),
            in_use: true,
            all_features: true,
            service_control_policies: true,
            policies: vec![ServiceControlPolicy::full_access()],
            trusted_services: BTreeMap::new(),
            account_management_trusted: false,
        }
    }

    /// `o-…/r-…/ou-…/`: the way from the Organization down to a root or unit.
    pub(crate) fn path(&self, parent: &str) -> String {
        let mut way = Vec::new();
        let mut at = parent;
        // The deepest tree AWS allows has five levels; the bound also ends a circle in a tree written by hand.
        while way.len() < 5
            && let Some(unit) = self.unit(at)
        {
            way.push(unit.id.as_str());
            at = &unit.parent;
        }
        way.reverse();
        let mut path = format!("{}/{}/", self.id, self.root_id);
        for unit in way {
            path.push_str(unit);
            path.push('/');
        }
        path
    }

    /// The ARN of a service control policy of its own.
    pub(crate) fn policy_arn(&self, id: &str) -> String {
        let (account, organization) = (&self.management_account, &self.id);
        format!("arn:aws:organizations::{account}:policy/{organization}/service_control_policy/{id}")
    }

    pub(crate) fn unit(&self, id: &str) -> Option<&OrganizationalUnit> {
        self.units.iter().find(|unit| unit.id == id)
    }

    /// Whether the account may ask about the whole Organization.
    pub(crate) fn administered_by(&self, account: &str) -> bool {
        account == self.management_account
            || self
                .delegated_administrators
                .iter()
                .any(|known| known.account == account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_from_the_organization_to_the_unit() {
        let mut organization = Organization::new("o-exampleorg", "111111111111");
        for (id, parent) in [("ou-exam-aaaaaaaa", "r-exam"), ("ou-exam-bbbbbbbb", "ou-exam-aaaaaaaa")] {
            let unit = OrganizationalUnit {
                id: id.into(),
                name: id.into(),
                parent: parent.into(),
                tags: BTreeMap::new(),
            };
            organization.units.push(unit);
        }
        assert_eq!(organization.path("r-exam"), "o-exampleorg/r-exam/");
        assert_eq!(
            organization.path("ou-exam-bbbbbbbb"),
            "o-exampleorg/r-exam/ou-exam-aaaaaaaa/ou-exam-bbbbbbbb/"
        );
    }
}
