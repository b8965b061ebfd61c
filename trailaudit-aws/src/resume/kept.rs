//! What finished accounts have shown, read back from their records.

use std::collections::BTreeMap;

use jiff::Timestamp;
use trailaudit_core::evidence::package::RecordFile;
use trailaudit_core::evidence::{Answer, Exchange, Files};
use trailaudit_core::organization::AccountId;

use crate::joined::Seen;
use crate::journal::{Asked, run_log};
use crate::package::{self, PackageError};
use crate::run::Run;
use crate::session::Sessions;
use crate::visit::Visited;

/// What of it need not be asked again.
#[derive(Default)]
pub(crate) struct Kept {
    accounts: BTreeMap<AccountId, KeptAccount>,
    /// Every trail that their records show.
    pub seen: Seen,
    /// The latest moment at which anything of it was asked.
    pub(super) last: Option<Timestamp>,
    /// The lines of the run log that their refusals have.
    pub(super) gaps: Vec<Vec<u8>>,
}

/// A finished account.
struct KeptAccount {
    is_empty: bool,
    /// By which role, and as which principal.
    entered: Option<(String, String)>,
}

impl Kept {
    /// Whether an account need not be visited again; then also whether it was entered. One that was not in use when it
    /// was looked at, and is now, has to be.
    pub fn has(&self, account: &AccountId, is_auditable: bool) -> Option<bool> {
        let kept = self.accounts.get(account)?;
        (!kept.is_empty || !is_auditable).then_some(kept.entered.is_some())
    }

    /// How many accounts are finished.
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Tells how its accounts were entered, so that none is entered again before there is something to ask.
    pub fn introduce(&self, sessions: &Sessions, asked: &Asked) {
        for (account, kept) in self.accounts.iter().filter(|(_, kept)| !kept.is_empty) {
            sessions.remember(account, kept.entered.clone());
        }
        asked.each_left(|account, exchange| {
            if let Some(entered) = entered(exchange) {
                sessions.remember(account, Some(entered));
            }
        });
    }

    pub(super) fn take(&mut self, records: Records) {
        self.last = self.last.max(records.last);
        self.gaps.extend(records.gaps);
        let account = records.visited.account.clone();
        self.accounts.insert(account, records.kept);
        self.seen.add(records.visited);
    }

    pub(super) fn note(&mut self, exchange: &Exchange) {
        self.last = self.last.max(exchange.transport.sent_at.parse().ok());
        self.gaps.extend(gap_line(exchange));
    }
}

/// What one account's file holds.
pub(super) struct Records {
    visited: Visited,
    kept: KeptAccount,
    pub counts: (u64, u64),
    last: Option<Timestamp>,
    gaps: Vec<Vec<u8>>,
}

impl Records {
    pub fn read(files: &dyn Files, path: &str, account: &AccountId, run: &Run) -> Result<Self, PackageError> {
        let mut exchanges = Vec::new();
        let file = RecordFile::Account(account.clone());
        package::exchanges(files, path, &file, run, |_, exchange| exchanges.push(exchange))?;
        let gaps: Vec<_> = exchanges.iter().filter_map(gap_line).collect();
        Ok(Self {
            counts: (exchanges.len() as u64, gaps.len() as u64),
            last: exchanges.iter().filter_map(|e| e.transport.sent_at.parse().ok()).max(),
            kept: KeptAccount {
                is_empty: exchanges.is_empty(),
                entered: exchanges.iter().filter_map(entered).next_back(),
            },
            visited: Visited::read_back(account, &exchanges),
            gaps,
        })
    }
}

/// The role by which an account was entered, and as which principal, if the exchange shows that.
fn entered(exchange: &Exchange) -> Option<(String, String)> {
    let Answer::Ok(answer) = &exchange.answer else {
        return None;
    };
    let role = exchange.parameters["RoleArn"].as_str()?;
    let principal = answer["AssumedRoleUser"]["Arn"].as_str()?;
    (exchange.operation == "AssumeRole").then(|| (role.to_owned(), principal.to_owned()))
}

fn gap_line(exchange: &Exchange) -> Option<Vec<u8>> {
    run_log::line(&run_log::gap(exchange)?).ok()
}
