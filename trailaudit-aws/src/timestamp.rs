//! Asking a time-stamping authority: RFC 3161 requests and answers over HTTP (section 3.4). Only bytes are moved here;
//! what they say is made and checked by `trailaudit-core`.

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

use crate::client;
use crate::error::CollectError;
use crate::record::causes;

/// How long an answer may take, connecting and reading included.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest answer that is read, in bytes: a token with its certificates has a tenth of it.
const LONGEST: usize = 64 << 10;

const QUERY: &str = "application/timestamp-query";
const REPLY: &str = "application/timestamp-reply";

/// A time-stamping authority, by its URL.
#[derive(Debug)]
pub struct TimestampAuthority {
    url: String,
    connector: Connector,
    patience: Duration,
}

impl TimestampAuthority {
    /// Names an authority; nothing is asked yet. `AWS_CA_BUNDLE` and the proxy variables are honoured, but what answers
    /// on this machine is not asked through a proxy.
    ///
    /// # Errors
    /// When `url` is not a plain `http` or `https` URL, or the CA bundle cannot be used.
    pub fn at(url: &str) -> Result<Self, TimestampError> {
        let host = host(url).map_err(|problem| TimestampError::Url {
            url: url.to_owned(),
            problem,
        })?;
        Ok(Self {
            connector: client::connector(is_loopback(host))?,
            url: url.to_owned(),
            patience: PATIENCE,
        })
    }

    /// Where it is asked.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends a DER `TimeStampReq`; gives the bytes that came back, which should be a DER `TimeStampResp`. It takes ten
    /// seconds at most, and is not tried again.
    ///
    /// # Errors
    /// When no answer comes in time, or one that is no time-stamp reply: another status than 200, a redirect (which is
    /// not followed), another content type, nothing, more than 64 KiB.
    pub async fn ask(&self, request: &[u8]) -> Result<Vec<u8>, TimestampError> {
        let asking = tokio::time::timeout(self.patience, self.exchange(request));
        asking.await.unwrap_or_else(|_| {
            Err(TimestampError::TimedOut {
                url: self.url.clone(),
                patience: self.patience,
            })
        })
    }

    async fn exchange(&self, request: &[u8]) -> Result<Vec<u8>, TimestampError> {
        let answer = self.connector.call(self.request(request)?).await;
        let answer = answer.map_err(|error| self.unreachable(&error))?;
        self.check(&answer)?;
        let mut body = ByteStream::new(answer.into_body());
        let mut read = Vec::new();
        while let Some(part) = body.next().await {
            let part = part.map_err(|error| TimestampError::BrokenOff {
                url: self.url.clone(),
                detail: causes(&error),
            })?;
            if read.len() + part.len() > LONGEST {
                return Err(TimestampError::TooLong { url: self.url.clone() });
            }
            read.extend_from_slice(&part);
        }
        if read.is_empty() {
            return Err(TimestampError::Empty { url: self.url.clone() });
        }
        Ok(read)
    }

    fn request(&self, body: &[u8]) -> Result<HttpRequest, TimestampError> {
        let unusable = |problem: &'static str| TimestampError::Url {
            url: self.url.clone(),
            problem,
        };
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_uri(self.url.as_str()).map_err(|_| unusable(NOT_A_URL))?;
        request.set_method("POST").map_err(|_| unusable(NOT_A_URL))?;
        let headers = request.headers_mut();
        headers.insert("content-type", QUERY);
        headers.insert("accept", REPLY);
        headers.insert("user-agent", concat!("trailaudit/", env!("CARGO_PKG_VERSION")));
        Ok(request)
    }

    /// Whether the head of an answer is that of a time-stamp reply.
    fn check(&self, answer: &HttpResponse) -> Result<(), TimestampError> {
        let url = self.url.clone();
        let header = |name: &str| answer.headers().get(name).unwrap_or_default().to_owned();
        match answer.status().as_u16() {
            200 => {}
            status @ 300..400 => {
                let to = header("location");
                return Err(TimestampError::Redirected { url, status, to });
            }
            status => return Err(TimestampError::Status { url, status }),
        }
        let found = header("content-type");
        let is_reply = found
            .split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case(REPLY));
        if is_reply {
            Ok(())
        } else {
            Err(TimestampError::ContentType { url, found })
        }
    }

    fn unreachable(&self, error: &ConnectorError) -> TimestampError {
        TimestampError::Unreachable {
            url: self.url.clone(),
            detail: causes(error),
        }
    }
}

/// Why there is no time-stamp.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampError {
    /// The URL cannot be meant.
    #[error("{url:?}: {problem}")]
    Url {
        /// As it was given.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The environment cannot be used.
    #[error(transparent)]
    Environment(#[from] CollectError),
    /// No connection, or none that lasted until the answer began.
    #[error("the time-stamping authority {url} cannot be reached: {detail}")]
    Unreachable {
        /// Who was asked.
        url: String,
        /// What happened.
        detail: String,
    },
    /// No whole answer in time.
    #[error("the time-stamping authority {url} did not answer within {patience:?}")]
    TimedOut {
        /// Who was asked.
        url: String,
        /// How long was waited.
        patience: Duration,
    },
    /// The answer ended before its end.
    #[error("the answer of the time-stamping authority {url} broke off: {detail}")]
    BrokenOff {
        /// Who was asked.
        url: String,
        /// What happened.
        detail: String,
    },
    /// It wants somebody else to be asked.
    #[error("the time-stamping authority {url} redirects to {to:?} (status {status}), which is not followed")]
    Redirected {
        /// Who was asked.
        url: String,
        /// The HTTP status.
        status: u16,
        /// Where to.
        to: String,
    },
    /// It refused, or failed.
    #[error("the time-stamping authority {url} answered with HTTP status {status}")]
    Status {
        /// Who was asked.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// It answered something else: mostly a page for people.
    #[error("the time-stamping authority {url} answered with {found:?}, not with {REPLY}")]
    ContentType {
        /// Who was asked.
        url: String,
        /// What it says its answer is.
        found: String,
    },
    /// It said that a reply follows, and none did.
    #[error("the answer of the time-stamping authority {url} is empty")]
    Empty {
        /// Who was asked.
        url: String,
    },
    /// Its answer is no time-stamp by its length alone.
    #[error("the answer of the time-stamping authority {url} is longer than {LONGEST} bytes")]
    TooLong {
        /// Who was asked.
        url: String,
    },
}

impl TimestampError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Environment(error) => return error.hint(),
            Self::Url { .. } => "http://HOST/PATH or https://HOST/PATH, as the authority publishes it",
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::BrokenOff { .. } => {
                "check the network, the proxy variables and AWS_CA_BUNDLE, or name another authority"
            }
            Self::Redirected { .. } => "name the address it redirects to, if it is the one you trust",
            Self::Status { .. } | Self::ContentType { .. } | Self::Empty { .. } | Self::TooLong { .. } => {
                "is this the address for RFC 3161 requests over HTTP?"
            }
        })
    }
}

const NOT_A_URL: &str = "it is not an http or https URL";

/// The host of a URL that is safe to name in a log: without credentials, which nobody should give on a command line.
fn host(url: &str) -> Result<&str, &'static str> {
    let rest = ["http://", "https://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    let rest = rest.ok_or(NOT_A_URL)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("it has credentials in it");
    }
    if rest.contains('#') {
        return Err("it has a fragment, which no server sees");
    }
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(address, _)| address),
        None => authority.split(':').next().unwrap_or_default(),
    };
    if host.is_empty() || HttpRequest::get(url).is_err() {
        return Err(NOT_A_URL);
    }
    Ok(host)
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
