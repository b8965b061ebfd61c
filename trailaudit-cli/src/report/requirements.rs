//! The requirements of the frameworks a package answers, each with its rules: what no rule covers, and what was not asked,
//! is a line of its own.

use trailaudit_core::framework::{Clause, clauses, framework};
use trailaudit_core::rules::rule;
use trailaudit_core::tables::catalogue::v1::Requirement;

use super::source::{Source, Tally};

/// The columns that say which requirement it is, and what became of it; the counts stand behind.
pub(crate) const COLUMNS: [&str; 6] = ["framework", "edition", "requirement", "answered", "rule", "control"];

/// One requirement with one of the rules that answer it, or with what no rule decides.
pub(crate) struct Line<'a> {
    /// The framework's name.
    framework: &'a str,
    edition: &'a str,
    requirement: &'a str,
    answered: Answered,
    /// The rule's id, or what the control would be called that no rule decides.
    rule: &'a str,
    /// What the rule asks for in the standards' words, or why there is none.
    control: &'a str,
    /// What the rule found, where it was asked.
    pub(crate) found: Option<Found<'a>>,
}

/// What a rule found.
pub(crate) struct Found<'a> {
    pub(crate) tally: &'a Tally,
    /// How often its findings cite an exchange.
    pub(crate) cited: u64,
}

#[derive(Clone, Copy)]
enum Answered {
    Asked,
    NotAsked,
    /// Other rules answer the requirement, but not this part of it.
    InPart,
    NotCovered,
}

impl Line<'_> {
    /// The cells, in the order of the columns.
    pub(crate) fn cells(&self) -> [&str; 6] {
        let answered = match self.answered {
            Answered::Asked => "asked",
            Answered::NotAsked => "not asked in this run",
            Answered::InPart => "in part not covered",
            Answered::NotCovered => "not covered",
        };
        [
            self.framework,
            self.edition,
            self.requirement,
            answered,
            self.rule,
            self.control,
        ]
    }
}

/// Every line, by framework as they were chosen, edition and requirement.
pub(crate) fn lines<'s>(source: &'s Source<'_>) -> Vec<Line<'s>> {
    let mut lines = Vec::new();
    for id in &source.listed.catalogue().frameworks {
        let name = framework(id).map_or(&**id, |framework| &*framework.name);
        let asked = source.rules().map(|(rule, _)| {
            let label = |row: &'s Requirement| (&*row.framework, &*row.edition, &*row.requirement);
            (&*rule.id, rule.requirements.iter().map(label))
        });
        for clause in clauses(id, asked) {
            lines_of(source, name, &clause, &mut lines);
        }
    }
    lines
}

fn lines_of<'s>(source: &'s Source<'_>, name: &'s str, clause: &Clause<'s>, lines: &mut Vec<Line<'s>>) {
    let line = |answered, rule, control, found| Line {
        framework: name,
        edition: clause.edition,
        requirement: clause.id,
        answered,
        rule,
        control,
        found,
    };
    for answer in &clause.answers {
        let found = answer.asked.and_then(|place| source.found_by(place));
        lines.push(if let Some((rule, found)) = found {
            line(Answered::Asked, answer.rule, &*rule.control, Some(found))
        } else {
            let control = rule(answer.rule).map_or("", |rule| rule.aws.title);
            line(Answered::NotAsked, answer.rule, control, None)
        });
    }
    let answered = if clause.is_covered() {
        Answered::InPart
    } else {
        Answered::NotCovered
    };
    lines.extend(
        clause
            .undecided()
            .map(|control| line(answered, control.control, control.because, None)),
    );
}
