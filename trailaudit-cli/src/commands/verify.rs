//! `trailaudit verify`: what an auditor runs.

mod json;
mod notes;
mod text;

use std::path::Path;

use trailaudit_core::evidence::chain::{self, Chain, Given};
use trailaudit_core::evidence::{Options, Problem, Report};

use crate::arguments::{Form, Verify};
use crate::elsewhere::elsewhere_than;
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::package::verified;
use crate::report::signatures;
use crate::summary::print;
use crate::trust::{options, trust};
use crate::visible;

/// What `--render` calls stdout.
const STDOUT: &str = "-";

/// Runs the command.
pub(crate) fn run(arguments: &Verify) -> Result<Exit> {
    if let Some(page) = page(arguments) {
        let packages = arguments.chain.iter().chain([&arguments.package]);
        elsewhere_than("render", page, packages, "the package")?;
        signatures::refuse_another(page)?;
    }
    let trust = trust(&arguments.checks)?;
    let mut options = options(&arguments.checks);
    options.trust = trust.as_ref();
    let mut report = verified(&arguments.package, &options)?;
    let chain = (!arguments.chain.is_empty())
        .then(|| chain(&mut report, arguments, &options))
        .transpose()?;
    if let Some(path) = &arguments.render {
        render(&report, path)?;
    }
    print(&match arguments.format {
        Form::Text => text::of(&report, chain.as_ref(), &arguments.package),
        Form::Json => visible::json(&json::of(&report, chain.as_ref())),
    })?;
    Ok(if report.is_verified() {
        Exit::Done
    } else {
        Exit::NotVerified
    })
}

/// The file that the signature page goes to, when it goes to one.
fn page(arguments: &Verify) -> Option<&Path> {
    arguments.render.as_deref().filter(|path| *path != Path::new(STDOUT))
}

/// Verifies the earlier packages as well and puts all in order; what is wrong goes into the report.
fn chain(report: &mut Report, arguments: &Verify, options: &Options<'_>) -> Result<Chain> {
    let mut earlier = Vec::new();
    for path in &arguments.chain {
        let name = path.display().to_string();
        let verified = verified(path, options)?;
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
    if path == Path::new(STDOUT) {
        return print(&page);
    }
    signatures::write(path, &page)
}
