//! Progress on a terminal: accounts, Regions, calls, gaps so far, time left.

use std::io::IsTerminal;
use std::time::Duration;

use futures::StreamExt;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use trailaudit_aws::{Progress, ProgressEvents};

use crate::arguments::Output;

/// Shows the events until they end. Without a terminal, or when asked to be quiet, they are only counted.
pub(crate) async fn show(mut events: ProgressEvents, output: &Output) {
    let bar = bar(output);
    let mut tally = Tally::default();
    while let Some(event) = events.next().await {
        tally.take(&event);
        if let Progress::Gap {
            service,
            operation,
            account,
            region,
            code,
            ..
        } = &event
        {
            tracing::info!(%service, %operation, %account, %region, %code, "a call was refused or not answered");
        }
        match &event {
            Progress::Resumed { accounts } => {
                tracing::info!("the run goes on: {accounts} accounts are finished");
            }
            Progress::Discarded { path, why } => {
                tracing::warn!("{path}: {why}; an earlier session left it so, and it is collected again");
            }
            _ => (),
        }
        bar.set_length(tally.accounts);
        bar.set_position(tally.finished);
        bar.set_message(tally.to_string());
    }
    bar.finish_and_clear();
}

fn bar(output: &Output) -> ProgressBar {
    if output.quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(10));
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} accounts, {msg} [{elapsed}, {eta} left]") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// What has happened so far.
#[derive(Default)]
struct Tally {
    accounts: u64,
    finished: u64,
    regions_planned: usize,
    regions_read: usize,
    calls: u64,
    gaps: u64,
    joining: bool,
}

impl Tally {
    fn take(&mut self, event: &Progress) {
        match event {
            Progress::Discovered { accounts, .. } => self.accounts = *accounts as u64,
            Progress::RegionsPlanned { regions, .. } => self.regions_planned += regions,
            Progress::RegionRead { .. } => self.regions_read += 1,
            Progress::Call { .. } => self.calls += 1,
            Progress::Gap { .. } => self.gaps += 1,
            Progress::AccountFinished { .. } => self.finished += 1,
            Progress::Joining { .. } => self.joining = true,
            _ => (),
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            regions_read,
            regions_planned,
            calls,
            gaps,
            ..
        } = self;
        write!(
            f,
            "{regions_read}/{regions_planned} Regions, {calls} calls, {gaps} gaps"
        )?;
        if self.joining {
            f.write_str(", keys and log groups")
        } else {
            Ok(())
        }
    }
}
