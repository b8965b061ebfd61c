//! `trailaudit audit`: the main job.

mod ended;

use std::path::Path;

use trailaudit_aws::{AwsRecords, Folder, Terms};
use trailaudit_core::evidence::chain::{NoPlace, Place};
use trailaudit_core::evidence::package::MANIFEST;
use trailaudit_core::evidence::{Digest, Draft, DraftError, Sealed};
use trailaudit_core::framework::{self, Selection, frameworks};
use trailaudit_core::rules::{CATALOGUE, EXCEPTIONS, rule};
use trailaudit_core::{Baseline, Rule};

use super::collect;
use crate::arguments::{Audit, Judge, Output};
use crate::config::Config;
use crate::elsewhere::elsewhere;
use crate::error::{CommandError, Result, nearest};
use crate::exit::Exit;
use crate::package::{open_folder, zip};
use crate::packaging::{self, TOOL};
use crate::progress::Drawing;
use crate::report::{self, Beside};
use crate::signing::{Signatures, Signing};
use crate::summary::counted::Counted;
use crate::summary::tally::Standings;
use crate::summary::{Summary, exit};
use crate::work::Work;

/// Runs the command.
pub(crate) fn run(mut audit: Audit, output: &Output) -> Result<Exit> {
    elsewhere("out", &audit.collect.out)?;
    let mut config = Config::load(audit.collect.config.as_deref())?;
    config.complete_audit(&mut audit);
    let (rules, selection) = terms(&audit.judge)?;
    let signing = Signing::prepare(&audit.sign)?;
    let (draft, place) = packaging::read(&audit.packaging, draft())?;
    let baseline = config.baseline(&selection);
    let folder = &audit.collect.out;
    let beside = Beside::of(&audit.packaging.formats);
    let builder = collect::builder(&audit.collect, &rules)?;
    let collector = builder.clone().build()?;
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
        next: true,
    };
    let totals = match Work::claim(folder, audit.collect.resume, &judging.terms()?)? {
        None => ended::tell(&collector, &judging, folder, output)?,
        Some(work) => {
            if let Err(error) = judging.beside.refuse_existing(folder) {
                return Err(work.unbegun(error));
            }
            let (_, work) = work.collect(builder, output)?;
            judging.seal_work(work, output)?.totals
        }
    };
    Ok(exit(&totals, audit.fail_on.unwrap_or_default()))
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
    /// Whether it is told what to do next.
    pub next: bool,
}

impl Judging {
    /// Assesses the records in a directory, seals and signs the package there, and prints what came out.
    pub(crate) fn seal(&self, folder: &Path, output: &Output) -> Result<Sealed> {
        let (sealed, standings) = self.make(&mut open_folder(folder)?, folder, output)?;
        let signatures = self.sign(folder, &sealed)?;
        self.tell(folder, (&sealed, &standings), &signatures, output)?;
        Ok(sealed)
    }

    /// The same where a run has just collected them; that ends the run. A package that nobody could sign is whole all the
    /// same.
    pub(crate) fn seal_work(&self, work: Work, output: &Output) -> Result<Sealed> {
        let folder = work.claimed().root().to_owned();
        let (sealed, standings) = match self.make(&mut work.claimed().folder(), &folder, output) {
            Ok(made) => made,
            Err(error) => return Err(work.unmade(error)),
        };
        let signatures = self.sign(&folder, &sealed);
        work.release()?;
        let signatures = signatures.inspect_err(|_| tell_unsigned(&folder))?;
        self.tell(&folder, (&sealed, &standings), &signatures, output)?;
        Ok(sealed)
    }

    fn make(&self, store: &mut Folder, folder: &Path, output: &Output) -> Result<(Sealed, Standings)> {
        let drawing = Drawing::begin(output);
        let counted = Counted::by(&report::HtmlWriter, self.draft.rules.len(), &drawing);
        let sealed = self
            .draft
            .clone()
            .report(&counted)
            .seal(store, &AwsRecords)
            .map_err(|error| match &error {
                DraftError::Io(error) => CommandError::file(folder, error),
                error => CommandError::failed(format_args!("{}: {error}", folder.display())),
            })?;
        if let Some(place) = &self.place {
            take_place(place, folder, &sealed)?;
        }
        Ok((sealed, counted.standings()))
    }

    fn sign(&self, folder: &Path, sealed: &Sealed) -> Result<Signatures> {
        let signatures = self
            .signing
            .sign(folder, sealed, &sealed.recorded.provenance.collector.caller_arn)?;
        if self.signing.is_empty() {
            tracing::warn!("the package is not signed: nobody can tell whether it was changed");
        }
        Ok(signatures)
    }

    fn tell(
        &self,
        folder: &Path,
        (sealed, standings): (&Sealed, &Standings),
        signatures: &Signatures,
        output: &Output,
    ) -> Result<()> {
        let archive = self.zip.then(|| zip(folder)).transpose()?;
        let reports = self.beside.write(folder)?;
        let summary = Summary {
            totals: &sealed.totals,
            standings,
            selection: &self.draft.selection,
            folder,
            signatures,
            archive: archive.as_deref(),
            reports: &reports,
            manifest: &sealed.manifest,
            before: self.before,
            simulated: sealed.recorded.provenance.endpoint.simulated,
            next: self.next && !output.quiet,
        };
        summary.print(output.summary)
    }

    /// What a resumed run has to be judged by.
    fn terms(&self) -> Result<Terms> {
        terms_of(&self.draft.rules, &self.draft.selection, &self.draft.baseline)
    }
}

/// The terms of verdicts, to be compared.
fn terms_of(rules: &[&'static Rule], selection: &Selection, baseline: &Baseline) -> Result<Terms> {
    let baseline = baseline.to_toml().map_err(CommandError::failed)?;
    let (thresholds, exceptions) = baseline.split_once("[[exceptions]]").unwrap_or((&baseline, "none"));
    let lines = |text: &str| {
        let lines = text.lines().filter(|line| !line.is_empty() && *line != "[thresholds]");
        lines.collect::<Vec<_>>().join("; ")
    };
    // Chosen nowhere: exceptions bring it along.
    let chosen = rules.iter().filter(|rule| rule.id != EXCEPTIONS.id);
    let rules: Vec<_> = chosen.map(|rule| rule.id).collect();
    let chosen = if rules.len() == CATALOGUE.len() {
        "all".to_owned()
    } else {
        rules.join(", ")
    };
    let frameworks: Vec<_> = selection.frameworks().iter().map(|framework| &*framework.id).collect();
    let mut terms = collect::terms("audit");
    for (what, is) in [
        ("the rules chosen", chosen),
        ("the frameworks chosen", frameworks.join(", ")),
        ("the thresholds", lines(thresholds)),
        ("the exceptions", lines(exceptions)),
    ] {
        terms.insert(what.to_owned(), is);
    }
    Ok(terms)
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

/// A draft by this program; its report is written where it is made.
pub(crate) fn draft() -> Draft<'static> {
    Draft {
        baseline: Baseline::under(&Selection::default()),
        ..Draft::new(TOOL.clone())
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
