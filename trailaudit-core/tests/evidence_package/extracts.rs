//! One account shown without the others.

use serde_json::{Value, json};
use trailaudit_core::evidence::accounts::{accounts_root, write_index};
use trailaudit_core::evidence::merkle::{inclusion_proof, leaf_hash};
use trailaudit_core::evidence::package::{ACCOUNTS_INDEX, account_findings};
use trailaudit_core::evidence::{
    Digest, ExtractError, Files as _, InMemory, NotSignable, Options, Signable, extract, jcs,
};

use crate::provider::account_file;
use crate::sample::{ACCOUNTS, PREPARER, Sample, complaints};

fn extracted(sample: &Sample, account: &str) -> InMemory {
    let mut out = InMemory::default();
    extract(&sample.files, &account.into(), &mut out).unwrap();
    out
}

#[test]
fn an_extract_of_every_account_verifies_and_shows_no_other() {
    let sample = Sample::reviewed();
    for account in ACCOUNTS {
        let files = extracted(&sample, account);
        let report = sample.verify_with(&files);
        assert!(report.is_verified(), "{:?}", report.problems);
        let shown = report.extract.unwrap();
        assert_eq!(shown.account.as_str(), account);
        let done = shown.reperformed.unwrap();
        // That a Region is not covered by others rests on the list of accounts, which is not the account's own record.
        assert!(
            done.findings + done.attested == shown.findings && done.attested <= 1,
            "{done:?}"
        );
        assert_eq!(report.signatures.len(), 2);
        // The manifest names who manages the organization and who asked; nothing else names anybody.
        for entry in files
            .paths()
            .unwrap()
            .iter()
            .filter(|entry| entry.path != "manifest.json")
        {
            let text = String::from_utf8_lossy(files.bytes(&entry.path).unwrap());
            for other in ACCOUNTS.into_iter().filter(|other| *other != account) {
                assert!(!text.contains(other) && !entry.path.contains(other), "{}", entry.path);
            }
        }
    }
}

#[test]
fn whatever_is_changed_in_an_extract_is_told() {
    let sample = Sample::reviewed();
    let files = extracted(&sample, ACCOUNTS[1]);
    for entry in files.paths().unwrap() {
        let path = entry.path.as_str();
        let length = files.bytes(path).unwrap().len();
        for i in (0..length).step_by(1 + length / 200) {
            let mut changed = files.clone();
            changed.bytes_mut(path).unwrap()[i] ^= 1;
            assert!(!sample.verify_with(&changed).is_verified(), "byte {i} of {path}");
        }
        let mut without = files.clone();
        without.remove(path);
        assert!(!sample.verify_with(&without).is_verified(), "without {path}");
    }
    let mut more = files.clone();
    more.insert("findings.csv", sample.files.bytes("findings.csv").unwrap());
    assert_eq!(complaints(&sample.verify_with(&more)), ["extra-file findings.csv"]);
}

/// The proof of another account, of another place, or of another tree.
#[test]
fn a_proof_shows_one_account_in_one_place() {
    let sample = Sample::new();
    let mine = extracted(&sample, ACCOUNTS[0]);
    let other = extracted(&sample, ACCOUNTS[1]);
    let mut swapped = mine.clone();
    swapped.insert("proof.json", other.bytes("proof.json").unwrap());
    assert!(complaints(&sample.verify_with(&swapped)).contains(&"inclusion-proof proof.json".to_owned()));
    let text = String::from_utf8(mine.bytes("proof.json").unwrap().to_vec()).unwrap();
    for (from, to) in [
        ("\"index\":0", "\"index\":1"),
        ("\"size\":3", "\"size\":4"),
        ("\"size\":3", "\"size\":2"),
    ] {
        let mut changed = mine.clone();
        changed.insert("proof.json", text.replace(from, to));
        assert_eq!(
            complaints(&sample.verify_with(&changed)),
            ["inclusion-proof proof.json"],
            "{to}"
        );
    }
}

#[test]
fn nothing_is_extracted_from_what_does_not_hold() {
    let refused =
        |sample: &Sample, account: &str| extract(&sample.files, &account.into(), &mut InMemory::default()).unwrap_err();
    let sample = Sample::new();
    assert!(matches!(refused(&sample, "999999999999"), ExtractError::NoAccount(_)));
    let mut changed = Sample::new();
    changed
        .files
        .insert("accounts/222233334444.jsonl.gz", account_file(ACCOUNTS[1], 1, true));
    assert!(matches!(refused(&changed, ACCOUNTS[1]), ExtractError::Changed(_)));
    changed.files = extracted(&sample, ACCOUNTS[0]);
    assert!(matches!(refused(&changed, ACCOUNTS[0]), ExtractError::IsExtract));
}

/// Its manifest is that of the whole package, where the signature would count.
#[test]
fn an_extract_is_not_signed() {
    let sample = Sample::reviewed();
    let check = |files: &InMemory| Signable::check(files, &Options::default()).err();
    assert_eq!(check(&sample.files), None);
    let mut one = extracted(&sample, ACCOUNTS[0]);
    assert_eq!(check(&one), Some(NotSignable::IsExtract));
    // Nor is one whose proof is wrong or gone.
    one.insert("proof.json", b"{}");
    assert_eq!(check(&one), Some(NotSignable::IsExtract));
    one.remove("proof.json");
    assert!(matches!(check(&one), Some(NotSignable::DoesNotHold(_))));
}

/// Of a signer who does not tell the truth an extract is told as much as it can show.
#[test]
fn what_is_signed_and_made_up_is_told_of_an_extract() {
    let mut sample = Sample::new();
    sample.reseal("verify.sh", b"echo VERIFIED".to_vec());
    let told = complaints(&sample.verify_with(&extracted(&sample, ACCOUNTS[1])));
    assert_eq!(told, ["instructions-revised verify.sh"]);

    let made_up = |change: &dyn Fn(&mut Vec<Value>)| {
        let sample = Sample::new();
        let mut files = extracted(&sample, ACCOUNTS[1]);
        let path = account_findings(&ACCOUNTS[1].into());
        let mut rows: Vec<Value> = serde_json::from_slice(files.bytes(&path).unwrap()).unwrap();
        change(&mut rows);
        let bytes = jcs::to_canonical(&rows).unwrap();
        let mut sample = sample;
        // All of the package that an extract shows goes along with it.
        let mut leaves = sample.leaves();
        leaves[1].findings = Digest::of(&bytes);
        sample.files.insert(ACCOUNTS_INDEX, write_index(&leaves).unwrap());
        sample.resign(|manifest| manifest.accounts_root = accounts_root(&leaves).unwrap());
        let hashes: Vec<_> = leaves.iter().map(|leaf| leaf_hash(&leaf.to_line().unwrap())).collect();
        let mut proof: Value = serde_json::from_slice(files.bytes("proof.json").unwrap()).unwrap();
        proof["path"] = json!(inclusion_proof(&hashes, 1).unwrap());
        for (name, bytes) in [
            (path.as_str(), bytes),
            ("proof.json", jcs::to_canonical(&proof).unwrap()),
            (ACCOUNTS_INDEX, write_index(&leaves[1..2]).unwrap()),
            ("manifest.json", sample.files.bytes("manifest.json").unwrap().to_vec()),
            (PREPARER, sample.files.bytes(PREPARER).unwrap().to_vec()),
        ] {
            files.insert(name, bytes);
        }
        complaints(&sample.verify_with(&files))
    };
    let path = account_findings(&ACCOUNTS[1].into());
    let (tables, differs) = (
        format!("tables-disagree {path}"),
        format!("reperformance-differs {path}"),
    );
    assert_eq!(made_up(&|_| {}), [""; 0]);
    assert_eq!(made_up(&|rows| rows[0]["verdict"] = "superb".into()), [tables.as_str()]);
    assert_eq!(made_up(&|rows| rows.insert(0, rows[0].clone())), [tables.as_str()]);
    assert_eq!(made_up(&|rows| rows.reverse()), [tables.as_str()]);
    let decided = |rows: &mut Vec<Value>, change: &dyn Fn(&mut Value)| {
        let row = rows
            .iter_mut()
            .find(|row| row["verdict"] == "pass" || row["verdict"] == "fail");
        change(row.unwrap());
    };
    let without_evidence = made_up(&|rows| {
        decided(rows, &|row| {
            row["evidence"] = json!([]);
            row["reason"] = "all is well".into();
        });
    });
    assert!(without_evidence.contains(&differs), "{without_evidence:?}");
    let turned = made_up(&|rows| {
        decided(rows, &|row| {
            row["verdict"] = if row["verdict"] == "pass" { "fail" } else { "pass" }.into();
        });
    });
    assert!(turned.contains(&differs), "{turned:?}");
}
