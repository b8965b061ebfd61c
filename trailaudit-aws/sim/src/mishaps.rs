//! What befalls the very call that a test names.

use std::ops::RangeInclusive;

use crate::faults::Fault;
use crate::world::World;

/// What befalls a call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Mishap {
    /// It is refused: its service is asked too often.
    Throttled,
    /// It is refused with status 500.
    ServerError,
    /// The connection is closed before the answer.
    Cut,
    /// No answer for ten minutes.
    Silence,
    /// It is answered, and then the world is another.
    Then(fn(&mut World)),
}

impl Mishap {
    pub(crate) fn fault(self) -> Option<Fault> {
        match self {
            Self::Throttled => Some(Fault::Throttled),
            Self::ServerError => Some(Fault::ServerError),
            Self::Cut => Some(Fault::Reset),
            Self::Silence => Some(Fault::Hang),
            Self::Then(_) => None,
        }
    }

    pub(crate) fn change(self) -> Option<fn(&mut World)> {
        match self {
            Self::Then(change) => Some(change),
            _ => None,
        }
    }
}

/// All that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Mishaps(Vec<Expected>);

#[derive(Debug)]
struct Expected {
    operation: &'static str,
    calls: RangeInclusive<u64>,
    mishap: Mishap,
    /// How many calls have come.
    come: u64,
}

impl Mishaps {
    pub fn expect(&mut self, operation: &'static str, calls: RangeInclusive<u64>, mishap: Mishap) {
        self.0.push(Expected {
            operation,
            calls,
            mishap,
            come: 0,
        });
    }

    /// What befalls the next call of an operation: the first that was expected, where several are.
    pub fn next(&mut self, operation: &str) -> Option<Mishap> {
        let mut befalls = None;
        for expected in self.0.iter_mut().filter(|expected| expected.operation == operation) {
            expected.come += 1;
            if expected.calls.contains(&expected.come) {
                befalls = befalls.or(Some(expected.mishap));
            }
        }
        befalls
    }
}
