//! Why a text is not a key that can be used.

/// Why a text is not a key that can be used here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is not PEM at all.
    #[error("this is not a PEM file: it does not start with -----BEGIN")]
    NotPem,
    /// The PEM block holds something that is no key.
    #[error("the PEM block holds a {0}, not a key that can be used here")]
    Label(String),
    /// There is more in the file than a key.
    #[error("the file holds {0} PEM blocks; give the one of the key alone")]
    SeveralBlocks(usize),
    /// An RSA public key as RFC 8017 appendix A.1.1 has it, without a word about its algorithm.
    #[error(
        "this is an RSA public key in the form of PKCS#1; give it in the form PUBLIC KEY \
         (openssl rsa -RSAPublicKey_in -in KEY -pubout)"
    )]
    Pkcs1,
    /// A private key was given where a public one belongs.
    #[error("this is a private key; give the public key (openssl pkey -in KEY -pubout)")]
    PrivateGiven,
    /// A public key was given where a private one belongs.
    #[error("this is a public key; signing needs the private key")]
    PublicGiven,
    /// The private key is protected by a passphrase.
    #[error("the private key is encrypted; decrypt it first (openssl pkey -in KEY -out PLAIN) or use a key in AWS KMS")]
    Encrypted,
    /// The public key is of an algorithm that is not used here.
    #[error("the key is of the algorithm {0}; an ECDSA P-256, Ed25519 or RSA key is needed")]
    Algorithm(String),
    /// The private key is of an algorithm that can be verified here, perhaps, but not signed with.
    #[error("the key is of the algorithm {0}; signing with a local key needs ECDSA P-256")]
    NotForSigning(String),
    /// The key is an elliptic curve key of another curve.
    #[error("the elliptic curve of the key is {0}; only P-256 is used here")]
    Curve(String),
    /// The RSA key has too few bits to last as long as the package, or too many to be checked in reasonable time.
    #[error("the RSA key has {0} bits; between 3072 and 8192 are needed")]
    RsaBits(usize),
    /// The RSA key's public exponent is none: even, one, or beyond 2^33 - 1.
    #[error("the public exponent of the RSA key is not an odd number between 3 and 2^33 - 1")]
    RsaExponent,
    /// The RSA-PSS key restricts itself to other parameters than the ones used here (RFC 4055 section 3.1).
    #[error("the RSA-PSS key is not for SHA-256 with MGF1 of SHA-256 and a salt of 32 bytes")]
    PssParameters,
    /// An Ed25519 key that everybody can sign with: a point of small order.
    #[error("the Ed25519 key is a point of small order, which makes no signature worth anything")]
    Weak,
    /// The key is readable, but not in its one canonical form.
    #[error("the key is not in canonical form: one PEM block of 64 columns with LF line ends and nothing around it")]
    NotCanonical,
    /// The block cannot be decoded.
    #[error("the key cannot be read: {0}")]
    Malformed(String),
}

impl KeyError {
    pub(in crate::evidence) fn malformed(error: &dyn std::fmt::Display) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// The label of the only PEM block.
pub(in crate::evidence) fn pem_label(text: &str) -> Result<&str, KeyError> {
    let blocks = text.matches("-----BEGIN ").count();
    if blocks > 1 {
        return Err(KeyError::SeveralBlocks(blocks));
    }
    text.lines()
        .next()
        .and_then(|line| line.strip_prefix("-----BEGIN "))
        .and_then(|line| line.strip_suffix("-----"))
        .ok_or(KeyError::NotPem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{PemSigner, PublicKey};

    fn block(label: &str) -> String {
        format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n")
    }

    #[test]
    fn an_older_form_of_a_public_key_is_called_by_its_name() {
        let public = |label: &str| PublicKey::from_pem(&block(label)).unwrap_err();
        assert_eq!(public("RSA PUBLIC KEY"), KeyError::Pkcs1);
        assert_eq!(public("DSA PUBLIC KEY"), KeyError::Algorithm("DSA".into()));
    }

    #[test]
    fn a_key_stands_alone_in_its_file() {
        let several = Some(KeyError::SeveralBlocks(2));
        let file = |labels: [&str; 2]| labels.map(block).concat();
        assert_eq!(PublicKey::from_pem(&file(["PUBLIC KEY"; 2])).err(), several);
        let private = |labels| PemSigner::from_pem(&file(labels)).err();
        assert_eq!(private(["PRIVATE KEY", "CERTIFICATE"]), several);
        assert_eq!(private(["EC PRIVATE KEY", "PUBLIC KEY"]), several);
        // As `openssl ecparam -genkey` writes them.
        let parameters = private(["EC PARAMETERS", "EC PRIVATE KEY"]);
        assert!(matches!(parameters, Some(KeyError::Malformed(_))), "{parameters:?}");
    }
}
