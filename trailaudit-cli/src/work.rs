//! Collecting into a directory: it is claimed for one run and one process, and what was collected in vain is kept for
//! the next.

use std::path::Path;

use tokio_util::sync::CancellationToken;
use trailaudit_aws::{Claim, CollectError, Collected, Collector, CollectorBuilder, Terms};

use crate::arguments::Output;
use crate::error::{CommandError, Result};
use crate::interrupts::Interrupts;
use crate::package::remove_folder;
use crate::progress;

/// A directory that a run works in.
pub(crate) struct Work {
    claim: Claim,
    interrupts: Interrupts,
    /// Whether the command could go on with it another time.
    resumable: bool,
}

impl Work {
    /// Claims a directory that must be new or empty or, when a run is to be resumed, may hold one that was begun on the
    /// same terms; nothing when that has ended.
    pub(crate) fn claim(folder: &Path, resume: bool, terms: &Terms) -> Result<Option<Self>> {
        let interrupts = Interrupts::watch(Some(kept(folder)))?;
        let claim = if resume {
            Claim::resume(folder).map_err(CollectError::from)?
        } else {
            Some(Claim::begin(folder).map_err(CollectError::from)?)
        };
        let Some(claim) = claim else { return Ok(None) };
        let bound = claim.on_terms(terms).map_err(CollectError::from);
        let work = Self {
            claim,
            interrupts,
            resumable: true,
        };
        match bound {
            Ok(()) => Ok(Some(work)),
            Err(error) => Err(work.failed(error)),
        }
    }

    /// The same for a command that has no second time.
    pub(crate) fn once(folder: &Path) -> Result<Self> {
        let interrupts = Interrupts::watch(None)?;
        Ok(Self {
            claim: Claim::begin(folder).map_err(CollectError::from)?,
            interrupts,
            resumable: false,
        })
    }

    /// Collects. What was collected stays when the run is interrupted or fails half-way; a run that came to nothing
    /// leaves nothing.
    pub(crate) fn collect(self, builder: CollectorBuilder, output: &Output) -> Result<(Collected, Self)> {
        let collect = |collector: Collector| collector.collect_in(&self.claim);
        match attended(&self.interrupts, builder, output, collect)? {
            Ok(collected) => Ok((collected, self)),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Something else is in the way. What was collected before stays.
    pub(crate) fn unbegun(self, error: CommandError) -> CommandError {
        drop(self.claim.abandon());
        error
    }

    /// The directory's claim.
    pub(crate) fn claimed(&self) -> &Claim {
        &self.claim
    }

    /// The run has ended, and the directory is nobody's any more.
    pub(crate) fn release(self) -> Result<()> {
        Ok(self.claim.release().map_err(CollectError::from)?)
    }

    /// The records are all there, but what was to be made of them is not.
    pub(crate) fn unmade(self, error: CommandError) -> CommandError {
        if !self.resumable {
            return self.undone(error);
        }
        let folder = self.claim.root().to_owned();
        // Whatever cannot be removed stays: the error that brought us here is the one to report.
        let _ = self.claim.sweep();
        error.hint_too(format_args!(
            "{}, or `trailaudit assess` judges it into another directory",
            kept(&folder)
        ))
    }

    fn failed(self, error: CollectError) -> CommandError {
        let folder = self.claim.root().to_owned();
        let (is_cancelled, is_refused) = (
            matches!(error, CollectError::Cancelled),
            matches!(error, CollectError::Claim(_)),
        );
        let told = CommandError::from(error);
        if !self.resumable {
            return self.undone(told);
        }
        let is_kept = is_cancelled || self.claim.abandon().is_some();
        if is_kept && !is_refused {
            told.hint_too(kept(&folder))
        } else {
            told
        }
    }

    /// There is no second time.
    fn undone(self, error: CommandError) -> CommandError {
        remove_folder(self.claim.root(), self.claim.is_made());
        error
    }
}

/// How many files are on their way to the disk at a time, and names on their way to the resolver. Each thread that
/// compresses holds a megabyte.
const FILES_AT_ONCE: usize = 2;

/// Sets a collector to work, shows how far it is, and ends it in order when it is interrupted.
pub(crate) fn attended<T, F: Future<Output = std::result::Result<T, CollectError>>>(
    interrupts: &Interrupts,
    builder: CollectorBuilder,
    output: &Output,
    work: impl FnOnce(Collector) -> F,
) -> Result<std::result::Result<T, CollectError>> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().max_blocking_threads(FILES_AT_ONCE).build();
    let runtime = runtime.map_err(|error| CommandError::failed(format_args!("the runtime cannot start: {error}")))?;
    Ok(interrupts.orderly(|cancellation: CancellationToken| {
        let mut collector = builder.cancellation(cancellation).build()?;
        let events = collector.progress();
        let work = futures::future::join(work(collector), progress::show(events, output));
        let (outcome, ()) = runtime.block_on(work);
        outcome
    }))
}

fn kept(folder: &Path) -> String {
    format!(
        "what was collected is kept in {}: the same command with --resume goes on with it",
        folder.display()
    )
}
