//! S3: buckets and their settings. Objects are not simulated.

mod access;
mod retention;

use jiff::Timestamp;

use crate::call::Entry;
use crate::digest::{digest, hex};
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::bucket::{addressed, answer};
use crate::wire::field;
use crate::world::Bucket;

use super::Operation;
use super::paging::{Place, page};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "GetBucketAcl",
        answer: access::get_bucket_acl,
    },
    Operation {
        name: "GetBucketLifecycleConfiguration",
        answer: retention::get_bucket_lifecycle_configuration,
    },
    Operation {
        name: "GetBucketLocation",
        answer: get_bucket_location,
    },
    Operation {
        name: "GetBucketLogging",
        answer: access::get_bucket_logging,
    },
    Operation {
        name: "GetBucketPolicyStatus",
        answer: access::get_bucket_policy_status,
    },
    Operation {
        name: "GetBucketVersioning",
        answer: retention::get_bucket_versioning,
    },
    Operation {
        name: "GetObjectLockConfiguration",
        answer: retention::get_object_lock_configuration,
    },
    Operation {
        name: "GetPublicAccessBlock",
        answer: access::get_public_access_block,
    },
    Operation {
        name: "ListBuckets",
        answer: list_buckets,
    },
];

/// The ledger's target is account, Region and, if there is one, the prefix. The buckets are those of all Regions.
fn list_buckets(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let parameter = |name| field(request.call.query.as_bytes(), name);
    let (prefix, region) = (parameter("prefix"), parameter("bucket-region"));
    let (size, token) = (parameter("max-buckets"), parameter("continuation-token"));
    if let Some(prefix) = &prefix {
        entry.target = format!("{}/{prefix}", entry.target);
    }
    request.authorize("s3:ListAllMyBuckets", Some("arn:aws:s3:::*"))?;
    let invalid = |message: &str| Refusal::client("InvalidArgument", message);
    // Each bucket's Region is told to whoever asks for something in particular.
    let whole = prefix.is_none() && region.is_none() && size.is_none() && token.is_none();
    let size = size.map_or(Some(10_000), |size| {
        size.parse().ok().filter(|size| (1..=10_000).contains(size))
    });
    let size = size.ok_or_else(|| invalid("Argument max-buckets must be an integer between 1 and 10000"))?;
    let place = Place::of(token.as_deref(), "buckets");
    let place = place.ok_or_else(|| invalid("The continuation token provided is incorrect"))?;
    let account = request.caller.account;
    let mut buckets: Vec<&Bucket> = account.buckets.iter().collect();
    buckets.retain(|bucket| {
        prefix.as_ref().is_none_or(|prefix| bucket.name.starts_with(prefix))
            && region.as_ref().is_none_or(|region| bucket.region == *region)
    });
    buckets.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    let page = page(buckets.into_iter(), size, &place, "buckets", false);
    Ok(answer("ListAllMyBucketsResult", |xml| {
        xml.element("Owner", |xml| {
            xml.text("ID", canonical_id(&account.id));
        });
        xml.element("Buckets", |xml| {
            for bucket in page.items {
                xml.element("Bucket", |xml| {
                    xml.text("Name", &bucket.name)
                        .text("CreationDate", time(bucket.created));
                    xml.optional("BucketRegion", (!whole).then_some(&bucket.region));
                });
            }
        });
        xml.optional("ContinuationToken", page.next).optional("Prefix", prefix);
    }))
}

/// Any Region answers this one, and says nothing for us-east-1.
fn get_bucket_location(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let bucket = own(request, entry, "s3:GetBucketLocation", true)?;
    Ok(answer("LocationConstraint", |xml| {
        if bucket.region != "us-east-1" {
            xml.words(&bucket.region);
        }
    }))
}

/// The bucket a request is about, when it belongs to the caller's account, is in the Region and may be asked this.
fn owned<'a>(request: &Request<'a>, entry: &mut Entry, action: &str) -> Result<&'a Bucket, Refusal> {
    own(request, entry, action, false)
}

/// The ledger's target is the bucket's name, here and for all that ask of one bucket.
fn own<'a>(request: &Request<'a>, entry: &mut Entry, action: &str, anywhere: bool) -> Result<&'a Bucket, Refusal> {
    let named = addressed(request.call).ok_or_else(Refusal::unknown_operation)?;
    named.name.clone_into(&mut entry.target);
    let arn = format!("arn:aws:s3:::{}", named.name);
    let world = request.world;
    let Some((owner, bucket)) = world.bucket(named.name) else {
        request.authorize(action, Some(&arn))?;
        return Err(if world.foreign_buckets.contains(named.name) {
            Refusal::access_denied("Access Denied")
        } else {
            let absent = Refusal::client("NoSuchBucket", "The specified bucket does not exist").with_status(404);
            absent.with_detail("BucketName", named.name)
        });
    };
    if bucket.region != request.region && !anywhere {
        return Err(elsewhere(request, bucket, named.in_host));
    }
    request.authorize(action, Some(&arn))?;
    if owner.id == request.account_id() {
        Ok(bucket)
    } else {
        Err(Refusal::access_denied("Access Denied"))
    }
}

/// A host's name that holds a bucket's leads to the bucket's own Region, where the signature is for another one; any
/// other leads to the Region it names, which knows better.
fn elsewhere(request: &Request<'_>, bucket: &Bucket, in_host: bool) -> Refusal {
    let (asked, region) = (request.region, &bucket.region);
    let refusal = if in_host {
        let message =
            format!("The authorization header is malformed; the region '{asked}' is wrong; expecting '{region}'");
        Refusal::client("AuthorizationHeaderMalformed", message).with_detail("Region", region)
    } else {
        let message = "The bucket you are attempting to access must be addressed using the specified endpoint. Please \
                       send all future requests to this endpoint.";
        Refusal::client("PermanentRedirect", message)
            .with_status(301)
            .with_detail("Endpoint", &format!("s3.{region}.amazonaws.com"))
            .with_detail("Bucket", &bucket.name)
    };
    Refusal {
        bucket_region: Some(region.clone()),
        ..refusal
    }
}

/// What a bucket does not have.
fn lacking(code: &'static str, message: &str, bucket: &Bucket) -> Refusal {
    Refusal::client(code, message)
        .with_status(404)
        .with_detail("BucketName", &bucket.name)
}

/// The id S3 knows an account by.
fn canonical_id(account: &str) -> String {
    hex(&digest(&["canonical user", account]))
}

fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{Caller, MANAGEMENT, MEMBER, between, now, world};
    use crate::world::World;

    fn world_with_buckets() -> World {
        let mut world = world();
        for (owner, name, region) in [
            (MEMBER, "logs-b", "eu-west-1"),
            (MEMBER, "logs-a", "us-east-1"),
            (MEMBER, "other", "us-east-1"),
            (MANAGEMENT, "payroll", "us-east-1"),
        ] {
            let buckets = &mut world.accounts.get_mut(owner).unwrap().buckets;
            buckets.push(Bucket::new(name, region, now()));
        }
        world.foreign_buckets.insert("somebody-elses".to_owned());
        world
    }

    fn refused(caller: &Caller<'_>, path: &str) -> (u16, &'static str) {
        let answer = caller.get(path);
        (answer.status, answer.entry.refused.unwrap_or("nothing"))
    }

    #[test]
    fn buckets_of_every_region_are_listed_in_pages() {
        let world = world_with_buckets();
        let list = |query: &str| {
            let answer = Caller::member(&world).get(&format!("/?{query}"));
            String::from_utf8(answer.body).unwrap()
        };
        let whole = list("x-id=ListBuckets");
        assert_eq!(whole.matches("<Bucket>").count(), 3);
        assert!(!whole.contains("BucketRegion"), "{whole}");
        let one = list("prefix=logs-b");
        assert_eq!(
            (between(&one, "Name"), between(&one, "BucketRegion")),
            ("logs-b".into(), "eu-west-1".into())
        );
        let first = list("max-buckets=2");
        assert_eq!(first.matches("<Bucket>").count(), 2);
        let token = between(&first, "ContinuationToken").replace('=', "%3D");
        let second = list(&format!("max-buckets=2&continuation-token={token}"));
        assert_eq!(between(&second, "Name"), "other");
        assert!(!second.contains("ContinuationToken"));
        assert_eq!(
            refused(&Caller::member(&world), "/?max-buckets=0"),
            (400, "InvalidArgument")
        );
        assert_eq!(
            refused(&Caller::member(&world), "/?continuation-token=x"),
            (400, "InvalidArgument")
        );
    }

    #[test]
    fn every_region_tells_where_a_bucket_is() {
        let world = world_with_buckets();
        let member = Caller::member(&world);
        let text = |path: &str| String::from_utf8(member.get(path).body).unwrap();
        assert!(text("/logs-b?location").ends_with(">eu-west-1</LocationConstraint>"));
        assert!(text("/logs-a?location").ends_with("\"></LocationConstraint>"));
    }

    #[test]
    fn what_is_not_there_not_ours_or_not_here_is_told_apart() {
        let world = world_with_buckets();
        let member = Caller::member(&world);
        assert_eq!(refused(&member, "/nobodys?acl"), (404, "NoSuchBucket"));
        assert_eq!(refused(&member, "/payroll?acl"), (403, "AccessDenied"));
        assert_eq!(refused(&member, "/somebody-elses?acl"), (403, "AccessDenied"));
        assert_eq!(refused(&member, "/logs-a/key?acl"), (405, "MethodNotAllowed"));
        let redirect = member.get("/logs-b?acl");
        assert_eq!(
            (redirect.status, redirect.entry.refused),
            (301, Some("PermanentRedirect"))
        );
        assert!(
            redirect
                .headers
                .contains(&("x-amz-bucket-region", "eu-west-1".to_owned()))
        );
        assert_eq!(refused(&member.within("eu-west-1"), "/logs-b?acl"), (200, "nothing"));
    }

    #[test]
    fn a_host_that_names_the_bucket_leads_to_its_region() {
        let world = world_with_buckets();
        let mut call = Caller::member(&world).call("s3", "/", None);
        (call.method, call.query) = ("GET".into(), "versioning".into());
        call.host = Some("logs-b.s3.amazonaws.com".into());
        let answer = world.respond(&call);
        assert_eq!(
            (answer.status, answer.entry.refused),
            (400, Some("AuthorizationHeaderMalformed"))
        );
        assert_eq!(between(&String::from_utf8(answer.body).unwrap(), "Region"), "eu-west-1");
        call.host = Some("logs-a.localhost:4566".into());
        let answer = world.respond(&call);
        assert_eq!((answer.status, answer.entry.target.as_str()), (200, "logs-a"));
    }
}
