//! Whether an exchange can be what its file and its run say it is. Whoever signs a package might have put the answers of
//! another account, or of another quarter, in the place of these.

use jiff::{SignedDuration, Timestamp};
use trailaudit_core::Exchange;
use trailaudit_core::evidence::package::RecordFile;
use trailaudit_core::organization::AccountId;

use crate::arn::Arn;
use crate::run::Run;

/// How far the clocks of one run may lie apart.
const APART: SignedDuration = SignedDuration::from_mins(5);

/// The span in which every call of a run was made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Span {
    /// From the start of the run to its end; open where the run log does not tell.
    pub fn of(run: &Run) -> Self {
        let moment = |text: &str| text.parse::<Timestamp>().ok();
        Self {
            from: moment(&run.started).and_then(|started| started.checked_sub(APART).ok()),
            to: run
                .finished
                .as_deref()
                .and_then(moment)
                .and_then(|finished| finished.checked_add(APART).ok()),
        }
    }

    fn has(&self, moment: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= moment) && self.to.is_none_or(|to| moment <= to)
    }
}

/// What is wrong with the exchange, if anything is.
pub(super) fn fault(span: Span, file: &RecordFile, exchange: &Exchange) -> Option<&'static str> {
    let sent: Result<Timestamp, _> = exchange.transport.sent_at.parse();
    if !sent.is_ok_and(|sent| span.has(sent)) {
        return Some("it was not sent during the run that the run log tells of");
    }
    let is_entry = exchange.operation == "AssumeRole";
    let of_another = match file {
        RecordFile::Account(account) if is_entry => !enters(exchange, account),
        RecordFile::Account(account) | RecordFile::Resources(account) if !is_entry => exchange.account != *account,
        _ => false,
    };
    of_another.then_some("it was asked of another account than the file's")
}

fn enters(exchange: &Exchange, account: &AccountId) -> bool {
    let role = exchange.parameters["RoleArn"].as_str().and_then(Arn::parse);
    role.is_some_and(|role| role.account == account.as_str())
}
