//! S3: who gets at a bucket, and what tells of it.

use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::bucket::answer;
use crate::wire::xml::Xml;
use crate::world::Grantee;

use super::{canonical_id, lacking, owned};

pub(super) fn get_bucket_acl(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let bucket = owned(request, entry, "s3:GetBucketAcl")?;
    let owner = Grantee::Account(request.account_id().to_owned());
    let grants = bucket.grants.iter().map(|grant| (&grant.grantee, grant.permission));
    let grants = std::iter::once((&owner, "FULL_CONTROL")).chain(grants);
    Ok(answer("AccessControlPolicy", |xml| {
        xml.element("Owner", |xml| {
            xml.text("ID", canonical_id(request.account_id()));
        });
        xml.element("AccessControlList", |xml| {
            for (grantee, permission) in grants {
                xml.element("Grant", |xml| {
                    write_grantee(xml, grantee);
                    xml.text("Permission", permission);
                });
            }
        });
    }))
}

fn write_grantee(xml: &mut Xml, grantee: &Grantee) {
    let group = match grantee {
        Grantee::AllUsers => "global/AllUsers",
        Grantee::AuthenticatedUsers => "global/AuthenticatedUsers",
        Grantee::LogDelivery => "s3/LogDelivery",
        Grantee::Account(account) => {
            xml.with("Grantee", &of_type("CanonicalUser"), |xml| {
                xml.text("ID", canonical_id(account));
            });
            return;
        }
    };
    xml.with("Grantee", &of_type("Group"), |xml| {
        xml.text("URI", format!("http://acs.amazonaws.com/groups/{group}"));
    });
}

fn of_type(kind: &str) -> String {
    format!("xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{kind}\"")
}

pub(super) fn get_bucket_policy_status(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let bucket = owned(request, entry, "s3:GetBucketPolicyStatus")?;
    let absent = || lacking("NoSuchBucketPolicy", "The bucket policy does not exist", bucket);
    let public = bucket.policy_is_public.ok_or_else(absent)?;
    Ok(answer("PolicyStatus", |xml| {
        xml.text("IsPublic", public);
    }))
}

pub(super) fn get_public_access_block(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let bucket = owned(request, entry, "s3:GetBucketPublicAccessBlock")?;
    let block = bucket.public_access_block.ok_or_else(|| {
        let message = "The public access block configuration was not found";
        lacking("NoSuchPublicAccessBlockConfiguration", message, bucket)
    })?;
    Ok(answer("PublicAccessBlockConfiguration", |xml| {
        xml.text("BlockPublicAcls", block.block_acls);
        xml.text("IgnorePublicAcls", block.ignore_acls);
        xml.text("BlockPublicPolicy", block.block_policy);
        xml.text("RestrictPublicBuckets", block.restrict_buckets);
    }))
}

/// A bucket without an access log has an empty answer.
pub(super) fn get_bucket_logging(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let bucket = owned(request, entry, "s3:GetBucketLogging")?;
    Ok(answer("BucketLoggingStatus", |xml| {
        if let Some(logging) = &bucket.logging {
            xml.element("LoggingEnabled", |xml| {
                xml.text("TargetBucket", &logging.target_bucket);
                xml.text("TargetPrefix", &logging.target_prefix);
            });
        }
    }))
}

#[cfg(test)]
mod tests {
    use crate::rehearsal::{Caller, MEMBER, between, now, world};
    use crate::world::{Bucket, BucketLogging, Grant, Grantee, World};

    fn world_with(change: impl FnOnce(&mut Bucket)) -> World {
        let (mut world, mut bucket) = (world(), Bucket::new("logs", "us-east-1", now()));
        change(&mut bucket);
        world.accounts.get_mut(MEMBER).unwrap().buckets.push(bucket);
        world
    }

    fn ask(world: &World, part: &str) -> (&'static str, String) {
        let answer = Caller::member(world).get(&format!("/logs?{part}"));
        (
            answer.entry.refused.unwrap_or("nothing"),
            String::from_utf8(answer.body).unwrap(),
        )
    }

    #[test]
    fn the_owner_is_always_among_the_grantees() {
        let world = world_with(|bucket| {
            bucket.grants.push(Grant {
                grantee: Grantee::AllUsers,
                permission: "READ",
            });
        });
        let (_, acl) = ask(&world, "acl");
        assert_eq!(
            (acl.matches("<Grant>").count(), between(&acl, "Permission")),
            (2, "FULL_CONTROL".into())
        );
        assert_eq!(between(&acl, "URI"), "http://acs.amazonaws.com/groups/global/AllUsers");
    }

    #[test]
    fn what_a_bucket_never_had_is_refused_or_empty() {
        let world = world_with(|bucket| bucket.public_access_block = None);
        assert_eq!(ask(&world, "policyStatus").0, "NoSuchBucketPolicy");
        assert_eq!(
            ask(&world, "publicAccessBlock").0,
            "NoSuchPublicAccessBlockConfiguration"
        );
        assert!(ask(&world, "logging").1.ends_with("\"></BucketLoggingStatus>"));
    }

    #[test]
    fn what_a_bucket_has_is_told() {
        let world = world_with(|bucket| {
            bucket.policy_is_public = Some(true);
            bucket.logging = Some(BucketLogging {
                target_bucket: "access".into(),
                target_prefix: "logs/".into(),
            });
        });
        assert_eq!(between(&ask(&world, "policyStatus").1, "IsPublic"), "true");
        assert_eq!(
            between(&ask(&world, "publicAccessBlock").1, "RestrictPublicBuckets"),
            "true"
        );
        assert_eq!(between(&ask(&world, "logging").1, "TargetPrefix"), "logs/");
    }
}
