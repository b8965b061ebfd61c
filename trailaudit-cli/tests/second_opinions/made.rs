//! A package as three signers make it with the binary, and whom to believe about it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;
use trailaudit_oracle::{Answer, Oracle, Question};
use trailaudit_sim::{Call, Key, KeySpec, World};

use crate::audit::Bench;
use crate::authority_online::Online;
use crate::package::files;
use crate::support::{told, trailaudit};
use crate::worlds::{HOME, MANAGEMENT, account, days_ago, sound};

/// Who signed, by what only they can have made, and the public key to hold against it.
pub struct Signer {
    pub file: &'static str,
    pub key: &'static str,
}

/// In the order in which they signed: the first two while the package was made.
pub const SIGNERS: [Signer; 3] = [
    Signer {
        file: "01-preparer",
        key: "ada.pub.pem",
    },
    Signer {
        file: "02-preparer",
        key: "kms.pub.pem",
    },
    Signer {
        file: "03-reviewer",
        key: "grace.pub.pem",
    },
];

impl Signer {
    pub fn path(&self) -> String {
        format!("signatures/{}.sigstore.json", self.file)
    }
}

pub struct Made {
    scratch: TempDir,
    /// The certificates of whoever stamped it, the root last.
    authority: Vec<String>,
}

impl Made {
    /// Audited and signed with a key in a file and one in KMS, then signed by a reviewer; with the time of an authority,
    /// when there is one.
    pub fn new(online: Option<&Online>) -> Self {
        let mut world = sound(&[HOME]);
        let key = Key::signing("signing-key", HOME, KeySpec::EccNistP256, days_ago(100));
        let kms = format!("kms:{}", key.arn(MANAGEMENT));
        account(&mut world, MANAGEMENT).keys.push(key);
        let public = public_key(&world, &kms["kms:".len()..]);
        let bench = Bench::new(world);
        let write = |name: &str, bytes: &[u8]| fs::write(bench.path().join(name), bytes).unwrap();
        write("kms.pub.pem", public.as_bytes());
        let stamp = online.map_or_else(Vec::new, |online| vec!["--tsa", &*online.url]);
        let run = |command: &str, arguments: &[&str]| {
            let output = bench.command(command).args(arguments).output().unwrap();
            assert_eq!(
                output.status.code(),
                Some(0),
                "{command} {arguments:?}: {}",
                told(&output)
            );
        };
        for key in ["ada.pem", "grace.pem"] {
            run("keygen", &["--out", key]);
        }
        let sign = [
            "--sign",
            "file:ada.pem",
            "--sign",
            &kms,
            "--signer-name",
            "Ada Lovelace",
        ];
        run("audit", &[&["--out", "package"], &sign[..], &stamp].concat());
        let review = [
            "package",
            "--key",
            "file:grace.pem",
            "--role",
            "reviewer",
            "--name",
            "Grace Hopper",
            "--meaning",
            "review",
            "--allow-simulated",
        ];
        run("sign", &[&review[..], &stamp].concat());
        let mut signatures = files(&bench.path().join("package"));
        signatures.retain(|file| file.starts_with("signatures/"));
        assert_eq!(signatures, SIGNERS.map(|signer| signer.path()));

        let mut authority = Vec::new();
        if let Some(online) = online {
            write("root.pem", &online.authority.bytes("root.pem"));
            let certificates = ["tsa.pem", "intermediate.pem", "root.pem"];
            authority = certificates.map(|name| online.authority.text(name)).to_vec();
        }
        Self {
            scratch: bench.scratch,
            authority,
        }
    }

    pub fn is_stamped(&self) -> bool {
        !self.authority.is_empty()
    }

    pub fn bundle(&self, signer: &Signer) -> String {
        fs::read_to_string(self.package().join(signer.path())).unwrap()
    }

    /// Asks about these bytes in place of the signer's bundle.
    pub fn ask(&self, oracle: Oracle, signer: &Signer, bundle: &str) -> Answer {
        let key = self.scratch.path().join(signer.key);
        let question = Question {
            bundle: bundle.as_bytes(),
            manifest: &fs::read(self.package().join("manifest.json")).unwrap(),
            key_pem: &fs::read_to_string(&key).unwrap(),
            fingerprint: &fingerprint(&key),
            authority: &self.authority,
        };
        let answer = oracle.ask(&question);
        answer.unwrap_or_else(|error| panic!("{} did not answer: {error}", oracle.name()))
    }

    /// What `verify` says with these bytes in place of the signer's bundle: its exit code and its report.
    pub fn verify_with(&self, signer: &Signer, bundle: &str) -> (i32, Value) {
        let path = self.package().join(signer.path());
        let before = fs::read(&path).unwrap();
        fs::write(&path, bundle).unwrap();
        let mut verify = trailaudit(self.scratch.path());
        verify.args(["verify", "package", "--allow-simulated", "--format", "json"]);
        for signer in &SIGNERS {
            verify.args(["--key", signer.key]);
        }
        if self.is_stamped() {
            verify.args(["--tsa-root", "root.pem"]);
        }
        let output = verify.output().unwrap();
        fs::write(&path, before).unwrap();
        let report = serde_json::from_slice(&output.stdout);
        let report = report.unwrap_or_else(|error| panic!("{error}: {}", told(&output)));
        (output.status.code().unwrap(), report)
    }

    fn package(&self) -> PathBuf {
        self.scratch.path().join("package")
    }
}

/// As an auditor computes it.
fn fingerprint(key: &Path) -> String {
    let script = "openssl pkey -pubin -in \"$0\" -outform DER | sha256sum | cut -c1-64";
    let output = Command::new("sh").args(["-c", script]).arg(key).output().unwrap();
    let printed = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(printed.trim_end().len(), 64, "{}", told(&output));
    printed.trim_end().to_owned()
}

/// The public key as KMS hands it out, asked past our own code, as a PEM file.
fn public_key(world: &World, arn: &str) -> String {
    let scope = format!("{}/20261122/{HOME}/kms/aws4_request", world.access_keys[0].id);
    let header = |name: &str| match name {
        "x-amz-target" => Some("TrentService.GetPublicKey".to_owned()),
        "authorization" => Some(format!(
            "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        )),
        _ => None,
    };
    let body = format!(r#"{{"KeyId":"{arn}"}}"#).into_bytes();
    let answer = world.respond(&Call::received(Timestamp::now(), "POST", "/", header, body));
    let answer: Value = serde_json::from_slice(&answer.body).unwrap();
    let (first, second) = answer["PublicKey"].as_str().unwrap().split_at(64);
    format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----\n")
}
