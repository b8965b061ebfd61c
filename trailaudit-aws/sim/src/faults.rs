//! What goes wrong between a caller and AWS, on purpose and repeatably.

mod profiles;
mod spoil;

use std::fmt;

use jiff::SignedDuration;

use self::profiles::{ALWAYS, PROFILES, Profile};
pub(crate) use self::spoil::{Token, empty_page, garbled, repeated_token, unavailable};
use crate::random::Random;
use crate::world::{Denial, DeniedBy, World};

/// What strikes one attempt of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The service says that it is asked too often.
    Throttled,
    /// The service fails: status 500 to 503, in its own words or in those of whatever stands before it.
    ServerError,
    /// The connection breaks, before the answer or in the middle of it.
    Reset,
    /// The answer is whole, but it is no JSON or XML.
    Garbled,
    /// A page without entries that has a token for more: legal.
    EmptyPage,
    /// A page that leads to itself.
    RepeatedToken,
    /// The answer comes a byte at a time.
    SlowLoris,
    /// No answer for ten minutes.
    Hang,
    /// The session ends before its time, and with it every other call that uses it.
    SessionEnds,
    /// The name of the endpoint cannot be resolved.
    NoSuchHost,
}

impl Fault {
    /// How the ledger calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::ServerError => "server-error",
            Self::Reset => "reset",
            Self::Garbled => "garbled",
            Self::EmptyPage => "empty-page",
            Self::RepeatedToken => "repeated-token",
            Self::SlowLoris => "slow-loris",
            Self::Hang => "hang",
            Self::SessionEnds => "session-ends",
            Self::NoSuchHost => "no-such-host",
        }
    }
}

/// A fault profile with a seed: everything that will go wrong.
///
/// Which fault strikes is decided for each attempt of each call by the seed, what is asked, and how often it was asked
/// before; so neither the order in which calls come nor their number changes what happens to any one of them.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    profile: &'static Profile,
    seed: u64,
}

impl Faults {
    /// The profile of this name.
    #[must_use]
    pub fn named(name: &str, seed: u64) -> Option<Self> {
        let profile = PROFILES.iter().find(|profile| profile.name == name)?;
        Some(Self { profile, seed })
    }

    /// The names of all profiles, each with what it does.
    pub fn profiles() -> impl Iterator<Item = (&'static str, &'static str)> {
        PROFILES.iter().map(|profile| (profile.name, profile.about))
    }

    /// Whether it happens before anything is sent, so that no HTTP server can play it.
    #[must_use]
    pub fn needs_in_process(&self) -> bool {
        let resolves = |strike: &profiles::Strike| strike.fault == Fault::NoSuchHost;
        self.profile.strikes.iter().all(resolves) && !self.profile.strikes.is_empty()
    }

    /// Whether the Organization has one account far larger than the others.
    #[must_use]
    pub fn wants_large_account(&self) -> bool {
        self.happens("large account", self.profile.large_account)
    }

    /// What strikes an attempt (the first is 1) of the call with this digest.
    pub(crate) fn strike(&self, digest: u64, attempt: u32) -> Option<Fault> {
        let mut random = Random::new(self.seed).within(digest);
        let mut before: u32 = 0;
        let staying = self.happens("staying", self.profile.staying);
        for strike in self.profile.strikes {
            let struck = random.below(1_000) < strike.per_mille;
            let spread = strike.attempts.1.saturating_sub(strike.attempts.0).saturating_add(1);
            let more = random.below(usize::try_from(spread).unwrap_or(usize::MAX));
            if struck && (staying || strike.attempts != ALWAYS) {
                let lasts = u32::try_from(more)
                    .unwrap_or(u32::MAX)
                    .saturating_add(strike.attempts.0);
                before = before.saturating_add(lasts);
                if attempt <= before {
                    return Some(strike.fault);
                }
            }
        }
        None
    }

    /// One of several ways in which a fault may show.
    pub(crate) fn way(&self, digest: u64, attempt: u32, ways: usize) -> usize {
        Random::new(self.seed)
            .within(digest)
            .within(u64::from(attempt))
            .below(ways)
    }

    /// The Region that is down, if one is: never the first, in which a run begins.
    pub(crate) fn region_down(&self, world: &World) -> Option<String> {
        let others: Vec<_> = world.regions.iter().skip(1).map(|region| region.name.clone()).collect();
        self.one_of("region down", self.profile.region_down, &others)
    }

    /// How far the service's clock is ahead of the caller's.
    pub(crate) fn skew(&self) -> SignedDuration {
        if !self.happens("skew", self.profile.skew) {
            return SignedDuration::ZERO;
        }
        let mut random = self.random("how much skew");
        let minutes = i64::try_from(10 + random.below(170)).unwrap_or(10);
        SignedDuration::from_mins(if random.below(2) == 0 { minutes } else { -minutes })
    }

    /// Makes the world as the profile wants it.
    pub(crate) fn prepare(&self, world: &mut World) {
        let management = world.management_account();
        let members: Vec<_> = world.accounts.keys().filter(|id| *id != management).cloned().collect();
        let denying = self.one_of("account denies", self.profile.account_denies, &members);
        if let Some(account) = denying.and_then(|id| world.accounts.get_mut(&id)) {
            account.denials.push(Denial {
                by: DeniedBy::ServiceControlPolicy("p-everything".to_owned()),
                actions: vec!["*".to_owned()],
                regions: Vec::new(),
                resources: Vec::new(),
            });
        }
    }

    fn one_of(&self, what: &str, per_mille: usize, of: &[String]) -> Option<String> {
        let chosen = self.random(what).pick(of).cloned();
        chosen.filter(|_| self.happens(what, per_mille))
    }

    /// Whether something that is so for the whole run or not at all is so.
    fn happens(&self, what: &str, per_mille: usize) -> bool {
        self.random(what).within(1).below(1_000) < per_mille
    }

    fn random(&self, what: &str) -> Random {
        Random::new(self.seed).within(crate::digest::number(&["faults", what]))
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, seed {}", self.profile.name, self.seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::world;

    fn struck(name: &str, seed: u64, digest: u64) -> Vec<Option<Fault>> {
        let faults = Faults::named(name, seed).unwrap();
        (1..=40).map(|attempt| faults.strike(digest, attempt)).collect()
    }

    #[test]
    fn a_fault_depends_on_seed_call_and_attempt_alone() {
        for (name, _) in Faults::profiles() {
            assert_eq!(struck(name, 7, 42), struck(name, 7, 42), "{name}");
        }
        assert_ne!(
            (0..200).map(|call| struck("mixed", 7, call)).collect::<Vec<_>>(),
            (0..200).map(|call| struck("mixed", 8, call)).collect::<Vec<_>>()
        );
    }

    #[test]
    fn most_faults_pass_and_some_stay() {
        let calls: Vec<_> = (0..20_000).map(|call| struck("mixed", 7, call)).collect();
        let any = calls.iter().filter(|attempts| attempts[0].is_some()).count();
        let stay = calls.iter().filter(|attempts| attempts[39].is_some()).count();
        assert!((2_000..6_000).contains(&any), "{any}");
        assert!((20..600).contains(&stay), "{stay}");
        for attempts in &calls {
            let passed = attempts.iter().position(Option::is_none).unwrap_or(40);
            assert!(
                attempts[passed..].iter().all(Option::is_none),
                "a fault that passed comes back"
            );
        }
    }

    #[test]
    fn each_profile_does_what_it_is_named_for() {
        let mut mixed = std::collections::BTreeSet::new();
        for call in 0..20_000 {
            mixed.extend(struck("mixed", 7, call).into_iter().flatten().map(Fault::as_str));
        }
        for (name, about) in Faults::profiles() {
            let faults = Faults::named(name, 7).unwrap();
            let own: std::collections::BTreeSet<_> = (0..2_000)
                .flat_map(|call| struck(name, 7, call).into_iter().flatten().map(Fault::as_str))
                .collect();
            assert!(own.is_subset(&mixed), "mixed has everything: {name}");
            let mut denied = world();
            faults.prepare(&mut denied);
            let stands = faults.region_down(&world()).is_some()
                || faults.skew() != SignedDuration::ZERO
                || faults.wants_large_account()
                || denied.accounts.values().any(|account| !account.denials.is_empty());
            assert!(stands || !own.is_empty(), "{name} does nothing: {about}");
            assert_eq!(faults.needs_in_process(), name == "dns-failure");
        }
        assert!(Faults::named("none", 7).is_none());
    }
}
