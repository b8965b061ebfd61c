//! What `trailaudit --version` says beside the version: of which commit, with which rules, made how.

use std::sync::LazyLock;

use trailaudit_core::Baseline;
use trailaudit_core::evidence::Digest;
use trailaudit_core::tables::catalogue::to_json;

use crate::arguments::Judge;
use crate::commands::audit::terms;

/// Only release builds know their commit.
const COMMIT: Option<&str> = option_env!("TRAILAUDIT_COMMIT");

/// The version and what it stands for; the first line is all that `-V` prints.
pub(crate) static LONG: LazyLock<String> = LazyLock::new(|| {
    let features = if cfg!(feature = "demo") { "demo" } else { "none" };
    format!(
        "{}\ncommit:    {}\ncatalogue: {}\nfeatures:  {features}",
        env!("CARGO_PKG_VERSION"),
        COMMIT.unwrap_or("unknown"),
        catalogue().unwrap_or_else(|| "unknown".to_owned()),
    )
});

/// The rules, by the digest that the manifest of a run without any option names.
fn catalogue() -> Option<String> {
    let (rules, selection) = terms(&Judge::default()).ok()?;
    let json = to_json(&rules, &selection, &Baseline::under(&selection)).ok()?;
    Some(format!("{} rules, SHA-256 {}", rules.len(), Digest::of(&json)))
}
