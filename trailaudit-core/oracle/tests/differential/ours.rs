//! The rows of the table whose signatures our own code made, in the steps of `trailaudit sign`: one signer after the
//! other, each with a key that OpenSSL wrote into a PEM file.

use jiff::SignedDuration;
use trailaudit_core::evidence::package::{MANIFEST, key_path};
use trailaudit_core::evidence::{
    Bundle, Declaration, Files as _, InMemory, Meaning, Options, PemSigner, Signable, Signer as _, signer,
};

use crate::Case;
use crate::authority::{Authority, Setup, now};
use crate::cases::{HAND, JS, NO_HINTS, PY, RS, SIGNATURE_ALONE};
use crate::keys::{Key, P256};
use crate::package::{Package, base64, collected, person, remove};
use crate::sample::{PREPARER, REVIEWER};
use crate::stamps::{NO_TIMES, asked_of};
use crate::whole_seconds::to_the_second;

/// A signer, and what was signed.
struct Signed {
    role: &'static str,
    key: Key,
    package: Package,
}

pub fn cases() -> Vec<Case> {
    let authority = to_the_second(&Setup::default());
    let mut cases = Vec::new();
    for (how, authority) in [("signed", None), ("stamped", Some(&authority))] {
        let [ada, grace] = reviewed(authority);
        for (one, other) in [(&ada, &grace), (&grace, &ada)] {
            let name = format!("{how} by our {}", one.role);
            cases.extend(rows(&name, one, other));
            if authority.is_some() {
                let stamped = one.package.with_timestamp(&token_of(&other.package));
                let case = Case::new(format!("{name}, timestamp of the other"), false, stamped);
                cases.push(case.but(&[PY], NO_TIMES));
            }
        }
    }
    cases
}

/// What the signer made, and what becomes of it where one thing is changed.
fn rows(name: &str, one: &Signed, other: &Signed) -> Vec<Case> {
    let good = &one.package;
    let case = |what: &str, accepted, package| Case::new(format!("{name}, {what}"), accepted, package);
    // Still a statement, but of somebody whose name differs in one bit: nothing but the signature can tell.
    let mut payload = good.payload();
    let printed_name = person(one.role).printed_name.into_bytes();
    let at = payload
        .windows(printed_name.len())
        .position(|bytes| bytes == printed_name);
    payload[at.unwrap() + 2] ^= 4;
    let mut signature = good.signature();
    *signature.last_mut().unwrap() ^= 1;
    let theirs = other.key.fingerprint();
    vec![
        case("good", true, good.clone()),
        case(
            "a byte of the payload",
            false,
            good.edited(|bundle| bundle["dsseEnvelope"]["payload"] = base64(&payload).into()),
        ),
        case("a byte of the signature", false, good.with_signature(&signature)),
        case(
            "key id and hint",
            false,
            good.edited(|bundle| {
                bundle["dsseEnvelope"]["signatures"][0]["keyid"] = theirs.into();
                bundle["verificationMaterial"]["publicKey"]["hint"] = theirs.into();
            }),
        )
        .but(&[HAND, RS], NO_HINTS),
        case("another manifest", false, beside_another_manifest(good)).but(&[PY, JS], SIGNATURE_ALONE),
    ]
}

/// A package that Ada prepared and Grace reviewed, as it is asked about the one and about the other.
fn reviewed(authority: Option<&Authority>) -> [Signed; 2] {
    let (ada, grace) = (Key::new(P256), Key::new(P256));
    let mut files = unsigned(SignedDuration::from_hours(1));
    for (role, meaning, path, pem) in [
        ("preparer", Meaning::Authorship, PREPARER, ada.private_pem()),
        ("reviewer", Meaning::Review, REVIEWER, grace.private_sec1_pem()),
    ] {
        let signable = Signable::check(&files, &Options::default()).unwrap();
        let declaration = Declaration {
            role: role.parse().unwrap(),
            meaning,
            signer: person(role),
            time: now(),
        };
        let key = PemSigner::from_pem(&pem).unwrap();
        let statement = signable.statement(declaration, key.public_key(), None).unwrap();
        let mut bundle = signer::sign(&statement, &key).unwrap();
        if let Some(authority) = authority {
            let signed = Bundle::parse(&bundle).unwrap();
            let token = authority.stamp(&signed.signature);
            bundle = signed.with_timestamp(&token).to_bytes();
        }
        assert_eq!(signable.name(statement.role).path(), path);
        files.insert(path, bundle);
        files.insert(key_path(&key.public_key().fingerprint()), key.public_key().to_pem());
    }
    let trusted = [("preparer", &ada), ("reviewer", &grace)].map(|(role, key)| (role, key.public().unwrap().clone()));
    [("preparer", PREPARER, ada), ("reviewer", REVIEWER, grace)].map(|(role, at, key)| {
        let package = Package {
            files: files.clone(),
            at,
            pem: key.pem().to_owned(),
            fingerprint: key.fingerprint().to_owned(),
            trusted: trusted.to_vec(),
            authority: Vec::new(),
            roots: Vec::new(),
            as_it_is: false,
        };
        let package = authority.map_or(package.clone(), |authority| asked_of(&package, authority));
        Signed { role, key, package }
    })
}

/// The same signatures on another package, which is as sound.
fn beside_another_manifest(good: &Package) -> Package {
    let mut files = unsigned(SignedDuration::from_mins(30));
    assert_ne!(files.bytes(MANIFEST), good.files.bytes(MANIFEST));
    for entry in good.files.paths().unwrap() {
        if entry.path.starts_with("signatures/") || entry.path.starts_with("keys/") {
            files.insert(&*entry.path, good.files.bytes(&entry.path).unwrap());
        }
    }
    Package { files, ..good.clone() }
}

fn unsigned(ago: SignedDuration) -> InMemory {
    let mut files = collected(ago).files;
    remove(&mut files, &["signatures/", "keys/"]);
    files
}

fn token_of(package: &Package) -> Vec<u8> {
    Bundle::parse(package.bundle()).unwrap().timestamp.unwrap()
}
