//! `trailaudit verify`: what an auditor runs.

use std::fmt::Write;

use serde_json::{Value, json};
use trailaudit_aws::Reperformance;
use trailaudit_core::evidence::verify::Code;
use trailaudit_core::evidence::{Options, Reperform, Report, Trust, VerifiedSignature, verify};

use crate::arguments::{Form, Verify};
use crate::error::{Result, printable};
use crate::exit::Exit;
use crate::package::open;
use crate::signing::public_keys;
use crate::summary::print;

/// Runs the command.
pub(crate) fn run(verify_arguments: &Verify) -> Result<Exit> {
    let keys = public_keys(&verify_arguments.keys)?;
    let package = open(&verify_arguments.package)?;
    let trust = (!keys.is_empty()).then(|| Trust::in_keys(keys));
    let reperform: Option<&dyn Reperform> = (!verify_arguments.no_reperform).then_some(&Reperformance);
    let options = Options::default().allow_simulated(verify_arguments.allow_simulated);
    let report = verify(&package, trust.as_ref(), options, reperform);
    print(&match verify_arguments.format {
        Form::Text => text(&report, verify_arguments),
        Form::Json => format!("{:#}\n", as_json(&report, verify_arguments)),
    })?;
    Ok(if report.is_verified() {
        Exit::Done
    } else {
        Exit::NotVerified
    })
}

fn text(report: &Report, arguments: &Verify) -> String {
    let mut out = String::new();
    // What a package says must not pass for a line of ours.
    let mut line = |text: &str| _ = writeln!(out, "{}", printable(text).replace(['\n', '\t'], "\u{fffd}"));
    if let Some(manifest) = &report.manifest {
        line(&format!("package      {}", manifest.package_id));
        line(&format!(
            "organization {}, as of {:.0}",
            manifest.organization.id, manifest.as_of
        ));
        line(&format!(
            "files        {} listed, {} accounts",
            manifest.files.len(),
            manifest.account_count
        ));
        if manifest.endpoint.simulated {
            line(&format!(
                "source       SIMULATED: {}, not AWS itself",
                manifest.endpoint.hosts.join(", ")
            ));
        }
    }
    for signature in &report.signatures {
        let VerifiedSignature {
            role,
            meaning,
            signer,
            declared_time,
            key,
            trusted,
            ..
        } = signature;
        let trust = if *trusted { "trusted key" } else { "key NOT trusted" };
        line(&format!(
            "signature    {} ({}), {role}, {}, {declared_time:.0}, {trust} {key}",
            signer.printed_name,
            signer.id,
            meaning.as_str()
        ));
    }
    for problem in &report.problems {
        line(&format!("problem      {problem}"));
    }
    if report.problems.iter().any(|problem| problem.code == Code::NoTrust) {
        line("             hint: give the signer's public key, had from elsewhere than the package, with --key PEM");
    }
    let reperformed = if arguments.no_reperform {
        "findings not assessed again"
    } else {
        "findings assessed again"
    };
    line(&if report.is_verified() {
        format!("VERIFIED     every file, every signature; {reperformed}")
    } else {
        format!("NOT VERIFIED {} problems", report.problems.len())
    });
    out
}

fn as_json(report: &Report, arguments: &Verify) -> Value {
    let problems = report
        .problems
        .iter()
        .map(|problem| json!({"code": problem.code.as_str(), "file": problem.file, "message": problem.message}));
    let signatures = report.signatures.iter().map(|signature| {
        json!({
            "file": signature.file,
            "role": signature.role.as_str(),
            "meaning": signature.meaning.as_str(),
            "printedName": signature.signer.printed_name,
            "id": signature.signer.id,
            "declaredTime": signature.declared_time,
            "key": signature.key,
            "trusted": signature.trusted,
        })
    });
    json!({
        "format": "trailaudit.verification/v1",
        "verified": report.is_verified(),
        "reperformed": !arguments.no_reperform,
        "packageId": report.manifest.as_ref().map(|manifest| manifest.package_id),
        "manifestSha256": report.manifest_sha256,
        "simulated": report.manifest.as_ref().map(|manifest| manifest.endpoint.simulated),
        "signatures": signatures.collect::<Vec<_>>(),
        "problems": problems.collect::<Vec<_>>(),
    })
}
