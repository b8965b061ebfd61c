//! `trailaudit verify`: what an auditor runs.

mod json;
mod text;

use std::path::Path;

use trailaudit_aws::write_whole;
use trailaudit_core::evidence::{Report, verify};

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
    let report = verify(&*package, &options);
    if let Some(path) = &arguments.render {
        render(&report, path)?;
    }
    print(&match arguments.format {
        Form::Text => text::of(&report),
        Form::Json => visible::json(&json::of(&report)),
    })?;
    Ok(if report.is_verified() {
        Exit::Done
    } else {
        Exit::NotVerified
    })
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
