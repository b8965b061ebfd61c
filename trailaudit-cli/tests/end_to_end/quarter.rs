//! What happens to a package after it is made: packed, extracted, linked, signed by others, judged again.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::audit::Bench;
use crate::package::files;
use crate::signed::{NOT_VERIFIED, Signed, verification};
use crate::support::{told, trailaudit};
use crate::worlds::{FIRST, HOME, MANAGEMENT, SECOND, sound};

const KEY: [&str; 3] = ["--key", "key.pub.pem", "--allow-simulated"];

fn run(scratch: &Path, arguments: &[&str]) -> Output {
    trailaudit(scratch).args(arguments).output().unwrap()
}

fn done(scratch: &Path, arguments: &[&str]) -> String {
    let output = run(scratch, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", told(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(scratch: &Path, arguments: &[&str], code: i32, says: &str) {
    let output = run(scratch, arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", told(&output));
    assert!(told(&output).contains(says), "{says:?} is not in {}", told(&output));
}

/// The .zip is the same package: verified, extracted and assessed where it lies.
#[test]
fn an_archive_is_as_good_as_the_directory() {
    let signed = Signed::new();
    let scratch = signed.scratch.path();
    done(
        scratch,
        &["assess", "package", "--out", "again", "--sign", "file:key.pem", "--zip"],
    );
    let told = done(scratch, &[&["verify", "again.zip"], &KEY[..]].concat());
    assert!(told.contains("VERIFIED"), "{told}");
    refused(scratch, &["assess", "package", "--out", "again"], 1, "not empty");
    done(scratch, &["assess", "again.zip", "--out", "third"]);
    let manifest = |of: &str| fs::read(scratch.join(of).join("manifest.json")).unwrap();
    assert_eq!(manifest("again"), manifest("third"));
    done(scratch, &["extract", "again.zip", "--account", FIRST, "--out", "one"]);
    done(scratch, &[&["verify", "one"], &KEY[..]].concat());

    let mut bytes = fs::read(scratch.join("again.zip")).unwrap();
    bytes.truncate(bytes.len() - 1);
    fs::write(scratch.join("cut.zip"), &bytes).unwrap();
    refused(scratch, &["verify", "cut.zip"], NOT_VERIFIED, "cut.zip: ");
    fs::write(scratch.join("no.zip"), "not an archive").unwrap();
    refused(scratch, &["verify", "no.zip"], NOT_VERIFIED, "the .zip of one");
}

/// What it says of the organization rests on records that are not in it.
#[test]
fn an_extract_of_the_management_account_verifies() {
    let signed = Signed::new();
    let scratch = signed.scratch.path();
    done(
        scratch,
        &["extract", "package", "--account", MANAGEMENT, "--out", "one"],
    );
    let told = done(scratch, &[&["verify", "one"], &KEY[..]].concat());
    assert!(told.contains("VERIFIED"), "{told}");
}

/// An account's owner sees that account, the proof, and nobody else; openssl checks it as well.
#[test]
fn an_extract_shows_one_account_and_verifies_without_us() {
    let signed = Signed::new();
    let scratch = signed.scratch.path();
    done(scratch, &["extract", "package", "--account", FIRST, "--out", "one"]);
    let json = [&["verify", "one", "--format", "json"], &KEY[..]].concat();
    let report: Value = serde_json::from_str(&done(scratch, &json)).unwrap();
    assert_eq!(report["extract"]["account"], FIRST);
    let (again, attested) = (
        &report["reperformance"]["findings"],
        &report["reperformance"]["attested"],
    );
    let sum = again.as_u64().unwrap() + attested.as_u64().unwrap();
    assert_eq!(report["extract"]["findings"], sum);
    assert!(
        again.as_u64().unwrap() > 0 && attested.as_u64().unwrap() > 0,
        "{report}"
    );
    let listed = files(&scratch.join("one"));
    assert!(!listed.iter().any(|file| file.contains(SECOND)), "{listed:?}");
    for file in &listed {
        let bytes = fs::read(scratch.join("one").join(file)).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(SECOND), "{file}");
    }
    let script = |folder: &str| {
        let mut sh = Command::new("sh");
        sh.arg(format!("{folder}/verify.sh"))
            .arg("key.pub.pem")
            .current_dir(scratch);
        sh.output().unwrap()
    };
    let output = script("one");
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains(&format!("account     {FIRST}, one of")));
    for (file, change) in [
        ("proof.json", "\"index\":"),
        ("accounts/index.jsonl", "\"findings\":\""),
    ] {
        let path = scratch.join("one").join(file);
        let text = fs::read_to_string(&path).unwrap();
        let at = text.find(change).unwrap() + change.len();
        let digit = if text.as_bytes()[at] == b'1' { "2" } else { "1" };
        fs::write(&path, [&text[..at], digit, &text[at + 1..]].concat()).unwrap();
        let output = script("one");
        assert_eq!(output.status.code(), Some(NOT_VERIFIED), "{file}: {}", told(&output));
        refused(
            scratch,
            &[&["verify", "one"], &KEY[..]].concat(),
            NOT_VERIFIED,
            "NOT VERIFIED",
        );
        fs::write(&path, text).unwrap();
    }
    refused(
        scratch,
        &["extract", "one", "--account", FIRST, "--out", "x"],
        1,
        "extract already",
    );
    refused(
        scratch,
        &["extract", "package", "--account", "9", "--out", "x"],
        1,
        "no account 9",
    );
    refused(scratch, &["assess", "one", "--out", "x"], 1, "extract of one account");
    assert!(!scratch.join("x").exists());
}

/// Who may sign, and who must, is the auditor's to say.
#[test]
fn a_trust_policy_decides_who_counts() {
    let signed = Signed::new();
    let scratch = signed.scratch.path();
    let policy = |extra: &str| {
        let ada = "[[signer]]\nname = \"Ada Lovelace\"\nid = \"ada@example.org\"\nroles = [\"preparer\"]\n\
                   key-file = \"key.pub.pem\"\n";
        let text = format!("format = \"trailaudit.trust/v1\"\n{extra}{ada}");
        fs::write(scratch.join("trust.toml"), text).unwrap();
    };
    let verify = ["verify", "package", "--trust", "trust.toml", "--allow-simulated"];
    policy("");
    done(scratch, &verify);
    let grace = "[[signer]]\nname = \"Grace\"\nid = \"g\"\nroles = [\"reviewer\"]\nkey-file = \"other.pub.pem\"\n";
    policy(&format!(
        "require = [\"reviewer\"]\nindependent = [\"reviewer\"]\n{grace}"
    ));
    refused(scratch, &verify, NOT_VERIFIED, "missing-role");
    let sign = [
        "sign",
        "package",
        "--key",
        "file:other.pem",
        "--role",
        "reviewer",
        "--meaning",
        "review",
    ];
    done(
        scratch,
        &[&sign[..], &["--name", "Grace", "--id", "g", "--allow-simulated"]].concat(),
    );
    done(scratch, &verify);
    let page = fs::read_to_string(scratch.join("package.signatures.html")).unwrap();
    assert!(
        page.contains("Grace") && page.contains("Ada Lovelace") && page.contains("not judged here"),
        "{page}"
    );

    done(scratch, &[&verify[..], &["--render", "page.html"]].concat());
    let page = fs::read_to_string(scratch.join("page.html")).unwrap();
    assert!(
        page.contains("signature 1, which it countersigns") && page.contains("trusts this key"),
        "{page}"
    );
    refused(
        scratch,
        &[
            "verify",
            "package",
            "--key",
            "key.pub.pem",
            "--allow-simulated",
            "--render",
            "none.html",
        ],
        NOT_VERIFIED,
        "untrusted-key",
    );
    assert!(
        !scratch.join("none.html").exists(),
        "nothing is shown as signed that was not verified"
    );

    policy("require = [\"nobody\"]\n");
    refused(scratch, &verify, 2, "trust.toml: line 2");
    refused(scratch, &["verify", "package", "--trust", "none.toml"], 1, "none.toml");
}

/// Each quarter names the one before.
#[test]
fn packages_are_linked_and_corrected() {
    let bench = Bench::new(sound(&[HOME]));
    let audit = |out: &str, options: &[&str]| {
        let output = bench
            .command("audit")
            .args(["--out", out])
            .args(options)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        let manifest = fs::read(bench.path().join(out).join("manifest.json")).unwrap();
        serde_json::from_slice::<Value>(&manifest).unwrap()
    };
    let first = audit(
        "q1",
        &["--retain-until", "2036-12-31", "--require-signature", "reviewer"],
    );
    assert_eq!(
        (&first["genesis"], &first["retainUntil"]),
        (&true.into(), &"2036-12-31".into())
    );
    assert_eq!(first["requiredSignatures"], serde_json::json!(["reviewer"]));
    let second = audit("q2", &["--previous", "q1"]);
    assert_eq!(
        (&second["previous"]["sequence"], &second["previous"]["packageId"]),
        (&0.into(), &first["packageId"])
    );
    let corrected = audit(
        "q2b",
        &["--supersedes", "q2", "--supersede-reason", "a Region was left out"],
    );
    assert_eq!(corrected["supersedes"]["packageId"], second["packageId"]);
    assert_eq!(
        corrected["previous"], second["previous"],
        "it takes the place of what it corrects"
    );
    let third = audit("q3", &["--previous", "q2b"]);
    assert_eq!(third["previous"]["sequence"], 1);

    let third = [
        "verify",
        "q3",
        "--allow-simulated",
        "--no-reperform",
        "--format",
        "json",
    ];
    let codes = |chain: &[&str]| -> Vec<String> {
        let chain: Vec<_> = chain.iter().flat_map(|path| ["--chain", path]).collect();
        let output = run(bench.path(), &[&third[..], &chain[..]].concat());
        let problems = verification(&output)["problems"].as_array().unwrap().clone();
        let codes = problems
            .iter()
            .map(|problem| problem["code"].as_str().unwrap().to_owned());
        codes.filter(|code| code.starts_with("chain-")).collect()
    };
    assert_eq!(codes(&["q1", "q2", "q2b"]), [""; 0]);
    assert_eq!(codes(&["q1"]), ["chain-gap"]);
    audit("reset", &[]);
    assert_eq!(codes(&["q1", "q2b", "reset"]), ["chain-reset"]);
    audit("fork", &["--previous", "q1"]);
    assert_eq!(codes(&["q1", "q2b", "fork"]), ["chain-fork"]);

    fs::write(bench.path().join("q2/findings.csv"), "").unwrap();
    let asked = bench.server.ledger().total();
    let cases: [(&[&str], i32, &str); 6] = [
        (&["--previous", "q2"], 1, "truncated-file"),
        (&["--previous", "nowhere"], 1, "nowhere"),
        (&["--supersedes", "q2b"], 2, "--supersede-reason"),
        (&["--supersedes", "q2b", "--supersede-reason", " "], 2, "empty"),
        (&["--require-signature", "Boss!"], 2, "--require-signature"),
        (&["--retain-until", "soon"], 2, "--retain-until"),
    ];
    for (options, code, says) in cases {
        let output = bench
            .command("audit")
            .args(["--out", "x"])
            .args(options)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{options:?}: {}", told(&output));
        assert!(told(&output).contains(says), "{says:?}: {}", told(&output));
    }
    assert_eq!(bench.server.ledger().total(), asked, "refused before anybody is asked");
}

/// Last quarter's records judged again: by the same terms they give the same package; by others, that is said.
#[test]
fn a_package_is_judged_again_by_its_own_terms_or_by_others() {
    let signed = Signed::new();
    let scratch = signed.scratch.path();
    fs::write(scratch.join("strict.toml"), "[thresholds]\ndelivery-window-hours = 1\n").unwrap();
    let as_of = "2027-02-03T04:05:06Z";
    let strict = ["--config", "strict.toml", "--as-of", as_of, "--fail-on", "never"];
    done(
        scratch,
        &[&["assess", "package", "--out", "strict"], &strict[..]].concat(),
    );
    let told = done(scratch, &["assess", "strict", "--out", "same", "--fail-on", "never"]);
    assert!(told.contains("as before"), "{told}");
    let manifest = |of: &str| fs::read_to_string(scratch.join(of).join("manifest.json")).unwrap();
    assert_eq!(manifest("strict"), manifest("same"));
    assert!(manifest("same").contains(as_of));

    let other = [
        "--framework",
        "cis-aws-foundations-benchmark",
        "--rule",
        "trail-logging",
        "--fail-on",
        "never",
    ];
    let frameworks = done(scratch, &["controls", "frameworks"]);
    let id = frameworks
        .split_whitespace()
        .find(|word| word.starts_with("cis"))
        .unwrap()
        .to_owned();
    let other: Vec<_> = other
        .iter()
        .map(|word| if word.starts_with("cis") { id.as_str() } else { word })
        .collect();
    let told = done(scratch, &[&["assess", "strict", "--out", "other"], &other[..]].concat());
    assert!(told.contains("judged before by the catalogue"), "{told}");
    let output = run(scratch, &["verify", "other", "--allow-simulated", "--format", "json"]);
    let codes: Vec<_> = verification(&output)["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["code"].clone())
        .collect();
    assert_eq!(codes, ["no-signature", "no-trust"]);
}
