//! The alarms of one account and Region.

use std::collections::BTreeMap;

use serde_json::Value;
use trailaudit_core::alert::Alarm;
use trailaudit_core::observed::{Gap, GapReason, Observed, Opinion};
use trailaudit_core::organization::AlarmId;
use trailaudit_core::{EvidenceId, Exchange};

use crate::inventory::pages::Pages;
use crate::inventory::said::{self, Part, Said, list, name, part, parts, text, texts};
use crate::metrics::{self, Metric};

const ALARMS: &str = "the alarms of the account";
const ACTS: &str = "whether the alarm does anything";

#[derive(Debug, Default)]
pub(super) struct Alarms {
    pages: Pages,
    by_id: BTreeMap<AlarmId, (AwsAlarm, EvidenceId)>,
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
        let Self {
            pages,
            by_id,
            composite,
        } = self;
        pages.read(id, exchange, ALARMS, |answer| {
            let single = said::each(answer.must("MetricAlarms", list)?, |entry| {
                let alarm = AwsAlarm::read(entry)?;
                by_id.insert(alarm.id.clone(), (alarm, id));
                Ok(())
            });
            let several = answer.may("CompositeAlarms", list)?.unwrap_or_default();
            let several = said::each(several, |entry| {
                let alarm = Part::of(entry)?;
                let (name, rule) = (alarm.must("AlarmName", name)?, alarm.must("AlarmRule", text)?);
                composite.insert(name.to_owned(), rule.to_owned());
                Ok(())
            });
            single.and(several)
        });
    }

    /// Decides whether each alarm does anything, once everything was read.
    pub fn settle(&mut self) {
        let Self {
            pages,
            by_id: alarms,
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
        self.by_id.get(id)
    }

    /// The alarms on any of these metrics.
    pub fn watching(&self, wanted: impl Fn(&Metric) -> bool) -> impl Iterator<Item = &(AwsAlarm, EvidenceId)> {
        self.by_id
            .values()
            .filter(move |(alarm, _)| alarm.metrics.iter().any(&wanted))
    }
}

impl AwsAlarm {
    fn read(entry: &Value) -> Said<Self> {
        let alarm = Part::of(entry)?;
        let actions = alarm.may("AlarmActions", texts)?.unwrap_or_default();
        // Alone it watches a metric, else an expression of several.
        let mut watched = vec![alarm];
        for query in alarm.may("Metrics", parts)?.unwrap_or_default() {
            query.may("AccountId", text)?;
            if let Some(stat) = query.may("MetricStat", part)? {
                watched.push(stat.must("Metric", part)?);
            }
        }
        let mut has_dimensions = false;
        for metric in watched {
            metric.may("Namespace", text)?;
            metric.may("MetricName", text)?;
            has_dimensions |= metric.may("Dimensions", list)?.is_some_and(|all| !all.is_empty());
        }
        let operator = alarm.may("ComparisonOperator", text)?;
        Ok(Self {
            id: alarm.must("AlarmArn", name)?.into(),
            name: alarm.must("AlarmName", name)?.to_owned(),
            actions: actions.into_iter().map(str::to_owned).collect(),
            metrics: metrics::watched_by(entry).collect(),
            enabled: entry["ActionsEnabled"].as_bool(),
            has_dimensions,
            rises: operator.is_some_and(|operator| operator.starts_with("Greater")),
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
