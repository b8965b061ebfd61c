//! The options of a collection that several machines share.

use std::path::PathBuf;

use clap::Args;
use trailaudit_aws::Shard;

use super::{Collect, Judge};
use crate::error::{CommandError, Result};

/// `collect` may be one of several; `audit`, which judges the whole, may not.
#[derive(Args, Debug)]
pub(crate) struct CollectShard {
    #[command(flatten)]
    pub collect: Collect,
    #[command(flatten)]
    pub judge: Judge,
    /// Only the accounts of shard K of N; `merge` unites all N.
    ///
    /// Accounts fall to shards by their ids. Each lists the Organization itself. Give every shard the same options, and the
    /// same --as-of.
    #[arg(long, value_name = "K/N", help_heading = "Collecting")]
    pub shard: Option<Shard>,
    // Not as a documentation comment, whose backticks people would see.
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "shard",
        help_heading = "Collecting",
        help = "The same where an engine numbers the machines: N is how many there are, and which one this is stands in \
                AWS_BATCH_JOB_ARRAY_INDEX (an array job of AWS Batch) or JOB_COMPLETION_INDEX (an Indexed Job of \
                Kubernetes)"
    )]
    pub shards: Option<u32>,
}

/// Where engines say which of several machines this is, counted from 0.
const INDEXES: [&str; 2] = ["AWS_BATCH_JOB_ARRAY_INDEX", "JOB_COMPLETION_INDEX"];

impl CollectShard {
    /// The shard that was asked for; none for the whole. `variable` is the environment.
    pub(crate) fn shard(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Option<Shard>> {
        let Some(of) = self.shards else { return Ok(self.shard) };
        let wrong = |what: &str| CommandError::usage(format_args!("--shards: {what}"));
        let mut named = INDEXES.iter().filter_map(|name| Some((*name, variable(name)?)));
        let (name, text) = named.next().ok_or_else(|| {
            wrong(&format!(
                "neither {} nor {} says which of them this is",
                INDEXES[0], INDEXES[1]
            ))
            .hint("outside of an array or indexed job, name it: --shard K/N")
        })?;
        if let Some((other, differently)) = named.find(|(_, other)| *other != text) {
            return Err(wrong(&format!("{name} is {text:?}, but {other} is {differently:?}")));
        }
        let index = text.parse::<u32>().ok().and_then(|index| index.checked_add(1));
        let shard = index.and_then(|index| Shard::new(index, of).ok());
        shard.map(Some).ok_or_else(|| {
            wrong(&format!(
                "{name} is {text:?}, which is not from 0 to {}, or there are more than {} of them",
                of.saturating_sub(1),
                Shard::MOST
            ))
        })
    }
}

#[derive(Args, Debug)]
pub(crate) struct Merge {
    /// What `collect --shard` wrote: every shard of one run.
    #[arg(value_name = "DIR", required = true)]
    pub shards: Vec<PathBuf>,
    /// The directory to write; it must not exist, or be empty.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(shards: u32, variables: &[(&str, &str)]) -> std::result::Result<String, String> {
        let arguments = CollectShard {
            collect: Collect::default(),
            judge: Judge::default(),
            shard: None,
            shards: Some(shards),
        };
        let variable = |name: &str| {
            let mut found = variables.iter().filter(|(known, _)| *known == name);
            found.next().map(|(_, value)| (*value).to_owned())
        };
        let shard = arguments.shard(variable).map_err(|error| error.to_string())?;
        Ok(shard.map(|shard| shard.to_string()).unwrap_or_default())
    }

    #[test]
    fn engines_count_from_zero() {
        for name in INDEXES {
            assert_eq!(shard(8, &[(name, "0")]).unwrap(), "1/8");
            assert_eq!(shard(8, &[(name, "7")]).unwrap(), "8/8");
            for wrong in ["8", "-1", "", "a"] {
                let told = shard(8, &[(name, wrong)]).unwrap_err();
                assert!(
                    told.contains(&format!("{name} is {wrong:?}, which is not from 0 to 7")),
                    "{told}"
                );
            }
        }
        assert!(shard(0, &[(INDEXES[0], "0")]).is_err());
    }

    #[test]
    fn who_says_nothing_or_two_things_is_told_so() {
        let told = shard(8, &[]).unwrap_err();
        assert!(
            told.contains(INDEXES[0]) && told.contains(INDEXES[1]) && told.contains("--shard K/N"),
            "{told}"
        );
        let both = |other| shard(2, &[(INDEXES[0], "1"), (INDEXES[1], other)]);
        assert_eq!(both("1").unwrap(), "2/2");
        assert!(both("0").unwrap_err().contains("but JOB_COMPLETION_INDEX is \"0\""));
    }
}
