//! Progress on a terminal: accounts, Regions, calls a second, gaps so far, time left.

mod tally;

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::StreamExt;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::MissedTickBehavior;
use trailaudit_aws::{Progress, ProgressEvents};

use crate::arguments::Output;
use crate::terminal::Terminal;
use tally::Tally;

/// How often it is drawn.
const PAUSE: Duration = Duration::from_millis(200);

/// What is drawn now: other lines have to go by it.
static DRAWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Shows the events until they end. Without a terminal, or when asked to be quiet, nothing is drawn.
pub(crate) async fn show(mut events: ProgressEvents, output: &Output) {
    let terminal = Terminal::stderr();
    let drawing = Drawing::begin(output);
    let mut tally = Tally::default();
    let begun = Instant::now();
    let mut ticks = tokio::time::interval(PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(event) => {
                    log(&event);
                    tally.take(&event, begun.elapsed());
                }
                None => break,
            },
            _ = ticks.tick(), if drawing.is_seen() => {
                tally.tick(begun.elapsed());
                drawing.draw(&tally.lines(begun.elapsed(), terminal));
            }
        }
    }
}

fn log(event: &Progress) {
    match event {
        Progress::Gap {
            service,
            operation,
            account,
            region,
            code,
            ..
        } => tracing::info!(%service, %operation, %account, %region, %code, "a call was refused or not answered"),
        Progress::Resumed { accounts } => tracing::info!("the run goes on: {accounts} accounts are finished"),
        Progress::Discarded { path, why } => {
            tracing::warn!("{path}: {why}; an earlier session left it so, and it is collected again");
        }
        _ => (),
    }
}

/// Tells something on stderr while what is drawn there makes room.
pub(crate) fn aside<T>(tell: impl FnOnce() -> T) -> T {
    let drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match drawn {
        Some(bar) => bar.suspend(tell),
        None => tell(),
    }
}

/// What is drawn; nothing any more when it is dropped.
pub(crate) struct Drawing(Option<ProgressBar>);

impl Drawing {
    /// Nothing yet.
    pub(crate) fn begin(output: &Output) -> Self {
        if output.quiet || !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        *DRAWN.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar.clone());
        Self(Some(bar))
    }

    /// Whether anybody sees it.
    pub(crate) fn is_seen(&self) -> bool {
        self.0.is_some()
    }

    /// Draws these lines in place of those before.
    pub(crate) fn draw(&self, lines: &str) {
        if let Some(bar) = &self.0 {
            bar.set_message(lines.to_owned());
            bar.tick();
        }
    }
}

impl Drop for Drawing {
    fn drop(&mut self) {
        if let Some(bar) = self.0.take() {
            *DRAWN.lock().unwrap_or_else(PoisonError::into_inner) = None;
            bar.finish_and_clear();
        }
    }
}
