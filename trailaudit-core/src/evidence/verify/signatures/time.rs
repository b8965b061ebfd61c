//! When a signature was made: what its timestamp proves, and whether the declared time agrees.

use jiff::{SignedDuration, Timestamp};

use super::super::Options;
use super::super::report::{Code, Problem, Problems, VerifiedSignature};
use crate::evidence::Trust;
use crate::evidence::envelope::Bundle;
use crate::evidence::manifest::Manifest;
use crate::evidence::timestamp::{Stamp, TimestampError, Token};
use crate::evidence::trust::TrustedSigner;

/// How far two clocks may differ before a signature seems older than what it signs.
pub(in super::super) const CLOCK_DIFFERENCE: SignedDuration = SignedDuration::from_mins(5);

/// How long it may take from declaring the time to having it stamped.
const LONGEST_SIGNING: SignedDuration = SignedDuration::from_mins(10);

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
    if let Some(ended) = manifest.map(|manifest| manifest.collection.ended) {
        let is_before = |time: Timestamp| ended.duration_since(time) > CLOCK_DIFFERENCE;
        if is_before(declared) {
            let message = format!("it says it was made at {declared}, but the collection ended at {ended}");
            problems.add(Code::DeclaredTimeBeforeCollection, path, message);
        }
        if let Some(stamp) = signature.time.as_ref().filter(|stamp| is_before(stamp.time)) {
            let message = format!(
                "its timestamp is of {}, but the collection ended at {ended}",
                stamp.time
            );
            problems.add(Code::TimestampBeforeCollection, path, message);
        }
    }
    for (what, time) in [
        ("it says it was made", Some(declared)),
        ("its timestamp is of", signature.time.as_ref().map(|stamp| stamp.time)),
    ] {
        if let Some(time) = time.filter(|time| options.is_to_come(*time)) {
            let message = format!("{what} {time}, which by your clock is still to come");
            problems.add(Code::TimeInFuture, path, message);
        }
    }
    if let Some(stamp) = &signature.time {
        let apart = declared.duration_since(stamp.time).abs();
        if apart > LONGEST_SIGNING {
            let message = format!(
                "it says it was made at {declared}, but its timestamp is of {}",
                stamp.time
            );
            problems.add(Code::TimestampDisagrees, path, message);
        }
    }
}
