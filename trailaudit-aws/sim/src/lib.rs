//! A simulated AWS Organization, served over HTTP on loopback.
//!
//! It stands on the other side of the wire from trailaudit and shares no type with it, so it cannot share its
//! mistakes. In reading order:
//!
//! - [`World`]: the Organization as plain data. Tests write one by hand; [`populate`] makes one of any size.
//!   [`World::make_sound`] completes an organization trail, so that no control finds fault with it.
//! - [`World::respond`]: what AWS answers to one [`Call`]. It is pure: the clock is a field of the call, and a
//!   session is carried whole inside its token, so equal calls have equal answers.
//! - [`Desk`]: a world that is being asked under [`Conditions`]: latency, the request quotas AWS publishes, and [`Faults`];
//!   with a [`Ledger`] of what was asked, and a [`Mishap`] on the very call a test names. It waits in tokio's time, so that a test may pause the clock.
//! - [`Server`]: the HTTP transport in front of it. A test that wants no network is its own transport.
//! - [`Truth`]: the defects [`populate`] planted, written where each is planted. It is the oracle of the end-to-end
//!   tests.
//!
//! Who is asked is decided as AWS decides it: the account by the access key and session token, the Region and the
//! service by the credential scope of Signature Version 4. The signature itself is not verified.
//!
//! ```
//! use trailaudit_sim::{Server, Settings, populate};
//!
//! let settings = Settings { accounts: 3, regions: 2, seed: 7, as_of: jiff::Timestamp::UNIX_EPOCH };
//! let population = populate(&settings);
//! let server = Server::start(population.world, ([127, 0, 0, 1], 0).into(), std::time::Duration::ZERO)?;
//! assert!(server.endpoint().starts_with("http://127.0.0.1:"));
//! assert!(!population.truth.defects.is_empty());
//! # Ok::<(), std::io::Error>(())
//! ```

#![forbid(unsafe_code)]

mod arn;
mod authorization;
mod body;
mod call;
mod caller;
mod desk;
mod digest;
mod faults;
mod key_pair;
mod ledger;
mod misconfiguration;
mod mishaps;
mod plants;
mod population;
mod quotas;
mod random;
mod refusal;
#[cfg(test)]
mod rehearsal;
mod respond;
mod server;
mod services;
mod session;
mod soundness;
mod truth;
mod wire;
mod world;

pub use body::Body;
pub use call::{Answer, Call, Entry};
pub use desk::{Conditions, Desk, Unanswered};
pub use faults::Faults;
pub use ledger::Ledger;
pub use misconfiguration::Misconfiguration;
pub use mishaps::Mishap;
pub use population::{Population, Settings, populate, populate_with_large_account};
pub use server::Server;
pub use truth::{Cell, Defect, Truth};
pub use world::{
    AccessKey, Account, AccountState, Alarm, Attached, Bucket, BucketLogging, DelegatedAdministrator, Denial, DeniedBy,
    EventDataStore, EventSelectors, Expiration, Grant, Grantee, Key, KeyReaders, KeySpec, LifecycleCondition,
    LifecycleFilter, LifecycleRule, LogGroup, LogResourcePolicy, LogStream, ManagedPolicy, MetricFilter, MetricMath,
    MetricQuery, ObjectLock, Organization, OrganizationalUnit, Period, PublicAccessBlock, REGIONS, Region,
    RegionStatus, Retention, Role, ServiceControlPolicy, Subscription, SubscriptionState, Topic, Trail, TrailStatus,
    Trust, Watched, World,
};
