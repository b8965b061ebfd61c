//! Calls without a network, for the tests beside the code.

use jiff::Timestamp;
use serde_json::Value;

use crate::call::{Answer, Call};
use crate::world::{Account, Role, Trail, World};

pub(crate) const MANAGEMENT: &str = "111111111111";
pub(crate) const MEMBER: &str = "022222222222";
pub(crate) const ROLE: &str = "arn:aws:iam::022222222222:role/Auditor";
pub(crate) const ORGANIZATION_TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111111111111:trail/everybody";

/// A caller with credentials. The Regions of its world are us-east-1, eu-west-1 and the opt-in Region af-south-1.
#[derive(Clone)]
pub(crate) struct Caller<'a> {
    world: &'a World,
    key_id: String,
    token: Option<String>,
    pub now: Timestamp,
    pub region: &'static str,
}

/// An Organization of two accounts with an organization trail.
pub(crate) fn world() -> World {
    let mut world = World::new(
        "o-exampleorg1",
        MANAGEMENT,
        &["us-east-1", "eu-west-1", "af-south-1"],
        now(),
    );
    world.add(Account::new(MEMBER, "Member", now()).with_role(Role::trusting("Auditor", MANAGEMENT)));
    let mut trail = Trail::new("everybody", "us-east-1", now());
    trail.organization = true;
    trail.multi_region = true;
    world.accounts.get_mut(MANAGEMENT).unwrap().trails.push(trail);
    world
}

pub(crate) fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

impl<'a> Caller<'a> {
    /// The auditor of the management account.
    pub fn auditor(world: &'a World) -> Self {
        Self {
            world,
            key_id: world.access_keys[0].id.clone(),
            token: None,
            now: now(),
            region: "us-east-1",
        }
    }

    /// The auditor in the member's role.
    pub fn member(world: &'a World) -> Self {
        Self::auditor(world).assume("")
    }

    /// The same credentials in another Region.
    pub fn within(&self, region: &'static str) -> Self {
        Self { region, ..self.clone() }
    }

    /// Assumes the member's role, with more fields for the form.
    pub fn assume(&self, fields: &str) -> Self {
        let answer = self.query(&assume_role(fields));
        let text = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status, 200, "{text}");
        Self {
            key_id: between(&text, "AccessKeyId"),
            token: Some(between(&text, "SessionToken")),
            ..self.clone()
        }
    }

    pub fn query(&self, form: &str) -> Answer {
        self.form("sts", form)
    }

    /// Asks a Query service.
    pub fn form(&self, service: &str, form: &str) -> Answer {
        self.world.respond(&Call {
            body: form.into(),
            ..self.call(service, "/", None)
        })
    }

    /// Asks S3.
    pub fn get(&self, path_and_query: &str) -> Answer {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        self.world.respond(&Call {
            method: "GET".to_owned(),
            query: query.to_owned(),
            ..self.call("s3", path, None)
        })
    }

    /// Asks CloudWatch.
    pub fn cbor(&self, operation: &str, input: &Value) -> Answer {
        let path = format!("/service/GraniteServiceVersion20100801/operation/{operation}");
        self.world.respond(&Call {
            smithy_protocol: Some("rpc-v2-cbor".to_owned()),
            body: crate::wire::cbor::output(input),
            ..self.call("monitoring", &path, None)
        })
    }

    /// Calls an operation of a JSON service.
    pub fn ask(&self, service: &str, operation: &str, input: &Value) -> (u16, Value) {
        let answer = self.answer(service, operation, input);
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    pub fn answer(&self, service: &str, operation: &str, input: &Value) -> Answer {
        let (path, target) = match operation {
            "ListRegions" => ("/listRegions", None),
            operation => ("/", Some(format!("Prefix_20131101.{operation}"))),
        };
        self.world.respond(&Call {
            body: input.to_string().into(),
            ..self.call(service, path, target)
        })
    }

    pub fn call(&self, service: &str, path: &str, target: Option<String>) -> Call {
        let scope = format!("{}/20261120/{}/{service}/aws4_request", self.key_id, self.region);
        Call {
            now: self.now,
            request_id: "id".to_owned(),
            path: path.to_owned(),
            target,
            authorization: Some(format!(
                "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
            )),
            session_token: self.token.clone(),
            ..Call::default()
        }
    }
}

pub(crate) fn assume_role(fields: &str) -> String {
    format!("Action=AssumeRole&Version=2011-06-15&RoleArn={ROLE}&RoleSessionName=audit{fields}")
}

/// The text of the first element of this name.
pub(crate) fn between(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap();
    rest.split_once(&format!("</{name}>")).unwrap().0.to_owned()
}
