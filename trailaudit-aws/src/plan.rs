//! The plan of a run: everything that decides what is asked, and of whom. Shards have one plan, and so has a run that is
//! resumed. How fast it is asked may differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde_json::{Value, json};
use trailaudit_core::evidence::Digest;
use trailaudit_core::organization::AccountId;

use crate::arn::Arn;
use crate::builder::Options;
use crate::collect::is_simulated;
use crate::partition::Partition;
use crate::scope::Source;
use crate::time::rfc3339;

/// What the first line of a run log says that is no plan.
const NO_PLAN: [&str; 6] = [
    "event",
    "startedAt",
    "endpoints",
    "concurrency",
    "maxRequestsPerSecond",
    "shards",
];

/// What a run must have the same as another: texts by what they are called to people.
pub type Terms = BTreeMap<String, String>;

/// The terms on which it is asked.
pub(crate) type Plan = Terms;

/// In what two plans differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Such as `the scope`.
    pub what: String,
    /// What it is in the one.
    pub before: String,
    /// What it is in the other.
    pub now: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, before, now } = self;
        write!(f, "{what}: {before} then, {now} now")
    }
}

impl Change {
    /// The first difference, if there is one.
    #[must_use]
    pub fn between(before: &Terms, now: &Terms) -> Option<Self> {
        let names: BTreeSet<_> = before.keys().chain(now.keys()).collect();
        let said = |plan: &Plan, name: &String| plan.get(name).cloned().unwrap_or_else(|| "not set".to_owned());
        names.into_iter().find_map(|name| {
            let (before, now) = (said(before, name), said(now, name));
            (before != now).then(|| Self {
                what: name.clone(),
                before,
                now,
            })
        })
    }
}

/// The plan that the first line of a run log tells. A field that is not known here is part of it.
pub(crate) fn of(started: &Value) -> Plan {
    let fields = started.as_object().into_iter().flatten();
    let fields = fields.filter(|(name, _)| !NO_PLAN.contains(&name.as_str()));
    fields
        .map(|(name, value)| (called(name).to_owned(), said(name, value)))
        .collect()
}

/// Whether a part of the plan is known only when somebody was asked, or by when that was.
pub(crate) fn is_learnt(what: &str) -> bool {
    ["asOf", "caller", "format", "partition", "simulated"]
        .map(called)
        .contains(&what)
}

fn called(field: &str) -> &str {
    match field {
        "accountsFile" => "the accounts file",
        "agenda" => "what is asked for",
        "asOf" => "the moment",
        "caller" => "the caller",
        "externalId" => "the external id",
        "format" => "the format of the run log",
        "managementRole" => "the management role",
        "partition" => "the partition",
        "roleNames" => "the role name",
        "scope" => "the scope",
        "sessionName" => "the session name",
        "sessionTags" => "the session tags",
        "shard" => "the shard",
        "simulated" => "whether AWS was simulated",
        "sourceIdentity" => "the source identity",
        "tool" => "the tool",
        other => other,
    }
}

fn said(field: &str, value: &Value) -> String {
    match (field, value) {
        ("caller", caller) => without_session(caller["arn"].as_str().unwrap_or_default()),
        // The calls follow from these, by the version of the tool.
        ("agenda", agenda) => {
            let needs = agenda["needs"].as_array().into_iter().flatten();
            let needs: Vec<_> = needs.filter_map(Value::as_str).collect();
            format!(
                "{}: {}",
                agenda["search"].as_str().unwrap_or_default(),
                needs.join(", ")
            )
        }
        ("tool", tool) => {
            let text = |name: &str| tool[name].as_str().unwrap_or_default();
            format!("{} {}", text("name"), text("version"))
        }
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

/// The role, where the caller is a session of one: every machine of a fleet, and every sign-in, has a session of its own.
fn without_session(arn: &str) -> String {
    let is_session =
        Arn::parse(arn).is_some_and(|arn| arn.service == "sts" && arn.resource.starts_with("assumed-role/"));
    let role = arn.rsplit_once('/').filter(|_| is_session);
    role.map_or(arn, |(role, _)| role).to_owned()
}

impl Options {
    /// The first line of the run log.
    pub(crate) fn opening(
        &self,
        started: Timestamp,
        as_of: Timestamp,
        (caller, account): (&str, &AccountId),
        partition: &Partition,
        endpoints: &[String],
    ) -> Value {
        let mut event = self.planned();
        for (name, value) in [
            ("event", json!("started")),
            ("format", json!("trailaudit.run/v1")),
            ("asOf", json!(rfc3339(as_of))),
            ("startedAt", json!(rfc3339(started))),
            ("caller", json!({"arn": caller, "account": account})),
            ("partition", json!(partition.id)),
            ("endpoints", json!(endpoints)),
            ("simulated", json!(is_simulated(endpoints))),
            ("concurrency", json!(self.concurrency)),
        ] {
            event[name] = value;
        }
        if let Some(most) = self.max_rps {
            event["maxRequestsPerSecond"] = most.get().into();
        }
        event
    }

    /// The part of the plan that is known before anybody is asked. The external id is never written down.
    pub(crate) fn planned(&self) -> Value {
        let mut event = json!({
            "tool": {"name": "trailaudit", "version": env!("CARGO_PKG_VERSION")},
            "scope": self.agenda.limit(self.scope.to_json()),
            "agenda": self.agenda.to_json(),
            "roleNames": self.role_names,
            "sessionName": self.session_name,
        });
        if let Some(moment) = self.as_of {
            event["asOf"] = rfc3339(moment).into();
        }
        if let Some(shard) = self.shard {
            event["shard"] = shard.to_json();
        }
        if let Some(identity) = &self.source_identity {
            event["sourceIdentity"] = identity.as_str().into();
        }
        if self.external_id.is_some() {
            event["externalId"] = "set".into();
        }
        if !self.session_tags.is_empty() {
            event["sessionTags"] = json!(self.session_tags);
        }
        if let Some((_, role)) = &self.management_role {
            event["managementRole"] = role.as_str().into();
        }
        if let Source::AccountsFile(path) = &self.scope.source {
            // One that cannot be read any more is told when it is needed.
            let bytes = std::fs::read(path).unwrap_or_default();
            event["accountsFile"] = format!("SHA-256 {}", Digest::of(&bytes)).into();
        }
        event
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_of_one_role_are_one_caller() {
        let of = |session: &str| without_session(&format!("arn:aws:sts::111122223333:assumed-role/Auditor/{session}"));
        assert_eq!(of("task-1"), of("task-2"));
        let user = "arn:aws:iam::111122223333:user/path/auditor";
        assert_eq!(without_session(user), user);
    }

    #[test]
    fn a_field_that_nobody_knows_is_part_of_the_plan() {
        let started = json!({"event": "started", "startedAt": "x", "endpoints": ["a"], "concurrency": 1, "asOf": "m"});
        let mut other = started.clone();
        other["concurrency"] = 9.into();
        other["endpoints"] = json!([]);
        assert_eq!(Change::between(&of(&started), &of(&other)), None);
        other["facts"] = json!(["keys"]);
        let change = Change::between(&of(&started), &of(&other)).unwrap();
        assert_eq!(change.to_string(), r#"facts: not set then, ["keys"] now"#);
    }
}
