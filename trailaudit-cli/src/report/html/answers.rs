//! What was answered in several Regions of one account, said once where it was the same.

/// Distinct answers, each with the first Region it came from.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Answers {
    distinct: Vec<(String, String)>,
}

impl Answers {
    /// One answer, word for word.
    pub(super) fn one(text: &str) -> Self {
        Self {
            distinct: vec![(String::new(), text.to_owned())],
        }
    }

    /// Adds an answer without the account and Region of the call, which stand beside it: so equal answers are equal.
    pub(super) fn add(&mut self, account: &str, region: &str, text: &str) {
        self.add_bare(region, without_place(account, region, text));
    }

    /// Adds those of others.
    pub(super) fn extend(&mut self, others: Self) {
        for (region, text) in others.distinct {
            self.add_bare(&region, text);
        }
    }

    /// The first answer.
    pub(super) fn first(&self) -> &str {
        self.distinct.first().map_or("", |(_, text)| text)
    }

    /// The others, each with its Region.
    pub(super) fn others(&self) -> &[(String, String)] {
        self.distinct.get(1..).unwrap_or_default()
    }

    fn add_bare(&mut self, region: &str, text: String) {
        if !self.distinct.iter().any(|(_, seen)| *seen == text) {
            self.distinct.push((region.to_owned(), text));
        }
    }
}

fn without_place(account: &str, region: &str, text: &str) -> String {
    match text.split_once(&format!(" in account {account}, Region {region}:")) {
        Some((before, after)) => format!("{before}:{after}"),
        None => text.to_owned(),
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
            ("r3", "not read by a:B in account 9, Region r3: denied"),
            ("", "not entered by s:A in account 1, Region r1: denied"),
        ];
        assert_eq!(
            answers.others(),
            others.map(|(region, text)| (region.to_owned(), text.to_owned()))
        );
    }
}
