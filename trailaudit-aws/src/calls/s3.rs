//! S3: whose a bucket is, where it is, and how it keeps what is in it.

mod settings;

use aws_sdk_s3::operation::list_buckets::ListBucketsOutput;
use aws_sdk_s3::types::Bucket;
use serde_json::Value;
use trailaudit_core::evidence::Exchange;
use trailaudit_core::need::Need;

pub(super) use self::settings::{
    GET_BUCKET_ACL, GET_BUCKET_LIFECYCLE_CONFIGURATION, GET_BUCKET_LOCATION, GET_BUCKET_LOGGING,
    GET_BUCKET_POLICY_STATUS, GET_BUCKET_VERSIONING, GET_OBJECT_LOCK_CONFIGURATION, GET_PUBLIC_ACCESS_BLOCK, bucket,
};
use super::view::View;
use super::{Call, by_member};
use crate::record::Asking;

/// Whose a bucket is has to be known before anything else can be asked about it.
const EVERY_BUCKET_NEED: &[Need] = &[
    Need::Buckets,
    Need::BucketAccess,
    Need::BucketLogging,
    Need::BucketVersioning,
    Need::BucketLocks,
    Need::BucketLifecycles,
];

pub(crate) const LIST_BUCKETS: Call = by_member("s3", "ListBuckets", &["s3:ListAllMyBuckets"], EVERY_BUCKET_NEED);

/// The client of S3. Buckets are named in the path, not in the host: so one connection serves all of a Region, and no
/// bucket's name gets into the list of hosts that were sent to.
fn client(asking: Asking<'_>) -> aws_sdk_s3::Client {
    let mut config = aws_sdk_s3::config::Builder::from(asking.caller.config())
        .region(aws_sdk_s3::config::Region::new(asking.region.to_string()))
        .force_path_style(true);
    if let Some(credentials) = asking.caller.credentials() {
        config = config.credentials_provider(credentials.clone());
    }
    aws_sdk_s3::Client::from_conf(config.build())
}

/// The account's own buckets of every Region whose names begin with `prefix`, each with its Region.
pub(super) async fn list_buckets(asking: Asking<'_>, prefix: String, next: Option<String>) -> Exchange {
    let parameters = View::default()
        .text("Prefix", Some(&prefix))
        .text("ContinuationToken", next.as_ref());
    let request = || {
        client(asking)
            .list_buckets()
            .prefix(&prefix)
            .set_continuation_token(next.clone())
    };
    let send = |tape| request().customize().interceptor(tape).send();
    asking.viewed(&LIST_BUCKETS, parameters.into(), send, buckets).await
}

fn buckets(output: &ListBucketsOutput) -> Value {
    View::default()
        .list("Buckets", output.buckets.as_deref(), listed)
        .text("Prefix", output.prefix())
        .text("ContinuationToken", output.continuation_token())
        .into()
}

fn listed(bucket: &Bucket) -> View {
    View::default()
        .text("Name", bucket.name())
        .time("CreationDate", bucket.creation_date())
        .text("BucketRegion", bucket.bucket_region())
}
