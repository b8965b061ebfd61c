//! A signed package, and everything that can be done to it: whatever is changed, `verify` and `verify.sh` refuse it,
//! and say which file it is.

use std::fs;
use std::os::unix::fs::symlink;

use tempfile::TempDir;

use crate::package::copy;
use crate::signed::Signed;

/// The middle of every file; of the signature, more. That no byte at all can be changed is shown where a package lies in
/// memory, with the library.
#[test]
fn one_changed_byte_is_found_in_every_file() {
    let signed = Signed::new();
    for file in signed.files() {
        let bytes = fs::read(signed.path(&file)).unwrap();
        let step = if file.starts_with("signatures/") {
            211
        } else {
            bytes.len()
        };
        for place in (bytes.len() / 2 % step..bytes.len()).step_by(step) {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            fs::write(signed.path(&file), &changed).unwrap();
            signed.refused(&file, &format!("byte {place} changed"));
        }
        fs::write(signed.path(&file), &bytes).unwrap();
    }
    assert_eq!(signed.verify(), (0, Vec::new()), "it was put right again");
}

#[test]
fn a_deleted_or_cut_file_is_found() {
    let signed = Signed::new();
    for file in signed.files() {
        let bytes = fs::read(signed.path(&file)).unwrap();
        let length = bytes.len() - 1;
        fs::write(signed.path(&file), &bytes[..length]).unwrap();
        signed.refused(&file, &format!("cut to {length} bytes"));
        fs::remove_file(signed.path(&file)).unwrap();
        signed.refused(&file, "deleted");
        fs::write(signed.path(&file), &bytes).unwrap();
    }
}

/// One byte more at the end: JSON, gzip and PEM readers like to overlook it.
#[test]
fn a_longer_file_is_found() {
    let signed = Signed::new();
    for file in signed.files() {
        let bytes = fs::read(signed.path(&file)).unwrap();
        fs::write(signed.path(&file), [&bytes[..], b"\n"].concat()).unwrap();
        signed.refused(&file, "one line end more");
        fs::write(signed.path(&file), &bytes).unwrap();
    }
}

#[test]
fn a_file_too_many_is_found() {
    let signed = Signed::new();
    let signature = signed
        .files()
        .into_iter()
        .find(|file| file.starts_with("signatures/"))
        .unwrap();
    let bundle = fs::read(signed.path(&signature)).unwrap();
    let extra: [(&str, &[u8]); 9] = [
        ("note.txt", b"hello"),
        (".hidden", b""),
        ("accounts/999999999999.jsonl.gz", b""),
        ("accounts/deep/er/x", b""),
        ("keys/note.txt", b"hello"),
        (
            "keys/0000000000000000000000000000000000000000000000000000000000000000.pem",
            b"hello",
        ),
        ("signatures/note.txt", b"hello"),
        ("signatures/02-reviewer.sigstore.json", b"{}"),
        ("signatures/02-preparer.sigstore.json", &bundle[1..]),
    ];
    for (file, bytes) in extra {
        fs::create_dir_all(signed.path(file).parent().unwrap()).unwrap();
        fs::write(signed.path(file), bytes).unwrap();
        signed.refused(file, "added");
        fs::remove_file(signed.path(file)).unwrap();
    }
    fs::remove_dir_all(signed.path("accounts/deep")).unwrap();
    symlink("findings.csv", signed.path("link.csv")).unwrap();
    signed.refused("link.csv", "a link added");
    fs::remove_file(signed.path("link.csv")).unwrap();
    assert_eq!(signed.verify(), (0, Vec::new()), "it was put right again");
}

/// A link to the very same bytes is not the file.
#[test]
fn a_link_in_place_of_a_file_is_found() {
    let signed = Signed::new();
    fs::rename(signed.path("findings.csv"), signed.scratch.path().join("findings.csv")).unwrap();
    symlink("../findings.csv", signed.path("findings.csv")).unwrap();
    signed.refused("findings.csv", "replaced by a link");
}

/// The records of one account under another's name, and two packages mixed.
#[test]
fn exchanged_files_are_found() {
    let (signed, other) = (Signed::new(), Signed::new());
    let (one, two) = ("accounts/333333333333.jsonl.gz", "accounts/444444444444.jsonl.gz");
    fs::rename(signed.path(one), signed.path("swap")).unwrap();
    fs::rename(signed.path(two), signed.path(one)).unwrap();
    fs::rename(signed.path("swap"), signed.path(two)).unwrap();
    signed.refused(one, "exchanged");
    for file in signed.files().iter().filter(|file| !file.starts_with("keys/")) {
        let mixed = Signed {
            scratch: TempDir::new().unwrap(),
        };
        copy(other.scratch.path(), mixed.scratch.path());
        if fs::read(mixed.path(file)).ok() == fs::read(signed.path(file)).ok() || file.starts_with("signatures/") {
            continue;
        }
        fs::copy(signed.path(file), mixed.path(file)).unwrap();
        mixed.refused(file, "taken from another package");
    }
}
