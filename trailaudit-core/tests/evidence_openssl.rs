//! OpenSSL, which shares no line with us, accepts our signatures, and we accept its keys and signatures.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use trailaudit_core::evidence::public_key::KeyError;
use trailaudit_core::evidence::{
    Algorithm, Bundle, Digest, Meaning, PemSigner, Person, PublicKey, SignError, Signer, Statement, Unsigned,
};

#[test]
fn openssl_accepts_our_signature() {
    let signer = PemSigner::generate(&mut StdRng::seed_from_u64(1)).unwrap();
    let unsigned = Unsigned::new(&statement()).unwrap();
    let signature = signer.sign(unsigned.message()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    let bundle = Bundle::parse(&unsigned.clone().sealed(&signature, signer.public_key()).unwrap()).unwrap();
    write("pub.pem", signer.public_key().to_pem().as_bytes());
    write("sig.der", &bundle.signature);
    write("pae", &bundle.message());
    write("key.pem", signer.to_pkcs8_pem().unwrap().as_bytes());
    let verified = |file: &str| {
        let arguments = format!("dgst -sha256 -verify pub.pem -signature sig.der {file}");
        openssl(folder.path(), &arguments).status.success()
    };
    assert!(verified("pae"));
    let mut other = bundle.message();
    other.push(b' ');
    write("other", &other);
    assert!(!verified("other"));
    // The encoding as a shell makes it from the statement, as VERIFY.md shows.
    write("statement.json", &bundle.payload);
    let script = r#"T=application/vnd.in-toto+json; { printf 'DSSEv1 %d %s %d ' ${#T} "$T" $(wc -c <statement.json); cat statement.json; }"#;
    let shell = Command::new("bash")
        .args(["-c", script])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(shell.stdout, bundle.message());
    // The key files are as OpenSSL writes them, and the fingerprint is what sha256sum prints.
    assert_eq!(
        succeed(folder.path(), "pkey -in key.pem -pubout"),
        signer.public_key().to_pem().as_bytes()
    );
    assert_eq!(
        succeed(folder.path(), "pkey -in key.pem"),
        signer.to_pkcs8_pem().unwrap().as_bytes()
    );
    let der = succeed(folder.path(), "pkey -pubin -in pub.pem -outform DER");
    assert_eq!(Digest::of(&der), signer.public_key().fingerprint());
    assert_eq!(PublicKey::from_spki(&der).unwrap(), *signer.public_key());
}

#[test]
fn we_accept_openssl_keys_and_signatures() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &str| succeed(folder.path(), arguments);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    run("ecparam -name prime256v1 -genkey -out sec1.pem");
    run("pkcs8 -topk8 -nocrypt -in sec1.pem -out pkcs8.pem");
    run("ec -in sec1.pem -out bare.pem");
    run("pkey -in sec1.pem -pubout -out pub.pem");
    fs::write(folder.path().join("message"), b"what is signed").unwrap();
    let public = PublicKey::from_pem(&read("pub.pem")).unwrap();
    for _ in 0..8 {
        run("dgst -sha256 -sign pkcs8.pem -out sig.der message");
        let signature = fs::read(folder.path().join("sig.der")).unwrap();
        public.verify(b"what is signed", &signature).unwrap();
        assert!(public.verify(b"what is signed!", &signature).is_err());
        // One signature has one form: nothing after it, no padded number, no long length.
        let longer = [&signature[..], b"\0"].concat();
        let mut padded = signature.clone();
        padded[1] += 1;
        padded[3] += 1;
        padded.insert(4, 0);
        let mut long_form = signature.clone();
        long_form.insert(1, 0x81);
        for other in [longer, padded, long_form, Vec::new(), vec![0x30, 0]] {
            assert!(public.verify(b"what is signed", &other).is_err(), "{other:02x?}");
        }
    }
    for name in ["sec1.pem", "pkcs8.pem", "bare.pem"] {
        let signer = PemSigner::from_pem(&read(name)).unwrap();
        assert_eq!(*signer.public_key(), public, "{name}");
    }
}

#[test]
fn other_keys_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &str| String::from_utf8(succeed(folder.path(), arguments)).unwrap();
    let private = |text: &str| PemSigner::from_pem(text).unwrap_err();
    let public = |text: &str| PublicKey::from_pem(text).unwrap_err();
    let p256 = run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    fs::write(folder.path().join("p256.pem"), &p256).unwrap();
    let encrypted = run("pkcs8 -topk8 -in p256.pem -passout pass:secret");
    assert_eq!(private(&encrypted), KeyError::Encrypted);
    let encrypted = run("ec -in p256.pem -aes256 -passout pass:secret");
    assert_eq!(private(&encrypted), KeyError::Encrypted);
    let (not_for_signing, algorithm) = (
        |name: &str| KeyError::NotForSigning(name.into()),
        |name: &str| KeyError::Algorithm(name.into()),
    );
    let curve = |name: &str| KeyError::Curve(name.into());
    for (arguments, as_private, as_public) in [
        (
            "RSA -pkeyopt rsa_keygen_bits:2048",
            not_for_signing("RSA"),
            Some(KeyError::RsaBits(2048)),
        ),
        ("RSA -pkeyopt rsa_keygen_bits:3072", not_for_signing("RSA"), None),
        (
            "RSA -pkeyopt rsa_keygen_bits:3072 -pkeyopt rsa_keygen_pubexp:3",
            not_for_signing("RSA"),
            None,
        ),
        (
            "RSA-PSS -pkeyopt rsa_keygen_bits:3072",
            not_for_signing("RSA-PSS"),
            None,
        ),
        (
            "RSA-PSS -pkeyopt rsa_keygen_bits:3072 -pkeyopt rsa_pss_keygen_md:sha512 -pkeyopt rsa_pss_keygen_saltlen:64",
            not_for_signing("RSA-PSS"),
            Some(KeyError::PssParameters),
        ),
        ("ED25519", not_for_signing("Ed25519"), None),
        ("ED448", not_for_signing("Ed448"), Some(algorithm("Ed448"))),
        ("X25519", not_for_signing("X25519"), Some(algorithm("X25519"))),
        (
            "EC -pkeyopt ec_paramgen_curve:P-384",
            curve("P-384"),
            Some(curve("P-384")),
        ),
        (
            "EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit",
            curve("given by explicit parameters"),
            Some(curve("given by explicit parameters")),
        ),
    ] {
        let key = run(&format!("genpkey -algorithm {arguments}"));
        assert_eq!(private(&key), as_private, "{arguments}");
        fs::write(folder.path().join("key.pem"), &key).unwrap();
        let pem = run("pkey -in key.pem -pubout");
        assert_eq!(PublicKey::from_pem(&pem).err(), as_public, "{arguments}");
        assert_eq!(public(&key), KeyError::PrivateGiven, "{arguments}");
    }
    let sec1 = run("ecparam -name secp384r1 -genkey");
    assert!(matches!(private(&sec1), KeyError::Curve(_)));
    let pem = run("pkey -in p256.pem -pubout");
    assert_eq!(private(&pem), KeyError::PublicGiven);
    assert_eq!(private("no key"), KeyError::NotPem);
    assert_eq!(private(""), KeyError::NotPem);
    assert!(matches!(private(&p256.replace("MI", "%%")), KeyError::Malformed(_)));
    assert!(PublicKey::from_pem(&pem).is_ok());
    for other in [
        pem.replace('\n', "\r\n"),
        pem.trim_end().to_owned(),
        format!("{pem}\n"),
        format!("{pem}{pem}"),
    ] {
        let error = public(&other);
        assert!(
            matches!(
                error,
                KeyError::NotCanonical | KeyError::Malformed(_) | KeyError::NotPem | KeyError::SeveralBlocks(2)
            ),
            "{error}"
        );
    }
}

#[test]
fn what_does_not_verify_is_not_sealed() {
    let mut random = StdRng::seed_from_u64(2);
    let (one, other) = (
        PemSigner::generate(&mut random).unwrap(),
        PemSigner::generate(&mut random).unwrap(),
    );
    let unsigned = Unsigned::new(&statement()).unwrap();
    let signature = one.sign(unsigned.message()).unwrap();
    let error = unsigned.sealed(&signature, other.public_key()).unwrap_err();
    assert!(matches!(error, SignError::DoesNotVerify(_)), "{error}");
    let long = Statement {
        countersigns: vec![Digest::of(b""); 60],
        ..statement()
    };
    assert!(matches!(Unsigned::new(&long), Err(SignError::Statement(_))));
}

fn statement() -> Statement {
    Statement {
        manifest: Digest::of(b"{}"),
        package_id: Digest::of(b"package"),
        role: "preparer".parse().unwrap(),
        meaning: Meaning::Authorship,
        signer: Person {
            printed_name: "Zoë Müller".into(),
            id: "zoe@example.com".into(),
        },
        declared_time: "2026-11-22T03:00:00Z".parse().unwrap(),
        algorithm: Algorithm::EcdsaP256Sha256,
        countersigns: Vec::new(),
        key_arn: Some("arn:aws:kms:eu-central-1:111122223333:key/1234".into()),
    }
}

fn succeed(folder: &Path, arguments: &str) -> Vec<u8> {
    let output = openssl(folder, arguments);
    assert!(
        output.status.success(),
        "{arguments}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

fn openssl(folder: &Path, arguments: &str) -> Output {
    Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()
        .expect("openssl is installed")
}
