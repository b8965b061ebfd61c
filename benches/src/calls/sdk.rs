//! The AWS SDK and nothing else, used as its guide has it: one HTTP client, one configuration, a client for each account
//! and Region. Answers are dropped.

use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use futures::future::try_join_all;
use tokio::sync::Semaphore;

use super::Result;

const ROLE: &str = "OrganizationAccountAccessRole";

/// Asks the first `accounts` of the Organization that can be entered, with `in_flight` requests at a time. Returns the
/// number of calls.
///
/// # Errors
/// When the Organization cannot be listed.
pub async fn ask(accounts: usize, in_flight: usize) -> Result<usize> {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let own = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .load()
        .await;
    let organizations = aws_sdk_organizations::Client::new(&own);
    let mut pages = organizations.list_accounts().into_paginator().send();
    let (mut calls, mut listed) = (0, Vec::new());
    while let Some(page) = pages.next().await {
        calls += 1;
        listed.extend(
            page?
                .accounts
                .unwrap_or_default()
                .into_iter()
                .filter_map(|account| account.id),
        );
    }
    listed.truncate(accounts);
    let gate = Arc::new(Semaphore::new(in_flight));
    let entered = listed.iter().map(|account| account_calls(&own, account, &gate));
    let asked: usize = try_join_all(entered).await?.into_iter().sum();
    Ok(calls + asked)
}

async fn account_calls(own: &SdkConfig, account: &str, gate: &Semaphore) -> Result<usize> {
    let permit = gate.acquire().await?;
    let sts = aws_sdk_sts::Client::new(own);
    let role = format!("arn:aws:iam::{account}:role/{ROLE}");
    let session = sts.assume_role().role_arn(role).role_session_name("plain").send().await;
    drop(permit);
    let Some(session) = session.ok().and_then(|output| output.credentials) else {
        return Ok(1);
    };
    let (id, secret, token) = (session.access_key_id, session.secret_access_key, session.session_token);
    let credentials = Credentials::new(id, secret, Some(token), None, "plain");
    let entered = own
        .to_builder()
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let permit = gate.acquire().await?;
    let listed = aws_sdk_account::Client::new(&entered).list_regions().send().await;
    drop(permit);
    let regions = listed
        .map(|output| output.regions.unwrap_or_default())
        .unwrap_or_default();
    let names = regions.into_iter().filter_map(|region| region.region_name);
    let asked = names.map(|region| trails(&entered, region, gate));
    Ok(2 + try_join_all(asked).await?.len())
}

async fn trails(entered: &SdkConfig, region: String, gate: &Semaphore) -> Result<()> {
    let _permit = gate.acquire().await?;
    let config = entered.to_builder().region(Region::new(region)).build();
    let answer = aws_sdk_cloudtrail::Client::new(&config).describe_trails().send().await;
    // A Region that refuses is asked all the same.
    drop(answer);
    Ok(())
}
