//! Keys and signatures of every kind, made by OpenSSL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::Command;

use p256::pkcs8::der::{Encode as _, asn1::BitStringRef};
use p256::pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use rsa::pkcs1::{RsaPublicKeyRef, der::asn1::UintRef};
use trailaudit_core::evidence::public_key::{BadSignature, KeyError};
use trailaudit_core::evidence::{
    Algorithm, Bundle, Digest, Meaning, Person, PublicKey, SignError, Statement, Unsigned,
};

const RSA: &str = "RSA -pkeyopt rsa_keygen_bits:3072";
const RESTRICTED: &str = "RSA-PSS -pkeyopt rsa_keygen_bits:3072 -pkeyopt rsa_pss_keygen_md:sha256 \
                          -pkeyopt rsa_pss_keygen_mgf1_md:sha256 -pkeyopt rsa_pss_keygen_saltlen:32";
const SIGN_PSS: &str = "dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sign key.pem -out sig m";
const SIGN_ED25519: &str = "pkeyutl -sign -rawin -inkey key.pem -in m -out sig";

#[test]
fn openssl_signs_and_we_verify() {
    for (key, algorithm, sign) in [
        ("ED25519", Algorithm::Ed25519, SIGN_ED25519),
        (RSA, Algorithm::RsaPssSha256, SIGN_PSS),
        (
            "RSA-PSS -pkeyopt rsa_keygen_bits:4096",
            Algorithm::RsaPssSha256,
            SIGN_PSS,
        ),
        (RESTRICTED, Algorithm::RsaPssSha256, SIGN_PSS),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let key = generate(folder.path(), key);
        assert_eq!(key.algorithm(), algorithm);
        let der = run(folder.path(), "pkey -in key.pem -pubout -outform DER");
        assert_eq!(
            (PublicKey::from_spki(&der).unwrap(), Digest::of(&der)),
            (key.clone(), key.fingerprint())
        );
        // A statement, signed elsewhere and sealed here.
        let unsigned = Unsigned::new(&statement(algorithm)).unwrap();
        let signature = signed(folder.path(), unsigned.message(), sign);
        let bundle = Bundle::parse(&unsigned.clone().sealed(&signature, &key).unwrap()).unwrap();
        key.verify(&bundle.message(), &bundle.signature).unwrap();
        // One signature, one form.
        let longer = [&signature[..], &[0]].concat();
        let padded = [&[0], &signature[..]].concat();
        let shorter = &signature[..signature.len() - 1];
        for other in [
            &longer[..],
            &padded,
            shorter,
            &[],
            &vec![0; signature.len()],
            &vec![0xff; signature.len()],
        ] {
            assert!(key.verify(unsigned.message(), other).is_err());
        }
        for at in 0..signature.len() {
            let mut other = signature.clone();
            other[at] ^= 1;
            assert!(key.verify(unsigned.message(), &other).is_err(), "byte {at}");
        }
        let error = Unsigned::new(&statement(Algorithm::EcdsaP256Sha256))
            .unwrap()
            .sealed(&signature, &key);
        assert!(matches!(error, Err(SignError::Algorithm { .. })));
    }
}

#[test]
fn rsa_signs_with_pss_and_its_one_salt_alone() {
    let folder = tempfile::tempdir().unwrap();
    let key = generate(folder.path(), RSA);
    let pss = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen";
    let another = BadSignature::AnotherKeyOrMessage;
    for (other, expected) in [
        ("-sha256".to_owned(), another),
        (format!("-sha256 {pss}:0"), BadSignature::SaltLength),
        (format!("-sha256 {pss}:20"), BadSignature::SaltLength),
        (format!("-sha256 {pss}:33"), BadSignature::SaltLength),
        (format!("-sha256 {pss}:max"), BadSignature::SaltLength),
        (format!("-sha512 {pss}:32"), another),
        (format!("-sha256 {pss}:32 -sigopt rsa_mgf1_md:sha512"), another),
    ] {
        let arguments = format!("dgst {other} -sign key.pem -out sig m");
        let mut signature = signed(folder.path(), b"message", &arguments);
        assert_eq!(key.verify(b"message", &signature), Err(expected), "{arguments}");
        // Only of this key's signature over these bytes anything is said of the salt.
        assert_eq!(key.verify(b"another", &signature), Err(another), "{arguments}");
        signature[200] ^= 1;
        assert_eq!(key.verify(b"message", &signature), Err(another), "{arguments}");
    }
    let told = BadSignature::SaltLength.to_string();
    assert!(
        told.contains("this key's over these bytes, but its salt") && told.contains("32 bytes"),
        "{told}"
    );
    let signature = signed(folder.path(), b"message", SIGN_PSS);
    key.verify(b"message", &signature).unwrap();
    // The same numbers, restricted to PSS, are the same key under another name.
    let der = run(folder.path(), "pkey -in key.pem -pubout -outform DER");
    let bits = der
        .windows(4)
        .position(|window| window == [0x03, 0x82, 0x01, 0x8f])
        .unwrap();
    let renamed = spki("1.2.840.113549.1.1.10", &der[bits + 5..]);
    let restricted = PublicKey::from_spki(&renamed).unwrap();
    restricted.verify(b"message", &signature).unwrap();
    assert!(restricted.is_same_key(&key) && restricted.fingerprint() != key.fingerprint());
}

#[test]
fn keys_that_are_none_are_refused() {
    let rsa = |modulus: &[u8], exponent: &[u8]| {
        let numbers = RsaPublicKeyRef {
            modulus: UintRef::new(modulus).unwrap(),
            public_exponent: UintRef::new(exponent).unwrap(),
        };
        let der = with_null(&numbers.to_der().unwrap());
        PublicKey::from_spki(&der).map(|key| key.algorithm())
    };
    let modulus = [0xff; 384];
    let even = [&[0xff; 383][..], &[0xfe]].concat();
    assert_eq!(rsa(&modulus, &[1, 0, 1]), Ok(Algorithm::RsaPssSha256));
    assert_eq!(rsa(&modulus, &[3]), Ok(Algorithm::RsaPssSha256));
    for exponent in [&[0][..], &[1], &[2], &[1, 0, 0], &[2, 0, 0, 0, 1], &[0xff; 384]] {
        assert_eq!(rsa(&modulus, exponent), Err(KeyError::RsaExponent), "{exponent:?}");
    }
    assert!(matches!(rsa(&even, &[1, 0, 1]), Err(KeyError::Malformed(_))));
    assert_eq!(rsa(&[0xff; 256], &[3]), Err(KeyError::RsaBits(2048)));
    assert_eq!(
        rsa(&[&[0x7f][..], &[0xff; 383]].concat(), &[3]),
        Err(KeyError::RsaBits(3071))
    );
    assert_eq!(rsa(&[0xff; 1025], &[3]), Err(KeyError::RsaBits(8200)));
    assert_eq!(rsa(&[0], &[3]), Err(KeyError::RsaBits(0)));

    let ed25519 = |bytes: &[u8]| PublicKey::from_spki(&spki("1.3.101.112", bytes)).map(|key| key.algorithm());
    let mut base = [0x66; 32];
    base[0] = 0x58;
    assert_eq!(ed25519(&base), Ok(Algorithm::Ed25519));
    let mut identity = [0; 32];
    identity[0] = 1;
    assert_eq!(ed25519(&identity), Err(KeyError::Weak));
    assert_eq!(ed25519(&[0; 32]), Err(KeyError::Weak));
    // y + p for y = 3 is a second name of that point; RFC 8032 section 5.1.3 refuses it.
    let mut beyond = [0xff; 32];
    (beyond[0], beyond[31]) = (0xed + 3, 0x7f);
    let mut named = [0; 32];
    named[0] = 3;
    assert_eq!(ed25519(&named), Ok(Algorithm::Ed25519));
    assert_eq!(ed25519(&beyond), Err(KeyError::NotCanonical));
    assert!(matches!(ed25519(&[0x58; 31]), Err(KeyError::Malformed(_))));
    assert!(matches!(
        ed25519(&[0xff; 32]),
        Err(KeyError::NotCanonical | KeyError::Malformed(_))
    ));
    let folder = tempfile::tempdir().unwrap();
    run(
        folder.path(),
        "ecparam -name prime256v1 -genkey -noout -conv_form compressed -out key.pem",
    );
    let compressed = run(
        folder.path(),
        "ec -in key.pem -pubout -conv_form compressed -outform DER",
    );
    assert_eq!(PublicKey::from_spki(&compressed), Err(KeyError::NotCanonical));
}

fn statement(algorithm: Algorithm) -> Statement {
    Statement {
        manifest: Digest::of(b"{}"),
        package_id: Digest::of(b"package"),
        role: "preparer".parse().unwrap(),
        meaning: Meaning::Authorship,
        signer: Person {
            printed_name: "Ada".into(),
            id: "ada@example.com".into(),
        },
        declared_time: "2026-11-22T03:00:00Z".parse().unwrap(),
        algorithm,
        countersigns: Vec::new(),
        key_arn: None,
    }
}

/// A `SubjectPublicKeyInfo` without parameters.
fn spki(oid: &str, bits: &[u8]) -> Vec<u8> {
    let algorithm = AlgorithmIdentifierRef {
        oid: oid.parse().unwrap(),
        parameters: None,
    };
    info(algorithm, bits)
}

/// That of a plain RSA key.
fn with_null(bits: &[u8]) -> Vec<u8> {
    let algorithm = AlgorithmIdentifierRef {
        oid: "1.2.840.113549.1.1.1".parse().unwrap(),
        parameters: Some(p256::pkcs8::der::asn1::AnyRef::NULL),
    };
    info(algorithm, bits)
}

fn info(algorithm: AlgorithmIdentifierRef<'_>, bits: &[u8]) -> Vec<u8> {
    let subject_public_key = BitStringRef::from_bytes(bits).unwrap();
    SubjectPublicKeyInfoRef {
        algorithm,
        subject_public_key,
    }
    .to_der()
    .unwrap()
}

fn generate(folder: &Path, key: &str) -> PublicKey {
    run(folder, &format!("genpkey -algorithm {key} -out key.pem"));
    PublicKey::from_pem(&String::from_utf8(run(folder, "pkey -in key.pem -pubout")).unwrap()).unwrap()
}

fn signed(folder: &Path, message: &[u8], sign: &str) -> Vec<u8> {
    fs::write(folder.join("m"), message).unwrap();
    run(folder, sign);
    fs::read(folder.join("sig")).unwrap()
}

fn run(folder: &Path, arguments: &str) -> Vec<u8> {
    let output = Command::new("openssl")
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .expect("openssl is installed");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments}: {told}");
    output.stdout
}
