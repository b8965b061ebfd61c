//! The SDK configuration of a run, and its one HTTP client.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use aws_config::{AppName, BehaviorVersion, SdkConfig};
use aws_smithy_async::rt::sleep::default_async_sleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::pool::{self, ConnectionPool};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpClient};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::descriptors;
use crate::error::CollectError;
use crate::time::Clock;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_millis(3_100);
/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(10);
/// How long a call may take with all its attempts.
const OPERATION: Duration = Duration::from_mins(1);
/// How often a call that belongs to no collection is sent at most.
const ATTEMPTS: u32 = 3;

/// How long a connection is kept for the next request where there can be but a few.
const MOMENT: Duration = Duration::from_millis(10);

/// Where credentials, Region and endpoints come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    /// Given whole by the embedding program; else the standard AWS chain is asked.
    pub sdk: Option<SdkConfig>,
    pub profile: Option<String>,
    pub region: Option<String>,
}

/// What the standard AWS chain says (environment, profile, SSO, container, instance), with the timeouts, retries, proxy
/// and CA bundle of this crate: for several [`KmsSigner`](crate::KmsSigner)s, which then share one connection pool and
/// one set of credentials.
///
/// # Errors
/// [`CollectError::CaBundle`] when `AWS_CA_BUNDLE` names a file that cannot be used.
pub async fn standard_config() -> Result<SdkConfig, CollectError> {
    configure(&Environment::default()).await
}

/// The configuration every client of the run derives from: one connection pool, our timeouts and retries.
///
/// The SDK alone honours neither `AWS_CA_BUNDLE` nor the proxy variables; the pool made here does.
pub(crate) async fn configure(environment: &Environment) -> Result<SdkConfig, CollectError> {
    let loaded = match &environment.sdk {
        Some(given) => given.clone(),
        None => load(environment).await?,
    };
    let mut config = loaded.to_builder();
    if loaded.http_client().is_none() {
        // What answers on this machine is not behind a proxy, whatever the environment says about the world.
        let is_near = loaded.endpoint_url().is_some_and(is_loopback);
        let proxy = if is_near {
            ProxyConfig::disabled()
        } else {
            ProxyConfig::from_env()
        };
        config.set_http_client(Some(http_client(proxy)?));
    }
    if loaded.behavior_version().is_none() {
        config.set_behavior_version(Some(BehaviorVersion::latest()));
    }
    if loaded.sleep_impl().is_none() {
        config.set_sleep_impl(default_async_sleep());
    }
    config.set_timeout_config(Some(timeouts()));
    config.set_retry_config(Some(RetryConfig::standard().with_max_attempts(ATTEMPTS)));
    config.set_app_name(AppName::new("trailaudit").ok());
    Ok(config.build())
}

/// The same for a collection, which repeats its calls itself: it knows what else is being asked, and waits without holding up
/// others.
pub(crate) fn for_collection(config: &SdkConfig, clock: &Clock) -> SdkConfig {
    config
        .to_builder()
        .time_source(clock.clone())
        // The clock is set for the whole run, not by each client for itself.
        .disable_clock_skew_correction(true)
        .retry_config(RetryConfig::disabled())
        .build()
}

async fn load(environment: &Environment) -> Result<SdkConfig, CollectError> {
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http_client(ProxyConfig::from_env())?);
    if let Some(profile) = &environment.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = &environment.region {
        loader = loader.region(aws_types::region::Region::new(region.clone()));
    }
    Ok(loader.load().await)
}

fn is_loopback(endpoint: &str) -> bool {
    let host = endpoint.split("://").last().unwrap_or_default();
    host.parse::<SocketAddr>()
        .is_ok_and(|address| address.ip().is_loopback())
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build()
}

/// One pool for the run. The pool's own client makes the check that each service client runs when it is built as good
/// as free; the default client builds a throw-away TLS connector each time.
fn http_client(proxy: ProxyConfig) -> Result<SharedHttpClient, CollectError> {
    let mut pool = ConnectionPool::builder();
    if descriptors::are_few() {
        pool = pool.idle_timeout(MOMENT);
    }
    let pool = pool
        .proxy_config(proxy)
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(tls_context()?)
        .build_https()
        .map_err(|error| unusable(&error))?;
    Ok(SharedHttpClient::new(
        pool::Client::new(&pool).map_err(|error| unusable(&error))?,
    ))
}

/// Sends single requests to a server that is not AWS. What answers on this machine is not asked through a proxy.
pub(crate) fn connector(is_near: bool) -> Result<Connector, CollectError> {
    let proxy = if is_near {
        ProxyConfig::disabled()
    } else {
        ProxyConfig::from_env()
    };
    let mut connector = Connector::builder()
        .proxy_config(proxy)
        .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT).build())
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(tls_context()?);
    connector.set_sleep_impl(default_async_sleep());
    Ok(connector.build())
}

fn tls_context() -> Result<TlsContext, CollectError> {
    let mut tls = TlsContext::builder();
    if let Some(path) = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) {
        tls = tls.with_trust_store(trust_store(path.into())?);
    }
    tls.build().map_err(|error| unusable(&error))
}

fn unusable(error: &dyn std::error::Error) -> CollectError {
    CollectError::Option {
        option: "HTTP client",
        problem: error.to_string(),
    }
}

/// The certificates of a PEM bundle. As with the AWS CLI they replace the system's.
fn trust_store(path: PathBuf) -> Result<TrustStore, CollectError> {
    match std::fs::read(&path) {
        Ok(pem) => certificates(&pem).map_err(str::to_owned),
        Err(error) => Err(error.to_string()),
    }
    .map_err(|problem| CollectError::CaBundle { path, problem })
}

/// The trust store panics on a certificate it cannot read, so each is tried first. Bundles in the wild carry some
/// that no longer parse; they are left out as long as one is good.
fn certificates(pem: &[u8]) -> Result<TrustStore, &'static str> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let text = String::from_utf8_lossy(pem);
    let mut tried = RootCertStore::empty();
    let mut store = TrustStore::empty();
    for block in text.split(BEGIN).skip(1).filter_map(|rest| rest.split_once(END)) {
        let block = format!("{BEGIN}{}{END}\n", block.0);
        let good = CertificateDer::from_pem_slice(block.as_bytes()).is_ok_and(|der| tried.add(der).is_ok());
        if good {
            store.add_pem_certificate(block);
        }
    }
    if tried.is_empty() {
        Err("no certificate in PEM form in it")
    } else {
        Ok(store)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A self-signed certificate made for this test; its key was thrown away.
    const GOOD: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBjDCCATGgAwIBAgIUXjIdHSo1xicXOHPai/r1YH6+yWcwCgYIKoZIzj0EAwIw\n\
GjEYMBYGA1UEAwwPdHJhaWxhdWRpdCB0ZXN0MCAXDTI2MTEyMjA1NDc1MVoYDzIx\n\
MjYxMDI5MDU0NzUxWjAaMRgwFgYDVQQDDA90cmFpbGF1ZGl0IHRlc3QwWTATBgcq\n\
hkjOPQIBBggqhkjOPQMBBwNCAARfwezEvZXs2Nx0Ngvfnf0+rAiZHCzXMBi7UlF6\n\
qA138NBSnuY/182afevrDIRuC9BtuDgUVmwChFVmtK1CNPyRo1MwUTAdBgNVHQ4E\n\
FgQU32qEPyl85Euy17qIZmRsuND8HicwHwYDVR0jBBgwFoAU32qEPyl85Euy17qI\n\
ZmRsuND8HicwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA7C8m\n\
oLNMgTFmuPIjpy23GSFO8Gdrs29rIDGNLQZpKbYCIQCxjfQXeH7oJMO5Uh3l9nPp\n\
GPCLKnpeQqFpYznTGbZVLg==\n\
-----END CERTIFICATE-----\n\n";

    #[test]
    fn one_good_certificate_makes_a_bundle() {
        let junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(certificates(format!("# a comment\n{junk}{GOOD}{junk}").as_bytes()).is_ok());
    }

    #[test]
    fn only_this_machine_is_near() {
        assert!(is_loopback("http://127.0.0.1:4566") && is_loopback("http://[::1]:80"));
        assert!(!is_loopback("http://10.0.0.1:80") && !is_loopback("https://sts.us-east-1.amazonaws.com"));
    }

    #[test]
    fn a_bundle_without_a_certificate_is_refused() {
        for pem in [
            "",
            "not PEM",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\n",
        ] {
            assert!(certificates(pem.as_bytes()).is_err(), "{pem:?}");
        }
        assert!(matches!(
            trust_store("/nonexistent/ca.pem".into()),
            Err(CollectError::CaBundle { path, .. }) if path.ends_with("ca.pem")
        ));
    }
}
