//! Operations that change the world: as much of each service as it takes to put right what is wrong with the encryption and
//! the log group of a trail. Everything else only asks.
//!
//! What a trail is given is checked as CloudTrail checks it: the key, its policy and its Region, the log group, the trust
//! and the permissions of the role. So a plan that does things in the wrong order is refused here as it is there.

mod iam;
mod kms;
mod logs;
mod trails;

use crate::respond::Request;
use crate::world::{Change, Thing};

use super::Operation;

pub(super) use iam::OPERATIONS as IAM;
pub(super) use kms::OPERATIONS as KMS;
pub(super) use logs::OPERATIONS as LOGS;
pub(super) use trails::OPERATIONS as CLOUDTRAIL;

/// Puts something into the caller's account.
fn change(request: &Request<'_>, thing: Thing) {
    let account = request.account_id().to_owned();
    request.changes.borrow_mut().push(Change { account, thing });
}

/// Whether one statement of a policy allows a service an action; conditions are taken to hold. A policy of a role names
/// nobody, which `service` as `None` stands for.
fn allows(policy: &str, service: Option<&str>, action: &str) -> bool {
    let Ok(policy) = serde_json::from_str::<serde_json::Value>(policy) else {
        return false;
    };
    let listed = |value: &serde_json::Value| match value {
        serde_json::Value::Array(list) => list.clone(),
        serde_json::Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    listed(&policy["Statement"]).iter().any(|statement| {
        let names = |value: &serde_json::Value, wanted: &str| {
            listed(value)
                .iter()
                .filter_map(|one| one.as_str())
                .any(|one| one == wanted || one.strip_suffix('*').is_some_and(|start| wanted.starts_with(start)))
        };
        statement["Effect"] == "Allow"
            && names(&statement["Action"], action)
            && service.is_none_or(|service| names(&statement["Principal"]["Service"], service))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::allows;
    use crate::rehearsal::{Caller, MEMBER, now, world};
    use crate::world::{Bucket, Trail, World};

    const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:022222222222:trail/local";
    const SERVICE: &str = "cloudtrail.amazonaws.com";

    fn with_trail() -> World {
        let mut world = world();
        let member = world.accounts.get_mut(MEMBER).unwrap();
        member.trails.push(Trail::new("local", "eu-west-1", now()));
        member.buckets.push(Bucket::new("local-logs", "eu-west-1", now()));
        world
    }

    /// Asks, and changes the world as the desk would.
    fn ask(world: &mut World, service: &str, operation: &str, input: &Value) -> Value {
        let (answer, changes) = {
            let caller = Caller::member(world).within("eu-west-1");
            let call = crate::Call {
                body: input.to_string().into(),
                ..caller.call(service, "/", Some(format!("X.{operation}")))
            };
            world.respond_behind(&call, &mut |_| Ok(()))
        };
        for change in changes {
            world.apply(change);
        }
        let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        answer.get("__type").cloned().unwrap_or(answer)
    }

    fn form(world: &mut World, form: &str) -> u16 {
        let (answer, changes) = {
            let caller = Caller::member(world);
            let call = crate::Call {
                body: form.into(),
                ..caller.call("iam", "/", None)
            };
            world.respond_behind(&call, &mut |_| Ok(()))
        };
        for change in changes {
            world.apply(change);
        }
        answer.status
    }

    #[test]
    fn a_trail_takes_a_key_that_can_encrypt_for_it() {
        let mut world = with_trail();
        let created = ask(&mut world, "kms", "CreateKey", &json!({}));
        let key = created["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
        let encrypt = json!({"Name": TRAIL, "KmsKeyId": key});
        assert_eq!(
            ask(&mut world, "cloudtrail", "UpdateTrail", &encrypt),
            "InsufficientEncryptionPolicyException"
        );
        let statement = json!({"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "kms:GenerateDataKey*", "Resource": "*"});
        let policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        let put = json!({"KeyId": key, "PolicyName": "default", "Policy": policy});
        ask(&mut world, "kms", "PutKeyPolicy", &put);
        assert_eq!(ask(&mut world, "cloudtrail", "UpdateTrail", &encrypt)["KmsKeyId"], key);
        assert_eq!(world.accounts[MEMBER].trails[0].kms_key_id, Some(key));
        let gone = json!({"Name": TRAIL, "KmsKeyId": format!("arn:aws:kms:eu-west-1:{MEMBER}:key/none")});
        assert_eq!(
            ask(&mut world, "cloudtrail", "UpdateTrail", &gone),
            "KmsKeyNotFoundException"
        );
    }

    #[test]
    fn a_trail_takes_a_log_group_that_a_role_can_deliver_to() {
        let mut world = with_trail();
        let group = format!("arn:aws:logs:eu-west-1:{MEMBER}:log-group:new:*");
        let role = format!("arn:aws:iam::{MEMBER}:role/deliverer");
        let deliver = json!({"Name": TRAIL, "CloudWatchLogsLogGroupArn": group, "CloudWatchLogsRoleArn": role});
        let update = |world: &mut World| ask(world, "cloudtrail", "UpdateTrail", &deliver);
        assert_eq!(update(&mut world), "InvalidCloudWatchLogsLogGroupArnException");
        ask(&mut world, "logs", "CreateLogGroup", &json!({"logGroupName": "new"}));
        assert_eq!(
            ask(&mut world, "logs", "CreateLogGroup", &json!({"logGroupName": "new"})),
            "ResourceAlreadyExistsException"
        );
        assert_eq!(update(&mut world), "InvalidCloudWatchLogsRoleArnException");
        let trust = r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
        let create = format!("Action=CreateRole&RoleName=deliverer&AssumeRolePolicyDocument={trust}");
        assert_eq!(form(&mut world, &create), 200);
        assert_eq!(form(&mut world, &create), 409);
        assert_eq!(update(&mut world), "InvalidCloudWatchLogsRoleArnException");
        let policy =
            r#"{"Statement":{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}}"#;
        let put = format!("Action=PutRolePolicy&RoleName=deliverer&PolicyName=deliver&PolicyDocument={policy}");
        assert_eq!(form(&mut world, &put), 200);
        assert_eq!(update(&mut world)["CloudWatchLogsLogGroupArn"], group);
        let member = &world.accounts[MEMBER];
        assert_eq!(member.trails[0].status.latest_log_group_delivery, Some(now()));
        assert_eq!(member.log_groups[0].streams.len(), 1);
    }

    #[test]
    fn a_policy_allows_what_a_statement_says() {
        let policy =
            r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":["a.amazonaws.com"]},"Action":["x:Get*"]}]}"#;
        assert!(allows(policy, Some("a.amazonaws.com"), "x:GetIt"));
        assert!(!allows(policy, Some("b.amazonaws.com"), "x:GetIt"));
        assert!(!allows(policy, None, "x:PutIt") && !allows("no policy", None, "x:GetIt"));
        assert!(!allows(&policy.replace("Allow", "Deny"), None, "x:GetIt"));
    }
}
