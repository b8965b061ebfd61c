//! The time of signing, proven by a time-stamping authority as a package is made; and a package that stands without that
//! proof when the authority fails. `openssl` plays the authority.

mod online;

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Output};
use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::Value;

use crate::audit::{Bench, FIVE};
use crate::authority::{Authority, Setup};
use crate::authority_online::http;
use crate::kms::{arn, public_key, with_key};
use crate::support::{told, trailaudit};
use crate::worlds::organization_trail;
use online::{Answer, Online, nobody, rightly};

const SIGNATURES: [&str; 2] = ["01-preparer.sigstore.json", "02-preparer.sigstore.json"];

/// An Organization under which something fails, two keys to sign with, one of them in KMS, and a policy that demands to know
/// when.
struct Bureau {
    bench: Bench,
    authority: Arc<Authority>,
}

impl Bureau {
    fn new() -> Self {
        let mut world = with_key();
        organization_trail(&mut world).kms_key_id = None;
        let pem = public_key(&world);
        let (bench, authority) = (Bench::new(world), Arc::new(Authority::new(&Setup::default())));
        let keygen = ["keygen", "--out", "file.pem"];
        let output = trailaudit(bench.path()).args(keygen).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        let mut policy = "format = \"trailaudit.trust/v1\"\nrequire-timestamp = true\n".to_owned();
        for key in ["file", "kms"] {
            _ = write!(
                policy,
                "[[signer]]\nname = \"Ada Lovelace\"\nid = \"ada\"\nroles = [\"preparer\"]\nkey-file = \"{key}.pub.pem\"\n"
            );
        }
        for (file, content) in [
            ("kms.pub.pem", pem.as_bytes()),
            ("root.pem", &authority.bytes("root.pem")),
            ("trust.toml", policy.as_bytes()),
        ] {
            fs::write(bench.path().join(file), content).unwrap();
        }
        let collected = bench.command("collect").args(["--out", "records"]).output().unwrap();
        assert_eq!(collected.status.code(), Some(0), "{}", told(&collected));
        Self { bench, authority }
    }

    /// `audit`, or `assess` of what was collected before.
    fn made(&self, command: &str, package: &str, options: &[&str]) -> Output {
        let mut run = self.bench.command(command);
        if command == "assess" {
            run.arg("records");
        }
        let kms = format!("kms:{}", arn("alias/signing"));
        let sign = ["--sign", "file:file.pem", "--sign", &kms];
        let signer = ["--signer-name", "Ada Lovelace", "--signer-id", "ada"];
        run.args(["--out", package]).args(FIVE).args(sign).args(signer);
        run.args(options).output().unwrap()
    }

    fn verified(&self, package: &str, options: &[&str]) -> (Option<i32>, Value) {
        let mut verify = trailaudit(self.bench.path());
        verify.args(["verify", package, "--allow-simulated", "--format", "json"]);
        let output = verify.args(options).output().unwrap();
        let report = serde_json::from_slice(&output.stdout);
        (
            output.status.code(),
            report.unwrap_or_else(|error| panic!("{error}: {}", told(&output))),
        )
    }

    fn bundle(&self, package: &str, signature: &str) -> Value {
        let path = self.bench.path().join(package).join("signatures").join(signature);
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    /// What proves the time of a signature, in base64.
    fn token(&self, package: &str, signature: &str) -> String {
        let bundle = self.bundle(package, signature);
        let timestamps = &bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"];
        assert_eq!(timestamps.as_array().map(Vec::len), Some(1), "{signature}: {bundle:#}");
        timestamps[0]["signedTimestamp"].as_str().unwrap().to_owned()
    }

    /// Holds a token against its signature with openssl alone.
    fn openssl_accepts(&self, package: &str, signature: &str) {
        let bundle = self.bundle(package, signature);
        let signed = bundle["dsseEnvelope"]["signatures"][0]["sig"].as_str().unwrap();
        let script = "printf %s \"$0\" | base64 -d > sig.der && printf %s \"$1\" | base64 -d > token.tsr && \
                      openssl ts -verify -data sig.der -in token.tsr -CAfile root.pem";
        let mut openssl = Command::new("sh");
        openssl.args(["-c", script, signed, &self.token(package, signature)]);
        let output = openssl.current_dir(self.bench.path()).output().unwrap();
        assert!(output.status.success(), "{signature}: {}", told(&output));
    }

    /// Whether its bundle says nothing at all of a timestamp.
    fn is_bare(&self, package: &str, signature: &str) -> bool {
        let bundle = self.bundle(package, signature);
        bundle["verificationMaterial"]
            .get("timestampVerificationData")
            .is_none()
    }
}

const TRUST: [&str; 2] = ["--trust", "trust.toml"];
const ROOT: [&str; 2] = ["--tsa-root", "root.pem"];
const KEYS: [&str; 4] = ["--key", "file.pub.pem", "--key", "kms.pub.pem"];

/// A failed control: a time that is not proven neither hides it nor adds to it.
const FAILS: i32 = 3;

/// The problems of a report by code and file.
fn problems(report: &Value) -> Vec<(&str, &str)> {
    let problems = report["problems"].as_array().unwrap().iter();
    problems
        .map(|one| (one["code"].as_str().unwrap(), one["file"].as_str().unwrap_or_default()))
        .collect()
}

#[test]
fn every_signer_has_a_token_of_their_own() {
    let bureau = Bureau::new();
    for command in ["audit", "assess"] {
        let online = Online::answering(&bureau.authority, rightly);
        let output = bureau.made(command, command, &["--tsa", &online.url, "--summary", "json"]);
        assert_eq!(output.status.code(), Some(FAILS), "{command}: {}", told(&output));
        let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (&summary["timeProven"], &summary["signatures"]),
            (&true.into(), &2.into())
        );
        assert_eq!(summary["timeProblem"], Value::Null);
        assert_eq!(online.asked(), 2, "each is asked for once");

        let [one, other] = SIGNATURES.map(|signature| {
            bureau.openssl_accepts(command, signature);
            bureau.token(command, signature)
        });
        assert_ne!(one, other);
        let (code, report) = bureau.verified(command, &[&TRUST[..], &ROOT].concat());
        assert_eq!((code, problems(&report)), (Some(0), vec![]), "{report:#}");
        for signature in report["signatures"].as_array().unwrap() {
            assert!(signature["timestamp"]["time"].is_string(), "{report:#}");
            assert_eq!(signature["trusted"], true);
        }
        // Nobody's word is taken for who the authority is.
        let (code, report) = bureau.verified(command, &TRUST);
        let files = SIGNATURES.map(in_folder);
        let expected = files.iter().map(|file| ("timestamp-no-root", file.as_str()));
        assert_eq!((code, problems(&report)), (Some(5), expected.collect()));
    }
    let online = Online::answering(&bureau.authority, rightly);
    let output = bureau.made("audit", "text", &["--tsa", &online.url]);
    let stdout = String::from_utf8(output.stdout).unwrap();
    let time = stdout.lines().find(|line| line.starts_with("time: ")).expect("a line");
    assert!(time.contains("by the time-stamping authority"), "{stdout}");
    assert!(!time.contains("NOT PROVEN"), "{stdout}");
}

/// Each is wrong in another way, and each is told.
#[test]
fn a_package_stands_without_a_time_when_the_authority_fails() {
    let cases: [(&str, Option<Answer>, &str); 7] = [
        ("nobody", None, "cannot be reached: "),
        (
            "failing",
            Some(|_, _, _| http("500 Internal Server Error", "text/plain", b"no")),
            "answered with HTTP status 500",
        ),
        (
            "page",
            Some(|_, _, _| http("200 OK", "text/html", b"<html>Sign in</html>")),
            "answered with \"text/html\"",
        ),
        (
            "disguised-page",
            Some(|_, _, _| http("200 OK", "application/timestamp-reply", b"<html>Sign in</html>")),
            "this is not a timestamp: ",
        ),
        (
            "cut",
            Some(|authority, query, number| {
                let mut answer = rightly(authority, query, number);
                answer.truncate(answer.len() - 1);
                answer
            }),
            "broke off: ",
        ),
        (
            "another-nonce",
            Some(|authority, query, number| rightly(authority, &another_nonce(query), number)),
            "answers another request: its nonce is not the one that was sent",
        ),
        (
            "other-bytes",
            Some(|authority, query, number| rightly(authority, &other_bytes(query), number)),
            "is about other bytes than this signature",
        ),
    ];
    let bureau = Bureau::new();
    let plain = bureau.made("audit", "plain", &[]).status.code();
    assert_eq!(plain, Some(FAILS));
    for (name, answer, why) in cases {
        let online = answer.map(|answer| Online::answering(&bureau.authority, answer));
        let url = online.as_ref().map_or_else(nobody, |online| online.url.clone());
        for (command, form) in [("audit", "text"), ("assess", "json")] {
            let package = format!("{name}-{command}");
            let output = bureau.made(command, &package, &["--tsa", &url, "--summary", form]);
            assert_eq!(output.status.code(), plain, "{package}: {}", told(&output));
            let stdout = String::from_utf8_lossy(&output.stdout);
            let sentence = if form == "json" {
                let summary: Value = serde_json::from_str(&stdout).unwrap();
                assert_eq!(
                    (&summary["timeProven"], &summary["signatures"]),
                    (&false.into(), &2.into())
                );
                summary["timeProblem"].as_str().unwrap().to_owned()
            } else {
                assert!(
                    stdout.contains("\nsigned:   by 2 signers\ntime:     NOT PROVEN: "),
                    "{stdout}"
                );
                stdout
                    .lines()
                    .find(|line| line.starts_with("time: "))
                    .unwrap()
                    .to_owned()
            };
            assert!(
                sentence.contains(why) && sentence.contains(&url),
                "{package}: {sentence}"
            );
            for signature in SIGNATURES {
                assert!(bureau.is_bare(&package, signature), "{package}: {signature}");
                let line = format!("signatures/{signature}: the time of signing is not proven: ");
                assert!(told(&output).contains(&line), "{package}: {}", told(&output));
            }
            let (code, report) = bureau.verified(&package, &KEYS);
            assert_eq!((code, problems(&report)), (Some(0), vec![]), "{package}: {report:#}");
            let (code, report) = bureau.verified(&package, &[&TRUST[..], &ROOT].concat());
            assert_eq!(code, Some(5), "{package}");
            assert_eq!(problems(&report), missing(&SIGNATURES.map(in_folder)), "{package}");
        }
        if let Some(online) = online {
            assert_eq!(online.asked(), 4, "{name}: each is asked for once");
        }
    }
}

/// With a time that nobody could ever prove the signature itself would be refused.
#[test]
fn a_time_that_no_root_could_prove_is_not_taken() {
    let hours = SignedDuration::from_hours;
    let bureau = Bureau::new();
    let expired = Arc::new(Authority::new(&Setup {
        valid: (hours(-3), hours(-2)),
        ..Setup::default()
    }));
    let online = Online::answering(&expired, rightly);
    let output = bureau.made("audit", "package", &["--tsa", &online.url]);
    assert_eq!(output.status.code(), Some(FAILS), "{}", told(&output));
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("\ntime:     NOT PROVEN: "), "{stdout}");
    assert!(stdout.contains("was not valid at"), "{stdout}");
    for signature in SIGNATURES {
        assert!(bureau.is_bare("package", signature), "{signature}");
    }
    let (code, report) = bureau.verified("package", &KEYS);
    assert_eq!((code, problems(&report)), (Some(0), vec![]), "{report:#}");

    let count = |folder: &str| {
        fs::read_dir(bureau.bench.path().join("package").join(folder))
            .unwrap()
            .count()
    };
    assert_eq!(["signatures", "keys"].map(count), [2, 2]);
    let keygen = trailaudit(bureau.bench.path())
        .args(["keygen", "--out", "rita.pem"])
        .output();
    assert_eq!(keygen.unwrap().status.code(), Some(0));
    let mut sign = trailaudit(bureau.bench.path());
    sign.args([
        "sign",
        "package",
        "--key",
        "file:rita.pem",
        "--role",
        "reviewer",
        "--name",
        "Rita Levi",
    ]);
    sign.args(["--meaning", "review", "--allow-simulated", "--tsa", &online.url]);
    let output = sign.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains("was not valid at"), "{}", told(&output));
    assert_eq!(["signatures", "keys"].map(count), [2, 2], "nothing is left of it");
}

/// One signature without its time is told, whichever it is.
#[test]
fn an_authority_that_answers_once_proves_one_signature() {
    let only_first: Answer = |authority, query, number| match number {
        1 => rightly(authority, query, number),
        _ => http("503 Service Unavailable", "text/plain", b""),
    };
    let only_second: Answer = |authority, query, number| match number {
        2 => rightly(authority, query, number),
        _ => http("503 Service Unavailable", "text/plain", b""),
    };
    let bureau = Bureau::new();
    for (package, answer, [proven, bare]) in [
        ("first", only_first, SIGNATURES),
        ("second", only_second, [SIGNATURES[1], SIGNATURES[0]]),
    ] {
        let online = Online::answering(&bureau.authority, answer);
        let output = bureau.made("audit", package, &["--tsa", &online.url]);
        assert_eq!(output.status.code(), Some(FAILS), "{}", told(&output));
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(stdout.contains("\ntime:     NOT PROVEN: "), "{stdout}");
        assert!(stdout.contains("HTTP status 503"), "{stdout}");
        bureau.openssl_accepts(package, proven);
        assert!(bureau.is_bare(package, bare));
        let (code, report) = bureau.verified(package, &[&KEYS[..], &ROOT].concat());
        assert_eq!((code, problems(&report)), (Some(0), vec![]), "{report:#}");
        let (code, report) = bureau.verified(package, &[&TRUST[..], &ROOT].concat());
        assert_eq!((code, problems(&report)), (Some(5), missing(&[in_folder(bare)])));
    }
}

/// No authority can say when nobody signed.
#[test]
fn nothing_is_proven_of_a_package_without_a_signature() {
    let bureau = Bureau::new();
    let online = Online::answering(&bureau.authority, rightly);
    for form in ["text", "json"] {
        let mut audit = bureau.bench.command("audit");
        audit
            .args(["--out", form, "--tsa", &online.url, "--summary", form])
            .args(FIVE);
        let output = audit.output().unwrap();
        assert_eq!(output.status.code(), Some(FAILS), "{}", told(&output));
        let stdout = String::from_utf8_lossy(&output.stdout);
        if form == "json" {
            let summary: Value = serde_json::from_str(&stdout).unwrap();
            assert_eq!(
                (&summary["timeProven"], &summary["signatures"]),
                (&Value::Null, &0.into())
            );
        } else {
            assert!(stdout.contains("\nsigned:   NO. "), "{stdout}");
            assert!(!stdout.contains("\ntime: "), "{stdout}");
        }
    }
    assert_eq!(online.asked(), 0);
}

fn in_folder(signature: &str) -> String {
    format!("signatures/{signature}")
}

fn missing(files: &[String]) -> Vec<(&str, &str)> {
    files.iter().map(|file| ("missing-timestamp", file.as_str())).collect()
}

/// The same question with the last bit of its nonce changed. After the nonce there is a boolean of three bytes.
fn another_nonce(query: &[u8]) -> Vec<u8> {
    let mut query = query.to_vec();
    let last = query.len() - 4;
    query[last] ^= 1;
    query
}

/// The same question about other bytes: the digest is its only octet string of 32 bytes.
fn other_bytes(query: &[u8]) -> Vec<u8> {
    let mut query = query.to_vec();
    let digest = query.windows(2).position(|pair| pair == [4, 32]).unwrap() + 2;
    query[digest] ^= 1;
    query
}
