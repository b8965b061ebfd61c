//! Whether a key's material is changed from time to time.

use serde_json::Value;
use trailaudit_core::evidence::Answer;
use trailaudit_core::key::Rotation;
use trailaudit_core::observed::Observed;
use trailaudit_core::{EvidenceId, Exchange};

use super::ROTATION;
use crate::inventory::gap_of;

/// Why KMS never rotates a key, by its `KeyMetadata`; none where it can (KMS developer guide, "Rotate AWS KMS keys").
pub(crate) fn why_never_rotated(metadata: &Value) -> Option<String> {
    let text = |field: &str| metadata[field].as_str();
    match (text("KeySpec"), text("Origin")) {
        (Some(spec), _) if spec != "SYMMETRIC_DEFAULT" => Some(format!("a key of the kind {spec} cannot be rotated")),
        (_, Some("EXTERNAL")) => Some("its material was imported, which only its owner can change".to_owned()),
        (_, Some(origin)) if origin != "AWS_KMS" => Some(format!("its material is kept elsewhere ({origin})")),
        _ => None,
    }
}

/// The ARN of the key that tells whether this one is rotated: of a replica its primary, else itself.
pub(crate) fn rotating_key(metadata: &Value) -> Option<&str> {
    let primary = metadata["MultiRegionConfiguration"]["PrimaryKey"]["Arn"].as_str();
    primary.or_else(|| metadata["Arn"].as_str())
}

/// What one `GetKeyRotationStatus` shows. The SDK takes an answer that does not say it for a no; the record tells.
pub(in crate::inventory) fn rotation(id: EvidenceId, exchange: &Exchange) -> Observed<Rotation> {
    match &exchange.answer {
        Answer::Ok(answer) => match answer["KeyRotationEnabled"].as_bool() {
            Some(true) => Observed::known(Rotation::On, id),
            Some(false) => Observed::known(Rotation::Off, id),
            None => Observed::Unknown(gap_of(exchange, id, ROTATION)),
        },
        Answer::Error { code, message } if code == "UnsupportedOperationException" => {
            Observed::known(Rotation::Impossible(format!("KMS says: {message}")), id)
        }
        Answer::Error { .. } => Observed::Unknown(gap_of(exchange, id, ROTATION)),
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
