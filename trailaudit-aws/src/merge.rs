//! The shards of one collection, made into what a single collection would have left.
//!
//! Every shard listed the organization, entered the accounts that fall to it, and asked wherever the trails it saw name
//! something. So the records of accounts are copied as they are; those about resources, and about the organization, are
//! united: equal answers have equal ids, and of each one exchange is kept, the last that was sent. What is written
//! depends on the shards alone, not on the order in which they are given.

mod log;
mod unite;

use std::collections::BTreeMap;
use std::io;

use trailaudit_core::evidence::package::{self, ORGANIZATION, RUN_LOG, RecordFile};
use trailaudit_core::evidence::{Files, Store};
use trailaudit_core::organization::AccountId;

use self::log::ShardLog;
use self::unite::Union;
use crate::package::PackageError;
use crate::plan::Change;
use crate::shard::Shard;

/// The records of one shard, and what it is called where something is wrong with it.
#[derive(Clone, Copy)]
pub struct ShardFiles<'a> {
    /// Such as the directory.
    pub name: &'a str,
    /// Its files; those that are no records are passed over.
    pub files: &'a dyn Files,
}

/// What was merged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Merged {
    /// How many shards there were.
    pub shards: u32,
    /// Accounts that were visited, whether or not they could be entered.
    pub accounts: u64,
    /// Calls made, those that several shards made counted as often.
    pub calls: u64,
}

/// Merges all shards of one collection into a directory of records; the run log, without which nothing takes it for one,
/// is written last.
///
/// # Errors
/// When they are not exactly the shards of one run, one of them is unfinished or cannot be read, or the result cannot be
/// written. What was written until then is no collection.
pub fn merge(shards: &[ShardFiles<'_>], out: &mut dyn Store) -> Result<Merged, MergeError> {
    let shards = ordered(shards)?;
    let paths = Paths::of(&shards)?;
    for (account, shard) in &paths.accounts {
        let path = package::account_records(account);
        write(out, &path, &unite::whole(shard, &path, account)?)?;
    }
    for (account, shards) in &paths.resources {
        let path = package::resource_records(account);
        let mut union = Union::of(RecordFile::Resources(account.clone()));
        shards.iter().try_for_each(|shard| union.add(shard, &path))?;
        write(out, &path, &union.finish()?)?;
    }
    let mut union = Union::of(RecordFile::Organization);
    shards.iter().try_for_each(|shard| union.add(shard, ORGANIZATION))?;
    write(out, ORGANIZATION, &union.finish()?)?;
    let (log, merged) = log::merged(&shards).map_err(MergeError::Write)?;
    write(out, RUN_LOG, &log)?;
    Ok(merged)
}

/// Why shards cannot be merged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// No shard was given.
    #[error("there is nothing to merge")]
    Nothing,
    /// A shard's records cannot be read.
    #[error("{name}: {source}")]
    Records {
        /// The shard.
        name: String,
        /// What is wrong with it.
        source: Box<PackageError>,
    },
    /// It was not collected as a shard.
    #[error("{name} is no shard: it was collected whole, or is merged already")]
    NotAShard {
        /// What was given.
        name: String,
    },
    /// A shard has not ended.
    #[error("{name}: shard {} of {} is not finished", shard.index(), shard.of())]
    Unfinished {
        /// The shard.
        name: String,
        /// Which one it is.
        shard: Shard,
    },
    /// Two shards were collected by different plans.
    #[error(transparent)]
    OfAnotherRun(Box<Difference>),
    /// A shard was given twice.
    #[error("{name} and {other} are both shard {} of {}", shard.index(), shard.of())]
    Twice {
        /// The one.
        name: String,
        /// The other.
        other: String,
        /// Which both are.
        shard: Shard,
    },
    /// Shards were not given.
    #[error("of {of} shards {} missing", listed(indexes))]
    Missing {
        /// How many there are.
        of: u32,
        /// Which are not there.
        indexes: Vec<u32>,
    },
    /// A shard tells of an account that falls to another.
    #[error("{name} is shard {} of {}, but account {account} falls to shard {holder}", shard.index(), shard.of())]
    Overlap {
        /// The shard.
        name: String,
        /// Which one it is.
        shard: Shard,
        /// The account.
        account: AccountId,
        /// The shard it falls to.
        holder: u32,
    },
    /// What was merged cannot be written.
    #[error("the merged records cannot be written: {0}")]
    Write(io::Error),
}

/// In what two shards were collected by different plans.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{name} and {other} are not shards of the same run: {} is {} in the one, {} in the other",
    change.what, change.before, change.now
)]
pub struct Difference {
    /// The one shard.
    pub name: String,
    /// The other.
    pub other: String,
    /// In what they differ.
    pub change: Change,
}

/// One shard with its log read.
struct Opened<'a> {
    name: &'a str,
    files: &'a dyn Files,
    shard: Shard,
    log: ShardLog,
}

impl<'a> Opened<'a> {
    fn read(given: &ShardFiles<'a>) -> Result<Self, MergeError> {
        let ShardFiles { name, files } = *given;
        let log = ShardLog::read(files).map_err(|source| MergeError::Records {
            name: name.to_owned(),
            source: Box::new(source),
        })?;
        let Some(shard) = log.shard() else {
            return Err(MergeError::NotAShard { name: name.to_owned() });
        };
        let opened = Self {
            name,
            files,
            shard,
            log,
        };
        if !opened.log.is_finished() {
            let name = name.to_owned();
            return Err(MergeError::Unfinished { name, shard });
        }
        opened.log.excluded().try_for_each(|account| opened.holds(account))?;
        Ok(opened)
    }

    /// Refuses an account that falls to another shard.
    fn holds(&self, account: &AccountId) -> Result<(), MergeError> {
        if self.shard.holds(account) {
            return Ok(());
        }
        Err(MergeError::Overlap {
            name: self.name.to_owned(),
            shard: self.shard,
            account: account.clone(),
            holder: Shard::holder(account, self.shard.of()),
        })
    }

    fn at(&self) -> impl Fn(PackageError) -> MergeError {
        let name = self.name.to_owned();
        move |source| MergeError::Records {
            name: name.clone(),
            source: Box::new(source),
        }
    }
}

/// Every shard of one run, once, in order.
fn ordered<'a>(given: &[ShardFiles<'a>]) -> Result<Vec<Opened<'a>>, MergeError> {
    let mut shards = given.iter().map(Opened::read).collect::<Result<Vec<_>, _>>()?;
    shards.sort_by_key(|opened| (opened.shard, opened.name));
    let Some(first) = shards.first() else {
        return Err(MergeError::Nothing);
    };
    for other in &shards[1..] {
        if let Some(change) = first.log.change(&other.log) {
            return Err(MergeError::OfAnotherRun(Box::new(Difference {
                name: first.name.to_owned(),
                other: other.name.to_owned(),
                change,
            })));
        }
    }
    if let Some([one, other]) = shards.array_windows().find(|[one, other]| one.shard == other.shard) {
        return Err(MergeError::Twice {
            name: one.name.to_owned(),
            other: other.name.to_owned(),
            shard: one.shard,
        });
    }
    let of = first.shard.of();
    let is_missing = |index: &u32| !shards.iter().any(|opened| opened.shard.index() == *index);
    let indexes: Vec<_> = (1..=of).filter(is_missing).collect();
    if indexes.is_empty() {
        Ok(shards)
    } else {
        Err(MergeError::Missing { of, indexes })
    }
}

/// Which shards have records of which account.
#[derive(Default)]
struct Paths<'a> {
    accounts: BTreeMap<AccountId, &'a Opened<'a>>,
    resources: BTreeMap<AccountId, Vec<&'a Opened<'a>>>,
}

impl<'a> Paths<'a> {
    fn of(shards: &'a [Opened<'a>]) -> Result<Self, MergeError> {
        let mut paths = Self::default();
        for shard in shards {
            let unlisted = |source| PackageError::Io {
                path: ".".into(),
                source,
            };
            let entries = shard.files.paths().map_err(unlisted).map_err(shard.at())?;
            for entry in entries {
                match RecordFile::at(&entry.path) {
                    Some(RecordFile::Account(account)) => {
                        shard.holds(&account)?;
                        paths.accounts.insert(account, shard);
                    }
                    Some(RecordFile::Resources(account)) => paths.resources.entry(account).or_default().push(shard),
                    _ => (),
                }
            }
        }
        Ok(paths)
    }
}

fn write(out: &mut dyn Store, path: &str, bytes: &[u8]) -> Result<(), MergeError> {
    out.write(path, &mut |file| file.write_all(bytes))
        .map_err(MergeError::Write)
}

/// `2, 3 and 7 are`, the first ten of them.
fn listed(indexes: &[u32]) -> String {
    let (shown, rest) = indexes.split_at(indexes.len().min(10));
    let mut words: Vec<_> = shown.iter().map(ToString::to_string).collect();
    if !rest.is_empty() {
        words.push(format!("{} more", rest.len()));
    }
    let last = words.pop().unwrap_or_default();
    if words.is_empty() {
        format!("{last} is")
    } else {
        format!("{} and {last} are", words.join(", "))
    }
}
