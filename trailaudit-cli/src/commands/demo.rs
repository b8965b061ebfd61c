//! `trailaudit demo`: the main job against a simulated Organization, through the real SDK and HTTP; checks itself.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::io;
use std::path::Path;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use trailaudit_aws::{Collector, write_whole};
use trailaudit_core::Verdict;
use trailaudit_core::assessment::Totals;
use trailaudit_core::evidence::package::{COVERAGE_JSON, FINDINGS_JSON};
use trailaudit_core::evidence::{Files, Options, Signer, Trust, verify};
use trailaudit_core::tables::reading::Reading;
use trailaudit_core::tables::{coverage, findings};
use trailaudit_sim::{Conditions, Server, Truth};

use super::audit::{Judging, draft};
use super::{keygen, simulate};
use crate::arguments::{Demo, Output};
use crate::elsewhere::elsewhere;
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::package::{beside, open};
use crate::progress::Drawing;
use crate::report::Beside;
use crate::signing::Signing;
use crate::summary::next::Next;
use crate::summary::print;
use crate::terminal::Terminal;
use crate::trust::reperformance;
use crate::work::Work;

/// Runs the command.
pub(crate) fn run(demo: &Demo, output: &Output) -> Result<Exit> {
    elsewhere("out", &demo.out)?;
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
    let (_, work) = Work::once(&demo.out)?.collect(collector, output)?;

    let key = keygen::generate()?;
    let public = key.public_key().clone();
    let public_path = beside(&demo.out, ".pub.pem");
    write_whole(&public_path, &mut |out| out.write_all(public.to_pem().as_bytes()))
        .map_err(|error| CommandError::file(&public_path, &error))?;
    let judging = Judging {
        draft: draft(),
        place: None,
        zip: false,
        beside: Beside::default(),
        before: None,
        next: false,
        signing: Signing::with(key, "Demo"),
    };
    let sealed = judging.seal_work(work, output)?;

    let drawing = Drawing::begin(output);
    drawing.draw("verifying the package");
    let package = open(&demo.out)?;
    let differences = differences(&*package, &truth)
        .map_err(|error| CommandError::failed(format_args!("{}: {error}", demo.out.display())))?;
    let trust = Trust::in_keys([public]);
    let options = Options::default()
        .trust(&trust)
        .reperform(reperformance())
        .allow_simulated(true);
    let report = verify(&*package, &options);
    drop(drawing);
    let mut told = String::new();
    for difference in &differences {
        _ = writeln!(told, "NOT AS PLANTED: {difference}");
    }
    for problem in &report.problems {
        _ = writeln!(told, "NOT VERIFIED: {problem}");
    }
    if differences.is_empty() && report.is_verified() {
        told.push_str(&checked(&truth));
        print(&told)?;
        if !output.quiet {
            next_steps(&demo.out, &public_path, &sealed.totals)?;
        }
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

/// What was found and not planted, and what was planted and not found: as the package has it.
fn differences(package: &dyn Files, truth: &Truth) -> io::Result<Vec<String>> {
    let mut found = BTreeSet::new();
    each_entry(package, FINDINGS_JSON, "trailaudit.findings/v1", "findings", |line| {
        let entry: findings::v1::Entry<'_> = serde_json::from_slice(line)?;
        if ["fail", "inconclusive"].contains(&&*entry.verdict) {
            let row = [
                entry.rule,
                entry.account_id,
                entry.region,
                entry.resource_id,
                entry.verdict,
            ];
            found.insert(row.map(Cow::into_owned));
        }
        Ok(())
    })?;
    let planted: BTreeSet<_> = truth
        .defects
        .iter()
        .map(|d| [d.rule, &d.account_id, &d.region, &d.resource_id, d.verdict].map(str::to_owned))
        .collect();
    let mut missed = BTreeSet::new();
    each_entry(package, COVERAGE_JSON, "trailaudit.coverage/v1", "cells", |line| {
        let row: coverage::v1::Row<'_> = serde_json::from_slice(line)?;
        if row.status != "reached" {
            missed.insert([row.account_id, row.region, row.status].map(Cow::into_owned));
        }
        Ok(())
    })?;
    let closed: BTreeSet<_> = truth
        .cells
        .iter()
        .map(|cell| [&cell.account_id, &cell.region, cell.status].map(str::to_owned))
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
    Ok(told)
}

/// Reads a table of the package entry by entry: nobody has to hold it.
fn each_entry(
    package: &dyn Files,
    path: &str,
    format: &'static str,
    list: &str,
    mut take: impl FnMut(&[u8]) -> serde_json::Result<()>,
) -> io::Result<()> {
    let mut table = Reading::new(package.open(path)?, format, list).map_err(io::Error::other)?;
    while let Some(line) = table.next_entry().map_err(io::Error::other)? {
        take(&line)?;
    }
    Ok(())
}

fn checked(truth: &Truth) -> String {
    let told = format!(
        "checked:  all {} planted defects and gaps found, nothing else reported; {} cells explained as planted; the \
         package verifies\n",
        truth.defects.len(),
        truth.cells.len(),
    );
    Terminal::stdout().wrapped(&told, 10)
}

fn next_steps(folder: &Path, public: &Path, totals: &Totals) -> Result<()> {
    let next = Next {
        folder,
        key: Some(public),
        simulated: true,
        is_failing: totals.any(Verdict::Fail),
        // Nobody can give the roles of the simulation what they lack.
        is_open: false,
    };
    next.print()
}
