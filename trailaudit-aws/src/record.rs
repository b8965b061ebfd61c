//! Answers become evidence here: every call passes the one [`Recorder`], so none can be made without being recorded.
//!
//! What a JSON service sent is kept as it was sent, fields the SDK does not know included. Answers that carry secrets
//! are never taken: for those the record is built from the few fields that are none (see `calls/sts.rs`).

mod normal;
mod tape;

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use trailaudit_core::evidence::{Answer, Exchange, Transport};
use trailaudit_core::organization::Region;

pub(crate) use self::tape::{Keep, Taken, Tape};
use crate::calls::Call;
use crate::gap;
use crate::journal::RunLog;
use crate::progress::{Announcer, Progress};
use crate::session::Caller;

/// Bounds how many requests are in flight, and turns each into an [`Exchange`].
#[derive(Debug)]
pub(crate) struct Recorder {
    in_flight: Semaphore,
    calls: AtomicU64,
    gaps: AtomicU64,
    hosts: Mutex<BTreeSet<String>>,
    announcer: Announcer,
    log: RunLog,
}

/// One account's credentials asking in one Region.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub recorder: &'a Recorder,
    pub caller: &'a Caller,
    pub region: &'a Region,
}

impl Recorder {
    pub fn new(concurrency: usize, announcer: Announcer, log: RunLog) -> Self {
        Self {
            in_flight: Semaphore::new(concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            calls: AtomicU64::new(0),
            gaps: AtomicU64::new(0),
            hosts: Mutex::default(),
            announcer,
            log,
        }
    }

    /// How many exchanges were recorded, retries of the SDK not counted.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// How many of them failed.
    pub fn gaps(&self) -> u64 {
        self.gaps.load(Ordering::Relaxed)
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

    fn note(&self, exchange: &Exchange, host: Option<String>) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if let Some(host) = host {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            if !hosts.contains(&host) {
                hosts.insert(host);
            }
        }
        self.announce(|| Progress::call(exchange));
        if let Answer::Error { code, message } = &exchange.answer
            && gap::is_gap(exchange)
        {
            self.gaps.fetch_add(1, Ordering::Relaxed);
            self.announce(|| Progress::gap(exchange, code, message));
            self.log.write(&json!({
                "event": "gap",
                "account": exchange.account,
                "region": exchange.region,
                "service": exchange.service,
                "operation": exchange.operation,
                "code": code,
                "message": message,
            }));
        }
    }
}

impl Asking<'_> {
    /// Makes a call of a JSON service; the body that came back is the answer.
    pub async fn json<O, E, F>(&self, call: &Call, send: impl FnOnce(Tape) -> F) -> Exchange
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        let (taken, result) = self.send(Keep::Bodies, send).await;
        let answer = match result {
            Ok(_) => taken.answer(call.service),
            Err(error) => refused(&error, &taken),
        };
        let parameters = taken.parameters();
        self.exchange(call, parameters, answer, taken)
    }

    /// Makes a call whose answer is no JSON: `view` tells it by the names the service's model has for its fields.
    pub async fn viewed<O, E, F>(
        &self,
        call: &Call,
        parameters: Value,
        send: impl FnOnce(Tape) -> F,
        view: impl FnOnce(&O) -> Value,
    ) -> Exchange
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        self.discreet(call, parameters, send, view).await.0
    }

    /// Makes a call whose request or answer has secrets: its bodies are never taken, `view` names what may be kept.
    pub async fn discreet<O, E, F>(
        &self,
        call: &Call,
        parameters: Value,
        send: impl FnOnce(Tape) -> F,
        view: impl FnOnce(&O) -> Value,
    ) -> (Exchange, Option<O>)
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        let (taken, result) = self.send(Keep::Nothing, send).await;
        let (answer, output) = match result {
            Ok(output) => (Answer::Ok(view(&output)), Some(output)),
            Err(error) => (refused(&error, &taken), None),
        };
        (self.exchange(call, parameters, answer, taken), output)
    }

    async fn send<T, F: Future<Output = T>>(&self, keep: Keep, send: impl FnOnce(Tape) -> F) -> (Taken, T) {
        // The semaphore is never closed; were it, a call without a permit would still be a right call.
        let _permit = self.recorder.in_flight.acquire().await;
        let tape = Tape::new(keep);
        // In a box of its own only now: futures that still wait for their turn stay small.
        let result = Box::pin(send(tape.clone())).await;
        (tape.take(), result)
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
