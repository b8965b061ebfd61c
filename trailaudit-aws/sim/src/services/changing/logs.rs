//! CloudWatch Logs: a log group is made.

use serde::Deserialize;
use serde_json::json;

use super::{Operation, change};
use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::json_body;
use crate::world::{LogGroup, Thing};

pub(in crate::services) const OPERATIONS: &[Operation] = &[Operation {
    name: "CreateLogGroup",
    answer: create_log_group,
}];

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Input {
    log_group_name: String,
}

fn create_log_group(request: &Request<'_>, _: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    let account = request.caller.account;
    let group = LogGroup::new(&input.log_group_name, request.region, request.call.now);
    request.authorize("logs:CreateLogGroup", Some(&group.arn(&account.id)))?;
    let mut known = account.log_groups.iter();
    if known.any(|known| known.name == group.name && known.region == group.region) {
        let message = "The specified log group already exists";
        return Err(Refusal::client("ResourceAlreadyExistsException", message));
    }
    change(request, Thing::LogGroup(group));
    Ok(json_body(&json!({})))
}
