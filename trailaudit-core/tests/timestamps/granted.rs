//! Timestamps that hold, for as long as somebody keeps them.

use std::thread::sleep;
use std::time::Duration;

use jiff::SignedDuration;
use trailaudit_core::evidence::Code;
use trailaudit_core::evidence::timestamp::{Certificate, Stamp, TimestampError, Token, request, response};

use crate::authority::{Authority, P256, RSA_2048, Setup, now};

const SIGNED: &[u8] = b"the bytes of a signature";

#[test]
fn authorities_of_every_kind_are_understood() {
    for (key, digest, binding) in [
        (RSA_2048, "sha256", "sha256"),
        ("RSA -pkeyopt rsa_keygen_bits:4096", "sha512", "sha512"),
        (P256, "sha256", "sha1"),
        (P256, "sha512", "sha384"),
        ("EC -pkeyopt ec_paramgen_curve:P-384", "sha384", "sha256"),
        ("EC -pkeyopt ec_paramgen_curve:P-384", "sha256", "sha256"),
    ] {
        let authority = Authority::new(&Setup {
            key,
            digest,
            binding,
            ..Setup::default()
        });
        let before = now();
        let token = authority.stamp(SIGNED);
        let stamp = token.verify(SIGNED, &authority.roots).unwrap();
        assert!(
            before <= stamp.time && stamp.time <= now() + SignedDuration::from_secs(1),
            "{key}: {stamp:?}"
        );
        assert_eq!(stamp.accuracy, SignedDuration::from_micros(1_500_100));
        assert_eq!(stamp.latest(), stamp.time + stamp.accuracy);
        assert_eq!(
            (stamp.tsa.as_str(), stamp.policy.as_str()),
            ("CN=tsa,O=Test", "1.2.3.4.1")
        );
        assert_eq!(stamp.serial, "01");
        assert!(stamp.certificate_not_after > now());
        // What is kept is what is read back, and OpenSSL takes it too.
        assert_eq!(Token::parse(token.as_bytes()).unwrap(), token);
        authority.write("signed", SIGNED);
        authority.write("kept.tsr", token.as_bytes());
        authority.run("ts -verify -data signed -in kept.tsr -CAfile root.pem");
        let text = authority.run("ts -reply -in kept.tsr -text -config openssl.cnf");
        assert!(text.contains("Status: Granted."), "{text}");
    }
}

/// PSS, which `openssl ts` does not make: in the authority's certificate, and in the token.
#[test]
fn pss_is_understood_in_certificates_and_tokens() {
    let pss = "rsa_padding_mode:pss -keyopt rsa_pss_saltlen:-1";
    let issue = format!("-sigopt {}", pss.replace("-keyopt", "-sigopt"));
    let authority = Authority::new(&Setup {
        key: RSA_2048,
        issue: &issue,
        ..Setup::default()
    });
    let request = request(SIGNED, u64::MAX).unwrap();
    let answer = authority.answer(request.as_bytes());
    response(&answer, &request)
        .unwrap()
        .verify(SIGNED, &authority.roots)
        .unwrap();
    let content = authority.content_of(&answer);
    let signer =
        "-cades -econtent_type 1.2.840.113549.1.9.16.1.4 -signer tsa.pem -inkey tsa.key -certfile intermediate.pem";
    for more in [
        format!("-keyopt {pss}"),
        "-keyid".to_owned(),
        format!("-keyid -keyopt {pss}"),
    ] {
        let token = response(&authority.forged(&content, &format!("{signer} {more}")), &request).unwrap();
        token.verify(SIGNED, &authority.roots).unwrap();
        assert_eq!(Token::parse(token.as_bytes()).unwrap(), token);
    }
    // A salt of another length is another algorithm.
    let short = authority.forged(
        &content,
        &format!("{signer} -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:20"),
    );
    assert!(matches!(response(&short, &request), Err(TimestampError::Algorithm(_))));
}

/// No clock is asked: the authority's certificate has expired when this verifies, and the stamp says until when.
#[test]
fn a_stamp_outlives_the_certificate() {
    let authority = Authority::new(&Setup {
        valid: (SignedDuration::from_hours(-1), SignedDuration::from_secs(4)),
        ..Setup::default()
    });
    let token = authority.stamp(SIGNED);
    let fresh: Stamp = token.verify(SIGNED, &authority.roots).unwrap();
    while now() <= fresh.certificate_not_after {
        sleep(Duration::from_millis(200));
    }
    assert_eq!(token.verify(SIGNED, &authority.roots).unwrap(), fresh);
    authority.write("signed", SIGNED);
    authority.write("kept.tsr", token.as_bytes());
    let (success, told) = authority.attempt("ts -verify -data signed -in kept.tsr -CAfile root.pem");
    assert!(!success && told.contains("certificate has expired"), "{told}");
    let then = fresh.time.as_second();
    authority.run(&format!(
        "ts -verify -data signed -in kept.tsr -CAfile root.pem -attime {then}"
    ));
}

#[test]
fn a_certificate_must_have_been_valid_then() {
    let hours = SignedDuration::from_hours;
    for valid in [(hours(-3), hours(-2)), (hours(2), hours(3))] {
        let authority = Authority::new(&Setup {
            valid,
            ..Setup::default()
        });
        let token = authority.stamp(SIGNED);
        let error = token.verify(SIGNED, &authority.roots).unwrap_err();
        assert!(matches!(error, TimestampError::NotValidThen(_)), "{error}");
        // That needs no root to be told: whoever signs is told at once.
        let error = token.claim().unwrap_err();
        assert!(matches!(error, TimestampError::NotValidThen(_)), "{error}");
    }
}

/// What a token says of itself is what a root proves of it.
#[test]
fn a_token_claims_what_can_be_proven() {
    let authority = Authority::new(&Setup::default());
    let token = authority.stamp(SIGNED);
    assert_eq!(token.claim().unwrap(), token.verify(SIGNED, &authority.roots).unwrap());
}

/// Until a clock is further off than clocks are.
#[test]
fn a_time_is_doubted_that_cannot_be_right() {
    let stamp = Authority::new(&Setup::default()).stamp(SIGNED).claim().unwrap();
    let (time, second) = (stamp.time, SignedDuration::from_secs(1));
    let (clocks, signing) = (SignedDuration::from_mins(5), SignedDuration::from_mins(10));
    let codes = |declared, ended, now| -> Vec<Code> {
        let doubts = stamp.doubts(declared, Some(ended), Some(now));
        doubts.into_iter().map(|(code, _)| code).collect()
    };
    assert_eq!(codes(time, time, time), []);
    assert_eq!(codes(time + signing, time + clocks, time - clocks), []);
    assert_eq!(codes(time - signing, time, time), []);
    assert_eq!(
        codes(time, time + clocks + second, time),
        [Code::TimestampBeforeCollection]
    );
    assert_eq!(codes(time, time, time - clocks - second), [Code::TimeInFuture]);
    for declared in [time + signing + second, time - signing - second] {
        assert_eq!(codes(declared, time, time), [Code::TimestampDisagrees]);
    }
    assert_eq!(stamp.doubts(time, None, None), []);
}

#[test]
fn trust_comes_from_the_given_roots() {
    let (authority, another) = (Authority::new(&Setup::default()), Authority::new(&Setup::default()));
    let token = authority.stamp(SIGNED);
    let verify = |roots: &[Certificate]| token.verify(SIGNED, roots).map(|_| ());
    assert_eq!(verify(&[]), Err(TimestampError::NoRoot));
    // The other root has the same name.
    assert_eq!(
        verify(&another.roots),
        Err(TimestampError::Untrusted("CN=tsa,O=Test".into()))
    );
    let both = format!(
        "# two roots\n{}\n{}",
        another.text("root.pem"),
        authority.text("root.pem")
    );
    let both = Certificate::from_pem_bundle(&both).unwrap();
    assert_eq!(both.len(), 2);
    assert_eq!(both[0].subject(), "CN=root,O=Test");
    assert_eq!(verify(&both), Ok(()));
    let intermediate = Certificate::from_pem_bundle(&authority.text("intermediate.pem")).unwrap();
    assert_eq!(verify(&intermediate), Ok(()));
    let itself = Certificate::from_pem_bundle(&authority.text("tsa.pem")).unwrap();
    assert!(verify(&itself).is_err());
    for text in [
        "",
        "nothing",
        &authority.text("tsa.key"),
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
    ] {
        assert!(Certificate::from_pem_bundle(text).is_err(), "{text}");
    }
}
