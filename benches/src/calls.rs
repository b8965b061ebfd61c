//! Calls made without trailaudit.

pub mod bare;
pub mod sdk;

use std::error::Error;

/// Whatever went wrong: there is nothing to measure then.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;
