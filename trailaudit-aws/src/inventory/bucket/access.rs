//! Whether anybody may reach into a bucket.

use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::{Observed, Opinion};
use trailaudit_core::{EvidenceId, Exchange};

use crate::inventory::said::{self, Part, Said, Unreadable, flag, part, parts, text, word};
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
        Answer::Error { code, .. } if code == "NoSuchPublicAccessBlockConfiguration" => {
            Observed::known(AccessBlock::default(), id)
        }
        _ => said::told(id, exchange, BLOCK, |answer| {
            let block = answer.must("PublicAccessBlockConfiguration", part)?;
            Ok(AccessBlock {
                lists: block.must("IgnorePublicAcls", flag)?,
                policies: block.must("RestrictPublicBuckets", flag)?,
            })
        }),
    }
}

/// The permissions that one `GetBucketAcl` shows for everybody, or for everybody with an AWS account.
pub(in crate::inventory) fn open_grants(id: EvidenceId, exchange: &Exchange) -> Observed<Vec<String>> {
    said::told(id, exchange, GRANTS, |answer| {
        let grants = answer.must("Grants", parts)?.into_iter();
        let open = grants.map(open_grant).collect::<Said<Vec<_>>>()?;
        Ok(open.into_iter().flatten().collect())
    })
}

/// What a grant lets everybody do; none when it is somebody's (S3 user guide, "Access control list overview").
fn open_grant(grant: Part<'_>) -> Said<Option<String>> {
    let (grantee, permission) = (grant.must("Grantee", part)?, grant.must("Permission", text)?);
    let kinds = ["CanonicalUser", "AmazonCustomerByEmail", "Group"];
    if grantee.must("Type", word(&kinds))? != "Group" {
        return match grantee.may("URI", text)? {
            None => Ok(None),
            Some(_) => Err(Unreadable::because("the answer has a group that is none")),
        };
    }
    match grantee.must("URI", text)?.rsplit('/').next() {
        Some("AllUsers") => Ok(Some(format!("{permission} to everybody"))),
        Some("AuthenticatedUsers") => Ok(Some(format!("{permission} to everybody with an AWS account"))),
        Some("LogDelivery") => Ok(None),
        _ => Err(Unreadable::because("the answer has a group that is not known")),
    }
}

/// What one `GetBucketPolicyStatus` shows; a bucket without a policy says so by an error.
pub(in crate::inventory) fn is_policy_public(id: EvidenceId, exchange: &Exchange) -> Observed<bool> {
    match &exchange.answer {
        Answer::Error { code, .. } if code == "NoSuchBucketPolicy" => Observed::known(false, id),
        _ => said::told(id, exchange, POLICY, |answer| {
            answer.must("PolicyStatus", part)?.must("IsPublic", flag)
        }),
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
    use serde_json::{Value, json};
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
    fn a_grant_is_to_somebody_or_to_a_group_that_is_known() {
        let read = |grantee: Value| open_grant(Part::of(&json!({"Grantee": grantee, "Permission": "READ"})).unwrap());
        let group =
            |name: &str| read(json!({"Type": "Group", "URI": format!("http://acs.amazonaws.com/groups/{name}")}));
        assert_eq!(read(json!({"Type": "CanonicalUser", "ID": "1"})), Ok(None));
        assert_eq!(group("s3/LogDelivery"), Ok(None));
        assert_eq!(group("global/AllUsers"), Ok(Some("READ to everybody".into())));
        assert!(group("global/AuthenticatedUsers").is_ok_and(|open| open.is_some()));
        assert!(group("global/Nobody").is_err());
        for grantee in [
            json!("zz"),
            json!({}),
            json!({"Type": "Group"}),
            json!({"Type": "Group", "URI": 7}),
            json!({"Type": "Somebody", "ID": "1"}),
            json!({"Type": "CanonicalUser", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}),
        ] {
            assert!(read(grantee.clone()).is_err(), "{grantee}");
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
