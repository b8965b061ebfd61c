//! Where calls come in: a world with everything around it that remembers or goes wrong. Every transport is in front of
//! one of these.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use hyper::header::{CONTENT_TYPE, DATE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::body::Body;
use crate::call::{Answer, Call, Entry};
use crate::caller::Scope;
use crate::digest::{digest, number, uuid};
use crate::faults::{self, Fault, Faults, Token};
use crate::ledger::Ledger;
use crate::mishaps::{Mishap, Mishaps};
use crate::quotas::Quotas;
use crate::refusal::Refusal;
use crate::world::World;

/// How far a caller's clock may be off (AWS: five minutes for Signature Version 4).
const MOST_SKEW: SignedDuration = SignedDuration::from_mins(5);
/// How long a call hangs.
const HANGING: Duration = Duration::from_mins(10);
/// How long each byte of a slow answer takes.
const DRIP: Duration = Duration::from_millis(500);

/// What a world is asked under. Usually nothing is slow, nothing is counted and nothing goes wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct Conditions {
    /// How long every answer takes.
    pub latency: Duration,
    /// Whether the request quotas that AWS publishes hold.
    pub quotas: bool,
    /// What goes wrong.
    pub faults: Option<Faults>,
}

/// A world that is being asked.
#[derive(Debug)]
pub struct Desk {
    world: RwLock<World>,
    token_secret: String,
    conditions: Conditions,
    region_down: Option<String>,
    skew: SignedDuration,
    ledger: Mutex<Ledger>,
    memory: Mutex<Memory>,
    served: AtomicU64,
    in_flight: AtomicUsize,
}

/// What is remembered from call to call.
#[derive(Debug, Default)]
struct Memory {
    quotas: Quotas,
    /// How often each call was made, by its digest.
    attempts: HashMap<u64, u32>,
    /// The access keys of sessions that ended before their time.
    ended: HashSet<String>,
    mishaps: Mishaps,
}

/// Why a request has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// The host does not accept the connection.
    Refused,
    /// The connection was closed before the answer.
    Closed,
    /// There is no host of this name.
    NoSuchHost,
}

/// A fault that strikes, and as which attempt of which call.
#[derive(Clone, Copy)]
struct Struck {
    fault: Fault,
    digest: u64,
    attempt: u32,
}

impl Desk {
    /// A world under these conditions; some of them change it.
    #[must_use]
    pub fn new(mut world: World, conditions: Conditions) -> Self {
        let faults = conditions.faults;
        if let Some(faults) = &faults {
            faults.prepare(&mut world);
        }
        Self {
            region_down: faults.and_then(|faults| faults.region_down(&world)),
            skew: faults.map_or(SignedDuration::ZERO, |faults| faults.skew()),
            token_secret: world.token_secret.clone(),
            world: RwLock::new(world),
            conditions,
            ledger: Mutex::default(),
            memory: Mutex::default(),
            served: AtomicU64::new(0),
            in_flight: AtomicUsize::new(0),
        }
    }

    /// What was asked so far.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        self.entries().clone()
    }

    /// Lets this befall calls of an operation, counted from 1 and from now on, whoever makes them.
    pub fn befall(&self, operation: &'static str, calls: RangeInclusive<u64>, mishap: Mishap) {
        self.memory().mishaps.expect(operation, calls, mishap);
    }

    /// Answers a request in its time, which is that of tokio, or leaves it unanswered.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn serve(&self, call: Call) -> Result<Response<Body>, Unanswered> {
        let _waiting = Waiting::enter(self);
        let (after, outcome) = self.take(call);
        if !after.is_zero() {
            tokio::time::sleep(after).await;
        }
        outcome
    }

    fn take(&self, mut call: Call) -> (Duration, Result<Response<Body>, Unanswered>) {
        let latency = self.conditions.latency;
        let served = self.served.fetch_add(1, Ordering::Relaxed);
        call.request_id = uuid(&digest(&["request", &self.token_secret, &served.to_string()]));
        call.now = call.now.checked_add(self.skew).unwrap_or(call.now);
        let token = self.conditions.faults.map(|_| Token::taken_from(&mut call));
        let (mut struck, mut then) = (None, None);
        let (mut answer, made) = {
            let world = self.world.read().unwrap_or_else(PoisonError::into_inner);
            world.respond_behind(&call, &mut |entry| {
                let mishap = self.memory().mishaps.next(entry.operation);
                then = mishap.and_then(Mishap::change);
                self.gate(&call, entry, mishap.and_then(Mishap::fault), &mut struck)
            })
        };
        if !made.is_empty() || then.is_some() {
            let mut world = self.world.write().unwrap_or_else(PoisonError::into_inner);
            for change in made {
                world.apply(change);
            }
            if let Some(then) = then {
                then(&mut world);
            }
        }
        let changed = self.spoil(&mut answer, struck, token.as_ref());
        let mut ledger = self.entries();
        if let Some(struck) = struck.filter(|_| changed) {
            *ledger.faults.entry(struck.fault.as_str()).or_default() += 1;
        }
        let down = self
            .region_down
            .as_ref()
            .is_some_and(|down| *down == answer.entry.region);
        ledger.enter(answer.entry.clone());
        drop(ledger);
        if down {
            return (latency, Err(Unanswered::Refused));
        }
        let head = Head::of(&answer, &call);
        match struck.map(|struck| (struck.fault, self.way(struck, 2))) {
            Some((Fault::Reset, 0)) => (latency, Err(Unanswered::Closed)),
            Some((Fault::Reset, _)) => (latency, Ok(head.with(Body::broken(answer.body)))),
            Some((Fault::SlowLoris, _)) => (latency, Ok(head.with(Body::slow(answer.body, DRIP)))),
            Some((Fault::Hang, _)) => (HANGING, Err(Unanswered::Closed)),
            Some((Fault::NoSuchHost, _)) => (Duration::ZERO, Err(Unanswered::NoSuchHost)),
            _ => (latency, Ok(head.with(Body::whole(answer.body)))),
        }
    }

    /// What a known caller has to pass before anything is answered. `befalls` is what befalls this call in any case.
    fn gate(
        &self,
        call: &Call,
        entry: &Entry,
        befalls: Option<Fault>,
        struck: &mut Option<Struck>,
    ) -> Result<(), Refusal> {
        if is_skewed(call) {
            return Err(Refusal::skewed());
        }
        let mut memory = self.memory();
        let key = call
            .session_token
            .as_ref()
            .and(Scope::of(call).ok())
            .map(|scope| scope.key_id);
        if key.is_some_and(|key| memory.ended.contains(key)) {
            return Err(Refusal::expired_token());
        }
        if self.conditions.quotas {
            memory.quotas.admit(entry, call.now)?;
        }
        let faults = self.conditions.faults;
        if faults.is_none() && befalls.is_none() {
            return Ok(());
        }
        let digest = call_digest(call, entry);
        let attempt = memory.attempts.entry(digest).or_default();
        *attempt += 1;
        let strikes = faults.and_then(|faults| faults.strike(digest, *attempt));
        *struck = befalls.or(strikes).map(|fault| Struck {
            fault,
            digest,
            attempt: *attempt,
        });
        match struck.map(|struck| struck.fault) {
            Some(Fault::Throttled) => Err(Refusal::throttled(entry.service)),
            Some(Fault::ServerError) => Err(Refusal::internal()),
            Some(Fault::SessionEnds) => match key {
                Some(key) => {
                    memory.ended.insert(key.to_owned());
                    Err(Refusal::expired_token())
                }
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Does to an answer what the fault does; whether it did anything.
    fn spoil(&self, answer: &mut Answer, struck: Option<Struck>, token: Option<&Token>) -> bool {
        let (Some(struck), Some(token)) = (struck, token) else {
            // What befalls a call without a profile is whole as it is.
            return struck.is_some();
        };
        match struck.fault {
            Fault::EmptyPage => faults::empty_page(answer, token, struck.attempt),
            Fault::RepeatedToken => faults::repeated_token(answer, token),
            Fault::SessionEnds => answer.entry.refused.is_some(),
            Fault::Garbled => {
                faults::garbled(answer, self.way(struck, 4));
                true
            }
            Fault::ServerError => {
                match self.way(struck, 3) {
                    0 => faults::unavailable(answer, 502),
                    1 => faults::unavailable(answer, 503),
                    _ => {}
                }
                true
            }
            _ => true,
        }
    }

    fn way(&self, struck: Struck, ways: usize) -> usize {
        let faults = self.conditions.faults;
        faults.map_or(0, |faults| faults.way(struck.digest, struck.attempt, ways))
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn entries(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everything of an answer but its body.
struct Head(hyper::http::response::Builder);

impl Head {
    fn of(answer: &Answer, call: &Call) -> Self {
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut head = Response::builder()
            .status(status)
            .header(CONTENT_TYPE, answer.content_type);
        for (name, value) in &answer.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                head = head.header(HeaderName::from_static(name), value);
            }
        }
        if let Some(code) = answer.error_type {
            head = head.header(HeaderName::from_static("x-amzn-errortype"), code);
        }
        if let Ok(date) = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&call.now) {
            head = head.header(DATE, date);
        }
        Self(head)
    }

    fn with(self, body: Body) -> Response<Body> {
        // Every part of the head is valid by itself.
        self.0
            .body(body)
            .unwrap_or_else(|_| Response::new(Body::whole(Vec::new())))
    }
}

/// What makes two calls the same: who asks what where, however often and with whichever session.
fn call_digest(call: &Call, entry: &Entry) -> u64 {
    let body = String::from_utf8_lossy(&call.body);
    // A bucket may be named in the host.
    let host = call
        .host
        .as_deref()
        .filter(|_| entry.service == "s3")
        .unwrap_or_default();
    number(&[
        entry.service,
        entry.operation,
        &entry.account,
        &entry.region,
        host,
        &call.path,
        &call.query,
        &body,
    ])
}

/// Whether the request was signed at quite another time than it came in.
fn is_skewed(call: &Call) -> bool {
    let signed = call.signed_at.as_deref().and_then(|text| {
        let at = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
        TimeZone::UTC.to_timestamp(at).ok()
    });
    signed.is_some_and(|signed: Timestamp| signed.duration_since(call.now).abs() > MOST_SKEW)
}

/// A request in flight, for as long as it lives: also when the client hangs up while it waits.
struct Waiting<'a>(&'a Desk);

impl<'a> Waiting<'a> {
    fn enter(desk: &'a Desk) -> Self {
        let in_flight = desk.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        let mut ledger = desk.entries();
        ledger.most_in_flight = ledger.most_in_flight.max(in_flight);
        Self(desk)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
