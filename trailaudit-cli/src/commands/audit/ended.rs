//! `trailaudit audit --resume` where the run has ended: it says again what came out, and changes nothing.

use std::fs;
use std::path::Path;

use trailaudit_aws::{AwsRecords, Change, ClaimError, CollectError, Collector};
use trailaudit_core::assessment::{Assessing, Totals};
use trailaudit_core::evidence::package::MANIFEST;
use trailaudit_core::evidence::{Judged, Manifest, Provider};
use trailaudit_core::framework::Selection;
use trailaudit_core::rules::asked;

use super::{Judging, terms_of};
use crate::arguments::Output;
use crate::error::{CommandError, Result};
use crate::package::{beside, open_folder, zip};
use crate::signing::Signatures;
use crate::summary::Summary;
use crate::summary::tally::Tally;

/// Prints what came out, if this is the run that was asked for; gives what it came to.
pub(super) fn tell(collector: &Collector, judging: &Judging, folder: &Path, output: &Output) -> Result<Totals> {
    let failed = |error: &dyn std::fmt::Display| CommandError::failed(format_args!("{}: {error}", folder.display()));
    let files = open_folder(folder)?;
    let Some(judged) = Judged::of(&files).map_err(|error| failed(&error))? else {
        return Err(failed(&"these records were collected by `collect`, and not judged")
            .hint("`trailaudit assess` judges them into another directory"));
    };
    // The rules first: what was asked follows from them.
    let before = terms_of(&judged.rules(), &Selection::new(judged.frameworks()), &judged.baseline)?;
    if let Some(change) = Change::between(&before, &judging.terms()?) {
        let path = folder.to_owned();
        return Err(CollectError::from(ClaimError::Otherwise { path, change }).into());
    }
    collector.ended(folder)?;
    let manifest = fs::read(folder.join(MANIFEST)).map_err(|error| failed(&error))?;
    let manifest = Manifest::parse(&manifest).map_err(|error| failed(&error))?;
    let recorded = AwsRecords.read(&files).map_err(|error| failed(&error))?;
    let draft = &judging.draft;
    let rules = asked(&draft.rules, &draft.baseline);
    let mut assessing = Assessing::new(&*recorded.inventory, &rules, &draft.baseline, judged.as_of);
    let mut tally = Tally::of(recorded.inventory.accounts(), &draft.selection);
    assessing.by_ref().for_each(|findings| tally.add(&findings));
    let (totals, standings) = (assessing.finish(), tally.standings());
    let archive = judging.zip.then(|| beside(folder, ".zip"));
    if archive.as_ref().is_some_and(|archive| !archive.exists()) {
        zip(folder)?;
    }
    let reports = judging.beside.complete(folder)?;
    let signatures = Signatures {
        count: fs::read_dir(folder.join("signatures")).map_or(0, Iterator::count),
        time: None,
    };
    let summary = Summary {
        totals: &totals,
        standings: &standings,
        selection: &draft.selection,
        folder,
        signatures: &signatures,
        archive: archive.as_deref(),
        reports: &reports,
        manifest: &manifest,
        before: None,
        simulated: recorded.provenance.endpoint.simulated,
        next: judging.next && !output.quiet,
    };
    summary.print(output.summary)?;
    Ok(totals)
}
