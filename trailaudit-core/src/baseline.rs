//! The thresholds an assessment is held to.

use serde::{Deserialize, Serialize};

/// Thresholds. What is not said has the default that the controls name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Baseline {
    /// The thresholds.
    pub thresholds: Thresholds,
}

/// How much is enough.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Thresholds {
    /// How old the latest delivery may be, in hours.
    pub delivery_window_hours: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            delivery_window_hours: 24,
        }
    }
}

/// A baseline that cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// The text is not a baseline.
    #[error("not a baseline: {0}")]
    Unreadable(#[from] toml::de::Error),
    /// It cannot be written.
    #[error("the baseline cannot be written: {0}")]
    Unwritable(#[from] toml::ser::Error),
}

impl Baseline {
    /// Reads `baseline.toml`.
    ///
    /// # Errors
    /// When it is not TOML, or has a key this version does not know.
    pub fn from_toml(text: &str) -> Result<Self, BaselineError> {
        Ok(toml::from_str(text)?)
    }

    /// Writes `baseline.toml`, every threshold named.
    ///
    /// # Errors
    /// When a threshold cannot be written as TOML.
    pub fn to_toml(&self) -> Result<String, BaselineError> {
        Ok(toml::to_string(self)?)
    }
}
