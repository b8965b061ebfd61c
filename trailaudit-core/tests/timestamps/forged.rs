//! Tokens that somebody made up or changed.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use trailaudit_core::evidence::timestamp::{TimestampError, Token, request, response};

use crate::authority::{Authority, P256, RSA_2048, Setup, USAGE};

const SIGNED: &[u8] = b"the bytes of a signature";

/// Every byte of a kept token is vouched for or has one form: whatever is changed, nothing is proven any more.
#[test]
fn no_changed_byte_is_accepted() {
    let mut count = 0;
    for (key, binding) in [(P256, "sha256"), (P256, "sha1"), (RSA_2048, "sha256")] {
        let authority = Authority::new(&Setup {
            key,
            binding,
            ..Setup::default()
        });
        let token = authority.stamp(SIGNED);
        for at in 0..token.as_bytes().len() {
            for mask in [0x01, 0x20, 0x80, 0xff] {
                let mut bytes = token.as_bytes().to_vec();
                bytes[at] ^= mask;
                let verified = Token::parse(&bytes).and_then(|token| token.verify(SIGNED, &authority.roots));
                assert!(
                    verified.is_err(),
                    "byte {at} of a token with {key} xor {mask:#x}: {verified:?}"
                );
                count += 1;
            }
        }
    }
    println!("{count} changed tokens, none accepted");
    assert!(count > 15_000, "{count}");
}

/// Pieces left out, doubled, moved and overwritten.
#[test]
fn no_edited_token_is_accepted() {
    let authority = Authority::new(&Setup::default());
    let token = authority.stamp(SIGNED);
    let whole = token.as_bytes();
    let mut random = StdRng::seed_from_u64(1);
    for _ in 0..5_000 {
        let mut bytes = whole.to_vec();
        let from = random.random_range(0..whole.len());
        let to = whole.len().min(from + random.random_range(1..9));
        let piece = whole[from..to].to_vec();
        let at = random.random_range(0..whole.len() - 8);
        match random.random_range(0..3) {
            0 => drop(bytes.drain(from..to)),
            1 => drop(bytes.splice(at..at, piece)),
            _ => bytes[at..at + piece.len()].copy_from_slice(&piece),
        }
        let verified = Token::parse(&bytes).and_then(|token| token.verify(SIGNED, &authority.roots));
        assert!(
            bytes == whole || verified.is_err(),
            "{from}..{to} at {at}: {verified:?}"
        );
    }
}

#[test]
fn only_timestamping_certificates_stamp() {
    for usage in [
        "",
        "extendedKeyUsage=timeStamping",
        "extendedKeyUsage=critical,codeSigning",
        "extendedKeyUsage=critical,timeStamping,codeSigning",
        "extendedKeyUsage=critical,anyExtendedKeyUsage",
        "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,keyEncipherment",
    ] {
        let honest = Authority::new(&Setup::default());
        let asked = request(SIGNED, 7).unwrap();
        let content = honest.content_of(&honest.answer(asked.as_bytes()));
        let authority = Authority::new(&Setup {
            usage,
            ..Setup::default()
        });
        let error = response(&authority.forged(&content, SIGNER), &asked).unwrap_err();
        assert_eq!(error, TimestampError::Usage("CN=tsa,O=Test".into()), "{usage}");
    }
    // One that is also an authority over certificates stamps nothing.
    let authority = Authority::new(&Setup {
        usage: &format!("{USAGE}\nbasicConstraints=critical,CA:TRUE"),
        ..Setup::default()
    });
    let token = authority.stamp(SIGNED);
    let error = token.verify(SIGNED, &authority.roots).unwrap_err();
    assert!(matches!(error, TimestampError::Path(_)), "{error}");
}

const CONTENT: &str = "-econtent_type 1.2.840.113549.1.9.16.1.4";
const SIGNER: &str =
    "-cades -econtent_type 1.2.840.113549.1.9.16.1.4 -signer tsa.pem -inkey tsa.key -certfile intermediate.pem";

#[test]
fn the_signed_data_is_that_of_a_timestamp() {
    let authority = Authority::new(&Setup::default());
    let asked = request(SIGNED, 7).unwrap();
    let content = authority.content_of(&authority.answer(asked.as_bytes()));
    let told = |content: &[u8], arguments: &str| response(&authority.forged(content, arguments), &asked);
    told(&content, SIGNER)
        .unwrap()
        .verify(SIGNED, &authority.roots)
        .unwrap();
    let signer = "-signer tsa.pem -inkey tsa.key -certfile intermediate.pem";
    let twice =
        format!("-cades {CONTENT} -signer tsa.pem -inkey tsa.key -signer intermediate.pem -inkey intermediate.key");
    for (arguments, expected) in [
        (format!("{CONTENT} {signer}"), "it is not bound"),
        (format!("-cades {signer}"), "not a TSTInfo"),
        (format!("{SIGNER} -nocerts"), "does not contain the certificate"),
        (format!("{CONTENT} {signer} -noattr"), "not a timestamp"),
        (twice, "exactly one signer"),
        (format!("{SIGNER} -md sha1"), "1.3.14.3.2.26"),
    ] {
        let told = told(&content, &arguments).unwrap_err().to_string();
        assert!(
            told.contains(expected.trim_start_matches("it is ")),
            "{arguments}: {told}"
        );
    }
    for content in [
        &b""[..],
        b"no structure",
        &[&content[..], &[0]].concat(),
        &content[..content.len() - 1],
    ] {
        assert!(matches!(told(content, SIGNER), Err(TimestampError::Malformed(_))));
    }
    // Without the intermediate there is no way to the root.
    let alone = format!("-cades {CONTENT} -signer tsa.pem -inkey tsa.key");
    let error = told(&content, &alone)
        .unwrap()
        .verify(SIGNED, &authority.roots)
        .unwrap_err();
    assert!(matches!(error, TimestampError::Untrusted(_)), "{error}");
}

/// What nothing vouches for is not kept: the root, a stranger's certificate.
#[test]
fn baggage_is_left_behind() {
    let (authority, stranger) = (Authority::new(&Setup::default()), Authority::new(&Setup::default()));
    let asked = request(SIGNED, 7).unwrap();
    let plain = authority.answer(asked.as_bytes());
    let content = authority.content_of(&plain);
    let more = [
        authority.text("intermediate.pem"),
        authority.text("root.pem"),
        stranger.text("tsa.pem"),
    ]
    .concat();
    authority.write("more.pem", more.as_bytes());
    let arguments = SIGNER.replace("intermediate.pem", "more.pem");
    let loaded = authority.forged(&content, &arguments);
    let token = response(&loaded, &asked).unwrap();
    token.verify(SIGNED, &authority.roots).unwrap();
    assert!(
        token.as_bytes().len() + 800 < loaded.len(),
        "{} {}",
        token.as_bytes().len(),
        loaded.len()
    );
    assert_eq!(Token::parse(&loaded), Err(TimestampError::NotKeptForm));
    assert_eq!(Token::parse(token.as_bytes()).unwrap(), token);
    // Granted with modifications is granted, and words beside the status are nobody's.
    let mut modified = plain.clone();
    let at = plain
        .windows(5)
        .position(|window| window == [0x30, 3, 2, 1, 0])
        .unwrap();
    modified[at + 4] = 1;
    assert_eq!(response(&modified, &asked).unwrap(), response(&plain, &asked).unwrap());
    assert_eq!(Token::parse(&modified), Err(TimestampError::NotKeptForm));
}
