//! Who may decrypt (CT-32).

use trailaudit_core::policy::{Context, Grantee, Policy};

use super::{KEY, TRAIL, guide, policy};

fn readers(policy: &Policy) -> Vec<(Grantee, bool)> {
    let context = Context::new().with("kms:EncryptionContext:aws:cloudtrail:arn", TRAIL);
    let grants = policy.grants("kms:Decrypt", KEY, &context);
    grants.into_iter().map(|grant| (grant.to, grant.is_certain)).collect()
}

fn account(id: &str) -> Grantee {
    Grantee::Account(id.to_owned())
}

#[test]
fn the_guides_key_policy_lets_two_accounts_and_a_user_read() {
    let ada = Grantee::Principal("arn:aws:iam::999900001111:user/ada".to_owned());
    let all = [
        (account("999900001111"), true),
        (ada, true),
        (account("111122223333"), true),
    ];
    assert_eq!(readers(&guide()), all);
    let grants = guide().grants("kms:Encrypt", KEY, &Context::new());
    assert_eq!(grants[0].by, r#"statement "Enable IAM User Permissions""#);
    assert_eq!(grants.len(), 2);
}

#[test]
fn each_grant_is_told_with_whom_and_how_surely() {
    let organization = || Grantee::Organization("o-abc123".to_owned());
    let role = || Grantee::Principal("arn:aws:iam::111122223333:role/reader".to_owned());
    let service = || Grantee::Service("s3.amazonaws.com".to_owned());
    for (body, found) in [
        (r#""Principal":"*""#, vec![(Grantee::Everyone, true)]),
        (
            r#""NotPrincipal":{"AWS":"111122223333"}"#,
            vec![(Grantee::Everyone, true)],
        ),
        (
            r#""Principal":{"AWS":"111122223333"}"#,
            vec![(account("111122223333"), true)],
        ),
        (
            r#""Principal":{"AWS":["arn:aws:iam::111122223333:root"],"Service":"s3.amazonaws.com"}"#,
            vec![(account("111122223333"), true), (service(), true)],
        ),
        (
            r#""Principal":{"AWS":"AROAEXAMPLE"}"#,
            vec![(Grantee::Other("AROAEXAMPLE".to_owned()), true)],
        ),
        (
            r#""Principal":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abc123"}}"#,
            vec![(organization(), true)],
        ),
        (
            r#""Principal":"*","Condition":{"StringLike":{"aws:PrincipalOrgID":"o-*"}}"#,
            vec![(Grantee::Everyone, false)],
        ),
        (
            r#""Principal":"*","Condition":{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/reader"}}"#,
            vec![(role(), true)],
        ),
        (
            r#""Principal":"*","Condition":{"StringEquals":{"kms:CallerAccount":["111122223333","444455556666"]}}"#,
            vec![(account("111122223333"), true), (account("444455556666"), true)],
        ),
        (
            r#""Principal":{"AWS":"111122223333"},"Condition":{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}"#,
            vec![(account("111122223333"), false)],
        ),
        (
            r#""Principal":{"AWS":"111122223333"},"Condition":{"StringEquals":{"kms:CallerAccount":"444455556666"}}"#,
            vec![],
        ),
        (
            r#""Principal":{"AWS":"111122223333"},"Condition":{"StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":"arn:aws:cloudtrail:*:444455556666:trail/*"}}"#,
            vec![],
        ),
        (
            r#""Principal":{"AWS":"111122223333"},"Condition":{"Null":{"kms:EncryptionContext:aws:cloudtrail:arn":"false"}}"#,
            vec![(account("111122223333"), true)],
        ),
    ] {
        let policy = policy(&format!(
            r#"{{"Effect":"Allow",{body},"Action":["kms:Encrypt","kms:De*"],"Resource":"*"}}"#
        ));
        assert_eq!(readers(&policy), found, "{body}");
    }
    assert!(readers(&policy(r#"{"Effect":"Allow","Principal":"*","Action":"kms:Encrypt"}"#)).is_empty());
    assert!(readers(&policy(r#"{"Effect":"Allow","Action":"kms:*"}"#)).is_empty());
}

#[test]
fn what_is_denied_is_not_granted() {
    let role = "arn:aws:iam::111122223333:role/reader";
    let allow = format!(r#"{{"Effect":"Allow","Principal":{{"AWS":["111122223333","{role}"]}},"Action":"kms:*"}}"#);
    let reader = || Grantee::Principal(role.to_owned());
    let both = |sure| vec![(account("111122223333"), sure), (reader(), sure)];
    for (deny, found) in [
        (r#""Principal":"*","Action":"kms:Decrypt""#, vec![]),
        (r#""Principal":"*","Action":"kms:Encrypt""#, both(true)),
        (r#""Principal":{"AWS":"111122223333"},"Action":"kms:*""#, vec![]),
        (
            r#""Principal":{"AWS":"arn:aws:iam::111122223333:role/reader"},"Action":"kms:*""#,
            vec![(account("111122223333"), true)],
        ),
        (r#""Principal":{"AWS":"444455556666"},"Action":"kms:*""#, both(true)),
        (
            r#""Principal":"*","Action":"kms:*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#,
            both(false),
        ),
        (
            r#""Principal":"*","Action":"kms:*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}"#,
            both(true),
        ),
        (
            r#""NotPrincipal":{"AWS":"arn:aws:iam::111122223333:role/reader"},"Action":"kms:*""#,
            vec![(account("111122223333"), false), (reader(), true)],
        ),
    ] {
        let policy = policy(&format!(r#"{allow},{{"Effect":"Deny",{deny}}}"#));
        assert_eq!(readers(&policy), found, "{deny}");
    }
}
