//! How far a collection is, and when it will be through.

use std::collections::VecDeque;
use std::time::Duration;

use trailaudit_aws::Progress;

use crate::terminal::Terminal;

/// How long a bar is, in columns.
const BAR: usize = 16;

/// Over how long calls are counted for their rate.
const WINDOW: Duration = Duration::from_secs(3);

/// What has happened so far.
#[derive(Default)]
pub(super) struct Tally {
    accounts: usize,
    is_complete: bool,
    finished: usize,
    /// How many of them an earlier session finished.
    kept: usize,
    /// When the first account was entered.
    entered: Option<Duration>,
    regions_planned: usize,
    regions_read: usize,
    calls: usize,
    gaps: usize,
    is_joining: bool,
    /// When how many calls had ended, the latest last.
    marks: VecDeque<(Duration, usize)>,
}

impl Tally {
    /// Takes in an event, so long after the beginning.
    pub(super) fn take(&mut self, event: &Progress, now: Duration) {
        match event {
            Progress::Discovered { accounts, complete } => {
                self.accounts = *accounts;
                self.is_complete = *complete;
            }
            Progress::Resumed { accounts } => self.kept = *accounts,
            Progress::AccountStarted { .. } => self.entered = self.entered.or(Some(now)),
            Progress::RegionsPlanned { regions, .. } => self.regions_planned += regions,
            Progress::RegionRead { .. } => self.regions_read += 1,
            Progress::Call { .. } => self.calls += 1,
            Progress::Gap { .. } => self.gaps += 1,
            Progress::AccountFinished { .. } => self.finished += 1,
            Progress::Joining { .. } => self.is_joining = true,
            _ => (),
        }
    }

    /// Marks how many calls have ended by now.
    pub(super) fn tick(&mut self, now: Duration) {
        self.marks.push_back((now, self.calls));
        // One from before the window stays: it is where the window begins.
        while self.marks.get(1).is_some_and(|(at, _)| *at + WINDOW <= now) {
            self.marks.pop_front();
        }
    }

    /// How many calls end in a second, lately.
    fn rate(&self) -> Option<usize> {
        let ((from, before), (to, after)) = (self.marks.front()?, self.marks.back()?);
        let millis = usize::try_from(to.saturating_sub(*from).as_millis())
            .ok()
            .filter(|millis| *millis > 0)?;
        Some((after - before) * 1000 / millis)
    }

    /// How long it will still take, at the rate so far: none while it is not known how many accounts there are, and while
    /// too few are finished to tell. What an earlier session finished tells nothing of this one.
    fn left(&self, now: Duration) -> Option<Duration> {
        let finished = self.finished.saturating_sub(self.kept);
        let entered = now.checked_sub(self.entered?)?;
        let enough = finished >= 3 && finished * 20 >= self.accounts.saturating_sub(self.kept);
        if !self.is_complete || !enough || entered < Duration::from_secs(1) {
            return None;
        }
        let still = self.accounts.saturating_sub(self.finished);
        entered
            .checked_mul(u32::try_from(still).ok()?)?
            .checked_div(u32::try_from(finished).ok()?)
    }

    /// What is told of it: how far it is, and below that how fast.
    pub(super) fn lines(&self, now: Duration, terminal: Terminal) -> String {
        let more = if self.is_complete { "" } else { "+" };
        let far = [
            format!(
                "{} {}/{}{more} accounts",
                self.bar(terminal),
                self.finished,
                self.accounts
            ),
            format!("{}/{} Regions", self.regions_read, self.regions_planned),
        ];
        let rate = self.rate().map_or_else(|| "-".to_owned(), |rate| rate.to_string());
        let gaps = if self.gaps == 1 { "gap" } else { "gaps" };
        let fast = [
            format!("{} calls ({rate}/s)", self.calls),
            format!("{} {gaps}", self.gaps),
            self.told_left(now),
        ];
        let width = terminal.width().unwrap_or(usize::MAX);
        [packed(&far, width), packed(&fast, width)].join("\n")
    }

    fn told_left(&self, now: Duration) -> String {
        if self.accounts == 0 {
            return "listing accounts".to_owned();
        }
        if self.is_joining || (self.is_complete && self.finished == self.accounts) {
            return "now keys, buckets, log groups".to_owned();
        }
        match self.left(now) {
            Some(left) => about(left),
            None => "time left not known yet".to_owned(),
        }
    }

    fn bar(&self, terminal: Terminal) -> String {
        let done = (BAR * self.finished.min(self.accounts))
            .checked_div(self.accounts)
            .unwrap_or_default();
        if terminal.has_unicode() {
            format!("{}{}", "█".repeat(done), "░".repeat(BAR - done))
        } else {
            format!("[{}{}]", "#".repeat(done), "-".repeat(BAR - done))
        }
    }
}

/// A time in words no more exact than it can be known.
fn about(time: Duration) -> String {
    match time.as_secs() {
        0..=9 => "a few seconds left".to_owned(),
        seconds @ 10..=89 => format!("about {} s left", seconds.next_multiple_of(10)),
        seconds @ 90..=5399 => format!("about {} min left", seconds.div_ceil(60)),
        seconds => format!("about {} h {} min left", seconds / 3600, seconds % 3600 / 600 * 10),
    }
}

/// As many parts a line as fit.
fn packed(parts: &[String], width: usize) -> String {
    let mut lines = vec![String::new()];
    for part in parts {
        if let Some(line) = lines.last_mut() {
            if line.is_empty() {
                line.push_str(part);
            } else if console::measure_text_width(line) + 2 + console::measure_text_width(part) <= width {
                *line = format!("{line}, {part}");
            } else {
                lines.push(part.clone());
            }
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn discovered(accounts: usize, complete: bool) -> Progress {
        Progress::Discovered { accounts, complete }
    }

    fn finished(tally: &mut Tally, accounts: usize, at: Duration) {
        for _ in 0..accounts {
            let account = "111122223333".into();
            tally.take(&Progress::AccountFinished { account, entered: true }, at);
        }
    }

    fn started(tally: &mut Tally, at: Duration) {
        let account = "111122223333".into();
        tally.take(&Progress::AccountStarted { account }, at);
    }

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn no_time_is_told_that_is_not_known() {
        let mut tally = Tally::default();
        assert_eq!(tally.told_left(S(1)), "listing accounts");
        tally.take(&discovered(100, false), S(2));
        started(&mut tally, S(2));
        finished(&mut tally, 20, S(22));
        assert_eq!(
            tally.told_left(S(22)),
            "time left not known yet",
            "more accounts may come"
        );
        tally.take(&discovered(100, true), S(22));
        assert_eq!(tally.told_left(S(22)), "about 80 s left");
        finished(&mut tally, 80, S(100));
        assert_eq!(tally.told_left(S(100)), "now keys, buckets, log groups");
    }

    #[test]
    fn what_an_earlier_session_finished_makes_nothing_faster() {
        let mut tally = Tally::default();
        tally.take(&Progress::Resumed { accounts: 50 }, S(0));
        tally.take(&discovered(100, true), S(0));
        finished(&mut tally, 50, S(0));
        started(&mut tally, S(0));
        finished(&mut tally, 2, S(10));
        assert_eq!(tally.told_left(S(10)), "time left not known yet");
        finished(&mut tally, 8, S(50));
        assert_eq!(tally.told_left(S(50)), "about 4 min left");
    }

    #[test]
    fn calls_a_second_are_those_of_the_last_seconds() {
        let mut tally = Tally::default();
        assert_eq!(tally.rate(), None);
        for second in 0..10 {
            tally.tick(S(second));
            tally.calls += if second < 5 { 100 } else { 7 };
        }
        assert_eq!(tally.rate(), Some(7));
        assert_eq!(tally.marks.len(), 4);
    }

    #[test]
    fn times_are_no_more_exact_than_they_are_known() {
        let told = [3, 41, 100, 1000, 9000, 40_000].map(|seconds| about(S(seconds)));
        insta::assert_debug_snapshot!(told, @r#"
        [
            "a few seconds left",
            "about 50 s left",
            "about 2 min left",
            "about 17 min left",
            "about 2 h 30 min left",
            "about 11 h 0 min left",
        ]
        "#);
    }

    #[test]
    fn it_fits() {
        let mut tally = Tally {
            regions_planned: 425,
            regions_read: 204,
            calls: 5_321,
            gaps: 1,
            ..Tally::default()
        };
        tally.take(&discovered(25, true), S(0));
        started(&mut tally, S(0));
        finished(&mut tally, 12, S(60));
        let told = [(80, true), (40, false)].map(|(width, is_wide)| {
            let terminal = Terminal::made(Some(width), false, is_wide);
            tally.lines(S(60), terminal)
        });
        insta::assert_snapshot!(told.join("\n\n"), @"
        ███████░░░░░░░░░ 12/25 accounts, 204/425 Regions
        5321 calls (-/s), 1 gap, about 70 s left

        [#######---------] 12/25 accounts
        204/425 Regions
        5321 calls (-/s), 1 gap, about 70 s left
        ");
    }
}
