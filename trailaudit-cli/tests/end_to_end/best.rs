//! An Organization in which every rule of the catalogue finds something, and nothing wrong.

use trailaudit_sim::{DelegatedAdministrator, EventDataStore, SubscriptionState, Topic, World};

use crate::worlds::{ARCHIVE, HOME, MANAGEMENT, account, days_ago, hours_ago, key_arn, organization_trail, sound};

/// What has to be said for it: who may administer trails, and where these deliver to.
pub const BASELINE: &str = r#"[thresholds]
approved-administrators = ["022222222222"]
required-trail-tags = ["owner"]
designated-buckets = ["organization-trail-logs"]
designated-topics = ["arn:aws:sns:us-east-1:111111111111:log-files"]
designated-log-groups = ["arn:aws:logs:us-east-1:111111111111:log-group:organization-trail"]
"#;

/// [`sound`] with what an Organization may do without: a topic, an event data store, and an administrator by delegation.
pub fn best(regions: &[&str]) -> World {
    let mut world = sound(regions);
    let topic = Topic::new("log-files", HOME);
    let queue = format!("arn:aws:sqs:{HOME}:{ARCHIVE}:log-files");
    let topic = topic.with_subscription("sqs", &queue, SubscriptionState::Confirmed);
    let trail = organization_trail(&mut world);
    trail.topic_arn = Some(topic.arn(MANAGEMENT));
    trail.status.latest_notification = Some(hours_ago(1));
    let mut store = EventDataStore::new("0a1b2c3d-0000-4000-8000-000000000002", "events", HOME, days_ago(300));
    (store.organization, store.termination_protected) = (true, true);
    store.kms_key_id = Some(key_arn());
    let owner = account(&mut world, MANAGEMENT);
    owner.topics.push(topic);
    owner.event_data_stores.push(store);
    let administrator = DelegatedAdministrator {
        account: ARCHIVE.to_owned(),
        service_principal: "cloudtrail.amazonaws.com".to_owned(),
        enabled: days_ago(300),
    };
    world.organization.delegated_administrators.push(administrator);
    world
}
