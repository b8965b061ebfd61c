//! How a trail delivers, as one account reads it in one Region.

use std::sync::Arc;

use jiff::Timestamp;
use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::Observed;
use trailaudit_core::trail::{Channel, Delivery};
use trailaudit_core::{EvidenceId, Exchange};

use crate::inventory::gap_of;

const LOGGING: &str = "whether the trail is logging";

/// One answer of `GetTrailStatus`.
#[derive(Debug)]
pub(in crate::inventory) struct Status {
    logging: Observed<bool>,
    pub(super) since: Option<Timestamp>,
    files: Delivery,
    digests: Delivery,
    group: Delivery,
    notifications: Delivery,
}

impl Status {
    pub(in crate::inventory) fn is_logging(&self) -> Observed<bool> {
        self.logging.clone()
    }

    pub(in crate::inventory) fn delivery(&self, channel: Channel) -> Delivery {
        match channel {
            Channel::LogFiles => self.files.clone(),
            Channel::DigestFiles => self.digests.clone(),
            Channel::LogGroup => self.group.clone(),
            Channel::Notifications => self.notifications.clone(),
        }
    }
}

/// What one `GetTrailStatus` shows.
pub(in crate::inventory) fn status(id: EvidenceId, exchange: &Exchange) -> Observed<Arc<Status>> {
    let Answer::Ok(answer) = &exchange.answer else {
        return Observed::Unknown(gap_of(exchange, id, "the trail's status"));
    };
    let moment = |field: &str| answer[field].as_str().and_then(|text| text.parse().ok());
    let delivery = |time: &str, error: &str| Delivery {
        latest: moment(time),
        error: answer[error]
            .as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned),
    };
    let status = Status {
        logging: match answer["IsLogging"].as_bool() {
            Some(logging) => Observed::known(logging, id),
            None => Observed::Unknown(gap_of(exchange, id, LOGGING)),
        },
        since: moment("StartLoggingTime"),
        files: delivery("LatestDeliveryTime", "LatestDeliveryError"),
        digests: delivery("LatestDigestDeliveryTime", "LatestDigestDeliveryError"),
        group: delivery("LatestCloudWatchLogsDeliveryTime", "LatestCloudWatchLogsDeliveryError"),
        notifications: delivery("LatestNotificationTime", "LatestNotificationError"),
    };
    Observed::known(Arc::new(status), id)
}
