//! What an answer says at a place: it can be read, it is left out, or it cannot be read.
//!
//! What AWS may leave out means what AWS says it means. Whatever else is missing, has another type than in the service's
//! model, or is a word that the model does not know, is unreadable: nothing follows from it.

use jiff::Timestamp;
use serde_json::{Map, Value};
use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::{Gap, GapReason, Observed};
use trailaudit_core::{EvidenceId, Exchange};

use super::{call_of, gap_of};

/// Why something cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unreadable(Box<str>);

/// What is said at a place, if it can be read.
pub(super) type Said<T> = Result<T, Unreadable>;

impl Unreadable {
    pub fn because(why: &str) -> Self {
        Self(why.into())
    }

    pub fn reason(&self) -> GapReason {
        GapReason::Unreadable(self.0.to_string())
    }

    /// The gap it leaves where a fact was wanted.
    pub fn gap(&self, id: EvidenceId, exchange: &Exchange, wanted: &'static str) -> Gap {
        Gap {
            wanted,
            call: Some(Box::new(call_of(exchange))),
            why: self.reason(),
            evidence: Some(id.into()),
        }
    }
}

/// What one exchange says, as `read` finds it in the answer.
pub(super) fn told<'a, T>(
    id: EvidenceId,
    exchange: &'a Exchange,
    wanted: &'static str,
    read: impl FnOnce(Part<'a>) -> Said<T>,
) -> Observed<T> {
    match &exchange.answer {
        Answer::Ok(answer) => shown(Part::of(answer).and_then(read), id, exchange, wanted),
        Answer::Error { .. } => Observed::Unknown(gap_of(exchange, id, wanted)),
    }
}

/// What was read of an exchange, shown by it.
pub(super) fn shown<T>(said: Said<T>, id: EvidenceId, exchange: &Exchange, wanted: &'static str) -> Observed<T> {
    match said {
        Ok(value) => Observed::known(value, id),
        Err(unreadable) => Observed::Unknown(unreadable.gap(id, exchange, wanted)),
    }
}

/// An answer, or a part of one, by the names of its fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a>(&'a Map<String, Value>);

impl<'a> Part<'a> {
    pub fn of(value: &'a Value) -> Said<Self> {
        part(value).ok_or_else(|| Unreadable::because("a part of the answer has no fields"))
    }

    /// A field that AWS may leave out.
    pub fn may<T>(self, field: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Said<Option<T>> {
        match self.0.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match read(value) {
                Some(value) => Ok(Some(value)),
                None => Err(Unreadable(format!("the answer's {field} cannot be read").into())),
            },
        }
    }

    /// A field that is always there.
    pub fn must<T>(self, field: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Said<T> {
        let said = self.may(field, read)?;
        said.ok_or_else(|| Unreadable(format!("the answer does not say {field}").into()))
    }

    /// A name that AWS may leave out; an empty one says as little as none.
    pub fn name(self, field: &str) -> Said<Option<&'a str>> {
        Ok(self.may(field, text)?.filter(|text| !text.is_empty()))
    }

    /// Every field that says something.
    pub fn fields(self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let fields = self.0.iter().map(|(name, value)| (name.as_str(), value));
        fields.filter(|(_, value)| !value.is_null())
    }
}

/// Reads every entry of a list, also when one cannot be read.
pub(super) fn each<'a>(list: &'a [Value], mut read: impl FnMut(&'a Value) -> Said<()>) -> Said<()> {
    list.iter().map(&mut read).fold(Ok(()), Said::and)
}

pub(super) fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

/// A text that is not empty.
pub(super) fn name(value: &Value) -> Option<&str> {
    text(value).filter(|text| !text.is_empty())
}

/// One of the words that a field can have.
pub(super) fn word<'a>(known: &[&str]) -> impl Fn(&'a Value) -> Option<&'a str> {
    move |value| text(value).filter(|word| known.contains(word))
}

pub(super) fn flag(value: &Value) -> Option<bool> {
    value.as_bool()
}

pub(super) fn number(value: &Value) -> Option<u64> {
    value.as_u64()
}

pub(super) fn moment(value: &Value) -> Option<Timestamp> {
    text(value)?.parse().ok()
}

pub(super) fn list(value: &Value) -> Option<&[Value]> {
    value.as_array().map(Vec::as_slice)
}

pub(super) fn texts(value: &Value) -> Option<Vec<&str>> {
    list(value)?.iter().map(text).collect()
}

pub(super) fn part(value: &Value) -> Option<Part<'_>> {
    value.as_object().map(Part)
}

pub(super) fn parts(value: &Value) -> Option<Vec<Part<'_>>> {
    list(value)?.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_left_out_is_not_what_cannot_be_read() {
        let answer = json!({"On": true, "Off": null, "Odd": "true"});
        let answer = Part::of(&answer).unwrap();
        assert_eq!(answer.may("On", flag), Ok(Some(true)));
        assert_eq!(
            [answer.may("Off", flag), answer.may("None", flag)],
            [Ok(None), Ok(None)]
        );
        assert!(answer.may("Odd", flag).is_err());
        assert_eq!(answer.must("On", flag), Ok(true));
        for field in ["Off", "None", "Odd"] {
            assert!(answer.must(field, flag).is_err(), "{field}");
        }
        let fields: Vec<_> = answer.fields().map(|(name, _)| name).collect();
        assert_eq!(fields, ["Odd", "On"]);
    }

    type Reads = fn(&Value) -> bool;

    #[test]
    fn everything_has_its_type() {
        let odd = [
            json!(7.5),
            json!(-1),
            json!("zz"),
            json!([7]),
            json!({"a": 1}),
            json!(true),
        ];
        let read: [(&str, Reads, &[&str]); 8] = [
            ("text", |value| text(value).is_some(), &["\"zz\""]),
            ("word", |value| word(&["On", "Off"])(value).is_some(), &[]),
            ("flag", |value| flag(value).is_some(), &["true"]),
            ("number", |value| number(value).is_some(), &[]),
            ("moment", |value| moment(value).is_some(), &[]),
            ("list", |value| list(value).is_some(), &["[7]"]),
            ("texts", |value| texts(value).is_some(), &[]),
            ("part", |value| part(value).is_some(), &["{\"a\":1}"]),
        ];
        for (kind, reads, wanted) in read {
            let found: Vec<_> = odd.iter().filter(|value| reads(value)).map(Value::to_string).collect();
            assert_eq!(found, wanted, "{kind}");
        }
        let on = json!("On");
        assert_eq!(word(&["On", "Off"])(&on), Some("On"));
        assert_eq!(
            moment(&json!("2026-11-22T03:00:00.000Z")).map(Timestamp::as_second),
            Some(1_795_316_400)
        );
        assert!(texts(&json!(["a", "b"])).is_some() && parts(&json!([{}, {}])).is_some());
        assert!(texts(&json!(["a", 7])).is_none() && parts(&json!([{}, 7])).is_none());
        assert!(Part::of(&json!([])).is_err() && Part::of(&json!("zz")).is_err());
        let empty = json!({"A": ""});
        assert_eq!(Part::of(&empty).unwrap().name("A"), Ok(None));
        assert_eq!(name(&empty["A"]), None);
    }

    #[test]
    fn one_odd_entry_does_not_hide_the_others() {
        let entries = [json!("a"), json!(7), json!("b")];
        let mut read = Vec::new();
        let all = each(&entries, |entry| {
            read.push(text(entry).ok_or_else(|| Unreadable::because("odd"))?);
            Ok(())
        });
        assert_eq!((read, all), (vec!["a", "b"], Err(Unreadable::because("odd"))));
    }
}
