//! What a package says of itself beside its content: its place in a chain, who must sign, how long it is kept.

use std::path::Path;
use std::str::FromStr;
use std::sync::LazyLock;

use trailaudit_aws::is_aws_host;
use trailaudit_core::evidence::chain::Place;
use trailaudit_core::evidence::manifest::Tool;
use trailaudit_core::evidence::package::MANIFEST;
use trailaudit_core::evidence::verify::Code;
use trailaudit_core::evidence::{Digest, Draft, Manifest, Options, Role, verify};

use crate::arguments::Packaging;
use crate::error::{CommandError, Result};
use crate::package::open;

/// This program, as manifests name it.
pub(crate) static TOOL: LazyLock<Tool> = LazyLock::new(|| Tool {
    name: env!("CARGO_BIN_NAME").into(),
    version: env!("CARGO_PKG_VERSION").into(),
});

/// Reads and checks it all, before anything is collected; the draft, and its place in a chain if it has one.
pub(crate) fn read(packaging: &Packaging, draft: Draft<'static>) -> Result<(Draft<'static>, Option<Place>)> {
    let mut required_signatures = Vec::new();
    for role in &packaging.required_signatures {
        let role = Role::from_str(role);
        let role = role.map_err(|error| CommandError::usage(format_args!("--require-signature: {error}")))?;
        if !required_signatures.contains(&role) {
            required_signatures.push(role);
        }
    }
    let mut draft = Draft {
        required_signatures,
        retain_until: packaging.retain_until,
        ..draft
    };
    let place = place(packaging)?;
    if let Some(place) = &place {
        place.clone().put(&mut draft);
    }
    Ok((draft, place))
}

/// Where the package will stand in a chain: in the stead of the one it corrects, else after the previous one.
fn place(packaging: &Packaging) -> Result<Option<Place>> {
    let previous = packaging.previous.as_deref().map(sound).transpose()?;
    let Some((path, reason)) = packaging
        .supersedes
        .as_deref()
        .zip(packaging.supersede_reason.as_deref())
    else {
        return Ok(previous.map(|(manifest, sha256)| Place::after(&manifest, sha256)));
    };
    if reason.trim().is_empty() || reason.chars().any(char::is_control) {
        return Err(CommandError::usage(
            "--supersede-reason: the text is empty or has control characters",
        ));
    }
    let refused = |error| CommandError::usage(format_args!("--supersedes: {error}"));
    let place = Place::instead_of(&sound(path)?.0, reason).map_err(refused)?;
    match previous {
        None => Ok(Some(place)),
        Some((manifest, sha256)) => place.and_after(&manifest, sha256).map(Some).map_err(refused),
    }
}

/// Refuses a package whose files are not what was sealed: nobody's signature may cover up what was changed.
pub(crate) fn check_sound(path: &Path) -> Result<()> {
    sound(path).map(drop)
}

/// The manifest of an earlier package, whose files are what was sealed. Who signed it is for whoever verifies the chain.
fn sound(path: &Path) -> Result<(Manifest, Digest)> {
    const OPEN: [Code; 4] = [Code::NoTrust, Code::NoSignature, Code::MissingRole, Code::Simulated];
    let package = open(path)?;
    // It may be of an earlier version, which told people to check it in other words.
    let report = verify(
        &*package,
        &Options::default().accept_revised(true).own_hosts(is_aws_host),
    );
    let problem = report.problems.iter().find(|problem| !OPEN.contains(&problem.code));
    match (report.manifest, report.manifest_sha256, problem) {
        (Some(manifest), Some(sha256), None) if report.extract.is_none() => Ok((manifest, sha256)),
        (_, _, Some(problem)) => Err(CommandError::failed(format_args!("{}: {problem}", path.display()))
            .hint("a chain is made of packages that hold; `trailaudit verify` tells all that is wrong")),
        _ => Err(
            CommandError::failed(format_args!("{}: this is no whole package", path.display())).hint(format_args!(
                "name a directory or .zip with a {MANIFEST} and all its accounts"
            )),
        ),
    }
}
