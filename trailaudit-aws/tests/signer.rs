//! Signing with AWS KMS, against the simulator's real keys.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::type_complexity, reason = "a table of cases")]

#[path = "signer/emulator.rs"]
mod emulator;
#[path = "signer/setbacks.rs"]
mod setbacks;
mod support;

use std::time::Duration;

use support::{hand_made, sdk_config, serve};
use trailaudit_aws::{KmsSigner, Signed, SignerError};
use trailaudit_core::evidence::{Algorithm, Bundle, Digest, Meaning, Person, Statement, Unsigned};
use trailaudit_sim::{AccessKey, Account, Key, KeyReaders, KeySpec, Server, World};

const MANAGEMENT: &str = "111111111111";
const OTHER: &str = "222222222222";
const HOME: &str = "eu-west-1";

fn arn(account: &str, resource: &str) -> String {
    format!("arn:aws:kms:{HOME}:{account}:{resource}")
}

/// The signing key lies in another Region than the credentials are configured for.
fn world() -> World {
    let mut world = hand_made(&["us-east-1", HOME]);
    let created = "2026-01-01T00:00:00Z".parse().unwrap();
    world.add(Account::new(OTHER, "Other", created));
    for account in [MANAGEMENT, OTHER] {
        let mut key = Key::signing("a-key", HOME, KeySpec::EccNistP256, created);
        key.aliases.push("alias/signing".to_owned());
        world.accounts.get_mut(account).unwrap().keys.push(key);
    }
    world
}

fn key<'a>(world: &'a mut World, account: &str) -> &'a mut Key {
    &mut world.accounts.get_mut(account).unwrap().keys[0]
}

fn statement(signer: &KmsSigner) -> Statement {
    Statement {
        manifest: Digest::from([1; 32]),
        package_id: Digest::from([2; 32]),
        role: "preparer".parse().unwrap(),
        meaning: Meaning::Authorship,
        signer: Person {
            printed_name: "Ada Lovelace".to_owned(),
            id: "ada".to_owned(),
        },
        declared_time: "2026-11-22T03:00:00Z".parse().unwrap(),
        algorithm: Algorithm::EcdsaP256Sha256,
        countersigns: Vec::new(),
        key_arn: Some(signer.key_arn().to_owned()),
    }
}

async fn open(server: &Server, key: &str) -> Result<KmsSigner, SignerError> {
    KmsSigner::open(sdk_config(&server.endpoint(), &server.credentials()), key).await
}

async fn sign(signer: &KmsSigner) -> Result<Signed, SignerError> {
    signer.sign(Unsigned::new(&statement(signer)).unwrap()).await
}

#[tokio::test]
async fn what_kms_signs_verifies_and_names_the_key_itself() {
    let server = serve(world(), Duration::ZERO);
    for name in [arn(MANAGEMENT, "key/a-key"), arn(MANAGEMENT, "alias/signing")] {
        let signer = open(&server, &name).await.unwrap();
        assert_eq!(signer.key_arn(), arn(MANAGEMENT, "key/a-key"));
        let Signed { bundle, request_id, .. } = sign(&signer).await.unwrap();
        assert!(request_id.is_some());
        let bundle = Bundle::parse(&bundle).unwrap();
        assert_eq!(bundle.key, signer.public_key().fingerprint());
        signer
            .public_key()
            .verify(&bundle.message(), &bundle.signature)
            .unwrap();
        assert_eq!(Statement::parse(&bundle.payload).unwrap(), statement(&signer));
    }
    let ledger = server.ledger();
    // Each signer asks for its key once, rehearses once and signs once; nothing else is asked.
    assert_eq!(
        (ledger.count("kms", "GetPublicKey"), ledger.count("kms", "Sign")),
        (2, 4)
    );
    assert_eq!(ledger.total(), 6);
}

#[tokio::test]
async fn a_key_that_would_not_sign_is_found_when_it_is_opened() {
    let cases: [(&str, fn(&mut World), &[&str]); 12] = [
        (
            "key/absent",
            |_| {},
            &["kms:GetPublicKey", "(NotFoundException: ", "request ", "describe-key"],
        ),
        (
            "key/a-key",
            |world| key(world, MANAGEMENT).state = "Disabled",
            &["kms:GetPublicKey", "(DisabledException: ", "is disabled.", "enable-key"],
        ),
        (
            "key/a-key",
            |world| key(world, MANAGEMENT).state = "PendingDeletion",
            &["(KMSInvalidStateException: ", "pending deletion", "cancel-key-deletion"],
        ),
        (
            "alias/signing",
            |world| key(world, MANAGEMENT).spec = KeySpec::EccNistP384,
            &[
                "its KeySpec is ECC_NIST_P384, not ECC_NIST_P256",
                "create-key --key-spec ECC_NIST_P256",
            ],
        ),
        // As long as a P-256 key, and it signs by the same name of an algorithm.
        (
            "key/a-key",
            |world| key(world, MANAGEMENT).spec = KeySpec::EccSecgP256k1,
            &["its KeySpec is ECC_SECG_P256K1, not ECC_NIST_P256", "create-key"],
        ),
        (
            "key/a-key",
            |world| key(world, MANAGEMENT).spec = KeySpec::EccNistEdwards25519,
            &["its KeySpec is ECC_NIST_EDWARDS25519, not ECC_NIST_P256", "create-key"],
        ),
        (
            "alias/signing",
            |world| key(world, MANAGEMENT).spec = KeySpec::Rsa2048,
            &["its KeySpec is RSA_2048, not ECC_NIST_P256", "create-key"],
        ),
        (
            "key/a-key",
            |world| {
                key(world, MANAGEMENT).spec = KeySpec::Rsa2048;
                key(world, MANAGEMENT).usage = "ENCRYPT_DECRYPT";
            },
            &[
                "its KeyUsage is ENCRYPT_DECRYPT, not SIGN_VERIFY",
                "--key-usage SIGN_VERIFY",
            ],
        ),
        (
            "key/a-key",
            |world| key(world, MANAGEMENT).usage = "KEY_AGREEMENT",
            &[
                "its KeyUsage is KEY_AGREEMENT, not SIGN_VERIFY",
                "--key-usage SIGN_VERIFY",
            ],
        ),
        (
            "key/a-key",
            |world| *key(world, MANAGEMENT) = Key::new("a-key", HOME, "2026-01-01T00:00:00Z".parse().unwrap()),
            &["(UnsupportedOperationException: ", "SYMMETRIC_DEFAULT", "create-key"],
        ),
        (
            "key/a-key",
            |world| key(world, MANAGEMENT).readers = KeyReaders::Nobody,
            &[
                "kms:GetPublicKey",
                "(AccessDeniedException: ",
                "resource-based policy",
                "needs kms:GetPublicKey",
            ],
        ),
        // The public key may be read: only a rehearsal shows that nothing will be signed.
        (
            "key/a-key",
            |world| world.access_keys[0].allowed = vec!["kms:GetPublicKey".to_owned()],
            &[
                "kms:Sign",
                "(AccessDeniedException: ",
                "no identity-based policy",
                "needs kms:Sign",
            ],
        ),
    ];
    for (resource, spoil, expected) in cases {
        let mut world = world();
        spoil(&mut world);
        let error = open(&serve(world, Duration::ZERO), &arn(MANAGEMENT, resource))
            .await
            .unwrap_err();
        let told = format!("{error}; {}", error.hint().unwrap());
        for words in expected {
            assert!(told.contains(words), "{words}: {told}");
        }
    }
}

#[tokio::test]
async fn a_key_of_another_account_is_used_where_its_policy_says_so() {
    let name = arn(OTHER, "alias/signing");
    let error = open(&serve(world(), Duration::ZERO), &name).await.unwrap_err();
    assert!(
        matches!(&error, SignerError::Refused { code, .. } if code == "AccessDeniedException"),
        "{error}"
    );
    let mut world = world();
    key(&mut world, OTHER).readers = KeyReaders::Organization;
    let signer = open(&serve(world, Duration::ZERO), &name).await.unwrap();
    assert_eq!(signer.key_arn(), arn(OTHER, "key/a-key"));
}

#[tokio::test]
async fn silence_and_bad_credentials_are_told_apart() {
    let name = arn(MANAGEMENT, "key/a-key");
    let server = serve(world(), Duration::ZERO);
    let (endpoint, credentials) = (server.endpoint(), server.credentials());
    let stranger = AccessKey::new("999999999999", "stranger");
    let strange = sdk_config(&endpoint, &(stranger.id, stranger.secret));
    let error = KmsSigner::open(strange, &name).await.unwrap_err();
    assert!(error.to_string().contains("(UnrecognizedClientException: "), "{error}");
    assert!(error.hint().unwrap().contains("get-caller-identity"));

    let nobody = sdk_config(&endpoint, &credentials).to_builder().credentials_provider(
        aws_credential_types::provider::SharedCredentialsProvider::new(
            aws_credential_types::credential_fn::provide_credentials_fn(|| async {
                Err(aws_credential_types::provider::error::CredentialsError::not_loaded(
                    "nothing configured",
                ))
            }),
        ),
    );
    let error = KmsSigner::open(nobody.build(), &name).await.unwrap_err();
    assert!(matches!(error, SignerError::NotSent { .. }), "{error}");
    assert_eq!(server.ledger().total(), 1);

    drop(server);
    let error = KmsSigner::open(sdk_config(&endpoint, &credentials), &name)
        .await
        .unwrap_err();
    assert!(matches!(error, SignerError::NotAnswered { .. }), "{error}");
    assert!(
        error.to_string().contains(endpoint.trim_start_matches("http://")),
        "{error}"
    );
}
