//! What it means that nobody answers: an endpoint that is down, or a network that is gone.

use std::collections::{HashMap, HashSet};

use trailaudit_core::organization::Region;

use super::Lane;

/// How many calls may give up on an endpoint one after the other before it counts as down.
const ENOUGH: u32 = 3;

/// What the silence around a request means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quiet {
    /// Nothing has answered yet in this run.
    FromTheStart,
    /// Nobody answers any more, in several Regions: it will not be they who are down.
    Everywhere,
    /// This endpoint has not answered for several calls.
    Down,
    /// Others answer; this one may yet.
    Here,
}

/// Who has not answered since the last answer from anywhere, and which endpoints calls gave up on.
#[derive(Debug, Default)]
pub(super) struct Silence {
    any_answer: bool,
    quiet: HashSet<Region>,
    given_up: HashMap<(&'static str, Region), u32>,
}

impl Silence {
    /// An endpoint has answered.
    pub fn broken(&mut self, lane: &Lane) {
        self.any_answer = true;
        self.quiet.clear();
        if !self.given_up.is_empty() {
            self.given_up.remove(&endpoint(lane));
        }
    }

    /// An endpoint has not answered.
    pub fn lasts(&mut self, lane: &Lane) {
        self.quiet.insert(lane.region.clone());
    }

    pub fn given_up(&mut self, lane: &Lane) {
        *self.given_up.entry(endpoint(lane)).or_default() += 1;
    }

    pub fn meaning(&self, lane: &Lane) -> Quiet {
        let calls = self.given_up.get(&endpoint(lane)).copied().unwrap_or_default();
        match (self.any_answer, self.quiet.len()) {
            (false, _) => Quiet::FromTheStart,
            (true, 2..) => Quiet::Everywhere,
            (true, _) if calls >= ENOUGH => Quiet::Down,
            (true, _) => Quiet::Here,
        }
    }
}

fn endpoint(lane: &Lane) -> (&'static str, Region) {
    (lane.service, lane.region.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_region(region: &str) -> Lane {
        Lane {
            account: "1".into(),
            region: region.into(),
            service: "cloudtrail",
            operation: "DescribeTrails",
        }
    }

    #[test]
    fn one_silent_region_is_down_and_two_without_any_other_answer_are_the_network() {
        let (one, other) = (in_region("us-east-1"), in_region("eu-west-1"));
        let mut silence = Silence::default();
        silence.lasts(&one);
        silence.lasts(&other);
        assert_eq!(silence.meaning(&one), Quiet::FromTheStart);
        silence.broken(&other);
        silence.lasts(&one);
        assert_eq!(silence.meaning(&one), Quiet::Here);
        silence.lasts(&other);
        assert_eq!(silence.meaning(&one), Quiet::Everywhere);
        silence.broken(&other);
        for _ in 0..ENOUGH {
            assert_eq!(silence.meaning(&one), Quiet::Here);
            silence.given_up(&one);
        }
        assert_eq!(
            (silence.meaning(&one), silence.meaning(&other)),
            (Quiet::Down, Quiet::Here)
        );
        silence.broken(&one);
        assert_eq!(silence.meaning(&one), Quiet::Here);
    }
}
