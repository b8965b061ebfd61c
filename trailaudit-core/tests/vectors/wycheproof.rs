//! Project Wycheproof: what is valid verifies, what is invalid does not. None of these sets calls anything merely
//! acceptable; if a new edition does, the tests say so.

use trailaudit_core::evidence::public_key::KeyError;
use trailaudit_core::evidence::{Algorithm, PublicKey};
use wycheproof::TestResult::{self, Invalid, Valid};
use wycheproof::{ecdsa, eddsa, rsa_pss_verify};

#[test]
fn ecdsa_p256_in_der() {
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256).unwrap();
    let mut told = Told::default();
    for group in set.test_groups {
        let key = PublicKey::from_spki(&group.der).unwrap();
        assert_eq!(key.algorithm(), Algorithm::EcdsaP256Sha256);
        for test in group.tests {
            told.case(&key, (&test.msg, &test.sig), test.result, test.tc_id);
        }
    }
    told.counts(174, 310);
}

/// The same numbers one after the other instead of in DER: another form of the same signatures, and so none.
#[test]
fn ecdsa_p256_not_in_der() {
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    let mut count = 0;
    for group in set.test_groups {
        let key = PublicKey::from_spki(&group.der).unwrap();
        for test in group.tests {
            assert!(key.verify(&test.msg, &test.sig).is_err(), "{}", test.tc_id);
            count += 1;
        }
    }
    assert!(count > 200, "{count}");
}

#[test]
fn ed25519() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut told = Told::default();
    for group in set.test_groups {
        let key = PublicKey::from_spki(&group.der).unwrap();
        assert_eq!(key.algorithm(), Algorithm::Ed25519);
        for test in group.tests {
            told.case(&key, (&test.msg, &test.sig), test.result, test.tc_id);
        }
    }
    told.counts(88, 63);
}

#[test]
fn rsa_pss() {
    use rsa_pss_verify::TestName::{
        RsaPss3072Sha256Mgf1SaltLen32, RsaPss3072Sha256Mgf1SaltLen32WithParams, RsaPss4096Sha256Mgf1SaltLen32,
    };
    let mut told = Told::default();
    for name in [
        RsaPss3072Sha256Mgf1SaltLen32,
        RsaPss3072Sha256Mgf1SaltLen32WithParams,
        RsaPss4096Sha256Mgf1SaltLen32,
    ] {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let key = PublicKey::from_spki(&group.der).unwrap();
            assert_eq!(key.algorithm(), Algorithm::RsaPssSha256);
            for test in group.tests {
                told.case(&key, (&test.msg, &test.sig), test.result, test.tc_id);
            }
        }
    }
    told.counts(3 * 63, 3 * 45);
}

/// Signatures that are valid with other parameters than ours, and keys that are too short.
#[test]
fn rsa_pss_with_other_parameters() {
    use rsa_pss_verify::TestName::{
        RsaPss2048Sha256Mgf1SaltLen32, RsaPss2048Sha256Mgf1SaltLen32WithParams, RsaPss4096Sha384Mgf1SaltLen48,
        RsaPss4096Sha512Mgf1SaltLen32, RsaPss4096Sha512Mgf1SaltLen32WithParams,
    };
    let groups = |name| rsa_pss_verify::TestSet::load(name).unwrap().test_groups;
    let first = |name| PublicKey::from_spki(&groups(name)[0].der).unwrap_err();
    assert_eq!(first(RsaPss2048Sha256Mgf1SaltLen32), KeyError::RsaBits(2048));
    assert_eq!(first(RsaPss2048Sha256Mgf1SaltLen32WithParams), KeyError::RsaBits(2048));
    assert_eq!(first(RsaPss4096Sha512Mgf1SaltLen32WithParams), KeyError::PssParameters);
    for name in [RsaPss4096Sha384Mgf1SaltLen48, RsaPss4096Sha512Mgf1SaltLen32] {
        for group in groups(name) {
            let key = PublicKey::from_spki(&group.der).unwrap();
            for test in group.tests {
                assert!(key.verify(&test.msg, &test.sig).is_err(), "{}", test.tc_id);
            }
        }
    }
}

/// What was told apart.
#[derive(Default)]
struct Told {
    valid: usize,
    invalid: usize,
}

impl Told {
    fn case(&mut self, key: &PublicKey, (message, signature): (&[u8], &[u8]), result: TestResult, id: usize) {
        let verified = key.verify(message, signature).is_ok();
        match result {
            Valid => self.valid += 1,
            Invalid => self.invalid += 1,
            TestResult::Acceptable => panic!("case {id} is merely acceptable: decide which it is here"),
        }
        assert_eq!(verified, result == Valid, "case {id}");
    }

    fn counts(&self, valid: usize, invalid: usize) {
        assert_eq!((self.valid, self.invalid), (valid, invalid));
    }
}
