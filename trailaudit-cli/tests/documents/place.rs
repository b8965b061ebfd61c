//! Where commands are run: beside packages that an Organization left, with that Organization to ask.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;
use trailaudit_sim::{Server, Settings, populate};

use super::support::told;

/// A simulated Organization, and what two audits of it have left.
pub struct Place {
    server: Server,
    /// The account whose credentials ask.
    pub management: String,
    root: TempDir,
}

/// Stands for the program: what is there already makes way, and a simulated Organization will do. Each run is noted.
const TRAILAUDIT: &str = r#"#!/bin/bash
case " $* " in
*" --resume "*) ;;
*) case $1 in audit|assess|collect|merge|extract|demo|init)
    for ((at = 1; at < $#; at++)); do next=$((at + 1)); [ "${!at}" != --out ] || rm -rf -- "${!next}"; done ;;
   esac ;;
esac
case $1 in sign|verify|diff) set -- "$@" --allow-simulated ;; esac
"$TRAILAUDIT" "$@"
code=$?
printf '%s trailaudit %s\n' "$code" "$*" >> "$NOTES"
exit "$code"
"#;
/// Stands for the build, which has been.
const CARGO: &str = r#"#!/bin/bash
case "$*" in
"run --release -- "*) shift 3; exec trailaudit "$@" ;;
"install --path trailaudit-cli --locked") ;;
*) exit 1 ;;
esac
"#;
/// The AWS CLI. Nobody here answers for Security Hub: there, it checks what it would send.
const AWS: &str = "#!/bin/bash\n[ \"$1\" != securityhub ] || set -- \"$@\" --generate-cli-skeleton output\n\
    exec \"$TRAILAUDIT_PYTHON\" -m awscli \"$@\"\n";
/// What was there before the reader came.
const BEFORE: &str = "set -e
trailaudit keygen --out signing.pem
trailaudit keygen --out grace.pem
trailaudit init config --out trailaudit.toml
code=0; trailaudit audit --out 2026-Q4 --sign file:signing.pem --signer-name 'Ada Byron' --signer-id ada@example.com || code=$?
[ $code = 3 ]
code=0; trailaudit audit --out 2027-Q1 --previous 2026-Q4 --sign file:signing.pem --signer-name 'Ada Byron' --signer-id ada@example.com || code=$?
[ $code = 3 ]
cp -r 2026-Q4 evidence
";

/// An auditor comes after the review.
const REVIEW: &str = "for package in 2026-Q4 2027-Q1; do
    trailaudit sign $package --key file:grace.pem --role reviewer --name 'Grace Hopper' --id grace@example.com --meaning review || exit 1
done";

impl Place {
    /// With the trust policy that the README shows, but for timestamps.
    pub fn new(trust: &str) -> Self {
        let made = populate(&Settings {
            accounts: 6,
            regions: 2,
            seed: 7,
            as_of: Timestamp::now(),
        });
        let management = made.world.organization.management_account.clone();
        let root = TempDir::new().unwrap();
        let programs = root.path().join("bin");
        fs::create_dir(&programs).unwrap();
        for (name, text) in [("trailaudit", TRAILAUDIT), ("cargo", CARGO), ("aws", AWS)] {
            write_program(&programs.join(name), text);
        }
        let place = Self {
            server: Server::start(made.world, ([127, 0, 0, 1], 0).into(), Duration::ZERO).unwrap(),
            management,
            root,
        };
        let folder = place.root.path().join("before");
        fs::create_dir(&folder).unwrap();
        let ready = place.run(&folder, BEFORE);
        assert!(ready.status.success(), "{}", told(&ready));
        fs::write(folder.join("trust.toml"), trust.replace("require-timestamp = true", "")).unwrap();
        place
    }

    /// A folder with all of it.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.root.path().join(name);
        let copied = Command::new("cp")
            .arg("-r")
            .arg(self.root.path().join("before"))
            .arg(&folder)
            .status();
        assert!(copied.unwrap().success());
        folder
    }

    /// The same, reviewed.
    pub fn reviewed(&self, name: &str) -> PathBuf {
        let folder = self.folder(name);
        let signed = self.run(&folder, REVIEW);
        assert!(signed.status.success(), "{}", told(&signed));
        folder
    }

    pub fn run(&self, folder: &Path, script: &str) -> Output {
        let (id, secret) = self.server.credentials();
        let path = std::env::var("PATH").unwrap();
        Command::new("bash")
            .args(["-c", script])
            .current_dir(folder)
            .env_clear()
            .env("PATH", format!("{}:{path}", self.root.path().join("bin").display()))
            .env("HOME", folder)
            .env("NOTES", folder.join("notes"))
            .env("TRAILAUDIT", env!("CARGO_BIN_EXE_trailaudit"))
            .env("TRAILAUDIT_PYTHON", std::env::var_os("TRAILAUDIT_PYTHON").unwrap())
            .env("AWS_ENDPOINT_URL", self.server.endpoint())
            .env("AWS_ACCESS_KEY_ID", id)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .output()
            .unwrap()
    }
}

fn write_program(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
