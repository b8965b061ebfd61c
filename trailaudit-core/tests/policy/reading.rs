//! From JSON and back, and what is refused.

use proptest::prelude::*;
use serde_json::{Value, json};
use trailaudit_core::policy::{
    Comparison, Effect, MAX_LENGTH, Operator, Policy, PolicyError, Principal, Quantifier, Selected, Version,
};

use super::{guide, policy};

#[test]
fn every_element_is_read() {
    let text = r#"{"Version":"2008-10-17","Id":"id","Statement":{"Sid":"s","Effect":"Deny",
        "NotPrincipal":{"AWS":["111122223333","arn:aws:iam::111122223333:role/x"],"Service":"s3.amazonaws.com","Federated":"cognito","CanonicalUser":"79a5"},
        "NotAction":["s3:Get*","s3:List*"],"NotResource":"arn:aws:s3:::b/*",
        "Condition":{"Bool":{"aws:SecureTransport":false},"ForAnyValue:StringLikeIfExists":{"aws:PrincipalOrgPaths":["o-a/*","o-b/*"]},"NumericLessThan":{"s3:max-keys":10}}}}"#;
    let read = Policy::parse(text).unwrap();
    assert_eq!((read.version, read.id.as_deref()), (Some(Version::V2008), Some("id")));
    let statement = &read.statements[0];
    assert_eq!((statement.sid.as_deref(), statement.effect), (Some("s"), Effect::Deny));
    let Some(Selected::AllBut(principals)) = &statement.principals else {
        panic!()
    };
    assert_eq!(principals.len(), 5);
    assert!(principals.contains(&Principal::Federated("cognito".to_owned())));
    assert!(principals.contains(&Principal::CanonicalUser("79a5".to_owned())));
    assert_eq!(
        statement.actions,
        Selected::AllBut(vec!["s3:Get*".to_owned(), "s3:List*".to_owned()])
    );
    assert_eq!(
        statement.resources,
        Some(Selected::AllBut(vec!["arn:aws:s3:::b/*".to_owned()]))
    );
    let conditions: Vec<_> = statement.conditions.iter().collect();
    assert_eq!(
        (conditions[0].operator.to_string().as_str(), &conditions[0].values[0]),
        ("Bool", &"false".to_owned())
    );
    assert_eq!(conditions[1].operator.quantifier, Some(Quantifier::ForAnyValue));
    assert!(conditions[1].operator.if_exists && conditions[1].operator.comparison == Comparison::StringLike);
    assert_eq!(conditions[1].values.len(), 2);
    assert_eq!(
        conditions[2].operator.comparison,
        Comparison::Other("NumericLessThan".to_owned())
    );
    assert_eq!(conditions[2].values, ["10"]);
    assert_eq!(Policy::parse(&read.to_string()).unwrap(), read);
    let guide = guide();
    assert_eq!(Policy::parse(&guide.to_string()).unwrap(), guide);
    assert_eq!(guide.name_of(1), r#"statement "Allow CloudTrail to encrypt logs""#);
    assert_eq!(
        policy(r#"{"Sid":"","Effect":"Allow","Action":"*"}"#).name_of(0),
        "statement 1"
    );
}

#[test]
fn operators_are_read_without_case() {
    for (name, written) in [
        ("stringequals", "StringEquals"),
        (
            "forallvalues:STRINGNOTLIKEIFEXISTS",
            "ForAllValues:StringNotLikeIfExists",
        ),
        ("ForAnyValue:ArnLike", "ForAnyValue:ArnLike"),
        ("IfExists", "IfExists"),
        ("DateGreaterThanIfExists", "DateGreaterThanIfExists"),
        ("Größer", "Größer"),
    ] {
        let operator = Operator::named(name);
        assert_eq!(operator.to_string(), written);
        assert_eq!(Operator::named(written), operator);
    }
}

#[test]
fn what_is_not_a_policy_is_refused_with_its_place() {
    let statement =
        |body: &str| format!(r#"{{"Statement":[{{"Effect":"Allow","Action":"*","Resource":"*"}},{{{body}}}]}}"#);
    for (text, error) in [
        ("[]".to_owned(), "the policy: expected an object"),
        (
            r#"{"Statement":[]"#.to_owned(),
            "the policy is not JSON: EOF while parsing an object at line 1 column 15",
        ),
        (
            r#"{"Statement":[]} x"#.to_owned(),
            "the policy is not JSON: trailing characters at line 1 column 18",
        ),
        ("{}".to_owned(), "Statement: expected one statement or a list of them"),
        (
            r#"{"Version":"2020-01-01","Statement":[]}"#.to_owned(),
            "Version: expected 2008-10-17 or 2012-10-17",
        ),
        (
            r#"{"statement":[]}"#.to_owned(),
            r#"the policy: the element "statement" is not known"#,
        ),
        (
            r#"{"Id":5,"Statement":[]}"#.to_owned(),
            "the policy, Id: expected a text",
        ),
        (r#"{"Statement":["x"]}"#.to_owned(), "Statement 1: expected a statement"),
        (statement(""), "Statement 2, Effect: expected Allow or Deny"),
        (
            statement(r#""Effect":"allow","Action":"*""#),
            "Statement 2, Effect: expected Allow or Deny",
        ),
        (
            statement(r#""Effect":"Allow""#),
            "Statement 2: expected Action or NotAction",
        ),
        (
            statement(r#""Effect":"Allow","Action":[]"#),
            "Statement 2, Action: expected at least one text",
        ),
        (
            statement(r#""Effect":"Allow","Action":{}"#),
            "Statement 2, Action: expected a text or a list of texts",
        ),
        (
            statement(r#""Effect":"Allow","Action":"*","NotAction":"x:y""#),
            "Statement 2, NotAction: expected one of the element and its Not form",
        ),
        (
            statement(r#""Effect":"Allow","Action":"*","Principal":"arn:aws:iam::1:root""#),
            "Statement 2, Principal: expected * or an object of principals",
        ),
        (
            statement(r#""Effect":"Allow","Action":"*","Principal":{}"#),
            "Statement 2, Principal: expected * or an object of principals",
        ),
        (
            statement(r#""Effect":"Allow","Action":"*","Principal":{"aws":"*"}"#),
            r#"Statement 2, Principal: the element "aws" is not known"#,
        ),
        (
            statement(r#""Effect":"Allow","Action":"*","Condition":{"Bool":5}"#),
            "Statement 2, Condition, Bool: expected an object of keys",
        ),
        (
            statement(r#""Effect":"Allow","Action":"*","Condition":{"Bool":{"a":null}}"#),
            "Statement 2, Condition, Bool, a: expected a text or a list of texts",
        ),
        (
            statement(r#""Effect":"Allow","Action":"*","Condition":{"Bool":{"a":"true"},"bool":{"b":"true"}}"#),
            "Statement 2, Condition, bool: expected each operator once",
        ),
        (
            statement(r#""Effect":"Allow","Action":"*","Resources":"*""#),
            r#"Statement 2: the element "Resources" is not known"#,
        ),
        (" ".repeat(MAX_LENGTH + 1), "the policy is longer than 131072 bytes"),
    ] {
        assert_eq!(Policy::parse(&text).unwrap_err().to_string(), error, "{text:.200}");
    }
    // Readers disagree on which of two counts; an attacker picks.
    let twice = r#"{"Statement":{"Effect":"Deny","Effect":"Allow","Action":"*"}}"#;
    assert!(matches!(Policy::parse(twice), Err(PolicyError::RepeatedKey(_))));
    let deep = format!(r#"{{"Statement":{}"#, "[".repeat(100_000));
    assert!(matches!(Policy::parse(&deep), Err(PolicyError::NotJson(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_is_written_reads_as_the_same(document in document()) {
        let read = Policy::parse(&document.to_string());
        let read = read.map_err(|error| TestCaseError::fail(format!("{document}: {error}")))?;
        prop_assert_eq!(Policy::parse(&read.to_string()), Ok(read));
    }

    /// Damaged policies: refused or read, never worse.
    #[test]
    fn no_text_is_too_much(document in document(), cuts in prop::collection::vec((any::<prop::sample::Index>(), ".{0,3}"), 1..4)) {
        let mut text: Vec<char> = document.to_string().chars().collect();
        for (place, junk) in cuts {
            let at = place.index(text.len() + 1);
            let end = (at + junk.chars().count()).min(text.len());
            text.splice(at..end, junk.chars());
        }
        if let Ok(read) = Policy::parse(&text.into_iter().collect::<String>()) {
            let again = Policy::parse(&read.to_string());
            prop_assert_eq!(again, Ok(read));
        }
    }
}

fn document() -> impl Strategy<Value = Value> {
    let texts = || {
        prop_oneof![
            "[a-zA-Z0-9:*?${}/-]{1,12}".prop_map(Value::from),
            prop::collection::vec("[a-z:*]{0,8}", 1..3).prop_map(Value::from),
        ]
    };
    let kinds = prop::sample::subsequence(vec!["AWS", "Service", "Federated", "CanonicalUser"], 1..=4);
    let principal = (kinds, texts()).prop_map(|(kinds, texts)| {
        Value::Object(kinds.into_iter().map(|kind| (kind.to_owned(), texts.clone())).collect())
    });
    let principal = prop_oneof![Just(json!("*")), principal];
    let operators = vec![
        "StringEquals",
        "stringlike",
        "ArnLikeIfExists",
        "ForAllValues:StringEquals",
        "foranyvalue:ArnNotLike",
        "Null",
        "Bool",
        "IpAddress",
        "NumericLessThan",
        "Other",
        "",
    ];
    let conditions = (prop::sample::subsequence(operators, 0..4), "[a-zA-Z:/]{1,12}", texts());
    let conditions = conditions.prop_map(|(operators, key, values)| {
        Value::Object(
            operators
                .into_iter()
                .map(|name| (name.to_owned(), json!({key.clone(): values, "b": "c"})))
                .collect(),
        )
    });
    let statement = (any::<[bool; 6]>(), principal, texts(), texts(), conditions).prop_map(
        |(flags, principal, actions, resources, conditions)| {
            let pick = |i: usize, a: &'static str, b: &'static str| if flags[i] { a } else { b };
            let mut statement = json!({"Effect": pick(0, "Allow", "Deny"), pick(1, "Action", "NotAction"): actions});
            let members = statement.as_object_mut().unwrap();
            if flags[2] {
                members.insert(pick(3, "Principal", "NotPrincipal").to_owned(), principal);
            }
            if flags[4] {
                members.insert(pick(5, "Resource", "NotResource").to_owned(), resources);
                members.insert("Condition".to_owned(), conditions);
            }
            statement
        },
    );
    let version = prop::sample::select(vec![None, Some("2008-10-17"), Some("2012-10-17")]);
    (version, prop::collection::vec(statement, 0..4), any::<bool>()).prop_map(|(version, mut statements, is_one)| {
        let only = if is_one { statements.pop() } else { None };
        let mut document = json!({"Statement": only.unwrap_or_else(|| statements.into())});
        if let Some(version) = version {
            document["Version"] = version.into();
        }
        document
    })
}
