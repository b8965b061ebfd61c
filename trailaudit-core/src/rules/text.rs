//! Texts of remediations that several rules share, put together at compile time.

/// One text of several, which need not be literals.
macro_rules! joined {
    ($($part:expr),+ $(,)?) => {{
        const PARTS: &[&str] = &[$($part),+];
        const BYTES: [u8; crate::rules::text::length(PARTS)] = crate::rules::text::join(PARTS);
        match std::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => "",
        }
    }};
}

pub(super) use joined;

/// What a key's policy says when it lets its account administer the key, trails of that account encrypt, and one reader
/// read. JSON, which is an expression of Terraform as well.
pub(super) const KEY_POLICY: &str = concat!(
    r#"{"Version":"2012-10-17","Statement":["#,
    r#"{"Sid":"Administer","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::ACCOUNT:root"},"#,
    r#""Action":"kms:*","Resource":"*"},"#,
    r#"{"Sid":"Encrypt","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"#,
    r#""Action":"kms:GenerateDataKey*","Resource":"*","Condition":{"StringEquals":{"aws:SourceArn":"TRAIL_ARN"},"#,
    r#""StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":"arn:aws:cloudtrail:*:ACCOUNT:trail/*"}}},"#,
    r#"{"Sid":"Describe","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"#,
    r#""Action":"kms:DescribeKey","Resource":"*","Condition":{"StringEquals":{"aws:SourceArn":"TRAIL_ARN"}}},"#,
    r#"{"Sid":"Read","Effect":"Allow","Principal":{"AWS":"READER_ARN"},"Action":"kms:Decrypt","Resource":"*","#,
    r#""Condition":{"Null":{"kms:EncryptionContext:aws:cloudtrail:arn":"false"}}}]}"#
);

/// The command that gives a key this policy, after a look at the one it has.
pub(super) const PUT_KEY_POLICY: &str = joined!(
    "aws kms get-key-policy --key-id KEY_ARN --policy-name default --query Policy --output text && ",
    "aws kms put-key-policy --key-id KEY_ARN --policy-name default --policy '",
    KEY_POLICY,
    "'",
);

/// The same in Terraform.
pub(super) const KEY_POLICY_RESOURCE: &str = joined!(
    r#"resource "aws_kms_key_policy" "KEY" {
  key_id = "KEY_ARN"
  policy = jsonencode("#,
    KEY_POLICY,
    ")\n}",
);

/// What a bucket's policy says when it lets one trail write its files.
const BUCKET_POLICY: &str = concat!(
    r#"{"Version":"2012-10-17","Statement":["#,
    r#"{"Sid":"Look","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"#,
    r#""Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::BUCKET","#,
    r#""Condition":{"StringEquals":{"aws:SourceArn":"TRAIL_ARN"}}},"#,
    r#"{"Sid":"Write","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"#,
    r#""Action":"s3:PutObject","Resource":"arn:aws:s3:::BUCKET/AWSLogs/ACCOUNT_OR_ORGANIZATION/*","#,
    r#""Condition":{"StringEquals":{"aws:SourceArn":"TRAIL_ARN","s3:x-amz-acl":"bucket-owner-full-control"}}}]}"#
);

/// The commands that show what keeps files from a bucket, and let the trail write there.
pub(super) const PUT_BUCKET_POLICY: &str = joined!(
    "aws cloudtrail get-trail-status --name TRAIL_ARN --region REGION && ",
    "aws s3api put-bucket-policy --bucket BUCKET --policy '",
    BUCKET_POLICY,
    "'",
);

/// The same in Terraform.
pub(super) const BUCKET_POLICY_RESOURCE: &str = joined!(
    r#"resource "aws_s3_bucket_policy" "BUCKET" {
  bucket = "BUCKET"
  policy = jsonencode("#,
    BUCKET_POLICY,
    ")\n}",
);

/// Who may take on the role with which a trail delivers to its log group.
const ROLE_TRUST: &str = concat!(
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","#,
    r#""Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"sts:AssumeRole"}}"#
);

/// What it may do.
const ROLE_POLICY: &str = concat!(
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","#,
    r#""Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"GROUP_ARN:log-stream:*"}}"#
);

/// The commands that let a role deliver.
pub(super) const PUT_ROLE: &str = joined!(
    "aws iam update-assume-role-policy --role-name ROLE --policy-document '",
    ROLE_TRUST,
    "' && aws iam put-role-policy --role-name ROLE --policy-name deliver --policy-document '",
    ROLE_POLICY,
    "'",
);

/// The same in Terraform.
pub(super) const ROLE_RESOURCES: &str = joined!(
    r#"resource "aws_iam_role" "ROLE" {
  name               = "ROLE"
  assume_role_policy = jsonencode("#,
    ROLE_TRUST,
    r#")
}

resource "aws_iam_role_policy" "ROLE" {
  role   = aws_iam_role.ROLE.name
  name   = "deliver"
  policy = jsonencode("#,
    ROLE_POLICY,
    ")\n}",
);

/// A trail that delivers to a log group.
pub(super) const TRAIL_WITH_LOG_GROUP: &str = r#"resource "aws_cloudtrail" "TRAIL" {
  name                       = "TRAIL"
  s3_bucket_name             = "BUCKET"
  cloud_watch_logs_group_arn = "GROUP_ARN:*"
  cloud_watch_logs_role_arn  = "ROLE_ARN"
}"#;

/// A trail of every Region.
pub(super) const MULTI_REGION_TRAIL: &str = r#"resource "aws_cloudtrail" "TRAIL" {
  name                  = "TRAIL"
  s3_bucket_name        = "BUCKET"
  is_multi_region_trail = true
  enable_logging        = true
}"#;

pub(super) const fn length(parts: &[&str]) -> usize {
    let (mut total, mut i) = (0, 0);
    while i < parts.len() {
        total += parts[i].len();
        i += 1;
    }
    total
}

pub(super) const fn join<const N: usize>(parts: &[&str]) -> [u8; N] {
    let (mut bytes, mut at, mut i) = ([0; N], 0, 0);
    while i < parts.len() {
        let part = parts[i].as_bytes();
        let mut j = 0;
        while j < part.len() {
            bytes[at] = part[j];
            at += 1;
            j += 1;
        }
        i += 1;
    }
    bytes
}
