//! What can be sealed, and that it verifies.

use trailaudit_core::evidence::manifest::{Previous, Supersedes};
use trailaudit_core::evidence::seal::SealError;
use trailaudit_core::evidence::{AccountLeaf, Digest, Facts, InMemory, Meaning, Signer, package};

use crate::sample::{ACCOUNTS, PREPARER, Sample, complaints, content, facts, leaves, seal};

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
    let other = Sample::with(|_, _, facts| facts.as_of = "2026-11-22T02:00:01Z".parse().unwrap());
    assert_ne!(other.manifest().package_id, Sample::new().manifest().package_id);
}

#[test]
fn what_is_not_whole_cannot_be_sealed() {
    let refused = |change: &dyn Fn(&mut InMemory, &mut Vec<AccountLeaf>, &mut Facts)| {
        let (mut files, mut leaves, mut facts) = (content(), leaves(), facts());
        change(&mut files, &mut leaves, &mut facts);
        seal(&files, &leaves, facts).unwrap_err()
    };
    for path in package::REQUIRED {
        let error = refused(&|files, _, _| drop(files.remove(path)));
        assert_eq!(error, SealError::Missing(path.into()));
    }
    let refused_path = |path: &str| refused(&|files, _, _| files.insert(path, ""));
    assert!(matches!(refused_path("../x"), SealError::Unsafe { .. }));
    assert!(matches!(refused_path("RUN.jsonl"), SealError::Collision { .. }));
    assert!(matches!(refused_path("keys/x.pem"), SealError::NotListed(_)));
    assert!(matches!(refused_path("accounts/9.jsonl.gz"), SealError::NoLeaf(_)));
    let error = refused(&|_, leaves, _| leaves[1].records = Digest::of(b""));
    assert_eq!(error, SealError::RecordsOfAnother(ACCOUNTS[1].into()));
    assert_eq!(
        refused(&|_, leaves, _| leaves[1].findings = Digest::of(b"")),
        SealError::Index
    );
    let error = refused(&|_, leaves, _| leaves.push(leaves[0].clone()));
    assert_eq!(error, SealError::AccountTwice(ACCOUNTS[0].into()));
    assert_eq!(refused(&|_, _, facts| facts.coverage.planned = 4), SealError::Coverage);
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
    let later = Sample::with(|_, _, facts| {
        facts.previous = Some(Previous {
            package_id: Digest::of(b""),
            manifest_sha256: Digest::of(b""),
            sequence: 0,
        });
        facts.supersedes = Some(Supersedes {
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
