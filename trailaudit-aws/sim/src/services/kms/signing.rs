//! Signing with a key pair, and its public half.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Found, find, key_id, named, not_found};
use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::json_body;
use crate::world::Key;

/// KMS API reference, `Sign`: `Message`.
const LONGEST_MESSAGE: usize = 4_096;

const SIGNING_ALGORITHMS: [&str; 13] = [
    "RSASSA_PSS_SHA_256",
    "RSASSA_PSS_SHA_384",
    "RSASSA_PSS_SHA_512",
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_384",
    "RSASSA_PKCS1_V1_5_SHA_512",
    "ECDSA_SHA_256",
    "ECDSA_SHA_384",
    "ECDSA_SHA_512",
    "SM2DSA",
    "ML_DSA_SHAKE_256",
    "ED25519_SHA_512",
    "ED25519_PH_SHA_512",
];

const MESSAGE_TYPES: [&str; 3] = ["RAW", "DIGEST", "EXTERNAL_MU"];

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct PublicKeyInput {
    key_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PublicKeyAnswer<'a> {
    key_id: &'a str,
    public_key: String,
    customer_master_key_spec: &'a str,
    key_spec: &'a str,
    key_usage: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    encryption_algorithms: &'a [&'a str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    signing_algorithms: &'a [&'a str],
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct SignInput {
    key_id: Option<String>,
    message: Option<String>,
    message_type: Option<String>,
    signing_algorithm: Option<String>,
    dry_run: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SignAnswer<'a> {
    key_id: &'a str,
    signature: String,
    signing_algorithm: &'a str,
}

/// The ledger's target is as that of `DescribeKey`.
pub(super) fn public_key(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: PublicKeyInput = request.input()?;
    let Found { key, arn, .. } = usable(request, entry, "kms:GetPublicKey", &key_id(input.key_id)?)?;
    let half = key.public_half(&request.world.token_secret, &arn);
    let half = half.ok_or_else(|| {
        let spec = key.spec.as_str();
        let message = format!("{arn} key spec is {spec} which is not valid for GetPublicKey.");
        Refusal::client("UnsupportedOperationException", message)
    })?;
    refuse_state(key, &arn)?;
    Ok(json_body(&PublicKeyAnswer {
        key_id: &arn,
        public_key: STANDARD.encode(half),
        customer_master_key_spec: key.spec.as_str(),
        key_spec: key.spec.as_str(),
        key_usage: key.usage,
        encryption_algorithms: key.encryption_algorithms(),
        signing_algorithms: key.signing_algorithms(),
    }))
}

/// The ledger's target is as that of `DescribeKey`.
pub(super) fn sign(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: SignInput = request.input()?;
    let asked = key_id(input.key_id)?;
    let message = message(input.message)?;
    let message_type = input.message_type.as_deref().unwrap_or("RAW");
    one_of("messageType", message_type, &MESSAGE_TYPES)?;
    let algorithm = input
        .signing_algorithm
        .ok_or_else(|| Refusal::absent("ValidationException", "signingAlgorithm"))?;
    one_of("signingAlgorithm", &algorithm, &SIGNING_ALGORITHMS)?;

    let Found { key, arn, .. } = usable(request, entry, "kms:Sign", &asked)?;
    if key.usage != "SIGN_VERIFY" {
        let message = format!("{arn} key usage is {} which is not valid for Sign.", key.usage);
        return Err(Refusal::client("InvalidKeyUsageException", message));
    }
    if !key.signing_algorithms().contains(&algorithm.as_str()) {
        let spec = key.spec.as_str();
        let message = format!("Algorithm {algorithm} is incompatible with key spec {spec}.");
        return Err(Refusal::client("InvalidKeyUsageException", message));
    }
    refuse_state(key, &arn)?;
    let digest = match message_type {
        "RAW" => Sha256::digest(&message).to_vec(),
        "DIGEST" if message.len() == 32 => message,
        "DIGEST" => {
            let message = format!("Digest is invalid length for algorithm {algorithm}.");
            return Err(Refusal::client("ValidationException", message));
        }
        other => {
            let message = format!("Message type {other} is invalid for algorithm {algorithm}.");
            return Err(Refusal::client("ValidationException", message));
        }
    };
    if input.dry_run {
        let message = "The request would have succeeded, but the DryRun option is set.";
        return Err(Refusal {
            status: 412,
            ..Refusal::client("DryRunOperationException", message)
        });
    }
    let signature = key
        .sign_digest(&request.world.token_secret, &arn, &digest)
        .ok_or_else(|| {
            let message = format!("the simulator cannot sign with a key of spec {}", key.spec.as_str());
            Refusal::client("UnsupportedOperationException", message)
        })?;
    Ok(json_body(&SignAnswer {
        key_id: &arn,
        signature: STANDARD.encode(signature),
        signing_algorithm: &algorithm,
    }))
}

/// The key that was asked for. No predefined alias is made by being signed with.
fn usable<'a>(request: &'a Request<'_>, entry: &mut Entry, action: &str, asked: &str) -> Result<Found<'a>, Refusal> {
    if let Some(found) = find(request, entry, action, asked)? {
        return Ok(found);
    }
    let (owner, name) = named(request, asked)?;
    Err(not_found(request, owner, name))
}

fn message(encoded: Option<String>) -> Result<Vec<u8>, Refusal> {
    let encoded = encoded.ok_or_else(|| Refusal::absent("ValidationException", "message"))?;
    let malformed = |_| Refusal::client("SerializationException", "Invalid base64 in a blob.");
    let message = STANDARD.decode(encoded).map_err(malformed)?;
    let must = match message.len() {
        0 => "have length greater than or equal to 1",
        length if length > LONGEST_MESSAGE => "have length less than or equal to 4096",
        _ => return Ok(message),
    };
    Err(Refusal::constraint(
        "ValidationException",
        "message",
        "java.nio.HeapByteBuffer",
        must,
    ))
}

fn one_of(member: &str, value: &str, known: &[&str]) -> Result<(), Refusal> {
    if known.contains(&value) {
        return Ok(());
    }
    let must = format!("satisfy enum value set: [{}]", known.join(", "));
    Err(Refusal::constraint("ValidationException", member, value, &must))
}

/// KMS developer guide, "Key states of AWS KMS keys". A multi-Region key being updated goes on working.
fn refuse_state(key: &Key, arn: &str) -> Result<(), Refusal> {
    let (code, is) = match key.state {
        "Enabled" | "Updating" => return Ok(()),
        "Disabled" => ("DisabledException", "disabled"),
        "PendingDeletion" => ("KMSInvalidStateException", "pending deletion"),
        "PendingReplicaDeletion" => ("KMSInvalidStateException", "pending replica deletion"),
        "PendingImport" => ("KMSInvalidStateException", "pending import"),
        "Creating" => ("KMSInvalidStateException", "creating"),
        _ => ("KMSInvalidStateException", "unavailable"),
    };
    Err(Refusal::client(code, format!("{arn} is {is}.")))
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::signature::Verifier as _;
    use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
    use p256::ecdsa::{DerSignature, VerifyingKey};
    use p256::pkcs8::DecodePublicKey as _;
    use serde_json::{Value, json};

    use super::*;
    use crate::rehearsal::{Caller, MEMBER, now, world};
    use crate::world::{KeyReaders, KeySpec, World};

    fn world_with(key: Key) -> World {
        let mut world = world();
        world.accounts.get_mut(MEMBER).unwrap().keys.push(key);
        world
    }

    fn key() -> Key {
        let mut key = Key::signing("a-key", "us-east-1", KeySpec::EccNistP256, now());
        key.aliases.push("alias/signing".into());
        key
    }

    fn input(message: &[u8], message_type: &str) -> Value {
        json!({
            "KeyId": "alias/signing",
            "Message": STANDARD.encode(message),
            "MessageType": message_type,
            "SigningAlgorithm": "ECDSA_SHA_256",
        })
    }

    fn refused(world: &World, operation: &str, input: &Value) -> (u16, String) {
        let (status, answer) = Caller::member(world).ask("kms", operation, input);
        (status, answer["__type"].as_str().unwrap_or("answered").to_owned())
    }

    #[test]
    fn a_digest_is_signed_as_it_is_and_a_message_is_hashed_once() {
        let world = world_with(key());
        let member = Caller::member(&world);
        let arn = format!("arn:aws:kms:us-east-1:{MEMBER}:key/a-key");
        let (status, public) = member.ask("kms", "GetPublicKey", &json!({"KeyId": "alias/signing"}));
        assert_eq!((status, &public["KeyId"]), (200, &json!(arn)));
        assert_eq!(public["SigningAlgorithms"], json!(["ECDSA_SHA_256"]));
        let der = STANDARD.decode(public["PublicKey"].as_str().unwrap()).unwrap();
        let public = VerifyingKey::from_public_key_der(&der).unwrap();
        let signature = |input: &Value| {
            let (status, answer) = member.ask("kms", "Sign", input);
            assert_eq!((status, &answer["KeyId"]), (200, &json!(arn)), "{answer}");
            DerSignature::from_bytes(&STANDARD.decode(answer["Signature"].as_str().unwrap()).unwrap()).unwrap()
        };
        let digest = Sha256::digest(b"words").to_vec();
        for input in [input(b"words", "RAW"), input(&digest, "DIGEST")] {
            public.verify(b"words", &signature(&input)).unwrap();
        }
        assert!(
            public
                .verify_prehash(&digest, &signature(&input(&digest, "RAW")))
                .is_err()
        );
    }

    #[test]
    fn another_world_has_another_key() {
        let der = |world: &World| key().public_half(&world.token_secret, "arn").unwrap();
        let (one, mut other) = (world(), world());
        assert_eq!(der(&one), der(&other));
        other.token_secret.push('!');
        assert_ne!(der(&one), der(&other));
    }

    #[test]
    fn what_kms_would_not_sign_is_refused_as_kms_does() {
        let good = input(&[7; 32], "DIGEST");
        let with = |change: fn(&mut Key)| {
            let mut key = key();
            change(&mut key);
            refused(&world_with(key), "Sign", &good)
        };
        let told = |status: u16, code: &str| (status, code.to_owned());
        assert_eq!(with(|_| {}), told(200, "answered"));
        assert_eq!(with(|key| key.state = "Disabled"), told(400, "DisabledException"));
        assert_eq!(
            with(|key| key.state = "PendingDeletion"),
            told(400, "KMSInvalidStateException")
        );
        assert_eq!(
            with(|key| key.usage = "KEY_AGREEMENT"),
            told(400, "InvalidKeyUsageException")
        );
        assert_eq!(
            with(|key| key.spec = KeySpec::EccNistP384),
            told(400, "InvalidKeyUsageException")
        );
        assert_eq!(
            with(|key| key.spec = KeySpec::EccNistEdwards25519),
            told(400, "InvalidKeyUsageException")
        );
        // AWS would sign with it; there is no private half here.
        assert_eq!(
            with(|key| key.spec = KeySpec::EccSecgP256k1),
            told(400, "UnsupportedOperationException")
        );
        assert_eq!(
            with(|key| key.readers = KeyReaders::Nobody),
            told(400, "AccessDeniedException")
        );
        let world = world_with(key());
        for (member, value, code) in [
            ("Message", json!(STANDARD.encode([7; 31])), "ValidationException"),
            ("Message", json!(""), "ValidationException"),
            ("Message", json!("%"), "SerializationException"),
            ("MessageType", json!("HASH"), "ValidationException"),
            (
                "SigningAlgorithm",
                json!("RSASSA_PSS_SHA_256"),
                "InvalidKeyUsageException",
            ),
            ("SigningAlgorithm", json!("ROT13"), "ValidationException"),
            ("KeyId", json!("alias/aws/cloudtrail"), "NotFoundException"),
            ("KeyId", json!("another-key"), "NotFoundException"),
        ] {
            let mut input = good.clone();
            input[member] = value;
            assert_eq!(refused(&world, "Sign", &input), told(400, code), "{input}");
        }
        let mut dry = good.clone();
        dry["DryRun"] = true.into();
        assert_eq!(refused(&world, "Sign", &dry), told(412, "DryRunOperationException"));
    }

    #[test]
    fn a_symmetric_key_has_no_public_half() {
        let mut symmetric = Key::new("a-key", "us-east-1", now());
        symmetric.aliases.push("alias/signing".into());
        let world = world_with(symmetric);
        let asked = json!({"KeyId": "alias/signing"});
        assert_eq!(
            refused(&world, "GetPublicKey", &asked),
            (400, "UnsupportedOperationException".to_owned())
        );
        assert_eq!(
            refused(&world, "Sign", &input(&[7; 32], "DIGEST")),
            (400, "InvalidKeyUsageException".to_owned())
        );
    }
}
