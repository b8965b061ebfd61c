//! Topics, and whether anybody who wants to be reached is reached by them.

use std::collections::BTreeMap;

use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::{Gap, Observed, Opinion};
use trailaudit_core::organization::AccountId;
use trailaudit_core::{EvidenceId, Exchange};

use crate::arn::Arn;
use crate::inventory::pages::Pages;
use crate::inventory::said::{Part, text};

const SUBSCRIBERS: &str = "whom the alarm's topic reaches";

/// What SNS answers about a topic that is not there.
const NOT_FOUND: &str = "NotFound";

/// What the records show of topics, by their ARNs.
#[derive(Debug, Default)]
pub(super) struct Topics(BTreeMap<String, Topic>);

#[derive(Debug, Default)]
struct Topic {
    pages: Pages,
    /// A page with a subscriber who confirmed.
    confirmed: Option<EvidenceId>,
    gone: Option<EvidenceId>,
}

impl Topics {
    pub fn take(&mut self, id: EvidenceId, exchange: &Exchange) {
        let Some(arn) = exchange.parameters["TopicArn"].as_str() else {
            return;
        };
        // A topic tells of its subscribers to its own account.
        if Arn::parse(arn).is_none_or(|arn| arn.account != exchange.account.as_str()) {
            return;
        }
        let topic = self.0.entry(arn.to_owned()).or_default();
        if matches!(&exchange.answer, Answer::Error { code, .. } if code == NOT_FOUND) {
            topic.gone = Some(id);
            return;
        }
        let arn = |one| Part::of(one)?.must("SubscriptionArn", text);
        let subscriptions = topic.pages.entries(id, exchange, ("Subscriptions", SUBSCRIBERS), arn);
        // One who has not confirmed, or has left, has a word in the place of the ARN.
        if subscriptions.iter().any(|arn| arn.starts_with("arn:")) {
            // Of several pages always the same one stands for it.
            topic.confirmed = Some(topic.confirmed.map_or(id, |known| known.min(id)));
        }
    }

    /// Whether an alarm's action reaches somebody. `shown` is where the alarm names it.
    pub fn reach(
        &self,
        action: &str,
        shown: EvidenceId,
        refusal: &dyn Fn(&AccountId) -> Option<Gap>,
    ) -> Observed<Opinion> {
        let Some(arn) = Arn::parse(action).filter(|arn| arn.service == "sns") else {
            let why = format!("whether the alarm's action {action} tells somebody is not followed");
            return Observed::known(Opinion::Unclear(why), shown);
        };
        let Some(topic) = self.0.get(action) else {
            let refused = arn.account_id().and_then(|account| refusal(&account));
            return match refused {
                Some(gap) => Observed::Unknown(Gap {
                    wanted: SUBSCRIBERS,
                    ..gap
                }),
                None => Observed::not_collected(SUBSCRIBERS),
            };
        };
        match (topic.confirmed, topic.gone) {
            (Some(shown), _) => Observed::known(Opinion::Yes(format!("{action} has a subscriber")), shown),
            (None, Some(shown)) => Observed::known(Opinion::No(format!("the topic {action} does not exist")), shown),
            (None, None) => {
                let why = format!("nobody has confirmed to listen to {action}");
                topic.pages.complete(SUBSCRIBERS).map(|()| Opinion::No(why))
            }
        }
    }
}
