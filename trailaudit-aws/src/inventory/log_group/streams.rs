//! What log groups received.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::Observed;
use trailaudit_core::organization::LogGroupId;
use trailaudit_core::{EvidenceId, Exchange};

use crate::inventory::pages::Pages;
use crate::inventory::said::{self, Part};
use crate::streams;

const STREAMS: &str = "what the trail's log group received from it";

/// What the records show of streams, by their group.
#[derive(Debug, Default)]
pub(in crate::inventory) struct Streams(BTreeMap<LogGroupId, Listed>);

#[derive(Debug, Default)]
struct Listed {
    pages: Pages,
    /// The streams that received anything, each with the moment of the last of it, in milliseconds.
    received: BTreeMap<String, (i64, EvidenceId)>,
}

impl Streams {
    pub(in crate::inventory) fn take(&mut self, id: EvidenceId, exchange: &Exchange, partition: &str) {
        let Some(name) = exchange.parameters["logGroupName"].as_str() else {
            return;
        };
        let Exchange { account, region, .. } = exchange;
        let group = format!("arn:{partition}:logs:{region}:{account}:log-group:{name}");
        let listed = self.0.entry(group.into()).or_default();
        listed.pages.entries(id, exchange, ("logStreams", STREAMS), |stream| {
            let stream = Part::of(stream)?;
            stream.may("lastEventTimestamp", Value::as_i64)?;
            stream.may("lastIngestionTime", Value::as_i64)?;
            stream.must("logStreamName", said::name)
        });
        let Answer::Ok(answer) = &exchange.answer else { return };
        for (name, moment) in streams::received(answer) {
            let known = listed.received.entry(name.to_owned()).or_insert((moment, id));
            *known = (*known).max((moment, id));
        }
    }

    /// When the last event came into a stream whose name begins so. Streams are listed with the latest first, and no
    /// further than needed: that there is none takes the whole list.
    pub(in crate::inventory) fn latest(
        &self,
        group: &LogGroupId,
        beginning: &str,
    ) -> Option<Observed<Option<Timestamp>>> {
        let listed = self.0.get(group)?;
        let of_trail = listed.received.iter().filter(|(name, _)| name.starts_with(beginning));
        let latest = of_trail.map(|(_, received)| received).max();
        let moment = latest.and_then(|(moment, shown)| Some((Timestamp::from_millisecond(*moment).ok()?, shown)));
        Some(match moment {
            Some((moment, shown)) => Observed::known(Some(moment), *shown),
            None => listed.pages.complete(STREAMS).map(|()| None),
        })
    }
}
