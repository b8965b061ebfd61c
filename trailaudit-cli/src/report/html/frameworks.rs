//! A page for each chosen framework: its requirements, the rules that answer each, and what these found.

use std::collections::HashMap;

use askama::Template;
use trailaudit_core::framework::{Answer, Clause, Unanswered, clauses};
use trailaudit_core::rules::rule;
use trailaudit_core::{Rule, Verdict};

use super::Report;
use super::standing::{self, Count, Standing};
use super::words;

#[derive(Template)]
#[template(path = "report/frameworks.html")]
pub(super) struct Frameworks {
    frameworks: Vec<Framework>,
}

struct Framework {
    id: &'static str,
    name: &'static str,
    editions: Vec<Edition>,
    /// How many requirements stand like this, where any does.
    sums: Vec<(usize, &'static str)>,
}

struct Edition {
    name: &'static str,
    rows: Vec<Row>,
}

/// One requirement.
struct Row {
    id: &'static str,
    stands: Stands,
    rules: Vec<Asked>,
    undecided: Vec<&'static Unanswered>,
    /// How many findings of its rules have each verdict.
    counts: [Count; 5],
    /// How often these cite an exchange.
    cited: usize,
}

/// What can be said of a requirement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// Everything that answers it was asked; or it fails or is inconclusive whatever the rest would say.
    Judged(Verdict),
    /// What was asked holds; the rest was not asked.
    InPart,
    /// No rule that answers it was asked.
    NotAsked,
    /// No rule answers it.
    NotCovered,
}

/// A rule that answers the requirement, as it stands.
struct Asked {
    rule: &'static Rule,
    /// Its number in the report, and what can be said of it; none when it was not asked.
    stands: Option<(usize, Verdict)>,
}

impl Frameworks {
    pub(super) fn of(report: &Report<'_>, standings: &[Standing<'_>]) -> Self {
        let selection = report.gathered.selection;
        let framework = |chosen: &&'static trailaudit_core::framework::Framework| {
            let asked = standings.iter().map(|standing| {
                let rows = selection.requirements_of(standing.rule.id);
                let rows = rows.map(|row| (&*row.framework, &*row.edition, &*row.requirement));
                (standing.rule.id, rows)
            });
            Framework::of(chosen, clauses(&chosen.id, asked), standings, &report.gathered.cited)
        };
        Self {
            frameworks: selection.frameworks().iter().map(framework).collect(),
        }
    }

    /// The frameworks by id and name.
    pub(super) fn names(&self) -> Vec<(&'static str, &'static str)> {
        self.frameworks
            .iter()
            .map(|framework| (framework.id, framework.name))
            .collect()
    }
}

impl Framework {
    fn of(
        framework: &'static trailaudit_core::framework::Framework,
        clauses: Vec<Clause<'static>>,
        standings: &[Standing<'_>],
        cited: &HashMap<&'static str, usize>,
    ) -> Self {
        let mut editions: Vec<Edition> = Vec::new();
        for clause in clauses {
            if editions.last().is_none_or(|edition| edition.name != clause.edition) {
                editions.push(Edition {
                    name: clause.edition,
                    rows: Vec::new(),
                });
            }
            if let Some(edition) = editions.last_mut() {
                edition.rows.push(Row::of(&clause, standings, cited));
            }
        }
        let rows = || editions.iter().flat_map(|edition| &edition.rows);
        let sum = |stands: &dyn Fn(Stands) -> bool, words| (rows().filter(|row| stands(row.stands)).count(), words);
        let sums = [
            (rows().count(), "requirements that sources map to audit trails"),
            sum(&|stands| matches!(stands, Stands::Judged(_)), "judged"),
            sum(&|stands| stands == Stands::InPart, "judged in part"),
            sum(&|stands| stands == Stands::NotAsked, "not asked in this run"),
            sum(&|stands| stands == Stands::NotCovered, "not covered by any rule"),
        ];
        Self {
            id: &framework.id,
            name: &framework.name,
            sums: sums.into_iter().filter(|(count, _)| *count > 0).collect(),
            editions,
        }
    }
}

impl Row {
    fn of(clause: &Clause<'static>, standings: &[Standing<'_>], cited: &HashMap<&'static str, usize>) -> Self {
        let asked: Vec<_> = clause
            .answers
            .iter()
            .filter_map(|answer| standings.get(answer.asked?))
            .collect();
        let counts = Verdict::ALL.map(|verdict| Count {
            verdict,
            count: asked.iter().map(|standing| standing.count(verdict)).sum(),
        });
        Self {
            id: clause.id,
            stands: Stands::of(clause, &asked),
            rules: clause
                .answers
                .iter()
                .filter_map(|answer| Asked::of(answer, standings))
                .collect(),
            undecided: clause.undecided().collect(),
            counts,
            cited: asked.iter().filter_map(|standing| cited.get(standing.rule.id)).sum(),
        }
    }

    /// Whether there is anything to count.
    fn has_findings(&self) -> bool {
        self.counts.iter().any(|part| part.count > 0)
    }
}

impl Stands {
    fn of(clause: &Clause<'_>, asked: &[&Standing<'_>]) -> Self {
        let worst = standing::worst(asked.iter().map(|standing| standing.verdict()));
        match worst {
            _ if !clause.is_covered() => Self::NotCovered,
            _ if asked.is_empty() => Self::NotAsked,
            Verdict::Fail | Verdict::Inconclusive => Self::Judged(worst),
            _ if clause.is_asked_in_full() => Self::Judged(worst),
            _ => Self::InPart,
        }
    }
}

impl Asked {
    fn of(answer: &Answer<'_>, standings: &[Standing<'_>]) -> Option<Self> {
        let standing = answer.asked.and_then(|place| standings.get(place));
        Some(Self {
            rule: standing.map(|standing| standing.rule).or_else(|| rule(answer.rule))?,
            stands: standing.map(|standing| (standing.number, standing.verdict())),
        })
    }
}
