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

/// The spans in which every call of a run was made: one for each session of it.
#[derive(Clone, Debug)]
pub(super) struct Spans(Vec<(Option<Timestamp>, Option<Timestamp>)>);

impl Spans {
    /// From the start of each session to its end. Where the run log does not tell of sessions it was one, open while it
    /// has not ended.
    pub fn of(run: &Run) -> Self {
        let from = |text: &str| text.parse::<Timestamp>().ok()?.checked_sub(APART).ok();
        let to = |text: &str| text.parse::<Timestamp>().ok()?.checked_add(APART).ok();
        if run.sessions.is_empty() {
            return Self(vec![(from(&run.started), run.finished.as_deref().and_then(to))]);
        }
        let sessions = run.sessions.iter();
        Self(sessions.map(|(started, ended)| (from(started), to(ended))).collect())
    }

    fn have(&self, moment: Timestamp) -> bool {
        let mut spans = self.0.iter();
        spans.any(|(from, to)| from.is_none_or(|from| from <= moment) && to.is_none_or(|to| moment <= to))
    }
}

/// What is wrong with the exchange, if anything is.
pub(super) fn fault(spans: &Spans, file: &RecordFile, exchange: &Exchange) -> Option<&'static str> {
    let sent: Result<Timestamp, _> = exchange.transport.sent_at.parse();
    if !sent.is_ok_and(|sent| spans.have(sent)) {
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

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = concat!(
        r#"{"asOf":"2026-11-22T03:00:00.000Z","caller":{"account":"1","arn":"a"},"endpoints":[],"event":"started","#,
        r#""partition":"aws","scope":{},"simulated":false,"startedAt":"2026-11-22T03:00:00.000Z","#,
        r#""tool":{"name":"t","version":"v"}}"#,
        "\n",
        r#"{"endedAt":"2026-11-22T04:00:00.000Z","event":"session","startedAt":"2026-11-22T03:00:00.000Z"}"#,
        "\n",
        r#"{"endedAt":"2026-11-25T04:00:00.000Z","event":"session","startedAt":"2026-11-25T03:00:00.000Z"}"#,
        "\n",
        r#"{"at":"2026-11-25T04:00:00.000Z","event":"finished"}"#,
        "\n",
    );

    /// Days lie between the sessions of this run: what was sent then is none of it.
    #[test]
    fn a_call_was_made_in_a_session() {
        let spans = Spans::of(&Run::read(LOG.as_bytes()).unwrap());
        for (moment, is_within) in [
            ("2026-11-22T02:54:59Z", false),
            ("2026-11-22T02:55:00Z", true),
            ("2026-11-22T04:05:00Z", true),
            ("2026-11-22T04:05:01Z", false),
            ("2026-11-24T00:00:00Z", false),
            ("2026-11-25T02:55:00Z", true),
            ("2026-11-25T04:05:00Z", true),
            ("2026-11-25T04:05:01Z", false),
        ] {
            assert_eq!(spans.have(moment.parse().unwrap()), is_within, "{moment}");
        }
    }

    #[test]
    fn no_session_reaches_beyond_its_run() {
        for (is, would_be) in [
            (
                r#""startedAt":"2026-11-22T03:00:00.000Z"}"#,
                r#""startedAt":"2026-11-21T03:00:00.000Z"}"#,
            ),
            (
                r#""endedAt":"2026-11-25T04:00:00.000Z""#,
                r#""endedAt":"2026-11-26T04:00:00.000Z""#,
            ),
        ] {
            let log = LOG.replace(is, would_be);
            assert_ne!(log, LOG);
            let told = Run::read(log.as_bytes()).unwrap_err().to_string();
            assert_eq!(told, "the run log tells of a session before the run or after it");
        }
    }
}
