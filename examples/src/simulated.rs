//! A simulated Organization to ask.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use jiff::Timestamp;
use trailaudit_sim::{Ledger, Server, Settings, World, populate};

/// A simulated Organization, served on loopback until it is dropped.
#[derive(Debug)]
pub struct Simulated {
    server: Server,
}

impl Simulated {
    /// An Organization of this many accounts in this many Regions, with defects planted in it, that answers each call
    /// after `latency`.
    ///
    /// # Errors
    /// When no port is free.
    pub fn organization(accounts: usize, regions: usize, latency: Duration) -> io::Result<Self> {
        let settings = Settings {
            accounts,
            regions,
            seed: 7,
            as_of: Timestamp::now(),
        };
        Self::serving(populate(&settings).world, latency)
    }

    /// An Organization made by hand.
    ///
    /// # Errors
    /// When no port is free.
    pub fn serving(world: World, latency: Duration) -> io::Result<Self> {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = Server::start(world, any_port, latency)?;
        Ok(Self { server })
    }

    /// What the SDK needs to ask it as the management account's auditor.
    #[must_use]
    pub fn sdk_config(&self) -> SdkConfig {
        let (id, secret) = self.server.credentials();
        let credentials = Credentials::new(id, secret, None, None, "simulated");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(self.server.endpoint())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build()
    }

    /// What it was asked so far.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        self.server.ledger()
    }
}
