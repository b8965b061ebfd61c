//! From the model to JSON that reads as the same.

use std::fmt;

use serde_json::{Map, Value};

use super::model::{Comparison, Effect, Operator, Policy, Principal, Quantifier, Selected, Statement, Version};

impl fmt::Display for Policy {
    /// As JSON on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut members = Map::new();
        if let Some(version) = self.version {
            let version = match version {
                Version::V2008 => "2008-10-17",
                Version::V2012 => "2012-10-17",
            };
            members.insert("Version".to_owned(), version.into());
        }
        if let Some(id) = &self.id {
            members.insert("Id".to_owned(), id.as_str().into());
        }
        members.insert("Statement".to_owned(), self.statements.iter().map(statement).collect());
        write!(f, "{}", Value::Object(members))
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.quantifier {
            Some(Quantifier::ForAllValues) => f.write_str("ForAllValues:")?,
            Some(Quantifier::ForAnyValue) => f.write_str("ForAnyValue:")?,
            None => {}
        }
        let known = Comparison::NAMED
            .iter()
            .find(|(_, comparison)| *comparison == self.comparison);
        match (&self.comparison, known) {
            (Comparison::Other(name), _) => f.write_str(name)?,
            (_, Some((name, _))) => f.write_str(name)?,
            (_, None) => {}
        }
        f.write_str(if self.if_exists { "IfExists" } else { "" })
    }
}

fn statement(statement: &Statement) -> Value {
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    if let Some(sid) = &statement.sid {
        put("Sid", sid.as_str().into());
    }
    let effect = match statement.effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
    };
    put("Effect", effect.into());
    match &statement.principals {
        Some(Selected::Only(found)) => _ = put("Principal", principals(found)),
        Some(Selected::AllBut(found)) => _ = put("NotPrincipal", principals(found)),
        None => {}
    }
    match &statement.actions {
        Selected::Only(actions) => put("Action", texts(actions)),
        Selected::AllBut(actions) => put("NotAction", texts(actions)),
    };
    match &statement.resources {
        Some(Selected::Only(resources)) => _ = put("Resource", texts(resources)),
        Some(Selected::AllBut(resources)) => _ = put("NotResource", texts(resources)),
        None => {}
    }
    if !statement.conditions.is_empty() {
        let mut operators: Map<String, Value> = Map::new();
        for condition in &statement.conditions {
            let keys = operators
                .entry(condition.operator.to_string())
                .or_insert_with(|| Map::new().into());
            if let Value::Object(keys) = keys {
                keys.insert(condition.key.clone(), texts(&condition.values));
            }
        }
        put("Condition", operators.into());
    }
    members.into()
}

fn principals(found: &[Principal]) -> Value {
    let mut kinds: Map<String, Value> = Map::new();
    for principal in found {
        let (kind, text) = match principal {
            Principal::Everyone => return "*".into(),
            Principal::Aws(text) => ("AWS", text),
            Principal::Service(text) => ("Service", text),
            Principal::Federated(text) => ("Federated", text),
            Principal::CanonicalUser(text) => ("CanonicalUser", text),
        };
        let texts = kinds.entry(kind).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(texts) = texts {
            texts.push(text.as_str().into());
        }
    }
    kinds.into()
}

fn texts(texts: &[String]) -> Value {
    match texts {
        [one] => one.as_str().into(),
        many => many.iter().map(String::as_str).collect(),
    }
}
