//! The recorded form of answers that are no JSON: their fields by the names of the service's model, what is absent left
//! out, so that it stays discernible from what is empty or false. Times and numbers are written as everywhere in the
//! records: RFC 3339 with milliseconds, and no floats.

use aws_smithy_types::DateTime;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::time::rfc3339;

/// An answer, or a part of one, while it is put together.
#[derive(Default)]
pub(super) struct View(Map<String, Value>);

impl View {
    pub fn text(self, name: &str, text: Option<impl AsRef<str>>) -> Self {
        self.value(name, text.map(|text| text.as_ref().into()))
    }

    pub fn flag(self, name: &str, flag: Option<bool>) -> Self {
        self.value(name, flag.map(Value::from))
    }

    pub fn number(self, name: &str, number: Option<impl Into<i64>>) -> Self {
        self.value(name, number.map(|number| number.into().into()))
    }

    pub fn float(self, name: &str, float: Option<f64>) -> Self {
        self.text(name, float.map(|float| float.to_string()))
    }

    pub fn time(self, name: &str, time: Option<&DateTime>) -> Self {
        self.text(name, time.map(readable))
    }

    pub fn texts<T: AsRef<str>>(self, name: &str, list: Option<&[T]>) -> Self {
        self.value(name, list.map(|list| list.iter().map(AsRef::as_ref).collect()))
    }

    pub fn part<T>(self, name: &str, part: Option<T>, view: impl FnOnce(T) -> Self) -> Self {
        self.value(name, part.map(|part| view(part).into()))
    }

    pub fn list<T>(self, name: &str, list: Option<&[T]>, view: impl Fn(&T) -> Self) -> Self {
        self.value(
            name,
            list.map(|list| list.iter().map(|item| Value::from(view(item))).collect()),
        )
    }

    fn value(mut self, name: &str, value: Option<Value>) -> Self {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value);
        }
        self
    }
}

impl From<View> for Value {
    fn from(view: View) -> Self {
        Self::Object(view.0)
    }
}

/// A time that no calendar has stays visible as its seconds.
fn readable(time: &DateTime) -> String {
    let moment = time
        .to_millis()
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok());
    moment.map_or_else(|| time.secs().to_string(), rfc3339)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_absent_is_not_there() {
        let no_text: Option<&str> = None;
        let absent = View::default()
            .text("A", no_text)
            .flag("B", None)
            .number("C", None::<i32>)
            .texts::<String>("D", None)
            .list::<u8>("E", None, |_| View::default());
        assert_eq!(Value::from(absent), json!({}));
        let there = View::default()
            .text("A", Some(""))
            .flag("B", Some(false))
            .number("C", Some(0))
            .texts::<String>("D", Some(&[]))
            .list("E", Some(&[1]), |number| View::default().number("N", Some(*number)))
            .part("F", Some(()), |()| View::default());
        assert_eq!(
            Value::from(there),
            json!({"A": "", "B": false, "C": 0, "D": [], "E": [{"N": 1}], "F": {}})
        );
    }

    #[test]
    fn times_are_readable_and_floats_are_texts() {
        let view = View::default()
            .time("T", Some(&DateTime::from_millis(1_795_316_400_250)))
            .float("F", Some(1.0))
            .float("G", Some(0.5));
        assert_eq!(
            Value::from(view),
            json!({"T": "2026-11-22T03:00:00.250Z", "F": "1", "G": "0.5"})
        );
    }
}
