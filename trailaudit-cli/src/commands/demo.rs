//! `trailaudit demo`: the main job against a simulated Organization, through the real SDK and HTTP; checks itself.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use trailaudit_aws::{Collector, write_whole};
use trailaudit_core::evidence::{Options, Signer, Trust, verify};
use trailaudit_core::{Assessment, Verdict};
use trailaudit_sim::{Conditions, Server, Truth};

use super::audit::{Judging, draft};
use super::{collect, keygen, simulate};
use crate::arguments::{Demo, Output};
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::package::{beside, open};
use crate::signing::Signing;
use crate::summary::print;
use crate::trust::reperformance;

/// Runs the command.
pub(crate) fn run(demo: &Demo, output: &Output) -> Result<Exit> {
    let as_of = simulate::as_of(&demo.population);
    let simulate::Simulated { server, truth, .. } = simulate::start(
        &demo.population,
        ([127, 0, 0, 1], 0).into(),
        as_of,
        Conditions::default(),
    )?;
    let collector = Collector::builder()
        .sdk_config(sdk_config(&server))
        .concurrency(demo.concurrency)
        .as_of(as_of);
    collect::into_folder(collector, &demo.out, output)?;

    let key = keygen::generate()?;
    let public = key.public_key().clone();
    let public_path = beside(&demo.out, ".pub.pem");
    write_whole(&public_path, &mut |out| out.write_all(public.to_pem().as_bytes()))
        .map_err(|error| CommandError::file(&public_path, &error))?;
    let judging = Judging {
        draft: draft(),
        place: None,
        zip: false,
        before: None,
        signing: Signing::with(key, "Demo"),
    };
    let sealed = judging.seal(&demo.out, output)?;

    let differences = differences(&sealed.assessment, &truth);
    let trust = Trust::in_keys([public]);
    let options = Options::default()
        .trust(&trust)
        .reperform(reperformance())
        .allow_simulated(true);
    let report = verify(&*open(&demo.out)?, &options);
    let mut told = String::new();
    for difference in &differences {
        _ = writeln!(told, "NOT AS PLANTED: {difference}");
    }
    for problem in &report.problems {
        _ = writeln!(told, "NOT VERIFIED: {problem}");
    }
    if differences.is_empty() && report.is_verified() {
        told.push_str(&next_steps(&demo.out, &public_path, &truth));
        print(&told)?;
        return Ok(Exit::Done);
    }
    print(&told)?;
    Ok(Exit::Failed)
}

fn sdk_config(server: &Server) -> SdkConfig {
    let (id, secret) = server.credentials();
    let credentials = Credentials::new(id, secret, None, None, "simulated");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(server.endpoint())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

/// What was found and not planted, and what was planted and not found.
fn differences(assessment: &Assessment, truth: &Truth) -> Vec<String> {
    let found: BTreeSet<_> = assessment
        .findings
        .iter()
        .filter(|finding| matches!(finding.verdict, Verdict::Fail | Verdict::Inconclusive))
        .map(|finding| {
            let region = finding.region.as_ref().map_or("", |region| region.as_str());
            (
                finding.rule.id,
                finding.account.as_str(),
                region,
                finding.subject.id(),
                finding.verdict.as_str(),
            )
        })
        .collect();
    let planted: BTreeSet<_> = truth
        .defects
        .iter()
        .map(|d| {
            (
                d.rule,
                d.account_id.as_str(),
                d.region.as_str(),
                d.resource_id.as_str(),
                d.verdict,
            )
        })
        .collect();
    let cells = assessment
        .coverage
        .cells()
        .iter()
        .filter(|cell| cell.status.as_str() != "reached");
    let missed: BTreeSet<_> = cells
        .map(|cell| {
            let region = cell.region.as_ref().map_or("", |region| region.as_str());
            (cell.account.as_str(), region, cell.status.as_str())
        })
        .collect();
    let closed: BTreeSet<_> = truth
        .cells
        .iter()
        .map(|cell| (cell.account_id.as_str(), cell.region.as_str(), cell.status))
        .collect();
    let mut told = Vec::new();
    told.extend(
        found
            .difference(&planted)
            .map(|row| format!("found, but not planted: {row:?}")),
    );
    told.extend(
        planted
            .difference(&found)
            .map(|row| format!("planted, but not found: {row:?}")),
    );
    told.extend(
        missed
            .difference(&closed)
            .map(|cell| format!("not reached, though nothing bars it: {cell:?}")),
    );
    told.extend(
        closed
            .difference(&missed)
            .map(|cell| format!("barred, but not in the coverage: {cell:?}")),
    );
    told
}

fn next_steps(folder: &Path, public: &Path, truth: &Truth) -> String {
    let (folder, public) = (folder.display(), public.display());
    format!(
        "checked:  all {} planted defects and gaps found, nothing else reported; {} cells explained as planted; the \
         package verifies\n\n\
         Open      {folder}/report.html\n\
         Verify    trailaudit verify {folder} --key {public} --allow-simulated\n\
         Or, with openssl, jq, sha256sum and gzip alone:\n          sh {folder}/verify.sh {public}\n",
        truth.defects.len(),
        truth.cells.len(),
    )
}
