//! What an assessment is held to: thresholds, and exceptions.

mod exception;

use std::collections::BTreeSet;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

pub use exception::{Exception, Scope, Standing};

use crate::framework::{Framework, Selection};

/// Thresholds and exceptions. What is not said has the default that the controls name; nothing is accepted unless said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Baseline {
    /// The thresholds.
    pub thresholds: Thresholds,
    /// What is accepted, by whom and until when.
    #[serde(deserialize_with = "distinct", skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
}

/// Reads exceptions for serde: two of one name could not be told apart in a report.
///
/// # Errors
/// When an entry is no exception, or stands there twice.
pub fn distinct<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Exception>, D::Error> {
    let exceptions = Vec::<Exception>::deserialize(deserializer)?;
    let mut ids = BTreeSet::new();
    match exceptions.iter().find(|exception| !ids.insert(exception.id())) {
        Some(twice) => Err(D::Error::custom(format!(
            "the exception {} stands there twice",
            twice.id()
        ))),
        None => Ok(exceptions),
    }
}

/// How much is enough.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Thresholds {
    /// How old the latest delivery may be, in hours: at most ten years.
    #[serde(deserialize_with = "within_ten_years")]
    pub delivery_window_hours: u32,
    /// How long a trail's log group has to keep events, in days: at least one, at most the 3653 that CloudWatch Logs
    /// offers short of for ever.
    #[serde(deserialize_with = "at_most_ten_years")]
    pub log_group_retention_days: u32,
    /// How long a trail's bucket has to keep log files, and lock them, in days: at least one, at most a hundred years.
    #[serde(deserialize_with = "at_most_a_hundred_years")]
    pub log_file_retention_days: u32,
    /// How long an event store has to keep events, in days: at least one, at most the 3653 that `CloudTrail` Lake offers.
    #[serde(deserialize_with = "as_long_as_lake")]
    pub event_store_retention_days: u32,
    /// The keys of the tags that every trail has to have: any one when none is named.
    #[serde(deserialize_with = "named")]
    pub required_trail_tags: Vec<String>,
    /// The accounts that may administer audit trails by delegation: none unless named.
    #[serde(deserialize_with = "named")]
    pub approved_administrators: Vec<String>,
    /// The buckets trails have to deliver to: any when none is named.
    #[serde(deserialize_with = "named")]
    pub designated_buckets: Vec<String>,
    /// The topics trails have to notify, by their full names: any, or none at all, when none is named.
    #[serde(deserialize_with = "named")]
    pub designated_topics: Vec<String>,
    /// The log groups trails have to deliver to, by their full names without `:*`: any, or none at all, when none is
    /// named.
    #[serde(deserialize_with = "named")]
    pub designated_log_groups: Vec<String>,
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

fn at_most_ten_years<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    days(deserializer, "log-group-retention-days", 3_653)
}

fn at_most_a_hundred_years<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    days(deserializer, "log-file-retention-days", 36_500)
}

fn as_long_as_lake<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    days(deserializer, "event-store-retention-days", 3_653)
}

/// Nothing kept at all would be no retention; more than the longest can be kept only for ever, or not at all.
fn days<'de, D: Deserializer<'de>>(deserializer: D, key: &str, longest: u32) -> Result<u32, D::Error> {
    let days = u32::deserialize(deserializer)?;
    if !(1..=longest).contains(&days) {
        return Err(D::Error::custom(format!("{key} is {days}, not within 1 and {longest}")));
    }
    Ok(days)
}

/// A name that is empty, or has blanks around it, would never be met.
fn named<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    match names
        .iter()
        .find(|name| name.is_empty() || name.trim() != name.as_str())
    {
        Some(name) => Err(D::Error::custom(format!("{name:?} is no name"))),
        None => Ok(names),
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            delivery_window_hours: 24,
            log_group_retention_days: 365,
            log_file_retention_days: 365,
            event_store_retention_days: 365,
            required_trail_tags: Vec::new(),
            approved_administrators: Vec::new(),
            designated_buckets: Vec::new(),
            designated_topics: Vec::new(),
            designated_log_groups: Vec::new(),
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

/// How long `GxP` asks records to be kept, where nothing else is said: seven years.
const GXP_RETENTION_DAYS: u32 = 2_555;

impl Baseline {
    /// What is asked where nothing is configured, under the frameworks an assessment is written for: `GxP` has log files
    /// kept for seven years.
    #[must_use]
    pub fn under(selection: &Selection) -> Self {
        let mut baseline = Self::default();
        let is_gxp = |framework: &&Framework| framework.name.starts_with("GxP ");
        if selection.frameworks().iter().any(is_gxp) {
            baseline.thresholds.log_file_retention_days = GXP_RETENTION_DAYS;
        }
        baseline
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::framework;

    #[test]
    fn what_is_not_said_has_its_default_and_every_threshold_is_written() {
        assert_eq!(Baseline::from_toml("").unwrap(), Baseline::default());
        let only = Baseline::from_toml("[thresholds]\ndesignated-buckets = [\"b\"]\n").unwrap();
        assert_eq!(only.thresholds.designated_buckets, ["b"]);
        assert_eq!(only.thresholds.log_group_retention_days, 365);
        let written = only.to_toml().unwrap();
        assert_eq!(Baseline::from_toml(&written).unwrap(), only);
        insta::assert_snapshot!(written, @r#"
[thresholds]
delivery-window-hours = 24
log-group-retention-days = 365
log-file-retention-days = 365
event-store-retention-days = 365
required-trail-tags = []
approved-administrators = []
designated-buckets = ["b"]
designated-topics = []
designated-log-groups = []
"#);
    }

    #[test]
    fn gxp_has_log_files_kept_for_seven_years() {
        let days = |id: &str| {
            let chosen = framework(id).into_iter().collect();
            Baseline::under(&Selection::new(chosen))
                .thresholds
                .log_file_retention_days
        };
        assert_eq!(days("gxp-21-cfr-part-11"), 2_555);
        assert_eq!(days("gxp-eu-annex-11"), 2_555);
        assert_eq!(days("pci-dss"), 365);
    }

    #[test]
    fn a_slip_of_the_finger_is_refused() {
        for text in [
            "delivery-window-hours = 87601",
            "log-group-retention-days = 0",
            "log-group-retention-days = 3654",
            "log-file-retention-days = 36501",
            "event-store-retention-days = 3654",
            "required-trail-tags = [\"\"]",
            "designated-topics = [\"\"]",
            "approved-administrators = [\" 111111111111\"]",
            "designated-bucket = [\"b\"]",
        ] {
            assert!(
                Baseline::from_toml(&format!("[thresholds]\n{text}\n")).is_err(),
                "{text}"
            );
        }
    }

    /// What is wrong with an exception is said in words that tell what to do.
    #[test]
    fn an_exception_is_owned_and_dated() {
        const SOUND: &str = "rule = \"r\"\naccount = \"1\"\nreason = \"x\"\nticket = \"t\"\nrequested-by = \"Ada\"\n\
            approved-by = \"Grace\"\nstarts = 2026-01-01\nexpires = \"2026-12-31\"\n";
        let read = |text: &str| Baseline::from_toml(&format!("[[exceptions]]\n{text}"));
        let written = read(SOUND).unwrap().to_toml().unwrap();
        assert!(
            written.contains("starts = 2026-01-01\nexpires = 2026-12-31\n"),
            "{written}"
        );
        assert_eq!(Baseline::from_toml(&written).unwrap(), read(SOUND).unwrap());
        let refused = |was: &str, is: &str| {
            let error = read(&SOUND.replace(was, is)).unwrap_err().to_string();
            error.lines().last().unwrap_or_default().to_owned()
        };
        insta::assert_snapshot!(refused("account = \"1\"\n", ""), @"an exception names an account, an ou or a resource");
        insta::assert_snapshot!(refused("account = \"1\"", "account = \"1\"\nou = \"2\""), @"an exception names one of account, ou and resource, and no two of them");
        insta::assert_snapshot!(refused("Grace", "ADA"), @"approved-by is ADA, who requested the exception: somebody else approves it");
        insta::assert_snapshot!(refused("\"t\"", "\" \""), @"ticket of an exception is empty, or has blanks around it or control characters");
        insta::assert_snapshot!(refused("2026-12-31", "2025-12-31"), @"an exception expires on 2025-12-31, before it starts on 2026-01-01");
        insta::assert_snapshot!(refused("\"2026-12-31\"", "2026-12-31T00:00:00Z"), @"2026-12-31T00:00:00Z is not a day, such as 2026-12-31");
        insta::assert_snapshot!(refused("2026-12-31", "soon"), @"soon is not a day, such as 2026-12-31");
        insta::assert_snapshot!(refused("ticket = \"t\"\n", ""), @"missing field `ticket`");
        insta::assert_snapshot!(refused("reason", "raison"), @"unknown field `raison`, expected one of `rule`, `account`, `ou`, `resource`, `reason`, `ticket`, `requested-by`, `approved-by`, `starts`, `expires`");
        let twice = Baseline::from_toml(&format!("[[exceptions]]\n{SOUND}[[exceptions]]\n{SOUND}")).unwrap_err();
        assert!(twice.to_string().contains("stands there twice"), "{twice}");
    }
}
