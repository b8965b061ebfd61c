//! Sessions of assumed roles. A session lives whole inside its token, so the simulator remembers none.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};

use crate::authorization::Statement;
use crate::digest::{base32, digest, hex};

/// Who a session token speaks for, until when, and what it may do at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub account: String,
    pub role: String,
    pub name: String,
    /// Seconds since 1970.
    pub expires: i64,
    pub source_identity: Option<String>,
    /// The inline session policy; without one the role's own policies decide alone.
    pub policy: Option<Vec<Statement>>,
    /// The request it was given for: two sessions begun in the same second are two.
    pub request: String,
}

/// Temporary credentials.
pub(crate) struct Issued {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub token: String,
}

impl Session {
    /// Seals the session into credentials.
    pub fn issue(&self, token_secret: &str) -> Issued {
        let content = BASE64.encode(serde_json::to_vec(self).unwrap_or_default());
        let token = format!("{content}.{}", seal(token_secret, &content));
        Issued {
            access_key_id: access_key_id(&token),
            secret_access_key: secret(&["session secret", token_secret, &token]),
            token,
        }
    }

    /// Opens a token that was sealed with this secret for this access key.
    pub fn open(token_secret: &str, key_id: &str, token: &str) -> Option<Self> {
        let (content, sealed) = token.split_once('.')?;
        if sealed != seal(token_secret, content) || key_id != access_key_id(token) {
            return None;
        }
        serde_json::from_slice(&BASE64.decode(content).ok()?).ok()
    }
}

/// A secret access key. All begin alike, so that one that got where it must not be is found.
pub(crate) fn secret(words: &[&str]) -> String {
    format!("SimulatedSecret{}", &base32(&digest(words))[..25])
}

/// The unique id AWS gives a role, which begins every assumed-role id.
pub(crate) fn role_id(role_arn: &str) -> String {
    format!("AROA{}", &base32(&digest(&["role", role_arn]))[..17])
}

fn seal(token_secret: &str, content: &str) -> String {
    hex(&digest(&["session token", token_secret, content])[..16])
}

fn access_key_id(token: &str) -> String {
    format!("ASIA{}", &base32(&digest(&["session key", token]))[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_and_key_that_were_issued_together_open() {
        let session = Session {
            account: "222222222222".into(),
            role: "Auditor".into(),
            name: "trailaudit".into(),
            expires: 1_790_000_000,
            source_identity: None,
            policy: None,
            request: "id".into(),
        };
        let issued = session.issue("secret");
        assert_eq!(
            Session::open("secret", &issued.access_key_id, &issued.token),
            Some(session)
        );
        assert_eq!(Session::open("other", &issued.access_key_id, &issued.token), None);
        assert_eq!(Session::open("secret", "ASIAAAAAAAAAAAAAAAAA", &issued.token), None);
        assert_eq!(Session::open("secret", &issued.access_key_id, "nonsense"), None);
    }
}
