//! To whose trails a grant to CloudTrail is confined (CT-15).

use trailaudit_core::policy::Confinement;

use super::{KEY, TRAIL, guide, policy, statement};

const ENCRYPT: [&str; 2] = ["kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"];

fn confined(accounts: &[&str], to_trail_only: bool) -> Confinement {
    Confinement::Confined {
        accounts: accounts.iter().map(|account| (*account).to_owned()).collect(),
        to_trail_only,
    }
}

#[test]
fn each_condition_confines_as_far_as_it_does() {
    let ours = || confined(&["111122223333"], false);
    let open = || Confinement::Open { by: statement(1) };
    for (condition, answer) in [
        (
            r#""StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"}"#,
            confined(&["111122223333"], true),
        ),
        (
            r#""ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:111122223333:trail/*"}"#,
            ours(),
        ),
        (
            r#""StringEquals":{"aws:SourceArn":["arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit","arn:aws:cloudtrail:eu-west-1:444455556666:trail/audit"]}"#,
            confined(&["111122223333", "444455556666"], false),
        ),
        (
            r#""StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":"arn:aws:cloudtrail:*:111122223333:trail/*"}"#,
            ours(),
        ),
        (r#""StringEquals":{"AWS:SourceAccount":"111122223333"}"#, ours()),
        (
            r#""ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"},"StringEquals":{"aws:SourceAccount":"111122223333"}"#,
            confined(&["111122223333"], true),
        ),
        (
            r#""StringEquals":{"aws:SourceAccount":"111122223333","aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"}"#,
            confined(&["111122223333"], true),
        ),
        (
            r#""ArnLike":{"aws:SourceArn":"*"},"StringEquals":{"aws:SourceAccount":"444455556666"}"#,
            confined(&["444455556666"], false),
        ),
        (
            r#""StringLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:*:trail/*"}"#,
            open(),
        ),
        (
            r#""StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":["arn:aws:cloudtrail:*:111122223333:trail/*","*"]}"#,
            open(),
        ),
        (
            r#""StringEqualsIfExists":{"aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"}"#,
            open(),
        ),
        (
            r#""ForAllValues:StringEquals":{"aws:SourceAccount":"111122223333"}"#,
            open(),
        ),
        (r#""StringNotEquals":{"aws:SourceAccount":"444455556666"}"#, open()),
        (r#""StringEquals":{"aws:PrincipalOrgID":"o-abc123"}"#, open()),
        (r#""Bool":{"aws:SecureTransport":"true"}"#, open()),
        // Nobody is called so: a grant to nobody, which `decide` tells.
        (
            r#""StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:*:111122223333:trail/*"}"#,
            confined(&[], true),
        ),
        (
            r#""StringEquals":{"aws:SourceAccount":"${aws:PrincipalAccount}"}"#,
            Confinement::Unclear {
                by: statement(1),
                why: "StringEquals on aws:SourceAccount".to_owned(),
            },
        ),
    ] {
        let policy = policy(&format!(
            r#"{{"Effect":"Allow","Principal":{{"Service":"cloudtrail.amazonaws.com"}},"Action":"kms:GenerateDataKey*","Resource":"*","Condition":{{{condition}}}}}"#
        ));
        let found = policy.confinement("cloudtrail.amazonaws.com", &ENCRYPT, KEY, TRAIL);
        assert_eq!(found, answer, "{condition}");
    }
}

#[test]
fn every_grant_counts() {
    let grant = |rest: &str| format!(r#"{{"Effect":"Allow","Resource":"*",{rest}}}"#);
    let ours = grant(
        r#""Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:*","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#,
    );
    let of = |statements: &str| policy(statements).confinement("cloudtrail.amazonaws.com", &ENCRYPT, KEY, TRAIL);
    assert_eq!(of(&ours), confined(&["111122223333"], false));
    for (other, answer) in [
        (
            r#""Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:GenerateDataKeyWithoutPlaintext""#,
            Confinement::Open { by: statement(2) },
        ),
        (
            r#""Principal":"*","Action":"kms:*""#,
            Confinement::Open { by: statement(2) },
        ),
        (
            r#""NotPrincipal":{"AWS":"111122223333"},"Action":"kms:*""#,
            Confinement::Open { by: statement(2) },
        ),
        (
            r#""Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:DescribeKey""#,
            confined(&["111122223333"], false),
        ),
        (
            r#""Principal":{"Service":"s3.amazonaws.com"},"Action":"kms:*""#,
            confined(&["111122223333"], false),
        ),
        (
            r#""Principal":{"AWS":"111122223333"},"Action":"kms:*""#,
            confined(&["111122223333"], false),
        ),
    ] {
        assert_eq!(of(&format!("{ours},{}", grant(other))), answer, "{other}");
    }
    assert_eq!(
        of(&grant(r#""Principal":{"AWS":"111122223333"},"Action":"kms:*""#)),
        Confinement::NotGranted
    );
    assert_eq!(
        guide().confinement("cloudtrail.amazonaws.com", &ENCRYPT, KEY, TRAIL),
        confined(&["111122223333"], true)
    );
    assert_eq!(
        guide().confinement("s3.amazonaws.com", &ENCRYPT, KEY, TRAIL),
        Confinement::NotGranted
    );
}
