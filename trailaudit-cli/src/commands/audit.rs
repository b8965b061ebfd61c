//! `trailaudit audit`: the main job.

use std::path::Path;

use trailaudit_aws::AwsRecords;
use trailaudit_core::evidence::chain::{NoPlace, Place};
use trailaudit_core::evidence::package::MANIFEST;
use trailaudit_core::evidence::{Digest, Draft, Sealed};
use trailaudit_core::framework::{self, Selection, frameworks};
use trailaudit_core::rules::{CATALOGUE, EXCEPTIONS, rule};
use trailaudit_core::{Baseline, Rule};

use super::collect;
use crate::arguments::{Audit, Judge, Output};
use crate::config::Config;
use crate::error::{CommandError, Result, nearest};
use crate::exit::Exit;
use crate::package::{open_folder, zip};
use crate::packaging::{self, TOOL};
use crate::report::{self, Beside};
use crate::signing::Signing;
use crate::summary::{Summary, exit};

/// Runs the command.
pub(crate) fn run(mut audit: Audit, output: &Output) -> Result<Exit> {
    let mut config = Config::load(audit.collect.config.as_deref())?;
    config.complete_audit(&mut audit);
    let (rules, selection) = terms(&audit.judge)?;
    let signing = Signing::prepare(&audit.sign)?;
    let (draft, place) = packaging::read(&audit.packaging, draft())?;
    let baseline = config.baseline(&selection);
    let folder = &audit.collect.out;
    let beside = Beside::prepare(&audit.packaging.formats, folder)?;
    collect::into_folder(collect::builder(&audit.collect, &rules)?, folder, output)?;
    let judging = Judging {
        draft: Draft {
            rules,
            baseline: baseline.unwrap_or_else(|| Baseline::under(&selection)),
            selection,
            ..draft
        },
        signing,
        place,
        zip: audit.packaging.zip,
        beside,
        before: None,
    };
    let sealed = judging.seal(folder, output).inspect_err(|_| tell_unsigned(folder))?;
    Ok(exit(&sealed.totals, audit.fail_on.unwrap_or_default()))
}

/// A collection is not lost because its signer is out of reach.
fn tell_unsigned(folder: &Path) {
    if folder.join(MANIFEST).exists() && !folder.join("signatures").exists() {
        tracing::error!(
            "the package in {} is complete, but not signed: `trailaudit sign` adds the signature",
            folder.display()
        );
    }
}

/// Everything that turns records into a signed package.
pub(crate) struct Judging {
    pub draft: Draft<'static>,
    pub signing: Signing,
    /// Where the package stands in a chain.
    pub place: Option<Place>,
    /// Whether an archive is written beside the directory.
    pub zip: bool,
    /// What else is written beside it.
    pub beside: Beside,
    /// The catalogue the same records were judged by before.
    pub before: Option<Digest>,
}

impl Judging {
    /// Assesses the records in a directory, seals and signs the package there, and prints what came out.
    pub(crate) fn seal(&self, folder: &Path, output: &Output) -> Result<Sealed> {
        let mut store = open_folder(folder)?;
        let sealed = self
            .draft
            .seal(&mut store, &AwsRecords)
            .map_err(|error| CommandError::failed(format_args!("{}: {error}", folder.display())))?;
        let provenance = &sealed.recorded.provenance;
        if let Some(place) = &self.place {
            take_place(place, folder, &sealed)?;
        }
        let signatures = self.signing.sign(folder, &sealed, &provenance.collector.caller_arn)?;
        if self.signing.is_empty() {
            tracing::warn!("the package is not signed: nobody can tell whether it was changed");
        }
        let archive = self.zip.then(|| zip(folder)).transpose()?;
        let reports = self.beside.write(folder)?;
        let summary = Summary {
            totals: &sealed.totals,
            selection: &self.draft.selection,
            folder,
            signatures: &signatures,
            archive: archive.as_deref(),
            reports: &reports,
            manifest: &sealed.manifest,
            before: self.before,
            simulated: provenance.endpoint.simulated,
        };
        summary.print(output.summary)?;
        Ok(sealed)
    }
}

/// Whether the package may stand where it was put. One that is wrong in its chain is no package; its records are kept.
fn take_place(place: &Place, folder: &Path, sealed: &Sealed) -> Result<()> {
    match place.admits(&sealed.recorded.provenance, sealed.manifest.as_of) {
        Ok(()) => Ok(()),
        Err(error @ NoPlace::TimeGoesBack { .. }) => {
            tracing::warn!("{error}: whoever verifies the chain will be told so");
            Ok(())
        }
        Err(error) => {
            let manifest = folder.join(MANIFEST);
            std::fs::remove_file(&manifest).map_err(|error| CommandError::file(&manifest, &error))?;
            Err(CommandError::failed(format_args!("{}: {error}", folder.display())).hint(
                "the records are kept: `trailaudit assess` makes a package of them without, or with another, --previous",
            ))
        }
    }
}

/// A draft by this program, with its report.
pub(crate) fn draft() -> Draft<'static> {
    Draft {
        baseline: Baseline::under(&Selection::default()),
        ..Draft::new(TOOL.clone()).report(&report::HtmlWriter)
    }
}

/// The rules and frameworks that were chosen: the rules that are named; else those the named frameworks ask for, with the
/// five that are asked always; else all there are.
pub(crate) fn terms(judge: &Judge) -> Result<(Vec<&'static Rule>, Selection)> {
    let chosen = judge
        .frameworks
        .iter()
        .map(|id| known_framework(id))
        .collect::<Result<Vec<_>>>()?;
    let named = judge
        .rules
        .iter()
        .map(|id| known_rule(id))
        .collect::<Result<Vec<_>>>()?;
    if named.iter().any(|rule| rule.id == EXCEPTIONS.id) {
        let told = format_args!(
            "--rule {}: it is asked whenever trailaudit.toml has exceptions",
            EXCEPTIONS.id
        );
        return Err(CommandError::usage(told).hint("name the rules whose fails the exceptions accept"));
    }
    let by_framework = !chosen.is_empty();
    let selection = Selection::new(chosen);
    let is_chosen = |candidate: &&'static Rule| match (named.is_empty(), by_framework) {
        (false, _) => named.iter().any(|rule| rule.id == candidate.id),
        (true, true) => selection.asks(candidate),
        (true, false) => true,
    };
    let rules = CATALOGUE.iter().copied().filter(is_chosen).collect();
    Ok((rules, selection))
}

fn known_framework(id: &str) -> Result<&'static framework::Framework> {
    framework::framework(id).ok_or_else(|| {
        let ids = frameworks().iter().map(|framework| framework.id.as_str());
        unknown("framework", id, ids, "controls frameworks")
    })
}

/// The rule with this id, or an error that names the nearest.
pub(crate) fn known_rule(id: &str) -> Result<&'static Rule> {
    rule(id).ok_or_else(|| unknown("rule", id, CATALOGUE.iter().map(|rule| rule.id), "controls list"))
}

fn unknown<'a>(what: &str, id: &str, known: impl Iterator<Item = &'a str>, list: &str) -> CommandError {
    let error = CommandError::usage(format_args!("there is no {what} {id:?}"));
    match nearest(id, known) {
        Some(near) => error.hint(format_args!("did you mean `{near}`? `trailaudit {list}` lists all")),
        None => error.hint(format_args!("`trailaudit {list}` lists all")),
    }
}
