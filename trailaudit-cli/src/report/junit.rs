//! `JUnit` XML: a rule is a test suite, a finding a test case.
//!
//! | verdict | the test case |
//! | --- | --- |
//! | `pass` | passes |
//! | `fail` | has a `failure` |
//! | `inconclusive` | has an `error`: the test itself could not be made |
//! | `not-applicable`, `excepted` | is `skipped`, and says why |

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use trailaudit_core::Verdict;
use trailaudit_core::tables::catalogue::v1::Entry as Rule;

use super::source::{Finding, Source, Tally};
use crate::visible::legible;

/// Writes the document.
pub(crate) fn write(source: &Source<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(out, b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let manifest = source.manifest();
    let name = format!("Audit trails of {}", manifest.organization.id);
    xml.write_event(Event::Start(counted("testsuites", &name, &source.totals())))?;
    let mut open = None;
    source.each(|finding| {
        if open != Some(finding.place) {
            if open.replace(finding.place).is_some() {
                xml.write_event(Event::End(BytesEnd::new("testsuite")))?;
            }
            begin_suite(source, finding, &mut xml)?;
        }
        case(finding, &mut xml)
    })?;
    if open.is_some() {
        xml.write_event(Event::End(BytesEnd::new("testsuite")))?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
    xml.into_inner().write_all(b"\n")
}

type Xml<'w> = Writer<&'w mut dyn Write>;

fn begin_suite(source: &Source<'_>, finding: &Finding<'_>, xml: &mut Xml<'_>) -> io::Result<()> {
    let Some((rule, tally)) = source.rules().nth(finding.place) else {
        return Ok(());
    };
    let manifest = source.manifest();
    let mut suite = counted("testsuite", &rule.control, tally);
    // Without a zone, as most readers want it; it is in UTC.
    attribute(
        &mut suite,
        "timestamp",
        &manifest.as_of.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
    );
    xml.write_event(Event::Start(suite))?;
    properties(&suite_properties(source, rule), xml)
}

fn suite_properties(source: &Source<'_>, rule: &Rule) -> Vec<(&'static str, String)> {
    let manifest = source.manifest();
    let mut all = vec![
        ("rule", rule.id.clone()),
        ("revision", rule.revision.to_string()),
        ("title", rule.title.clone()),
        ("remediation", rule.remediation.clone()),
        ("package-id", manifest.package_id.to_string()),
        ("manifest-sha256", source.manifest_sha256().to_string()),
        ("simulated", manifest.endpoint.simulated.to_string()),
    ];
    all.extend(rule.labels().into_iter().map(|label| ("requirement", label)));
    all
}

fn case(finding: &Finding<'_>, xml: &mut Xml<'_>) -> io::Result<()> {
    let mut case = BytesStart::new("testcase");
    attribute(&mut case, "classname", &finding.rule.id);
    attribute(&mut case, "name", &name(finding));
    attribute(&mut case, "time", "0");
    xml.write_event(Event::Start(case))?;
    let columns = finding.columns().map(|(name, text)| (name, text.to_owned()));
    let ids = finding.evidence.iter().map(|id| ("evidence", id.to_string()));
    properties(&columns.chain(ids).collect::<Vec<_>>(), xml)?;
    outcome(finding, xml)?;
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

/// What tells the case from all others of its rule.
fn name(finding: &Finding<'_>) -> String {
    let parts = [
        &*finding.account_id,
        &finding.region,
        &finding.resource_id,
        if finding.inherited_from.is_empty() {
            ""
        } else {
            "(inherited)"
        },
    ];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

fn outcome(finding: &Finding<'_>, xml: &mut Xml<'_>) -> io::Result<()> {
    let (element, message) = match finding.verdict {
        Verdict::Pass => return Ok(()),
        Verdict::Fail => ("failure", finding.reason.to_string()),
        Verdict::Inconclusive => ("error", finding.reason.to_string()),
        Verdict::NotApplicable => ("skipped", format!("not applicable: {}", finding.reason)),
        Verdict::Excepted => ("skipped", finding.reason_in_full()),
    };
    let mut start = BytesStart::new(element);
    attribute(&mut start, "message", &message);
    if element != "skipped" {
        attribute(&mut start, "type", &finding.severity);
    }
    if element == "skipped" {
        return xml.write_event(Event::Empty(start));
    }
    xml.write_event(Event::Start(start))?;
    let text = format!("{message}\nRemediation: {}", legible(&finding.rule.remediation));
    xml.write_event(Event::Text(BytesText::new(&text)))?;
    xml.write_event(Event::End(BytesEnd::new(element)))
}

fn properties(all: &[(&'static str, String)], xml: &mut Xml<'_>) -> io::Result<()> {
    xml.write_event(Event::Start(BytesStart::new("properties")))?;
    for (name, value) in all {
        let mut property = BytesStart::new("property");
        attribute(&mut property, "name", name);
        attribute(&mut property, "value", value);
        xml.write_event(Event::Empty(property))?;
    }
    xml.write_event(Event::End(BytesEnd::new("properties")))
}

/// An element that counts its cases by their outcome.
fn counted<'n>(element: &'n str, name: &str, tally: &Tally) -> BytesStart<'n> {
    let count = |verdict| tally.get(&verdict).copied().unwrap_or_default();
    let mut start = BytesStart::new(element);
    attribute(&mut start, "name", name);
    for (outcome, cases) in [
        ("tests", tally.values().sum()),
        ("failures", count(Verdict::Fail)),
        ("errors", count(Verdict::Inconclusive)),
        ("skipped", count(Verdict::NotApplicable) + count(Verdict::Excepted)),
    ] {
        attribute(&mut start, outcome, &cases.to_string());
    }
    attribute(&mut start, "time", "0");
    start
}

/// An attribute, in which there is nothing that XML cannot have, or that hides.
fn attribute(start: &mut BytesStart<'_>, name: &str, value: &str) {
    start.push_attribute((name, &*legible(value)));
}
