//! An account that watches itself, and is told of less than it believes.

use super::Plot;
use super::draft::Draft;
use crate::soundness::alarms::{NAMESPACE, WATCHED, provide};
use crate::truth::rules::{ALARMS_ACT, TOLD};
use crate::world::{
    Account, Alarm, EventSelectors, LogGroup, MetricFilter, MetricMath, MetricQuery, SubscriptionState, Topic, Watched,
};

/// Has a trail of its own and a filter and an alarm for every activity, but of some of these nobody is told.
pub(super) fn watched_by_itself(plot: &mut Plot, account: &mut Account) {
    account.lose_copies_of(&plot.organization_trail_arn());
    let (region, made) = (plot.usual_region(0), plot.days_ago(400));
    let mut draft = Draft::sound(plot, account, "watched", &region, true);
    draft.trail.event_selectors = EventSelectors::AdvancedWithObjects;
    let trail = draft.trail.clone();
    draft.join(account);
    provide(account, &trail, made);
    let named = |group: &&mut LogGroup| trail.log_group_arn == Some(format!("{}:*", group.arn(&account.id)));
    let Some(group) = account.log_groups.iter_mut().find(named) else {
        return;
    };
    let mut watch = Watch {
        owner: &account.id,
        region: &region,
        group,
        alarms: &mut account.alarms,
        topics: &mut account.topics,
    };
    write_otherwise(&mut watch, plot);
    for slip in &SLIPS {
        let (name, _) = WATCHED[slip.place];
        (slip.make)(&mut watch, name);
        plot.note(TOLD[slip.place], watch.owner, "", "fail", slip.because);
        if slip.is_idle {
            note_idle(plot, &watch, name, slip.because);
        }
    }
}

/// The alarm is judged by itself as well.
fn note_idle(plot: &mut Plot, watch: &Watch<'_>, name: &str, because: &str) {
    if let Some(alarm) = watch.alarms.iter().find(|alarm| alarm.name == name) {
        let place = (watch.owner, watch.region, &*alarm.arn(watch.owner));
        plot.note_at(place, ALARMS_ACT, "fail", because);
    }
}

/// Sound: an alarm on an expression over the metric, one that tells a topic of another account, and two filters that
/// see all of it together.
fn write_otherwise(watch: &mut Watch<'_>, plot: &mut Plot) {
    watch.alarm(WATCHED[SECURITY_GROUPS].0, |alarm| {
        let metric = MetricMath::Metric(NAMESPACE.to_owned(), alarm.name.clone());
        let filled = MetricMath::Expression("FILL(m1, 0)".to_owned());
        let query = |id: &str, of, returns| MetricQuery {
            id: id.to_owned(),
            of,
            returns,
        };
        alarm.watched = Watched::Math(vec![query("m1", metric, false), query("e1", filled, true)]);
    });

    let topic = Topic::new("central-alarms", watch.region);
    let topic = topic.with_subscription("sms", "+15550100", SubscriptionState::Confirmed);
    watch.alarm(WATCHED[NETWORK_ACLS].0, |alarm| {
        alarm.alarm_actions = vec![topic.arn(&plot.archive)]
    });
    if let Some(archive) = plot.world.accounts.get_mut(&plot.archive) {
        archive.topics.push(topic);
    }

    let (name, _) = WATCHED[NETWORKS];
    let [of_networks, of_links] = HALVES;
    watch.filter(name, |filter| of_networks.clone_into(&mut filter.pattern));
    let mut links = MetricFilter::new("vpc-links", of_links, NAMESPACE, plot.days_ago(400));
    name.clone_into(&mut links.metric_name);
    watch.group.metric_filters.push(links);
}

/// Places among the alarm controls.
const SECURITY_GROUPS: usize = 9;
const NETWORK_ACLS: usize = 10;
const NETWORKS: usize = 13;

const HALVES: [&str; 2] = [
    "{ ($.eventName = CreateVpc) || ($.eventName = DeleteVpc) || ($.eventName = ModifyVpcAttribute) }",
    "{ ($.eventName = AcceptVpcPeeringConnection) || ($.eventName = CreateVpcPeeringConnection) || ($.eventName = \
     DeleteVpcPeeringConnection) || ($.eventName = RejectVpcPeeringConnection) || ($.eventName = \
     AttachClassicLinkVpc) || ($.eventName = DetachClassicLinkVpc) || ($.eventName = DisableVpcClassicLink) || \
     ($.eventName = EnableVpcClassicLink) }",
];

/// What is wrong with one alarm, by its place among the alarm controls.
struct Slip {
    place: usize,
    make: fn(&mut Watch<'_>, &str),
    /// Whether the alarm itself does nothing.
    is_idle: bool,
    because: &'static str,
}

const SLIPS: [Slip; 10] = [
    Slip {
        place: 1,
        make: |watch, name| watch.group.metric_filters.retain(|filter| filter.name != name),
        is_idle: false,
        because: "the log group has no metric filter for it",
    },
    Slip {
        place: 2,
        make: |watch, name| watch.tell(name, "on-leave", SubscriptionState::Pending),
        is_idle: false,
        because: "nobody confirmed to listen to the topic",
    },
    Slip {
        place: 3,
        make: |watch, name| {
            watch.filter(name, |filter| {
                filter.pattern = filter.pattern.replace("||($.eventName=DetachGroupPolicy)", "");
            });
        },
        is_idle: false,
        because: "the metric filter leaves out one of the events",
    },
    Slip {
        place: 4,
        make: |watch, name| watch.alarm(name, |alarm| alarm.actions_enabled = false),
        is_idle: true,
        because: "the alarm's actions are switched off",
    },
    Slip {
        place: 5,
        make: |watch, name| watch.alarms.retain(|alarm| alarm.name != name),
        is_idle: false,
        because: "no alarm watches what the metric filter counts",
    },
    Slip {
        place: 6,
        make: |watch, name| watch.alarm(name, |alarm| alarm.alarm_actions.clear()),
        is_idle: true,
        because: "the alarm has no action",
    },
    Slip {
        place: 7,
        make: |watch, name| watch.alarm(name, |alarm| alarm.watched = Watched::metric("LogMetrics", name)),
        is_idle: false,
        because: "the alarm watches a metric of the same name in another namespace",
    },
    Slip {
        place: 8,
        make: |watch, name| {
            let removed = Topic::new("removed", watch.region).arn(watch.owner);
            watch.alarm(name, |alarm| alarm.alarm_actions = vec![removed]);
        },
        is_idle: false,
        because: "the topic of the alarm does not exist",
    },
    Slip {
        place: 11,
        make: |watch, name| {
            watch.filter(name, |filter| {
                let seen = filter.pattern.trim_matches(['{', '}']);
                filter.pattern = format!("{{ ($.userIdentity.type = \"IAMUser\") && ({seen}) }}");
            });
        },
        is_idle: false,
        because: "the metric filter sees what users do, but not what roles do",
    },
    Slip {
        place: 12,
        make: |watch, name| watch.tell(name, "left", SubscriptionState::Deleted),
        is_idle: false,
        because: "whoever listened to the topic has left",
    },
];

/// A log group with its filters, the alarms on them, and the topics these tell.
struct Watch<'a> {
    owner: &'a str,
    region: &'a str,
    group: &'a mut LogGroup,
    alarms: &'a mut Vec<Alarm>,
    topics: &'a mut Vec<Topic>,
}

impl Watch<'_> {
    fn alarm(&mut self, name: &str, change: impl FnOnce(&mut Alarm)) {
        if let Some(alarm) = self.alarms.iter_mut().find(|alarm| alarm.name == name) {
            change(alarm);
        }
    }

    fn filter(&mut self, name: &str, change: impl FnOnce(&mut MetricFilter)) {
        if let Some(filter) = self.group.metric_filters.iter_mut().find(|filter| filter.name == name) {
            change(filter);
        }
    }

    /// The alarm tells a topic with one subscriber, and nobody else.
    fn tell(&mut self, name: &str, topic: &str, state: SubscriptionState) {
        let topic = Topic::new(topic, self.region).with_subscription("email", "security@example.com", state);
        let arn = topic.arn(self.owner);
        self.topics.push(topic);
        self.alarm(name, |alarm| alarm.alarm_actions = vec![arn]);
    }
}
