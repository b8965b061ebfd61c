//! What service control policies deny, and to whom not (ORG-05).

use trailaudit_core::policy::{Denial, Policy, denial};

use super::{TRAIL, policy, statement};

fn full() -> Policy {
    policy(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#)
}

fn stop(levels: &[&[Policy]]) -> Denial {
    denial(levels, "cloudtrail:StopLogging", TRAIL)
}

fn everybody() -> Denial {
    Denial::Everybody { by: statement(1) }
}

fn all_but(exempt: &[&str]) -> Denial {
    Denial::AllBut {
        by: statement(1),
        exempt: exempt.iter().map(|text| (*text).to_owned()).collect(),
    }
}

fn sometimes(when: &str) -> Denial {
    Denial::Sometimes {
        by: statement(1),
        when: when.to_owned(),
    }
}

#[test]
fn each_statement_denies_as_far_as_it_does() {
    let admin = "arn:aws:iam::*:role/OrgAdmin";
    for (body, answer) in [
        (
            r#""Action":["cloudtrail:StopLogging","cloudtrail:DeleteTrail"],"Resource":"*""#,
            everybody(),
        ),
        (
            r#""Action":"cloudtrail:*","Resource":"arn:aws:cloudtrail:*:*:trail/*""#,
            everybody(),
        ),
        (r#""NotAction":"s3:*","Resource":"*""#, everybody()),
        (
            r#""Action":"cloudtrail:Stop*","Resource":"arn:aws:cloudtrail:*:*:trail/other""#,
            Denial::NotDenied,
        ),
        (r#""Action":"cloudtrail:DeleteTrail","Resource":"*""#, Denial::NotDenied),
        (
            r#""Action":"cloudtrail:*","Resource":"arn:aws:cloudtrail:*:trail/*""#,
            Denial::Unclear {
                by: statement(1),
                why: "how wildcards or variables of the resource are read".to_owned(),
            },
        ),
        (
            r#""Action":"cloudtrail:*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/OrgAdmin"}}"#,
            all_but(&[admin]),
        ),
        (
            r#""Action":"cloudtrail:*","Resource":"*","Condition":{"StringNotLikeIfExists":{"aws:principalarn":["arn:aws:iam::*:role/OrgAdmin","arn:aws:iam::111122223333:*"]}}"#,
            all_but(&[admin, "arn:aws:iam::111122223333:*"]),
        ),
        (
            r#""Action":"cloudtrail:*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/OrgAdmin"},"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}"#,
            all_but(&[admin, "111122223333"]),
        ),
        (
            r#""Action":"cloudtrail:*","Resource":"*","Condition":{"StringNotLike":{"aws:PrincipalArn":"*"}}"#,
            sometimes("the principal is not *"),
        ),
        (
            r#""Action":"cloudtrail:*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:*:iam::*:role/*"}}"#,
            sometimes("the principal is not arn:*:iam::*:role/*"),
        ),
        (
            r#""Action":"cloudtrail:*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/*"}}"#,
            sometimes("ArnLike on aws:PrincipalArn"),
        ),
        (
            r#""Action":"cloudtrail:*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}"#,
            sometimes("StringEquals on aws:RequestedRegion"),
        ),
        (
            r#""Action":"cloudtrail:*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}"#,
            sometimes("StringNotEquals on aws:RequestedRegion"),
        ),
        (
            r#""Action":"cloudtrail:*","Resource":"*","Condition":{"ForAnyValue:StringNotLike":{"aws:PrincipalArn":"x"}}"#,
            sometimes("ForAnyValue:StringNotLike on aws:PrincipalArn"),
        ),
        (
            r#""Action":"cloudtrail:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalArn":"${aws:x}"}}"#,
            sometimes("StringNotEquals on aws:PrincipalArn"),
        ),
    ] {
        let guard = policy(&format!(r#"{{"Effect":"Deny",{body}}}"#));
        assert_eq!(
            stop(&[&[full(), guard.clone()], &[full()], &[full()]]),
            answer,
            "{body}"
        );
        // Wherever on the way it is attached.
        assert_eq!(stop(&[&[full()], &[full()], &[guard, full()]]), answer, "{body}");
    }
}

#[test]
fn what_no_level_allows_is_denied() {
    let list = policy(r#"{"Effect":"Allow","Action":["s3:*","cloudtrail:Describe*"],"Resource":"*"}"#);
    let without = policy(r#"{"Effect":"Allow","NotAction":"cloudtrail:StopLogging","Resource":"*"}"#);
    for closed in [&list, &without] {
        let by = "level 2 from the root, where no policy allows it".to_owned();
        assert_eq!(
            stop(&[&[full()], std::slice::from_ref(closed), &[full()]]),
            Denial::Everybody { by }
        );
        assert_eq!(stop(&[&[full()], &[closed.clone(), full()]]), Denial::NotDenied);
    }
    assert_eq!(stop(&[]), Denial::NotDenied);
    // A level that was not read says nothing.
    assert_eq!(stop(&[&[], &[full()]]), Denial::NotDenied);
}

#[test]
fn the_strongest_denial_is_told() {
    let deny = |condition: &str| {
        policy(&format!(
            r#"{{"Effect":"Deny","Action":"*","Resource":"*"{condition}}}"#
        ))
    };
    let but = |names: &str| {
        deny(&format!(
            r#","Condition":{{"ArnNotLike":{{"aws:PrincipalArn":[{names}]}}}}"#
        ))
    };
    let one = but(r#""arn:aws:iam::*:role/a""#);
    let two = but(r#""arn:aws:iam::*:role/a","arn:aws:iam::*:role/b""#);
    let region = deny(r#","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}"#);
    assert_eq!(
        stop(&[&[full(), two.clone(), one.clone()]]),
        all_but(&["arn:aws:iam::*:role/a"])
    );
    assert_eq!(
        stop(&[&[full(), region.clone()], &[full(), two.clone()]]),
        all_but(&["arn:aws:iam::*:role/a", "arn:aws:iam::*:role/b"])
    );
    assert_eq!(stop(&[&[full(), region, two, deny("")], &[full(), one]]), everybody());
}
