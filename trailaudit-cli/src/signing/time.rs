//! Proof of when it was signed: a token of a time-stamping authority over a signature.

use tokio::runtime::Runtime;
use trailaudit_aws::TimestampAuthority;
use trailaudit_core::evidence::{Bundle, timestamp};

use crate::error::{CommandError, Result};

/// A time-stamping authority that can be asked.
pub(crate) struct Clock {
    authority: TimestampAuthority,
    runtime: Runtime,
}

impl Clock {
    /// Checks the address; nobody is asked yet.
    pub(crate) fn at(url: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| CommandError::failed(format_args!("the runtime cannot start: {error}")))?;
        let authority = TimestampAuthority::at(url)
            .map_err(|error| with_hint(CommandError::usage(format_args!("--tsa: {error}")), error.hint()))?;
        Ok(Self { authority, runtime })
    }

    /// The same signature with the time at which the authority saw it.
    pub(crate) fn stamp(&self, bundle: &[u8]) -> Result<Vec<u8>> {
        let bundle = Bundle::parse(bundle).map_err(CommandError::failed)?;
        let refused =
            |error: timestamp::TimestampError| CommandError::failed(format_args!("{}: {error}", self.authority.url()));
        let request = timestamp::request(&bundle.signature, rand::random()).map_err(refused)?;
        let answer = self.runtime.block_on(self.authority.ask(request.as_bytes()));
        let answer = answer.map_err(|error| with_hint(CommandError::failed(&error), error.hint()))?;
        let token = timestamp::response(&answer, &request).map_err(refused)?;
        Ok(bundle.with_timestamp(&token).to_bytes())
    }
}

fn with_hint(error: CommandError, hint: Option<&str>) -> CommandError {
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}
