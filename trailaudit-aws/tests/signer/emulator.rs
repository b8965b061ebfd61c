//! A KMS that is not AWS's own: what it does otherwise is found before it does harm.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use trailaudit_aws::{KmsSigner, SignerError};
use trailaudit_sim::{Call, KeySpec, World};

use crate::support::sdk_config;
use crate::{MANAGEMENT, arn, key, sign, world};

/// The simulator, but it hears and says something else.
#[derive(Clone, Debug)]
struct Emulator {
    world: Arc<World>,
    hears: fn(&str) -> String,
    says: fn(&str) -> String,
}

impl HttpConnector for Emulator {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let header = |name: &str| request.headers().get(name).map(str::to_owned);
        let body = (self.hears)(std::str::from_utf8(request.body().bytes().unwrap()).unwrap());
        let now = "2026-11-22T03:00:00Z".parse().unwrap();
        let answer = self
            .world
            .respond(&Call::received(now, "POST", "/", header, body.into_bytes()));
        let said = (self.says)(std::str::from_utf8(&answer.body).unwrap());
        let mut response = HttpResponse::new(answer.status.try_into().unwrap(), SdkBody::from(said));
        if let Some(code) = answer.error_type {
            response.headers_mut().insert("x-amzn-errortype", code);
        }
        HttpConnectorFuture::ready(Ok(response))
    }
}

impl Emulator {
    fn config(self) -> SdkConfig {
        let key = &self.world.access_keys[0];
        let config = sdk_config("http://127.0.0.1:1", &(key.id.clone(), key.secret.clone()));
        let client: SharedHttpClient = http_client_fn(move |_, _| SharedHttpConnector::new(self.clone()));
        config.to_builder().http_client(client).build()
    }

    async fn open(self) -> Result<KmsSigner, SignerError> {
        KmsSigner::open(self.config(), &arn(MANAGEMENT, "key/a-key")).await
    }
}

/// Some emulators do that; they may know `DryRun` or not.
#[tokio::test]
async fn a_signature_over_a_digest_of_the_digest_is_refused() {
    let knows_dry_run: fn(&str) -> String = |body| body.replace(r#""MessageType":"DIGEST""#, r#""MessageType":"RAW""#);
    let knows_nothing: fn(&str) -> String = |body| {
        body.replace(r#""MessageType":"DIGEST""#, r#""MessageType":"RAW""#)
            .replace(r#""DryRun":true"#, r#""DryRun":false"#)
    };
    for (hears, opens) in [(knows_dry_run, true), (knows_nothing, false)] {
        let emulator = Emulator {
            world: Arc::new(world()),
            hears,
            says: str::to_owned,
        };
        let error = match emulator.open().await {
            Ok(signer) if opens => sign(&signer).await.unwrap_err(),
            opened => opened.unwrap_err(),
        };
        assert!(matches!(error, SignerError::DoesNotVerify { .. }), "{opens}: {error}");
        assert!(error.to_string().contains("MessageType=DIGEST"), "{error}");
    }
}

/// What it does not tell of a key is seen in the key itself.
#[tokio::test]
async fn a_key_of_a_spec_that_is_not_told_is_read() {
    let untold: fn(&str) -> String = |body| body.replace("KeySpec", "Remark");
    let opened = |spec, says| {
        let mut world = world();
        key(&mut world, MANAGEMENT).spec = spec;
        let emulator = Emulator {
            world: Arc::new(world),
            hears: str::to_owned,
            says,
        };
        emulator.open()
    };
    opened(KeySpec::EccNistP256, untold).await.unwrap();
    // It signs ECDSA_SHA_256 as well.
    let error = opened(KeySpec::EccSecgP256k1, untold).await.unwrap_err();
    assert!(matches!(error, SignerError::PublicKey { .. }), "{error}");
    assert!(error.to_string().contains(&arn(MANAGEMENT, "key/a-key")), "{error}");
    assert!(error.hint().unwrap().contains("create-key"));
    // One that passes for another is found by its curve.
    let passes: fn(&str) -> String = |body| body.replace("ECC_SECG_P256K1", "ECC_NIST_P256");
    let error = opened(KeySpec::EccSecgP256k1, passes).await.unwrap_err();
    assert!(matches!(error, SignerError::PublicKey { .. }), "{error}");
    let error = opened(KeySpec::EccNistEdwards25519, untold).await.unwrap_err();
    assert!(
        error.to_string().contains("its SigningAlgorithms is ED25519_SHA_512"),
        "{error}"
    );
}
