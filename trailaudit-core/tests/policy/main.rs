//! Policies: how they are read, and every question case by case.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod agreement;
mod confinement;
mod decisions;
mod denial;
mod grants;
mod publicity;
mod reading;

use trailaudit_core::policy::Policy;

const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit";
const KEY: &str = "arn:aws:kms:eu-west-1:999900001111:key/1";

/// A policy of the current version with these statements.
fn policy(statements: &str) -> Policy {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    Policy::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn statement(number: usize) -> String {
    format!("statement {number}")
}

/// The trail's key policy as the CloudTrail user guide has it, "Configure AWS KMS key policies for CloudTrail" and
/// "Default KMS key policy created in CloudTrail console".
fn guide() -> Policy {
    policy(
        r#"{"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::999900001111:root","arn:aws:iam::999900001111:user/ada"]},"Action":"kms:*","Resource":"*"},
        {"Sid":"Allow CloudTrail to encrypt logs","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:GenerateDataKey*","Resource":"*",
         "Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"},"StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":"arn:aws:cloudtrail:*:111122223333:trail/*"}}},
        {"Sid":"Allow CloudTrail to describe key","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:DescribeKey","Resource":"*",
         "Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"}}},
        {"Sid":"Allow principals in the account to decrypt log files","Effect":"Allow","Principal":{"AWS":"*"},"Action":["kms:Decrypt","kms:ReEncryptFrom"],"Resource":"*",
         "Condition":{"StringEquals":{"kms:CallerAccount":"111122223333"},"StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":"arn:aws:cloudtrail:*:111122223333:trail/*"}}}"#,
    )
}
