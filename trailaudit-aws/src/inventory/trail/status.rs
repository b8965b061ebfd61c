//! How a trail delivers, as one account reads it in one Region.

use std::sync::Arc;

use jiff::Timestamp;
use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::{Gap, Observed};
use trailaudit_core::trail::{Channel, Delivery};
use trailaudit_core::{EvidenceId, Exchange};

use crate::inventory::gap_of;

const LOGGING: &str = "whether the trail is logging";

/// One answer of `GetTrailStatus`. Every account has some, and hardly any has an error.
#[derive(Debug)]
pub(in crate::inventory) struct Status {
    /// The exchange whose answer it is.
    shown: EvidenceId,
    logging: Result<bool, Box<Gap>>,
    pub(super) since: Option<Timestamp>,
    /// The latest delivery through each channel, in the order of [`CHANNELS`].
    latest: [Option<Timestamp>; 4],
    errors: Option<Box<[Option<String>; 4]>>,
}

/// The fields that tell of the latest delivery, and of its error.
const CHANNELS: [(&str, &str); 4] = [
    ("LatestDeliveryTime", "LatestDeliveryError"),
    ("LatestDigestDeliveryTime", "LatestDigestDeliveryError"),
    ("LatestCloudWatchLogsDeliveryTime", "LatestCloudWatchLogsDeliveryError"),
    ("LatestNotificationTime", "LatestNotificationError"),
];

impl Status {
    pub(in crate::inventory) fn is_logging(&self) -> Observed<bool> {
        match &self.logging {
            Ok(logging) => Observed::known(*logging, self.shown),
            Err(gap) => Observed::Unknown(gap.as_ref().clone()),
        }
    }

    pub(in crate::inventory) fn delivery(&self, channel: Channel) -> Delivery {
        let place = place(channel);
        Delivery {
            latest: self.latest[place],
            error: self.errors.as_ref().and_then(|errors| errors[place].clone()),
        }
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

/// What one `GetTrailStatus` shows.
pub(in crate::inventory) fn status(id: EvidenceId, exchange: &Exchange) -> Observed<Arc<Status>> {
    let Answer::Ok(answer) = &exchange.answer else {
        return Observed::Unknown(gap_of(exchange, id, "the trail's status"));
    };
    let moment = |field: &str| answer[field].as_str().and_then(|text| text.parse().ok());
    let error = |field: &str| {
        answer[field]
            .as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let errors = CHANNELS.map(|(_, field)| error(field));
    let status = Status {
        shown: id,
        logging: answer["IsLogging"]
            .as_bool()
            .ok_or_else(|| Box::new(gap_of(exchange, id, LOGGING))),
        since: moment("StartLoggingTime"),
        latest: CHANNELS.map(|(field, _)| moment(field)),
        errors: errors.iter().any(Option::is_some).then(|| Box::new(errors)),
    };
    Observed::known(Arc::new(status), id)
}
