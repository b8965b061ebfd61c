//! A timestamping authority under a root and an intermediate, made with the `openssl` command.

use std::fs;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use trailaudit_core::evidence::timestamp::{Certificate, Token, request, response};

pub const RSA_2048: &str = "RSA -pkeyopt rsa_keygen_bits:2048";
pub const P256: &str = "EC -pkeyopt ec_paramgen_curve:P-256";

/// What a timestamping certificate says about its use.
pub const USAGE: &str = "extendedKeyUsage=critical,timeStamping";

pub struct Authority {
    pub folder: TempDir,
    /// Its root.
    pub roots: Vec<Certificate>,
}

/// How an authority is set up.
pub struct Setup<'a> {
    /// Arguments of `openssl genpkey -algorithm`.
    pub key: &'a str,
    pub digest: &'a str,
    pub binding: &'a str,
    pub usage: &'a str,
    /// What the certificates above it say beside that they are authorities.
    pub above: &'a str,
    /// From when until when its certificate is valid, from now.
    pub valid: (SignedDuration, SignedDuration),
    /// More arguments for signing its certificate.
    pub issue: &'a str,
}

impl Default for Setup<'_> {
    fn default() -> Self {
        Self {
            key: P256,
            digest: "sha256",
            binding: "sha256",
            usage: USAGE,
            above: "",
            valid: (SignedDuration::from_hours(-1), SignedDuration::from_hours(1)),
            issue: "",
        }
    }
}

impl Authority {
    pub fn new(setup: &Setup<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("openssl.cnf"), configuration(setup)).unwrap();
        fs::write(folder.path().join("index.txt"), "").unwrap();
        let mut authority = Self {
            folder,
            roots: Vec::new(),
        };
        for (name, key) in [("root", P256), ("intermediate", setup.key), ("tsa", setup.key)] {
            authority.run(&format!("genpkey -algorithm {key} -out {name}.key"));
            authority.run(&format!(
                "req -new -key {name}.key -subj /O=Test/CN={name} -config openssl.cnf -out {name}.csr"
            ));
        }
        let ever = (SignedDuration::from_hours(-48), SignedDuration::from_hours(48));
        authority.issue("root", "-selfsign -keyfile root.key -extensions above", ever);
        authority.issue(
            "intermediate",
            "-cert root.pem -keyfile root.key -extensions above",
            ever,
        );
        let by_intermediate = format!(
            "-cert intermediate.pem -keyfile intermediate.key -extensions below {}",
            setup.issue
        );
        authority.issue("tsa", &by_intermediate, setup.valid);
        authority.roots = Certificate::from_pem_bundle(&authority.text("root.pem")).unwrap();
        authority
    }

    /// A timestamp over `signed`, checked as an answer is.
    pub fn stamp(&self, signed: &[u8]) -> Token {
        let request = request(signed, 42).unwrap();
        response(&self.answer(request.as_bytes()), &request).unwrap()
    }

    /// What it answers to a request.
    pub fn answer(&self, request: &[u8]) -> Vec<u8> {
        self.write("request.tsq", request);
        self.run("ts -reply -config openssl.cnf -queryfile request.tsq -out response.tsr");
        self.bytes("response.tsr")
    }

    /// What another authority, without scruples, answers: the same content, signed with `openssl cms -sign`.
    pub fn forged(&self, content: &[u8], arguments: &str) -> Vec<u8> {
        self.write("content.der", content);
        let signed = "cms -sign -binary -nodetach -in content.der -outform DER -out forged.der -md sha256";
        self.run(&format!("{signed} {arguments}"));
        let token = self.bytes("forged.der");
        let granted = [0x30, 3, 2, 1, 0];
        let length = u16::try_from(granted.len() + token.len()).unwrap().to_be_bytes();
        [&[0x30, 0x82], &length[..], &granted, &token].concat()
    }

    /// The `TSTInfo` in a response.
    pub fn content_of(&self, response: &[u8]) -> Vec<u8> {
        self.write("response.tsr", response);
        self.run("ts -reply -config openssl.cnf -in response.tsr -token_out -out token.der");
        self.run("cms -verify -noverify -inform DER -in token.der -binary -out content.der");
        self.bytes("content.der")
    }

    pub fn run(&self, arguments: &str) -> String {
        let (success, told) = self.attempt(arguments);
        assert!(success, "openssl {arguments}: {told}");
        told
    }

    /// Whether the command succeeded, and what it said.
    pub fn attempt(&self, arguments: &str) -> (bool, String) {
        let output = Command::new("openssl")
            .args(arguments.split_whitespace())
            .current_dir(self.folder.path())
            .output()
            .expect("openssl is installed");
        let told = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&told).into_owned())
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(name)).unwrap()
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap()
    }

    fn issue(&self, name: &str, arguments: &str, (from, to): (SignedDuration, SignedDuration)) {
        let date = |after: SignedDuration| (now() + after).strftime("%Y%m%d%H%M%SZ").to_string();
        let dates = format!("-startdate {} -enddate {}", date(from), date(to));
        self.run(&format!(
            "ca -batch -notext -config openssl.cnf -in {name}.csr -out {name}.pem {dates} {arguments}"
        ));
    }
}

/// The time, which no code under test asks for.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_second(since.as_secs().try_into().unwrap()).unwrap()
}

fn configuration(setup: &Setup<'_>) -> String {
    let Setup {
        digest,
        binding,
        usage,
        above,
        ..
    } = setup;
    format!(
        "[req]
distinguished_name = name
[name]
[ca]
default_ca = issuer
[issuer]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = policy
unique_subject = no
[policy]
organizationName = supplied
commonName = supplied
[above]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
{above}
[below]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
subjectKeyIdentifier = hash
{usage}
[tsa]
default_tsa = authority
[authority]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
certs = intermediate.pem
signer_key = tsa.key
signer_digest = {digest}
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1, millisecs:500, microsecs:100
clock_precision_digits = 3
ess_cert_id_alg = {binding}
"
    )
}
