//! The metric filters of one log group.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use trailaudit_core::filter_pattern::FilterPattern;
use trailaudit_core::observed::Observed;
use trailaudit_core::{EvidenceId, Exchange};

use crate::inventory::pages::Pages;
use crate::metrics::{self, Metric};

const FILTERS: &str = "the metric filters of the log group";

#[derive(Debug, Default)]
pub(super) struct Filters {
    pages: Pages,
    filters: BTreeMap<String, (Filter, EvidenceId)>,
}

/// One metric filter.
#[derive(Debug)]
pub(super) struct Filter {
    pub name: String,
    /// What it counts, as written and as read, or why that cannot be compared with anything.
    pub pattern: Result<(String, FilterPattern), String>,
    pub metrics: BTreeSet<Metric>,
    /// Why an alarm may not see what is counted: by dimensions it is counted apart for each value.
    pub dimensions: Option<String>,
}

impl Filters {
    pub fn take(&mut self, id: EvidenceId, exchange: &Exchange) {
        if let Some(answer) = self.pages.take(id, exchange, FILTERS) {
            for entry in answer["metricFilters"].as_array().into_iter().flatten() {
                let filter = Filter::read(entry);
                self.filters.insert(filter.name.clone(), (filter, id));
            }
        }
    }

    pub fn complete(&self) -> Observed<()> {
        self.pages.complete(FILTERS)
    }

    pub fn all(&self) -> impl Iterator<Item = &(Filter, EvidenceId)> {
        self.filters.values()
    }
}

impl Filter {
    fn read(entry: &Value) -> Self {
        let name = entry["filterName"].as_str().unwrap_or("without a name").to_owned();
        let is_said = |field: &str| entry[field].as_str().is_some_and(|text| !text.trim().is_empty());
        let pattern = if is_said("fieldSelectionCriteria") {
            Err("it leaves out events by other criteria than its pattern".to_owned())
        } else if entry["applyOnTransformedLogs"] == true {
            Err("it is applied to events that were transformed before".to_owned())
        } else {
            let text = entry["filterPattern"].as_str().unwrap_or_default();
            let pattern = FilterPattern::parse(text).map_err(|error| error.to_string());
            pattern.map(|pattern| (text.to_owned(), pattern))
        };
        let transformations = entry["metricTransformations"].as_array().into_iter().flatten();
        let mut dimensions = transformations.map(|one| &one["dimensions"]);
        let has_dimensions = dimensions.any(|dimensions| dimensions.as_object().is_some_and(|all| !all.is_empty()))
            || entry["emitSystemFieldDimensions"]
                .as_array()
                .is_some_and(|all| !all.is_empty());
        Self {
            pattern,
            metrics: metrics::counted_by(entry).collect(),
            dimensions: has_dimensions
                .then(|| format!("metric filter {name} counts by dimensions: which of them an alarm sees is not told")),
            name,
        }
    }
}
