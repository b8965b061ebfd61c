//! SNS: whom a topic reaches.

use aws_sdk_sns::operation::list_subscriptions_by_topic::ListSubscriptionsByTopicOutput;
use aws_sdk_sns::types::Subscription;
use serde_json::Value;
use trailaudit_core::evidence::Exchange;
use trailaudit_core::need::Need;

use super::view::View;
use super::{Call, by_member, client};
use crate::record::Asking;

pub(super) const LIST_SUBSCRIPTIONS_BY_TOPIC: Call = by_member(
    "sns",
    "ListSubscriptionsByTopic",
    &["sns:ListSubscriptionsByTopic"],
    &[Need::Alerts],
);

pub(super) async fn list_subscriptions(asking: Asking<'_>, topic: String, next: Option<String>) -> Exchange {
    let parameters = View::default()
        .text("TopicArn", Some(&topic))
        .text("NextToken", next.as_ref());
    let request = || {
        client!(aws_sdk_sns, asking)
            .list_subscriptions_by_topic()
            .topic_arn(&topic)
            .set_next_token(next.clone())
    };
    let send = |tape| request().customize().interceptor(tape).send();
    asking
        .viewed(&LIST_SUBSCRIPTIONS_BY_TOPIC, parameters.into(), send, subscriptions)
        .await
}

fn subscriptions(output: &ListSubscriptionsByTopicOutput) -> Value {
    View::default()
        .list("Subscriptions", output.subscriptions.as_deref(), subscription)
        .text("NextToken", output.next_token())
        .into()
}

/// Without its `Endpoint`: the address or telephone number of a person, which no verdict needs.
fn subscription(subscription: &Subscription) -> View {
    View::default()
        .text("SubscriptionArn", subscription.subscription_arn())
        .text("Owner", subscription.owner())
        .text("Protocol", subscription.protocol())
        .text("TopicArn", subscription.topic_arn())
}
