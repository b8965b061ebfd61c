//! What is accepted, by whom, until when, and what it accepts here.

use askama::Template;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use trailaudit_core::baseline::{Exception, Standing};

use super::{ROWS, Report, words};

#[derive(Template)]
#[template(path = "report/exceptions.html")]
pub(super) struct Exceptions<'a> {
    total: usize,
    rows: Vec<Row<'a>>,
}

struct Row<'a> {
    exception: &'a Exception,
    scope: String,
    standing: &'static str,
    is_in_force: bool,
    /// How many findings it accepts.
    accepted: usize,
}

impl<'a> Exceptions<'a> {
    pub(super) fn of(report: &Report<'a>) -> Self {
        let gathered = report.gathered;
        let day: Date = report.totals.as_of.to_zoned(TimeZone::UTC).date();
        let exceptions = &gathered.terms.baseline.exceptions;
        let row = |exception: &'a Exception| {
            let standing = exception.standing(day);
            Row {
                exception,
                scope: exception.scope.to_string(),
                standing: match standing {
                    Standing::Future => "still to come",
                    Standing::InForce => "in force",
                    Standing::Expired => "expired",
                },
                is_in_force: standing == Standing::InForce,
                accepted: gathered
                    .accepted
                    .get(&*exception.to_string())
                    .copied()
                    .unwrap_or_default(),
            }
        };
        Self {
            total: exceptions.len(),
            rows: exceptions.iter().take(ROWS).map(row).collect(),
        }
    }
}
