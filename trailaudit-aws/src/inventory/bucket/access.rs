//! Whether anybody may reach into a bucket.

use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::{Observed, Opinion};
use trailaudit_core::{EvidenceId, Exchange};

use crate::inventory::gap_of;
use crate::inventory::words::listed;

const BLOCK: &str = "whether the bucket blocks public access";
const GRANTS: &str = "the bucket's access list";
const POLICY: &str = "whether the bucket's policy is public";

/// What a bucket's own blocking of public access makes of what is public there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::inventory) struct AccessBlock {
    /// `IgnorePublicAcls`: the access list lets nobody in.
    lists: bool,
    /// `RestrictPublicBuckets`: a public policy lets nobody in from outside.
    policies: bool,
}

/// What one `GetPublicAccessBlock` shows.
pub(in crate::inventory) fn access_block(id: EvidenceId, exchange: &Exchange) -> Observed<AccessBlock> {
    match &exchange.answer {
        Answer::Ok(answer) => {
            let block = &answer["PublicAccessBlockConfiguration"];
            match (
                block["IgnorePublicAcls"].as_bool(),
                block["RestrictPublicBuckets"].as_bool(),
            ) {
                (Some(lists), Some(policies)) => Observed::known(AccessBlock { lists, policies }, id),
                _ => Observed::Unknown(gap_of(exchange, id, BLOCK)),
            }
        }
        Answer::Error { code, .. } if code == "NoSuchPublicAccessBlockConfiguration" => {
            Observed::known(AccessBlock::default(), id)
        }
        Answer::Error { .. } => Observed::Unknown(gap_of(exchange, id, BLOCK)),
    }
}

/// The permissions that one `GetBucketAcl` shows for everybody, or for everybody with an AWS account.
pub(in crate::inventory) fn open_grants(id: EvidenceId, exchange: &Exchange) -> Observed<Vec<String>> {
    let Answer::Ok(answer) = &exchange.answer else {
        return Observed::Unknown(gap_of(exchange, id, GRANTS));
    };
    let Some(grants) = answer["Grants"].as_array() else {
        return Observed::Unknown(gap_of(exchange, id, GRANTS));
    };
    let open = grants.iter().filter_map(|grant| {
        let group = grant["Grantee"]["URI"].as_str()?.rsplit('/').next()?;
        let permission = grant["Permission"].as_str().unwrap_or("something");
        match group {
            "AllUsers" => Some(format!("{permission} to everybody")),
            "AuthenticatedUsers" => Some(format!("{permission} to everybody with an AWS account")),
            _ => None,
        }
    });
    Observed::known(open.collect(), id)
}

/// What one `GetBucketPolicyStatus` shows; a bucket without a policy says so by an error.
pub(in crate::inventory) fn is_policy_public(id: EvidenceId, exchange: &Exchange) -> Observed<bool> {
    match &exchange.answer {
        Answer::Ok(answer) => match answer["PolicyStatus"]["IsPublic"].as_bool() {
            Some(public) => Observed::known(public, id),
            None => Observed::Unknown(gap_of(exchange, id, POLICY)),
        },
        Answer::Error { code, .. } if code == "NoSuchBucketPolicy" => Observed::known(false, id),
        Answer::Error { .. } => Observed::Unknown(gap_of(exchange, id, POLICY)),
    }
}

/// Whether anybody may reach into a bucket, by all three. Each way in is open when it is granted and not blocked; where
/// it is granted to nobody, blocking does not matter. Blocking by the account as a whole is not read.
pub(in crate::inventory) fn public(
    block: &Observed<AccessBlock>,
    grants: &Observed<Vec<String>>,
    policy: &Observed<bool>,
) -> Observed<Opinion> {
    let all_blocked = AccessBlock {
        lists: true,
        policies: true,
    };
    if matches!(block, Observed::Known { value, .. } if *value == all_blocked) {
        return block
            .clone()
            .map(|_| Opinion::No("public access to the bucket is blocked".into()));
    }
    let by_list = way(grants, block, |grants| !grants.is_empty(), |block| block.lists).then(|open| {
        grants
            .clone()
            .map(|grants| open.then(|| format!("its access list grants {}", listed(grants))))
    });
    let by_policy = way(policy, block, |public| *public, |block| block.policies)
        .map(|open| open.then(|| "its policy is public".to_owned()));
    let closed = "neither the access list nor the policy of the bucket lets anybody in";
    match (by_list, by_policy) {
        (
            Observed::Known {
                value: Some(how),
                evidence,
            },
            _,
        )
        | (
            _,
            Observed::Known {
                value: Some(how),
                evidence,
            },
        ) => Observed::known(
            Opinion::Yes(format!("anybody may reach into the bucket: {how}")),
            evidence,
        ),
        (list, policy) => list.then(|_| policy).map(|_| Opinion::No(closed.into())),
    }
}

/// Whether one way in is open: it needs no more than that it is granted to nobody, or that it is blocked.
fn way<T: Clone>(
    granted: &Observed<T>,
    block: &Observed<AccessBlock>,
    is_granted: impl Fn(&T) -> bool,
    is_blocked: impl Fn(&AccessBlock) -> bool,
) -> Observed<bool> {
    match (granted, block) {
        (Observed::Known { value, evidence }, _) if !is_granted(value) => Observed::known(false, evidence.clone()),
        (_, Observed::Known { value, evidence }) if is_blocked(value) => Observed::known(false, evidence.clone()),
        (granted, block) => granted.clone().then(|_| block.clone()).map(|_| true),
    }
}

#[cfg(test)]
mod tests {
    use trailaudit_core::observed::{Gap, GapReason};

    use super::*;

    fn known<T>(value: T, by: &str) -> Observed<T> {
        Observed::known(value, EvidenceId::of(by.as_bytes()))
    }

    fn denied<T>() -> Observed<T> {
        Observed::Unknown(Gap {
            wanted: "it",
            call: None,
            why: GapReason::TimedOut,
            evidence: None,
        })
    }

    fn told(block: &Observed<AccessBlock>, grants: &Observed<Vec<String>>, policy: &Observed<bool>) -> &'static str {
        match public(block, grants, policy) {
            Observed::Known {
                value: Opinion::Yes(_), ..
            } => "open",
            Observed::Known {
                value: Opinion::No(_), ..
            } => "closed",
            Observed::Known { .. } => "unclear",
            Observed::Unknown(_) => "unknown",
        }
    }

    #[test]
    fn a_bucket_is_public_by_either_way_that_is_not_blocked() {
        let block = |lists, policies| known(AccessBlock { lists, policies }, "block");
        let open = || known(vec!["READ to everybody".to_owned()], "acl");
        let closed = || known(Vec::new(), "acl");
        let policy = |public| known(public, "policy");
        assert_eq!(told(&block(true, true), &denied(), &denied()), "closed");
        assert_eq!(told(&block(false, false), &closed(), &policy(false)), "closed");
        assert_eq!(told(&block(false, false), &open(), &denied()), "open");
        assert_eq!(told(&block(true, false), &open(), &policy(false)), "closed");
        assert_eq!(told(&block(true, false), &open(), &policy(true)), "open");
        assert_eq!(told(&block(false, true), &closed(), &policy(true)), "closed");
        assert_eq!(told(&denied(), &closed(), &policy(false)), "closed");
        assert_eq!(told(&denied(), &open(), &policy(false)), "unknown");
        assert_eq!(told(&block(false, false), &denied(), &policy(false)), "unknown");
        assert_eq!(told(&block(false, false), &closed(), &denied()), "unknown");
    }
}
