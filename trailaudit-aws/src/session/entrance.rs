//! How accounts are entered.

use trailaudit_core::organization::Region;

use crate::builder::Options;
use crate::calls::sts::Assumption;
use crate::partition::Partition;
use crate::policy;

/// How accounts are entered.
pub(crate) struct Entrance {
    pub partition: &'static str,
    /// Where STS is asked.
    pub region: Region,
    /// Tried in this order.
    pub role_names: Vec<String>,
    pub assumption: Assumption,
    pub management: Assumption,
    /// Whether listings that lead to no further question are asked for their first page only.
    pub glances: bool,
}

impl Options {
    pub(crate) fn entrance(&self, partition: &'static Partition, configured: &Region) -> Entrance {
        let assumption = |policy: String| Assumption {
            session_name: self.session_name.clone(),
            external_id: self.external_id.clone(),
            source_identity: self.source_identity.clone(),
            tags: self.session_tags.clone().into_iter().collect(),
            duration: self.session_seconds,
            policy,
        };
        // STS in a Region that is off in the entered account refuses the role.
        let is_default = partition.default_regions.contains(&configured.as_str());
        Entrance {
            partition: partition.id,
            region: if is_default {
                configured.clone()
            } else {
                partition.global_region.into()
            },
            role_names: self.role_names.clone(),
            assumption: assumption(policy::session_policy(&self.agenda)),
            management: assumption(policy::management_session_policy(&self.agenda)),
            glances: self.glances,
        }
    }
}
