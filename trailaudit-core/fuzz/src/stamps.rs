//! Timestamps and certificates: what openssl made, changed, and what whoever signs it himself may claim.
//!
//! The seeds are answers of an authority that was made for this with `openssl ts`, to the request below. Its key lies
//! beside them and is worth nothing anywhere else.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use trailaudit_core::evidence::timestamp::{Certificate, Request, TimestampError, Token, request, response};
use trailaudit_core::evidence::{Digest, PemSigner, Signer as _};

const SIGNED: &[u8] = b"the bytes of a signature";
const ANSWERS: [&[u8]; 2] = [include_bytes!("../seeds/p256.tsr"), include_bytes!("../seeds/rsa.tsr")];
const ROOTS: [&str; 2] = [
    include_str!("../seeds/p256-root.pem"),
    include_str!("../seeds/rsa-root.pem"),
];

struct Base {
    request: Request,
    roots: Vec<Certificate>,
    /// The answers as they are kept.
    kept: Vec<Token>,
    key: PemSigner,
    /// The first root, as DER.
    root: Vec<u8>,
    parts: Parts,
}

/// The first answer, taken apart: what is put together anew.
struct Parts {
    status: Vec<u8>,
    signed_data: Vec<u8>,
    /// Version, digest algorithms.
    head: Vec<u8>,
    content_type: Vec<u8>,
    content: Vec<u8>,
    certificate: Vec<u8>,
    other_certificate: Vec<u8>,
    /// Version, signer, digest algorithm.
    signer: Vec<u8>,
    attributes: Vec<u8>,
    signature_algorithm: Vec<u8>,
}

static BASE: LazyLock<Base> = LazyLock::new(|| {
    let request = request(SIGNED, 42).unwrap();
    Base {
        roots: Certificate::from_pem_bundle(&ROOTS.concat()).unwrap(),
        kept: ANSWERS.map(|answer| response(answer, &request).unwrap()).into(),
        key: PemSigner::from_pem(include_str!("../seeds/p256.key.pem")).unwrap(),
        root: decoded(ROOTS[0]),
        parts: apart(ANSWERS[0]),
        request,
    }
});

/// An answer of an authority, or what was kept of one. Nothing but the real ones proves a time.
pub fn timestamp(bytes: &[u8]) {
    if let Some(token) = taken(bytes)
        && token.verify(SIGNED, &BASE.roots).is_ok()
    {
        assert!(BASE.kept.contains(&token), "a changed token proves a time");
    }
}

pub fn timestamps() -> Vec<Vec<u8>> {
    let kept = BASE.kept.iter().map(|token| token.as_bytes().to_vec());
    kept.chain(ANSWERS.map(<[u8]>::to_vec)).collect()
}

/// What an authority says or is, as the first byte has it, in a token that its key signs: a `TSTInfo`, or the
/// certificate that the token is bound to.
pub fn stamped(bytes: &[u8]) {
    let Some((which, claimed)) = bytes.split_first() else {
        return;
    };
    let says_it = which % 2 == 0;
    let answer = if says_it {
        signed(claimed, &BASE.parts.certificate)
    } else {
        signed(&BASE.parts.content, claimed)
    };
    let Some(token) = taken(&answer) else { return };
    // Certificates that lead nowhere are not kept.
    assert!(!says_it || token.as_bytes() == answer);
    let Ok(stamp) = token.verify(SIGNED, &BASE.roots) else {
        return;
    };
    assert!(
        says_it || claimed == BASE.parts.certificate,
        "the authority's issuer did not sign this"
    );
    let time = stamp.time.strftime("%Y%m%d%H%M%S").to_string();
    assert!(contains(&answer, time.as_bytes()));
    assert!(contains(&answer, Digest::of(SIGNED).as_bytes()));
    assert!(stamp.latest() >= stamp.time);
}

pub fn claims() -> Vec<Vec<u8>> {
    let parts = &BASE.parts;
    let again = taken(&signed(&parts.content, &parts.certificate)).expect("what is signed anew is a token again");
    again.verify(SIGNED, &BASE.roots).expect("and proves the time");
    [(0, &parts.content), (1, &parts.certificate)]
        .map(|(which, claimed)| [&[which][..], claimed].concat())
        .into()
}

/// Root certificates: PEM, or DER that is put into PEM.
pub fn certificates(bytes: &[u8]) {
    let text = match str::from_utf8(bytes) {
        Ok(text) if text.contains("-----") => text.to_owned(),
        _ => format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            STANDARD.encode(bytes)
        ),
    };
    let Ok(roots) = Certificate::from_pem_bundle(&text) else {
        return;
    };
    assert!(!roots.is_empty());
    for root in &roots {
        let _ = root.subject();
    }
    // A root is a name and a key; its own signature is nobody's concern.
    if !text.as_bytes().starts_with(bytes) && BASE.kept[0].verify(SIGNED, &roots).is_ok() {
        let key = BASE.root.windows(4).position(|bytes| bytes == [3, 0x42, 0, 4]).unwrap();
        assert!(contains(bytes, &BASE.root[key..key + 68]));
    }
}

pub fn roots() -> Vec<Vec<u8>> {
    vec![
        BASE.root.clone(),
        ROOTS[1].into(),
        ROOTS.concat().into(),
        BASE.parts.certificate.clone(),
    ]
}

/// What is read of the bytes: the same when it is kept and read again.
fn taken(bytes: &[u8]) -> Option<Token> {
    let kept = Token::parse(bytes);
    if let Ok(token) = &kept {
        assert_eq!(token.as_bytes(), bytes);
    }
    let token = match response(bytes, &BASE.request) {
        Ok(token) => {
            assert_eq!(Token::parse(token.as_bytes()).unwrap(), token);
            token
        }
        Err(_) => kept.ok()?,
    };
    assert_eq!(token.verify(b"other bytes", &BASE.roots), Err(TimestampError::Imprint));
    Some(token)
}

/// A response with this content, bound to this certificate and signed by the authority's key.
fn signed(content: &[u8], certificate: &[u8]) -> Vec<u8> {
    let parts = &BASE.parts;
    let mut attributes = parts.attributes.clone();
    for (was, is) in [(&parts.content[..], content), (&parts.certificate, certificate)] {
        let [was, is] = [was, is].map(|bytes| *Digest::of(bytes).as_bytes());
        let at = attributes.windows(32).position(|bytes| bytes == was).unwrap();
        attributes[at..at + 32].copy_from_slice(&is);
    }
    let signature = BASE.key.sign(&tlv(0x31, &attributes)).unwrap();
    let info = [
        parts.signer.clone(),
        tlv(0xa0, &attributes),
        parts.signature_algorithm.clone(),
        tlv(4, &signature),
    ];
    let certificates = match certificate.cmp(&parts.other_certificate) {
        std::cmp::Ordering::Greater => [&parts.other_certificate, certificate],
        _ => [certificate, &parts.other_certificate],
    };
    let data = [
        parts.head.clone(),
        tlv(
            0x30,
            &[parts.content_type.clone(), tlv(0xa0, &tlv(4, content))].concat(),
        ),
        tlv(0xa0, &certificates.concat()),
        tlv(0x31, &tlv(0x30, &info.concat())),
    ];
    let token = [parts.signed_data.clone(), tlv(0xa0, &tlv(0x30, &data.concat()))];
    tlv(0x30, &[parts.status.clone(), tlv(0x30, &token.concat())].concat())
}

fn apart(answer: &[u8]) -> Parts {
    let [status, token] = &inside(answer)[..] else {
        panic!("a status and a token")
    };
    let [signed_data, data] = &inside(token)[..] else {
        panic!("a type and the data")
    };
    let data = inside(inside(data)[0]);
    let encapsulated = inside(data[2]);
    let mut certificates: Vec<_> = inside(data[3]).into_iter().map(<[u8]>::to_vec).collect();
    let signer = inside(inside(data[4])[0]);
    let attributes = content(signer[3]).to_vec();
    certificates.sort_by_key(|certificate| contains(&attributes, Digest::of(certificate).as_bytes()));
    let [other_certificate, certificate] = certificates.try_into().unwrap();
    Parts {
        status: status.to_vec(),
        signed_data: signed_data.to_vec(),
        head: data[..2].concat(),
        content_type: encapsulated[0].to_vec(),
        content: content(inside(encapsulated[1])[0]).to_vec(),
        certificate,
        other_certificate,
        signer: signer[..3].concat(),
        attributes,
        signature_algorithm: signer[4].to_vec(),
    }
}

/// The DER elements in a DER element.
fn inside(element: &[u8]) -> Vec<&[u8]> {
    let mut rest = content(element);
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (head, length) = lengths(rest);
        let (element, after) = rest.split_at(head + length);
        found.push(element);
        rest = after;
    }
    found
}

fn content(element: &[u8]) -> &[u8] {
    &element[lengths(element).0..]
}

/// How long the tag and the length are, and what comes after them.
fn lengths(element: &[u8]) -> (usize, usize) {
    match element[1] {
        short @ 0..0x80 => (2, short.into()),
        long => {
            let bytes = &element[2..2 + usize::from(long & 0x7f)];
            (
                2 + bytes.len(),
                bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)),
            )
        }
    }
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let head = match length {
        [] => vec![tag, 0],
        [short @ 0..0x80] => vec![tag, *short],
        long => [&[tag, 0x80 | u8::try_from(long.len()).unwrap()], long].concat(),
    };
    [&head, content].concat()
}

fn decoded(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).unwrap()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
