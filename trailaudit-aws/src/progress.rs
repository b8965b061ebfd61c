//! What a collection tells while it runs.

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use trailaudit_core::evidence::{Answer, Exchange};
use trailaudit_core::organization::{AccountId, Region};

/// The events of one collection, in order. The stream ends when the collection does.
pub type ProgressEvents = UnboundedReceiver<Progress>;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// The run goes on from where an earlier session left it.
    Resumed {
        /// How many accounts are finished.
        accounts: usize,
    },
    /// A file of an earlier session, or a part of it, is of no use: what it should hold is collected again.
    Discarded {
        /// The file, within the directory.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// More accounts are known.
    Discovered {
        /// How many will be entered, as far as known.
        accounts: usize,
        /// Whether no more will come.
        complete: bool,
    },
    /// An account is being entered.
    AccountStarted {
        /// Which.
        account: AccountId,
    },
    /// It is known how many Regions of an account will be read.
    RegionsPlanned {
        /// Whose.
        account: AccountId,
        /// How many.
        regions: usize,
    },
    /// The trails of one Region of one account were asked for, with or without success.
    RegionRead {
        /// Whose.
        account: AccountId,
        /// Where.
        region: Region,
    },
    /// A call has ended.
    Call {
        /// The service, by its IAM prefix.
        service: String,
        /// The operation, as the service names it.
        operation: String,
        /// The account that asked.
        account: AccountId,
        /// Where it asked.
        region: Region,
        /// Whether the answer was a refusal, or none came.
        failed: bool,
    },
    /// A call was refused or not answered; the event follows its [`Progress::Call`].
    Gap {
        /// The service, by its IAM prefix.
        service: String,
        /// The operation, as the service names it.
        operation: String,
        /// The account that asked.
        account: AccountId,
        /// Where it asked.
        region: Region,
        /// The error code.
        code: String,
        /// Its message.
        message: String,
    },
    /// An account's records are on disk.
    AccountFinished {
        /// Which.
        account: AccountId,
        /// Whether it could be entered.
        entered: bool,
    },
    /// Every account is done; what their trails name elsewhere is asked for now.
    Joining {
        /// Distinct keys to ask for.
        keys: usize,
        /// Distinct log groups to ask for.
        log_groups: usize,
    },
    /// All records are on disk.
    Finished {
        /// Exchanges recorded.
        calls: u64,
        /// How many of them failed.
        gaps: u64,
    },
}

impl Progress {
    pub(crate) fn call(exchange: &Exchange) -> Self {
        Self::Call {
            service: exchange.service.clone(),
            operation: exchange.operation.clone(),
            account: exchange.account.clone(),
            region: exchange.region.clone(),
            failed: matches!(exchange.answer, Answer::Error { .. }),
        }
    }

    pub(crate) fn gap(exchange: &Exchange, code: &str, message: &str) -> Self {
        Self::Gap {
            service: exchange.service.clone(),
            operation: exchange.operation.clone(),
            account: exchange.account.clone(),
            region: exchange.region.clone(),
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }
}

/// Tells whoever listens. Without a listener an event costs nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Announcer(Option<UnboundedSender<Progress>>);

impl Announcer {
    pub fn with_listener() -> (Self, ProgressEvents) {
        let (sender, events) = unbounded();
        (Self(Some(sender)), events)
    }

    pub fn announce(&self, event: impl FnOnce() -> Progress) {
        if let Some(sender) = self.0.as_ref().filter(|sender| !sender.is_closed()) {
            // A listener that has just gone away misses nothing it wanted.
            let _ = sender.unbounded_send(event());
        }
    }
}
