//! Whether a request is allowed: principals, actions, resources, conditions, and what wins.

use trailaudit_core::policy::{Caller, Context, Decision, Policy, Request, decide};

use super::{KEY, TRAIL, guide, policy, statement};

fn service(action: &str, resource: &str) -> Request {
    Request {
        caller: Caller::Service("cloudtrail.amazonaws.com".to_owned()),
        action: action.to_owned(),
        resource: resource.to_owned(),
        context: Context::of_trail(TRAIL),
    }
}

fn allowed(by: usize) -> Decision {
    Decision::Allowed { by: statement(by) }
}

fn denied(by: usize) -> Decision {
    Decision::Denied { by: statement(by) }
}

fn unclear(by: usize, why: &str) -> Decision {
    Decision::Unclear {
        by: statement(by),
        why: why.to_owned(),
    }
}

const WHO: &str = "who the principal is";
const READ: &str = "how wildcards or variables of the resource are read";

#[test]
fn the_guides_key_policy_lets_cloudtrail_encrypt() {
    let encrypt = service("kms:GenerateDataKey", KEY);
    let with_trail = encrypt
        .context
        .clone()
        .with("kms:EncryptionContext:aws:cloudtrail:arn", TRAIL);
    let encrypt = Request {
        context: with_trail,
        ..encrypt
    };
    let by = |sid: &str| Decision::Allowed {
        by: format!("statement {sid:?}"),
    };
    assert_eq!(decide(&[guide()], &encrypt), by("Allow CloudTrail to encrypt logs"));
    let describe = service("kms:DescribeKey", KEY);
    assert_eq!(decide(&[guide()], &describe), by("Allow CloudTrail to describe key"));
    assert_eq!(
        decide(&[guide()], &service("kms:Decrypt", KEY)),
        Decision::Unclear {
            by: r#"statement "Allow principals in the account to decrypt log files""#.to_owned(),
            why: "StringEquals on kms:CallerAccount".to_owned(),
        }
    );
    // Another trail's grant is not ours.
    let other = TRAIL.replace("trail/audit", "trail/other");
    let context = Context::of_trail(&other).with("kms:EncryptionContext:aws:cloudtrail:arn", &other);
    assert_eq!(
        decide(&[guide()], &Request { context, ..encrypt }),
        Decision::NotAllowed
    );
}

#[test]
fn principals_are_told_apart() {
    let ada = "arn:aws:iam::999900001111:user/ada";
    for (principal, service_may, ada_may) in [
        (r#""Principal":"*""#, allowed(1), allowed(1)),
        (r#""Principal":{"AWS":"*"}"#, allowed(1), allowed(1)),
        (
            r#""Principal":{"Service":"cloudtrail.amazonaws.com"}"#,
            allowed(1),
            Decision::NotAllowed,
        ),
        (
            r#""Principal":{"Service":["s3.amazonaws.com","config.amazonaws.com"]}"#,
            Decision::NotAllowed,
            Decision::NotAllowed,
        ),
        (
            r#""Principal":{"AWS":"arn:aws:iam::999900001111:user/ada"}"#,
            Decision::NotAllowed,
            allowed(1),
        ),
        (
            r#""Principal":{"AWS":"arn:aws:iam::999900001111:user/grace"}"#,
            Decision::NotAllowed,
            Decision::NotAllowed,
        ),
        (
            r#""Principal":{"AWS":"999900001111"}"#,
            Decision::NotAllowed,
            allowed(1),
        ),
        (
            r#""Principal":{"AWS":"arn:aws:iam::999900001111:root"}"#,
            Decision::NotAllowed,
            allowed(1),
        ),
        (
            r#""Principal":{"AWS":"arn:aws:iam::111122223333:root"}"#,
            Decision::NotAllowed,
            Decision::NotAllowed,
        ),
        (
            r#""Principal":{"Federated":"x"}"#,
            Decision::NotAllowed,
            Decision::NotAllowed,
        ),
        (
            r#""Principal":{"CanonicalUser":"79a5"}"#,
            Decision::NotAllowed,
            unclear(1, WHO),
        ),
        (
            r#""NotPrincipal":{"AWS":"999900001111"}"#,
            allowed(1),
            Decision::NotAllowed,
        ),
        (
            r#""NotPrincipal":{"Service":"cloudtrail.amazonaws.com"}"#,
            Decision::NotAllowed,
            allowed(1),
        ),
        // A policy of the caller's own.
        (r#""Sid":"""#, allowed(1), allowed(1)),
    ] {
        let policy = policy(&format!(
            r#"{{"Effect":"Allow",{principal},"Action":"kms:Decrypt","Resource":"*"}}"#
        ));
        let request = service("kms:Decrypt", KEY);
        assert_eq!(
            decide(std::slice::from_ref(&policy), &request),
            service_may,
            "{principal}"
        );
        let request = Request {
            caller: Caller::Aws(ada.to_owned()),
            ..request
        };
        assert_eq!(decide(&[policy], &request), ada_may, "{principal}");
    }
}

#[test]
fn actions_and_resources_are_matched() {
    let group = "arn:aws:logs:eu-west-1:111122223333:log-group:trail:log-stream:111122223333_CloudTrail_eu-west-1";
    for (body, answer) in [
        (
            r#""Action":"logs:PutLogEvents","Resource":"arn:aws:logs:eu-west-1:111122223333:log-group:trail:log-stream:111122223333_CloudTrail_eu-west-1*""#,
            allowed(1),
        ),
        (r#""Action":"LOGS:putlogevents","Resource":"*""#, allowed(1)),
        (
            r#""Action":"logs:Put*","Resource":["arn:aws:s3:::x","arn:aws:logs:*:*:log-group:trail:*"]"#,
            allowed(1),
        ),
        (
            r#""Action":"logs:PutLogEvent?","Resource":"arn:aws:logs:eu-west-?:111122223333:log-group:trail:*""#,
            allowed(1),
        ),
        (r#""Action":"*""#, allowed(1)),
        (
            r#""Action":"logs:CreateLogStream","Resource":"*""#,
            Decision::NotAllowed,
        ),
        (
            r#""Action":"logs:Put*","Resource":"arn:aws:logs:eu-west-1:111122223333:log-group:trail""#,
            Decision::NotAllowed,
        ),
        (
            r#""Action":"logs:Put*","Resource":"arn:aws:logs:eu-west-1:111122223333:log-group:Trail:*""#,
            Decision::NotAllowed,
        ),
        (
            r#""Action":"logs:Put*","Resource":"arn:aws:logs:eu-west-2:*""#,
            Decision::NotAllowed,
        ),
        (
            r#""Action":"logs:Put*","Resource":"arn:aws:logs:*:trail:*""#,
            unclear(1, READ),
        ),
        (
            r#""Action":"logs:Put*","Resource":"arn:aws:logs:*:*:log-group:${aws:PrincipalTag/g}:*""#,
            unclear(1, READ),
        ),
        (r#""NotAction":"iam:*","Resource":"*""#, allowed(1)),
        (r#""NotAction":["iam:*","logs:*"],"Resource":"*""#, Decision::NotAllowed),
        (
            r#""Action":"logs:*","NotResource":"arn:aws:logs:*:*:log-group:other:*""#,
            allowed(1),
        ),
        (
            r#""Action":"logs:*","NotResource":"arn:aws:logs:*:*:log-group:t*:*""#,
            Decision::NotAllowed,
        ),
    ] {
        let policy = policy(&format!(r#"{{"Effect":"Allow",{body}}}"#));
        assert_eq!(
            decide(&[policy], &service("logs:PutLogEvents", group)),
            answer,
            "{body}"
        );
    }
    let old = r#"{"Statement":{"Effect":"Allow","Action":"logs:*","Resource":"arn:aws:logs:*:*:${x}:*"}}"#;
    assert_eq!(
        decide(&[Policy::parse(old).unwrap()], &service("logs:PutLogEvents", group)),
        Decision::NotAllowed
    );
}

#[test]
fn conditions_hold_as_the_user_guide_says() {
    let (yes, no) = (|| allowed(1), || Decision::NotAllowed);
    let why = |text: &str| unclear(1, text);
    // Known: one is x, flag is true, arn is the trail; none is not there; other is not known.
    let context = Context::new()
        .with("k:one", "x")
        .with("k:flag", "true")
        .with("k:arn", TRAIL)
        .without("k:none");
    for (condition, answer) in [
        (r#""StringEquals":{"k:one":"x"}"#, yes()),
        (r#""stringequals":{"K:ONE":["y","x"]}"#, yes()),
        (r#""StringEquals":{"k:one":"X"}"#, no()),
        (r#""StringEqualsIgnoreCase":{"k:one":"X"}"#, yes()),
        (r#""StringEquals":{"k:one":"*"}"#, no()),
        (r#""StringLike":{"k:one":"?"}"#, yes()),
        (r#""StringNotEquals":{"k:one":["y","z"]}"#, yes()),
        (r#""StringNotEquals":{"k:one":["y","x"]}"#, no()),
        (r#""StringNotLike":{"k:one":"x*"}"#, no()),
        (r#""StringNotEqualsIgnoreCase":{"k:one":"X"}"#, no()),
        // All operators and keys have to hold.
        (
            r#""StringEquals":{"k:one":"x","k:flag":"true"},"StringLike":{"k:one":"*"}"#,
            yes(),
        ),
        (r#""StringEquals":{"k:one":"x","k:flag":"false"}"#, no()),
        (
            r#""StringEquals":{"k:one":"x","k:other":"x"}"#,
            why("StringEquals on k:other"),
        ),
        (r#""StringEquals":{"k:one":"y","k:other":"x"}"#, no()),
        // A key that is not there.
        (r#""StringEquals":{"k:none":"x"}"#, no()),
        (r#""StringNotEquals":{"k:none":"x"}"#, yes()),
        (r#""ArnNotLike":{"k:none":"x"}"#, yes()),
        (r#""StringEqualsIfExists":{"k:none":"x"}"#, yes()),
        (r#""StringEqualsIfExists":{"k:one":"y"}"#, no()),
        (r#""ForAllValues:StringEquals":{"k:none":"x"}"#, yes()),
        (r#""ForAnyValue:StringEquals":{"k:none":"x"}"#, no()),
        (r#""ForAnyValue:StringNotEquals":{"k:none":"x"}"#, no()),
        (r#""ForAnyValue:StringEquals":{"k:one":"x"}"#, yes()),
        (r#""ForAllValues:StringEquals":{"k:one":["x","y"]}"#, yes()),
        (r#""NumericEquals":{"k:none":"1"}"#, no()),
        (r#""NotIpAddress":{"k:none":"10.0.0.0/8"}"#, yes()),
        (r#""DateGreaterThanIfExists":{"k:none":"2020-01-01"}"#, yes()),
        (r#""Null":{"k:none":"true"}"#, yes()),
        (r#""Null":{"k:none":"false"}"#, no()),
        (r#""Null":{"k:one":false}"#, yes()),
        (r#""Null":{"k:other":"true"}"#, why("Null on k:other")),
        (r#""Null":{"k:one":"perhaps"}"#, why("Null on k:one")),
        (r#""Bool":{"k:flag":true}"#, yes()),
        (r#""Bool":{"k:flag":"False"}"#, no()),
        (r#""Bool":{"k:none":"false"}"#, no()),
        (r#""Bool":{"k:one":"true"}"#, why("Bool on k:one")),
        // ARNs, each part for itself.
        (
            r#""ArnEquals":{"k:arn":"arn:aws:cloudtrail:*:111122223333:trail/*"}"#,
            yes(),
        ),
        (r#""ArnLike":{"k:arn":"arn:aws:cloudtrail:*:trail/*"}"#, no()),
        (r#""StringLike":{"k:arn":"arn:aws:cloudtrail:*:trail/*"}"#, yes()),
        (r#""ArnLike":{"k:arn":"*"}"#, why("ArnLike on k:arn")),
        (
            r#""ArnNotEquals":{"k:arn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"}"#,
            no(),
        ),
        // What is not evaluated.
        (r#""NumericEquals":{"k:one":"1"}"#, why("NumericEquals on k:one")),
        (r#""IpAddress":{"k:one":"10.0.0.0/8"}"#, why("IpAddress on k:one")),
        (r#""StringMatches":{"k:none":"x"}"#, why("StringMatches on k:none")),
        (
            r#""StringEquals":{"k:one":"${aws:username}"}"#,
            why("StringEquals on k:one"),
        ),
        (r#""StringEquals":{"k:one":["${aws:username}","x"]}"#, yes()),
        (r#""StringNotEquals":{"k:one":["${aws:username}","x"]}"#, no()),
        (
            r#""StringNotEquals":{"k:one":["${aws:username}","y"]}"#,
            why("StringNotEquals on k:one"),
        ),
    ] {
        let policy = policy(&format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"*","Condition":{{{condition}}}}}"#
        ));
        let request = Request {
            context: context.clone(),
            ..service("kms:Decrypt", KEY)
        };
        assert_eq!(decide(&[policy], &request), answer, "{condition}");
    }
}

#[test]
fn a_deny_wins_and_what_is_not_known_is_weighed() {
    let (allow, deny) = (
        r#"{"Effect":"Allow","Principal":"*","Action":"*"}"#,
        r#"{"Effect":"Deny","Principal":"*","Action":"kms:*"}"#,
    );
    let when = |effect: &str| {
        format!(
            r#"{{"Effect":"{effect}","Principal":"*","Action":"*","Condition":{{"StringEquals":{{"k:other":"x"}}}}}}"#
        )
    };
    let on = "StringEquals on k:other";
    for (statements, answer) in [
        (format!("{allow},{deny}"), denied(2)),
        (format!("{deny},{allow}"), denied(1)),
        (deny.to_owned(), denied(1)),
        (format!("{},{allow}", when("Allow")), allowed(2)),
        (when("Allow"), unclear(1, on)),
        (format!("{allow},{}", when("Deny")), unclear(2, on)),
        (format!("{},{deny}", when("Deny")), denied(2)),
        // Whether it is denied or not: nothing allows it.
        (when("Deny"), Decision::NotAllowed),
        (String::new(), Decision::NotAllowed),
    ] {
        assert_eq!(
            decide(&[policy(&statements)], &service("kms:Decrypt", KEY)),
            answer,
            "{statements}"
        );
    }
    // Several policies of one role are in force together.
    let [allow, deny] = [allow, deny].map(policy);
    assert_eq!(decide(&[allow.clone(), deny], &service("kms:Decrypt", KEY)), denied(1));
    assert_eq!(decide(&[policy(""), allow], &service("kms:Decrypt", KEY)), allowed(1));
    // The guard of a data perimeter stops CloudTrail itself, unless it spares services.
    let perimeter = |extra: &str| {
        policy(&format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"*"}},{{"Effect":"Deny","Principal":"*","Action":"*","Condition":{{"StringNotEquals":{{"aws:PrincipalOrgID":"o-1"}}{extra}}}}}"#
        ))
    };
    assert_eq!(
        decide(&[perimeter("")], &service("s3:PutObject", "arn:aws:s3:::b/x")),
        denied(2)
    );
    let spares = r#","BoolIfExists":{"aws:PrincipalIsAWSService":"false"}"#;
    assert_eq!(
        decide(&[perimeter(spares)], &service("s3:PutObject", "arn:aws:s3:::b/x")),
        allowed(1)
    );
}

/// LG-06: the delivery role's trust.
#[test]
fn a_trust_policy_has_no_resource() {
    let assume = service("sts:AssumeRole", "arn:aws:iam::111122223333:role/delivery");
    for (body, answer) in [
        (
            r#""Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"sts:AssumeRole""#,
            allowed(1),
        ),
        (
            r#""Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"}}"#,
            allowed(1),
        ),
        (
            r#""Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"999900001111"}}"#,
            Decision::NotAllowed,
        ),
        (
            r#""Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"sts:TagSession""#,
            Decision::NotAllowed,
        ),
        (
            r#""Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole""#,
            Decision::NotAllowed,
        ),
        (
            r#""Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x"}}"#,
            unclear(1, "StringEquals on sts:ExternalId"),
        ),
    ] {
        let policy = policy(&format!(r#"{{"Effect":"Allow",{body}}}"#));
        assert_eq!(decide(&[policy], &assume), answer, "{body}");
    }
}
