//! The metric filters of one log group.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use trailaudit_core::filter_pattern::FilterPattern;
use trailaudit_core::observed::Observed;
use trailaudit_core::{EvidenceId, Exchange};

use crate::inventory::pages::Pages;
use crate::inventory::said::{self, Part, Said, flag, part, parts, text, texts};
use crate::metrics::Metric;

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
        let read = self
            .pages
            .entries(id, exchange, ("metricFilters", FILTERS), Filter::read);
        let read = read.into_iter().map(|filter| (filter.name.clone(), (filter, id)));
        self.filters.extend(read);
    }

    pub fn complete(&self) -> Observed<()> {
        self.pages.complete(FILTERS)
    }

    pub fn all(&self) -> impl Iterator<Item = &(Filter, EvidenceId)> {
        self.filters.values()
    }
}

impl Filter {
    fn read(entry: &Value) -> Said<Self> {
        let filter = Part::of(entry)?;
        let name = filter.must("filterName", said::name)?;
        let written = filter.must("filterPattern", text)?;
        let criteria = filter.may("fieldSelectionCriteria", text)?.unwrap_or_default();
        let pattern = if !criteria.trim().is_empty() {
            Err("it leaves out events by other criteria than its pattern".to_owned())
        } else if filter.may("applyOnTransformedLogs", flag)? == Some(true) {
            Err("it is applied to events that were transformed before".to_owned())
        } else {
            let pattern = FilterPattern::parse(written).map_err(|error| error.to_string());
            pattern.map(|pattern| (written.to_owned(), pattern))
        };
        let fields = filter.may("emitSystemFieldDimensions", texts)?;
        let mut has_dimensions = fields.is_some_and(|fields| !fields.is_empty());
        let mut metrics = BTreeSet::new();
        for transformation in filter.must("metricTransformations", parts)? {
            metrics.insert(Metric {
                namespace: transformation.must("metricNamespace", said::name)?.to_owned(),
                name: transformation.must("metricName", said::name)?.to_owned(),
            });
            let dimensions = transformation.may("dimensions", part)?;
            has_dimensions |= dimensions.is_some_and(|all| all.fields().next().is_some());
        }
        Ok(Self {
            pattern,
            metrics,
            dimensions: has_dimensions
                .then(|| format!("metric filter {name} counts by dimensions: which of them an alarm sees is not told")),
            name: name.to_owned(),
        })
    }
}
