//! The options of a collection.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use aws_config::SdkConfig;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use trailaudit_core::need::Need;
use trailaudit_core::organization::AccountId;

use crate::agenda::{Agenda, Search};
use crate::arn::Arn;
use crate::client::Environment;
use crate::collect::Collector;
use crate::descriptors;
use crate::error::CollectError;
use crate::partition::Partition;
use crate::scope::{Scope, Source, is_role_arn, read_accounts};
use crate::shard::Shard;

/// The role that Organizations makes in every account it creates.
pub const DEFAULT_ROLE_NAME: &str = "OrganizationAccountAccessRole";
/// The session name in the audited accounts' own trails, unless another is chosen.
pub const DEFAULT_SESSION_NAME: &str = "trailaudit";
/// Requests in flight, unless another number is chosen.
pub const DEFAULT_CONCURRENCY: usize = 64;

/// Describes a collection; made by [`Collector::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct CollectorBuilder {
    options: Options,
    management_role: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub environment: Environment,
    pub scope: Scope,
    pub agenda: Agenda,
    pub role_names: Vec<String>,
    pub external_id: Option<String>,
    pub session_name: String,
    pub source_identity: Option<String>,
    pub session_tags: BTreeMap<String, String>,
    /// Seconds.
    pub session_seconds: i32,
    pub management_role: Option<(AccountId, String)>,
    pub concurrency: usize,
    pub max_rps: Option<NonZeroU32>,
    pub as_of: Option<Timestamp>,
    pub shard: Option<Shard>,
    pub resume: bool,
    /// Whether listings that lead to no further question are asked for their first page only.
    pub glances: bool,
    pub cancellation: CancellationToken,
}

impl Default for CollectorBuilder {
    fn default() -> Self {
        Self {
            options: Options {
                environment: Environment::default(),
                scope: Scope::default(),
                agenda: Agenda::default(),
                role_names: Vec::new(),
                external_id: None,
                session_name: DEFAULT_SESSION_NAME.to_owned(),
                source_identity: None,
                session_tags: BTreeMap::new(),
                session_seconds: 3_600,
                management_role: None,
                concurrency: DEFAULT_CONCURRENCY,
                max_rps: None,
                as_of: None,
                shard: None,
                resume: false,
                glances: false,
                cancellation: CancellationToken::new(),
            },
            management_role: None,
        }
    }
}

impl CollectorBuilder {
    /// What is collected; everything unless said otherwise.
    pub fn scope(mut self, scope: Scope) -> Self {
        self.options.scope = scope;
        self
    }

    /// What the rules that will be asked need: nothing else is asked for. Everything, unless said otherwise. A rule that
    /// needs more is inconclusive on these records.
    pub fn needs(mut self, needs: impl IntoIterator<Item = Need>) -> Self {
        self.options.agenda.set_needs(needs);
        self
    }

    /// How trails are searched for.
    pub fn search(mut self, search: Search) -> Self {
        self.options.agenda.search = search;
        self
    }

    /// A role to enter accounts by, with or without a path; may be given again, and they are tried in order.
    /// [`DEFAULT_ROLE_NAME`] when none is given.
    pub fn role_name(mut self, name: impl Into<String>) -> Self {
        self.options.role_names.push(name.into());
        self
    }

    /// The external id that the roles' trust policies ask for. It is never recorded.
    pub fn external_id(mut self, id: impl Into<String>) -> Self {
        self.options.external_id = Some(id.into());
        self
    }

    /// How sessions are called in the accounts' own trails.
    pub fn session_name(mut self, name: impl Into<String>) -> Self {
        self.options.session_name = name.into();
        self
    }

    /// The person behind the sessions, as the accounts' own trails show it.
    pub fn source_identity(mut self, identity: impl Into<String>) -> Self {
        self.options.source_identity = Some(identity.into());
        self
    }

    /// A tag on every session.
    pub fn session_tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.session_tags.insert(key.into(), value.into());
        self
    }

    /// How long sessions last, in seconds: 900 to 43,200, but no more than 3,600 where one role assumes another.
    pub fn session_seconds(mut self, seconds: i32) -> Self {
        self.options.session_seconds = seconds;
        self
    }

    /// The ARN of a role that is assumed first, to list the organization and to enter its accounts from.
    pub fn management_role(mut self, arn: impl Into<String>) -> Self {
        self.management_role = Some(arn.into());
        self
    }

    /// How many requests may be in flight at once.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.options.concurrency = requests;
        self
    }

    /// How many requests may be sent in a second, all together; as many as the quotas of AWS allow, unless given.
    pub fn max_rps(mut self, requests: NonZeroU32) -> Self {
        self.options.max_rps = Some(requests);
        self
    }

    /// The moment the records will be judged against; when the collection started, unless given.
    pub fn as_of(mut self, time: Timestamp) -> Self {
        self.options.as_of = Some(time);
        self
    }

    /// Only the accounts that fall to this shard; [`merge`](crate::merge()) unites them all. Needs a moment
    /// ([`as_of`](Self::as_of)) unless it is the only one: shards start at moments of their own.
    pub fn shard(mut self, shard: Shard) -> Self {
        self.options.shard = Some(shard);
        self
    }

    /// Goes on with a run that did not end, in the same directory: with the same plan, and without asking again in any
    /// account that is finished. Where there is none it begins; where it has ended nothing changes.
    pub fn resume(mut self, resume: bool) -> Self {
        self.options.resume = resume;
        self
    }

    /// A profile of the shared AWS configuration files.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.options.environment.profile = Some(name.into());
        self
    }

    /// The Region STS is asked in, instead of the configured one.
    pub fn home_region(mut self, region: impl Into<String>) -> Self {
        self.options.environment.region = Some(region.into());
        self
    }

    /// Credentials, Region, endpoints and HTTP client of the embedding program, instead of the standard AWS chain.
    /// Timeouts and retries stay ours.
    pub fn sdk_config(mut self, config: SdkConfig) -> Self {
        self.options.environment.sdk = Some(config);
        self
    }

    /// A token that ends the collection. Dropping its future does the same.
    pub fn cancellation(mut self, token: CancellationToken) -> Self {
        self.options.cancellation = token;
        self
    }

    /// The collector.
    ///
    /// # Errors
    /// [`CollectError::Option`] when an option has a value that AWS would refuse in every account.
    pub fn build(mut self) -> Result<Collector, CollectError> {
        if self.options.role_names.is_empty() {
            self.options.role_names.push(DEFAULT_ROLE_NAME.to_owned());
        }
        self.options.management_role = self.management_role.as_deref().map(management_role).transpose()?;
        self.options.check()?;
        Ok(Collector::new(self.options))
    }
}

impl Options {
    /// The limits are those of STS `AssumeRole` and IAM role names (botocore 1.44).
    fn check(&self) -> Result<(), CollectError> {
        // A slip in the list is told before anybody is asked anything.
        if let Source::AccountsFile(path) = &self.scope.source {
            read_accounts(path)?;
        }
        for name in &self.role_names {
            let bare = name.rsplit('/').next().unwrap_or_default();
            let is_name =
                is_word(bare, 1..=64, "+=,.@-_") && is_word(name, 1..=576, "+=,.@-_/") && !name.contains("//");
            demand(is_name, "role-name", || {
                format!("{name:?} is not the name of a role, with or without its path")
            })?;
        }
        demand(is_word(&self.session_name, 2..=64, "=,.@-_+"), "session-name", || {
            format!(
                "{:?} is not 2 to 64 letters, digits or any of =,.@-_+",
                self.session_name
            )
        })?;
        if let Some(identity) = &self.source_identity {
            demand(is_word(identity, 2..=64, "=,.@-_+"), "source-identity", || {
                format!("{identity:?} is not 2 to 64 letters, digits or any of =,.@-_+")
            })?;
        }
        if let Some(id) = &self.external_id {
            demand(is_word(id, 2..=1_224, "=,.@:/-_+"), "external-id", || {
                // An external id is half a secret: it is not repeated.
                "it is not 2 to 1,224 letters, digits or any of =,.@:/-_+".to_owned()
            })?;
        }
        demand(
            (900..=43_200).contains(&self.session_seconds),
            "session-duration",
            || format!("{} seconds are not between 900 and 43,200", self.session_seconds),
        )?;
        demand(self.session_tags.len() <= 50, "session-tag", || {
            "more than 50 tags".to_owned()
        })?;
        demand(self.concurrency > 0, "concurrency", || {
            "it must be at least 1".to_owned()
        })?;
        let moment_known = self.as_of.is_some() || self.shard.is_none_or(Shard::is_whole);
        demand(moment_known, "shard", || {
            "it needs --as-of: all shards must speak about the same moment".to_owned()
        })?;
        let units_known = self.scope.source == Source::Organization;
        demand(units_known || !self.scope.selects_units(), "ou", || {
            "only Organizations knows organizational units, and it is not asked here".to_owned()
        })?;
        demand(units_known || self.scope.account_tags.is_empty(), "account-tag", || {
            "only Organizations knows the tags of accounts, and it is not asked here".to_owned()
        })
    }

    /// How many requests may be in flight, as far as the system allows.
    pub(crate) fn in_flight(&self) -> usize {
        descriptors::requests(self.concurrency)
    }

    /// A misspelt Region must not pass as one without trails.
    pub(crate) fn check_regions(&self, partition: &Partition) -> Result<(), CollectError> {
        let unknown = self.scope.regions.iter().find(|region| !partition.has(region.as_str()));
        match unknown {
            None => Ok(()),
            Some(region) => Err(CollectError::Option {
                option: "region",
                problem: format!("the partition {} has no Region {region:?}", partition.id),
            }),
        }
    }
}

fn management_role(arn: &str) -> Result<(AccountId, String), CollectError> {
    let account = Arn::parse(arn)
        .filter(|_| is_role_arn(arn))
        .and_then(|arn| arn.account_id());
    account
        .map(|account| (account, arn.to_owned()))
        .ok_or_else(|| CollectError::Option {
            option: "management-role",
            problem: format!("{arn:?} is not the ARN of a role"),
        })
}

fn demand(holds: bool, option: &'static str, problem: impl FnOnce() -> String) -> Result<(), CollectError> {
    if holds {
        Ok(())
    } else {
        Err(CollectError::Option {
            option,
            problem: problem(),
        })
    }
}

fn is_word(text: &str, length: std::ops::RangeInclusive<usize>, besides: &str) -> bool {
    length.contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || besides.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(builder: CollectorBuilder) -> String {
        builder.build().unwrap_err().to_string()
    }

    #[test]
    fn what_aws_would_refuse_everywhere_is_refused_at_once() {
        let build = Collector::builder;
        assert!(
            build()
                .role_name("audit/Reader")
                .role_name("AWSControlTowerExecution")
                .build()
                .is_ok()
        );
        assert!(refused(build().role_name("a b")).starts_with("role-name: \"a b\""));
        assert!(refused(build().role_name("path/")).starts_with("role-name"));
        assert!(refused(build().session_name("x")).starts_with("session-name"));
        assert!(refused(build().session_seconds(60)).starts_with("session-duration"));
        assert!(refused(build().concurrency(0)).starts_with("concurrency"));
        assert!(refused(build().management_role("arn:aws:iam::1:user/x")).starts_with("management-role"));
        assert!(!refused(build().external_id("hunter2 ")).contains("hunter2"));
    }

    #[test]
    fn shards_need_a_moment() {
        let shard = |text: &str| Collector::builder().shard(text.parse().unwrap());
        assert!(refused(shard("1/2")).starts_with("shard: it needs --as-of"));
        assert!(shard("1/2").as_of(Timestamp::UNIX_EPOCH).build().is_ok());
        assert!(shard("1/1").build().is_ok());
    }

    #[test]
    fn units_need_organizations() {
        let scope = Scope {
            source: Source::SingleAccount,
            units: ["ou-1".to_owned()].into(),
            ..Scope::default()
        };
        assert!(refused(Collector::builder().scope(scope)).starts_with("ou: "));
    }
}
