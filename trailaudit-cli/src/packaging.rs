//! What a package says of itself beside its content: its place in a chain, who must sign, how long it is kept.

use std::path::Path;
use std::str::FromStr;

use trailaudit_core::evidence::manifest::{Previous, Supersedes};
use trailaudit_core::evidence::package::MANIFEST;
use trailaudit_core::evidence::verify::Code;
use trailaudit_core::evidence::{Digest, Draft, Manifest, Options, Role, verify};

use crate::arguments::Packaging;
use crate::error::{CommandError, Result};
use crate::package::open;

/// Reads and checks it all, before anything is collected.
pub(crate) fn read(packaging: &Packaging, draft: Draft<'static>) -> Result<Draft<'static>> {
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
    if let Some(path) = &packaging.previous {
        let (manifest, sha256) = sound(path)?;
        draft.previous = Some(Previous {
            package_id: manifest.package_id,
            manifest_sha256: sha256,
            sequence: manifest.sequence(),
        });
    }
    if let (Some(path), Some(reason)) = (&packaging.supersedes, &packaging.supersede_reason) {
        if reason.trim().is_empty() || reason.chars().any(char::is_control) {
            return Err(CommandError::usage(
                "--supersede-reason: the text is empty or has control characters",
            ));
        }
        let (manifest, _) = sound(path)?;
        draft.supersedes = Some(Supersedes {
            package_id: manifest.package_id,
            reason: reason.clone(),
        });
        if draft.previous.is_none() {
            draft.previous = manifest.previous;
        }
    }
    Ok(draft)
}

/// The manifest of an earlier package, whose files are what was sealed. Who signed it is for whoever verifies the chain.
fn sound(path: &Path) -> Result<(Manifest, Digest)> {
    const OPEN: [Code; 4] = [Code::NoTrust, Code::NoSignature, Code::MissingRole, Code::Simulated];
    let package = open(path)?;
    let report = verify(&*package, &Options::default());
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
