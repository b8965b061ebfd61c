//! `trailaudit merge`: the shards of one collection as the whole.

use trailaudit_aws::{Merged, ShardFiles, merge};

use super::assess::is_below;
use crate::arguments::Merge;
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::package::{make_folder, open, open_folder, remove_folder};

/// Runs the command.
pub(crate) fn run(arguments: &Merge) -> Result<Exit> {
    let out = &arguments.out;
    let mut folders = Vec::new();
    for path in &arguments.shards {
        folders.push((path.display().to_string(), open(path)?));
        if path.canonicalize().is_ok_and(|path| is_below(out, &path)) {
            return Err(
                CommandError::usage(format_args!("--out: {} lies in what is merged", out.display()))
                    .hint("name a directory elsewhere: shards must not change"),
            );
        }
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
        "{shards} shards, {accounts} accounts, {calls} calls\nrecords: {}\nnext:    trailaudit assess {} --out PACKAGE\n",
        out.display(),
        out.display()
    ))?;
    Ok(Exit::Done)
}
