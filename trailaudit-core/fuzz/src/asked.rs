//! What administrators wrote into an account: metric filters and policies. What is taken is written and read as the
//! same, and asking it anything ends.

use std::ops::ControlFlow;

use trailaudit_core::filter_pattern::{ALARMS, Coverage, FilterPattern, MAX_LENGTH, covers};
use trailaudit_core::policy::{Caller, Context, Decision, Policy, Request, decide, denial};

/// One pattern a line, at most two: a filter, and what is asked of it.
pub fn filter(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let read: Vec<_> = text
        .lines()
        .take(2)
        .filter_map(|line| FilterPattern::parse(line).ok())
        .collect();
    for pattern in &read {
        let written = pattern.to_string();
        if written.chars().count() <= MAX_LENGTH {
            assert_eq!(FilterPattern::parse(&written).as_ref(), Ok(pattern), "{written}");
        }
    }
    if let [filter, required] = read.as_slice() {
        for (filter, required) in [(filter, required), (required, filter), (filter, filter)] {
            if let Coverage::Misses(witness) = covers(filter, required) {
                assert_eq!(required.matches(&witness.event), Some(true), "{witness:?}");
                assert_eq!(filter.matches(&witness.event), Some(false), "{witness:?}");
            }
        }
    }
}

pub fn filters() -> Vec<Vec<u8>> {
    let pairs = ALARMS
        .windows(2)
        .map(|pair| format!("{}\n{}", pair[0].least, pair[1].least));
    let small =
        "{ $.a = 'x*' || NOT ($.b[0] >= 1.5e3 && $['c d'].* NOT EXISTS) }\n{ $.a = x && $.b IS NULL && $.a != %r% }";
    pairs.chain([small.to_owned()]).map(String::into_bytes).collect()
}

pub fn policy(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let Ok(read) = Policy::parse(text) else { return };
    assert_eq!(Policy::parse(&read.to_string()).as_ref(), Ok(&read));
    let trail = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit";
    let (action, resource) = ("kms:GenerateDataKey", "arn:aws:kms:eu-west-1:111122223333:key/1");
    let service = "cloudtrail.amazonaws.com";
    let request = Request {
        caller: Caller::Service(service.to_owned()),
        action: action.to_owned(),
        resource: resource.to_owned(),
        context: Context::of_trail(trail),
    };
    let policies = [read];
    let [read] = &policies;
    // Twice the same policy says nothing new.
    let twice = [read.clone(), read.clone()];
    assert_eq!(decide(&policies, &request), decide(&twice, &request));
    let grants = read.grants(action, resource, &request.context);
    let is_allowed = matches!(decide(&policies, &request), Decision::Allowed { .. });
    let no_principals = read
        .statements
        .iter()
        .try_for_each(|statement| match statement.principals {
            Some(_) => ControlFlow::Continue(()),
            None => ControlFlow::Break(()),
        });
    assert!(!is_allowed || no_principals.is_break() || !grants.is_empty());
    let _ = read.publicity(&[resource]);
    let _ = read.confinement(service, &[action], resource, trail);
    let _ = denial(&[&policies], action, resource);
}

pub fn policies() -> Vec<Vec<u8>> {
    let key = r#"{"Version":"2012-10-17","Id":"k","Statement":[{"Sid":"s","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com","AWS":["111122223333","arn:aws:iam::444455556666:role/x"]},"Action":["kms:GenerateDataKey*","kms:Decrypt"],"Resource":"*","Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"},"ForAnyValue:ArnLikeIfExists":{"kms:x":["a","b*"]}}}]}"#;
    let control = r#"{"Statement":{"Effect":"Deny","NotPrincipal":"*","NotAction":"s3:*","NotResource":"arn:aws:s3:::b/*","Condition":{"Bool":{"aws:SecureTransport":false},"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/Admin"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}}"#;
    for text in [key, control] {
        Policy::parse(text).expect("the seed is a policy");
    }
    [key, control].map(|text| text.as_bytes().to_vec()).into()
}
