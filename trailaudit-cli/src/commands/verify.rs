//! `trailaudit verify`: what an auditor runs.

use std::fmt::Write;

use serde_json::{Value, json};
use trailaudit_aws::AwsRecords;
use trailaudit_core::evidence::verify::Code;
use trailaudit_core::evidence::{Options, Problem, Reperformance, Report, Trust, VerifiedSignature, verify};

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
    let mut options = Options::default()
        .allow_simulated(verify_arguments.allow_simulated)
        .accept_revised(verify_arguments.accept_revised);
    options.trust = trust.as_ref();
    options.reperform = (!verify_arguments.no_reperform).then_some(Reperformance::by(&AwsRecords));
    let report = verify(&package, &options);
    print(&match verify_arguments.format {
        Form::Text => text(&report),
        Form::Json => format!("{:#}\n", as_json(&report)),
    })?;
    Ok(if report.is_verified() {
        Exit::Done
    } else {
        Exit::NotVerified
    })
}

fn text(report: &Report) -> String {
    let mut out = String::new();
    // What a package says must not pass for a line of ours.
    let mut line = |text: &str| _ = writeln!(out, "{}", printable(text).replace(['\n', '\t'], "\u{fffd}"));
    if let Some(manifest) = &report.manifest {
        line(&format!("package      {}", manifest.package_id));
        line(&format!(
            "organization {}, as of {:.0}",
            manifest.organization.id, manifest.as_of
        ));
        line(&match &report.extract {
            None => format!(
                "files        {} listed, and those of {} accounts",
                manifest.files.len(),
                manifest.account_count
            ),
            Some(extract) => format!(
                "extract      of account {}, one of {}: {} findings",
                extract.account, manifest.account_count, extract.findings
            ),
        });
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
    for accepted in &report.accepted {
        line(&format!("accepted     {accepted}"));
    }
    let reperformed = reperformed(report);
    line(&if report.is_verified() {
        format!("VERIFIED     every file, every signature; {reperformed}")
    } else {
        format!("NOT VERIFIED {} problems", report.problems.len())
    });
    out
}

/// How far the findings were assessed again.
fn reperformed(report: &Report) -> String {
    let Some(done) = &report.reperformed else {
        return "findings not assessed again".to_owned();
    };
    let mut told = format!("{} findings assessed again", done.findings);
    if done.attested > 0 {
        let attested = done.attested;
        _ = write!(
            told,
            ", {attested} that rest on other accounts' records attested by the signature"
        );
    }
    if !done.revised.is_empty() {
        _ = write!(told, ", not those of {}", done.revised.join(", "));
    }
    told
}

fn as_json(report: &Report) -> Value {
    let told = |problems: &[Problem]| -> Vec<_> {
        let told = |problem: &Problem| json!({"code": problem.code.as_str(), "file": problem.file, "message": problem.message});
        problems.iter().map(told).collect()
    };
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
        "reperformed": report.reperformed.is_some(),
        "reperformance": report.reperformed.as_ref().map(|done| json!({
            "findings": done.findings,
            "attested": done.attested,
            "revised": done.revised,
        })),
        "extract": report.extract.as_ref().map(|extract| json!({
            "account": extract.account,
            "findings": extract.findings,
        })),
        "packageId": report.manifest.as_ref().map(|manifest| manifest.package_id),
        "manifestSha256": report.manifest_sha256,
        "simulated": report.manifest.as_ref().map(|manifest| manifest.endpoint.simulated),
        "signatures": signatures.collect::<Vec<_>>(),
        "problems": told(&report.problems),
        "accepted": told(&report.accepted),
    })
}
