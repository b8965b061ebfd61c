//! The thresholds an assessment is held to.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

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
    /// How old the latest delivery may be, in hours: at most ten years.
    #[serde(deserialize_with = "within_ten_years")]
    pub delivery_window_hours: u32,
}

/// A longer window would accept anything, and is a slip of the finger.
fn within_ten_years<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    const TEN_YEARS: u32 = 87_600;
    let hours = u32::deserialize(deserializer)?;
    if hours > TEN_YEARS {
        let message = format!("delivery-window-hours is {hours}, more than ten years ({TEN_YEARS})");
        return Err(D::Error::custom(message));
    }
    Ok(hours)
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
