//! Security Token Service: who the caller is, and roles.

use jiff::Timestamp;

use crate::arn::Arn;
use crate::authorization::statements;
use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::session::{Issued, Session, role_id};
use crate::wire::xml::Xml;
use crate::world::{Account, Role};

use super::Operation;
use super::assume_role_input::Wanted;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "AssumeRole",
        answer: assume_role,
    },
    Operation {
        name: "GetCallerIdentity",
        answer: get_caller_identity,
    },
];

/// Needs no permission at all.
#[expect(clippy::unnecessary_wraps, reason = "operations share one signature")]
fn get_caller_identity(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let caller = &request.caller;
    Ok(request.in_xml(entry, |xml| {
        xml.text("Arn", &caller.arn).text("UserId", &caller.user_id);
        xml.text("Account", &caller.account.id);
    }))
}

/// The ledger's target is the account of the role.
fn assume_role(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let wanted = Wanted::read(&request.call.body)?;
    let arn = Arn::parse(&wanted.role_arn).filter(|arn| arn.service == "iam" && arn.resource.starts_with("role/"));
    let arn = arn.ok_or_else(|| Refusal::client("ValidationError", format!("{} is invalid", wanted.role_arn)))?;
    arn.account.clone_into(&mut entry.target);
    request.authorize("sts:AssumeRole", Some(&wanted.role_arn))?;
    // AWS does not tell a role that does not exist, a trust that does not match and a closed account apart.
    let (account, role) =
        trusting_role(request, &wanted, &arn).ok_or_else(|| denied(request, "AssumeRole", &wanted))?;
    let source_identity = source_identity(request, &wanted, role)?;
    if wanted.tagged && !role.trust.session_tags {
        return Err(denied(request, "TagSession", &wanted));
    }
    refuse_long_session(request, &wanted, role)?;
    refuse_region_off(request, account)?;
    let policy = wanted.policy.as_deref().map(|policy| {
        let message = "The policy is not in the valid JSON format.";
        statements(policy).ok_or_else(|| Refusal::client("MalformedPolicyDocument", message))
    });
    let session = Session {
        account: account.id.clone(),
        role: role.name.clone(),
        name: wanted.session_name.clone(),
        expires: request.call.now.as_second().saturating_add(wanted.seconds),
        source_identity,
        policy: policy.transpose()?,
        request: request.call.request_id.clone(),
    };
    let issued = session.issue(&request.world.token_secret);
    Ok(request.in_xml(entry, |xml| write_session(xml, &session, &issued, role, &wanted)))
}

fn trusting_role<'a>(request: &Request<'a>, wanted: &Wanted, arn: &Arn<'_>) -> Option<(&'a Account, &'a Role)> {
    let account = request
        .world
        .accounts
        .get(arn.account)
        .filter(|account| account.state.answers())?;
    let role = account
        .roles
        .values()
        .find(|role| role.arn(&account.id) == wanted.role_arn)?;
    let trusted = role
        .trust
        .accounts
        .iter()
        .any(|trusted| trusted == request.account_id());
    let known = role.trust.external_id.is_none() || role.trust.external_id == wanted.external_id;
    let organization = &request.world.organization.id;
    let is_member = role.trust.organization.as_ref().is_none_or(|id| id == organization);
    (trusted && known && is_member).then_some((account, role))
}

/// A source identity, once set, stays through every further role and cannot be changed.
fn source_identity(request: &Request<'_>, wanted: &Wanted, role: &Role) -> Result<Option<String>, Refusal> {
    let carried = request.caller.source_identity.as_ref();
    let changed = wanted
        .source_identity
        .as_ref()
        .is_some_and(|given| carried.is_some_and(|carried| carried != given));
    let effective = wanted.source_identity.as_ref().or(carried);
    if changed || effective.is_some() && !role.trust.source_identity {
        return Err(denied(request, "SetSourceIdentity", wanted));
    }
    Ok(effective.cloned())
}

fn refuse_long_session(request: &Request<'_>, wanted: &Wanted, role: &Role) -> Result<(), Refusal> {
    if request.caller.assumed && wanted.seconds > 3_600 {
        let message =
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";
        return Err(Refusal::client("ValidationError", message));
    }
    if wanted.seconds > role.max_session_seconds {
        let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        return Err(Refusal::client("ValidationError", message));
    }
    Ok(())
}

/// An opt-in Region gives no session for an account in which it is off.
fn refuse_region_off(request: &Request<'_>, account: &Account) -> Result<(), Refusal> {
    if request
        .world
        .region_status(account, request.region)
        .is_none_or(crate::world::RegionStatus::answers)
    {
        return Ok(());
    }
    let message = format!(
        "STS is not activated in this region for account:{}. Your account administrator can activate STS in this \
         region using the IAM Console.",
        account.id
    );
    Err(Refusal {
        status: 403,
        ..Refusal::client("RegionDisabledException", message)
    })
}

fn denied(request: &Request<'_>, action: &str, wanted: &Wanted) -> Refusal {
    let (caller, role) = (&request.caller.arn, &wanted.role_arn);
    Refusal::access_denied(format!(
        "User: {caller} is not authorized to perform: sts:{action} on resource: {role}"
    ))
}

fn write_session(xml: &mut Xml, session: &Session, issued: &Issued, role: &Role, wanted: &Wanted) {
    let id = role_id(&role.arn(&session.account));
    let (account, role, name) = (&session.account, &role.name, &session.name);
    let packed = wanted.policy.as_ref().map(|policy| policy.len() * 100 / 4_096);
    xml.element("AssumedRoleUser", |xml| {
        xml.text("AssumedRoleId", format!("{id}:{name}"));
        xml.text("Arn", format!("arn:aws:sts::{account}:assumed-role/{role}/{name}"));
    });
    xml.element("Credentials", |xml| {
        xml.text("AccessKeyId", &issued.access_key_id);
        xml.text("SecretAccessKey", &issued.secret_access_key);
        xml.text("SessionToken", &issued.token);
        let expiration = Timestamp::from_second(session.expires).unwrap_or(Timestamp::MAX);
        xml.text("Expiration", expiration);
    });
    xml.optional("PackedPolicySize", packed);
    xml.optional("SourceIdentity", session.source_identity.as_ref());
}

#[cfg(test)]
mod tests {
    use crate::call::Answer;
    use crate::rehearsal::{Caller, MEMBER, ROLE, assume_role, between, now, world};
    use crate::world::{AccountState, RegionStatus, World};

    fn refused(world: &World, fields: &str) -> (u16, &'static str) {
        let answer = Caller::auditor(world).query(&assume_role(fields));
        (answer.status, answer.entry.refused.unwrap_or("nothing"))
    }

    fn text(answer: Answer) -> String {
        String::from_utf8(answer.body).unwrap()
    }

    #[test]
    fn a_session_is_the_member_account() {
        let world = world();
        let member = Caller::member(&world);
        let identity = text(member.query("Action=GetCallerIdentity"));
        assert_eq!(between(&identity, "Account"), MEMBER);
        assert_eq!(
            between(&identity, "Arn"),
            format!("arn:aws:sts::{MEMBER}:assumed-role/Auditor/audit")
        );
        let again = Caller::member(&world);
        assert_eq!(
            text(again.query("Action=GetCallerIdentity")),
            identity,
            "equal calls have equal answers"
        );
    }

    #[test]
    fn every_way_not_to_be_trusted_reads_the_same() {
        let denied = |world: &World, role: &str| {
            let form = format!("Action=AssumeRole&RoleSessionName=audit&RoleArn={role}");
            let answer = Caller::auditor(world).query(&form);
            assert_eq!(answer.status, 403);
            between(&text(answer), "Message")
        };
        let expected = |role: &str| {
            let user = "arn:aws:iam::111111111111:user/auditor";
            format!("User: {user} is not authorized to perform: sts:AssumeRole on resource: {role}")
        };
        let mut world = world();
        for role in [
            format!("{ROLE}2"),
            ROLE.replace('2', "3"),
            ROLE.replace("role/", "role/path/"),
        ] {
            assert_eq!(denied(&world, &role), expected(&role));
        }
        world.accounts.get_mut(MEMBER).unwrap().state = AccountState::Closed;
        assert_eq!(denied(&world, ROLE), expected(ROLE));
        let member = world.accounts.get_mut(MEMBER).unwrap();
        member.state = AccountState::PendingClosure;
        member.roles.get_mut("Auditor").unwrap().trust.external_id = Some("secret".into());
        assert_eq!(denied(&world, ROLE), expected(ROLE));
        assert_eq!(refused(&world, "&ExternalId=secret"), (200, "nothing"));
    }

    #[test]
    fn durations_names_and_policies_are_checked() {
        let world = world();
        for (fields, expected) in [
            ("&DurationSeconds=899", (400, "ValidationError")),
            ("&DurationSeconds=43201", (400, "ValidationError")),
            ("&DurationSeconds=7200", (400, "ValidationError")),
            ("&DurationSeconds=900", (200, "nothing")),
            ("&ExternalId=x", (400, "ValidationError")),
            ("&SourceIdentity=a%20b", (400, "ValidationError")),
            ("&Policy=nonsense", (400, "MalformedPolicyDocument")),
            ("&SourceIdentity=alice", (403, "AccessDenied")),
            ("&Tags.member.1.Key=a&Tags.member.1.Value=b", (403, "AccessDenied")),
        ] {
            assert_eq!(refused(&world, fields), expected, "{fields}");
        }
        let session = Caller::auditor(&world).query("Action=AssumeRole&RoleArn=nonsense-nonsense-nonsense");
        assert_eq!(session.entry.refused, Some("ValidationError"));
    }

    #[test]
    fn a_chained_session_is_short_and_keeps_its_source_identity() {
        let mut world = world();
        let role = world
            .accounts
            .get_mut(MEMBER)
            .unwrap()
            .roles
            .get_mut("Auditor")
            .unwrap();
        role.trust.accounts.push(MEMBER.into());
        role.trust.source_identity = true;
        role.max_session_seconds = 43_200;
        let chained = Caller::auditor(&world).assume("&SourceIdentity=alice&DurationSeconds=7200");
        let answer = text(chained.query(&assume_role("")));
        assert_eq!(between(&answer, "SourceIdentity"), "alice");
        assert_eq!(between(&answer, "Expiration"), "2026-11-20T13:00:00Z");
        assert_eq!(chained.query(&assume_role("&SourceIdentity=bobby")).status, 403);
        assert_eq!(chained.query(&assume_role("&DurationSeconds=7200")).status, 400);
        assert_eq!(chained.now, now());
    }

    #[test]
    fn a_region_off_in_the_account_of_the_role_gives_no_session() {
        let mut world = world();
        let member = world.accounts.get_mut(MEMBER).unwrap();
        member.region_status.insert("af-south-1".into(), RegionStatus::Disabled);
        let answer = Caller::auditor(&world).within("af-south-1").query(&assume_role(""));
        assert_eq!(
            (answer.status, answer.entry.refused),
            (403, Some("RegionDisabledException"))
        );
    }
}
