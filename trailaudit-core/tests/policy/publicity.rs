//! Whether anybody is let in.

use trailaudit_core::policy::Publicity;

use super::{guide, policy, statement};

#[derive(Debug, PartialEq)]
enum Is {
    Public,
    Closed,
    Unclear(&'static str),
}

fn answer(statement: &str) -> Is {
    match policy(statement).publicity(&[]) {
        Publicity::NotPublic => Is::Closed,
        Publicity::Public { .. } => Is::Public,
        Publicity::Unclear { why, .. } => Is::Unclear(Box::leak(why.into_boxed_str())),
    }
}

#[test]
fn principals_that_are_anybody() {
    for (principal, is) in [
        (r#""Principal":"*""#, Is::Public),
        (r#""Principal":{"AWS":"*"}"#, Is::Public),
        (r#""Principal":{"AWS":["111122223333","*"]}"#, Is::Public),
        (r#""Principal":{"AWS":"arn:aws:iam::*:root"}"#, Is::Public),
        (r#""Principal":{"Federated":"*"}"#, Is::Public),
        (r#""Principal":{"CanonicalUser":"*"}"#, Is::Public),
        (r#""NotPrincipal":{"AWS":"111122223333"}"#, Is::Public),
        (r#""Principal":{"AWS":"111122223333"}"#, Is::Closed),
        (r#""Principal":{"AWS":"arn:aws:iam::111122223333:role/*"}"#, Is::Closed),
        (r#""Principal":{"Service":"cloudtrail.amazonaws.com"}"#, Is::Closed),
        (r#""Sid":"x""#, Is::Closed),
    ] {
        assert_eq!(
            answer(&format!(
                r#"{{"Effect":"Allow",{principal},"Action":"kms:Decrypt","Resource":"*"}}"#
            )),
            is,
            "{principal}"
        );
        assert_eq!(
            answer(&format!(
                r#"{{"Effect":"Deny",{principal},"Action":"kms:Decrypt","Resource":"*"}}"#
            )),
            Is::Closed
        );
    }
}

#[test]
fn conditions_that_confine_and_those_that_do_not() {
    for (condition, is) in [
        (r#""StringEquals":{"aws:PrincipalOrgID":"o-abc123"}"#, Is::Closed),
        (r#""StringLike":{"aws:PrincipalOrgID":"o-*"}"#, Is::Public),
        (r#""StringLike":{"aws:PrincipalOrgID":"*"}"#, Is::Public),
        (
            r#""StringEquals":{"aws:PrincipalOrgID":["o-abc123","o-def456"]}"#,
            Is::Closed,
        ),
        (r#""StringLike":{"aws:PrincipalOrgID":["o-abc123","*"]}"#, Is::Public),
        (
            r#""StringEqualsIfExists":{"aws:PrincipalOrgID":"o-abc123"}"#,
            Is::Public,
        ),
        (
            r#""ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-abc123"}"#,
            Is::Public,
        ),
        (
            r#""ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-abc123/r-1/*"}"#,
            Is::Closed,
        ),
        (
            r#""ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-abc123/*"}"#,
            Is::Public,
        ),
        (
            r#""ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"*/r-1/*"}"#,
            Is::Public,
        ),
        (r#""StringNotEquals":{"aws:PrincipalOrgID":"o-abc123"}"#, Is::Public),
        (r#""Null":{"aws:PrincipalOrgID":"false"}"#, Is::Public),
        (r#""StringEquals":{"aws:SourceOrgID":"o-abc123"}"#, Is::Closed),
        (r#""StringEquals":{"aws:SourceAccount":"111122223333"}"#, Is::Closed),
        (
            r#""StringEquals":{"AWS:sourceaccount":["111122223333","444455556666"]}"#,
            Is::Closed,
        ),
        (r#""StringLike":{"aws:SourceAccount":"1111*"}"#, Is::Public),
        (r#""StringEquals":{"aws:PrincipalAccount":"111122223333"}"#, Is::Closed),
        (r#""StringEquals":{"kms:CallerAccount":"111122223333"}"#, Is::Closed),
        (
            r#""StringEquals":{"kms:CallerAccount":"111122223333","kms:ViaService":"s3.eu-west-1.amazonaws.com"}"#,
            Is::Closed,
        ),
        (
            r#""StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}"#,
            Is::Public,
        ),
        (
            r#""StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":"arn:aws:cloudtrail:*:111122223333:trail/*"}"#,
            Is::Public,
        ),
        (
            r#""ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:111122223333:trail/*"}"#,
            Is::Closed,
        ),
        (
            r#""ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:*:trail/*"}"#,
            Is::Public,
        ),
        (r#""ArnLike":{"aws:SourceArn":"arn:aws:s3:::bucket"}"#, Is::Closed),
        (r#""ArnLike":{"aws:SourceArn":"arn:aws:s3:::bucket*"}"#, Is::Public),
        (r#""ArnLike":{"aws:SourceArn":"*"}"#, Is::Public),
        (r#""StringEquals":{"aws:SourceArn":"*"}"#, Is::Closed),
        (
            r#""ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}"#,
            Is::Closed,
        ),
        (
            r#""ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/Admin"}"#,
            Is::Public,
        ),
        (
            r#""ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/x"}"#,
            Is::Public,
        ),
        (r#""StringEquals":{"aws:SourceVpce":"vpce-1a2b"}"#, Is::Closed),
        (r#""StringEquals":{"aws:SourceVpc":"vpc-1a2b"}"#, Is::Closed),
        (r#""StringLike":{"aws:SourceVpc":"vpc-*"}"#, Is::Public),
        (r#""IpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#, Is::Closed),
        (
            r#""IpAddress":{"aws:SourceIp":["203.0.113.7","2001:db8::/32"]}"#,
            Is::Closed,
        ),
        (r#""IpAddress":{"aws:SourceIp":"0.0.0.0/0"}"#, Is::Public),
        (r#""IpAddress":{"aws:SourceIp":["203.0.113.0/24","::/0"]}"#, Is::Public),
        (r#""IpAddress":{"aws:SourceIp":"0.0.0.0/1"}"#, Is::Public),
        (r#""NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#, Is::Public),
        (r#""Bool":{"aws:SecureTransport":"true"}"#, Is::Public),
        (r#""IpAddress":{"aws:VpcSourceIp":"10.1.0.0/16"}"#, Is::Public),
        (r#""StringEquals":{"aws:PrincipalTag/team":"audit"}"#, Is::Public),
        (
            r#""StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}"#,
            Is::Public,
        ),
        (
            r#""StringEquals":{"cognito:aud":"x"}"#,
            Is::Unclear("StringEquals on cognito:aud"),
        ),
        (
            r#""StringEquals":{"aws:PrincipalAccount":"${aws:SourceAccount}"}"#,
            Is::Unclear("StringEquals on aws:PrincipalAccount"),
        ),
        (
            r#""StringEquals":{"cognito:aud":"x","aws:PrincipalAccount":"111122223333"}"#,
            Is::Closed,
        ),
        (
            r#""Bool":{"aws:SecureTransport":"true"},"StringEquals":{"aws:PrincipalOrgID":"o-abc123"}"#,
            Is::Closed,
        ),
    ] {
        let statement = format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"kms:Decrypt","Resource":"*","Condition":{{{condition}}}}}"#
        );
        assert_eq!(answer(&statement), is, "{condition}");
    }
    assert_eq!(guide().publicity(&[]), Publicity::NotPublic);
}

#[test]
fn the_statement_is_named_and_only_those_about_the_resource_count() {
    let open =
        |resource: &str| format!(r#"{{"Effect":"Allow","Principal":"*","Action":"logs:*","Resource":"{resource}"}}"#);
    let group = "arn:aws:logs:eu-west-1:111122223333:log-group:trail:*";
    let public = |by| Publicity::Public {
        by: statement(by),
        why: "it allows every principal, without a condition".to_owned(),
    };
    for (resource, answer) in [
        ("*", public(2)),
        ("arn:aws:logs:*:*:log-group:trail:*", public(2)),
        (
            "arn:aws:logs:eu-west-1:111122223333:log-group:other:*",
            Publicity::NotPublic,
        ),
        (
            "arn:aws:logs:*:trail*",
            Publicity::Unclear {
                by: statement(2),
                why: "which resources it is about".to_owned(),
            },
        ),
    ] {
        let policy = policy(&format!(
            r#"{{"Effect":"Deny","Principal":"*","Action":"*"}},{}"#,
            open(resource)
        ));
        assert_eq!(policy.publicity(&[group]), answer, "{resource}");
    }
    // What is told comes before what is not.
    let unclear = r#"{"Effect":"Allow","Principal":"*","Action":"*","Condition":{"StringEquals":{"x:y":"z"}}}"#;
    assert_eq!(policy(&format!("{unclear},{}", open("*"))).publicity(&[]), public(2));
    let except = policy(
        r#"{"Sid":"most","Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#,
    );
    let why = "it allows all principals but some (NotPrincipal), and no condition confines that";
    assert_eq!(
        except.publicity(&[]),
        Publicity::Public {
            by: r#"statement "most""#.to_owned(),
            why: why.to_owned()
        }
    );
}
