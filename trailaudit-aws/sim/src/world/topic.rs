//! SNS topics, and who is told.

/// One topic.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub region: String,
    /// Who subscribed to it.
    pub subscriptions: Vec<Subscription>,
}

/// One subscription.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// `email`, `https`, `lambda`, `sqs` …
    pub protocol: &'static str,
    /// Where messages go.
    pub endpoint: String,
    /// The account that subscribed; nothing means the topic's own.
    pub owner: Option<String>,
    /// Whether messages arrive.
    pub state: SubscriptionState,
}

/// Where a subscription is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionState {
    /// It was confirmed, and has an ARN.
    Confirmed,
    /// Nobody confirmed it yet: `PendingConfirmation` stands where its ARN would.
    Pending,
    /// Gone, and still listed for some days: `Deleted` stands where its ARN was.
    Deleted,
}

impl Topic {
    /// A topic that nobody subscribed to.
    #[must_use]
    pub fn new(name: &str, region: &str) -> Self {
        Self {
            name: name.to_owned(),
            region: region.to_owned(),
            subscriptions: Vec::new(),
        }
    }

    /// The same with one more subscription of its own account.
    #[must_use]
    pub fn with_subscription(mut self, protocol: &'static str, endpoint: &str, state: SubscriptionState) -> Self {
        self.subscriptions.push(Subscription {
            protocol,
            endpoint: endpoint.to_owned(),
            owner: None,
            state,
        });
        self
    }

    /// Its ARN in the account that owns it.
    #[must_use]
    pub fn arn(&self, owner: &str) -> String {
        format!("arn:aws:sns:{}:{owner}:{}", self.region, self.name)
    }
}
