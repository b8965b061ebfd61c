//! Ctrl-C and SIGTERM. Once, they end what can be ended in order; twice, or where nothing is lost by it, everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::error::{CommandError, Result};
use crate::exit::Exit;

/// SIGXFSZ, on every system this runs on: a file has become larger than `ulimit -f` allows.
const FILE_TOO_LARGE: i32 = 25;

/// Watches for interruptions until the process ends.
pub(crate) struct Interrupts {
    cancellation: CancellationToken,
    orderly: Arc<AtomicBool>,
}

impl Interrupts {
    /// Watches from now on, in a thread of its own: whoever computes or waits for a disk does not look up. `hint` is what
    /// whoever interrupts can do then.
    pub(crate) fn watch(hint: Option<String>) -> Result<Self> {
        let failed = |error| CommandError::failed(format_args!("signals cannot be waited for: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(failed)?;
        let watching = {
            let _guard = runtime.enter();
            let listen = |kind| signal(kind).map_err(failed);
            (
                listen(SignalKind::interrupt())?,
                listen(SignalKind::terminate())?,
                // Unless somebody listens, it kills: then nobody would be told which file it was.
                listen(SignalKind::from_raw(FILE_TOO_LARGE))?,
            )
        };
        let interrupts = Self {
            cancellation: CancellationToken::new(),
            orderly: Arc::default(),
        };
        let (cancellation, orderly) = (interrupts.cancellation.clone(), interrupts.orderly.clone());
        let watch = async move {
            let (mut interrupt, mut terminate, mut too_large) = watching;
            loop {
                tokio::select! {
                    _ = interrupt.recv() => (),
                    _ = terminate.recv() => (),
                    _ = too_large.recv() => continue,
                }
                if cancellation.is_cancelled() || !orderly.load(Ordering::SeqCst) {
                    let error = CommandError::interrupted("interrupted");
                    crate::tell(&match &hint {
                        Some(hint) => error.hint(hint),
                        None => error,
                    });
                    std::process::exit(Exit::Interrupted as i32);
                }
                cancellation.cancel();
            }
        };
        thread::spawn(move || runtime.block_on(watch));
        Ok(interrupts)
    }

    /// Runs something that ends in order when the token is cancelled: so the first interruption does that.
    pub(crate) fn orderly<T>(&self, run: impl FnOnce(CancellationToken) -> T) -> T {
        self.orderly.store(true, Ordering::SeqCst);
        let outcome = run(self.cancellation.clone());
        self.orderly.store(false, Ordering::SeqCst);
        outcome
    }
}
