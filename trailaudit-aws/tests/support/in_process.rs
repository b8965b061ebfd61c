//! A simulated Organization without a network: what the SDK sends goes straight to the desk, and waits in tokio's time. Under
//! a paused clock minutes of back-off pass in milliseconds.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use jiff::Timestamp;
use trailaudit_aws::{Collector, CollectorBuilder};
use trailaudit_sim::{Call, Conditions, Desk, Unanswered, World};

/// A desk, and the credentials of its auditor.
#[derive(Clone, Debug)]
pub struct InProcess {
    pub desk: Arc<Desk>,
    credentials: (String, String),
    clock: TokioTime,
}

/// A wall clock that goes as tokio's does.
#[derive(Clone, Copy, Debug)]
struct TokioTime {
    start: SystemTime,
    since: tokio::time::Instant,
}

impl TimeSource for TokioTime {
    fn now(&self) -> SystemTime {
        self.start + self.since.elapsed()
    }
}

impl InProcess {
    /// A world that is asked from `start` on.
    pub fn new(world: World, conditions: Conditions, start: Timestamp) -> Self {
        let key = &world.access_keys[0];
        Self {
            credentials: (key.id.clone(), key.secret.clone()),
            desk: Arc::new(Desk::new(world, conditions)),
            clock: TokioTime {
                start: start.into(),
                since: tokio::time::Instant::now(),
            },
        }
    }

    pub fn collector(&self) -> CollectorBuilder {
        Collector::builder().sdk_config(self.sdk_config())
    }

    /// How much time has passed.
    pub fn elapsed(&self) -> Duration {
        self.clock.since.elapsed()
    }

    pub fn sdk_config(&self) -> SdkConfig {
        let connector = SharedHttpConnector::new(self.clone());
        let client: SharedHttpClient = http_client_fn(move |_, _| connector.clone());
        super::sdk_config("http://simulated.invalid", &self.credentials)
            .to_builder()
            .http_client(client)
            .time_source(self.clock)
            // What is too slow ends with its attempt; watching every byte takes longer than everything else.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build()
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (desk, clock) = (self.desk.clone(), self.clock);
        HttpConnectorFuture::new(async move {
            let body = request.body().bytes().unwrap_or_default().to_vec();
            let now = Timestamp::try_from(clock.now()).unwrap();
            let header = |name: &str| request.headers().get(name).map(str::to_owned);
            let (_, address) = request.uri().split_once("://").unwrap();
            let (host, place) = address.split_at(address.find('/').unwrap_or(address.len()));
            let place = if place.is_empty() { "/" } else { place };
            let mut call = Call::received(now, request.method(), place, header, body);
            call.host.get_or_insert(host.to_owned());
            let answer = desk.serve(call).await.map_err(failure)?;
            let answer = answer.map(SdkBody::from_body_1_x);
            Ok(HttpResponse::try_from(answer).unwrap())
        })
    }
}

/// As the SDK's own connector reports it.
fn failure(unanswered: Unanswered) -> ConnectorError {
    let error = match unanswered {
        Unanswered::Refused => io::Error::new(io::ErrorKind::ConnectionRefused, "Connection refused"),
        Unanswered::Closed => io::Error::new(io::ErrorKind::ConnectionReset, "connection closed before the answer"),
        Unanswered::NoSuchHost => io::Error::other("failed to lookup address information: Name or service not known"),
    };
    ConnectorError::io(error.into())
}
