//! When a signature was made: what its timestamp proves, and whether the declared time agrees.

use jiff::Timestamp;

use super::super::Options;
use super::super::report::{Code, Problem, Problems, VerifiedSignature};
use crate::evidence::Trust;
use crate::evidence::envelope::Bundle;
use crate::evidence::manifest::Manifest;
use crate::evidence::timestamp::{CLOCK_DIFFERENCE, Stamp, TimestampError, Token};
use crate::evidence::trust::TrustedSigner;

/// The time that is proven; or why it is not, where that is no failure.
pub(super) fn proven(
    path: &str,
    bundle: &Bundle,
    trust: &Trust,
    problems: &mut Problems,
) -> (Option<Stamp>, Option<Problem>) {
    let Some(response) = &bundle.timestamp else {
        if trust.requires_timestamp() {
            let message = "your policy demands a timestamp, and this signature has none";
            problems.add(Code::MissingTimestamp, Some(path), message);
        }
        return (None, None);
    };
    let stamp = Token::parse(response).and_then(|token| token.verify(&bundle.signature, trust.tsa_roots()));
    let error = match stamp {
        Ok(stamp) => return (Some(stamp), None),
        Err(error) => error,
    };
    let problem = Problem {
        code: match &error {
            TimestampError::NoRoot => Code::TimestampNoRoot,
            TimestampError::Untrusted(_) => Code::TimestampUntrusted,
            _ => Code::TimestampInvalid,
        },
        file: Some(path.to_owned()),
        message: error.to_string(),
    };
    if problem.code == Code::TimestampNoRoot && !trust.requires_timestamp() {
        return (None, Some(problem));
    }
    problems.push(problem);
    (None, None)
}

/// The moment from which a signature counts.
pub(super) fn moment(signature: &VerifiedSignature) -> Timestamp {
    signature
        .time
        .as_ref()
        .map_or(signature.declared_time, |stamp| stamp.time)
}

/// Says of a signature that nobody could date but its signer that its key is not valid any more: whoever has the key today
/// could have made it today.
pub(super) fn tell_if_unproven(signature: &mut VerifiedSignature, trusted: &TrustedSigner, options: &Options<'_>) {
    let ended = trusted
        .not_after
        .filter(|end| options.now.is_some_and(|now| *end < now));
    if let (Some(ended), None, None) = (ended, &signature.time, &signature.time_note) {
        signature.time_note = Some(Problem {
            code: Code::TimeUnproven,
            file: Some(signature.file.clone()),
            message: format!("you trust its key until {ended}; that it was made before is its signer's word alone"),
        });
    }
}

/// Whether the times make sense: after what was signed came to be, near each other, and not still to come.
pub(super) fn check(
    signature: &VerifiedSignature,
    manifest: Option<&Manifest>,
    options: &Options<'_>,
    problems: &mut Problems,
) {
    let path = Some(signature.file.as_str());
    let declared = signature.declared_time;
    let ended = manifest.map(|manifest| manifest.collection.ended);
    if let Some(ended) = ended.filter(|ended| ended.duration_since(declared) > CLOCK_DIFFERENCE) {
        let message = format!("it says it was made at {declared}, but the collection ended at {ended}");
        problems.add(Code::DeclaredTimeBeforeCollection, path, message);
    }
    if options.is_to_come(declared) {
        let message = format!("it says it was made {declared}, which by your clock is still to come");
        problems.add(Code::TimeInFuture, path, message);
    }
    let stamp = signature.time.iter();
    for (code, message) in stamp.flat_map(|stamp| stamp.doubts(declared, ended, options.now)) {
        problems.add(code, path, message);
    }
}
