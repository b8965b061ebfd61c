//! From a call to its answer.

use std::cell::RefCell;

use crate::authorization::authorize;
use crate::call::{Answer, Call, Entry};
use crate::caller::{Caller, Scope};
use crate::refusal::Refusal;
use crate::services::Service;
use crate::wire::Protocol;
use crate::wire::xml::{self, Xml};
use crate::world::{Change, World};

/// One authenticated call, as a service's operation sees it.
pub(crate) struct Request<'a> {
    pub world: &'a World,
    pub caller: Caller<'a>,
    pub region: &'a str,
    pub protocol: Protocol,
    pub call: &'a Call,
    /// What the call makes of the world, once it is answered.
    pub changes: &'a RefCell<Vec<Change>>,
}

impl World {
    /// What AWS answers. Equal worlds give equal answers to equal calls, and no call changes the world: what an operation
    /// would change is left to whoever keeps the world, as a [`Desk`](crate::Desk) does.
    #[must_use]
    pub fn respond(&self, call: &Call) -> Answer {
        self.respond_behind(call, &mut |_| Ok(())).0
    }

    /// What AWS answers when a known caller has to pass `gate` first, and what changes by it.
    pub(crate) fn respond_behind(
        &self,
        call: &Call,
        gate: &mut dyn FnMut(&Entry) -> Result<(), Refusal>,
    ) -> (Answer, Vec<Change>) {
        let protocol = Protocol::of(call);
        let mut entry = Entry::default();
        let changes = RefCell::default();
        match self.decide(call, protocol, &mut entry, &changes, gate) {
            Ok(body) => (protocol.success(body, &call.request_id, entry), changes.into_inner()),
            Err(refusal) => (protocol.failure(&refusal, call, entry), Vec::new()),
        }
    }

    fn decide(
        &self,
        call: &Call,
        protocol: Protocol,
        entry: &mut Entry,
        changes: &RefCell<Vec<Change>>,
        gate: &mut dyn FnMut(&Entry) -> Result<(), Refusal>,
    ) -> Result<Vec<u8>, Refusal> {
        let scope = Scope::of(call)?;
        let service = Service::named(scope.service).filter(|service| service.protocols.contains(&protocol));
        let service = service.ok_or_else(Refusal::unknown_operation)?;
        entry.service = service.name;
        scope.region.clone_into(&mut entry.region);
        let operation = service
            .operation(&protocol.operation(call))
            .ok_or_else(Refusal::unknown_operation)?;
        entry.operation = operation.name;
        if service.name == "iam" && scope.region != "us-east-1" {
            let message = "Credential should be scoped to a valid region.";
            return Err(Refusal::client("SignatureDoesNotMatch", message).with_status(403));
        }
        let caller = Caller::of(self, call, &scope)?;
        entry.account.clone_from(&caller.account.id);
        entry.target = format!("{}/{}", entry.account, entry.region);
        if !self.accepts(&caller, service, scope.region) {
            return Err(Refusal::unrecognized_client());
        }
        gate(entry)?;
        (operation.answer)(
            &Request {
                world: self,
                caller,
                region: scope.region,
                protocol,
                call,
                changes,
            },
            entry,
        )
    }

    /// A Region that is off calls good credentials invalid. Organizations, Account and IAM have one endpoint for all
    /// Regions; STS is also reached through Regions outside a small simulated partition.
    fn accepts(&self, caller: &Caller<'_>, service: &Service, region: &str) -> bool {
        match (service.name, self.region_status(caller.account, region)) {
            ("organizations" | "account" | "iam", _) => true,
            (_, Some(status)) => status.answers(),
            (name, None) => name == "sts",
        }
    }
}

impl<'a> Request<'a> {
    /// The request's JSON body; an empty one asks for nothing in particular.
    pub fn input<T: serde::Deserialize<'a> + Default>(&self) -> Result<T, Refusal> {
        if self.call.body.is_empty() {
            return Ok(T::default());
        }
        let malformed = |_| {
            Refusal::client(
                "SerializationException",
                "Start of structure or map found where not expected.",
            )
        };
        serde_json::from_slice(&self.call.body).map_err(malformed)
    }

    /// The answer of a Query service.
    pub fn in_xml(&self, entry: &Entry, result: impl FnOnce(&mut Xml)) -> Vec<u8> {
        xml::answer(entry.service, entry.operation, &self.call.request_id, result)
    }

    pub fn authorize(&self, action: &str, resource: Option<&str>) -> Result<(), Refusal> {
        authorize(self.world, &self.caller, self.region, action, resource)
    }

    pub fn account_id(&self) -> &'a str {
        &self.caller.account.id
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use serde_json::json;

    use super::*;
    use crate::rehearsal::{Caller, now, world};

    #[test]
    fn credentials_that_are_absent_unknown_or_expired_are_refused() {
        let world = world();
        let member = Caller::member(&world);
        let call = member.call("kms", "/", Some("TrentService.DescribeKey".into()));
        let refused = |call: Call| {
            let answer = world.respond(&call);
            (answer.status, answer.entry.refused.unwrap())
        };
        assert_eq!(
            refused(Call {
                authorization: None,
                ..call.clone()
            }),
            (403, "MissingAuthenticationTokenException")
        );
        assert_eq!(
            refused(Call {
                session_token: None,
                ..call.clone()
            }),
            (403, "UnrecognizedClientException")
        );
        let tampered = call.session_token.clone().map(|token| format!("A{token}"));
        assert_eq!(
            refused(Call {
                session_token: tampered,
                ..call.clone()
            }),
            (403, "UnrecognizedClientException")
        );
        let late = now() + 3_600.seconds();
        assert_eq!(
            refused(Call {
                now: late,
                ..call.clone()
            }),
            (403, "ExpiredTokenException")
        );
        assert_eq!(
            refused(Call {
                authorization: Some("Basic x".into()),
                ..call
            }),
            (400, "IncompleteSignatureException")
        );
    }

    #[test]
    fn a_region_that_is_off_calls_good_credentials_invalid() {
        let mut world = world();
        let member = world.accounts.get_mut(crate::rehearsal::MEMBER).unwrap();
        member
            .region_status
            .insert("af-south-1".into(), crate::RegionStatus::Disabled);
        let member = Caller::member(&world);
        let message = "The security token included in the request is invalid.";
        let expected = json!({"__type": "UnrecognizedClientException", "message": message});
        for region in ["af-south-1", "eu-nowhere-1"] {
            assert_eq!(
                member.within(region).ask("cloudtrail", "DescribeTrails", &json!({})),
                (403, expected.clone())
            );
        }
        assert_eq!(
            member
                .within("eu-west-1")
                .ask("cloudtrail", "DescribeTrails", &json!({}))
                .0,
            200
        );
    }

    #[test]
    fn nonsense_is_answered_as_aws_does() {
        let world = world();
        let auditor = Caller::auditor(&world);
        let ask = |service, operation: &str, body: &str| {
            let target = Some(format!("X.{operation}"));
            let answer = world.respond(&Call {
                body: body.into(),
                ..auditor.call(service, "/", target)
            });
            (answer.status, answer.entry.refused.unwrap())
        };
        assert_eq!(ask("cloudtrail", "Nothing", ""), (400, "UnknownOperationException"));
        assert_eq!(ask("s3", "ListBuckets", ""), (400, "UnknownOperationException"));
        assert_eq!(ask("lambda", "ListFunctions", ""), (400, "UnknownOperationException"));
        assert_eq!(ask("kms", "DescribeKey", "{"), (400, "SerializationException"));
        assert_eq!(
            ask("kms", "DescribeKey", r#"{"KeyId": 7}"#),
            (400, "SerializationException")
        );
        assert_eq!(
            ask("cloudtrail", "GetTrailStatus", "{}"),
            (400, "InvalidTrailNameException")
        );
        assert_eq!(auditor.query("Action=Nothing").entry.refused, Some("InvalidAction"));
    }
}
