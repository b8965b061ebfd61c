//! `trailaudit assess`: judging records again, offline.

use trailaudit_core::Baseline;
use trailaudit_core::evidence::{Draft, Judged};
use trailaudit_core::framework::Selection;

use super::audit::{Judging, draft, terms};
use crate::arguments::{Assess, Output};
use crate::config::Config;
use crate::elsewhere::elsewhere_than;
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::package::{copy_records, make_folder, open, remove_folder};
use crate::packaging;
use crate::report::Beside;
use crate::signing::Signing;
use crate::summary::exit;

/// Runs the command.
pub(crate) fn run(mut assess: Assess, output: &Output) -> Result<Exit> {
    elsewhere_than("out", &assess.out, [&assess.records], "what is assessed")?;
    let mut config = Config::load(assess.config.as_deref())?;
    config.complete_judge(&mut assess.judge);
    config.complete_sign(&mut assess.sign);
    config.complete_packaging(&mut assess.packaging);
    let (rules, selection) = terms(&assess.judge)?;
    let signing = Signing::prepare(&assess.sign)?;
    let as_of = assess.as_of.or(config.as_of());
    let fail_on = assess.fail_on.or(config.fail_on()).unwrap_or_default();
    let (draft, place) = packaging::read(&assess.packaging, draft())?;
    let beside = Beside::of(&assess.packaging.formats);
    beside.refuse_existing(&assess.out)?;
    let records = open(&assess.records)?;
    // A package is judged again by its own terms but where others are asked for.
    let before = Judged::of(&*records)
        .map_err(|error| CommandError::failed(format_args!("{}: {error}", assess.records.display())))?;
    if before.is_some() {
        packaging::check_sound(&assess.records)?;
    }
    let own = before.as_ref();
    let selection = match own {
        Some(before) if assess.judge.frameworks.is_empty() => Selection::new(before.frameworks()),
        _ => selection,
    };
    let rules = match own {
        Some(before) if assess.judge.frameworks.is_empty() && assess.judge.rules.is_empty() => before.rules(),
        _ => rules,
    };
    let baseline = config
        .baseline(&selection)
        .or_else(|| own.map(|before| before.baseline.clone()));
    let judging = Judging {
        draft: Draft {
            rules,
            baseline: baseline.unwrap_or_else(|| Baseline::under(&selection)),
            selection,
            as_of: as_of.or(own.map(|before| before.as_of)),
            ..draft
        },
        signing,
        place,
        zip: assess.packaging.zip,
        beside,
        before: own.map(|before| before.catalogue_sha256),
        next: true,
    };

    let run = trailaudit_aws::package::whole_run(&*records)
        .map_err(|error| CommandError::failed(format_args!("{}: {error}", assess.records.display())))?;
    if run.finished.is_none() {
        let error = CommandError::failed(format_args!(
            "{}: the run there has not ended",
            assess.records.display()
        ));
        return Err(error.hint("the command that began it goes on with it when given --resume"));
    }
    let made = make_folder(&assess.out)?;
    let sealed = copy_records(&*records, &assess.out).and_then(|()| judging.seal(&assess.out, output));
    let sealed = sealed.inspect_err(|_| remove_folder(&assess.out, made))?;
    Ok(exit(&sealed.totals, fail_on))
}
