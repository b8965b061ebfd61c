//! SNS: who is told.

use crate::arn::Arn;
use crate::call::Entry;
use crate::digest::{digest, uuid};
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::field;
use crate::world::{Subscription, SubscriptionState};

use super::Operation;
use super::paging::{Place, page};

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    name: "ListSubscriptionsByTopic",
    answer: list_subscriptions_by_topic,
}];

/// A hundred a page. The ledger's target is the topic's ARN. A topic is asked in its own Region, by its own account.
fn list_subscriptions_by_topic(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let asked = field(&request.call.body, "TopicArn").unwrap_or_default();
    entry.target.clone_from(&asked);
    let invalid = |what: &str| Refusal::client("InvalidParameter", format!("Invalid parameter: {what}"));
    let arn = Arn::parse(&asked).filter(|arn| arn.service == "sns" && arn.region == request.region);
    let arn = arn.ok_or_else(|| invalid("TopicArn"))?;
    let action = "SNS:ListSubscriptionsByTopic";
    request.authorize(action, Some(&asked))?;
    if arn.account != request.account_id() {
        let caller = &request.caller.arn;
        return Err(Refusal::access_denied(format!(
            "User: {caller} is not authorized to perform: {action} on resource: {asked} because no resource-based \
             policy allows the {action} action"
        )));
    }
    let mut topics = request.caller.account.topics.iter();
    let topic = topics.find(|topic| topic.region == request.region && topic.name == arn.resource);
    let topic = topic.ok_or_else(|| Refusal::client("NotFound", "Topic does not exist").with_status(404))?;
    let place = Place::of(field(&request.call.body, "NextToken").as_deref(), &asked);
    let place = place.ok_or_else(|| invalid("NextToken"))?;
    let page = page(topic.subscriptions.iter(), 100, &place, &asked, false);
    Ok(request.in_xml(entry, |xml| {
        xml.members("Subscriptions", page.items, |xml, subscription| {
            xml.text("TopicArn", &asked).text("Protocol", subscription.protocol);
            xml.text("SubscriptionArn", subscription_arn(subscription, &asked));
            xml.text("Owner", subscription.owner.as_deref().unwrap_or(arn.account));
            xml.text("Endpoint", &subscription.endpoint);
        });
        xml.optional("NextToken", page.next);
    }))
}

fn subscription_arn(subscription: &Subscription, topic: &str) -> String {
    match subscription.state {
        SubscriptionState::Confirmed => {
            let id = uuid(&digest(&[
                "subscription",
                topic,
                subscription.protocol,
                &subscription.endpoint,
            ]));
            format!("{topic}:{id}")
        }
        SubscriptionState::Pending => "PendingConfirmation".to_owned(),
        SubscriptionState::Deleted => "Deleted".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{Caller, MEMBER, between, world};
    use crate::world::{Topic, World};

    fn world_with_topic(subscriptions: usize) -> World {
        let mut topic = Topic::new("alarms", "us-east-1");
        for index in 0..subscriptions {
            let state = match index {
                0 => SubscriptionState::Pending,
                1 => SubscriptionState::Deleted,
                _ => SubscriptionState::Confirmed,
            };
            topic = topic.with_subscription("email", &format!("{index}@example.com"), state);
        }
        let mut world = world();
        world.accounts.get_mut(MEMBER).unwrap().topics.push(topic);
        world
    }

    fn ask(caller: &Caller<'_>, form: &str) -> (u16, String) {
        let answer = caller.form("sns", &format!("Action=ListSubscriptionsByTopic&{form}"));
        (answer.status, String::from_utf8(answer.body).unwrap())
    }

    #[test]
    fn a_subscription_has_an_arn_once_it_is_confirmed() {
        let world = world_with_topic(3);
        let arn = format!("arn:aws:sns:us-east-1:{MEMBER}:alarms");
        let (_, text) = ask(&Caller::member(&world), &format!("TopicArn={arn}"));
        let arns: Vec<_> = text.split("<SubscriptionArn>").skip(1).collect();
        assert!(arns[0].starts_with("PendingConfirmation<") && arns[1].starts_with("Deleted<"));
        assert!(arns[2].starts_with(&format!("{arn}:")), "{text}");
        assert_eq!(between(&text, "Owner"), MEMBER);
    }

    #[test]
    fn a_page_has_a_hundred() {
        let world = world_with_topic(120);
        let topic = format!("TopicArn=arn:aws:sns:us-east-1:{MEMBER}:alarms");
        let (_, first) = ask(&Caller::member(&world), &topic);
        let token = between(&first, "NextToken").replace('=', "%3D").replace('+', "%2B");
        let (_, second) = ask(&Caller::member(&world), &format!("{topic}&NextToken={token}"));
        let count = |text: &str| text.matches("<member>").count();
        assert_eq!(
            (count(&first), count(&second), second.contains("NextToken")),
            (100, 20, false)
        );
    }

    #[test]
    fn a_topic_elsewhere_is_refused() {
        let world = world_with_topic(0);
        let (member, auditor) = (Caller::member(&world), Caller::auditor(&world));
        let topic = format!("TopicArn=arn:aws:sns:us-east-1:{MEMBER}:alarms");
        let refused = |caller: &Caller<'_>, form: &str| {
            let (status, text) = ask(caller, form);
            (status, between(&text, "Code"))
        };
        assert_eq!(refused(&auditor, &topic), (403, "AuthorizationError".into()));
        assert_eq!(
            refused(&member, &topic.replace("alarms", "gone")),
            (404, "NotFound".into())
        );
        assert_eq!(
            refused(&member.within("eu-west-1"), &topic),
            (400, "InvalidParameter".into())
        );
        assert_eq!(refused(&member, "TopicArn=nonsense"), (400, "InvalidParameter".into()));
        assert_eq!(
            refused(&member, &format!("{topic}&NextToken=x")),
            (400, "InvalidParameter".into())
        );
    }
}
