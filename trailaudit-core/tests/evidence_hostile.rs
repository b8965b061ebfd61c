//! Whatever the bytes are, every parser answers; none panics, none takes for its own what it would write otherwise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use trailaudit_core::evidence::records::{self, Header};
use trailaudit_core::evidence::timestamp::{Certificate, Token};
use trailaudit_core::evidence::{
    AccountLeaf, Bundle, Files as _, InMemory, Manifest, Options, PemSigner, PublicKey, Statement, Trust, package,
    timestamp, verify,
};

proptest! {
    #[test]
    fn parsers_answer_to_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Bundle::parse(&bytes).is_err());
        prop_assert!(Statement::parse(&bytes).is_err());
        prop_assert!(Manifest::parse(&bytes).is_err());
        prop_assert!(AccountLeaf::parse(&bytes).is_err());
        prop_assert!(Header::parse(&bytes).is_err());
        prop_assert!(PublicKey::from_spki(&bytes).is_err());
        prop_assert!(Token::parse(&bytes).is_err());
        prop_assert!(records::read_lines(&bytes[..]).any(|line| line.is_err()));
    }

    #[test]
    fn keys_answer_to_any_text(label in "[A-Z ]{0,20}", body in "[A-Za-z0-9+/=\n]{0,200}", text in ".{0,200}") {
        for pem in [&text, &format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")] {
            prop_assert!(PublicKey::from_pem(pem).is_err());
            prop_assert!(PemSigner::from_pem(pem).is_err());
        }
    }

    #[test]
    fn policies_and_roots_answer_to_any_text(
        text in ".{0,200}",
        key in "(format|require|independent|require-timestamp|signer|\\[\\[signer\\]\\]\n(name|id|roles|key|revoked))",
        value in "(\"\\PC{0,20}\"|[0-9T:Z.-]{0,20}|\\[.{0,20}\\]|true)",
    ) {
        let policies = [text.clone(), format!("format = \"trailaudit.trust/v1\"\n{key} = {value}\n")];
        for policy in policies {
            let told = Trust::from_toml(&policy, &mut |_| Ok(text.clone()));
            let lines = policy.lines().count() + 1;
            prop_assert!(told.is_err_and(|error| (1..=lines).contains(&error.line)));
        }
        prop_assert!(Certificate::from_pem_bundle(&text).is_err());
    }

    /// Structures that are nearly right: a real answer, cut up and put together in another way.
    #[test]
    fn timestamps_answer_to_any_patchwork(parts in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..80), 1..12)) {
        let request = timestamp::request(b"signed", 1).unwrap();
        let whole = [&[0x30, 0x80, 0x30, 3, 2, 1, 0], request.as_bytes(), b"\x06\x09*\x86H\x86\xf7\r\x01\x07\x02\xa0\x82"].concat();
        let piece = |(from, length): &(prop::sample::Index, usize)| {
            let from = from.index(whole.len());
            whole[from..whole.len().min(from + length)].to_vec()
        };
        let bytes = parts.iter().flat_map(piece).collect::<Vec<_>>();
        prop_assert!(timestamp::response(&bytes, &request).is_err());
    }

    #[test]
    fn verification_answers_to_any_files(
        files in prop::collection::vec(("(signatures/|keys/|accounts/)?[ -~]{0,12}(\\.pem|\\.json)?", any::<Vec<u8>>()), 0..6),
        manifest in any::<Vec<u8>>(),
    ) {
        let mut package = InMemory::default();
        for (path, bytes) in files {
            package.insert(path, bytes);
        }
        package.insert("manifest.json", manifest);
        package.insert("signatures/01-preparer.sigstore.json", "{}");
        prop_assert!(package.paths().unwrap().len() >= 2);
        prop_assert!(!verify(&package, &Options::default()).is_verified());
    }

    /// What is safe stays inside, wherever it is put.
    #[test]
    fn safe_paths_stay_inside(path in "[a./\\\\: \u{0}-\u{7f}]{0,12}") {
        if package::safe_path(&path).is_ok() {
            let inside = std::path::Path::new(&path)
                .components()
                .all(|part| matches!(part, std::path::Component::Normal(_)));
            prop_assert!(inside && !path.is_empty() && !path.contains(['\\', ':', '\0', '\n']));
        }
    }
}
