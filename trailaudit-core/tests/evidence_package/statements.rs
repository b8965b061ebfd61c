//! A manifest that is signed and wrong.

use std::collections::BTreeMap;

use trailaudit_core::evidence::accounts::{accounts_root, write_index};
use trailaudit_core::evidence::records::{self, Header};
use trailaudit_core::evidence::{AccountLeaf, Digest, Manifest, Options, merkle, package, verify};

use crate::provider::salt;
use crate::sample::{ACCOUNTS, Sample, complaints};

/// The signer signed a manifest that is wrong: the digests hold, the content does not.
#[test]
fn a_signed_untruth_is_told() {
    let told = |change: &dyn Fn(&mut Manifest)| {
        let mut sample = Sample::new();
        sample.resign(change);
        complaints(&sample.verify())
    };
    assert_eq!(told(&|_| {}), [""; 0]);
    let one = |complaint: &str| vec![complaint.to_owned()];
    assert_eq!(
        told(&|manifest| manifest.accounts_root = Digest::of(b"")),
        one("accounts-root accounts/index.jsonl")
    );
    assert_eq!(
        told(&|manifest| manifest.account_count = 4),
        one("counts accounts/index.jsonl")
    );
    assert_eq!(
        told(&|manifest| manifest.account_count = 2),
        one("counts accounts/index.jsonl")
    );
    assert_eq!(
        told(&|manifest| manifest.package_id = Digest::of(b"")),
        one("package-id manifest.json")
    );
    assert_eq!(
        told(&|manifest| manifest.coverage.planned += 1),
        ["counts manifest.json", "tables-disagree coverage.json"]
    );
    let told_counts = told(&|manifest| {
        manifest.coverage.statuses = BTreeMap::from([("denied".into(), 3)]);
        manifest
            .controls
            .get_mut("trail-logging")
            .unwrap()
            .insert("pass".into(), 3);
    });
    let expected = [
        "tables-disagree coverage.json",
        "counts coverage.csv",
        "counts coverage.csv",
        "counts findings.csv",
    ];
    for complaint in &told_counts {
        assert!(expected.contains(&complaint.as_str()), "{told_counts:?}");
    }
    assert!(
        told_counts.contains(&"counts findings.csv".to_owned()),
        "{told_counts:?}"
    );
    assert_eq!(
        told(&|manifest| manifest.genesis = false),
        one("inconsistent-manifest manifest.json")
    );
    assert_eq!(
        told(&|manifest| manifest.catalogue_sha256 = Digest::of(b"")),
        ["inconsistent-manifest manifest.json", "package-id manifest.json"]
    );
    assert_eq!(
        told(&|manifest| manifest.files.swap(0, 1)),
        one("inconsistent-manifest manifest.json")
    );
    let twice = told(&|manifest| {
        let first = manifest.files[0].clone();
        manifest.files.insert(0, first);
    });
    assert_eq!(twice, one("duplicate-path manifest.json"));
    let outside = told(&|manifest| manifest.files[0].path = "../VERIFY.md".into());
    assert!(outside.contains(&"unsafe-path manifest.json".to_owned()), "{outside:?}");
    assert!(outside.contains(&"missing-file VERIFY.md".to_owned()), "{outside:?}");
    for path in ["manifest.json", "accounts/111122223333.jsonl.gz"] {
        let itself = told(&|manifest| manifest.files.last_mut().unwrap().path = path.into());
        assert!(
            itself.contains(&"inconsistent-manifest manifest.json".to_owned()),
            "{itself:?}"
        );
    }
}

/// What the manifest says of the collection is what the records say.
#[test]
fn a_signed_provenance_that_the_records_do_not_bear_out_is_told() {
    let lies: [&dyn Fn(&mut Manifest); 5] = [
        &|manifest| manifest.organization.id = "o-other".into(),
        &|manifest| drop(manifest.scope.insert("regions".into(), "north".into())),
        &|manifest| manifest.collection.ended = "2026-11-22T01:10:01Z".parse().unwrap(),
        &|manifest| manifest.endpoint.hosts.push("kms.eu-central-1.amazonaws.com".into()),
        &|manifest| manifest.collector.caller_arn.push('x'),
    ];
    for lie in lies {
        let mut sample = Sample::new();
        sample.resign(lie);
        assert_eq!(complaints(&sample.verify()), ["provenance manifest.json"]);
    }
}

#[test]
fn accounts_index_and_records_must_agree() {
    let resealed = |path: &str, bytes: Vec<u8>| {
        let mut sample = Sample::new();
        sample.reseal(path, bytes);
        complaints(&sample.verify())
    };
    let header = |header: Header| records::write([header.to_line().unwrap()]).unwrap();
    let account = "accounts/222233334444.jsonl.gz";
    let told = resealed(account, header(Header::of_account(ACCOUNTS[1].into(), salt(7))));
    assert!(told.contains(&format!("account-records {account}")), "{told:?}");
    for path in [account, "resources/222233334444.jsonl.gz"] {
        let told = resealed(path, header(Header::of_account(ACCOUNTS[0].into(), salt(1))));
        assert!(told.contains(&format!("malformed-records {path}")), "{told:?}");
    }
    let told = resealed("organization.jsonl.gz", b"no gzip".to_vec());
    assert_eq!(told, ["malformed-records organization.jsonl.gz"]);
}

#[test]
fn an_index_that_is_signed_and_wrong_is_told() {
    let releafed = |change: &dyn Fn(&mut Vec<AccountLeaf>)| {
        let mut sample = Sample::new();
        let mut leaves = sample.leaves();
        change(&mut leaves);
        sample
            .files
            .insert(package::ACCOUNTS_INDEX, write_index(&leaves).unwrap());
        sample.resign(|manifest| {
            manifest.accounts_root = accounts_root(&leaves).unwrap();
            manifest.account_count = leaves.len() as u64;
        });
        complaints(&sample.verify())
    };
    let told = releafed(&|leaves| drop(leaves.pop()));
    assert!(
        told.contains(&"extra-file accounts/333344445555.jsonl.gz".to_owned()),
        "{told:?}"
    );
    let told = releafed(&|leaves| leaves[0].findings = Digest::of(b"[]"));
    assert_eq!(told, ["account-findings accounts/index.jsonl"]);
    let told = releafed(&|leaves| leaves[0].records = Some(Digest::of(b"")));
    assert!(
        told.contains(&"changed-file accounts/111122223333.jsonl.gz".to_owned()),
        "{told:?}"
    );
    let told = releafed(&|leaves| leaves[0].records = None);
    assert!(
        told.contains(&"malformed-index accounts/index.jsonl".to_owned()),
        "{told:?}"
    );

    let mut sample = Sample::new();
    let mut lines: Vec<_> = sample.leaves().iter().map(|leaf| leaf.to_line().unwrap()).collect();
    lines.reverse();
    sample
        .files
        .insert(package::ACCOUNTS_INDEX, [&lines.join(&b'\n')[..], b"\n"].concat());
    // Which accounts there are is not known then: no file is called superfluous, no count wrong.
    let told = complaints(&sample.verify());
    assert_eq!(
        told[..2],
        [
            "malformed-index accounts/index.jsonl",
            "accounts-root accounts/index.jsonl"
        ]
    );
    let hashes: Vec<_> = lines.iter().map(|line| merkle::leaf_hash(line)).collect();
    sample.resign(|manifest| manifest.accounts_root = merkle::root(&hashes));
    let told = complaints(&sample.verify());
    assert_eq!(told[0], "malformed-index accounts/index.jsonl");
    for wrong in [
        "accounts-root",
        "truncated-file",
        "extra-file",
        "package-id",
        "counts accounts",
    ] {
        assert!(!told.iter().any(|told| told.starts_with(wrong)), "{wrong}: {told:?}");
    }
}

/// A manifest that is wrong about what is there is not taken for a file that is.
#[test]
fn a_size_that_is_wrong_in_the_manifest_is_told_as_such() {
    let mut sample = Sample::new();
    sample.resign(|manifest| manifest.files[0].size += 1);
    assert_eq!(complaints(&sample.verify())[0], "inconsistent-manifest manifest.json");
}

/// Both forms of a table say the same, in the catalogue's words.
#[test]
fn tables_that_are_signed_and_disagree_are_told() {
    for (path, from, to, complaint) in [
        ("findings.csv", "\"pass\"", "\"fail\"", "tables-disagree findings.csv"),
        (
            "findings.csv",
            "\"'=account",
            "\"=account",
            "tables-disagree findings.csv",
        ),
        (
            "findings.json",
            "\"severity\":\"",
            "\"severity\":\"x",
            "tables-disagree findings.json",
        ),
        (
            "findings.json",
            "{\"account_id\"",
            "{ \"account_id\"",
            "tables-disagree findings.json",
        ),
        (
            "coverage.csv",
            "\"reached\"",
            "\"denied\"",
            "tables-disagree coverage.csv",
        ),
        (
            "coverage.json",
            "\"planned\":",
            "\"planned\": ",
            "tables-disagree coverage.json",
        ),
        (
            "catalogue.json",
            "\"severity\":\"",
            "\"severity\":\"x",
            "tables-disagree findings.json",
        ),
        (
            "catalogue.json",
            "{\"format\"",
            "{ \"format\"",
            "malformed-catalogue catalogue.json",
        ),
    ] {
        let mut sample = Sample::new();
        let text = String::from_utf8(sample.files.bytes(path).unwrap().to_vec()).unwrap();
        let changed = text.replacen(from, to, 1);
        assert_ne!(text, changed, "{path}: {from}");
        sample.reseal(path, changed.into_bytes());
        let told = complaints(&sample.verify());
        assert!(told.contains(&complaint.to_owned()), "{path} {from}: {told:?}");
    }
}

#[test]
fn a_simulated_package_is_refused_unless_allowed() {
    let sample = Sample::with(|_, _, provenance| provenance.endpoint.simulated = true);
    assert_eq!(complaints(&sample.verify()), ["simulated manifest.json"]);
    let trust = sample.trust();
    let allowed = Options::default().trust(&trust).allow_simulated(true);
    assert!(verify(&sample.files, &allowed).is_verified());
}

/// What is signed as the provider's own has to be: who verifies knows its hosts.
#[test]
fn records_from_other_hosts_than_the_providers_are_simulated() {
    fn is_own(host: &str) -> bool {
        host.ends_with(".amazonaws.com")
    }
    let from = |host: &str| {
        let sample = Sample::with(|_, _, facts| {
            facts.endpoint.hosts = vec![host.to_owned()];
            facts.endpoint.simulated = false;
        });
        let trust = sample.trust();
        let options = Options::default().trust(&trust);
        [options, options.own_hosts(is_own)].map(|options| complaints(&verify(&sample.files, &options)))
    };
    let (none, simulated) = (Vec::<String>::new(), vec!["simulated manifest.json".to_owned()]);
    assert_eq!(from("cloudtrail.us-east-1.amazonaws.com"), [none.clone(), none.clone()]);
    assert_eq!(from("cloudtrail.example.com"), [none, simulated.clone()]);
    for near in ["LOCALHOST:9", "127.0.0.1:80", "[::1]:80"] {
        assert_eq!(from(near), [simulated.clone(), simulated.clone()], "{near}");
    }
}
