//! Texts of the catalogue with what is known in the place of their placeholders, and variables where nothing is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::variables::named;

/// What is known, by placeholder.
pub(super) type Values = BTreeMap<&'static str, String>;

/// A text with names in it.
#[derive(Default)]
pub(super) struct Filled {
    pub text: String,
    /// The variables it needs.
    pub needs: BTreeSet<String>,
}

/// Whether a name is made of what names of AWS are made of: printable ASCII, nothing that passes for an option or that the
/// AWS CLI would read from elsewhere.
pub(super) fn is_sound(name: &str) -> bool {
    let first = name.chars().next();
    first.is_some_and(|first| first.is_ascii_alphanumeric() || "/._".contains(first))
        && name.chars().all(|c| c == ' ' || c.is_ascii_graphic())
        && !name.contains("://")
        && name.len() <= 2_048
}

/// Whether a text can be the name of a Region or a partition: it stands in commands and in other names as it is.
pub(super) fn is_place(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&name.len()) && name.bytes().all(letter) && !name.starts_with('-')
}

/// One word of a shell, whatever is in it.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A command for a shell. What the text has in single quotes is a JSON document.
pub(super) fn command(template: &str, values: &Values) -> Filled {
    let mut filled = Filled::default();
    let mut within = false;
    for (part, is_word) in words(template) {
        let Some(variable) = named(part).filter(|_| is_word) else {
            within ^= part.matches('\'').count() % 2 == 1;
            filled.text += part;
            continue;
        };
        match (values.get(part), within) {
            (Some(value), false) => filled.text += &quoted(value),
            (Some(value), true) => filled.text += &in_string(value).replace('\'', r"'\''"),
            (None, within) => {
                filled.needs.insert(variable.name.to_owned());
                let quote = if within { "'" } else { "" };
                _ = write!(filled.text, "{quote}\"${}\"{quote}", variable.name);
            }
        }
    }
    filled
}

/// A block of Terraform. `label` names what the placeholders in the names of resources stand for.
pub(super) fn terraform(template: &str, values: &Values, label: &str) -> Filled {
    let mut filled = Filled::default();
    for line in template.lines() {
        let mut within = false;
        let declares = line.starts_with("resource ");
        for (part, is_word) in words(line) {
            let Some(variable) = named(part).filter(|_| is_word) else {
                within ^= part.replace("\\\"", "").matches('"').count() % 2 == 1;
                filled.text += part;
                continue;
            };
            if declares || ends_in_reference(&filled.text) {
                filled.text += label;
                continue;
            }
            match (values.get(part), within) {
                (Some(value), true) => filled.text += &hcl(value),
                (Some(value), false) => _ = write!(filled.text, "\"{}\"", hcl(value)),
                (None, within) => {
                    filled.needs.insert(variable.name.to_owned());
                    let name = variable.name.to_ascii_lowercase();
                    _ = if within {
                        write!(filled.text, "${{var.{name}}}")
                    } else {
                        write!(filled.text, "(var.{name})")
                    };
                }
            }
        }
        filled.text.push('\n');
    }
    filled
}

/// Whether a text ends in `aws_something.`, which the name of a resource follows.
fn ends_in_reference(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let kind = text.strip_suffix('.').and_then(|text| text.rsplit(|c| !word(c)).next());
    kind.is_some_and(|kind| kind.starts_with("aws_"))
}

/// Text within a string of HCL, which would put expressions in the place of some of it.
pub(super) fn hcl(text: &str) -> String {
    in_string(text).replace("${", "$${").replace("%{", "%%{")
}

/// Text within a string of JSON.
fn in_string(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// The parts of a text: words that are all capitals, and everything between.
fn words(text: &str) -> Vec<(&str, bool)> {
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '_';
    while at < text.len() {
        let rest = &text[at..];
        let length = rest.find(|c| !inner(c)).unwrap_or(rest.len());
        if length == 0 {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let word = &rest[..length];
        // `Type=ACCOUNT` is a word of the API.
        let placeholder = word.chars().all(|c| c.is_ascii_uppercase() || c == '_') && !text[..at].ends_with("Type=");
        if placeholder && named(word).is_some() {
            parts.push((&text[from..at], false));
            parts.push((word, true));
            from = at + length;
        }
        at += length;
    }
    parts.push((&text[from..], false));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_of_small_letters() {
        for place in ["us-east-1", "aws", "aws-us-gov"] {
            assert!(is_place(place), "{place}");
        }
        for other in [
            "", "-x", "US", "us-$(id)", "us';id;'", "us east", "us\n1", "us\"1", "us${x}",
        ] {
            assert!(!is_place(other), "{other:?}");
        }
        assert!(!is_place(&"a".repeat(65)));
    }

    fn values(bucket: &str) -> Values {
        [
            ("BUCKET", bucket.to_owned()),
            ("KEY_ARN", "arn:aws:kms:r:1:key/k".to_owned()),
        ]
        .into()
    }

    #[test]
    fn a_name_stays_one_word() {
        let filled = command(
            "aws x --bucket BUCKET --policy '{\"a\":\"BUCKET/*\"}'",
            &values("a'; rm \"$HOME\""),
        );
        assert_eq!(
            filled.text,
            r#"aws x --bucket 'a'\''; rm "$HOME"' --policy '{"a":"a'\''; rm \"$HOME\"/*"}'"#
        );
        assert!(filled.needs.is_empty());
    }

    #[test]
    fn what_is_not_known_is_a_variable() {
        let filled = command(
            "aws x --tags Key=KEY,Value=VALUE --policy '{\"d\":DAYS}'",
            &Values::new(),
        );
        assert_eq!(
            filled.text,
            r#"aws x --tags Key="$TAG_KEY",Value="$TAG_VALUE" --policy '{"d":'"$KEEP_DAYS"'}'"#
        );
        assert_eq!(filled.needs.len(), 3);
    }

    #[test]
    fn terraform_interpolates_nothing_of_a_name() {
        let template = "resource \"aws_s3_bucket\" \"BUCKET\" {\n  bucket = \"BUCKET\"\n  days = \"DAYS\"\n  KEY = \"${aws_x.KEY.arn}:*\"\n}";
        let filled = terraform(template, &values("a${file(\"x\")}%{if}"), "label");
        assert_eq!(
            filled.text,
            "resource \"aws_s3_bucket\" \"label\" {\n  bucket = \"a$${file(\\\"x\\\")}%%{if}\"\n  \
             days = \"${var.keep_days}\"\n  (var.tag_key) = \"${aws_x.label.arn}:*\"\n}\n"
        );
    }

    #[test]
    fn names_of_aws_are_sound() {
        for name in ["trail", "arn:aws:kms:us-east-1:1:key/a", "/aws/logs", "a b"] {
            assert!(is_sound(name), "{name}");
        }
        for name in [
            "",
            "-x",
            "--profile",
            "file:///etc/passwd",
            "a\nb",
            "a\u{202e}b",
            "é",
            "a\u{7f}",
        ] {
            assert!(!is_sound(name), "{name:?}");
        }
    }
}
