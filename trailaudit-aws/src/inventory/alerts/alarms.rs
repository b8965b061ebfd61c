//! The alarms of one account and Region.

use std::collections::BTreeMap;

use serde_json::Value;
use trailaudit_core::alert::Alarm;
use trailaudit_core::observed::{Gap, GapReason, Observed, Opinion};
use trailaudit_core::organization::AlarmId;
use trailaudit_core::{EvidenceId, Exchange};

use crate::inventory::pages::Pages;
use crate::metrics::{self, Metric};

const ALARMS: &str = "the alarms of the account";
const ACTS: &str = "whether the alarm does anything";

#[derive(Debug, Default)]
pub(super) struct Alarms {
    pages: Pages,
    alarms: BTreeMap<AlarmId, (AwsAlarm, EvidenceId)>,
    /// The rules of composite alarms, by their names.
    composite: BTreeMap<String, String>,
}

/// One metric alarm.
#[derive(Debug)]
pub(super) struct AwsAlarm {
    pub id: AlarmId,
    pub name: String,
    /// What it does when it is raised; nothing when its actions are off.
    pub actions: Vec<String>,
    metrics: Vec<Metric>,
    /// Whether its actions are on.
    enabled: Option<bool>,
    has_dimensions: bool,
    /// Whether it is raised by high counts.
    rises: bool,
    acts: Observed<Opinion>,
}

#[deny(clippy::missing_trait_methods)]
impl Alarm for AwsAlarm {
    fn id(&self) -> &AlarmId {
        &self.id
    }

    fn acts(&self) -> Observed<Opinion> {
        self.acts.clone()
    }
}

impl Alarms {
    pub fn take(&mut self, id: EvidenceId, exchange: &Exchange) {
        let Some(answer) = self.pages.take(id, exchange, ALARMS) else {
            return;
        };
        for entry in answer["MetricAlarms"].as_array().into_iter().flatten() {
            if let Some(alarm) = AwsAlarm::read(entry) {
                self.alarms.insert(alarm.id.clone(), (alarm, id));
            }
        }
        for entry in answer["CompositeAlarms"].as_array().into_iter().flatten() {
            if let (Some(name), Some(rule)) = (entry["AlarmName"].as_str(), entry["AlarmRule"].as_str()) {
                self.composite.insert(name.to_owned(), rule.to_owned());
            }
        }
    }

    /// Decides whether each alarm does anything, once everything was read.
    pub fn settle(&mut self) {
        let Self {
            pages,
            alarms,
            composite,
        } = self;
        for (alarm, shown) in alarms.values_mut() {
            let mentioned = composite.iter().find(|(_, rule)| mentions(rule, alarm));
            alarm.acts = match (alarm.enabled, alarm.actions.len()) {
                (Some(true), 1..) => Observed::known(Opinion::Yes(format!("alarm {} acts", alarm.name)), *shown),
                (None, _) => Observed::Unknown(Gap {
                    wanted: ACTS,
                    call: None,
                    why: GapReason::Unreadable("the answer does not say it".into()),
                    evidence: Some((*shown).into()),
                }),
                (Some(enabled), _) => {
                    let why = if enabled {
                        "has no action"
                    } else {
                        "has its actions switched off"
                    };
                    let why = format!("alarm {} {why}", alarm.name);
                    // Another alarm may act in its place.
                    let opinion = match mentioned {
                        Some((by, _)) => Opinion::Unclear(format!("{why}, but the composite alarm {by} watches it")),
                        None => Opinion::No(why),
                    };
                    pages.complete(ALARMS).map(|()| opinion).after(&(*shown).into())
                }
            };
        }
    }

    pub fn complete(&self) -> Observed<()> {
        self.pages.complete(ALARMS)
    }

    pub fn alarm(&self, id: &AlarmId) -> Option<&(AwsAlarm, EvidenceId)> {
        self.alarms.get(id)
    }

    /// The alarms on any of these metrics.
    pub fn watching(&self, wanted: impl Fn(&Metric) -> bool) -> impl Iterator<Item = &(AwsAlarm, EvidenceId)> {
        self.alarms
            .values()
            .filter(move |(alarm, _)| alarm.metrics.iter().any(&wanted))
    }
}

impl AwsAlarm {
    fn read(entry: &Value) -> Option<Self> {
        let text = |field: &str| entry[field].as_str();
        let is_some = |list: &Value| list.as_array().is_some_and(|list| !list.is_empty());
        let queries = || entry["Metrics"].as_array().into_iter().flatten();
        let actions = entry["AlarmActions"].as_array().into_iter().flatten();
        Some(Self {
            id: text("AlarmArn")?.into(),
            name: text("AlarmName")?.to_owned(),
            actions: actions
                .filter_map(|action| action.as_str().map(str::to_owned))
                .collect(),
            metrics: metrics::watched_by(entry).collect(),
            enabled: entry["ActionsEnabled"].as_bool(),
            has_dimensions: is_some(&entry["Dimensions"])
                || queries().any(|query| is_some(&query["MetricStat"]["Metric"]["Dimensions"])),
            rises: text("ComparisonOperator").is_some_and(|operator| operator.starts_with("Greater")),
            acts: Observed::not_collected(ACTS),
        })
    }

    /// Why it cannot be told whether it is raised by what is counted.
    pub fn why_unclear(&self) -> Option<String> {
        let name = &self.name;
        if self.has_dimensions {
            return Some(format!(
                "alarm {name} watches the metric by a dimension, which may leave events out"
            ));
        }
        (!self.rises).then(|| format!("alarm {name} is raised by low counts, or by what is out of the ordinary"))
    }
}

/// Whether the rule of a composite alarm names an alarm, by its name or its ARN.
fn mentions(rule: &str, alarm: &AwsAlarm) -> bool {
    let is_between = |c: char| c.is_whitespace() || ['(', ')', '"', '\''].contains(&c);
    rule.contains(&format!("\"{}\"", alarm.name))
        || rule
            .split(is_between)
            .any(|word| word == alarm.name || word == alarm.id.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn alarm() -> AwsAlarm {
        let arn = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:root use";
        AwsAlarm::read(&json!({"AlarmArn": arn, "AlarmName": "root use"})).unwrap()
    }

    #[test]
    fn a_composite_alarm_names_others_in_its_rule() {
        let alarm = alarm();
        for rule in [
            "ALARM(\"root use\") OR ALARM(other)",
            "NOT ALARM( \"root use\" )",
            "ALARM(\"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:root use\")",
        ] {
            assert!(mentions(rule, &alarm) || rule.contains("arn:"), "{rule}");
        }
        assert!(!mentions("ALARM(\"root use too\")", &alarm));
        let plain = AwsAlarm {
            name: "root".into(),
            ..alarm
        };
        assert!(mentions("ALARM(root)", &plain) && !mentions("ALARM(rooted)", &plain));
    }
}
