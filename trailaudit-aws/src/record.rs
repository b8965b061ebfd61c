//! Answers become evidence here: every call passes the one [`Recorder`], so none can be made without being recorded.
//!
//! What a JSON service sent is kept as it was sent, fields the SDK does not know included. Answers that carry secrets
//! are never taken: for those the record is built from the few fields that are none (see `calls/sts.rs`).

mod document;
mod normal;
mod patience;
mod tape;

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use trailaudit_core::evidence::{Answer, Exchange, Transport};
use trailaudit_core::organization::Region;

use self::patience::Patience;
pub(crate) use self::tape::{Keep, Taken, Tape};
use crate::calls::Call;
use crate::error::CollectError;
use crate::gap::{self, Setback};
use crate::journal::{RunLog, run_log};
use crate::pace::{Lane, Pace};
use crate::preflight::Refused;
use crate::progress::{Announcer, Progress};
use crate::session::Caller;
use crate::time::Clock;

/// Bounds how many requests are in flight and how fast they follow, and turns each into an [`Exchange`].
#[derive(Debug)]
pub(crate) struct Recorder {
    in_flight: Semaphore,
    pace: Pace,
    clock: Clock,
    hosts: Mutex<BTreeSet<String>>,
    /// Whether the last word of all was silence.
    silent: AtomicBool,
    /// Why the run cannot go on.
    ended: Mutex<Option<CollectError>>,
    ending: CancellationToken,
    announcer: Announcer,
    log: Arc<RunLog>,
    /// What was refused, where somebody wants to know.
    refused: Option<Mutex<Refused>>,
}

/// One account's credentials asking in one Region.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub recorder: &'a Recorder,
    pub caller: &'a Caller,
    pub region: &'a Region,
}

impl Recorder {
    pub fn new(concurrency: usize, pace: Pace, clock: Clock, announcer: Announcer, log: Arc<RunLog>) -> Self {
        Self {
            in_flight: Semaphore::new(concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            pace,
            clock,
            hosts: Mutex::default(),
            silent: AtomicBool::new(false),
            ended: Mutex::default(),
            ending: CancellationToken::new(),
            announcer,
            log,
            refused: None,
        }
    }

    /// The same, but it keeps what is refused.
    pub fn noting_refusals(self) -> Self {
        Self {
            refused: Some(Mutex::default()),
            ..self
        }
    }

    /// What was refused so far.
    pub fn refused(&self) -> Refused {
        let refused = self.refused.as_ref();
        refused.map_or_else(Refused::default, |refused| {
            refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
        })
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Every host (with its port, when it has one) that was sent to.
    pub fn hosts(&self) -> BTreeSet<String> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn announce(&self, event: impl FnOnce() -> Progress) {
        self.announcer.announce(event);
    }

    pub fn log(&self) -> &RunLog {
        &self.log
    }

    /// Whether nobody has answered since somebody did not.
    pub fn is_silent(&self) -> bool {
        self.silent.load(Ordering::Relaxed)
    }

    /// Ends the run: what is being asked now is asked in vain.
    pub fn end(&self, why: CollectError) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.ending.is_cancelled() {
            *ended = Some(why);
            self.ending.cancel();
        }
    }

    /// Returns when the run cannot go on.
    pub async fn ended(&self) {
        self.ending.cancelled().await;
    }

    /// Why the run cannot go on; told once.
    pub fn why_ended(&self) -> Option<CollectError> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether the run can go on.
    pub fn check(&self) -> Result<(), CollectError> {
        if self.ending.is_cancelled() {
            Err(CollectError::Cancelled)
        } else {
            Ok(())
        }
    }

    fn note(&self, exchange: &Exchange, host: Option<String>) {
        self.silent.store(gap::is_unanswered(exchange), Ordering::Relaxed);
        if let Some(host) = host {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            if !hosts.contains(&host) {
                hosts.insert(host);
            }
        }
        if let Some(refused) = &self.refused {
            refused.lock().unwrap_or_else(PoisonError::into_inner).note(exchange);
        }
        self.announce(|| Progress::call(exchange));
        if let (Some(event), Answer::Error { code, message }) = (run_log::gap(exchange), &exchange.answer) {
            self.announce(|| Progress::gap(exchange, code, message));
            self.log.write(&event);
        }
    }
}

impl Asking<'_> {
    /// Makes a call of a JSON service; the body that came back is the answer.
    pub async fn json<O, E, F>(&self, call: &Call, send: impl Fn(Tape) -> F) -> Exchange
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        let read = |_: &O, taken: &Taken| taken.answer(call.service);
        let (answer, taken, _) = self.send(call, Keep::Bodies, send, read).await;
        let parameters = taken.parameters();
        self.exchange(call, parameters, answer, taken)
    }

    /// Makes a call whose answer is no JSON: `view` tells it by the names the service's model has for its fields.
    pub async fn viewed<O, E, F>(
        &self,
        call: &Call,
        parameters: Value,
        send: impl Fn(Tape) -> F,
        view: impl Fn(&O) -> Value,
    ) -> Exchange
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        self.discreet(call, parameters, send, view).await.0
    }

    /// Makes a call whose request or answer has secrets: its bodies are never taken, `view` names what may be kept; nothing
    /// when the answer lacks what it must have.
    pub async fn discreet<O, E, F, V>(
        &self,
        call: &Call,
        parameters: Value,
        send: impl Fn(Tape) -> F,
        view: impl Fn(&O) -> V,
    ) -> (Exchange, Option<O>)
    where
        V: Into<Option<Value>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        let read = |output: &O, taken: &Taken| match view(output).into() {
            _ if !taken.is_readable() => broken_off(),
            Some(view) => Answer::Ok(view),
            None => unreadable("the answer lacks what it must say".to_owned()),
        };
        let (answer, taken, output) = self.send(call, Keep::Nothing, send, read).await;
        (self.exchange(call, parameters, answer, taken), output)
    }

    /// The one place through which every request goes: when it is its turn, and again for as long as that may help. Nothing
    /// is in flight while it waits.
    async fn send<O, E, F>(
        &self,
        call: &Call,
        keep: Keep,
        send: impl Fn(Tape) -> F,
        read: impl Fn(&O, &Taken) -> Answer,
    ) -> (Answer, Taken, Option<O>)
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        let Recorder { pace, clock, .. } = self.recorder;
        let lane = Lane::of(call, self.caller.account(), self.region);
        let tape = Tape::new(keep, clock.clone());
        let mut patience = Patience::new();
        loop {
            pace.turn(&lane).await;
            // The semaphore is never closed; were it, a call without a permit would still be a right call.
            let permit = self.recorder.in_flight.acquire().await;
            let began = Instant::now();
            // In a box of its own only now: futures that still wait for their turn stay small.
            let result = Box::pin(send(tape.clone())).await;
            drop(permit);
            let kept = tape.take();
            let (answer, output) = match result {
                Ok(output) => (read(&output, &kept), Some(output)),
                Err(SdkError::ServiceError(_)) if keep == Keep::Nothing && !kept.is_readable() => (broken_off(), None),
                Err(error) => (refused(&error, &kept), None),
            };
            let Answer::Error { code, .. } = &answer else {
                pace.answered(&lane);
                return (answer, kept, output);
            };
            let mut setback = gap::setback(code, kept.status);
            if setback == Setback::Refused && !kept.is_readable() {
                // The header may have said why, but not in which words.
                setback = Setback::Unreadable;
            }
            if setback == Setback::Skewed && !kept.date.as_deref().is_some_and(|date| clock.follow(date)) {
                setback = Setback::Refused;
            }
            match patience.after(setback, began, &lane, pace) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return (answer, kept, None),
            }
        }
    }

    fn exchange(&self, call: &Call, parameters: Value, answer: Answer, taken: Taken) -> Exchange {
        let exchange = Exchange {
            account: self.caller.account().clone(),
            region: self.region.clone(),
            service: call.service.to_owned(),
            operation: call.operation.to_owned(),
            parameters,
            answer,
            transport: Transport {
                principal: self.caller.principal().to_owned(),
                sent_at: taken.sent_at,
                attempts: taken.attempts,
                status: taken.status,
                request_id: taken.request_id,
                date: taken.date,
            },
        };
        self.recorder.note(&exchange, taken.host);
        exchange
    }
}

impl Taken {
    fn parameters(&self) -> Value {
        // Without a request there are no parameters to show: what went wrong stands in the answer.
        serde_json::from_slice(&self.request).unwrap_or_else(|_| json!({}))
    }

    fn answer(&self, service: &str) -> Answer {
        match serde_json::from_slice::<Value>(&self.response) {
            Ok(body) => Answer::Ok(normal::form(service, body)),
            Err(error) => unreadable(format!("the answer is not JSON: {error}")),
        }
    }
}

fn unreadable(message: String) -> Answer {
    Answer::Error {
        code: gap::UNREADABLE_ANSWER.to_owned(),
        message,
    }
}

/// Its beginning may say anything: that a bucket has no policy, where the whole says that it has one.
fn broken_off() -> Answer {
    unreadable("the answer is no whole document".to_owned())
}

fn refused<E>(error: &SdkError<E, HttpResponse>, taken: &Taken) -> Answer
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (code, message) = refusal(error, taken);
    Answer::Error { code, message }
}

/// The code and message when no answer came: the service's own, or one of ours.
pub(crate) fn refusal<E>(error: &SdkError<E, HttpResponse>, taken: &Taken) -> (String, String)
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (code, message) = match error {
        SdkError::ServiceError(_) => match error.code() {
            Some(code) => (code, error.message().unwrap_or_default().to_owned()),
            None => (gap::UNREADABLE_ANSWER, without_code(taken.status)),
        },
        SdkError::TimeoutError(_) => (gap::TIMEOUT, "no answer in time".to_owned()),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => (gap::TIMEOUT, causes(error)),
        SdkError::DispatchFailure(_) if taken.attempts > 0 => (gap::UNREACHABLE, causes(error)),
        SdkError::ResponseError(_) if taken.attempts > 0 && !taken.whole => (gap::UNREACHABLE, causes(error)),
        SdkError::ResponseError(_) if taken.attempts > 0 => (gap::UNREADABLE_ANSWER, causes(error)),
        _ => (gap::NOT_SENT, causes(error)),
    };
    (code.to_owned(), message)
}

fn without_code(status: Option<u16>) -> String {
    let status = status.map(|status| status.to_string());
    format!(
        "status {} without an error code",
        status.as_deref().unwrap_or("unknown")
    )
}

/// The chain of causes on one line, each said once. The SDK calls what it cannot name "other".
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        if text != "other" && !said.iter().any(|earlier| earlier.contains(&text)) {
            said.push(text);
        }
        next = cause.source();
    }
    if said.is_empty() {
        error.to_string()
    } else {
        said.join(": ")
    }
}
