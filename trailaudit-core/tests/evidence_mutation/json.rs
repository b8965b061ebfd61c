//! JSON as it stands in a file, so that it can be written in ways no serializer writes it.

use serde_json::Value;

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
        for (kind, what, changed) in self.changes() {
            take(place, kind, &what, changed);
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

    /// Every change to this value itself.
    fn changes(&self) -> Vec<(Kind, String, Self)> {
        use Kind::{Form, Value};
        let token = |text: &str| Self::Token(text.to_owned());
        let mut changes: Vec<(Kind, String, Self)> = Vec::new();
        let mut add = |kind, what: String, changed: Self| {
            if changed != *self {
                changes.push((kind, what, changed));
            }
        };
        // Another type; the last two are what careless readers take for nothing or for any text.
        for other in ["null", "true", "7", "-1", "\"text\"", "[]", "{}", "1e999", "[null]"] {
            let is_same_type = std::mem::discriminant(&Self::shape(other)) == std::mem::discriminant(self)
                && kind_of(other) == kind_of(&self.text());
            add(
                if is_same_type { Value } else { Form },
                format!("becomes {other}"),
                Self::shape(other),
            );
        }
        match self {
            Self::Token(text) if text.starts_with('"') => {
                let content = &text[1..text.len() - 1];
                add(Value, "emptied".into(), token("\"\""));
                add(Value, "with a letter more".into(), token(&format!("\"{content}x\"")));
                add(
                    Value,
                    "in upper case".into(),
                    token(&format!("\"{}\"", content.to_uppercase())),
                );
                add(
                    Value,
                    "with a blank at its end".into(),
                    token(&format!("\"{content} \"")),
                );
                if let Some(first) = content.chars().next().filter(char::is_ascii_alphanumeric) {
                    let shorter: String = content.chars().skip(1).collect();
                    add(
                        Value,
                        "without its first letter".into(),
                        token(&format!("\"{shorter}\"")),
                    );
                    let escaped = format!("\"\\u{:04x}{shorter}\"", first as u32);
                    add(Form, "with an escape that is not needed".into(), token(&escaped));
                }
            }
            Self::Token(text) => {
                if text.parse::<i64>().is_ok() {
                    for other in [format!("{text}1"), format!("1{text}")] {
                        add(Value, format!("becomes {other}"), token(&other));
                    }
                    for other in [
                        format!("{text}.0"),
                        format!("{text}e0"),
                        format!("0{text}"),
                        format!("\"{text}\""),
                    ] {
                        add(Form, format!("becomes {other}"), token(&other));
                    }
                }
                let other = if text == "true" { "false" } else { "true" };
                add(
                    if text == "null" { Form } else { kind_for(text) },
                    format!("becomes {other}"),
                    token(other),
                );
            }
            Self::Array(items) => {
                let inner = self.text();
                add(Form, "with a blank inside".into(), token(&format!("[ {}", &inner[1..])));
                for i in 0..items.len() {
                    let mut fewer = items.clone();
                    fewer.remove(i);
                    add(Value, format!("without element {i}"), Self::Array(fewer));
                    let mut more = items.clone();
                    more.insert(i, items[i].clone());
                    add(Value, format!("with element {i} twice"), Self::Array(more));
                }
                let mut reversed = items.clone();
                reversed.reverse();
                add(Value, "in reverse order".into(), Self::Array(reversed));
                let more = [&items[..], &[token("null")]].concat();
                add(Form, "with null at its end".into(), Self::Array(more));
            }
            Self::Object(members) => {
                let inner = self.text();
                add(
                    Form,
                    "with a blank inside".into(),
                    token(&format!("{{ {}", &inner[1..])),
                );
                let mut reversed = members.clone();
                reversed.reverse();
                add(Form, "with its keys in reverse order".into(), Self::Object(reversed));
                let mut with = |kind, what: String, change: &dyn Fn(&mut Vec<(String, Self)>)| {
                    let mut members = members.clone();
                    change(&mut members);
                    add(kind, what, Self::Object(members));
                };
                for (name, value) in [("zz", "1"), ("zz", "null"), ("__proto__", "{}"), ("", "\"\"")] {
                    with(Form, format!("with {name:?}: {value} more"), &|members| {
                        let at = members.partition_point(|(key, _)| key.as_str() < name);
                        members.insert(at, (name.into(), token(value)));
                    });
                }
                for i in 0..members.len() {
                    let key = &members[i].0;
                    with(Value, format!("without {key:?}"), &|members| drop(members.remove(i)));
                    with(Form, format!("with {key:?} twice"), &|members| {
                        members.insert(i, members[i].clone());
                    });
                    with(Form, format!("with {key:?} twice, first as null"), &|members| {
                        members.insert(i, (members[i].0.clone(), token("null")));
                    });
                    with(Form, format!("with {key:?} in upper case"), &|members| {
                        members[i].0 = members[i].0.to_uppercase();
                    });
                }
            }
        }
        changes
    }

    fn shape(text: &str) -> Self {
        match text {
            "[]" => Self::Array(Vec::new()),
            "{}" => Self::Object(Vec::new()),
            _ => Self::Token(text.to_owned()),
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

/// The type of a value, by how it starts.
fn kind_of(text: &str) -> char {
    match text.chars().next() {
        Some('0'..='9' | '-') => '0',
        Some('t' | 'f') => 't',
        Some(first) => first,
        None => ' ',
    }
}

/// A truth in place of another is another value; in place of anything else it is another type.
fn kind_for(text: &str) -> Kind {
    if kind_of(text) == 't' { Kind::Value } else { Kind::Form }
}
