//! How the facts were collected, how to check the package, and what it does not claim.

use askama::Template;

use super::{Report, words};

#[derive(Template)]
#[template(path = "report/verify.html")]
pub(super) struct Verify<'a> {
    as_of: String,
    started: String,
    finished: Option<String>,
    caller: &'a str,
    tool: &'a str,
    endpoints: &'a [String],
    simulated: bool,
    scope: &'a str,
    search: &'a str,
    organization: &'a str,
    management_account: &'a str,
    frameworks: Vec<&'static str>,
}

impl<'a> Verify<'a> {
    pub(super) fn of(report: &Report<'a>) -> Self {
        let gathered = report.gathered;
        let collection = &gathered.collection;
        Self {
            as_of: words::moment(report.totals.as_of),
            started: words::recorded(&collection.started),
            finished: collection.finished.as_deref().map(words::recorded),
            caller: collection.caller,
            tool: &collection.tool,
            endpoints: collection.endpoints,
            simulated: collection.simulated,
            scope: &collection.scope,
            search: collection.search,
            organization: &report.organization.id,
            management_account: report.organization.management_account.as_str(),
            frameworks: gathered
                .selection
                .frameworks()
                .iter()
                .map(|framework| framework.name.as_str())
                .collect(),
        }
    }
}
