//! From JSON to the model: strictly, so that nothing that was read means anything else.

use serde_json::{Map, Value};

use super::model::{
    Comparison, Condition, Effect, Operator, Policy, Principal, Quantifier, Selected, Statement, Version,
};
use crate::evidence::jcs;

/// The longest document that is read, in bytes. The largest that AWS keeps is a key policy of 32 kB.
pub const MAX_LENGTH: usize = 128 * 1024;

/// A text that is no policy document that we understand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// More than [`MAX_LENGTH`] bytes.
    #[error("the policy is longer than {MAX_LENGTH} bytes")]
    TooLong,
    /// Not JSON, or something after its end.
    #[error("the policy is not JSON: {0}")]
    NotJson(String),
    /// An object repeats a key: readers disagree on which one counts.
    #[error("the policy repeats a key: {0}")]
    RepeatedKey(String),
    /// An element is missing, or not of the form it should have.
    #[error("{place}: expected {expected}")]
    Expected {
        /// Where, such as `Statement 2, Principal`.
        place: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// An element that is not known: it may change the meaning of all others.
    #[error("{place}: the element {element:?} is not known")]
    UnknownElement {
        /// Where.
        place: String,
        /// Its name.
        element: String,
    },
}

impl Policy {
    /// Reads a policy document: JSON, as the services return it once its URL encoding is undone.
    ///
    /// # Errors
    /// When the text is not JSON without repeated keys, or not of the policy language's grammar.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        if text.len() > MAX_LENGTH {
            return Err(PolicyError::TooLong);
        }
        let refuse = |error: jcs::NotStrict| {
            let message = error.to_string();
            if error.is_repeated_key() {
                PolicyError::RepeatedKey(message)
            } else {
                PolicyError::NotJson(message)
            }
        };
        let value: Value = jcs::parse_strict(text.as_bytes()).map_err(refuse)?;
        let place = "the policy";
        let members = object(&value, place, "an object")?;
        only(members, place, &["Version", "Id", "Statement"])?;
        let version = match members.get("Version").map(Value::as_str) {
            None => None,
            Some(Some("2008-10-17")) => Some(Version::V2008),
            Some(Some("2012-10-17")) => Some(Version::V2012),
            Some(_) => return expected("Version", "2008-10-17 or 2012-10-17"),
        };
        let statements = match members.get("Statement") {
            Some(Value::Array(items)) => items.iter().collect(),
            Some(one @ Value::Object(_)) => vec![one],
            _ => return expected("Statement", "one statement or a list of them"),
        };
        let statements = statements.into_iter().enumerate();
        let statements: Result<_, _> = statements
            .map(|(i, value)| statement(value, &format!("Statement {}", i + 1)))
            .collect();
        Ok(Self {
            version,
            id: text_member(members, place, "Id")?,
            statements: statements?,
        })
    }
}

impl std::str::FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        Self::parse(text)
    }
}

fn statement(value: &Value, place: &str) -> Result<Statement, PolicyError> {
    let members = object(value, place, "a statement")?;
    let elements = [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ];
    only(members, place, &elements)?;
    let effect = match members.get("Effect").and_then(Value::as_str) {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => return expected(&format!("{place}, Effect"), "Allow or Deny"),
    };
    let Some(actions) = selected(members, place, ["Action", "NotAction"], texts)? else {
        return expected(place, "Action or NotAction");
    };
    Ok(Statement {
        sid: text_member(members, place, "Sid")?,
        effect,
        principals: selected(members, place, ["Principal", "NotPrincipal"], principals)?,
        actions,
        resources: selected(members, place, ["Resource", "NotResource"], texts)?,
        conditions: conditions(members.get("Condition"), place)?,
    })
}

fn selected<T>(
    members: &Map<String, Value>,
    place: &str,
    names: [&'static str; 2],
    read: fn(&Value, &str) -> Result<Vec<T>, PolicyError>,
) -> Result<Option<Selected<T>>, PolicyError> {
    let [name, not] = names;
    match (members.get(name), members.get(not)) {
        (None, None) => Ok(None),
        (Some(value), None) => Ok(Some(Selected::Only(read(value, &format!("{place}, {name}"))?))),
        (None, Some(value)) => Ok(Some(Selected::AllBut(read(value, &format!("{place}, {not}"))?))),
        (Some(_), Some(_)) => expected(&format!("{place}, {not}"), "one of the element and its Not form"),
    }
}

fn principals(value: &Value, place: &str) -> Result<Vec<Principal>, PolicyError> {
    let members = match value {
        Value::String(text) if text == "*" => return Ok(vec![Principal::Everyone]),
        Value::Object(members) if !members.is_empty() => members,
        _ => return expected(place, "* or an object of principals"),
    };
    let mut found = Vec::new();
    for (kind, value) in members {
        let make = match kind.as_str() {
            "AWS" => Principal::Aws,
            "Service" => Principal::Service,
            "Federated" => Principal::Federated,
            "CanonicalUser" => Principal::CanonicalUser,
            _ => {
                return Err(PolicyError::UnknownElement {
                    place: place.to_owned(),
                    element: kind.clone(),
                });
            }
        };
        found.extend(texts(value, &format!("{place}, {kind}"))?.into_iter().map(make));
    }
    Ok(found)
}

fn conditions(value: Option<&Value>, place: &str) -> Result<Vec<Condition>, PolicyError> {
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    let place = format!("{place}, Condition");
    let mut found: Vec<Condition> = Vec::new();
    for (name, keys) in object(value, &place, "an object of operators")? {
        let place = format!("{place}, {name}");
        let operator = Operator::named(name);
        if found.iter().any(|condition| condition.operator == operator) {
            return expected(&place, "each operator once");
        }
        let keys = object(keys, &place, "an object of keys")?;
        for (key, values) in keys {
            let values = texts(values, &format!("{place}, {key}"))?;
            found.push(Condition {
                operator: operator.clone(),
                key: key.clone(),
                values,
            });
        }
    }
    // One order, whatever names were written how.
    found.sort_by_cached_key(|condition| (condition.operator.to_string(), condition.key.clone()));
    Ok(found)
}

impl Operator {
    /// The operator of a name, without regard to case.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let quantifiers = [
            ("ForAllValues:", Quantifier::ForAllValues),
            ("ForAnyValue:", Quantifier::ForAnyValue),
        ];
        let begins = |prefix: &str| {
            name.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        let found = quantifiers.into_iter().find(|(prefix, _)| begins(prefix));
        let rest = found.map_or(name, |(prefix, _)| &name[prefix.len()..]);
        let quantifier = found.map(|(_, quantifier)| quantifier);
        let split = rest.len().saturating_sub("IfExists".len());
        let if_exists = rest
            .get(split..)
            .is_some_and(|end| end.eq_ignore_ascii_case("IfExists"));
        let base = if if_exists { &rest[..split] } else { rest };
        let known = Comparison::NAMED
            .into_iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(base));
        let comparison = known.map_or_else(|| Comparison::Other(base.to_owned()), |(_, comparison)| comparison);
        Self {
            quantifier,
            comparison,
            if_exists,
        }
    }
}

/// A text or a list of texts; numbers and booleans are taken as their text, as the services do.
fn texts(value: &Value, place: &str) -> Result<Vec<String>, PolicyError> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        _ => expected(place, "a text or a list of texts"),
    };
    match value {
        Value::Array(items) if items.is_empty() => expected(place, "at least one text"),
        Value::Array(items) => items.iter().map(one).collect(),
        value => Ok(vec![one(value)?]),
    }
}

fn text_member(members: &Map<String, Value>, place: &str, name: &'static str) -> Result<Option<String>, PolicyError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => expected(&format!("{place}, {name}"), "a text"),
    }
}

fn object<'a>(value: &'a Value, place: &str, what: &'static str) -> Result<&'a Map<String, Value>, PolicyError> {
    value.as_object().map_or_else(|| expected(place, what), Ok)
}

fn only(members: &Map<String, Value>, place: &str, known: &[&str]) -> Result<(), PolicyError> {
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(element) => Err(PolicyError::UnknownElement {
            place: place.to_owned(),
            element: element.clone(),
        }),
    }
}

fn expected<T>(place: &str, expected: &'static str) -> Result<T, PolicyError> {
    Err(PolicyError::Expected {
        place: place.to_owned(),
        expected,
    })
}
