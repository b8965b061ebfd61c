//! `trailaudit verify`: what an auditor runs.

mod json;
mod text;

use std::path::Path;

use trailaudit_aws::write_whole;
use trailaudit_core::evidence::chain::{self, Chain, Given};
use trailaudit_core::evidence::{Options, Problem, Report, verify};

use crate::arguments::{Form, Verify};
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::package::open;
use crate::report::signatures;
use crate::summary::print;
use crate::trust::{options, trust};
use crate::visible;

/// Runs the command.
pub(crate) fn run(arguments: &Verify) -> Result<Exit> {
    let trust = trust(&arguments.checks)?;
    let package = open(&arguments.package)?;
    let mut options = options(&arguments.checks);
    options.trust = trust.as_ref();
    let mut report = verify(&*package, &options);
    let chain = (!arguments.chain.is_empty())
        .then(|| chain(&mut report, arguments, &options))
        .transpose()?;
    if let Some(path) = &arguments.render {
        render(&report, path)?;
    }
    print(&match arguments.format {
        Form::Text => text::of(&report, chain.as_ref()),
        Form::Json => visible::json(&json::of(&report, chain.as_ref())),
    })?;
    Ok(if report.is_verified() {
        Exit::Done
    } else {
        Exit::NotVerified
    })
}

/// Verifies the earlier packages as well and puts all in order; what is wrong goes into the report.
fn chain(report: &mut Report, arguments: &Verify, options: &Options<'_>) -> Result<Chain> {
    let mut earlier = Vec::new();
    for path in &arguments.chain {
        let name = path.display().to_string();
        let verified = verify(&*open(path)?, options);
        for problem in &verified.problems {
            let file = match &problem.file {
                Some(file) => format!("{name}: {file}"),
                None => name.clone(),
            };
            report.problems.push(Problem {
                file: Some(file),
                ..problem.clone()
            });
        }
        earlier.push((name, verified));
    }
    let name = arguments.package.display().to_string();
    let earlier: Vec<_> = earlier
        .iter()
        .filter_map(|(name, report)| Given::of(name, report))
        .collect();
    let chain = match Given::of(&name, report) {
        Some(newest) => chain::check(newest, &earlier),
        None => Chain::default(),
    };
    report.problems.extend(chain.problems.iter().cloned());
    Ok(chain)
}

/// Writes the signature page. Nothing is shown as signed that was not verified.
fn render(report: &Report, path: &Path) -> Result<()> {
    let (Some(manifest), Some(sha256), true) = (&report.manifest, report.manifest_sha256, report.is_verified()) else {
        tracing::error!("{}: not written: the package does not verify", path.display());
        return Ok(());
    };
    let refused = |error| CommandError::file(path, &error);
    let page = signatures::page(manifest, sha256, &report.signatures, true).map_err(refused)?;
    if path == Path::new("-") {
        return print(&page);
    }
    write_whole(path, &mut |out| out.write_all(page.as_bytes())).map_err(refused)
}
