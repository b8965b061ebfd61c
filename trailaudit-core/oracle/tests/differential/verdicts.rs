//! Who is asked, and how.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use trailaudit_core::evidence::{Files as _, Options, Person, Reperformance, Trust, verify};
use trailaudit_oracle::{Answer, Oracle, Question};

use crate::package::{Package, person};
use crate::provider::Plain;
use crate::sample::facts;
use crate::stamps;

/// Who judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Ours,
    /// `verify.sh`, as it lies in the package.
    Script,
    Other(Oracle),
}

impl Who {
    pub const ALL: [Self; 6] = [
        Self::Ours,
        Self::Script,
        Self::Other(Oracle::OpenSsl),
        Self::Other(Oracle::Securesystemslib),
        Self::Other(Oracle::SigstoreJs),
        Self::Other(Oracle::SigstoreRs),
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "trailaudit",
            Self::Script => "verify.sh",
            Self::Other(oracle) => oracle.name(),
        }
    }
}

/// The verdict of each, with the reason where it rejects.
pub fn verdicts(package: &Package) -> Vec<(Who, Result<(), String>)> {
    Who::ALL.into_iter().map(|who| (who, verdict(who, package))).collect()
}

fn verdict(who: Who, package: &Package) -> Result<(), String> {
    match who {
        Who::Ours => ours(package),
        Who::Script => script(package),
        Who::Other(oracle) => {
            let stamped = stamps::for_sigstore(package).filter(|_| oracle == Oracle::SigstoreRs);
            let package = stamped.as_ref().unwrap_or(package);
            let question = Question {
                bundle: package.bundle(),
                manifest: package.files.bytes("manifest.json").unwrap(),
                key_pem: &package.pem,
                fingerprint: &package.fingerprint,
                authority: &package.authority,
            };
            let answer = oracle.ask(&question);
            match answer.unwrap_or_else(|error| panic!("{} did not answer: {error}", oracle.name())) {
                Answer::Accepted => Ok(()),
                Answer::Rejected(why) => Err(why),
            }
        }
    }
}

/// Everything, the records judged again included.
fn ours(package: &Package) -> Result<(), String> {
    if package.trusted.is_empty() {
        return Err("a key of this kind is not taken".into());
    }
    let roles: Vec<_> = package.trusted.iter().map(|(role, _)| role).collect();
    let mut policy = format!(
        "format = \"trailaudit.trust/v1\"\nrequire-timestamp = {}\nrequire = {roles:?}\nindependent = {:?}\n",
        !package.authority.is_empty(),
        &roles[1..]
    );
    for (role, key) in &package.trusted {
        let Person { printed_name, id } = person(role);
        let key = key.to_pem();
        write!(
            policy,
            "[[signer]]\nname = \"{printed_name}\"\nid = \"{id}\"\nroles = [\"{role}\"]\nkey = '''\n{key}'''\n"
        )
        .unwrap();
    }
    let mut no_file = |_: &str| Err(std::io::ErrorKind::NotFound.into());
    let trust = Trust::from_toml(&policy, &mut no_file).unwrap();
    let trust = trust.with_tsa_roots(package.roots.clone());
    let manifest = trailaudit_core::evidence::Manifest::parse(package.files.bytes("manifest.json").unwrap());
    let mut provenance = facts();
    if let Ok(manifest) = manifest {
        provenance.collection = manifest.collection;
    }
    let provider = Plain { provenance };
    let options = Options::default().trust(&trust).reperform(Reperformance::by(&provider));
    let report = verify(&package.files, &options);
    if report.is_verified() {
        return Ok(());
    }
    let told: Vec<_> = report.problems.iter().map(ToString::to_string).collect();
    Err(told.join("; "))
}

/// The script, in a folder with nothing but the package.
fn script(package: &Package) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    for entry in package.files.paths().unwrap() {
        write(
            &format!("package/{}", entry.path),
            package.files.bytes(&entry.path).unwrap(),
        );
    }
    write("key.pem", package.pem.as_bytes());
    let mut command = Command::new("sh");
    command
        .args(["package/verify.sh", "key.pem"])
        .current_dir(folder.path());
    for (role, key) in &package.trusted {
        let file = format!("{role}.pem");
        write(&file, key.to_pem().as_bytes());
        command.arg(file);
    }
    if let Some(root) = package.authority.last() {
        write("root.pem", root.as_bytes());
        command.arg("root.pem");
    }
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.code() {
        Some(0) => Ok(()),
        Some(5) => Err(told),
        code => panic!("verify.sh ended with {code:?}: {told}"),
    }
}
