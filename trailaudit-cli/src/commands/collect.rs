//! `trailaudit collect`: the fan-out alone.

use std::collections::{BTreeMap, BTreeSet};

use trailaudit_aws::{Collected, Collector, CollectorBuilder, Scope, Source, Terms};
use trailaudit_core::Rule;
use trailaudit_core::evidence::package::MANIFEST;

use super::{audit, counted};
use crate::arguments::{self, Collect, CollectShard, Output};
use crate::config::Config;
use crate::elsewhere::elsewhere;
use crate::error::{CommandError, Result, known_region};
use crate::exit::Exit;
use crate::work::Work;

/// Runs the command.
pub(crate) fn run(mut arguments: CollectShard, output: &Output) -> Result<Exit> {
    elsewhere("out", &arguments.collect.out)?;
    let shard = arguments.shard(|name| std::env::var(name).ok())?;
    let mut config = Config::load(arguments.collect.config.as_deref())?;
    config.complete_collect(&mut arguments.collect);
    config.complete_judge(&mut arguments.judge);
    let (rules, _) = audit::terms(&arguments.judge)?;
    let collect = &arguments.collect;
    let mut builder = builder(collect, &rules)?;
    if let Some(shard) = shard {
        builder = builder.shard(shard);
    }
    let collector = builder.clone().build()?;
    let folder = &collect.out;
    let collected = match Work::claim(folder, collect.resume, &terms("collect"))? {
        Some(work) => {
            let (collected, work) = work.collect(builder, output)?;
            work.release()?;
            collected
        }
        None if folder.join(MANIFEST).exists() => {
            return Err(CommandError::failed(format_args!(
                "{} is a package: `audit` made it, and not `collect`",
                folder.display()
            )));
        }
        None => collector.ended(folder)?,
    };
    let Collected {
        accounts, calls, gaps, ..
    } = collected;
    let folder = folder.display();
    let (of_shard, next) = match shard.filter(|shard| !shard.is_whole()) {
        None => (String::new(), format!("trailaudit assess {folder} --out PACKAGE")),
        Some(shard) => (
            format!("shard {} of {}: ", shard.index(), shard.of()),
            format!("trailaudit merge {folder} THE-OTHER-SHARDS... --out RECORDS"),
        ),
    };
    crate::summary::print(&format!(
        "{of_shard}{}, {}, {}\nrecords: {folder}\nnext:    {next}\n",
        counted(accounts, "account"),
        counted(calls, "call"),
        counted(gaps, "gap")
    ))?;
    Ok(Exit::Done)
}

/// What a resumed run must have the same beside its plan: first of all, what it is.
pub(crate) fn terms(command: &str) -> Terms {
    [("the command".to_owned(), command.to_owned())].into()
}

/// The collector that the command line describes: it asks for nothing but what the rules need.
pub(crate) fn builder(collect: &Collect, rules: &[&Rule]) -> Result<CollectorBuilder> {
    let entry = &collect.entry;
    let needs = rules.iter().flat_map(|rule| rule.needs.iter().copied());
    let mut builder = Collector::builder().scope(scope(&collect.scope)?).needs(needs);
    if let Some(plan) = collect.plan {
        builder = builder.search(plan.into());
    }
    for name in &entry.role_names {
        builder = builder.role_name(name);
    }
    for (key, value) in pairs("session-tag", &entry.session_tags)? {
        builder = builder.session_tag(key, value);
    }
    if let Some(id) = &entry.external_id {
        builder = builder.external_id(id);
    }
    if let Some(name) = &entry.session_name {
        builder = builder.session_name(name);
    }
    if let Some(identity) = &entry.source_identity {
        builder = builder.source_identity(identity);
    }
    if let Some(arn) = &entry.management_role {
        builder = builder.management_role(arn);
    }
    if let Some(requests) = collect.concurrency {
        builder = builder.concurrency(requests);
    }
    if let Some(requests) = collect.max_rps {
        builder = builder.max_rps(requests);
    }
    if let Some(moment) = collect.as_of {
        builder = builder.as_of(moment);
    }
    Ok(builder)
}

fn scope(scope: &arguments::Scope) -> Result<Scope> {
    account_ids("account", &scope.accounts)?;
    account_ids("exclude-account", &scope.exclude_accounts)?;
    account_ids("log-archive-account", &scope.log_archive_accounts)?;
    scope.regions.iter().try_for_each(|region| known_region(region))?;
    let source = match &scope.accounts_file {
        Some(path) => Source::AccountsFile(path.clone()),
        None if scope.single_account => Source::SingleAccount,
        None => Source::Organization,
    };
    Ok(Scope {
        source,
        accounts: scope.accounts.iter().map(|id| id.as_str().into()).collect(),
        exclude_accounts: scope.exclude_accounts.iter().map(|id| id.as_str().into()).collect(),
        units: scope.units.iter().cloned().collect::<BTreeSet<_>>(),
        exclude_units: scope.exclude_units.iter().cloned().collect(),
        account_tags: pairs("account-tag", &scope.account_tags)?,
        regions: scope.regions.iter().map(|name| name.as_str().into()).collect(),
        log_archive_accounts: scope.log_archive_accounts.iter().map(|id| id.as_str().into()).collect(),
    })
}

fn account_ids(option: &str, ids: &[String]) -> Result<()> {
    let wrong = ids
        .iter()
        .find(|id| id.len() != 12 || !id.bytes().all(|digit| digit.is_ascii_digit()));
    match wrong {
        None => Ok(()),
        Some(id) => Err(CommandError::usage(format_args!(
            "--{option}: {id:?} is not the twelve digits of an account id"
        ))
        .hint("account ids are like 111122223333, with the zeros they begin with")),
    }
}

fn pairs(option: &str, texts: &[String]) -> Result<BTreeMap<String, String>> {
    let pair = |text: &String| match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(
            CommandError::usage(format_args!("--{option}: {text:?} is not KEY=VALUE"))
                .hint(format_args!("a tag is told like --{option} team=audit")),
        ),
    };
    texts.iter().map(pair).collect()
}
