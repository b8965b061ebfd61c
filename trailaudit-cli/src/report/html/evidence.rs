//! Pages of recorded exchanges.

use askama::Template;

use super::exchanges::Shown;
use super::{Report, words};

#[derive(Template)]
#[template(path = "report/evidence.html")]
pub(super) struct Evidence<'a> {
    page: usize,
    pages: usize,
    exchanges: &'a [Shown],
}

impl<'a> Evidence<'a> {
    /// The page of this number, from 1.
    pub(super) fn of(report: &Report<'a>, page: usize) -> Self {
        let exchanges = &report.gathered.exchanges;
        Self {
            page,
            pages: exchanges.pages(),
            exchanges: exchanges.on_page(page),
        }
    }
}
