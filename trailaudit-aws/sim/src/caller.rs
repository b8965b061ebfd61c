//! Who calls: the credential scope of a request, and the principal behind its credentials.

use crate::authorization::Statement;
use crate::call::Call;
use crate::digest::{base32, digest};
use crate::refusal::Refusal;
use crate::session::{Session, role_id};
use crate::world::{Account, World};

/// `Credential=KEY/DATE/REGION/SERVICE/aws4_request` of Signature Version 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope<'a> {
    pub key_id: &'a str,
    pub region: &'a str,
    pub service: &'a str,
}

/// The principal of a request.
pub(crate) struct Caller<'a> {
    pub account: &'a Account,
    pub arn: String,
    pub user_id: String,
    /// The actions its own policies allow.
    pub allowed: &'a [String],
    pub session_policy: Option<Vec<Statement>>,
    /// Whether it is a session, whose next role would be a chained one.
    pub assumed: bool,
    pub source_identity: Option<String>,
}

impl<'a> Scope<'a> {
    pub fn of(call: &'a Call) -> Result<Self, Refusal> {
        let header = call.authorization.as_deref().ok_or_else(Refusal::missing_token)?;
        Self::parse(header).ok_or_else(Refusal::incomplete_signature)
    }

    fn parse(header: &'a str) -> Option<Self> {
        let fields = header.strip_prefix("AWS4-HMAC-SHA256 ")?;
        let credential = fields
            .split(',')
            .find_map(|field| field.trim().strip_prefix("Credential="))?;
        let mut parts = credential.split('/');
        let key_id = parts.next().filter(|key_id| !key_id.is_empty())?;
        let (_date, region, service) = (parts.next()?, parts.next()?, parts.next()?);
        let ends_well = parts.next() == Some("aws4_request") && parts.next().is_none();
        ends_well.then_some(Self {
            key_id,
            region,
            service,
        })
    }
}

impl<'a> Caller<'a> {
    pub fn of(world: &'a World, call: &Call, scope: &Scope<'_>) -> Result<Self, Refusal> {
        let caller = match &call.session_token {
            Some(token) => {
                let session = Session::open(&world.token_secret, scope.key_id, token);
                let session = session.ok_or_else(Refusal::unrecognized_client)?;
                if session.expires <= call.now.as_second() {
                    return Err(Refusal::expired_token());
                }
                Self::session(world, session)
            }
            None => Self::user(world, scope.key_id),
        };
        caller
            .filter(|caller| caller.account.state.answers())
            .ok_or_else(Refusal::unrecognized_client)
    }

    fn user(world: &'a World, key_id: &str) -> Option<Self> {
        let key = world.access_keys.iter().find(|key| key.id == key_id)?;
        let arn = format!("arn:aws:iam::{}:user/{}", key.account, key.user);
        Some(Self {
            account: world.accounts.get(&key.account)?,
            user_id: format!("AIDA{}", &base32(&digest(&["user", &arn]))[..17]),
            arn,
            allowed: &key.allowed,
            session_policy: None,
            assumed: false,
            source_identity: None,
        })
    }

    fn session(world: &'a World, session: Session) -> Option<Self> {
        let account = world.accounts.get(&session.account)?;
        let role = account.roles.get(&session.role)?;
        let id = role_id(&role.arn(&account.id));
        Some(Self {
            account,
            arn: format!(
                "arn:aws:sts::{}:assumed-role/{}/{}",
                account.id, role.name, session.name
            ),
            user_id: format!("{id}:{}", session.name),
            allowed: &role.allowed,
            session_policy: session.policy,
            assumed: true,
            source_identity: session.source_identity,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_names_key_region_and_service() {
        let header = "AWS4-HMAC-SHA256 Credential=AKIAX/20261120/eu-west-1/cloudtrail/aws4_request, \
                      SignedHeaders=host;x-amz-date, Signature=00";
        let scope = Scope {
            key_id: "AKIAX",
            region: "eu-west-1",
            service: "cloudtrail",
        };
        assert_eq!(Scope::parse(header), Some(scope));
        for malformed in [
            "",
            "AWS4-HMAC-SHA256 Credential=",
            "AWS4-HMAC-SHA256 Credential=a/b/c/d",
            "Bearer x",
        ] {
            assert_eq!(Scope::parse(malformed), None, "{malformed}");
        }
    }
}
