//! `trailaudit collect`: the fan-out alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tokio_util::sync::CancellationToken;
use trailaudit_aws::{CollectError, Collected, Collector, CollectorBuilder, Scope, Source};
use trailaudit_core::Rule;

use super::audit::terms;
use crate::arguments::{self, Collect, CollectShard, Output};
use crate::config::Config;
use crate::error::{CommandError, Result, known_region};
use crate::exit::Exit;
use crate::package::{make_folder, remove_folder};
use crate::progress;

/// Runs the command.
pub(crate) fn run(command: CollectShard, output: &Output) -> Result<Exit> {
    let CollectShard {
        mut collect,
        mut judge,
        shard,
    } = command;
    let mut config = Config::load(collect.config.as_deref())?;
    config.complete_collect(&mut collect);
    config.complete_judge(&mut judge);
    let (rules, _) = terms(&judge)?;
    let mut builder = builder(&collect, &rules)?;
    if let Some(shard) = shard {
        builder = builder.shard(shard);
    }
    let collected = into_folder(builder, &collect.out, output)?;
    let Collected {
        accounts, calls, gaps, ..
    } = collected;
    let folder = collect.out.display();
    let (of_shard, next) = match shard.filter(|shard| !shard.is_whole()) {
        None => (String::new(), format!("trailaudit assess {folder} --out PACKAGE")),
        Some(shard) => (
            format!("shard {} of {}: ", shard.index(), shard.of()),
            format!("trailaudit merge {folder} THE-OTHER-SHARDS... --out RECORDS"),
        ),
    };
    crate::summary::print(&format!(
        "{of_shard}{accounts} accounts, {calls} calls, {gaps} gaps\nrecords: {folder}\nnext:    {next}\n"
    ))?;
    Ok(Exit::Done)
}

/// Collects into a directory that must be new or empty. What was collected stays when the run is interrupted; a run
/// that came to nothing leaves nothing.
pub(crate) fn into_folder(builder: CollectorBuilder, folder: &Path, output: &Output) -> Result<Collected> {
    let cancellation = CancellationToken::new();
    let mut collector = builder.cancellation(cancellation.clone()).build()?;
    let made = make_folder(folder)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CommandError::failed(format_args!("the runtime cannot start: {error}")))?;
    let events = collector.progress();
    let outcome = runtime.block_on(async {
        let interrupted = async {
            // Where no signal can be waited for, none will come.
            if tokio::signal::ctrl_c().await.is_ok() {
                cancellation.cancel();
            }
            std::future::pending::<()>().await;
        };
        let work = futures::future::join(collector.collect(folder), progress::show(events, output));
        tokio::select! {
            (outcome, ()) = work => outcome,
            () = interrupted => Err(CollectError::Cancelled),
        }
    });
    outcome.map_err(|error| {
        if !matches!(error, CollectError::Cancelled) {
            remove_folder(folder, made);
        }
        CommandError::from(error)
    })
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
        ))),
    }
}

fn pairs(option: &str, texts: &[String]) -> Result<BTreeMap<String, String>> {
    let pair = |text: &String| match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(CommandError::usage(format_args!(
            "--{option}: {text:?} is not KEY=VALUE"
        ))),
    };
    texts.iter().map(pair).collect()
}
