//! How many files and connections this process may have open at once (`ulimit -n`).

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Beside connections: the standard streams, the runtime, the run's own files.
const OWN: u64 = 24;
/// For each request in flight: its connection, one that waits to be used again, and the file an account is written to.
const EACH: u64 = 3;
/// With fewer than this, connections are not kept for later.
const FEW: u64 = 256;

/// How many of `wanted` requests may be in flight. Most systems set a low limit that any process may raise: that is done.
pub(crate) fn requests(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    if limit.current < limit.maximum || limit.maximum.is_none() {
        let raised = Rlimit {
            current: limit.maximum.or(limit.current.map(|current| current.max(1 << 16))),
            ..limit
        };
        // Where it may not be raised after all, there are as many as there are.
        let _ = setrlimit(Resource::Nofile, raised);
    }
    match open() {
        None => wanted,
        Some(open) => wanted.min(room(open)),
    }
}

/// Whether a connection that waits for its next request takes what another one needs.
pub(crate) fn are_few() -> bool {
    open().is_some_and(|open| open < FEW)
}

/// None where there is no limit.
fn open() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

fn room(open: u64) -> usize {
    usize::try_from(open.saturating_sub(OWN) / EACH)
        .unwrap_or(usize::MAX)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_room_for_one() {
        assert_eq!([0, 24, 30, 64, 1_024].map(room), [1, 1, 2, 13, 333]);
        assert_eq!(requests(1), 1);
    }
}
