//! Every change to one JSON value that we could think of.

use crate::json::Json;
use crate::json::Kind::{self, Form, Value};

/// One change.
pub struct Change {
    pub kind: Kind,
    pub what: String,
    pub value: Json,
}

/// Every change to `value` as a whole; not to what is in it.
pub fn to(value: &Json) -> Vec<Change> {
    let mut changes = Changes {
        of: value,
        found: Vec::new(),
    };
    changes.of_type();
    match value {
        Json::Token(token) => match token.strip_prefix('"').and_then(|token| token.strip_suffix('"')) {
            Some(content) => changes.of_text(content),
            None => changes.of_token(token),
        },
        Json::Array(items) => changes.of_array(items),
        Json::Object(members) => changes.of_object(members),
    }
    changes.found
}

struct Changes<'a> {
    of: &'a Json,
    found: Vec<Change>,
}

impl Changes<'_> {
    fn add(&mut self, kind: Kind, what: impl Into<String>, value: Json) {
        if value != *self.of {
            let what = what.into();
            self.found.push(Change { kind, what, value });
        }
    }

    /// Another type; what careless readers take for nothing, for any text, for any number.
    fn of_type(&mut self) {
        for other in ["null", "true", "7", "-1", "\"text\"", "[]", "{}", "1e999", "[null]"] {
            let value = match other {
                "[]" => Json::Array(Vec::new()),
                "{}" => Json::Object(Vec::new()),
                _ => token(other),
            };
            let is_same_type = type_of(other) == type_of(&self.of.text());
            let kind = if is_same_type { Value } else { Form };
            self.add(kind, format!("becomes {other}"), value);
        }
    }

    fn of_text(&mut self, content: &str) {
        let text = |content: &str| token(&format!("\"{content}\""));
        self.add(Value, "emptied", text(""));
        self.add(Value, "with a letter more", text(&format!("{content}x")));
        self.add(Value, "with a blank at its end", text(&format!("{content} ")));
        self.add(Value, "in upper case", text(&content.to_uppercase()));
        if let Some(first) = content.chars().next().filter(char::is_ascii_alphanumeric) {
            let rest = &content[1..];
            self.add(Value, "without its first letter", text(rest));
            self.add(
                Value,
                "with another first letter",
                text(&format!("{}{rest}", next(first))),
            );
            let escaped = format!("\\u{:04x}{rest}", u32::from(first));
            self.add(Form, "with an escape that is not needed", text(&escaped));
        }
    }

    /// A number, true, false, or null.
    fn of_token(&mut self, number: &str) {
        if number.parse::<i64>().is_err() {
            let other = if number == "true" { "false" } else { "true" };
            let kind = if number == "null" { Form } else { Value };
            return self.add(kind, format!("becomes {other}"), token(other));
        }
        for other in [format!("{number}1"), format!("1{number}")] {
            self.add(Value, format!("becomes {other}"), token(&other));
        }
        for other in ["{}.0", "{}e0", "0{}", "\"{}\""] {
            let other = other.replace("{}", number);
            self.add(Form, format!("becomes {other}"), token(&other));
        }
    }

    fn of_array(&mut self, items: &[Json]) {
        let text = self.of.text();
        self.add(Form, "with a blank inside", token(&format!("[ {}", &text[1..])));
        for i in 0..items.len() {
            let fewer = [&items[..i], &items[i + 1..]].concat();
            self.add(Value, format!("without element {i}"), Json::Array(fewer));
            let more = [&items[..=i], &items[i..]].concat();
            self.add(Value, format!("with element {i} twice"), Json::Array(more));
        }
        let reversed = items.iter().rev().cloned().collect();
        self.add(Value, "in reverse order", Json::Array(reversed));
        let more = [items, &[token("null")]].concat();
        self.add(Form, "with null at its end", Json::Array(more));
    }

    fn of_object(&mut self, members: &[(String, Json)]) {
        let text = self.of.text();
        self.add(Form, "with a blank inside", token(&format!("{{ {}", &text[1..])));
        let reversed = members.iter().rev().cloned().collect();
        self.add(Form, "with its keys in reverse order", Json::Object(reversed));
        for (name, value) in [("zz", "1"), ("zz", "null"), ("__proto__", "{}"), ("", "\"\"")] {
            let at = members.partition_point(|(key, _)| key.as_str() < name);
            let mut more = members.to_vec();
            more.insert(at, (name.into(), token(value)));
            self.add(Form, format!("with {name:?}: {value} more"), Json::Object(more));
        }
        for (i, (key, value)) in members.iter().enumerate() {
            let instead = |these: &[(String, Json)]| Json::Object([&members[..i], these, &members[i + 1..]].concat());
            let member = (key.clone(), value.clone());
            let nothing = (key.clone(), token("null"));
            let louder = (key.to_uppercase(), value.clone());
            self.add(Value, format!("without {key:?}"), instead(&[]));
            self.add(
                Form,
                format!("with {key:?} twice"),
                instead(&[member.clone(), member.clone()]),
            );
            self.add(
                Form,
                format!("with {key:?} twice, first as null"),
                instead(&[nothing, member]),
            );
            self.add(Form, format!("with {key:?} in upper case"), instead(&[louder]));
        }
    }
}

fn token(text: &str) -> Json {
    Json::Token(text.to_owned())
}

/// Another digit or letter, which leaves a digest a digest, a time a time, and a word a word.
fn next(letter: char) -> char {
    match letter {
        '9' => '0',
        'f' => 'a',
        'z' => 'y',
        'Z' => 'Y',
        other => char::from_u32(u32::from(other) + 1).unwrap(),
    }
}

/// The type of a value, by how it starts.
fn type_of(text: &str) -> char {
    match text.chars().next() {
        Some('0'..='9' | '-') => '0',
        Some('t' | 'f') => 't',
        Some(first) => first,
        None => ' ',
    }
}
