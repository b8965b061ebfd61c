//! `trailaudit merge`: the shards of one collection as the whole.

use trailaudit_aws::{Merged, ShardFiles, merge};

use super::counted;
use crate::arguments::Merge;
use crate::elsewhere::elsewhere_than;
use crate::error::Result;
use crate::exit::Exit;
use crate::package::{make_folder, open, open_folder, remove_folder};

/// Runs the command.
pub(crate) fn run(arguments: &Merge) -> Result<Exit> {
    let out = &arguments.out;
    elsewhere_than("out", out, &arguments.shards, "what is merged")?;
    let mut folders = Vec::new();
    for path in &arguments.shards {
        folders.push((path.display().to_string(), open(path)?));
    }
    let shards: Vec<_> = folders
        .iter()
        .map(|(name, files)| ShardFiles { name, files: &**files })
        .collect();
    let made = make_folder(out)?;
    let merged = open_folder(out).and_then(|mut store| Ok(merge(&shards, &mut store)?));
    let Merged {
        shards,
        accounts,
        calls,
        ..
    } = merged.inspect_err(|_| remove_folder(out, made))?;
    crate::summary::print(&format!(
        "{}, {}, {}\nrecords: {}\nnext:    trailaudit assess {} --out PACKAGE\n",
        counted(shards, "shard"),
        counted(accounts, "account"),
        counted(calls, "call"),
        out.display(),
        out.display()
    ))?;
    Ok(Exit::Done)
}
