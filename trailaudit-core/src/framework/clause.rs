//! A framework requirement by requirement: which rules answer each, and what no rule decides.

use std::collections::BTreeMap;

use super::{Framework, Requirement, UNANSWERED, Unanswered, framework, id_of, requirements, unanswered_requirements};
use crate::rules::CATALOGUE;

/// A requirement of one edition, with everything that is known to answer it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause<'a> {
    /// The edition.
    pub edition: &'a str,
    /// The clause or control id.
    pub id: &'a str,
    /// The rules that answer it: first those that were asked, in their order, then those of the catalogue that were not.
    pub answers: Vec<Answer<'a>>,
    /// The controls that sources map to it and no rule decides.
    pub unanswered: Vec<&'static Unanswered>,
}

/// A rule that answers a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// The rule's id.
    pub rule: &'a str,
    /// Its place among the rules that were asked, from 0; none when it was not.
    pub asked: Option<usize>,
}

impl Clause<'_> {
    /// Whether any rule answers it, asked or not.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        !self.answers.is_empty()
    }

    /// What sources ask for besides, and the rules that answer it do not decide together either.
    pub fn undecided(&self) -> impl Iterator<Item = &'static Unanswered> {
        let answers = |rule: &&str| self.answers.iter().any(|answer| answer.rule == *rule);
        let is_decided =
            move |control: &Unanswered| !control.decided_by.is_empty() && control.decided_by.iter().all(&answers);
        self.unanswered
            .iter()
            .copied()
            .filter(move |control| !is_decided(control))
    }

    /// Whether every part of it was asked for in this run: a pass of all its rules is a pass of no less.
    #[must_use]
    pub fn is_asked_in_full(&self) -> bool {
        self.is_covered()
            && self.answers.iter().all(|answer| answer.asked.is_some())
            && self.undecided().next().is_none()
    }
}

/// Every requirement of a framework that sources map to an audit trail, by edition and id. `asked` are the rules of a run in
/// their order, each with the requirements it had then; of the others this version's are taken.
pub fn clauses<'a, R>(framework_id: &str, asked: impl IntoIterator<Item = (&'a str, R)>) -> Vec<Clause<'a>>
where
    R: IntoIterator<Item = (&'a str, &'a str, &'a str)>,
{
    let mut found = Found::default();
    let mut rules = Vec::new();
    for (place, (rule, rows)) in asked.into_iter().enumerate() {
        rules.push(rule);
        for (_, edition, id) in rows.into_iter().filter(|(name, ..)| id_of(name) == framework_id) {
            found.clause(edition, id).answers.push(Answer {
                rule,
                asked: Some(place),
            });
        }
    }
    let name = framework(framework_id).map(|framework| framework.name.as_str());
    let of = |row: &&Requirement| Some(row.framework.as_str()) == name;
    for rule in CATALOGUE.iter().filter(|rule| !rules.contains(&rule.id)) {
        for row in requirements().iter().filter(of).filter(|row| row.rule == rule.id) {
            found.clause(&row.edition, &row.requirement).answers.push(Answer {
                rule: rule.id,
                asked: None,
            });
        }
    }
    for row in unanswered_requirements().iter().filter(of) {
        let control = UNANSWERED.iter().find(|control| control.control == row.rule);
        found.clause(&row.edition, &row.requirement).unanswered.extend(control);
    }
    found.0.into_values().collect()
}

impl Framework {
    /// Its requirements, when nothing was asked yet.
    #[must_use]
    pub fn clauses(&self) -> Vec<Clause<'static>> {
        clauses(&self.id, [("", []); 0])
    }
}

#[derive(Default)]
struct Found<'a>(BTreeMap<(&'a str, Vec<Part<'a>>), Clause<'a>>);

impl<'a> Found<'a> {
    fn clause(&mut self, edition: &'a str, id: &'a str) -> &mut Clause<'a> {
        self.0.entry((edition, parts(id))).or_insert(Clause {
            edition,
            id,
            answers: Vec::new(),
            unanswered: Vec::new(),
        })
    }
}

/// A piece of an id, so that 10.2 comes before 10.10.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    /// Digits: how many without the zeros in front, and which.
    Number(usize, &'a str, &'a str),
    Text(&'a str),
}

fn parts(id: &str) -> Vec<Part<'_>> {
    let pieces = id.as_bytes().chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
    let mut rest = id;
    let mut parts = Vec::new();
    for piece in pieces {
        let (piece, after) = rest.split_at(piece.len());
        rest = after;
        let digits = piece.trim_start_matches('0');
        parts.push(if piece.starts_with(|c: char| c.is_ascii_digit()) {
            Part::Number(digits.len(), digits, piece)
        } else {
            Part::Text(piece)
        });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::{Selection, frameworks};

    fn in_words(clause: &Clause<'_>) -> String {
        let answers = clause.answers.iter().map(|answer| match answer.asked {
            Some(place) => format!("{place} {}", answer.rule),
            None => format!("- {}", answer.rule),
        });
        let undecided = clause.undecided().map(|control| format!("? {}", control.control));
        let said: Vec<_> = answers.chain(undecided).collect();
        format!("{} {}: {}", clause.edition, clause.id, said.join(", "))
    }

    /// Whatever the data states is in one clause of its framework, once.
    #[test]
    fn clauses_have_every_row_of_the_data() {
        let (mut answers, mut unanswered) = (0, 0);
        for framework in frameworks() {
            let clauses = framework.clauses();
            answers += clauses.iter().map(|clause| clause.answers.len()).sum::<usize>();
            unanswered += clauses.iter().map(|clause| clause.unanswered.len()).sum::<usize>();
            let mut places: Vec<_> = clauses.iter().map(|clause| (clause.edition, clause.id)).collect();
            places.sort_unstable();
            places.dedup();
            assert_eq!(places.len(), clauses.len());
            for clause in &clauses {
                assert!(clause.is_covered() || clause.undecided().next().is_some(), "{clause:?}");
                assert!(!clause.is_asked_in_full());
            }
        }
        assert_eq!(
            (answers, unanswered),
            (requirements().len(), unanswered_requirements().len())
        );
    }

    #[test]
    fn what_no_rule_covers_is_there() {
        let uncovered = |id: &str| {
            let clauses = framework(id).unwrap().clauses();
            let uncovered = clauses.iter().filter(|clause| !clause.is_covered());
            uncovered.map(in_words).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(uncovered("nist-csf"), @"
        2.0 ac_1: ? no-policy-grants-full-cloudtrail-access
        2.0 ac_4: ? no-policy-grants-full-cloudtrail-access
        2.0 ac_7: ? no-policy-grants-full-cloudtrail-access
        2.0 po_1: ? no-policy-grants-full-cloudtrail-access
        ");
        insta::assert_snapshot!(uncovered("soc-2"), @"2017 CC3.3: ? no-policy-grants-full-cloudtrail-access");
        insta::assert_snapshot!(uncovered("gxp-21-cfr-part-11"), @"");
    }

    /// Of the rules that were asked, the requirements they had then count, and not today's.
    #[test]
    fn asked_rules_come_first_and_with_their_own_requirements() {
        let own = [("GxP EU Annex 11", "2011", "9"), ("SOC 2", "2017", "CC1.1")];
        let found = clauses(
            "gxp-eu-annex-11",
            [("another-rule", &own[1..]), ("trail-logging", &own[..])].map(|(rule, rows)| (rule, rows.to_vec())),
        );
        insta::assert_snapshot!(found.iter().map(in_words).collect::<Vec<_>>().join("\n"), @"
        2011 1: - region-has-logging-trail
        2011 4.2: - region-has-logging-trail
        2011 7.1: - trail-encrypted-with-customer-key, - log-group-encrypted-with-customer-key
        2011 8.2: - object-write-events-recorded, - object-read-events-recorded
        2011 9: 1 trail-logging, - object-write-events-recorded, - object-read-events-recorded
        2011 12.4: - object-write-events-recorded, - object-read-events-recorded
        2011 13: - security-trail-complete, - alarm-actions-enabled
        ");
    }

    /// A requirement is asked in full when every rule was asked and nothing is left that no rule decides.
    #[test]
    fn a_requirement_is_asked_in_full_or_in_part() {
        let in_full = |id: &str, asked: &[&'static str]| {
            let selection = Selection::new(vec![framework(id).unwrap()]);
            let asked = asked.iter().map(|rule| {
                let rows = selection.requirements_of(rule);
                let rows = rows.map(|row| (&*row.framework, &*row.edition, &*row.requirement));
                (*rule, rows.collect::<Vec<_>>())
            });
            let clauses = clauses(id, asked);
            let in_full = clauses.iter().filter(|clause| clause.is_asked_in_full());
            (in_full.count(), clauses.len())
        };
        let all: Vec<_> = CATALOGUE.iter().map(|rule| rule.id).collect();
        insta::assert_debug_snapshot!(
            ["gxp-21-cfr-part-11", "soc-2", "pci-dss"].map(|id| (in_full(id, &[]), in_full(id, &all[..6]), in_full(id, &all))),
            @"
        [
            (
                (
                    0,
                    8,
                ),
                (
                    0,
                    8,
                ),
                (
                    7,
                    8,
                ),
            ),
            (
                (
                    0,
                    16,
                ),
                (
                    0,
                    16,
                ),
                (
                    13,
                    16,
                ),
            ),
            (
                (
                    0,
                    114,
                ),
                (
                    4,
                    114,
                ),
                (
                    82,
                    114,
                ),
            ),
        ]
        "
        );
    }

    #[test]
    fn ids_are_in_the_order_people_count() {
        let mut ids = [
            "10.10", "10.2", "11.10(a)", "AU-12(1)", "AU-2", "10.2.1", "é2", "é10", "AU-02",
        ];
        ids.sort_by_key(|id| parts(id));
        assert_eq!(
            ids,
            [
                "10.2", "10.2.1", "10.10", "11.10(a)", "AU-02", "AU-2", "AU-12(1)", "é2", "é10"
            ]
        );
    }
}
