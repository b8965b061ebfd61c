//! What is heard on the wire during one call.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeDeserializationInterceptorContextRef,
    BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde::de::IgnoredAny;

use super::document;
use crate::time::{Clock, rfc3339};

/// Listens to the attempts of one call; what the last one showed stands.
#[derive(Clone, Debug)]
pub(crate) struct Tape {
    keep: Keep,
    clock: Clock,
    taken: Arc<Mutex<Taken>>,
}

/// Whether bodies may be kept: not where secrets travel in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    Bodies,
    Nothing,
}

#[derive(Default)]
pub(crate) struct Taken {
    pub sent_at: String,
    pub attempts: u32,
    pub host: Option<String>,
    pub request: Vec<u8>,
    /// Whether the answer was asked for in CBOR.
    in_cbor: bool,
    pub status: Option<u16>,
    pub request_id: Option<String>,
    pub date: Option<String>,
    /// Whether the answer came to its end, as far as the connection tells.
    pub whole: bool,
    pub response: Vec<u8>,
    /// Whether the answer's body, where it was not kept, is one document to its end.
    is_document: bool,
}

impl std::fmt::Debug for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Taken")
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

impl Taken {
    /// Whether the answer is one document to its end.
    pub fn is_readable(&self) -> bool {
        self.is_document || serde_json::from_slice::<IgnoredAny>(&self.response).is_ok()
    }
}

impl Tape {
    pub(crate) fn new(keep: Keep, clock: Clock) -> Self {
        Self {
            keep,
            clock,
            taken: Arc::default(),
        }
    }

    /// What was heard; the attempts are counted on.
    pub(crate) fn take(&self) -> Taken {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let attempts = taken.attempts;
        mem::replace(
            &mut taken,
            Taken {
                attempts,
                ..Taken::default()
            },
        )
    }

    fn with(&self, note: impl FnOnce(&mut Taken)) {
        note(&mut self.taken.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[dyn_dispatch_hint]
impl Intercept for Tape {
    fn name(&self) -> &'static str {
        "Tape"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        self.with(|taken| {
            *taken = Taken {
                attempts: taken.attempts + 1,
                sent_at: rfc3339(self.clock.now()),
                host: host(request.uri()),
                in_cbor: request.headers().get("smithy-protocol") == Some("rpc-v2-cbor"),
                request: match self.keep {
                    Keep::Bodies => request.body().bytes().unwrap_or_default().to_vec(),
                    Keep::Nothing => Vec::new(),
                },
                ..Taken::default()
            };
        });
        Ok(())
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let header = |name: &str| response.headers().get(name).map(str::to_owned);
        self.with(|taken| {
            taken.status = Some(response.status().as_u16());
            taken.request_id = header("x-amzn-requestid").or_else(|| header("x-amz-request-id"));
            taken.date = header("date");
        });
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // A body that broke off is there no more.
        let body = context.response().body().bytes();
        self.with(|taken| {
            taken.whole = body.is_some();
            let body = body.unwrap_or_default();
            match self.keep {
                Keep::Bodies => taken.response = body.to_vec(),
                // What is CBOR is read to its end by the SDK.
                Keep::Nothing if taken.in_cbor => taken.is_document = !body.is_empty(),
                Keep::Nothing => taken.is_document = document::is_whole(body),
            }
        });
        Ok(())
    }
}

/// The host of a URI with its port, when it names one.
fn host(uri: &str) -> Option<String> {
    let authority = uri.split_once("://")?.1.split(['/', '?']).next()?;
    let host = authority.rsplit('@').next()?;
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_read_from_the_uri() {
        assert_eq!(
            host("https://kms.eu-west-1.amazonaws.com/").as_deref(),
            Some("kms.eu-west-1.amazonaws.com")
        );
        assert_eq!(
            host("http://127.0.0.1:5000/list-regions?x").as_deref(),
            Some("127.0.0.1:5000")
        );
        assert_eq!(host("/list-regions"), None);
    }
}
