//! Does one pattern match whatever another matches?
//!
//! Looks for an event that the required pattern matches and the filter does not: the terms of both, the second negated,
//! are taken apart as in a tableau. A branch ends when the outcomes it asks of a field's checks go together for no
//! value; what a single field may hold is decided exactly ([`super::values`]). When every branch ends, the filter
//! covers. An event that is found is built and tried on both patterns before it is shown.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde_json::Value;

use super::FilterPattern;
use super::term::{Check, Comparison, Operand, Term, Test};
use super::values::{Outcome, Possible, possible};
use super::witness;

/// Whether a filter matches every event that a required pattern matches.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum Coverage {
    /// It does, under every reading of what CloudWatch Logs does not document.
    Covers,
    /// It does not: this event slips by, under every reading.
    Misses(Witness),
    /// It cannot be told.
    Unclear(Unclear),
}

/// An event that the required pattern matches and the filter does not.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Witness {
    /// The event, with the fields that matter and no others.
    pub event: Value,
    /// The event in words: `an event with $.eventName = "StopLogging"`.
    pub words: String,
}

/// Why it cannot be told whether a filter covers a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unclear {
    /// It hangs on this term, which is not evaluated: a regular expression, or a wildcard in the selector.
    Opaque(String),
    /// It hangs on what CloudWatch Logs does not document: how `!=` takes a field that is not there, say.
    Undocumented,
    /// The patterns are too intricate.
    TooLarge,
}

/// Whether `filter` matches every event that `required` matches: terms may be in another order, repeated, grouped
/// otherwise or wider. Takes bounded time whatever the patterns are.
pub fn covers(filter: &FilterPattern, required: &FilterPattern) -> Coverage {
    let mut search = Search {
        filter,
        required,
        atoms: Vec::new(),
        numbers: HashMap::new(),
        known: HashMap::new(),
        effort: EFFORT,
        unclear: false,
    };
    let goals = [search.goal(&required.term, true), search.goal(&filter.term, false)];
    let branch = Branch {
        outcomes: vec![None; search.atoms.len()],
        pending: goals.iter().collect(),
        open: Vec::new(),
    };
    match search.explore(branch) {
        Some(witness) => Coverage::Misses(witness),
        None if search.effort == 0 => Coverage::Unclear(Unclear::TooLarge),
        None if search.unclear => {
            let opaque = search.atoms.iter().find(|test| is_opaque(test));
            Coverage::Unclear(opaque.map_or(Unclear::Undocumented, |test| Unclear::Opaque(test.to_string())))
        }
        None => Coverage::Covers,
    }
}

impl fmt::Display for Unclear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opaque(term) => write!(f, "it hangs on {term}, which is not evaluated"),
            Self::Undocumented => f.write_str("it hangs on what CloudWatch Logs does not document"),
            Self::TooLarge => f.write_str("the patterns are too intricate to be compared"),
        }
    }
}

/// Units of work, about a tenth of a microsecond each.
const EFFORT: usize = 3_000_000;

/// A term in negation normal form, over numbered atoms.
enum Goal {
    Outcome(usize, bool),
    All(Vec<Goal>),
    Any(Vec<Goal>),
}

struct Search<'a> {
    filter: &'a FilterPattern,
    required: &'a FilterPattern,
    /// The distinct tests; `NOT EXISTS` is the negation of `EXISTS`.
    atoms: Vec<Test>,
    numbers: HashMap<Test, usize>,
    /// What fields may hold, by the outcomes of their checks.
    known: HashMap<Vec<(usize, bool)>, Possible>,
    effort: usize,
    /// Whether some branch may end in an event, or may not.
    unclear: bool,
}

#[derive(Clone)]
struct Branch<'g> {
    outcomes: Vec<Option<bool>>,
    pending: Vec<&'g Goal>,
    open: Vec<&'g [Goal]>,
}

impl Search<'_> {
    fn goal(&mut self, term: &Term, wanted: bool) -> Goal {
        match term {
            Term::Not(term) => self.goal(term, !wanted),
            Term::All(terms) | Term::Any(terms) => {
                let goals = terms.iter().map(|term| self.goal(term, wanted)).collect();
                if matches!(term, Term::All(_)) == wanted {
                    Goal::All(goals)
                } else {
                    Goal::Any(goals)
                }
            }
            Term::Test(test) => {
                let is_negated = test.check == Check::NotExists;
                let check = if is_negated { Check::Exists } else { test.check.clone() };
                let selector = test.selector.clone();
                Goal::Outcome(self.number(Test { selector, check }), wanted != is_negated)
            }
        }
    }

    fn number(&mut self, test: Test) -> usize {
        if let Some(number) = self.numbers.get(&test) {
            return *number;
        }
        self.atoms.push(test.clone());
        self.numbers.insert(test, self.atoms.len() - 1);
        self.atoms.len() - 1
    }

    fn explore(&mut self, mut branch: Branch<'_>) -> Option<Witness> {
        self.settle(&mut branch)?;
        // The narrowest choice first.
        let choice = (0..branch.open.len()).min_by_key(|i| branch.open[*i].len());
        let Some(choice) = choice else {
            return self.witness(&branch);
        };
        for goal in branch.open.swap_remove(choice) {
            let mut next = branch.clone();
            next.pending.push(goal);
            let witness = self.explore(next);
            if witness.is_some() || self.effort == 0 {
                return witness;
            }
        }
        None
    }

    /// Takes what has to be so to its end; none when it cannot all be so.
    fn settle<'g>(&mut self, branch: &mut Branch<'g>) -> Option<()> {
        loop {
            while let Some(goal) = branch.pending.pop() {
                match goal {
                    Goal::All(goals) => branch.pending.extend(goals),
                    Goal::Any(goals) => branch.open.push(goals),
                    Goal::Outcome(atom, wanted) => self.set(branch, *atom, *wanted)?,
                }
                self.spend(1)?;
            }
            let mut is_settled = true;
            let mut still_open = Vec::with_capacity(branch.open.len());
            for goals in std::mem::take(&mut branch.open) {
                self.spend(goals.len())?;
                if goals.iter().any(|goal| state(goal, &branch.outcomes) == Some(true)) {
                    continue;
                }
                let live: Vec<&'g Goal> = goals
                    .iter()
                    .filter(|goal| state(goal, &branch.outcomes).is_none())
                    .take(2)
                    .collect();
                match live.as_slice() {
                    [] => return None,
                    [only] => {
                        branch.pending.push(only);
                        is_settled = false;
                    }
                    _ => still_open.push(goals),
                }
            }
            branch.open = still_open;
            if is_settled {
                return Some(());
            }
        }
    }

    fn set(&mut self, branch: &mut Branch<'_>, atom: usize, wanted: bool) -> Option<()> {
        if let Some(found) = branch.outcomes[atom] {
            return (found == wanted).then_some(());
        }
        branch.outcomes[atom] = Some(wanted);
        if self.atoms[atom].selector.is_open() {
            return Some(());
        }
        let possible = self.possible(&branch.outcomes, atom);
        (self.effort > 0 && !possible.is_none()).then_some(())
    }

    /// What the field of an atom may hold.
    fn possible(&mut self, outcomes: &[Option<bool>], atom: usize) -> Possible {
        let selector = &self.atoms[atom].selector;
        let same = self
            .atoms
            .iter()
            .zip(outcomes)
            .enumerate()
            .filter(|(_, (test, _))| test.selector == *selector);
        let key: Vec<(usize, bool)> = same.filter_map(|(i, (_, outcome))| Some((i, (*outcome)?))).collect();
        self.effort = self.effort.saturating_sub(self.atoms.len());
        if let Some(possible) = self.known.get(&key) {
            return possible.clone();
        }
        let checks: Vec<Outcome<'_>> = key
            .iter()
            .map(|(i, outcome)| (&self.atoms[*i].check, *outcome))
            .collect();
        let found = possible(&checks, &mut self.effort);
        self.known.insert(key, found.clone());
        found
    }

    /// The event at the end of a branch.
    fn witness(&mut self, branch: &Branch<'_>) -> Option<Witness> {
        let mut fields = BTreeMap::new();
        for (i, _) in branch
            .outcomes
            .iter()
            .enumerate()
            .filter(|(_, outcome)| outcome.is_some())
        {
            let name = self.atoms[i].selector.to_string();
            if !self.atoms[i].selector.is_open() && !fields.contains_key(&name) {
                fields.insert(name, (i, self.possible(&branch.outcomes, i)));
            }
        }
        if self.effort == 0 {
            return None;
        }
        let possible = fields
            .values()
            .map(|(i, possible)| (&self.atoms[*i].selector, possible.clone()));
        let event = witness::event(possible)?;
        let slips = self.required.matches(&event) == Some(true) && self.filter.matches(&event) == Some(false);
        self.unclear |= !slips;
        self.effort = self.effort.saturating_sub(self.atoms.len() * 100);
        let mut selectors: Vec<_> = fields.values().map(|(i, _)| *i).collect();
        selectors.sort_unstable();
        let selectors: Vec<_> = selectors.into_iter().map(|i| &self.atoms[i].selector).collect();
        slips.then(|| Witness {
            words: witness::words(&event, &selectors),
            event,
        })
    }

    fn spend(&mut self, effort: usize) -> Option<()> {
        self.effort = self.effort.saturating_sub(effort);
        (self.effort > 0).then_some(())
    }
}

/// Whether a goal is met by the outcomes so far; none while that is open.
fn state(goal: &Goal, outcomes: &[Option<bool>]) -> Option<bool> {
    match goal {
        Goal::Outcome(atom, wanted) => outcomes[*atom].map(|found| found == *wanted),
        Goal::All(goals) => decided(goals, outcomes, false),
        Goal::Any(goals) => decided(goals, outcomes, true),
    }
}

fn decided(goals: &[Goal], outcomes: &[Option<bool>], decisive: bool) -> Option<bool> {
    let mut answer = Some(!decisive);
    for goal in goals {
        match state(goal, outcomes) {
            Some(found) if found == decisive => return Some(decisive),
            Some(_) => {}
            None => answer = None,
        }
    }
    answer
}

/// Whether it takes more than we do to tell what a test finds.
fn is_opaque(test: &Test) -> bool {
    test.selector.is_open()
        || matches!(
            test.check,
            Check::Compare(Comparison::Equal | Comparison::NotEqual, Operand::Regex(_))
        )
}
