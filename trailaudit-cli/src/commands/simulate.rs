//! `trailaudit simulate`: the simulated Organization for other programs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use trailaudit_sim::{Conditions, Faults, Ledger, Server, Settings, Truth, populate, populate_with_large_account};

use crate::arguments::{Population, Simulate};
use crate::elsewhere::elsewhere;
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::summary::print;

/// Runs the command.
pub(crate) fn run(simulate: &Simulate) -> Result<Exit> {
    for (option, path) in [("truth", &simulate.truth), ("ledger", &simulate.ledger)] {
        path.as_ref().map_or(Ok(()), |path| elsewhere(option, path))?;
    }
    let Simulated {
        server,
        truth,
        signing_key,
    } = start(
        &simulate.population,
        simulate.listen,
        as_of(&simulate.population),
        conditions(simulate),
    )?;
    if let Some(path) = &simulate.truth {
        write_json(path, &truth)?;
    }
    let (id, secret) = server.credentials();
    print(&format!(
        "export AWS_ENDPOINT_URL={}\nexport AWS_ACCESS_KEY_ID={id}\nexport AWS_SECRET_ACCESS_KEY={secret}\nexport AWS_REGION=us-east-1\nunset AWS_SESSION_TOKEN AWS_PROFILE\n# a key in its KMS to sign with: --sign kms:{signing_key}\n",
        server.endpoint()
    ))?;
    wait()?;
    if let Some(path) = &simulate.ledger {
        write_json(path, &as_json(&server.ledger()))?;
    }
    Ok(Exit::Interrupted)
}

fn conditions(simulate: &Simulate) -> Conditions {
    let seed = simulate.population.seed;
    Conditions {
        quotas: simulate.quotas,
        faults: simulate.faults.as_ref().and_then(|name| Faults::named(name, seed)),
        ..Conditions::default()
    }
}

/// An Organization that is served.
pub(crate) struct Simulated {
    pub server: Server,
    pub truth: Truth,
    /// The ARN of a key that signs.
    pub signing_key: String,
}

/// Serves the population that was asked for, with its latency, under these conditions.
pub(crate) fn start(
    population: &Population,
    listen: std::net::SocketAddr,
    as_of: Timestamp,
    conditions: Conditions,
) -> Result<Simulated> {
    if !listen.ip().is_loopback() {
        return Err(CommandError::usage(format_args!(
            "--listen: {listen} is not an address of this machine alone"
        ))
        .hint("the simulator has no access control: 127.0.0.1:PORT"));
    }
    if population.accounts == 0 || population.regions == 0 {
        return Err(CommandError::usage("--accounts and --regions must be at least 1"));
    }
    let Population {
        accounts,
        regions,
        seed,
        latency_ms,
        ..
    } = *population;
    let settings = Settings {
        accounts,
        regions,
        seed,
        as_of,
    };
    let made = if conditions.faults.is_some_and(|faults| faults.wants_large_account()) {
        populate_with_large_account(&settings)
    } else {
        populate(&settings)
    };
    let conditions = Conditions {
        latency: Duration::from_millis(latency_ms),
        ..conditions
    };
    let server = Server::start_under(conditions, made.world, listen)
        .map_err(|error| CommandError::failed(format_args!("{listen}: {error}")))?;
    Ok(Simulated {
        server,
        truth: made.truth,
        signing_key: made.signing_key,
    })
}

/// The moment the population is dated from.
pub(crate) fn as_of(population: &Population) -> Timestamp {
    population.as_of.unwrap_or_else(Timestamp::now)
}

fn as_json(ledger: &Ledger) -> Value {
    let by_operation = |counts: &BTreeMap<(&str, &str), u64>| -> serde_json::Map<_, _> {
        counts
            .iter()
            .map(|((service, operation), calls)| (format!("{service}:{operation}"), Value::from(*calls)))
            .collect()
    };
    json!({
        "format": "trailaudit.ledger/v1",
        "calls": by_operation(&ledger.calls),
        "refused": by_operation(&ledger.refused),
        "targets": ledger.targets,
        "createdKeys": ledger.created_keys,
        "mostInFlight": ledger.most_in_flight,
        "faults": ledger.faults,
    })
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(CommandError::failed)?;
    fs::write(path, text + "\n").map_err(|error| CommandError::file(path, &error))
}

fn wait() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(CommandError::failed)?;
    runtime.block_on(async {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate()).map_err(CommandError::failed)?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted.map_err(CommandError::failed),
            _ = terminated.recv() => Ok(()),
        }
    })
}
