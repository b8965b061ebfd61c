//! Whole files of JSON and PEM: what is taken is written again as the same bytes.

use serde_json::Value;
use trailaudit_core::baseline::Baseline;
use trailaudit_core::evidence::manifest::records_root;
use trailaudit_core::evidence::merkle::{self, Proof};
use trailaudit_core::evidence::{
    Bundle, Digest, InMemory, Manifest, PublicKey, Role, Signer as _, Statement, extract, jcs, package,
};
use trailaudit_core::tables::catalogue::v1::Catalogue;

use super::sample::{ACCOUNTS, PREPARER, REVIEWER, Sample};

pub fn manifest(bytes: &[u8]) {
    if let Ok(manifest) = Manifest::parse(bytes) {
        assert_eq!(manifest.to_bytes().unwrap(), bytes);
        is_canonical(bytes);
        let (catalogue, baseline) = (&manifest.catalogue_sha256, &manifest.baseline_sha256);
        let records = records_root(&manifest.files, &[]).unwrap();
        Manifest::package_id_of(&records, catalogue, baseline, manifest.as_of).unwrap();
        let _ = manifest.coverage.adds_up();
    }
}

pub fn manifests() -> Vec<Vec<u8>> {
    let previous = r#""previous":{"manifestSha256":"0000000000000000000000000000000000000000000000000000000000000000","packageId":"0000000000000000000000000000000000000000000000000000000000000000","sequence":1},"#;
    let first = Sample::new().files.bytes("manifest.json").unwrap().to_vec();
    let text = String::from_utf8(first.clone()).unwrap();
    let later = text.replacen(r#""genesis":true,"#, "", 1).replacen(
        r#""requiredSig"#,
        &format!(r#"{previous}"requiredSig"#),
        1,
    );
    Manifest::parse(later.as_bytes()).expect("the seed with a previous package is a manifest");
    vec![first, later.into_bytes()]
}

pub fn bundle(bytes: &[u8]) {
    if let Ok(bundle) = Bundle::parse(bytes) {
        assert_eq!(bundle.to_bytes(), bytes);
        is_canonical(bytes);
        assert!(bundle.message().ends_with(&bundle.payload));
        statement(&bundle.payload);
    }
}

pub fn bundles() -> Vec<Vec<u8>> {
    let sample = Sample::reviewed();
    [PREPARER, REVIEWER]
        .map(|path| sample.files.bytes(path).unwrap().to_vec())
        .into()
}

pub fn statement(bytes: &[u8]) {
    if let Ok(statement) = Statement::parse(bytes) {
        assert_eq!(statement.to_bytes().unwrap(), bytes);
        is_canonical(bytes);
        assert!(!statement.signer.printed_name.trim().is_empty());
        assert_eq!(statement.role.as_str().parse::<Role>().unwrap(), statement.role);
    }
}

pub fn statements() -> Vec<Vec<u8>> {
    let payload = |bytes: Vec<u8>| Bundle::parse(&bytes).unwrap().payload;
    bundles().into_iter().map(payload).collect()
}

/// A public key, as PEM or as DER.
pub fn key(bytes: &[u8]) {
    if let Ok(key) = PublicKey::from_spki(bytes) {
        assert_eq!(PublicKey::from_pem(key.to_pem()).unwrap(), key);
        assert_eq!(key.fingerprint(), Digest::of(bytes));
    }
    if let Ok(text) = str::from_utf8(bytes)
        && let Ok(key) = PublicKey::from_pem(text)
    {
        assert_eq!(key.to_pem(), text);
        assert!(key.is_same_key(&key.clone()));
        // Any bytes are a signature that it did not make.
        assert!(key.verify(b"", bytes).is_err());
    }
}

pub fn keys() -> Vec<Vec<u8>> {
    let sample = Sample::new();
    let pem = sample.preparer.public_key().to_pem();
    let others = [
        include_str!("../seeds/ed25519.pem"),
        include_str!("../seeds/rsa-3072.pem"),
    ];
    for text in others {
        PublicKey::from_pem(text).expect("the seed is a key");
    }
    [pem, others[0], others[1]].map(|text| text.as_bytes().to_vec()).into()
}

/// `proof.json`.
pub fn proof(bytes: &[u8]) {
    if let Ok(proof) = jcs::parse_canonical::<Proof>(bytes) {
        assert_eq!(jcs::to_canonical(&proof).unwrap(), bytes);
        // What leads to a root leads to no other, and from no other leaf.
        let leaf = merkle::leaf_hash(b"a leaf");
        let nowhere = merkle::leaf_hash(bytes);
        let shows = |root, leaf| merkle::verify_inclusion(root, proof.size, proof.index, leaf, &proof.path);
        assert!(!shows(&nowhere, &leaf));
        if proof.path.is_empty() && proof.size == 1 && proof.index == 0 {
            assert!(shows(&leaf, &leaf));
        } else {
            assert!(!shows(&leaf, &leaf));
        }
    }
}

pub fn proofs() -> Vec<Vec<u8>> {
    let sample = Sample::new();
    let of = |account: &str| {
        let mut out = InMemory::default();
        extract(&sample.files, &account.into(), &mut out).unwrap();
        out.remove(package::PROOF).unwrap()
    };
    ACCOUNTS.map(of).into()
}

/// `catalogue.json`.
pub fn catalogue(bytes: &[u8]) {
    if let Ok(catalogue) = Catalogue::parse(bytes) {
        assert_eq!(jcs::to_canonical(&catalogue).unwrap(), bytes);
        is_canonical(bytes);
        for rule in &catalogue.rules {
            assert_eq!(catalogue.rule(&rule.id).unwrap().id, rule.id);
            assert_eq!(rule.labels().len(), rule.requirements.len());
        }
    }
}

pub fn catalogues() -> Vec<Vec<u8>> {
    let whole = Sample::new().files.bytes(package::CATALOGUE).unwrap().to_vec();
    let mut small = Catalogue::parse(&whole).unwrap();
    small.rules.truncate(1);
    vec![jcs::to_canonical(&small).unwrap(), whole]
}

/// `baseline.toml`: TOML has many forms; what is read is written and read as the same.
pub fn baseline(bytes: &[u8]) {
    if let Ok(text) = str::from_utf8(bytes)
        && let Ok(baseline) = Baseline::from_toml(text)
    {
        assert_eq!(Baseline::from_toml(&baseline.to_toml().unwrap()).unwrap(), baseline);
    }
}

pub fn baselines() -> Vec<Vec<u8>> {
    vec![
        Sample::new().files.bytes(package::BASELINE).unwrap().to_vec(),
        Vec::new(),
    ]
}

/// Any JSON: strict reading, canonical writing.
pub fn json(bytes: &[u8]) {
    if let Ok(value) = jcs::parse_canonical::<Value>(bytes) {
        assert_eq!(jcs::canonical(&value).unwrap(), bytes);
    }
    if let Ok(value) = jcs::parse_strict::<Value>(bytes)
        && let Ok(canonical) = jcs::canonical(&value)
    {
        // `-0` is read as a float, and floats are refused; so nothing that is written has two forms.
        assert_eq!(jcs::parse_canonical::<Value>(&canonical).unwrap(), value);
    }
}

pub fn jsons() -> Vec<Vec<u8>> {
    let text = br#"{"\u20ac":"Euro","\r":[1,-1,0,9007199254740991,null,true,false,1.5,1e3,-0],"\ud83d\ude00":"\u0001\b\t\n\f\r\"\\/"}"#;
    let mut seeds = vec![text.to_vec(), br#"{"a":{"b":[]},"c":""}"#.to_vec()];
    seeds.extend(manifests());
    seeds
}

/// The bytes are the canonical form of what a reader without our types takes them for.
pub fn is_canonical(bytes: &[u8]) {
    let value: Value = serde_json::from_slice(bytes).unwrap();
    assert_eq!(jcs::canonical(&value).unwrap(), bytes);
}
