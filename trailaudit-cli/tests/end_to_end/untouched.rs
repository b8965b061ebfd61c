//! What no command changes: a package that is sealed, and files that are not its own. And how keys that cannot be used are
//! told.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::package::files;
use crate::signed::{NOT_VERIFIED, Signed, verification};
use crate::support::{told, trailaudit};

const MANAGEMENT: &str = "111111111111";
const VERIFY: [&str; 5] = ["verify", "package", "--allow-simulated", "--key", "key.pub.pem"];

fn run(scratch: &Path, arguments: &[&str], code: i32) -> Output {
    let output = trailaudit(scratch).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", told(&output));
    output
}

fn refused(scratch: &Path, arguments: &[&str], code: i32, words: &[&str]) -> String {
    let stderr = String::from_utf8(run(scratch, arguments, code).stderr).unwrap();
    // Long lines are wrapped.
    let said = stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in words {
        assert!(said.contains(words), "{arguments:?}, {words}: {stderr}");
    }
    said
}

fn snapshot(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let names = files(folder).into_iter();
    names
        .map(|name| (name.clone(), fs::read(folder.join(name)).unwrap()))
        .collect()
}

fn openssl(scratch: &Path, arguments: &str) {
    let mut command = Command::new("openssl");
    let output = command
        .args(arguments.split(' '))
        .current_dir(scratch)
        .output()
        .unwrap();
    assert!(output.status.success(), "openssl {arguments}: {}", told(&output));
}

fn sign(scratch: &Path, package: &str, key: &str, code: i32) -> Output {
    let reviewer = ["--role", "reviewer", "--meaning", "review", "--name", key];
    let key = format!("file:{key}.pem");
    let command = ["sign", package, "--allow-simulated", "--key", &key];
    run(scratch, &[&command[..], &reviewer].concat(), code)
}

/// Before anything is read or asked: what the commands would read is not there.
#[test]
fn nothing_is_written_into_a_package() {
    let signed = Signed::new();
    let scratch = signed.scratch.path();
    run(
        scratch,
        &["extract", "package", "--account", MANAGEMENT, "--out", "extract"],
        0,
    );
    let before = snapshot(scratch);
    let commands: [&[&str]; 17] = [
        &[
            "verify",
            "package",
            "--key",
            "none",
            "--render",
            "package/manifest.json",
        ],
        &[
            "verify",
            "package",
            "--key",
            "none",
            "--render",
            "package/pages/new.html",
        ],
        &["verify", "none", "--render", "extract/new.html"],
        &["verify", "none", "--chain", "package", "--render", "package/new.html"],
        &["extract", "package", "--account", MANAGEMENT, "--out", "package/new"],
        &["extract", "none", "--account", MANAGEMENT, "--out", "package/new"],
        &["audit", "--config", "none", "--out", "package/new"],
        &["audit", "--resume", "--out", "package/accounts"],
        &["collect", "--config", "none", "--out", "package/new"],
        &["merge", "none", "--out", "package/new"],
        &["assess", "package", "--config", "none", "--out", "package/new"],
        &["assess", "none", "--out", "extract/new"],
        &["report", "none", "--format", "junit", "--out", "package/new.xml"],
        &["keygen", "--out", "package/new.pem"],
        &["init", "--out", "package/findings.json", "--overwrite"],
        &["man", "--out", "package/new"],
        &["demo", "--out", "package/new"],
    ];
    for arguments in commands {
        refused(
            scratch,
            arguments,
            2,
            &[" lies in the package", "a package must not change"],
        );
        assert_eq!(snapshot(scratch), before, "{arguments:?}");
    }
    run(scratch, &VERIFY, 0);
}

#[test]
fn a_signature_page_is_written_over_no_other_file() {
    let signed = Signed::new();
    let scratch = signed.scratch.path();
    let key = "name = \"Ada Lovelace\"\nid = \"ada@example.org\"\nroles = [\"preparer\"]\nkey-file = \"key.pub.pem\"\n";
    let policy = format!("format = \"trailaudit.trust/v1\"\n[[signer]]\n{key}");
    fs::write(scratch.join("trust.toml"), &policy).unwrap();
    fs::write(scratch.join("mine.html"), "<title>Signatures of mine</title>").unwrap();
    let trusted = ["verify", "package", "--allow-simulated", "--trust", "trust.toml"];
    let before = snapshot(scratch);
    for file in ["trust.toml", "key.pub.pem", "mine.html"] {
        let render = [&trusted[..], &["--key", "key.pub.pem", "--render", file]].concat();
        refused(scratch, &render, 1, &[&format!("{file} is there already")]);
        assert_eq!(snapshot(scratch), before, "{file}");
    }

    let page = scratch.join("page.html");
    let render = [&trusted[..], &["--render", "page.html"]].concat();
    run(scratch, &render, 0);
    let first = fs::read(&page).unwrap();
    // An older one, as far as it says.
    fs::write(&page, [&first[..], b"<!-- older -->"].concat()).unwrap();
    run(scratch, &render, 0);
    assert_eq!(fs::read(&page).unwrap(), first);
    // With nothing in it nothing is lost.
    fs::write(&page, "").unwrap();
    run(scratch, &render, 0);
    assert_eq!(fs::read(&page).unwrap(), first);
}

/// The signature is in the package then: nobody could sign again.
#[test]
fn a_signature_counts_without_its_page() {
    let signed = Signed::new();
    let scratch = signed.scratch.path();
    for key in ["two.pem", "three.pem"] {
        run(scratch, &["keygen", "--out", key], 0);
    }
    let page = scratch.join("package.signatures.html");
    let without_page = |key: &str| {
        let output = sign(scratch, "package", key, 0);
        let stderr = String::from_utf8_lossy(&output.stderr);
        for words in [
            "WARN",
            "the signature page was not written: package.signatures.html is there already",
            "`trailaudit verify package --key SIGNER.pub.pem --render FILE` makes it",
        ] {
            assert!(stderr.contains(words), "{words}: {stderr}");
        }
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(stdout.contains("-reviewer.sigstore.json") && stdout.contains("page         not written"));
    };
    fs::create_dir(&page).unwrap();
    without_page("other");
    fs::remove_dir(&page).unwrap();
    fs::write(&page, "mine").unwrap();
    without_page("two");
    assert_eq!(fs::read(&page).unwrap(), b"mine");

    fs::remove_file(&page).unwrap();
    let output = sign(scratch, "package", "three", 0);
    assert!(output.stderr.is_empty(), "{}", told(&output));
    let read = || fs::read_to_string(&page).unwrap();
    assert!(["other", "two", "three"].iter().all(|name| read().contains(name)));
    run(scratch, &["keygen", "--out", "four.pem"], 0);
    sign(scratch, "package", "four", 0);
    assert!(read().contains("5. four"));

    let keys = ["other", "two", "three", "four"].map(|name| format!("{name}.pub.pem"));
    let keys: Vec<_> = keys.iter().flat_map(|key| ["--key", key]).collect();
    run(scratch, &[&VERIFY[..], &keys].concat(), 0);
}

/// Its manifest is that of the whole package, where the signature would count.
#[test]
fn an_extract_is_not_signed() {
    let signed = Signed::new();
    let scratch = signed.scratch.path();
    run(
        scratch,
        &["extract", "package", "--account", MANAGEMENT, "--out", "one"],
        0,
    );
    let before = snapshot(scratch);
    let stderr = String::from_utf8(sign(scratch, "one", "other", 1).stderr).unwrap();
    let said = stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "one: this is the extract of one account",
        "a signature speaks about all",
        "sign the package itself",
    ] {
        assert!(said.contains(words), "{words}: {stderr}");
    }
    assert_eq!(snapshot(scratch), before);
    sign(scratch, "package", "other", 0);
}

#[test]
fn a_key_may_be_trusted_without_an_end() {
    let signed = Signed::new();
    let scratch = signed.scratch.path();
    let verify = ["verify", "package", "--allow-simulated", "--trust", "trust.toml"];
    for (bound, code) in [
        ("not-after = 9999-12-31T23:59:59Z", 0),
        ("not-after = \"9999-12-31T23:59:59-12:00\"", 0),
        ("not-before = 0000-01-01T00:00:00Z", 0),
        ("not-before = 9999-12-31T23:59:59Z", NOT_VERIFIED),
    ] {
        let policy = format!(
            "format = \"trailaudit.trust/v1\"\n[[signer]]\nname = \"Ada Lovelace\"\nid = \"ada@example.org\"\n\
             roles = [\"preparer\"]\nkey-file = \"key.pub.pem\"\n{bound}\n"
        );
        fs::write(scratch.join("trust.toml"), policy).unwrap();
        let output = trailaudit(scratch).args(verify).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{bound}: {}", told(&output));
    }
}

#[test]
fn what_is_no_usable_key_is_told_with_the_way_to_one() {
    let signed = Signed::new();
    let scratch = signed.scratch.path();
    for command in [
        "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out rsa.pem",
        "rsa -in rsa.pem -RSAPublicKey_out -out pkcs1.pub.pem",
        "pkey -pubin -in key.pub.pem -outform DER -out key.pub.der",
        "pkey -in other.pem -outform DER -out other.der",
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -subj /CN=TSA -outform DER -out ca.der",
    ] {
        openssl(scratch, command);
    }
    let pem = fs::read_to_string(scratch.join("key.pub.pem")).unwrap();
    fs::write(scratch.join("both.pem"), [&pem[..], &pem].concat()).unwrap();
    let private = fs::read_to_string(scratch.join("other.pem")).unwrap();
    fs::write(scratch.join("pair.pem"), private + &pem).unwrap();
    let policy = "format = \"trailaudit.trust/v1\"\n[[signer]]\nname = \"Ada\"\nid = \"ada\"\nroles = [\"preparer\"]\n\
                  key-file = \"key.pub.der\"\n";
    fs::write(scratch.join("trust.toml"), policy).unwrap();

    let verify = ["verify", "package", "--allow-simulated"];
    let cases: [(&[&str], i32, &[&str]); 5] = [
        (
            &["--key", "pkcs1.pub.pem"],
            1,
            &[
                "pkcs1.pub.pem: this is an RSA public key in the form of PKCS#1",
                "openssl rsa -RSAPublicKey_in -in KEY -pubout",
            ],
        ),
        (
            &["--key", "key.pub.der"],
            1,
            &[
                "key.pub.der: this is a binary file, not PEM",
                "openssl pkey -pubin -inform DER -in KEY -out KEY.pem",
            ],
        ),
        (
            &["--key", "both.pem"],
            1,
            &["both.pem: the file holds 2 PEM blocks; give the one of the key alone"],
        ),
        (
            &["--trust", "trust.toml"],
            2,
            &["line 6: key-file: key.pub.der: this is a binary file, not PEM (openssl pkey -pubin"],
        ),
        (
            &["--tsa-root", "ca.der"],
            1,
            &[
                "ca.der: this is a binary file, not PEM",
                "openssl x509 -inform DER -in CERTIFICATE -out CERTIFICATE.pem",
            ],
        ),
    ];
    for (options, code, words) in cases {
        let said = refused(scratch, &[&verify[..], options].concat(), code, words);
        assert!(!said.contains("PRIVATE"), "{said}");
    }

    let sign = |key: &'static str| {
        [
            &["sign", "package", "--allow-simulated", "--key", key][..],
            &["--role", "reviewer", "--meaning", "review", "--name", "Grace"],
        ]
        .concat()
    };
    refused(
        scratch,
        &sign("file:"),
        2,
        &["--key: \"file:\" does not name a key", "file:PATH"],
    );
    refused(
        scratch,
        &sign("file:other.der"),
        1,
        &[
            "other.der: this is a binary file, not PEM",
            "openssl pkey -inform DER -in KEY -out KEY.pem",
        ],
    );
    refused(
        scratch,
        &sign("file:pair.pem"),
        1,
        &["pair.pem: the file holds 2 PEM blocks"],
    );

    // The ways that are told lead there.
    openssl(
        scratch,
        "rsa -RSAPublicKey_in -in pkcs1.pub.pem -pubout -out rsa.pub.pem",
    );
    openssl(scratch, "pkey -pubin -inform DER -in key.pub.der -out again.pub.pem");
    openssl(scratch, "pkey -inform DER -in other.der -out again.pem");
    openssl(scratch, "x509 -inform DER -in ca.der -out ca.pem");
    let keys = ["--key", "rsa.pub.pem", "--key", "again.pub.pem", "--tsa-root", "ca.pem"];
    run(scratch, &[&verify[..], &keys].concat(), 0);
    run(scratch, &sign("file:again.pem"), 0);
}

#[test]
fn one_problem_is_one_problem() {
    let signed = Signed::new();
    let told_of = |extra: &[&str]| {
        for name in extra {
            fs::write(signed.path(name), "").unwrap();
        }
        let arguments = ["--allow-simulated", "--key", "key.pub.pem"];
        let report = verification(&signed.run(&arguments));
        assert_eq!(report["problems"].as_array().unwrap().len(), extra.len(), "{report}");
        String::from_utf8(signed.run_as_text(&arguments).stdout).unwrap()
    };
    assert!(told_of(&["one"]).ends_with("NOT VERIFIED 1 problem\n"));
    assert!(told_of(&["one", "two"]).ends_with("NOT VERIFIED 2 problems\n"));
}
