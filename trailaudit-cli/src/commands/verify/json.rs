//! A verification for programs: the frozen form `trailaudit.verification/v1`.

use serde_json::{Value, json};
use trailaudit_core::evidence::chain::{Chain, Link};
use trailaudit_core::evidence::verify::Page;
use trailaudit_core::evidence::{Problem, Report, Stamp, VerifiedSignature};

/// The document that is printed.
pub(super) fn of(report: &Report, chain: Option<&Chain>) -> Value {
    json!({
        "format": "trailaudit.verification/v1",
        "verified": report.is_verified(),
        "reperformed": report.reperformed.is_some(),
        "reperformance": report.reperformed.as_ref().map(|done| json!({
            "findings": done.findings,
            "attested": done.attested,
            "revised": done.revised,
            "report": match done.page {
                Page::Same => "same",
                Page::Different => "different",
                Page::Attested => "attested",
            },
        })),
        "extract": report.extract.as_ref().map(|extract| json!({
            "account": extract.account,
            "findings": extract.findings,
        })),
        "chain": chain.map(linked),
        "packageId": report.manifest.as_ref().map(|manifest| manifest.package_id),
        "manifestSha256": report.manifest_sha256,
        "simulated": report.manifest.as_ref().map(|manifest| manifest.endpoint.simulated),
        "signatures": report.signatures.iter().map(signature).collect::<Vec<_>>(),
        "problems": report.problems.iter().map(problem).collect::<Vec<_>>(),
        "accepted": report.accepted.iter().map(problem).collect::<Vec<_>>(),
    })
}

fn linked(chain: &Chain) -> Value {
    let link = |link: &Link| {
        json!({
            "name": link.name,
            "sequence": link.sequence,
            "packageId": link.package_id,
            "manifestSha256": link.manifest_sha256,
            "asOf": link.as_of,
            "superseded": link.superseded,
        })
    };
    json!({
        "fromGenesis": chain.from_genesis,
        "links": chain.links.iter().map(link).collect::<Vec<_>>(),
        "notes": chain.notes,
    })
}

fn problem(problem: &Problem) -> Value {
    json!({"code": problem.code.as_str(), "file": problem.file, "message": problem.message})
}

fn signature(signature: &VerifiedSignature) -> Value {
    json!({
        "file": signature.file,
        "role": signature.role.as_str(),
        "meaning": signature.meaning.as_str(),
        "printedName": signature.signer.printed_name,
        "id": signature.signer.id,
        "declaredTime": signature.declared_time,
        "algorithm": signature.algorithm.as_str(),
        "key": signature.key,
        "keyArn": signature.key_arn,
        "envelope": signature.envelope,
        "countersigns": signature.countersigns,
        "trusted": signature.trusted,
        "timestamp": signature.time.as_ref().map(stamp),
        "timeNote": signature.time_note.as_ref().map(problem),
    })
}

fn stamp(stamp: &Stamp) -> Value {
    json!({
        "time": stamp.time,
        "authority": stamp.tsa,
        "certificateNotAfter": stamp.certificate_not_after,
        "policy": stamp.policy,
        "serial": stamp.serial,
    })
}
