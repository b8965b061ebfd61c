//! A manifest that is signed and wrong.

use std::collections::BTreeMap;

use trailaudit_core::evidence::accounts::write_index;
use trailaudit_core::evidence::records::{self, Header};
use trailaudit_core::evidence::{Digest, Manifest, Options, verify};

use crate::sample::{ACCOUNTS, Sample, complaints, leaves, salt};

/// The signer signed a manifest that is wrong: the digests hold, the content does not.
#[test]
fn a_signed_untruth_is_told() {
    let told = |change: &dyn Fn(&mut Manifest)| {
        let mut sample = Sample::new();
        sample.resign(change);
        complaints(&sample.verify())
    };
    assert_eq!(told(&|_| {}), [""; 0]);
    assert_eq!(
        told(&|manifest| manifest.accounts_root = Digest::of(b"")),
        ["accounts-root accounts/index.jsonl"]
    );
    assert_eq!(
        told(&|manifest| manifest.account_count = 4),
        ["counts accounts/index.jsonl"]
    );
    assert_eq!(
        told(&|manifest| manifest.package_id = Digest::of(b"")),
        ["package-id manifest.json"]
    );
    assert_eq!(
        told(&|manifest| manifest.coverage.planned = 4),
        ["counts manifest.json"]
    );
    let told_counts = told(&|manifest| {
        manifest.coverage.statuses = BTreeMap::from([("reached".into(), 3)]);
        manifest.controls.get_mut("a").unwrap().insert("pass".into(), 2);
    });
    assert_eq!(
        told_counts,
        ["counts coverage.csv", "counts coverage.csv", "counts findings.csv"]
    );
    assert_eq!(
        told(&|manifest| manifest.genesis = false),
        ["inconsistent-manifest manifest.json"]
    );
    assert_eq!(
        told(&|manifest| manifest.catalogue_sha256 = Digest::of(b"")),
        ["inconsistent-manifest manifest.json", "package-id manifest.json"]
    );
    assert_eq!(
        told(&|manifest| manifest.files.swap(0, 1)),
        ["inconsistent-manifest manifest.json"]
    );
    let twice = told(&|manifest| {
        let first = manifest.files[0].clone();
        manifest.files.insert(0, first);
    });
    assert_eq!(twice, ["duplicate-path manifest.json"]);
    let outside = told(&|manifest| manifest.files[0].path = "../VERIFY.md".into());
    assert!(outside.contains(&"unsafe-path manifest.json".to_owned()), "{outside:?}");
    assert!(outside.contains(&"missing-file VERIFY.md".to_owned()), "{outside:?}");
    let itself = told(&|manifest| manifest.files.last_mut().unwrap().path = "manifest.json".into());
    assert!(
        itself.contains(&"inconsistent-manifest manifest.json".to_owned()),
        "{itself:?}"
    );
}

#[test]
fn accounts_index_and_records_must_agree() {
    let relist = |sample: &mut Sample, path: &str, bytes: Vec<u8>| {
        sample.resign(|manifest| {
            let file = manifest.files.iter_mut().find(|file| file.path == path).unwrap();
            (file.size, file.sha256) = (bytes.len() as u64, Digest::of(&bytes));
            let (catalogue, baseline) = (manifest.catalogue_sha256, manifest.baseline_sha256);
            manifest.package_id =
                Manifest::package_id_of(&manifest.files, &catalogue, &baseline, manifest.as_of).unwrap();
        });
        sample.files.insert(path, bytes);
        complaints(&sample.verify())
    };
    let account = "accounts/222233334444.jsonl.gz";
    let header = |header: Header| records::write([header.to_line().unwrap()]).unwrap();
    let other_salt = header(Header::of_account(ACCOUNTS[1].into(), salt(9)));
    let told = relist(&mut Sample::new(), account, other_salt);
    assert_eq!(
        told,
        [
            format!("account-records {account}"),
            format!("account-records {account}")
        ]
    );
    let told = relist(
        &mut Sample::new(),
        account,
        header(Header::of_account(ACCOUNTS[0].into(), salt(1))),
    );
    assert_eq!(
        told,
        [
            format!("malformed-records {account}"),
            format!("account-records {account}")
        ]
    );
    let told = relist(&mut Sample::new(), "organization.jsonl.gz", b"no gzip".to_vec());
    assert_eq!(told, ["malformed-records organization.jsonl.gz"]);
    let resources = "resources/222233334444.jsonl.gz";
    let told = relist(
        &mut Sample::new(),
        resources,
        header(Header::of_resources(ACCOUNTS[0].into())),
    );
    assert_eq!(told, [format!("malformed-records {resources}")]);

    let index = "accounts/index.jsonl";
    let mut fewer = leaves();
    fewer.pop();
    let told = relist(&mut Sample::new(), index, write_index(&fewer).unwrap());
    let expected = [
        &format!("accounts-root {index}"),
        &format!("counts {index}"),
        "account-records accounts/333344445555.jsonl.gz",
    ];
    assert_eq!(told, expected);
    let mut lines: Vec<_> = leaves().iter().map(|leaf| leaf.to_line().unwrap()).collect();
    lines.reverse();
    let told = relist(&mut Sample::new(), index, [&lines.join(&b'\n')[..], b"\n"].concat());
    assert_eq!(told, [format!("malformed-index {index}")]);
}

#[test]
fn a_simulated_package_is_refused_unless_allowed() {
    let sample = Sample::with(|_, _, facts| facts.endpoint.simulated = true);
    assert_eq!(complaints(&sample.verify()), ["simulated manifest.json"]);
    let allowed = Options::default().allow_simulated(true);
    assert!(verify(&sample.files, Some(&sample.trust()), allowed, None).is_verified());
}
