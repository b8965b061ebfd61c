//! The rows of the table, but for timestamps.

use p256::ecdsa::Signature;
use serde_json::json;
use trailaudit_core::evidence::envelope::PAYLOAD_TYPE;
use trailaudit_oracle::Oracle::{OpenSsl, Securesystemslib, SigstoreJs, SigstoreRs};

use crate::Case;
use crate::keys::{ED25519, Key, P256, P384, RSA, RSA_2048, RSA_PSS};
use crate::package::{Package, base64};
use crate::verdicts::Who::{self, Other};

pub const HAND: Who = Other(OpenSsl);
pub const PY: Who = Other(Securesystemslib);
pub const JS: Who = Other(SigstoreJs);
pub const RS: Who = Other(SigstoreRs);

pub const SIGNATURE_ALONE: &str = "it is asked about the signature alone, not about what the signature is about";
const FIRST_ALONE: &str = "the steps by hand look at the first signature alone; verify.sh and we at all there is";
const ANY_STATEMENT: &str = "it takes any payload, whatever its type; we take statements of ours alone";
const OWN_TYPE: &str = "the steps by hand do not read the payload type: they sign for the one there can be";
pub const NO_HINTS: &str = "it checks against the key it is given, whatever the bundle calls it";
const ONE_FORM: &str =
    "it takes any form of the same JSON; we take the canonical one, so that a byte changed is a change";
const LOOSE_BASE64: &str = "it takes base64 whose unused bits are set, or that is broken into lines; we take one form";

/// Whose signature, over what.
pub fn of_signatures() -> Vec<Case> {
    let (key, other) = (Key::new(P256), Key::new(P256));
    let good = Package::signed_by(&key);
    let (payload, signature) = (good.payload(), good.signature());
    let put = |payload: &[u8], payload_type: &str, key: &Key| {
        let mut package = good.clone();
        package.put(payload, payload_type, key);
        package
    };
    let text = str::from_utf8(&payload).unwrap();
    let forged = base64(text.replace("Ada", "Eva").as_bytes());
    let (head, digest) = text.split_once("\"sha256\":\"").unwrap();
    let about_another = format!("{head}\"sha256\":\"{}{}", "0".repeat(64), &digest[64..]);
    let mut flipped = signature.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let second = json!({"keyid": other.fingerprint(), "sig": base64(&other.sign(b"something"))});
    vec![
        Case::new("good, P-256", true, good.clone()),
        Case::new(
            "the payload changed",
            false,
            good.edited(|bundle| bundle["dsseEnvelope"]["payload"] = forged.into()),
        ),
        Case::new("the signature changed in one bit", false, good.with_signature(&flipped)),
        Case::new("signed with another key", false, put(&payload, PAYLOAD_TYPE, &other)),
        Case::new(
            "signed with another key, under the hint of ours",
            false,
            good.with_signature(&put(&payload, PAYLOAD_TYPE, &other).signature()),
        ),
        Case::new(
            "the manifest changed",
            false,
            good.with_file("manifest.json", |bytes| bytes[20] ^= 1),
        )
        .but(&[PY, JS], SIGNATURE_ALONE),
        Case::new(
            "the report changed",
            false,
            good.with_file("report.html", |bytes| bytes[20] ^= 1),
        )
        .but(&[HAND, PY, JS, RS], SIGNATURE_ALONE),
        Case::new(
            "signed, about another manifest",
            false,
            put(about_another.as_bytes(), PAYLOAD_TYPE, &key),
        )
        .but(&[PY, JS], SIGNATURE_ALONE),
        Case::new("signed, but no statement", false, put(b"hello", PAYLOAD_TYPE, &key)).but(&[PY, JS], ANY_STATEMENT),
        Case::new(
            "the payload type changed",
            false,
            good.edited(|bundle| bundle["dsseEnvelope"]["payloadType"] = "text/plain".into()),
        )
        .but(&[HAND], OWN_TYPE),
        Case::new(
            "signed, with another payload type",
            false,
            put(&payload, "text/plain", &key),
        )
        .but(&[PY, JS], ANY_STATEMENT),
        Case::new(
            "a stranger's signature after ours",
            false,
            good.edited(|bundle| {
                let signatures = bundle["dsseEnvelope"]["signatures"].as_array_mut();
                signatures.unwrap().push(second.clone());
            }),
        )
        .but(&[HAND, PY], FIRST_ALONE),
        Case::new(
            "a stranger's signature before ours",
            false,
            good.edited(|bundle| {
                let signatures = bundle["dsseEnvelope"]["signatures"].as_array_mut();
                signatures.unwrap().insert(0, second);
            }),
        )
        .but(&[PY], "one good signature is enough for it; we want no other beside it"),
        Case::new(
            "no signature",
            false,
            good.edited(|bundle| bundle["dsseEnvelope"]["signatures"] = json!([])),
        ),
    ]
}

/// The same in other forms: of the signature, of base64, of JSON.
pub fn of_forms() -> Vec<Case> {
    let key = Key::new(P256);
    let good = Package::signed_by(&key);
    let der = good.signature();
    // One that is as long as can be: what follows it lies beyond what `openssl dgst` reads.
    let longest = std::iter::repeat_with(|| Package::signed_by(&key));
    let longest = longest
        .take(200)
        .find(|package| package.signature().len() == 72)
        .unwrap();
    let plain = Signature::from_der(&der).unwrap();
    let twin = Signature::from_scalars(plain.r(), -plain.s()).unwrap();
    let mut long_form = der.clone();
    long_form.insert(1, 0x81);
    let mut padded = der.clone();
    (padded[1], padded[3]) = (padded[1] + 1, padded[3] + 1);
    padded.insert(4, 0);
    let spare_bits = |bundle: &str| {
        let payload = base64(&good.payload());
        let last = payload.as_bytes()[payload.len() - 3];
        let other = format!("{}{}==", &payload[..payload.len() - 3], char::from(last + 1));
        bundle.replace(&payload, &other)
    };
    let pretty = |bundle: &str| {
        let bundle: serde_json::Value = serde_json::from_str(bundle).unwrap();
        serde_json::to_string_pretty(&bundle).unwrap()
    };
    let hint = |bundle: &mut serde_json::Value| {
        bundle["verificationMaterial"]["publicKey"]["hint"] = "0".repeat(64).into();
    };
    let keyid = |bundle: &mut serde_json::Value| {
        bundle["dsseEnvelope"]["signatures"][0]["keyid"] = "0".repeat(64).into();
    };
    vec![
        Case::new(
            "the twin (r, n - s)",
            true,
            good.with_signature(twin.to_der().as_bytes()),
        ),
        Case::new(
            "r and s as plain bytes, not DER",
            false,
            good.with_signature(&plain.to_bytes()),
        ),
        Case::new("an empty signature", false, good.with_signature(b"")),
        Case::new(
            "a byte after the DER",
            false,
            good.with_signature(&[&der[..], &[0]].concat()),
        ),
        Case::new(
            "a byte after the longest DER",
            false,
            longest.with_signature(&[&longest.signature()[..], &[0]].concat()),
        ),
        Case::new("DER with a long length", false, good.with_signature(&long_form)),
        Case::new("DER with a padded number", false, good.with_signature(&padded)),
        Case::new("base64 with other unused bits", false, good.rewritten(spare_bits))
            .but(&[HAND, PY, JS], LOOSE_BASE64),
        Case::new(
            "base64 in two lines",
            false,
            good.rewritten(|bundle| bundle.replacen("\"payload\":\"eyJ", "\"payload\":\"eyJ\\n", 1)),
        )
        .but(&[HAND, JS], LOOSE_BASE64),
        Case::new("the key id changed", false, good.edited(keyid)).but(&[HAND, JS, RS], NO_HINTS),
        Case::new("the hint changed", false, good.edited(hint)).but(&[HAND, PY, RS], NO_HINTS),
        Case::new(
            "key id and hint changed",
            false,
            good.edited(|bundle| {
                hint(bundle);
                keyid(bundle);
            }),
        )
        .but(&[HAND, RS], NO_HINTS),
        Case::new("the JSON indented", false, good.rewritten(pretty)).but(&[HAND, PY, JS, RS], ONE_FORM),
        Case::new(
            "a field that nobody knows",
            false,
            good.edited(|bundle| bundle["dsseEnvelope"]["more"] = "x".into()),
        )
        .but(&[HAND, PY, JS, RS], ONE_FORM),
        Case::new(
            "the payload twice, the true one last",
            false,
            good.rewritten(|bundle| bundle.replacen("\"payload\":", "\"payload\":\"e30=\",\"payload\":", 1)),
        )
        .but(&[HAND, PY, JS], ONE_FORM),
        Case::new(
            "another media type",
            false,
            good.edited(|bundle| bundle["mediaType"] = "application/json".into()),
        )
        .but(&[HAND, PY], SIGNATURE_ALONE),
    ]
}

/// Keys of other kinds.
pub fn of_keys() -> Vec<Case> {
    let (ed25519, rsa, pss, p384) = (Key::new(ED25519), Key::new(RSA), Key::new(RSA_PSS), Key::new(P384));
    let short = Key::new(RSA_2048);
    let pkcs1 = Key::new(RSA).with_pkcs1();
    let good = Package::signed_by(&ed25519);
    let mut flipped = good.signature();
    flipped[40] ^= 1;
    let of_rsa = Package::signed_by(&rsa);
    let longer = [&of_rsa.signature()[..], &[0]].concat();
    vec![
        Case::new("good, Ed25519", true, good.clone()),
        Case::new("Ed25519, one bit changed", false, good.with_signature(&flipped)),
        Case::new("good, RSA-PSS", true, Package::signed_by(&rsa)).but(
            &[JS, RS],
            "for it an RSA key signs with PKCS #1 v1.5, whatever it is asked",
        ),
        Case::new("a byte after RSA-PSS", false, of_rsa.with_signature(&longer)),
        Case::new(
            "good, RSA-PSS, with a key for PSS alone",
            true,
            Package::signed_by(&pss),
        )
        .but(&[RS], "it does not know keys for PSS alone"),
        Case::new("RSA with PKCS #1 v1.5", false, Package::signed_by(&pkcs1)).but(
            &[JS, RS],
            "for it an RSA key signs with PKCS #1 v1.5; we take PSS alone",
        ),
        Case::new("RSA-PSS with 2048 bits", false, Package::signed_by(&short))
            .but(&[HAND, PY], "it takes RSA keys of any length; we want 3072 bits"),
        Case::new("P-384 with SHA-256", false, Package::signed_by(&p384)).but(
            &[HAND, JS],
            "it takes any key OpenSSL can verify with; we take three kinds",
        ),
    ]
}
