//! Who must sign, where signatures are seen, and what the package follows.

use askama::Template;
use trailaudit_core::evidence::Role;

use super::{Report, words};

#[derive(Template)]
#[template(path = "report/signing.html")]
pub(super) struct Signing<'a> {
    required: Vec<&'a str>,
    /// The package before this one: its place in the chain and its id.
    previous: Option<(u64, String)>,
    /// The package this one corrects, and why.
    supersedes: Option<(String, &'a str)>,
    retain_until: Option<String>,
    simulated: bool,
}

impl<'a> Signing<'a> {
    pub(super) fn of(report: &Report<'a>) -> Self {
        let terms = &report.gathered.terms;
        Self {
            required: terms.required_signatures.iter().map(Role::as_str).collect(),
            previous: terms
                .previous
                .map(|previous| (previous.sequence, previous.package_id.to_string())),
            supersedes: terms
                .supersedes
                .map(|corrected| (corrected.package_id.to_string(), &*corrected.reason)),
            retain_until: terms.retain_until.map(|day| day.strftime("%-d %B %Y").to_string()),
            simulated: report.gathered.collection.simulated,
        }
    }
}
