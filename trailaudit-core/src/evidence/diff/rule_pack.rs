//! What changed in how the organization is judged.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::v1::{Cause, Change, Row};
use super::{DiffError, Found, Side, Which};
use crate::tables::catalogue::v1::{Catalogue, Entry};

/// Two catalogues, side by side.
pub(super) struct RulePack {
    old: Catalogue,
    new: Catalogue,
}

/// How the findings of a rule are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) rule: String,
    pub(super) severity: String,
    pub(super) cause: Cause,
    /// Whether it is not asked any more.
    pub(super) is_removed: bool,
}

impl RulePack {
    pub(super) fn between(old: &Side<'_>, new: &Side<'_>) -> Result<Self, DiffError> {
        let of = |side: &Side<'_>, package| {
            let mut catalogue = side.catalogue(package)?;
            // The catalogue says only how many they are.
            let baseline = side.baseline(package)?;
            catalogue.thresholds.approved_administrators = baseline.thresholds.approved_administrators;
            Ok(catalogue)
        };
        Ok(Self {
            old: of(old, Which::Old)?,
            new: of(new, Which::New)?,
        })
    }

    pub(super) fn catalogue(&self, package: Which) -> &Catalogue {
        match package {
            Which::Old => &self.old,
            Which::New => &self.new,
        }
    }

    /// How grave a fail of a rule is, as the new catalogue has it, or else the old one; nothing when neither has the rule.
    pub(super) fn severity(&self, rule: &str) -> &str {
        let entry = self.new.rule(rule).or_else(|| self.old.rule(rule));
        entry.map_or("", |entry| &entry.severity)
    }

    /// The rules whose findings are compared for these causes, in passes over the tables: in each pass, the rules stand in
    /// the order both catalogues have them in. There is one pass, unless rules changed places.
    pub(super) fn passes(&self, causes: &[Cause]) -> Vec<Vec<Step>> {
        let places: BTreeMap<_, _> = self
            .old
            .rules
            .iter()
            .enumerate()
            .map(|(i, rule)| (&*rule.id, i))
            .collect();
        let is_gone = |rule: &&Entry| self.new.rule(&rule.id).is_none();
        let mut left: Vec<_> = self.new.rules.iter().collect();
        let mut passes = Vec::new();
        while !left.is_empty() || passes.is_empty() {
            let mut pass = Vec::new();
            let mut from = 0;
            let mut later = Vec::new();
            for rule in left {
                match places.get(&*rule.id) {
                    Some(&place) if place < from => later.push(rule),
                    Some(&place) => {
                        // Rules that are gone are told once, where they stood.
                        if passes.is_empty() {
                            pass.extend(
                                self.old.rules[from..place]
                                    .iter()
                                    .filter(is_gone)
                                    .map(|rule| self.step(rule)),
                            );
                        }
                        pass.push(self.step(rule));
                        from = place + 1;
                    }
                    None => pass.push(self.step(rule)),
                }
            }
            if passes.is_empty() {
                pass.extend(
                    self.old.rules[from..]
                        .iter()
                        .filter(is_gone)
                        .map(|rule| self.step(rule)),
                );
            }
            pass.retain(|step| causes.contains(&step.cause));
            passes.push(pass);
            left = later;
        }
        passes.retain(|pass| !pass.is_empty());
        passes
    }

    /// The changes themselves, without the findings they show in.
    pub(super) fn rows(&self, found: &mut Found<'_>) -> Result<(), DiffError> {
        self.frameworks(found)?;
        self.thresholds(found)?;
        for rule in &self.new.rules {
            if let Some(row) = changed(self.old.rule(&rule.id), rule) {
                found(row)?;
            }
        }
        for rule in &self.old.rules {
            if self.new.rule(&rule.id).is_none() {
                found(Row {
                    old: rule.revision.to_string().into(),
                    ..about(Change::RuleRemoved, rule)
                })?;
            }
        }
        Ok(())
    }

    fn frameworks(&self, found: &mut Found<'_>) -> Result<(), DiffError> {
        let of = |catalogue: &'_ Catalogue| -> BTreeSet<String> { catalogue.frameworks.iter().cloned().collect() };
        let (old, new) = (of(&self.old), of(&self.new));
        let changes = new.difference(&old).map(|id| (Change::FrameworkAdded, id));
        for (change, id) in changes.chain(old.difference(&new).map(|id| (Change::FrameworkRemoved, id))) {
            found(Row {
                resource_type: "framework".into(),
                resource_id: id.into(),
                ..Row::new(change, Cause::RulePack)
            })?;
        }
        Ok(())
    }

    fn thresholds(&self, found: &mut Found<'_>) -> Result<(), DiffError> {
        let of = |catalogue: &Catalogue| match serde_json::to_value(&catalogue.thresholds) {
            Ok(Value::Object(thresholds)) => thresholds,
            _ => serde_json::Map::new(),
        };
        let (old, new) = (of(&self.old), of(&self.new));
        let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
        for name in names.into_iter().filter(|name| old.get(*name) != new.get(*name)) {
            let told = |thresholds: &serde_json::Map<_, Value>| thresholds.get(name).map(Value::to_string);
            found(Row {
                resource_type: "threshold".into(),
                resource_id: name.into(),
                old: told(&old).unwrap_or_default().into(),
                new: told(&new).unwrap_or_default().into(),
                ..Row::new(Change::ThresholdChanged, Cause::RulePack)
            })?;
        }
        Ok(())
    }

    fn step(&self, rule: &Entry) -> Step {
        let revision = |catalogue: &Catalogue| catalogue.rule(&rule.id).map(|rule| rule.revision);
        Step {
            rule: rule.id.clone(),
            severity: rule.severity.clone(),
            cause: if revision(&self.old) == revision(&self.new) {
                Cause::Drift
            } else {
                Cause::RulePack
            },
            is_removed: self.new.rule(&rule.id).is_none(),
        }
    }
}

/// How a rule of the new catalogue differs from the old one's.
fn changed<'a>(old: Option<&'a Entry>, new: &'a Entry) -> Option<Row<'a>> {
    let revision = new.revision.to_string();
    let Some(old) = old else {
        return Some(Row {
            new: revision.into(),
            ..about(Change::RuleAdded, new)
        });
    };
    let restated: Vec<_> = [
        ("severity", old.severity != new.severity),
        ("requirements", old.requirements != new.requirements),
        ("title", old.title != new.title || old.control != new.control),
        ("rationale", old.rationale != new.rationale),
        (
            "remediation",
            old.remediation != new.remediation || old.terraform != new.terraform,
        ),
        ("subject", old.subject != new.subject),
    ]
    .into_iter()
    .filter_map(|(what, differs)| differs.then_some(what))
    .collect();
    let change = if old.revision == new.revision {
        Change::RuleRestated
    } else {
        Change::RuleRevised
    };
    if change == Change::RuleRestated && restated.is_empty() {
        return None;
    }
    let also = if restated.is_empty() {
        String::new()
    } else {
        format!("changed: {}", restated.join(", "))
    };
    Some(Row {
        old: old.revision.to_string().into(),
        new: revision.into(),
        new_reason: also.into(),
        ..about(change, new)
    })
}

fn about(change: Change, rule: &Entry) -> Row<'_> {
    Row {
        rule: (&*rule.id).into(),
        severity: (&*rule.severity).into(),
        resource_type: "rule".into(),
        ..Row::new(change, Cause::RulePack)
    }
}
