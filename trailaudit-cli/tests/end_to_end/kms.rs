//! Signing with a key in AWS KMS: what it signs verifies with the key that KMS itself hands out, and a key that would
//! not sign is found before anything is collected.

mod setbacks;

use std::fs;
use std::process::Command;

use jiff::Timestamp;
use serde_json::Value;
use trailaudit_sim::{Call, Key, KeyReaders, KeySpec, World};

use crate::audit::Bench;
use crate::package::files;
use crate::support::{told, trailaudit};
use crate::worlds::{HOME, MANAGEMENT, account, days_ago, sound};

/// A sound Organization whose management account has a signing key.
pub fn with_key() -> World {
    let mut world = sound(&[HOME]);
    let mut key = Key::signing("signing-key", HOME, KeySpec::EccNistP256, days_ago(100));
    key.aliases.push("alias/signing".to_owned());
    account(&mut world, MANAGEMENT).keys.push(key);
    world
}

fn signing_key(world: &mut World) -> &mut Key {
    account(world, MANAGEMENT).keys.last_mut().expect("the signing key")
}

pub fn arn(resource: &str) -> String {
    format!("arn:aws:kms:{HOME}:{MANAGEMENT}:{resource}")
}

/// The public key as KMS hands it out, asked past our own code, as a PEM file.
pub fn public_key(world: &World) -> String {
    let key = &world.access_keys[0].id;
    let scope = format!("{key}/20261122/{HOME}/kms/aws4_request");
    let header = |name: &str| match name {
        "x-amz-target" => Some("TrentService.GetPublicKey".to_owned()),
        "authorization" => Some(format!(
            "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        )),
        _ => None,
    };
    let body = format!(r#"{{"KeyId":"{}"}}"#, arn("key/signing-key"));
    let answer = world.respond(&Call::received(
        Timestamp::now(),
        "POST",
        "/",
        header,
        body.into_bytes(),
    ));
    let answer: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let (first, second) = answer["PublicKey"].as_str().expect("a public key").split_at(64);
    format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----\n")
}

fn keygen(bench: &Bench, name: &str) {
    let output = trailaudit(bench.path())
        .args(["keygen", "--out", name])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
}

/// The statement that a signature of the package carries.
fn statement(bench: &Bench, package: &str, signature: &str) -> Value {
    let script = "jq -r .dsseEnvelope.payload \"$0\" | base64 -d";
    let path = bench.path().join(package).join("signatures").join(signature);
    let output = Command::new("sh").args(["-c", script]).arg(path).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", told(&output)))
}

#[test]
fn what_kms_signed_verifies_with_the_key_it_hands_out() {
    let world = with_key();
    let pem = public_key(&world);
    let bench = Bench::new(world);
    fs::write(bench.path().join("kms.pub.pem"), pem).unwrap();
    keygen(&bench, "file.pem");
    let (alias, key) = (format!("kms:{}", arn("alias/signing")), arn("key/signing-key"));
    let output = bench
        .command("audit")
        .args(["--out", "package", "-v", "--log-format", "json"])
        .args([
            "--sign",
            "file:file.pem",
            "--sign",
            &alias,
            "--signer-name",
            "Ada Lovelace",
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));

    // The call is in the log by the name it has in the account's own trail.
    let log = String::from_utf8(output.stderr.clone()).unwrap();
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let signed: Vec<_> = lines.filter(|line| line["fields"]["message"] == "KMS signed").collect();
    assert_eq!(signed.len(), 1, "{log}");
    assert_eq!(signed[0]["fields"]["key"], key);
    assert_eq!(signed[0]["fields"]["request_id"].as_str().unwrap().len(), 36, "{log}");

    // The key's own ARN is signed, not its alias; a key in a file has none.
    let of = |signature| statement(&bench, "package", signature)["predicate"]["keyArn"].clone();
    assert_eq!(of("01-preparer.sigstore.json"), Value::Null);
    assert_eq!(of("02-preparer.sigstore.json"), key);

    let mut verify = trailaudit(bench.path());
    verify.args([
        "verify",
        "package",
        "--allow-simulated",
        "--key",
        "file.pub.pem",
        "--key",
        "kms.pub.pem",
    ]);
    let output = verify.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let mut script = Command::new("sh");
    let script = script
        .args(["package/verify.sh", "kms.pub.pem"])
        .current_dir(bench.path());
    let output = script.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("Ada Lovelace"), "{}", told(&output));

    let ledger = bench.server.ledger();
    assert_eq!(
        (ledger.count("kms", "GetPublicKey"), ledger.count("kms", "Sign")),
        (1, 2)
    );
}

#[test]
fn an_assessment_asks_kms_and_nobody_else() {
    let world = with_key();
    let pem = public_key(&world);
    let bench = Bench::new(world);
    fs::write(bench.path().join("kms.pub.pem"), pem).unwrap();
    let output = bench.command("collect").args(["--out", "records"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let before = bench.server.ledger().total();
    let sign = format!("kms:{}", arn("key/signing-key"));
    let output = bench
        .command("assess")
        .args(["records", "--out", "package", "--sign", &sign])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let ledger = bench.server.ledger();
    assert_eq!(
        (ledger.count("kms", "GetPublicKey"), ledger.count("kms", "Sign")),
        (1, 2)
    );
    assert_eq!(ledger.total(), before + 3);
    let mut verify = trailaudit(bench.path());
    verify.args(["verify", "package", "--allow-simulated", "--key", "kms.pub.pem"]);
    let output = verify.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
}

#[test]
fn a_key_that_would_not_sign_is_found_before_anything_is_collected() {
    let cases: [(&str, fn(&mut World), &[&str]); 11] = [
        (
            "key/absent",
            |_| {},
            &[
                "kms:GetPublicKey",
                "NotFoundException",
                "hint: check the account, the Region",
            ],
        ),
        ("alias/absent", |_| {}, &["NotFoundException", "alias/absent"]),
        (
            "key/signing-key",
            |world| signing_key(world).state = "Disabled",
            &["DisabledException", "hint: `aws kms enable-key"],
        ),
        (
            "key/signing-key",
            |world| signing_key(world).state = "PendingDeletion",
            &["KMSInvalidStateException", "hint: `aws kms describe-key"],
        ),
        (
            "key/signing-key",
            |world| signing_key(world).spec = KeySpec::Rsa2048,
            &[
                "its KeySpec is RSA_2048, not ECC_NIST_P256",
                "hint: `aws kms create-key",
            ],
        ),
        (
            "alias/signing",
            |world| signing_key(world).spec = KeySpec::EccSecgP256k1,
            &[
                "its KeySpec is ECC_SECG_P256K1, not ECC_NIST_P256",
                "hint: `aws kms create-key",
            ],
        ),
        (
            "key/signing-key",
            |world| signing_key(world).spec = KeySpec::EccNistEdwards25519,
            &[
                "its KeySpec is ECC_NIST_EDWARDS25519, not ECC_NIST_P256",
                "hint: `aws kms create-key",
            ],
        ),
        (
            "key/signing-key",
            |world| {
                signing_key(world).spec = KeySpec::Rsa2048;
                signing_key(world).usage = "ENCRYPT_DECRYPT";
            },
            &[
                "its KeyUsage is ENCRYPT_DECRYPT, not SIGN_VERIFY",
                "--key-usage SIGN_VERIFY",
            ],
        ),
        (
            "key/signing-key",
            |world| *signing_key(world) = Key::new("signing-key", HOME, days_ago(100)),
            &["UnsupportedOperationException", "hint: `aws kms create-key"],
        ),
        (
            "key/signing-key",
            |world| signing_key(world).readers = KeyReaders::Nobody,
            &[
                "kms:GetPublicKey",
                "AccessDeniedException",
                "hint: whoever signs needs kms:GetPublicKey",
            ],
        ),
        (
            "alias/signing",
            |world| world.access_keys[0].allowed = vec!["sts:*".to_owned(), "kms:GetPublicKey".to_owned()],
            &[
                "kms:Sign",
                "AccessDeniedException",
                "hint: whoever signs needs kms:Sign",
            ],
        ),
    ];
    for (resource, spoil, expected) in cases {
        let mut world = with_key();
        spoil(&mut world);
        is_found_before_anything_is_collected(world, resource, expected);
    }
}

fn is_found_before_anything_is_collected(world: World, resource: &str, expected: &[&str]) {
    let bench = Bench::new(world);
    let sign = format!("kms:{}", arn(resource));
    for command in ["audit", "assess"] {
        let mut command = bench.command(command);
        if command.get_args().any(|argument| argument == "assess") {
            fs::create_dir_all(bench.path().join("records")).unwrap();
            command.arg("records");
        }
        let output = command.args(["--out", "package", "--sign", &sign]).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{resource}: {}", told(&output));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.starts_with("error: "), "{stderr}");
        for words in expected {
            assert!(stderr.contains(words), "{words}: {stderr}");
        }
        assert!(!bench.path().join("package").exists(), "something was left behind");
    }
    let ledger = bench.server.ledger();
    let of_kms = ledger.count("kms", "GetPublicKey") + ledger.count("kms", "Sign");
    assert_eq!(ledger.total(), of_kms, "something else was asked: {:?}", ledger.calls);
}

#[test]
fn what_names_no_key_is_a_usage_error() {
    let bench = Bench::new(with_key());
    for reference in [
        "kms:alias/signing",
        "kms:signing-key",
        "kms:",
        "kms:arn:aws:kms:us-east-1:111111111111:alias/aws/s3",
        "hsm:1",
        "file.pem",
    ] {
        let output = bench
            .command("audit")
            .args(["--out", "package", "--sign", reference])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{reference}: {}", told(&output));
        assert!(told(&output).contains("hint: "), "{}", told(&output));
    }
    // By two names, it is still one key.
    let [key, alias] = ["key/signing-key", "alias/signing"].map(|resource| format!("kms:{}", arn(resource)));
    let mut command = bench.command("audit");
    let output = command
        .args(["--out", "package", "--sign", &key, "--sign", &alias])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("named before"), "{}", told(&output));
    assert_eq!(files(bench.path()), Vec::<String>::new());
    assert_eq!(bench.server.ledger().count("sts", "GetCallerIdentity"), 0);
}

#[test]
fn credentials_are_asked_for_where_there_are_none() {
    let bench = Bench::new(with_key());
    let sign = format!("kms:{}", arn("key/signing-key"));
    let mut command = bench.command("audit");
    command
        .env_remove("AWS_ACCESS_KEY_ID")
        .args(["--out", "package", "--sign", &sign]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.starts_with("error: kms:GetPublicKey of arn:aws:kms"), "{stderr}");
    assert!(
        stderr.contains("was not sent: ") && stderr.contains("hint: set AWS_PROFILE"),
        "{stderr}"
    );
    assert_eq!(bench.server.ledger().total(), 0);
}
