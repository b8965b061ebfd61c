//! How a trail delivers, as one account reads it in one Region.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use trailaudit_core::observed::{Gap, Observed};
use trailaudit_core::trail::{Channel, Delivery};
use trailaudit_core::{EvidenceId, Exchange};

use crate::inventory::said::{self, Part, Said, Unreadable, flag, moment};

const STATUS: &str = "the trail's status";
const LOGGING: &str = "whether the trail is logging";
const SINCE: &str = "since when the trail is logging";
const DELIVERY: &str = "how the trail delivers";

/// One answer of `GetTrailStatus`. Every account has some, and hardly any has an error.
#[derive(Debug)]
pub(in crate::inventory) struct Status {
    /// The exchange whose answer it is.
    shown: EvidenceId,
    logging: Result<bool, Box<Gap>>,
    since: Option<Timestamp>,
    /// The latest delivery through each channel, in the order of [`CHANNELS`].
    latest: [Option<Timestamp>; 4],
    odd: Option<Box<Odd>>,
}

/// What hardly any status has.
#[derive(Debug)]
struct Odd {
    since: Option<Gap>,
    /// The error of each channel, or why it cannot be read how it delivers.
    channels: [Result<Option<String>, Gap>; 4],
}

/// The fields that tell of the latest delivery, and of its error.
const CHANNELS: [(&str, &str); 4] = [
    ("LatestDeliveryTime", "LatestDeliveryError"),
    ("LatestDigestDeliveryTime", "LatestDigestDeliveryError"),
    ("LatestCloudWatchLogsDeliveryTime", "LatestCloudWatchLogsDeliveryError"),
    ("LatestNotificationTime", "LatestNotificationError"),
];

/// How far after it was told a delivery may lie: no clocks are further apart.
const APART: SignedDuration = SignedDuration::from_hours(24);

impl Status {
    pub(in crate::inventory) fn is_logging(&self) -> Observed<bool> {
        match &self.logging {
            Ok(logging) => Observed::known(*logging, self.shown),
            Err(gap) => Observed::Unknown(gap.as_ref().clone()),
        }
    }

    pub(super) fn since(&self) -> Observed<Option<Timestamp>> {
        match self.odd.as_ref().and_then(|odd| odd.since.as_ref()) {
            Some(gap) => Observed::Unknown(gap.clone()),
            None => Observed::known(self.since, self.shown),
        }
    }

    /// What an answer says that says whether the trail is logging; one that does not is no status.
    pub(in crate::inventory) fn delivery(&self, channel: Channel) -> Observed<Delivery> {
        if let Err(gap) = &self.logging {
            let gap = gap.as_ref().clone();
            return Observed::Unknown(Gap {
                wanted: DELIVERY,
                ..gap
            });
        }
        let place = place(channel);
        let error = match self.odd.as_ref().map(|odd| &odd.channels[place]) {
            Some(Err(gap)) => return Observed::Unknown(gap.clone()),
            Some(Ok(error)) => error.clone(),
            None => None,
        };
        let latest = self.latest[place];
        Observed::known(Delivery { latest, error }, self.shown)
    }
}

/// Where [`CHANNELS`] has a channel.
fn place(channel: Channel) -> usize {
    match channel {
        Channel::LogFiles => 0,
        Channel::DigestFiles => 1,
        Channel::LogGroup => 2,
        Channel::Notifications => 3,
    }
}

/// What one `GetTrailStatus` shows to whoever assesses as of a moment. What has not happened yet, it leaves out.
pub(in crate::inventory) fn status(id: EvidenceId, exchange: &Exchange, as_of: Timestamp) -> Observed<Arc<Status>> {
    let sent = exchange.transport.sent_at.parse().unwrap_or(as_of);
    let until = sent.max(as_of).checked_add(APART).unwrap_or(Timestamp::MAX);
    said::told(id, exchange, STATUS, |answer| {
        let gap = |unreadable: Unreadable, wanted| unreadable.gap(id, exchange, wanted);
        let since = answer.may("StartLoggingTime", moment);
        let told = CHANNELS.map(|(time, error)| latest(answer, time, error, until));
        let latest = told.each_ref().map(|told| told.as_ref().ok().and_then(|told| told.0));
        let is_odd = since.is_err() || !told.iter().all(|told| matches!(told, Ok((_, None))));
        let logging = answer.must("IsLogging", flag);
        Ok(Arc::new(Status {
            shown: id,
            logging: logging.map_err(|unreadable| Box::new(gap(unreadable, LOGGING))),
            since: since.as_ref().ok().copied().flatten(),
            latest,
            odd: is_odd.then(|| {
                let since = since.err().map(|unreadable| gap(unreadable, SINCE));
                let error = |(_, error): (_, Option<&str>)| error.map(str::to_owned);
                let channels = told.map(|told| told.map(error).map_err(|unreadable| gap(unreadable, DELIVERY)));
                Box::new(Odd { since, channels })
            }),
        }))
    })
}

/// The latest delivery through a channel, and its error.
fn latest<'a>(
    answer: Part<'a>,
    time: &str,
    error: &str,
    until: Timestamp,
) -> Said<(Option<Timestamp>, Option<&'a str>)> {
    let latest = answer.may(time, moment)?;
    if latest.is_some_and(|latest| latest > until) {
        return Err(Unreadable::because("it tells of a delivery long after it was asked"));
    }
    Ok((latest, answer.name(error)?))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use trailaudit_core::evidence::{Answer, Transport};

    use super::*;

    const AS_OF: &str = "2026-11-22T03:00:00Z";

    fn read(answer: Value) -> Observed<Arc<Status>> {
        let exchange = Exchange {
            account: "111122223333".into(),
            region: "eu-west-1".into(),
            service: "cloudtrail".into(),
            operation: "GetTrailStatus".into(),
            parameters: json!({}),
            answer: Answer::Ok(answer),
            transport: Transport {
                sent_at: "2026-11-22T03:00:05.000Z".into(),
                ..Transport::default()
            },
        };
        status(EvidenceId::of(b""), &exchange, AS_OF.parse().unwrap())
    }

    /// How it delivers log files, and digests.
    fn delivers(answer: Value) -> [Option<Delivery>; 2] {
        let status = read(answer);
        [Channel::LogFiles, Channel::DigestFiles].map(|channel| {
            match status.as_ref().then(|status| status.delivery(channel)) {
                Observed::Known { value, .. } => Some(value),
                Observed::Unknown(_) => None,
            }
        })
    }

    fn at(moment: &str) -> Delivery {
        let latest = Some(moment.parse().unwrap());
        Delivery { latest, error: None }
    }

    #[test]
    fn what_is_left_out_has_not_happened() {
        let nothing = || {
            Some(Delivery {
                latest: None,
                error: None,
            })
        };
        assert_eq!(delivers(json!({"IsLogging": true})), [nothing(), nothing()]);
        let told = json!({"IsLogging": false, "LatestDeliveryTime": AS_OF, "LatestDigestDeliveryError": ""});
        assert_eq!(delivers(told), [Some(at(AS_OF)), nothing()]);
        let refused = json!({"IsLogging": true, "LatestDigestDeliveryError": "AccessDenied"});
        let error = Some("AccessDenied".to_owned());
        assert_eq!(delivers(refused), [nothing(), Some(Delivery { latest: None, error })]);
    }

    #[test]
    fn what_is_no_status_tells_of_no_delivery() {
        for answer in [
            json!({}),
            json!("zz"),
            json!(7),
            json!([]),
            json!({"IsLogging": "true"}),
        ] {
            assert_eq!(delivers(answer.clone()), [None, None], "{answer}");
        }
    }

    #[test]
    fn a_channel_that_cannot_be_read_does_not_hide_the_others() {
        for odd in [json!(7), json!("not a date"), json!([])] {
            let told = json!({"IsLogging": true, "LatestDeliveryTime": odd, "LatestDigestDeliveryTime": AS_OF});
            assert_eq!(delivers(told), [None, Some(at(AS_OF))], "{odd}");
        }
        let told = json!({"IsLogging": true, "LatestDeliveryError": 7, "LatestDigestDeliveryTime": AS_OF});
        assert_eq!(delivers(told), [None, Some(at(AS_OF))]);
    }

    #[test]
    fn a_delivery_that_lies_ahead_did_not_happen() {
        let told = |moment: &str| delivers(json!({"IsLogging": true, "LatestDeliveryTime": moment}))[0].clone();
        let tomorrow = "2026-11-23T03:00:00Z";
        assert_eq!(told(tomorrow), Some(at(tomorrow)));
        assert_eq!(told("2026-11-23T03:00:06Z"), None);
        assert_eq!(told("9999-12-30T00:00:00.000Z"), None);
    }

    #[test]
    fn when_logging_began_is_told_or_not_known() {
        let since = |answer: Value| match read(answer).then(|status| status.since()) {
            Observed::Known { value, .. } => Some(value),
            Observed::Unknown(_) => None,
        };
        assert_eq!(since(json!({"IsLogging": true})), Some(None));
        assert_eq!(
            since(json!({"StartLoggingTime": AS_OF})),
            Some(Some(AS_OF.parse().unwrap()))
        );
        assert_eq!(since(json!({"StartLoggingTime": "not a date"})), None);
    }
}
