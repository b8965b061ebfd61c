//! The rows of the table about timestamps.

use std::sync::{LazyLock, Mutex};
use std::thread::sleep;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;
use trailaudit_oracle::Oracle::{OpenSsl, Securesystemslib, SigstoreJs, SigstoreRs};

use crate::Case;
use crate::authority::{Authority, P256, RSA_2048, Setup};
use crate::keys::{self, Key};
use crate::package::{Package, base64};
use crate::verdicts::Who::{self, Other};
use crate::whole_seconds::to_the_second;

const HAND: Who = Other(OpenSsl);
const PY: Who = Other(Securesystemslib);
const JS: Who = Other(SigstoreJs);
const RS: Who = Other(SigstoreRs);
const WHOLE_SECONDS: &str = "it reads timestamps of whole seconds alone";
pub const NO_TIMES: &str = "it knows envelopes, not bundles, and does not read timestamps";

pub fn cases() -> Vec<Case> {
    let key = Key::new(keys::P256);
    let plain = Package::signed_by(&key);
    let hours = SignedDuration::from_hours;
    let authority = |key, valid| {
        to_the_second(&Setup {
            key,
            valid,
            ..Setup::default()
        })
    };
    let usual = (hours(-1), hours(1));
    let (rsa, ec, stranger) = (
        authority(RSA_2048, usual),
        authority(P256, usual),
        authority(P256, usual),
    );
    let expired = authority(P256, (hours(-3), hours(-2)));
    let fleeting = authority(P256, (hours(-1), SignedDuration::from_secs(3)));
    let stamped = |authority: &Authority, signed: &[u8]| {
        asked_of(&plain.with_timestamp(authority.stamp(signed).as_bytes()), authority)
    };
    let signature = plain.signature();
    let good = stamped(&ec, &signature);
    let outlived = stamped(&fleeting, &signature);
    // Until its certificate has expired.
    sleep(Duration::from_secs(4));
    let token = ec.stamp(&signature).as_bytes().to_vec();
    let mut another_time = token.clone();
    another_time[time_in(&token) + 2 + 9] ^= 1;
    let precise = Authority::new(&Setup::default());
    let to_the_millisecond = |digits| {
        asked_of(
            &plain.with_timestamp(&with_digits(&precise, &signature, digits)),
            &precise,
        )
    };
    vec![
        Case::new(
            "good, but without a timestamp, and nobody asks",
            true,
            Package {
                as_it_is: true,
                ..plain.clone()
            },
        )
        .but(&[RS], "it takes no bundle without a log entry or a timestamp"),
        Case::new("good, with a timestamp, P-256", true, good.clone()),
        Case::new("good, with a timestamp, RSA", true, stamped(&rsa, &signature))
            .but(&[RS], "it reads timestamps of elliptic curves alone"),
        Case::new("good, stamped to the millisecond", true, to_the_millisecond(3)).but(&[RS], WHOLE_SECONDS),
        Case::new(
            "good, stamped to a millisecond that ends in 0",
            true,
            to_the_millisecond(2),
        )
        .but(&[RS], WHOLE_SECONDS)
        .but(&[JS], "it reads three digits after the second or none"),
        Case::new("the authority's certificate expired since", true, outlived),
        Case::new(
            "the authority's certificate expired before",
            false,
            stamped(&expired, &signature),
        )
        .but(&[PY], NO_TIMES),
        Case::new(
            "the timestamp of another signature",
            false,
            stamped(&ec, b"another signature"),
        )
        .but(&[PY], NO_TIMES),
        Case::new("the timestamp of a stranger", false, asked_of(&good, &stranger)).but(&[PY], NO_TIMES),
        Case::new("no timestamp, though asked for", false, asked_of(&plain, &ec)).but(&[PY], NO_TIMES),
        Case::new(
            "the time in the timestamp changed",
            false,
            asked_of(&plain.with_timestamp(&another_time), &ec),
        )
        .but(&[PY], NO_TIMES),
        Case::new(
            "a timestamp of nothing",
            false,
            asked_of(&plain.with_timestamp(b""), &ec),
        )
        .but(&[PY], NO_TIMES),
        Case::new(
            "a second timestamp, of a stranger",
            false,
            good.edited(|bundle| {
                let other = serde_json::json!({"signedTimestamp": base64(stranger.stamp(&signature).as_bytes())});
                timestamps(bundle).push(other);
            }),
        )
        .but(&[PY], NO_TIMES)
        .but(&[HAND], "the steps by hand look at the first timestamp alone"),
        Case::new(
            "the signature changed, not the timestamp",
            false,
            good.with_signature(&key.sign(b"x")),
        ),
    ]
}

/// `sigstore-verify` takes no bundle that has neither a log entry nor a timestamp. Where a case is not about time, it is
/// asked about the same bundle with a timestamp over whatever signature there is.
pub fn for_sigstore(package: &Package) -> Option<Package> {
    static AUTHORITY: LazyLock<Mutex<Authority>> = LazyLock::new(|| Mutex::new(to_the_second(&Setup::default())));
    let bundle = str::from_utf8(package.bundle()).unwrap();
    if package.as_it_is || !package.authority.is_empty() || bundle.contains("rfc3161Timestamps") {
        return None;
    }
    let authority = AUTHORITY.lock().unwrap();
    let response = base64(authority.stamp(&package.first_signature()?).as_bytes());
    let data =
        format!("\"timestampVerificationData\":{{\"rfc3161Timestamps\":[{{\"signedTimestamp\":\"{response}\"}}]}}");
    let stamped = package.rewritten(|bundle| bundle.replacen("\"publicKey\"", &format!("{data},\"publicKey\""), 1));
    Some(asked_of(&stamped, &authority))
}

/// A timestamp to the millisecond, of which DER writes as many digits as are not zeros at the end.
fn with_digits(authority: &Authority, signed: &[u8], digits: usize) -> Vec<u8> {
    loop {
        let token = authority.stamp(signed).as_bytes().to_vec();
        let time = time_in(&token);
        // YYYYMMDDhhmmss.fffZ
        if usize::from(token[time + 1]) == 16 + digits {
            return token;
        }
    }
}

/// Where the time stands: the tag of a `GeneralizedTime`, of which the first is that in `TSTInfo`.
fn time_in(token: &[u8]) -> usize {
    let is_time = |bytes: &[u8]| bytes[0] == 0x18 && &bytes[2..] == b"20";
    token.windows(4).position(is_time).unwrap()
}

/// The package, for a verifier who believes this authority and wants a timestamp of it.
pub fn asked_of(package: &Package, authority: &Authority) -> Package {
    Package {
        authority: ["tsa.pem", "intermediate.pem", "root.pem"]
            .map(|name| authority.text(name))
            .to_vec(),
        roots: authority.roots.clone(),
        ..package.clone()
    }
}

fn timestamps(bundle: &mut Value) -> &mut Vec<Value> {
    let data = &mut bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"];
    data.as_array_mut().unwrap()
}
