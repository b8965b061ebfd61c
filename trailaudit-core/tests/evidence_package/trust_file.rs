//! `trust.toml`: what a person gets wrong in it is told with the line and the key.

use std::io;

use trailaudit_core::evidence::{Algorithm, Signer, Trust};

use crate::policy::POLICY;
use crate::sample::Sample;

#[test]
fn a_policy_is_read_as_written() {
    let sample = Sample::new();
    let inline = format!("key = '''\n{}'''", sample.reviewer.public_key().to_pem());
    let text = POLICY
        .replace("key-file = \"reviewer\"", &inline)
        .replace("independent", "require-timestamp = true\nindependent")
        .replace(
            "roles = [\"preparer\"]",
            "roles = [\"preparer\"]\nalgorithm = \"ecdsa-p256-sha256\"\nnot-before = 2026-01-01 00:00:00Z\nnot-after = \"2027-01-01T00:00:00+01:00\"",
        );
    let mut asked = Vec::new();
    let trust = Trust::from_toml(&text, &mut |name| {
        asked.push(name.to_owned());
        Ok(sample.preparer.public_key().to_pem().to_owned())
    })
    .unwrap();
    assert_eq!(asked, ["preparer"]);
    assert!(trust.requires_timestamp());
    assert_eq!(trust.required_roles(), ["preparer".parse().unwrap()]);
    assert_eq!(trust.independent_roles(), ["reviewer".parse().unwrap()]);
    let [ada, rita] = trust.signers() else { panic!() };
    assert_eq!(ada.algorithm, Some(Algorithm::EcdsaP256Sha256));
    assert_eq!(ada.not_before.unwrap().to_string(), "2026-01-01T00:00:00Z");
    assert_eq!(ada.not_after.unwrap().to_string(), "2026-12-31T23:00:00Z");
    assert_eq!((ada.revoked, rita.algorithm), (None, None));
    assert_eq!(rita.key, *sample.reviewer.public_key());
    assert!(rita.may_sign_as(&"approver".parse().unwrap()) && !rita.may_sign_as(&"preparer".parse().unwrap()));
    assert_eq!(trust.key(&rita.key.fingerprint()), Some(&rita.key));
}

/// (what is changed in the policy, to what, what is told)
const WRONG: &[(&str, &str, &str)] = &[
    (
        "trust/v1",
        "trust/v2",
        "line 1: format: \"trailaudit.trust/v2\" is not the format of a trust policy",
    ),
    (
        "format = \"trailaudit.trust/v1\"\n",
        "",
        "line 1: missing field `format`",
    ),
    ("require =", "requires =", "line 2: unknown field `requires`"),
    (
        "[\"preparer\"]\nindep",
        "[\"Preparer\"]\nindep",
        "line 2: require: \"Preparer\" is not a role",
    ),
    (
        "[\"preparer\"]\nindep",
        "[\"qa\"]\nindep",
        "line 2: require: no signer has the role qa",
    ),
    (
        "[\"reviewer\"]",
        "[\"reviewer\", \"reviewer\"]",
        "line 3: independent: the role reviewer stands here twice",
    ),
    (
        "independent =",
        "require-timestamp = 1\nindependent =",
        "line 3: invalid type: integer `1`, expected a boolean",
    ),
    ("name = \"Ada Lovelace\"\n", "", "line 5: missing field `name`"),
    (
        "Ada Lovelace",
        "  ",
        "line 6: name: it is empty or has control characters",
    ),
    (
        "ada@example.com",
        "a\\u0007",
        "line 7: id: it is empty or has control characters",
    ),
    (
        "[\"preparer\"]\nkey",
        "[]\nkey",
        "line 8: roles: a signer needs at least one role",
    ),
    (
        "[\"preparer\"]\nkey",
        "\"preparer\"\nkey",
        "line 8: invalid type: string \"preparer\", expected a sequence",
    ),
    (
        "key-file = \"preparer\"",
        "",
        "line 5: a signer needs either key-file or key",
    ),
    (
        "key-file = \"preparer\"",
        "key-file = \"preparer\"\nkey = \"\"",
        "line 5: a signer needs either key-file or key",
    ),
    (
        "key-file = \"preparer\"",
        "key = \"x\"",
        "line 9: key: this is not a PEM file",
    ),
    (
        "\"preparer\"\n\n",
        "\"lost\"\n\n",
        "line 9: key-file: lost: entity not found",
    ),
    (
        "\"preparer\"\n\n",
        "\"private\"\n\n",
        "line 9: key-file: private: this is a private key",
    ),
    (
        "\"reviewer\"\n",
        "\"preparer\"\n",
        "line 11: this is the key of ada@example.com already, and a key has one person",
    ),
    (
        "name = \"Rita Levi\"\nid = \"rita@example.com\"\nroles = [\"reviewer\", \"approver\"]\nkey-file = \"reviewer\"",
        "name = \"Ada Lovelace\"\nid = \"ada@example.com\"\nroles = [\"reviewer\"]\nkey-file = \"preparer\"",
        "line 11: the key of ada@example.com stands here twice",
    ),
    (
        "id = \"rita@example.com\"",
        "id = \"ada@example.com\"",
        "line 12: name: \"ada@example.com\" is called \"Ada Lovelace\"",
    ),
    (
        "id = \"rita",
        "algorithm = \"rsa\"\nid = \"rita",
        "line 13: algorithm: \"rsa\" is not one of ecdsa-p256-sha256, ed25519",
    ),
    (
        "id = \"rita",
        "revoked = 2026-01-01\nid = \"rita",
        "line 13: revoked: 2026-01-01 is not a moment with its offset",
    ),
    (
        "id = \"rita",
        "revoked = 2026-01-01T00:00:00\nid = \"rita",
        "line 13: revoked: 2026-01-01T00:00:00 is not a moment",
    ),
    (
        "id = \"rita",
        "not-before = \"soon\"\nid = \"rita",
        "line 13: not-before: soon is not a moment",
    ),
    (
        "id = \"rita",
        "not-before = 2026-01-02T00:00:00Z\nnot-after = 2026-01-01T00:00:00Z\nid = \"rita",
        "line 14: not-after: it is before not-before",
    ),
    (
        "id = \"rita",
        "id = \"rita@example.com\"\nid = \"rita",
        "line 14: duplicate key",
    ),
];

#[test]
fn what_is_wrong_is_told_where_it_stands() {
    for (from, to, expected) in WRONG {
        assert!(POLICY.contains(from), "{from}");
        let told = read(&POLICY.replacen(from, to, 1)).unwrap_err();
        assert!(told.starts_with(expected), "{from} -> {to}: {told}");
    }
    let head = POLICY.split("\n[[signer]]").next().unwrap();
    assert_eq!(
        read(head).unwrap_err(),
        "line 1: there is no [[signer]], so nobody is trusted"
    );
    assert!(read("").is_err() && read("\u{0}").is_err());
    assert_eq!(read(POLICY), Ok(()));
}

fn read(text: &str) -> Result<(), String> {
    let sample = Sample::new();
    let read = |name: &str| match name {
        "preparer" => Ok(sample.preparer.public_key().to_pem().to_owned()),
        "reviewer" => Ok(sample.reviewer.public_key().to_pem().to_owned()),
        "private" => Ok(sample.reviewer.to_pkcs8_pem().unwrap()),
        _ => Err(io::Error::from(io::ErrorKind::NotFound)),
    };
    Trust::from_toml(text, &mut { read })
        .map(|_| ())
        .map_err(|error| error.to_string())
}
