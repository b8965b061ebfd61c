//! Whatever the bytes are, every parser answers; none panics, none takes for its own what it would write otherwise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use trailaudit_core::evidence::records::{self, Header};
use trailaudit_core::evidence::{
    AccountLeaf, Bundle, Files as _, InMemory, Manifest, Options, PemSigner, PublicKey, Statement, package, verify,
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
