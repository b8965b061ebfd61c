//! A verification for people.

use std::fmt::Write;
use std::path::Path;

use jiff::Timestamp;
use trailaudit_core::evidence::chain::Chain;
use trailaudit_core::evidence::verify::Page;
use trailaudit_core::evidence::{Report, VerifiedSignature};

use super::notes;
use crate::commands::counted;
use crate::visible::in_one_line;

/// The lines that are printed.
pub(super) fn of(report: &Report, chain: Option<&Chain>, package: &Path) -> String {
    let mut out = String::new();
    // What a package says must not pass for a line of ours.
    let mut line = |text: &str| _ = writeln!(out, "{}", in_one_line(text));
    if let Some(manifest) = &report.manifest {
        line(&format!("package      {}", manifest.package_id));
        line(&format!(
            "organization {}, as of {:.0}",
            manifest.organization.id, manifest.as_of
        ));
        line(&match &report.extract {
            None => format!(
                "files        {} listed, and those of {}",
                manifest.files.len(),
                counted(manifest.account_count, "account")
            ),
            Some(extract) => format!(
                "extract      of account {}, one of {}: {}",
                extract.account,
                manifest.account_count,
                counted(extract.findings, "finding")
            ),
        });
        if let Some(note) = notes::far_from_collection(manifest) {
            line(&format!("note         {note}"));
        }
        if let Some([note, more]) = notes::attested_pages(report, manifest) {
            line(&format!("note         {note}"));
            line(&format!("             {more}"));
        }
        if let Some(supersedes) = &manifest.supersedes {
            line(&format!(
                "corrects     {}: {}",
                supersedes.package_id, supersedes.reason
            ));
        }
        if manifest.endpoint.simulated {
            line(&format!(
                "source       SIMULATED: {}, not AWS itself",
                manifest.endpoint.hosts.join(", ")
            ));
        }
    }
    for signature in &report.signatures {
        signed(signature, &mut line);
    }
    if let Some(chain) = chain {
        linked(chain, &mut line);
    }
    for accepted in &report.accepted {
        line(&format!("accepted     {accepted}"));
    }
    for problem in &report.problems {
        line(&format!("problem      {problem}"));
    }
    for hint in notes::hints(report, package) {
        line(&format!("             {hint}"));
    }
    line(&if report.is_verified() {
        format!("VERIFIED     every file, every signature; {}", reperformed(report))
    } else {
        format!("NOT VERIFIED {}", counted(report.problems.len(), "problem"))
    });
    out
}

fn signed(signature: &VerifiedSignature, line: &mut impl FnMut(&str)) {
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
    if let Some(arn) = &signature.key_arn {
        line(&format!("             with {arn}"));
    }
    if let Some(stamp) = &signature.time {
        line(&format!(
            "             time proven: {:.0}, by {}",
            stamp.time, stamp.tsa
        ));
        if stamp.certificate_not_after < Timestamp::now() {
            line(&format!(
                "             the authority's certificate expired on {:.0}; it was valid at the time it proves",
                stamp.certificate_not_after
            ));
        }
    }
    if let Some(note) = &signature.time_note {
        line(&format!("             time not proven: {}", note.message));
    }
}

fn linked(chain: &Chain, line: &mut impl FnMut(&str)) {
    let begin = if chain.from_genesis {
        "from its genesis"
    } else {
        "as far as it was given"
    };
    line(&format!(
        "chain        {}, {begin}",
        counted(chain.links.len(), "package")
    ));
    for link in &chain.links {
        let what = if link.superseded {
            ", corrected by a later one"
        } else {
            ""
        };
        line(&format!(
            "             {}: {}, as of {:.0}{what}",
            link.sequence, link.name, link.as_of
        ));
    }
    for note in &chain.notes {
        line(&format!("             note: {note}"));
    }
}

/// How far the findings were assessed again.
fn reperformed(report: &Report) -> String {
    let Some(done) = &report.reperformed else {
        return "findings not assessed again".to_owned();
    };
    let mut told = format!("{} assessed again", counted(done.findings, "finding"));
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
    if done.page == Page::Same {
        told.push_str(", report.html written again");
    }
    told
}
