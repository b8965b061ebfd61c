//! Buckets as S3 tells of them: whose they are, and where.

use serde_json::Value;
use trailaudit_core::evidence::{Answer, Exchange};
use trailaudit_core::organization::Region;

/// What S3 answers anybody who asks after a bucket that does not exist.
pub(crate) const NO_SUCH_BUCKET: &str = "NoSuchBucket";

/// One entry of `ListBuckets`: a bucket of the account that asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub name: String,
    pub region: Option<Region>,
}

impl Found {
    pub fn read(entry: &Value) -> Option<Self> {
        let text = |field: &str| entry[field].as_str().filter(|text| !text.is_empty());
        Some(Self {
            name: text("Name")?.to_owned(),
            region: text("BucketRegion").map(Region::from),
        })
    }
}

/// What to list buckets by when one of this name is searched for: the name up to the account id in it, if there is one.
/// An archive that keeps a bucket for every account is then asked once, and not once a bucket. It hangs on the name
/// alone, so that every shard asks the same.
pub(crate) fn common_beginning(name: &str) -> &str {
    /// Shorter beginnings would list what has nothing to do with it.
    const LEAST: usize = 3;
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let bytes = name.as_bytes();
    let is_alone = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        ![before, bytes.get(at + 12)]
            .into_iter()
            .flatten()
            .any(u8::is_ascii_digit)
    };
    let starts = bytes.windows(12).enumerate();
    let mut ids = starts.filter(|(at, part)| digits(part) && is_alone(*at) && *at >= LEAST);
    let beginning = ids.next().and_then(|(at, _)| name.get(..at));
    beginning.unwrap_or(name)
}

/// Where a bucket is, by an answer of `GetBucketLocation` (S3 API reference: nothing stands for `us-east-1`, `EU` for
/// `eu-west-1`).
pub(crate) fn location(exchange: &Exchange) -> Option<Region> {
    let Answer::Ok(answer) = &exchange.answer else {
        return None;
    };
    Some(match answer["LocationConstraint"].as_str().unwrap_or_default() {
        "" => "us-east-1".into(),
        "EU" => "eu-west-1".into(),
        region => region.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::common_beginning;

    #[test]
    fn buckets_that_differ_by_the_account_begin_alike() {
        assert_eq!(
            common_beginning("aws-cloudtrail-logs-111122223333-ab12"),
            "aws-cloudtrail-logs-"
        );
        assert_eq!(common_beginning("logs.111122223333"), "logs.");
        assert_eq!(common_beginning("organization-trail-logs"), "organization-trail-logs");
        assert_eq!(common_beginning("111122223333-logs"), "111122223333-logs");
        assert_eq!(common_beginning("logs-2026112203000012345"), "logs-2026112203000012345");
        assert_eq!(common_beginning(""), "");
    }
}
