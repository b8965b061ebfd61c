//! `--format trend`: what the packages of a chain found, one after the other, as a page with a chart and its numbers.
//!
//! It is made of manifests alone: the counts in them are what `verify` holds against the findings.

use std::io::{self, Write};

use askama::Template;
use trailaudit_core::Verdict;
use trailaudit_core::evidence::{Digest, Files, Listed, Manifest};

/// How high the chart is, and how far its columns are apart, in its own units.
const HEIGHT: f64 = 160.0;
const STEP: usize = 90;

/// A package as far as the chart goes.
struct Link {
    manifest: Manifest,
    sha256: Digest,
}

#[derive(Template)]
#[template(path = "trend.html")]
struct Trend<'a> {
    organization: &'a str,
    simulated: bool,
    columns: Vec<Column>,
    width: usize,
}

/// One package.
struct Column {
    x: usize,
    as_of: String,
    day: String,
    package: String,
    /// How it stands to the package on its left.
    follows: &'static str,
    rules: usize,
    read: u64,
    planned: u64,
    counts: Vec<(Verdict, u64)>,
    /// The parts of the column from the top: the verdict, where it begins and how high it is.
    parts: Vec<(Verdict, [String; 2])>,
}

/// Writes the page of a package and those before it, named in any order.
///
/// # Errors
/// When one of them is not what was sealed or is about another organization, and when `out` refuses.
pub(crate) fn write(packages: &[&dyn Files], out: &mut dyn Write) -> io::Result<()> {
    let mut links = Vec::new();
    for package in packages {
        let listed = Listed::open(*package)?;
        links.push(Link {
            manifest: listed.manifest().clone(),
            sha256: listed.manifest_sha256(),
        });
    }
    links.sort_by_key(|link| (link.manifest.as_of, link.sha256));
    links.dedup_by_key(|link| link.sha256);
    let Some(newest) = links.last() else { return Ok(()) };
    let organization = &newest.manifest.organization.id;
    if let Some(other) = links.iter().find(|link| link.manifest.organization.id != *organization) {
        let other = &other.manifest.organization.id;
        let message =
            format!("a trend is of one organization: these are packages of {organization:?} and of {other:?}");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let before = std::iter::once(None).chain(links.iter().map(Some));
    let columns = links.iter().zip(before).enumerate();
    let trend = Trend {
        organization,
        simulated: links.iter().any(|link| link.manifest.endpoint.simulated),
        columns: columns
            .map(|(place, (link, before))| Column::of(link, before, place))
            .collect(),
        width: links.len() * STEP,
    };
    trend.write_into(&mut io::BufWriter::new(out))
}

impl Column {
    fn of(Link { manifest, .. }: &Link, before: Option<&Link>, place: usize) -> Self {
        let counts = Verdict::ALL.map(|verdict| {
            let of_rule = manifest
                .controls
                .values()
                .filter_map(|counts| counts.get(verdict.as_str()));
            (verdict, of_rule.sum())
        });
        let follows = match (&manifest.previous, before) {
            (_, None) => "the first of these",
            (Some(previous), Some(before)) if previous.manifest_sha256 == before.sha256 => "linked to it",
            _ => "not linked to it: something may lie between them",
        };
        Self {
            x: place * STEP,
            as_of: manifest.as_of.strftime("%-d %B %Y, %H:%M:%S UTC").to_string(),
            day: manifest.as_of.strftime("%Y-%m-%d").to_string(),
            package: manifest.package_id.to_string(),
            follows,
            rules: manifest.controls.len(),
            read: manifest.coverage.statuses.get("reached").copied().unwrap_or_default(),
            planned: manifest.coverage.planned,
            parts: parts(&counts),
            counts: counts.into(),
        }
    }
}

/// What fails on top, so that a chart that gets better sinks; the shares of what was judged.
#[allow(clippy::cast_precision_loss)]
fn parts(counts: &[(Verdict, u64); 5]) -> Vec<(Verdict, [String; 2])> {
    const ORDER: [Verdict; 5] = [
        Verdict::Fail,
        Verdict::Inconclusive,
        Verdict::Excepted,
        Verdict::Pass,
        Verdict::NotApplicable,
    ];
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    let mut at = 0.0;
    let mut parts = Vec::new();
    for verdict in ORDER {
        let count = counts
            .iter()
            .find(|(of, _)| *of == verdict)
            .map_or(0, |(_, count)| *count);
        if count > 0 {
            let height = HEIGHT * count as f64 / total as f64;
            parts.push((
                verdict,
                [at, (height - 1.0).max(1.0)].map(|number| format!("{number:.1}")),
            ));
            at += height;
        }
    }
    parts
}
