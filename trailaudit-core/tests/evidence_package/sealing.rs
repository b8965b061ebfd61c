//! What can be sealed, and that it verifies.

use trailaudit_core::evidence::manifest::{Previous, Supersedes};
use trailaudit_core::evidence::seal::SealError;
use trailaudit_core::evidence::{AccountLeaf, Digest, Facts, Manifest, Meaning, Seal, Signer, package};

use crate::provider::{Plain, account_file, records};
use crate::sample::{ACCOUNTS, PREPARER, Sample, complaints, draft, facts};

#[test]
fn a_sealed_and_signed_package_verifies() {
    let sample = Sample::reviewed();
    let report = sample.verify();
    assert_eq!(complaints(&report), [""; 0]);
    assert!(report.is_verified());
    let [preparer, reviewer] = &report.signatures[..] else {
        panic!("{:?}", report.signatures)
    };
    assert_eq!(
        (preparer.file.as_str(), preparer.role.as_str(), preparer.trusted),
        (PREPARER, "preparer", true)
    );
    assert_eq!(preparer.signer.printed_name, "Ada Lovelace");
    assert_eq!(preparer.key, sample.preparer.public_key().fingerprint());
    assert_eq!(reviewer.meaning, Meaning::Review);
    assert_eq!(reviewer.countersigns, [preparer.envelope]);
    assert_eq!(report.manifest.unwrap().account_count, 3);
}

#[test]
fn the_same_content_gives_the_same_manifest() {
    let manifest = |sample: &Sample| sample.files.bytes("manifest.json").unwrap().to_vec();
    assert_eq!(manifest(&Sample::new()), manifest(&Sample::new()));
    let text = String::from_utf8(manifest(&Sample::new())).unwrap();
    assert!(
        text.contains(r#""format":"trailaudit.manifest/v1","genesis":true"#),
        "{text}"
    );
    assert!(text.contains(r#""retainUntil":"2034-12-31""#), "{text}");
    let other = Sample::with(|_, draft, _| draft.as_of = Some("2026-11-22T02:00:01Z".parse().unwrap()));
    assert_ne!(other.manifest().package_id, Sample::new().manifest().package_id);
}

#[test]
fn what_is_not_whole_cannot_be_sealed() {
    type Listed = Vec<(String, u64, Digest)>;
    let refused = |change: &dyn Fn(&mut Listed, &mut Vec<AccountLeaf>, &mut Facts)| {
        let sample = Sample::new();
        let manifest = sample.manifest();
        let mut files: Vec<_> = manifest
            .files
            .iter()
            .map(|f| (f.path.clone(), f.size, f.sha256))
            .collect();
        let (mut leaves, mut facts) = (sample.leaves(), facts_of(&manifest));
        change(&mut files, &mut leaves, &mut facts);
        let mut seal = Seal::new(facts);
        let mut fill = || -> Result<(), SealError> {
            files
                .iter()
                .try_for_each(|(path, size, sha256)| seal.file(path, *size, *sha256))?;
            leaves.drain(..).try_for_each(|leaf| seal.leaf(leaf))
        };
        fill().and_then(|()| seal.manifest().map(drop)).unwrap_err()
    };
    for path in package::REQUIRED {
        let error = refused(&|files, _, _| files.retain(|(there, _, _)| there != path));
        assert_eq!(error, SealError::Missing(path.into()));
    }
    let refused_path = |path: &str| refused(&|files, _, _| files.push((path.into(), 0, Digest::of(b""))));
    assert!(matches!(refused_path("../x"), SealError::Unsafe { .. }));
    assert!(matches!(refused_path("RUN.jsonl"), SealError::Collision { .. }));
    for path in [
        "keys/x.pem",
        "accounts/9.jsonl.gz",
        "resources/9.jsonl.gz",
        "manifest.json",
        "proof.json",
    ] {
        assert!(matches!(refused_path(path), SealError::NotListed(_)), "{path}");
    }
    let error = refused(&|_, leaves, _| leaves.push(leaves[0].clone()));
    assert_eq!(error, SealError::AccountTwice(ACCOUNTS[0].into()));
    assert_eq!(refused(&|_, _, facts| facts.coverage.planned += 1), SealError::Coverage);
}

#[test]
fn nothing_is_sealed_over_what_is_no_record() {
    let refused = |path: &str, bytes: &[u8]| {
        let mut files = records();
        files.insert(path, bytes);
        let provider = Plain { provenance: facts() };
        draft().seal(&mut files, &provider).err().unwrap().to_string()
    };
    assert!(refused("notes.txt", b"").contains("notes.txt"));
    assert!(refused("accounts/9.jsonl.gz", b"no gzip").starts_with("accounts/9.jsonl.gz: "));
    let of_another = account_file(ACCOUNTS[0], 0, true);
    assert!(refused("accounts/9.jsonl.gz", &of_another).starts_with("accounts/9.jsonl.gz: "));
}

fn facts_of(manifest: &Manifest) -> Facts {
    let manifest = manifest.clone();
    Facts {
        organization: manifest.organization,
        scope: manifest.scope,
        as_of: manifest.as_of,
        collection: manifest.collection,
        tool: manifest.tool,
        endpoint: manifest.endpoint,
        collector: manifest.collector,
        coverage: manifest.coverage,
        controls: manifest.controls,
        required_signatures: manifest.required_signatures,
        previous: manifest.previous,
        supersedes: manifest.supersedes,
        retain_until: manifest.retain_until,
    }
}

/// The names of version 1: whoever changes them breaks every package that was signed.
#[test]
fn the_manifest_has_the_frozen_names() {
    let sample = Sample::new();
    let manifest: serde_json::Value = serde_json::from_slice(sample.files.bytes("manifest.json").unwrap()).unwrap();
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(
        keys(&manifest),
        "accountCount accountsRoot asOf baselineSha256 catalogueSha256 collection collector controls coverage \
         endpoint files format genesis organization packageId requiredSignatures retainUntil scope tool"
    );
    assert_eq!(keys(&manifest["files"][0]), "path sha256 size");
    assert_eq!(keys(&manifest["organization"]), "id managementAccount");
    assert_eq!(keys(&manifest["collection"]), "ended started");
    assert_eq!(keys(&manifest["collector"]), "callerArn");
    assert_eq!(keys(&manifest["coverage"]), "planned statuses");
    assert_eq!(keys(&manifest["endpoint"]), "hosts simulated");
    assert_eq!(manifest["asOf"], "2026-11-22T02:00:00Z");
    assert_eq!(manifest["genesis"], true);
    let later = Sample::with(|_, draft, _| {
        draft.previous = Some(Previous {
            package_id: Digest::of(b""),
            manifest_sha256: Digest::of(b""),
            sequence: 0,
        });
        draft.supersedes = Some(Supersedes {
            package_id: Digest::of(b""),
            reason: "a typing error".into(),
        });
    });
    assert!(later.verify().is_verified());
    let manifest: serde_json::Value = serde_json::from_slice(later.files.bytes("manifest.json").unwrap()).unwrap();
    assert_eq!(manifest.get("genesis"), None);
    assert_eq!(keys(&manifest["previous"]), "manifestSha256 packageId sequence");
    assert_eq!(keys(&manifest["supersedes"]), "packageId reason");
}
