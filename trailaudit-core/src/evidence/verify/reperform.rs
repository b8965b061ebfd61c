//! Assessing the records again: by which rules, and what has changed since.

mod account;
mod again;

use std::fmt::Display;

use super::read_bounded;
use super::report::{Code, Problems, Reperformed};
use crate::baseline::Baseline;
use crate::evidence::files::Files;
use crate::evidence::manifest::{Manifest, Tool};
use crate::evidence::package::{BASELINE, CATALOGUE};
use crate::evidence::provider::{Provider, Recorded};
use crate::evidence::report::ReportWriter;
use crate::framework::{Selection, framework};
use crate::rule::Rule;
use crate::rules::{CATALOGUE as RULES, EXCEPTIONS};
use crate::tables::catalogue::{self, v1::Catalogue};
pub(super) use again::{Again, Written};

/// The longest baseline that is read, in bytes.
const LONGEST_BASELINE: u64 = 16 << 20;

/// How findings are assessed again: by whose reading of the records, and by which rules of today.
#[derive(Clone, Copy)]
pub struct Reperformance<'a> {
    provider: &'a dyn Provider,
    rules: &'a [&'static Rule],
    page: Option<(&'a Tool, &'a dyn ReportWriter)>,
}

impl<'a> Reperformance<'a> {
    /// By the rules of this version's catalogue.
    #[must_use]
    pub fn by(provider: &'a dyn Provider) -> Self {
        Self {
            provider,
            rules: RULES,
            page: None,
        }
    }

    /// By these rules: for packages that were judged with rules of one's own.
    #[must_use]
    pub fn with_rules(mut self, rules: &'a [&'static Rule]) -> Self {
        self.rules = rules;
        self
    }

    /// Writing the pages for people again with `writer` as well, where `tool` made the package. Without this, its words are the
    /// signer's: a report may say what the findings do not.
    #[must_use]
    pub fn with_report(mut self, tool: &'a Tool, writer: &'a dyn ReportWriter) -> Self {
        self.page = Some((tool, writer));
        self
    }

    /// Reads the records of a whole package again.
    pub(super) fn again(
        &self,
        files: &dyn Files,
        manifest: &Manifest,
        catalogue: &Catalogue,
        problems: &mut Problems,
    ) -> Option<Again<'a>> {
        let mut done = Reperformed::default();
        let rules = self.unrevised(catalogue, &mut done, problems);
        match self.read(files, catalogue) {
            Ok((recorded, baseline)) => Some(Again {
                recorded,
                baseline,
                rules,
                as_of: manifest.as_of,
                selection: selection(catalogue).filter(|_| done.revised.is_empty()),
                has_other_words: problems.any(Code::CatalogueRevised),
                page: self
                    .page
                    .filter(|(tool, _)| **tool == manifest.tool)
                    .map(|(_, writer)| writer),
                done,
            }),
            Err((file, message)) => {
                problems.add(Code::NotReperformed, file, message);
                None
            }
        }
    }

    fn read(
        &self,
        files: &dyn Files,
        catalogue: &Catalogue,
    ) -> Result<(Recorded, Baseline), (Option<&'static str>, String)> {
        let text = |error: &dyn Display| (Some(BASELINE), error.to_string());
        let bytes = read_bounded(files, BASELINE, LONGEST_BASELINE).map_err(|error| text(&error))?;
        let baseline = String::from_utf8(bytes).map_err(|error| text(&error))?;
        let baseline = Baseline::from_toml(&baseline).map_err(|error| text(&error))?;
        // Earlier versions named in the catalogue whom it counts today.
        let told = [
            catalogue::for_everybody(&baseline.thresholds),
            baseline.thresholds.clone(),
        ];
        if !told.contains(&catalogue.thresholds) {
            return Err(text(&"its thresholds are not those of the catalogue"));
        }
        let recorded = self.provider.read(files).map_err(|error| (None, error.to_string()))?;
        Ok((recorded, baseline))
    }

    /// The rules of the package that are the same today; the others are told.
    fn unrevised(&self, catalogue: &Catalogue, done: &mut Reperformed, problems: &mut Problems) -> Vec<&'static Rule> {
        let mut same = Vec::new();
        let selection = selection(catalogue);
        if selection.is_none() {
            let message = "it answers a framework that this version does not have";
            problems.add(Code::CatalogueRevised, Some(CATALOGUE), message);
        }
        for was in &catalogue.rules {
            let today = self.rules.iter().chain([&EXCEPTIONS]).find(|rule| rule.id == was.id);
            let message = match today {
                Some(rule) if rule.revision == was.revision => {
                    if selection
                        .as_ref()
                        .is_some_and(|selection| catalogue::entry(rule, selection) != *was)
                    {
                        let message = format!("{} has other words, requirements or severity today", was.id);
                        problems.add(Code::CatalogueRevised, Some(CATALOGUE), message);
                    }
                    same.push(*rule);
                    continue;
                }
                Some(rule) if was.revision > rule.revision => format!(
                    "{} was judged by revision {}, this version has revision {}: a newer version can assess its findings again",
                    was.id, was.revision, rule.revision
                ),
                Some(rule) => format!(
                    "{} has revision {} today, the package was judged by revision {}; its findings are not assessed again",
                    was.id, rule.revision, was.revision
                ),
                None => format!(
                    "this version has no rule {}; its findings are not assessed again",
                    was.id
                ),
            };
            done.revised.push(was.id.clone());
            problems.add(Code::RuleRevised, Some(CATALOGUE), message);
        }
        // What exceptions accept can be told only where every rule is asked again.
        if !done.revised.is_empty() && same.last().is_some_and(|rule| rule.id == EXCEPTIONS.id) {
            same.pop();
            done.revised.push(EXCEPTIONS.id.into());
        }
        same
    }
}

/// The frameworks of a catalogue, when this version has them all.
fn selection(catalogue: &Catalogue) -> Option<Selection> {
    let frameworks: Option<Vec<_>> = catalogue.frameworks.iter().map(|id| framework(id)).collect();
    frameworks.filter(|chosen| !chosen.is_empty()).map(Selection::new)
}
