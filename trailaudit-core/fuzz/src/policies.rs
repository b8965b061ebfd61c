//! `trust.toml`: the verifier's own file, but written by people.

use std::collections::BTreeMap;
use std::io;

use trailaudit_core::evidence::{Role, Trust};

const KEYS: [(&str, &str); 2] = [
    ("ed25519.pem", include_str!("../seeds/ed25519.pem")),
    ("rsa-3072.pem", include_str!("../seeds/rsa-3072.pem")),
];

pub fn trust(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let mut read_key = |name: &str| {
        let found = KEYS.iter().find(|(known, _)| *known == name);
        let found = found.map(|(_, pem)| (*pem).to_owned());
        found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    };
    let trust = match Trust::from_toml(text, &mut read_key) {
        Ok(trust) => trust,
        Err(error) => {
            assert!((1..=text.matches('\n').count() + 1).contains(&error.line), "{error}");
            return;
        }
    };
    assert!(!trust.signers().is_empty());
    assert!(trust.tsa_roots().is_empty());
    let mut names = BTreeMap::new();
    for (i, signer) in trust.signers().iter().enumerate() {
        let person = signer.person.as_ref().unwrap();
        for text in [&person.printed_name, &person.id] {
            assert!(!text.trim().is_empty() && !text.chars().any(char::is_control));
        }
        assert!(!signer.roles.as_ref().unwrap().is_empty());
        if let (Some(first), Some(last)) = (signer.not_before, signer.not_after) {
            assert!(first <= last && signer.is_valid_at(first) && signer.is_valid_at(last));
        }
        let others = &trust.signers()[..i];
        assert!(!others.iter().any(|other| other.key.is_same_key(&signer.key)));
        assert_eq!(trust.signer(&signer.key.fingerprint()).unwrap().person, signer.person);
        let name = names.entry(&person.id).or_insert(&person.printed_name);
        assert_eq!(*name, &person.printed_name);
    }
    let may_sign = |role: &Role| trust.signers().iter().any(|signer| signer.may_sign_as(role));
    assert!(trust.required_roles().iter().all(may_sign));
}

pub fn policies() -> Vec<Vec<u8>> {
    let small = "format = \"trailaudit.trust/v1\"\n[[signer]]\nname = \"A\"\nid = \"a\"\nroles = [\"preparer\"]\nkey-file = \"ed25519.pem\"\n";
    let whole = format!(
        "format = \"trailaudit.trust/v1\"
require = [\"preparer\", \"reviewer\"]
independent = [\"reviewer\"]
require-timestamp = true

[[signer]]
name = \"Ada Lovelace\"
id = \"ada@example.com\"
roles = [\"preparer\"]
key = \"\"\"{}\"\"\"
algorithm = \"ed25519\"
not-before = 2026-01-01T00:00:00Z
not-after = \"2027-01-01T00:00:00+01:00\"

[[signer]]
name = \"Grace Hopper\"
id = \"grace@example.com\"
roles = [\"reviewer\", \"approver\"]
key-file = \"rsa-3072.pem\"
revoked = 2027-06-01T00:00:00Z
",
        KEYS[0].1
    );
    let seeds: Vec<_> = [small.to_owned(), whole].map(String::into_bytes).into();
    for seed in &seeds {
        let mut read_key = |name: &str| Ok(KEYS.iter().find(|(known, _)| *known == name).unwrap().1.to_owned());
        Trust::from_toml(str::from_utf8(seed).unwrap(), &mut read_key).expect("the seed is a policy");
    }
    seeds
}
