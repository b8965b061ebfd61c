//! XML under construction, and the envelope the Query protocol puts around it.

use std::fmt::Display;

use crate::refusal::Refusal;

/// XML under construction. Text is escaped; names and attributes are not, they are ours.
#[derive(Debug, Default)]
pub(crate) struct Xml(String);

impl Xml {
    /// A document that declares itself.
    pub fn document() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned())
    }

    /// An element with text in it.
    pub fn text(&mut self, name: &str, text: impl Display) -> &mut Self {
        self.element(name, |xml| {
            xml.words(&text.to_string());
        })
    }

    /// Text alone.
    pub fn words(&mut self, text: &str) -> &mut Self {
        self.0 += &escaped(text);
        self
    }

    /// An element with text in it, where there is text.
    pub fn optional(&mut self, name: &str, text: Option<impl Display>) -> &mut Self {
        if let Some(text) = text {
            self.text(name, text);
        }
        self
    }

    /// An element with elements in it.
    pub fn element(&mut self, name: &str, content: impl FnOnce(&mut Self)) -> &mut Self {
        self.with(name, "", content)
    }

    /// An element with attributes; they are written as they are.
    pub fn with(&mut self, name: &str, attributes: &str, content: impl FnOnce(&mut Self)) -> &mut Self {
        let space = if attributes.is_empty() { "" } else { " " };
        self.0.extend(["<", name, space, attributes, ">"]);
        content(self);
        self.0.extend(["</", name, ">"]);
        self
    }

    /// A list of the Query protocol: a `member` for each item.
    pub fn members<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.element(name, |xml| {
            for item in items {
                xml.element("member", |xml| write(xml, item));
            }
        })
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// The answer of an operation of a Query service.
pub(crate) fn answer(service: &str, operation: &str, request_id: &str, result: impl FnOnce(&mut Xml)) -> Vec<u8> {
    let mut xml = Xml::default();
    let namespace = format!("xmlns=\"{}\"", namespace(service));
    xml.with(&format!("{operation}Response"), &namespace, |xml| {
        xml.element(&format!("{operation}Result"), result);
        xml.element("ResponseMetadata", |xml| {
            xml.text("RequestId", request_id);
        });
    });
    xml.into_bytes()
}

pub(super) fn error(code: &str, refusal: &Refusal, service: &str, request_id: &str) -> Vec<u8> {
    let mut xml = Xml::default();
    xml.with("ErrorResponse", &format!("xmlns=\"{}\"", namespace(service)), |xml| {
        xml.element("Error", |xml| {
            xml.text("Type", "Sender")
                .text("Code", code)
                .text("Message", &refusal.message);
        });
        xml.text("RequestId", request_id);
    });
    xml.into_bytes()
}

/// Whoever asks no known service is answered as by STS.
fn namespace(service: &str) -> &'static str {
    match service {
        "iam" => "https://iam.amazonaws.com/doc/2010-05-08/",
        "sns" => "http://sns.amazonaws.com/doc/2010-03-31/",
        _ => "https://sts.amazonaws.com/doc/2011-06-15/",
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // XML 1.0 has no way to write the other control characters.
            character if character.is_control() && !matches!(character, '\t' | '\n' | '\r') => escaped.push('\u{fffd}'),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_elements_nest() {
        let mut xml = Xml::default();
        xml.with("List", "a=\"b\"", |xml| {
            xml.text("Name", "<a & \"b\">\u{1}").optional("Absent", None::<&str>);
            xml.members("Numbers", [1, 2], |xml, number| {
                xml.text("Number", number);
            });
        });
        assert_eq!(
            String::from_utf8(xml.into_bytes()).unwrap(),
            "<List a=\"b\"><Name>&lt;a &amp; &quot;b&quot;&gt;\u{fffd}</Name><Numbers><member><Number>1</Number></member>\
             <member><Number>2</Number></member></Numbers></List>"
        );
    }
}
