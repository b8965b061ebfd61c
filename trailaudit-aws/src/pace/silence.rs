//! What it means that an endpoint does not answer.

use std::collections::HashMap;

use trailaudit_core::organization::Region;

use super::Lane;

/// How many calls may give up on an endpoint one after the other before it counts as down.
const ENOUGH: u32 = 3;

/// What the silence around a request means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quiet {
    /// Nothing has answered yet in this run.
    FromTheStart,
    /// This endpoint has not answered for several calls.
    Down,
    /// It may yet answer.
    Passing,
}

/// Which endpoints calls gave up on since they last answered.
#[derive(Debug, Default)]
pub(super) struct Silence {
    any_answer: bool,
    given_up: HashMap<(&'static str, Region), u32>,
}

impl Silence {
    /// An endpoint has answered.
    pub fn broken(&mut self, lane: &Lane) {
        self.any_answer = true;
        if !self.given_up.is_empty() {
            self.given_up.remove(&endpoint(lane));
        }
    }

    /// A call gave up on an endpoint.
    pub fn given_up(&mut self, lane: &Lane) {
        *self.given_up.entry(endpoint(lane)).or_default() += 1;
    }

    pub fn meaning(&self, lane: &Lane) -> Quiet {
        match self.given_up.get(&endpoint(lane)) {
            _ if !self.any_answer => Quiet::FromTheStart,
            Some(ENOUGH..) => Quiet::Down,
            _ => Quiet::Passing,
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
    fn an_endpoint_is_down_until_it_answers() {
        let (one, other) = (in_region("us-east-1"), in_region("eu-west-1"));
        let mut silence = Silence::default();
        assert_eq!(silence.meaning(&one), Quiet::FromTheStart);
        silence.broken(&other);
        for _ in 0..ENOUGH {
            assert_eq!(silence.meaning(&one), Quiet::Passing);
            silence.given_up(&one);
        }
        assert_eq!(
            (silence.meaning(&one), silence.meaning(&other)),
            (Quiet::Down, Quiet::Passing)
        );
        silence.broken(&one);
        assert_eq!(silence.meaning(&one), Quiet::Passing);
    }
}
