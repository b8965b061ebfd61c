//! JSON as it stands in a file, so that it can be written in ways no serializer writes it.

use serde_json::Value;

use crate::changes::{self, Change};

/// A JSON value whose objects may repeat a key and have any order.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// Written as it stands: a number, a text with its quotes, anything.
    Token(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// What kind of change made a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Another value of the same type, an element or a member more or less: something else is said.
    Value,
    /// No version of the format knows it, or the same is said in another form: no signer may write it.
    Form,
}

/// A file's JSON with one change.
pub struct Variant {
    pub what: String,
    pub kind: Kind,
    pub bytes: Vec<u8>,
}

impl Json {
    pub fn parse(bytes: &[u8]) -> Self {
        let json = Self::from(&serde_json::from_slice::<Value>(bytes).unwrap());
        assert_eq!(json.text().as_bytes(), bytes, "the file is canonical");
        json
    }

    pub fn text(&self) -> String {
        match self {
            Self::Token(token) => token.clone(),
            Self::Array(items) => {
                let items: Vec<_> = items.iter().map(Self::text).collect();
                format!("[{}]", items.join(","))
            }
            Self::Object(members) => {
                let member = |(key, value): &(String, Self)| format!("{}:{}", quoted(key), value.text());
                let members: Vec<_> = members.iter().map(member).collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }

    /// This value with every change we know at every place in it.
    pub fn variants(&self) -> Vec<Variant> {
        let mut variants = Vec::new();
        self.visit("$", &mut |place, kind, what, changed| {
            variants.push(Variant {
                what: format!("{place} {what}"),
                kind,
                bytes: changed.text().into_bytes(),
            });
        });
        let text = self.text();
        for (what, other) in [
            ("a blank before it", format!(" {text}")),
            ("a line end after it", format!("{text}\n")),
            ("a byte order mark before it", format!("\u{feff}{text}")),
            ("a second value after it", format!("{text}{text}")),
            ("a NUL after it", format!("{text}\0")),
            ("nothing", String::new()),
        ] {
            variants.push(Variant {
                what: what.into(),
                kind: Kind::Form,
                bytes: other.into_bytes(),
            });
        }
        variants
    }

    /// Calls `take` with every change at and below `place`, put into the whole by whoever is above.
    fn visit(&self, place: &str, take: &mut dyn FnMut(&str, Kind, &str, Json)) {
        for Change { kind, what, value } in changes::to(self) {
            take(place, kind, &what, value);
        }
        match self {
            Self::Token(_) => {}
            Self::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    item.visit(&format!("{place}[{i}]"), &mut |place, kind, what, changed| {
                        let mut items = items.clone();
                        items[i] = changed;
                        take(place, kind, what, Self::Array(items));
                    });
                }
            }
            Self::Object(members) => {
                for (i, (key, value)) in members.iter().enumerate() {
                    value.visit(&format!("{place}.{key}"), &mut |place, kind, what, changed| {
                        let mut members = members.clone();
                        members[i].1 = changed;
                        take(place, kind, what, Self::Object(members));
                    });
                }
            }
        }
    }
}

impl From<&Value> for Json {
    fn from(value: &Value) -> Self {
        match value {
            Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Object(members) => Self::Object(
                members
                    .iter()
                    .map(|(key, value)| (key.clone(), Self::from(value)))
                    .collect(),
            ),
            other => Self::Token(other.to_string()),
        }
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
