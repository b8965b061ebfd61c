//! Whether a key's material is changed from time to time.

use serde_json::Value;
use trailaudit_core::evidence::Answer;
use trailaudit_core::key::Rotation;
use trailaudit_core::observed::Observed;
use trailaudit_core::{EvidenceId, Exchange};

use super::ROTATION;
use crate::inventory::said::{self, Part, Said, flag, word};

/// The kinds of keys (botocore, `KeySpec`).
const SPECS: [&str; 17] = [
    "SYMMETRIC_DEFAULT",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_NIST_EDWARDS25519",
    "ECC_SECG_P256K1",
    "HMAC_224",
    "HMAC_256",
    "HMAC_384",
    "HMAC_512",
    "SM2",
    "ML_DSA_44",
    "ML_DSA_65",
    "ML_DSA_87",
];

/// Where the material of keys comes from (botocore, `OriginType`).
const ORIGINS: [&str; 4] = ["AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"];

/// Why KMS never rotates a key, as far as its `KeyMetadata` tells.
pub(crate) fn why_never_rotated(metadata: &Value) -> Option<String> {
    Part::of(metadata).and_then(why_never).ok().flatten()
}

/// Why KMS never rotates a key; none where it can (KMS developer guide, "Rotate AWS KMS keys").
pub(super) fn why_never(metadata: Part<'_>) -> Said<Option<String>> {
    let spec = metadata.must("KeySpec", word(&SPECS))?;
    let origin = metadata.must("Origin", word(&ORIGINS))?;
    Ok(match (spec, origin) {
        ("SYMMETRIC_DEFAULT", "AWS_KMS") => None,
        ("SYMMETRIC_DEFAULT", "EXTERNAL") => {
            Some("its material was imported, which only its owner can change".to_owned())
        }
        ("SYMMETRIC_DEFAULT", _) => Some(format!("its material is kept elsewhere ({origin})")),
        _ => Some(format!("a key of the kind {spec} cannot be rotated")),
    })
}

/// The ARN of the key that tells whether this one is rotated: of a replica its primary, else itself.
pub(crate) fn rotating_key(metadata: &Value) -> Option<&str> {
    let primary = metadata["MultiRegionConfiguration"]["PrimaryKey"]["Arn"].as_str();
    primary.or_else(|| metadata["Arn"].as_str())
}

/// What one `GetKeyRotationStatus` shows. The SDK takes an answer that does not say it for a no; the record tells.
pub(in crate::inventory) fn rotation(id: EvidenceId, exchange: &Exchange) -> Observed<Rotation> {
    match &exchange.answer {
        Answer::Error { code, message } if code == "UnsupportedOperationException" => {
            Observed::known(Rotation::Impossible(format!("KMS says: {message}")), id)
        }
        _ => said::told(id, exchange, ROTATION, |answer| {
            let is_on = answer.must("KeyRotationEnabled", flag)?;
            Ok(if is_on { Rotation::On } else { Rotation::Off })
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use trailaudit_core::evidence::Transport;

    use super::*;

    #[test]
    fn only_keys_whose_material_kms_made_are_rotated() {
        let never = |metadata: &Value| why_never_rotated(metadata).is_some();
        let of = |spec: &str, origin: &str| json!({"KeySpec": spec, "Origin": origin});
        assert!(!never(&of("SYMMETRIC_DEFAULT", "AWS_KMS")) && !never(&json!({})));
        for (spec, origin) in [
            ("RSA_2048", "AWS_KMS"),
            ("HMAC_256", "AWS_KMS"),
            ("SYMMETRIC_DEFAULT", "EXTERNAL"),
            ("SYMMETRIC_DEFAULT", "AWS_CLOUDHSM"),
            ("SYMMETRIC_DEFAULT", "EXTERNAL_KEY_STORE"),
        ] {
            assert!(never(&of(spec, origin)), "{spec} {origin}");
        }
        for metadata in [
            json!({}),
            of("SYMMETRIC", "AWS_KMS"),
            of("SYMMETRIC_DEFAULT", "ELSEWHERE"),
            json!({"KeySpec": 7, "Origin": "AWS_KMS"}),
        ] {
            assert!(why_never(Part::of(&metadata).unwrap()).is_err(), "{metadata}");
        }
    }

    #[test]
    fn a_replica_is_rotated_with_its_primary() {
        let primary = json!({"Arn": "primary", "MultiRegionConfiguration": {"PrimaryKey": {"Arn": "primary"}}});
        let replica = json!({"Arn": "replica", "MultiRegionConfiguration": {"PrimaryKey": {"Arn": "primary"}}});
        assert_eq!([rotating_key(&primary), rotating_key(&replica)], [Some("primary"); 2]);
        assert_eq!(rotating_key(&json!({"Arn": "alone"})), Some("alone"));
    }

    #[test]
    fn an_answer_that_does_not_say_it_is_no_answer() {
        let shown = |answer| {
            let exchange = Exchange {
                account: "111122223333".into(),
                region: "eu-west-1".into(),
                service: "kms".into(),
                operation: "GetKeyRotationStatus".into(),
                parameters: json!({}),
                answer,
                transport: Transport::default(),
            };
            match rotation(EvidenceId::of(b""), &exchange) {
                Observed::Known { value, .. } => Some(value),
                Observed::Unknown(_) => None,
            }
        };
        let refused = |code: &str| Answer::Error {
            code: code.into(),
            message: "no".into(),
        };
        assert_eq!(
            shown(Answer::Ok(json!({"KeyRotationEnabled": true}))),
            Some(Rotation::On)
        );
        assert_eq!(
            shown(Answer::Ok(json!({"KeyRotationEnabled": false}))),
            Some(Rotation::Off)
        );
        assert_eq!(shown(Answer::Ok(json!({}))), None);
        assert_eq!(shown(refused("KMSInvalidStateException")), None);
        let unsupported = shown(refused("UnsupportedOperationException"));
        assert_eq!(unsupported, Some(Rotation::Impossible("KMS says: no".into())));
    }
}
