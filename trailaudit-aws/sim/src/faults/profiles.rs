//! The fault profiles, as data.

use super::Fault;

/// What may go wrong, and how often.
#[derive(Debug)]
pub(super) struct Profile {
    pub name: &'static str,
    /// For a person.
    pub about: &'static str,
    /// What strikes single calls, one after the other where several do.
    pub strikes: &'static [Strike],
    /// In how many of a thousand seeds those happen that never pass.
    pub staying: usize,
    /// In how many one Region is down.
    pub region_down: usize,
    /// In how many one member account denies everything.
    pub account_denies: usize,
    /// In how many the caller's clock is off by ten minutes to three hours.
    pub skew: usize,
    /// In how many one account has as many trails as it may have.
    pub large_account: usize,
}

/// How often a fault strikes, and for how long.
#[derive(Debug)]
pub(super) struct Strike {
    pub fault: Fault,
    /// Of a thousand calls that differ.
    pub per_mille: usize,
    /// For at least and at most how many attempts of the same call.
    pub attempts: (u32, u32),
}

pub(super) const ALWAYS: (u32, u32) = (u32::MAX, u32::MAX);

const NOTHING: Profile = Profile {
    name: "",
    about: "",
    strikes: &[],
    staying: 1_000,
    region_down: 0,
    account_denies: 0,
    skew: 0,
    large_account: 0,
};

const fn strike(fault: Fault, per_mille: usize, attempts: (u32, u32)) -> Strike {
    Strike {
        fault,
        per_mille,
        attempts,
    }
}

const fn strikes(name: &'static str, about: &'static str, strikes: &'static [Strike]) -> Profile {
    Profile {
        name,
        about,
        strikes,
        ..NOTHING
    }
}

pub(super) const PROFILES: &[Profile] = &[
    strikes(
        "throttling",
        "every third call is asked too often, up to eight times in a row",
        &[strike(Fault::Throttled, 333, (1, 8))],
    ),
    strikes(
        "server-errors",
        "bursts of 500, 502 and 503; some calls never get through",
        &[
            strike(Fault::ServerError, 200, (1, 3)),
            strike(Fault::ServerError, 5, ALWAYS),
        ],
    ),
    strikes(
        "reset",
        "connections break, in the middle of the answer or before it",
        &[strike(Fault::Reset, 200, (1, 3)), strike(Fault::Reset, 5, ALWAYS)],
    ),
    strikes(
        "garbled",
        "answers that are no JSON or XML, once or every time",
        &[strike(Fault::Garbled, 100, (1, 1)), strike(Fault::Garbled, 20, ALWAYS)],
    ),
    strikes(
        "empty-pages",
        "pages without entries that have a token for more",
        &[strike(Fault::EmptyPage, 700, (1, 4))],
    ),
    strikes(
        "repeated-tokens",
        "pages that lead to themselves",
        &[strike(Fault::RepeatedToken, 300, ALWAYS)],
    ),
    strikes(
        "slow-loris",
        "answers that come a byte at a time",
        &[
            strike(Fault::SlowLoris, 50, (1, 2)),
            strike(Fault::SlowLoris, 5, ALWAYS),
        ],
    ),
    strikes(
        "hang",
        "calls that are not answered for ten minutes",
        &[strike(Fault::Hang, 50, (1, 2)), strike(Fault::Hang, 5, ALWAYS)],
    ),
    strikes(
        "expiring-credentials",
        "sessions that end before their time",
        &[strike(Fault::SessionEnds, 150, (1, 1))],
    ),
    Profile {
        skew: 1_000,
        ..strikes("clock-skew", "the caller's clock is off by minutes or hours", &[])
    },
    Profile {
        region_down: 1_000,
        ..strikes("region-down", "nothing in one Region can be connected to", &[])
    },
    Profile {
        account_denies: 1_000,
        ..strikes("account-denies", "one member account denies everything", &[])
    },
    strikes(
        "dns-failure",
        "names of endpoints that cannot be resolved: in-process only",
        &[
            strike(Fault::NoSuchHost, 100, (1, 3)),
            strike(Fault::NoSuchHost, 5, ALWAYS),
        ],
    ),
    Profile {
        large_account: 1_000,
        ..strikes(
            "large-account",
            "one account has as many trails in every Region as it may have",
            &[],
        )
    },
    Profile {
        strikes: MIXED,
        staying: 500,
        region_down: 50,
        account_denies: 150,
        skew: 100,
        large_account: 20,
        ..strikes("mixed", "a little of everything", &[])
    },
];

const MIXED: &[Strike] = &[
    strike(Fault::Throttled, 30, (1, 6)),
    strike(Fault::ServerError, 25, (1, 3)),
    strike(Fault::Reset, 20, (1, 2)),
    strike(Fault::Garbled, 15, (1, 1)),
    strike(Fault::EmptyPage, 100, (1, 2)),
    strike(Fault::SlowLoris, 5, (1, 2)),
    strike(Fault::Hang, 5, (1, 2)),
    strike(Fault::SessionEnds, 15, (1, 1)),
    strike(Fault::NoSuchHost, 10, (1, 2)),
    strike(Fault::RepeatedToken, 1, ALWAYS),
    strike(Fault::Throttled, 1, ALWAYS),
    strike(Fault::ServerError, 2, ALWAYS),
    strike(Fault::Reset, 1, ALWAYS),
    strike(Fault::Garbled, 1, ALWAYS),
    strike(Fault::Hang, 1, ALWAYS),
];
