//! Answers that are none, or not to what was asked.

use trailaudit_core::evidence::timestamp::{LONGEST, Refusal, TimestampError, Token, request, response};

use crate::authority::{Authority, Setup};

const SIGNED: &[u8] = b"the bytes of a signature";

#[test]
fn an_answer_is_to_one_question() {
    let authority = Authority::new(&Setup::default());
    let asked = request(SIGNED, 7).unwrap();
    let answer = authority.answer(asked.as_bytes());
    let token = response(&answer, &asked).unwrap();
    let told = |request: &trailaudit_core::evidence::timestamp::Request| response(&answer, request).map(|_| ());
    assert_eq!(told(&request(SIGNED, 8).unwrap()), Err(TimestampError::Nonce));
    assert_eq!(
        told(&request(b"another signature", 7).unwrap()),
        Err(TimestampError::Imprint)
    );
    assert_eq!(
        token.verify(b"another signature", &authority.roots),
        Err(TimestampError::Imprint)
    );
    // Whoever leaves the nonce out has not answered either.
    authority.write("signed", SIGNED);
    authority.run("ts -query -data signed -sha256 -cert -no_nonce -out bare.tsq");
    let bare = authority.answer(&authority.bytes("bare.tsq"));
    assert_eq!(response(&bare, &asked).map(|_| ()), Err(TimestampError::Nonce));
    // OpenSSL makes and reads the same request.
    for nonce in [0, 1, 127, 128, u64::MAX] {
        authority.write("ours.tsq", request(SIGNED, nonce).unwrap().as_bytes());
        let text = authority.run("ts -query -in ours.tsq -text");
        let digits = if nonce == 0 {
            "0".to_owned()
        } else {
            format!("{nonce:02X}")
        };
        let expected = format!("Nonce: 0x{digits}\n");
        assert!(
            text.contains(&expected) && text.contains("Certificate required: yes"),
            "{text}"
        );
        let answer = authority.answer(request(SIGNED, nonce).unwrap().as_bytes());
        response(&answer, &request(SIGNED, nonce).unwrap()).unwrap();
    }
    assert_eq!(told(&asked), Ok(()));
}

#[test]
fn a_refusal_is_told_in_the_words_of_the_authority() {
    let authority = Authority::new(&Setup::default());
    let configuration = authority
        .text("openssl.cnf")
        .replace("digests = sha256", "digests = sha512");
    authority.write("openssl.cnf", configuration.as_bytes());
    let asked = request(SIGNED, 7).unwrap();
    let Err(TimestampError::Refused(refusal)) = response(&authority.answer(asked.as_bytes()), &asked) else {
        panic!("it was not refused");
    };
    let Refusal {
        status, failure, text, ..
    } = &refusal;
    assert_eq!((status.as_str(), failure.as_deref()), ("rejection", Some("badAlg")));
    assert_eq!(text.as_deref(), Some("Message digest algorithm is not supported."));
    assert_eq!(
        refusal.to_string(),
        "the timestamping authority refused: rejection: badAlg: Message digest algorithm is not supported."
    );
    // Granted, but with nothing in it; and waiting, with two reasons.
    for (bytes, expected) in [
        (&[0x30, 5, 0x30, 3, 2, 1, 0][..], "granted, but without a token"),
        (
            &[0x30, 9, 0x30, 7, 2, 1, 3, 3, 2, 0, 0xa0],
            "waiting: badAlg, badRequest",
        ),
        (&[0x30, 5, 0x30, 3, 2, 1, 99], "status 99"),
    ] {
        let told = response(bytes, &asked).unwrap_err().to_string();
        assert_eq!(told, format!("the timestamping authority refused: {expected}"));
    }
}

#[test]
fn what_is_no_answer_is_told_apart() {
    let authority = Authority::new(&Setup::default());
    let asked = request(SIGNED, 7).unwrap();
    let answer = authority.answer(asked.as_bytes());
    let long = vec![0x30; LONGEST + 1];
    assert_eq!(
        response(&long, &asked).map(|_| ()),
        Err(TimestampError::TooLong(LONGEST + 1))
    );
    for bytes in [&[][..], b"<html>", asked.as_bytes(), &[&answer[..], &[0]].concat()] {
        let error = response(bytes, &asked).unwrap_err();
        assert!(matches!(error, TimestampError::Malformed(_)), "{error}");
    }
    for end in 0..answer.len() {
        assert!(Token::parse(&answer[..end]).is_err(), "{end} bytes");
    }
}
