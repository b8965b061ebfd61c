//! `trailaudit init role`: the policies of the role, and of who enters it.

use trailaudit_aws::{PARTITIONS, Trust};

use super::{Role, document};
use crate::arguments::{InitRole, Policy};
use crate::error::{CommandError, Result};

pub(super) fn text(init: &InitRole) -> Result<String> {
    let role = Role::of(&init.wanted)?;
    if init.policy != Policy::Trust {
        refuse_terms_of_trust(init)?;
    }
    Ok(document(&match init.policy {
        Policy::Permissions => role.least.role_policy(),
        Policy::Trust => trust(init)?.policy(),
        Policy::Caller => {
            let partition = &init.partition;
            if !PARTITIONS.iter().any(|known| known.id == partition) {
                return Err(CommandError::usage(format_args!(
                    "--partition: there is no partition {partition:?}"
                )));
            }
            role.least.caller_policy(partition, [role.full_name()])
        }
    }))
}

/// What says who may enter changes nothing in the other policies.
fn refuse_terms_of_trust(init: &InitRole) -> Result<()> {
    let given = [
        ("principal", &init.principal),
        ("organization", &init.organization),
        ("external-id", &init.external_id),
        ("source-identity", &init.source_identity),
    ];
    match given.iter().find(|(_, value)| value.is_some()) {
        None => Ok(()),
        Some((option, _)) => Err(CommandError::usage(format_args!(
            "--{option}: only the trust policy says who may enter"
        ))
        .hint("ask for it with --policy trust")),
    }
}

fn trust(init: &InitRole) -> Result<Trust> {
    let Some(principal) = init.principal.clone() else {
        return Err(CommandError::usage("--policy trust: it does not say who may enter")
            .hint("name the account that audits, or its role: --principal 111122223333"));
    };
    let is_account = principal.len() == 12 && principal.bytes().all(|digit| digit.is_ascii_digit());
    if !is_account && !principal.starts_with("arn:") {
        return Err(CommandError::usage(format_args!(
            "--principal: {principal:?} is neither an account id nor an ARN"
        )));
    }
    if let Some(id) = init.organization.as_ref().filter(|id| !id.starts_with("o-")) {
        return Err(
            CommandError::usage(format_args!("--organization: {id:?} is not the id of an organization"))
                .hint("`aws organizations describe-organization` tells it: o-..."),
        );
    }
    Ok(Trust {
        principal,
        external_id: init.external_id.clone(),
        organization: init.organization.clone(),
        source_identity: init.source_identity.clone(),
    })
}
