//! Verifies a package in memory, as an auditor's own program would, and shows what one changed byte does.
//!
//! Trust is the verifier's own: a key that comes from anywhere but the package. `verify` asks whether every file is the
//! one the manifest lists, who signed that manifest, and, given a [`Reperformance`], whether the records give the same
//! findings again. It goes on past the first problem, so that an auditor sees all of them.
//!
//! ```text
//! cargo run -p trailaudit-examples --example verify_package
//! ```

use std::io::Write;
use std::time::Duration;

use trailaudit_aws::{AwsRecords, Collector};
use trailaudit_core::evidence::{
    InMemory, Options, PemSigner, Person, Reperformance, Report, Signer as _, Trust, verify,
};
use trailaudit_examples::{Result, Simulated, read_directory, seal, sign};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    tell(&mut std::io::stdout()).await
}

async fn tell(out: &mut impl Write) -> Result {
    let key = new_key()?;
    let mut package = records().await?;
    seal(&mut package)?;
    let ada = Person {
        printed_name: "Ada Lovelace".into(),
        id: "ada@example.com".into(),
    };
    sign(&mut package, &key, ada)?;

    let trust = Trust::in_keys([key.public_key().clone()]);
    // The records come from a simulator. Without this option no package from one is ever accepted.
    let options = Options::default()
        .reperform(Reperformance::by(&AwsRecords))
        .allow_simulated(true);
    let check = |package: &InMemory, trust: &Trust| verify(package, &options.trust(trust));

    show(out, "as it was signed", &check(&package, &trust))?;

    let mut tampered = package.clone();
    if let Some(byte) = tampered.bytes_mut("findings.csv").and_then(|bytes| bytes.last_mut()) {
        *byte ^= 1;
    }
    show(out, "with one bit of findings.csv changed", &check(&tampered, &trust))?;

    let mut shortened = package.clone();
    shortened.remove("run.jsonl");
    show(out, "without its run log", &check(&shortened, &trust))?;

    let stranger = Trust::in_keys([new_key()?.public_key().clone()]);
    show(out, "by an auditor who trusts another key", &check(&package, &stranger))?;

    let strict = options.allow_simulated(false).trust(&trust);
    show(out, "as if it came from AWS", &verify(&package, &strict))?;
    Ok(())
}

fn show(out: &mut impl Write, what: &str, report: &Report) -> Result {
    writeln!(
        out,
        "{what}: {}",
        if report.is_verified() {
            "verified"
        } else {
            "NOT verified"
        }
    )?;
    for signature in report.signatures.iter().filter(|signature| signature.trusted) {
        let (name, role) = (&signature.signer.printed_name, &signature.role);
        writeln!(
            out,
            "    signed by {name} as {role}, meaning {}",
            signature.meaning.as_str()
        )?;
    }
    for problem in &report.problems {
        writeln!(out, "    {problem}")?;
    }
    Ok(())
}

async fn records() -> Result<InMemory> {
    let organization = Simulated::organization(6, 3, Duration::ZERO)?;
    let directory = tempfile::tempdir()?;
    let collector = Collector::builder().sdk_config(organization.sdk_config()).build()?;
    collector.collect(directory.path()).await?;
    Ok(read_directory(directory.path())?)
}

/// A key for this example alone; an auditor has the preparer's public key from the preparer.
fn new_key() -> Result<PemSigner> {
    Ok(PemSigner::generate(&mut rand::rng())?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_every_problem() {
        let mut told = Vec::new();
        tell(&mut told).await.unwrap();
        let told = String::from_utf8(told).unwrap();
        let parts: Vec<_> = told
            .split('\n')
            .filter(|line| !line.starts_with(' ') && !line.is_empty())
            .collect();
        assert_eq!(
            parts,
            [
                "as it was signed: verified",
                "with one bit of findings.csv changed: NOT verified",
                "without its run log: NOT verified",
                "by an auditor who trusts another key: NOT verified",
                "as if it came from AWS: NOT verified",
            ]
        );
        for line in [
            "    signed by Ada Lovelace as preparer, meaning authorship",
            "    changed-file: findings.csv: ",
            "    missing-file: run.jsonl: ",
            "    untrusted-key: signatures/01-preparer.sigstore.json: ",
            "    simulated: ",
        ] {
            assert!(told.contains(line), "{line:?} is not in\n{told}");
        }
    }
}
