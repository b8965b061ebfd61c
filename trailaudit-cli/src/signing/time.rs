//! Proof of when it was signed: a token of a time-stamping authority over a signature.

use jiff::Timestamp;
use tokio::runtime::Runtime;
use trailaudit_aws::TimestampAuthority;
use trailaudit_core::evidence::{Bundle, Statement, timestamp};

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

    /// The same signature with the time at which the authority saw it, after a collection that ended at `ended`. A time
    /// that no verifier could believe is none: with it, nobody would accept the signature.
    pub(crate) fn stamp(&self, bundle: &[u8], ended: Timestamp) -> Result<Vec<u8>> {
        let bundle = Bundle::parse(bundle).map_err(CommandError::failed)?;
        let refused =
            |error: timestamp::TimestampError| CommandError::failed(format_args!("{}: {error}", self.authority.url()));
        let request = timestamp::request(&bundle.signature, rand::random()).map_err(refused)?;
        let answer = self.runtime.block_on(self.authority.ask(request.as_bytes()));
        let answer = answer.map_err(|error| with_hint(CommandError::failed(&error), error.hint()))?;
        let token = timestamp::response(&answer, &request).map_err(refused)?;
        let declared = Statement::parse(&bundle.payload)
            .map_err(CommandError::failed)?
            .declared_time;
        let claimed = token.claim().map_err(refused)?;
        if let Some((_, doubt)) = claimed.doubts(declared, Some(ended), Some(Timestamp::now())).first() {
            let what = format!("{}: its time cannot be right: {doubt}", self.authority.url());
            return Err(CommandError::failed(what).hint("look at the authority's clock, and at this machine's"));
        }
        Ok(bundle.with_timestamp(&token).to_bytes())
    }
}

fn with_hint(error: CommandError, hint: Option<&str>) -> CommandError {
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}
