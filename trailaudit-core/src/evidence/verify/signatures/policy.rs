//! Whether the verifier's policy lets a signature count, and whether enough of them do.

use std::collections::{BTreeMap, BTreeSet};

use super::super::report::{Code, Problems, VerifiedSignature};
use super::time;
use crate::evidence::manifest::Manifest;
use crate::evidence::trust::TrustedSigner;
use crate::evidence::{Digest, PublicKey, Trust};

/// Whether `signature`, made with a key the verifier knows, counts: by role, person, kind of key and moment.
pub(super) fn check(
    signature: &VerifiedSignature,
    trusted: &TrustedSigner,
    trust: &Trust,
    problems: &mut Problems,
) -> bool {
    let mut counts = signature.time.is_some() || !trust.requires_timestamp();
    let mut tell = |code, message: String| {
        problems.add(code, Some(&signature.file), message);
        counts = false;
    };
    if !trusted.may_sign_as(&signature.role) {
        let message = format!(
            "you do not trust the key {} in the role {}",
            signature.key, signature.role
        );
        tell(Code::KeyNotTrustedForRole, message);
    }
    if let Some(person) = trusted.person.as_ref().filter(|person| **person != signature.signer) {
        let signer = &signature.signer;
        let message = format!(
            "it is signed as {:?} ({:?}), but the key is that of {:?} ({:?})",
            signer.printed_name, signer.id, person.printed_name, person.id
        );
        tell(Code::AnotherPerson, message);
    }
    let algorithm = trusted.key.algorithm();
    if let Some(demanded) = trusted.algorithm.filter(|demanded| *demanded != algorithm) {
        let message = format!(
            "your policy demands {} of this key, but it signs with {}",
            demanded.as_str(),
            algorithm.as_str()
        );
        tell(Code::KeyType, message);
    }
    let moment = time::moment(signature);
    if !trusted.is_valid_at(moment) {
        let bound = |at: Option<jiff::Timestamp>| at.map_or("ever".to_owned(), |at| at.to_string());
        let message = format!(
            "it was made at {moment}, but you trust the key from {} to {}",
            bound(trusted.not_before),
            bound(trusted.not_after)
        );
        tell(Code::KeyNotValidThen, message);
    }
    if let Some(revoked) = trusted.revoked {
        match &signature.time {
            None => {
                let message = format!("the key was revoked at {revoked}, and no timestamp proves it was made before");
                tell(Code::KeyRevoked, message);
            }
            Some(stamp) if stamp.latest() >= revoked => {
                let message = format!("it was made at {}, and the key was revoked at {revoked}", stamp.time);
                tell(Code::KeyRevoked, message);
            }
            Some(_) => {}
        }
    }
    counts
}

/// Whether who signs in an independent role is another person, with another key, than every other signature. One that
/// is not does not count.
pub(super) fn check_independence(
    verified: &mut [(VerifiedSignature, &PublicKey)],
    trust: &Trust,
    problems: &mut Problems,
) {
    for i in 0..verified.len() {
        let mut counts = true;
        let Some((signature, key)) = verified.get(i) else { break };
        if !trust.independent_roles().contains(&signature.role) {
            continue;
        }
        let others = || {
            verified
                .iter()
                .enumerate()
                .filter(|(j, _)| *j != i)
                .map(|(_, other)| other)
        };
        if let Some((other, _)) = others().find(|(_, other)| key.is_same_key(other)) {
            let message = format!(
                "the role {} must be independent, but {} has the same key",
                signature.role, other.file
            );
            problems.add(Code::SameKey, Some(&signature.file), message);
            counts = false;
        }
        if let Some((other, _)) = others().find(|(other, _)| person(other) == person(signature)) {
            let message = format!(
                "the role {} must be independent, but {} is by the same person",
                signature.role, other.file
            );
            problems.add(Code::SamePerson, Some(&signature.file), message);
            counts = false;
        }
        if let Some((signature, _)) = verified.get_mut(i) {
            signature.trusted &= counts;
        }
    }
}

/// Whether the order of signing is proven: who signs in an independent role has every signature in view but those that
/// have theirs in view, and nobody's time lies before that of a signature they saw. How the files are numbered proves
/// nothing: nobody signed that.
pub(super) fn check_order(verified: &mut [(VerifiedSignature, &PublicKey)], trust: &Trust, problems: &mut Problems) {
    let seen = seen_by_each(verified);
    for i in 0..verified.len() {
        let (before, rest) = verified.split_at_mut(i);
        let Some(((signature, _), after)) = rest.split_first_mut() else {
            break;
        };
        let others = before.iter().chain(after.iter()).map(|(other, _)| other);
        for other in others {
            let saw = signature.countersigns.contains(&other.envelope);
            let is_later = seen
                .get(&other.envelope)
                .is_some_and(|seen| seen.contains(&signature.envelope));
            if !saw && !is_later && trust.independent_roles().contains(&signature.role) {
                let message = format!(
                    "the role {} must be independent, but it does not countersign {}",
                    signature.role, other.file
                );
                problems.add(Code::NotCountersigned, Some(&signature.file), message);
                signature.trusted = false;
            }
            let (now, then) = (time::moment(signature), time::moment(other));
            if saw && now.checked_add(super::CLOCK_DIFFERENCE).is_ok_and(|now| now < then) {
                let message = format!(
                    "it was made at {now}, before {} which it countersigns, made at {then}",
                    other.file
                );
                problems.add(Code::TimeBeforeCountersigned, Some(&signature.file), message);
            }
        }
    }
}

/// For every envelope the ones its signer had in view: those it countersigns, and what their signers had in view.
fn seen_by_each(verified: &[(VerifiedSignature, &PublicKey)]) -> BTreeMap<Digest, BTreeSet<Digest>> {
    let mut seen = BTreeMap::<_, BTreeSet<_>>::new();
    // An envelope can name only what was there before it: in order of their numbers all is known when it is asked for.
    for (signature, _) in verified {
        let mut in_view = BTreeSet::new();
        for envelope in &signature.countersigns {
            in_view.insert(*envelope);
            in_view.extend(seen.get(envelope).into_iter().flatten());
        }
        seen.insert(signature.envelope, in_view);
    }
    seen
}

/// Whether every role that must have signed did, with a signature that counts.
pub(super) fn check_required(
    verified: &[VerifiedSignature],
    manifest: Option<&Manifest>,
    trust: Option<&Trust>,
    problems: &mut Problems,
) {
    let by_manifest = manifest.map_or(&[][..], |manifest| &manifest.required_signatures);
    let by_policy = trust.map_or(&[][..], Trust::required_roles);
    let only_by_policy = by_policy.iter().filter(|role| !by_manifest.contains(role));
    let required = by_manifest.iter().map(|role| ("the manifest requires", role));
    for (who, role) in required.chain(only_by_policy.map(|role| ("your policy requires", role))) {
        let has_role =
            |signature: &VerifiedSignature| signature.role == *role && (signature.trusted || trust.is_none());
        if !verified.iter().any(has_role) {
            let message = format!("{who} a signature in the role {role}, and there is no genuine one that you trust");
            problems.add(Code::MissingRole, None, message);
        }
    }
}

/// Who signed, by the id alone: names are spelled in many ways, and addresses in any case.
fn person(signature: &VerifiedSignature) -> String {
    signature
        .trusted_as
        .as_ref()
        .unwrap_or(&signature.signer)
        .id
        .to_lowercase()
}
