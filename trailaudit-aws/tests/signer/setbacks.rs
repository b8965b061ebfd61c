//! A KMS that is asked too often, fails, hangs up or says nothing, and a key that goes while it is needed; in virtual time.

use std::time::Duration;

use trailaudit_aws::{KmsSigner, Signed, SignerError};
use trailaudit_core::evidence::Bundle;
use trailaudit_sim::{Conditions, Mishap, World};

use crate::support::in_process::InProcess;
use crate::{MANAGEMENT, arn, key, sign, world};

const SETBACKS: [Mishap; 4] = [Mishap::Throttled, Mishap::ServerError, Mishap::Cut, Mishap::Silence];

/// How long a call may take with all its attempts.
const BOUND: Duration = Duration::from_mins(1);

fn kms() -> InProcess {
    let start = "2026-11-22T03:00:00Z".parse().unwrap();
    InProcess::new(world(), Conditions::default(), start)
}

async fn open(kms: &InProcess) -> Result<KmsSigner, SignerError> {
    KmsSigner::open(kms.sdk_config(), &arn(MANAGEMENT, "key/a-key")).await
}

/// How often `GetPublicKey` and `Sign` were asked.
fn asked(kms: &InProcess) -> (u64, u64) {
    let ledger = kms.desk.ledger();
    (ledger.count("kms", "GetPublicKey"), ledger.count("kms", "Sign"))
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_waited_for() {
    for setback in SETBACKS {
        let kms = kms();
        kms.desk.befall("GetPublicKey", 1..=2, setback);
        kms.desk.befall("Sign", 1..=2, setback);
        let signer = open(&kms).await.unwrap_or_else(|error| panic!("{setback:?}: {error}"));
        assert_eq!(asked(&kms), (3, 3), "{setback:?}");
        // Of a run that has collected all it wants, only the signature is missing.
        kms.desk.befall("Sign", 1..=4, setback);
        let answer = sign(&signer).await;
        let Signed { bundle, request_id, .. } = answer.unwrap_or_else(|error| panic!("{setback:?}: {error}"));
        assert_eq!(asked(&kms), (3, 8), "{setback:?}");
        assert_eq!(kms.desk.ledger().faults.values().sum::<u64>(), 8, "{setback:?}");
        assert_eq!(request_id.unwrap().len(), 36);
        let bundle = Bundle::parse(&bundle).unwrap();
        let public = signer.public_key();
        public.verify(&bundle.message(), &bundle.signature).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_ends_and_says_which_call_it_was() {
    let told: [(Mishap, &[&str]); 4] = [
        (SETBACKS[0], &["was refused (ThrottlingException: ", "), request "]),
        (SETBACKS[1], &["was refused (InternalFailure: ", "), request "]),
        (
            SETBACKS[2],
            &["was not answered by simulated.invalid: ", "connection closed"],
        ),
        (
            SETBACKS[3],
            &["was not answered by simulated.invalid: ", "no answer in time"],
        ),
    ];
    for (setback, words) in told {
        let check = |error: &SignerError, operation: &str| {
            let told = error.to_string();
            let call = format!("kms:{operation} of {} ", arn(MANAGEMENT, "key/a-key"));
            assert!(told.starts_with(&call), "{setback:?}: {told}");
            for words in words {
                assert!(told.contains(words), "{words}: {told}");
            }
            if let Some((_, id)) = told.split_once("), request ") {
                assert_eq!(id.len(), 36, "{told}");
            }
        };
        let kms_without_keys = kms();
        kms_without_keys.desk.befall("GetPublicKey", 1..=99, setback);
        check(&open(&kms_without_keys).await.unwrap_err(), "GetPublicKey");
        assert_eq!(asked(&kms_without_keys), (3, 0), "{setback:?}");
        assert!(kms_without_keys.elapsed() <= BOUND, "{setback:?}");

        let kms_without_signatures = kms();
        kms_without_signatures.desk.befall("Sign", 1..=99, setback);
        check(&open(&kms_without_signatures).await.unwrap_err(), "Sign");
        assert_eq!(asked(&kms_without_signatures), (1, 3), "{setback:?}");

        let kms = kms();
        let signer = open(&kms).await.unwrap();
        kms.desk.befall("Sign", 1..=99, setback);
        let before = kms.elapsed();
        check(&sign(&signer).await.unwrap_err(), "Sign");
        assert_eq!(asked(&kms), (1, 1 + 5), "{setback:?}");
        assert!(kms.elapsed() <= before + BOUND, "{setback:?}");
    }
}

/// What opening saw is not true for ever.
#[tokio::test(start_paused = true)]
async fn a_key_that_goes_after_it_was_opened_is_told() {
    let cases: [(fn(&mut World), &str, &str); 4] = [
        (
            |world| key(world, MANAGEMENT).state = "Disabled",
            "DisabledException",
            "enable-key",
        ),
        (
            |world| key(world, MANAGEMENT).state = "PendingDeletion",
            "KMSInvalidStateException",
            "cancel-key-deletion",
        ),
        (
            |world| world.access_keys[0].allowed = vec!["kms:GetPublicKey".to_owned()],
            "AccessDeniedException",
            "whoever signs needs kms:Sign",
        ),
        (
            |world| world.accounts.get_mut(MANAGEMENT).unwrap().keys.clear(),
            "NotFoundException",
            "check the account",
        ),
    ];
    for (change, expected, hint) in cases {
        let check = |error: &SignerError| {
            let SignerError::Refused { operation, code, .. } = error else {
                panic!("{expected}: {error}");
            };
            assert_eq!((*operation, code.as_str()), ("Sign", expected));
            assert!(error.hint().unwrap().contains(hint), "{error}");
        };
        // After the public key was read, and after the rehearsal; neither is asked again.
        let early = kms();
        early.desk.befall("GetPublicKey", 1..=1, Mishap::Then(change));
        check(&open(&early).await.unwrap_err());
        assert_eq!(asked(&early), (1, 1), "{expected}");

        let late = kms();
        late.desk.befall("Sign", 1..=1, Mishap::Then(change));
        let signer = open(&late).await.unwrap();
        check(&sign(&signer).await.unwrap_err());
        assert_eq!(asked(&late), (1, 2), "{expected}");
    }
}
