//! What was answered in several Regions of one account, said once where it was the same.

use std::borrow::Cow;

/// Distinct answers, each with the first Region it came from.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Answers<'a> {
    distinct: Vec<(&'a str, Cow<'a, str>)>,
}

impl<'a> Answers<'a> {
    /// One answer, word for word.
    pub(super) fn one(text: &'a str) -> Self {
        Self {
            distinct: vec![("", Cow::Borrowed(text))],
        }
    }

    /// Adds an answer without the account and Region of the call, which stand beside it: so equal answers are equal.
    pub(super) fn add(&mut self, account: &str, region: &'a str, text: &'a str) {
        let text = without_place(account, region, text);
        if !self.distinct.iter().any(|(_, seen)| *seen == text) {
            self.distinct.push((region, text));
        }
    }

    /// The first answer.
    pub(super) fn first(&self) -> &str {
        self.distinct.first().map_or("", |(_, text)| text)
    }

    /// The others, each with its Region.
    pub(super) fn others(&self) -> &[(&'a str, Cow<'a, str>)] {
        self.distinct.get(1..).unwrap_or_default()
    }
}

fn without_place<'a>(account: &str, region: &str, text: &'a str) -> Cow<'a, str> {
    match text.split_once(&format!(" in account {account}, Region {region}:")) {
        Some((before, after)) => Cow::Owned(format!("{before}:{after}")),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_answers_are_said_once() {
        let mut answers = Answers::default();
        answers.add("1", "r1", "not read by a:B in account 1, Region r1: denied");
        answers.add("1", "r2", "not read by a:B in account 1, Region r2: denied");
        answers.add("1", "r3", "not read by a:B in account 9, Region r3: denied");
        answers.add("1", "", "not entered by s:A in account 1, Region r1: denied");
        assert_eq!(answers.first(), "not read by a:B: denied");
        let others = [
            ("r3", Cow::Borrowed("not read by a:B in account 9, Region r3: denied")),
            ("", Cow::Borrowed("not entered by s:A in account 1, Region r1: denied")),
        ];
        assert_eq!(answers.others(), others);
    }
}
