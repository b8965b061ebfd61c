//! When a signature was made: what its timestamp proves, and whether the declared time agrees.

use jiff::{SignedDuration, Timestamp};

use super::super::report::{Code, Problem, Problems, VerifiedSignature};
use crate::evidence::Trust;
use crate::evidence::envelope::Bundle;
use crate::evidence::manifest::Manifest;
use crate::evidence::timestamp::{Stamp, TimestampError, Token};

/// How far two clocks may differ before a signature seems older than what it signs.
pub(super) const CLOCK_DIFFERENCE: SignedDuration = SignedDuration::from_mins(5);

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

/// Whether the times make sense: after what was signed came to be, and near each other.
pub(super) fn check(signature: &VerifiedSignature, manifest: Option<&Manifest>, problems: &mut Problems) {
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
