//! What log groups alert on: metric filters, the alarms on what they count, and whom these reach. Joined by ARN, in the
//! group's own account and Region; topics wherever they are.

mod alarms;
mod compared;
mod filters;
mod topics;

use std::collections::{BTreeMap, BTreeSet};

use trailaudit_core::alert::{Activity, Alarm};
use trailaudit_core::filter_pattern::{ALARMS, Coverage};
use trailaudit_core::observed::{Evidence, Gap, Observed, Opinion};
use trailaudit_core::organization::{AccountId, AlarmId, LogGroupId, Region};
use trailaudit_core::{EvidenceId, Exchange};

use self::alarms::{Alarms, AwsAlarm};
use self::compared::Compared;
use self::filters::{Filter, Filters};
use self::topics::Topics;
use super::words::listed;
use crate::arn::Arn;

const ALERTS: &str = "whether somebody is told what shows in the log group";

/// What the records show of alerts.
#[derive(Debug, Default)]
pub(super) struct Alerts {
    filters: BTreeMap<LogGroupId, Filters>,
    alarms: BTreeMap<(AccountId, Region), Alarms>,
    topics: Topics,
    compared: Compared,
}

impl Alerts {
    pub(super) fn take(&mut self, id: EvidenceId, exchange: &Exchange, partition: &str) {
        let Exchange { account, region, .. } = exchange;
        match exchange.operation.as_str() {
            "DescribeMetricFilters" => {
                if let Some(name) = exchange.parameters["logGroupName"].as_str() {
                    let group = format!("arn:{partition}:logs:{region}:{account}:log-group:{name}");
                    self.filters.entry(group.into()).or_default().take(id, exchange);
                }
            }
            "DescribeAlarms" => {
                let place = (account.clone(), region.clone());
                self.alarms.entry(place).or_default().take(id, exchange);
            }
            "ListSubscriptionsByTopic" => self.topics.take(id, exchange),
            _ => (),
        }
    }

    /// Whether somebody is told of each activity, in the order of [`Activity::ALL`]; empty where nobody asked.
    pub(super) fn of_group(
        &self,
        group: &LogGroupId,
        refusal: &(dyn Fn(&AccountId) -> Option<Gap> + Sync),
    ) -> Vec<Observed<Opinion>> {
        let (Some(filters), Some(place)) = (self.filters.get(group), place_of(group)) else {
            return Vec::new();
        };
        let followed: Vec<_> = filters
            .all()
            .map(|(filter, shown)| {
                let reach = self.reach(&place, filter, refusal);
                let evidence = *shown;
                Followed {
                    filter,
                    evidence,
                    reach,
                }
            })
            .collect();
        let tell = |activity| told_of(activity, &followed, filters, &self.compared);
        Activity::ALL.into_iter().map(tell).collect()
    }

    /// The alarms on anything that is counted in a group.
    pub(super) fn alarms_of(&self, group: &LogGroupId) -> Option<Observed<Vec<AlarmId>>> {
        let (filters, place) = (self.filters.get(group)?, place_of(group)?);
        let counted: BTreeSet<_> = filters.all().flat_map(|(filter, _)| &filter.metrics).collect();
        let listed = filters.complete();
        if counted.is_empty() {
            return Some(listed.map(|()| Vec::new()));
        }
        let nobody = Alarms::default();
        let alarms = self.alarms.get(&place).unwrap_or(&nobody);
        Some(listed.then(|()| {
            alarms.complete().map(|()| {
                let watching = alarms.watching(|metric| counted.contains(metric));
                watching.map(|(alarm, _)| alarm.id.clone()).collect()
            })
        }))
    }

    /// Every alarm by its ARN.
    pub(super) fn settle(&mut self) {
        self.alarms.values_mut().for_each(Alarms::settle);
    }

    pub(super) fn alarm(&self, id: &AlarmId) -> Option<Observed<Option<&dyn Alarm>>> {
        let arn = Arn::parse(id.as_str())?;
        let alarms = self.alarms.get(&(arn.account_id()?, arn.region()?))?;
        Some(match alarms.alarm(id) {
            Some((alarm, shown)) => {
                let alarm: &dyn Alarm = alarm;
                Observed::known(Some(alarm), *shown)
            }
            None => alarms.complete().map(|()| None),
        })
    }

    /// Whether what a filter counts reaches somebody.
    fn reach(
        &self,
        place: &(AccountId, Region),
        filter: &Filter,
        refusal: &dyn Fn(&AccountId) -> Option<Gap>,
    ) -> Observed<Opinion> {
        let nobody = Alarms::default();
        let alarms = self.alarms.get(place).unwrap_or(&nobody);
        let watching = alarms.watching(|metric| filter.metrics.contains(metric));
        let reached: Vec<_> = watching
            .map(|(alarm, shown)| {
                let told = match alarm.why_unclear().or_else(|| filter.dimensions.clone()) {
                    Some(why) => Observed::known(Opinion::Unclear(why), *shown),
                    None => self.acts(alarm, *shown, refusal),
                };
                told.after(&(*shown).into())
            })
            .collect();
        let metrics = || {
            listed(
                filter
                    .metrics
                    .iter()
                    .map(|metric| format!("{}/{}", metric.namespace, metric.name)),
            )
        };
        strongest(reached, || {
            let why = format!("no alarm of account {} in {} watches {}", place.0, place.1, metrics());
            alarms.complete().map(|()| Opinion::No(why))
        })
    }

    /// Whether an alarm reaches somebody.
    fn acts(
        &self,
        alarm: &AwsAlarm,
        shown: EvidenceId,
        refusal: &dyn Fn(&AccountId) -> Option<Gap>,
    ) -> Observed<Opinion> {
        alarm.acts().then(|acts| match acts {
            Opinion::Yes(_) => {
                let reached = alarm
                    .actions
                    .iter()
                    .map(|action| self.topics.reach(action, shown, refusal));
                strongest(reached.collect(), || {
                    Observed::known(Opinion::No(format!("alarm {} does nothing", alarm.name)), shown)
                })
            }
            other => Observed::known(other, shown),
        })
    }
}

fn place_of(group: &LogGroupId) -> Option<(AccountId, Region)> {
    let arn = Arn::parse(group.as_str())?;
    Some((arn.account_id()?, arn.region()?))
}

/// One yes is enough; then what is not known, and what nobody can tell, stand before a no. Of several no the first tells
/// why, and all show it.
fn strongest(told: Vec<Observed<Opinion>>, none: impl FnOnce() -> Observed<Opinion>) -> Observed<Opinion> {
    let is = |wanted: fn(&Opinion) -> bool| move |told: &&Observed<Opinion>| matches!(told, Observed::Known { value, .. } if wanted(value));
    let is_yes = is(|opinion| matches!(opinion, Opinion::Yes(_)));
    let is_unclear = is(|opinion| matches!(opinion, Opinion::Unclear(_)));
    let unknown = |told: &&Observed<Opinion>| matches!(told, Observed::Unknown(_));
    let best = told.iter().find(is_yes).or_else(|| told.iter().find(unknown));
    if let Some(best) = best.or_else(|| told.iter().find(is_unclear)) {
        return best.clone();
    }
    let mut all = told.into_iter();
    match all.next() {
        None => none(),
        Some(first) => all.fold(first, |first, other| first.then(|why| other.map(|_| why))),
    }
}

/// A filter of a group, and whether what it counts reaches somebody.
struct Followed<'a> {
    filter: &'a Filter,
    evidence: EvidenceId,
    reach: Observed<Opinion>,
}

impl Followed<'_> {
    fn reaches(&self, wanted: fn(&Opinion) -> bool) -> bool {
        matches!(&self.reach, Observed::Known { value, .. } if wanted(value))
    }

    /// The exchanges that show the filter and where it leads.
    fn shown(&self) -> Evidence {
        let filter = Evidence::from(self.evidence);
        match &self.reach {
            Observed::Known { evidence, .. } => filter.and(evidence),
            Observed::Unknown(gap) => gap.evidence.as_ref().map_or(filter.clone(), |own| filter.and(own)),
        }
    }
}

/// Whether somebody is told of an activity: filters whose alarms reach somebody see, alone or together, every event of
/// the least pattern that serves the control.
///
/// Where a later edition of the benchmark asks for more, and the filters do not see that, nobody can say whether the
/// control holds without saying which edition is meant: that is unclear, and never a pass.
fn told_of(activity: Activity, followed: &[Followed<'_>], filters: &Filters, compared: &Compared) -> Observed<Opinion> {
    let place = Activity::ALL
        .iter()
        .position(|one| *one == activity)
        .unwrap_or_default();
    let control = &ALARMS[place];
    let see = |filters: &[_], least| see(filters, least, compared);
    let usable = |one: &&Followed<'_>| one.filter.pattern.is_ok();
    let reaching: Vec<_> = followed
        .iter()
        .filter(|one| one.reaches(|opinion| matches!(opinion, Opinion::Yes(_))))
        .collect();
    let seeing: Vec<_> = reaching.iter().copied().filter(usable).collect();
    let mut seen = see(&seeing, control.least);
    if let Seen::All(those) = &seen {
        let names = listed(those.iter().map(|one| &one.filter.name));
        let told = |those: &[&Followed<'_>]| {
            let names = listed(those.iter().map(|one| &one.filter.name));
            shown(
                those,
                Opinion::Yes(format!("somebody is told, by metric filter {names}")),
            )
        };
        let Some((edition, more)) = control.later else {
            return told(those);
        };
        return match see(&seeing, more) {
            Seen::All(those) => told(&those),
            Seen::Not(missed) => {
                let why = format!(
                    "somebody is told of what CIS asked for before edition {edition} (by metric filter {names}), but not \
                     of {missed}, which it asks for since"
                );
                shown(&seeing, Opinion::Unclear(why))
            }
            Seen::Unclear(why) => shown(&seeing, Opinion::Unclear(why)),
        };
    }
    // Filters of which it is not known, or cannot be told, whether they reach somebody might make up for the rest.
    let open: Vec<_> = followed
        .iter()
        .filter(|one| !one.reaches(|opinion| matches!(opinion, Opinion::No(_))))
        .collect();
    let open_usable: Vec<_> = open.iter().copied().filter(usable).collect();
    if !matches!(see(&open_usable, control.least), Seen::Not(_)) {
        if let Some(gap) = open_usable.iter().find_map(|one| match &one.reach {
            Observed::Unknown(gap) => Some(gap.clone()),
            Observed::Known { .. } => None,
        }) {
            return Observed::Unknown(Gap { wanted: ALERTS, ..gap });
        }
        if let Some(why) = open_usable.iter().find_map(|one| match &one.reach {
            Observed::Known {
                value: Opinion::Unclear(why),
                ..
            } => Some(why.clone()),
            _ => None,
        }) {
            seen = Seen::Unclear(why);
        }
    }
    if let Some(opaque) = open.iter().find(|one| one.filter.pattern.is_err()) {
        let why = opaque.filter.pattern.as_ref().err().map_or("", String::as_str);
        let name = &opaque.filter.name;
        let why = format!("what metric filter {name:?} counts cannot be compared with the control: {why}");
        return filters.complete().then(|()| shown(&open, Opinion::Unclear(why)));
    }
    match seen {
        Seen::Unclear(why) => filters.complete().then(|()| shown(&open, Opinion::Unclear(why))),
        Seen::All(_) => Observed::not_collected(ALERTS),
        Seen::Not(missed) => filters
            .complete()
            .then(|()| untold(control.least, followed, &missed, filters, compared)),
    }
}

/// Why nobody is told.
fn untold(
    least: &'static str,
    followed: &[Followed<'_>],
    missed: &str,
    filters: &Filters,
    compared: &Compared,
) -> Observed<Opinion> {
    if followed.is_empty() {
        return filters
            .complete()
            .map(|()| Opinion::No("the log group has no metric filter".into()));
    }
    let all: Vec<_> = followed.iter().collect();
    let counts = |one: &&Followed<'_>| compared.covers(&[one.filter], least) == Some(Coverage::Covers);
    let why = match followed.iter().find(counts) {
        Some(Followed {
            filter,
            reach: Observed::Known {
                value: Opinion::No(why),
                ..
            },
            ..
        }) => format!("metric filter {} counts it, but {why}", filter.name),
        _ => format!("nobody is told of {missed}"),
    };
    shown(&all, Opinion::No(why))
}

/// Which filters see every event of a pattern.
enum Seen<'a, 'b> {
    All(Vec<&'a Followed<'b>>),
    /// This event slips by all of them.
    Not(String),
    Unclear(String),
}

fn see<'a, 'b>(filters: &[&'a Followed<'b>], least: &'static str, compared: &Compared) -> Seen<'a, 'b> {
    let alone = |one: &&&Followed<'_>| compared.covers(&[one.filter], least) == Some(Coverage::Covers);
    if let Some(one) = filters.iter().find(alone) {
        return Seen::All(vec![*one]);
    }
    let together: Vec<_> = filters.iter().map(|one| one.filter).collect();
    match compared.covers(&together, least) {
        None => Seen::Not("it, by any metric filter".to_owned()),
        Some(Coverage::Covers) => Seen::All(filters.to_vec()),
        Some(Coverage::Misses(witness)) => Seen::Not(witness.words),
        Some(Coverage::Unclear(why)) => Seen::Unclear(format!(
            "whether the metric filters see everything cannot be told: {why}"
        )),
    }
}

/// An opinion that rests on these filters, and on where each leads.
fn shown(followed: &[&Followed<'_>], opinion: Opinion) -> Observed<Opinion> {
    let evidence = followed.iter().map(|one| one.shown()).reduce(|all, one| all.and(&one));
    evidence.map_or_else(
        || Observed::not_collected(ALERTS),
        |evidence| Observed::known(opinion, evidence),
    )
}
