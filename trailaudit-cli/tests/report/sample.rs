//! A package with every verdict in it, and names that nobody sane would choose.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use trailaudit_aws::Folder;
use trailaudit_core::evidence::archive;
use trailaudit_sim::World;

use crate::audit::Bench;
use crate::names;
use crate::package::Package;
use crate::support::{told, trailaudit};
use crate::worlds::FIRST;

/// Every format but the package's own.
pub const FORMATS: [&str; 7] = ["xlsx", "oscal", "ocsf", "asff", "sarif", "junit", "markdown"];
/// Those that are text.
pub const TEXTS: [&str; 6] = ["oscal", "ocsf", "asff", "sarif", "junit", "markdown"];

pub struct Sample(Bench);

impl Sample {
    pub fn new() -> Self {
        let bench = Bench::new(names::world());
        fs::write(bench.path().join("trailaudit.toml"), exceptions()).unwrap();
        Self::by(bench, &["--config", "trailaudit.toml"], 3)
    }

    /// The package of an audit that ends with `code`.
    pub fn of(world: World, options: &[&str], code: i32) -> Self {
        Self::by(Bench::new(world), options, code)
    }

    fn by(bench: Bench, options: &[&str], code: i32) -> Self {
        let output = bench
            .command("audit")
            .args(["--out", "package"])
            .args(options)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", told(&output));
        Self(bench)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn package(&self) -> Package {
        Package::at(&self.path("package"))
    }

    pub fn bench(&self) -> &Bench {
        &self.0
    }

    /// The package as an archive.
    pub fn zip(&self) -> String {
        let folder = Folder::open(self.path("package")).unwrap();
        let mut bytes = Vec::new();
        archive::write(&folder, &mut bytes).unwrap();
        fs::write(self.path("package.zip"), bytes).unwrap();
        "package.zip".to_owned()
    }

    /// What `report` prints.
    pub fn report(&self, package: &str, format: &str) -> Vec<u8> {
        self.run(&["report", package, "--format", format], 0).stdout
    }

    pub fn text(&self, format: &str) -> String {
        String::from_utf8(self.report("package", format)).expect(format)
    }

    pub fn run(&self, arguments: &[&str], code: i32) -> Output {
        let output = trailaudit(self.0.path()).args(arguments).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        output
    }
}

/// Of some rules what fails in the first account is accepted; of two nothing fails there.
fn exceptions() -> String {
    let rules = [
        "account-has-logging-trail",
        "management-events-recorded",
        "security-trail-complete",
        "trail-logging",
    ];
    let exception = |rule: &str| {
        format!(
            "[[exceptions]]\nrule = \"{rule}\"\naccount = \"{FIRST}\"\nreason = \"=1+1 <b>\\u202Emoved</b>\"\n\
             ticket = \"CHG-7\"\nrequested-by = \"=ada\"\napproved-by = \"grace\"\n\
             starts = 2020-01-01\nexpires = 2099-12-31\n"
        )
    };
    rules.map(exception).concat()
}
