//! What turns one failure into a pass.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde::{Deserialize, Serialize};
use trailaudit_core::rules::rule;

use super::critical;
use super::facts::{About, Facts, key_of};
use super::filled::{Filled, Values, command, is_place, is_sound, terraform};
use super::order::{BY_HAND, REPLACING, rank};
use super::variables::REPLACE;
use crate::report::source::Finding;
use crate::visible::in_one_line;

/// One step of the plan.
#[derive(Default, Deserialize, Serialize)]
pub(super) struct Step {
    /// Whose credentials it takes.
    pub account: String,
    pub rank: u8,
    pub rule: String,
    /// What is wrong with what, a line each.
    pub why: Vec<String>,
    /// The variables it needs; one that may stay empty is not among them.
    pub needs: BTreeSet<String>,
    /// Whether its commands are shown and not run.
    pub by_hand: bool,
    pub commands: Vec<String>,
    pub terraform: String,
    /// The trail that its Terraform is about, where there is one.
    pub import: String,
}

/// What a trail is called that an account gets where it has none.
const NEW_TRAIL: &str = "account-trail";

/// The step for a failure.
pub(super) fn of(finding: &Finding<'_>, facts: &Facts<'_>) -> Step {
    let about = facts.about(finding);
    let id = &*finding.rule.id;
    let mut step = Step {
        account: about.account.clone(),
        rank: rank(id),
        rule: id.to_owned(),
        why: vec![
            in_one_line(&format!("{id}: {}", finding.rule.control)),
            in_one_line(&format!("{}: {}", finding.subject(), finding.reason)),
        ],
        by_hand: BY_HAND.contains(&id),
        ..Step::default()
    };
    step.import = about.trail.map(|trail| trail.id().to_string()).unwrap_or_default();
    if let Some(name) = impossible(&about, facts) {
        let name = in_one_line(&name);
        step.why
            .push(format!("no command is written: AWS gives no such name as {name:?}"));
        return step;
    }
    match (id, about.trail) {
        ("trail-encrypted-with-customer-key", Some(trail)) => critical::encrypt(trail, &about, facts, &mut step),
        (
            "trail-delivers-to-log-group" | "log-group-delivery-current" | "log-group-receives-trail-streams",
            Some(trail),
        ) => critical::deliver(trail, &about, &mut step),
        ("trail-key-usable", Some(trail)) => critical::use_key(trail, &about, facts, &mut step),
        _ => of_the_catalogue(id, about, facts, &mut step),
    }
    step
}

/// A name that AWS would not give: of the account that acts, of a place its commands name, of anything else.
fn impossible(about: &About<'_>, facts: &Facts<'_>) -> Option<String> {
    let bucket = about.trail.and_then(|trail| facts.bucket_of(trail));
    let key = about.trail.and_then(key_of);
    let key: Vec<_> = key.iter().flat_map(|key| key.as_str().split(':').skip(3)).collect();
    let (key_region, key_owner) = (key.first(), key.get(1));
    let owner = about.trail.map(|trail| trail.owner().as_str());
    let bucket_owner = bucket.as_ref().map(|(owner, _)| owner.as_str());
    let mut accounts = [Some(about.account.as_str()), owner, bucket_owner, key_owner.copied()]
        .into_iter()
        .flatten();
    if let Some(account) = accounts.find(|id| id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit())) {
        return Some(account.to_owned());
    }
    let home = about.trail.map(|trail| trail.home_region().to_string());
    let for_key = about.trail.map(|trail| facts.key_region(trail));
    let bucket_region = bucket.as_ref().and_then(|(_, region)| region.clone());
    let region = about.values.get("REGION").cloned();
    let places = [
        about.region.clone(),
        region,
        home,
        for_key,
        bucket_region,
        key_region.map(|&region| region.to_owned()),
    ];
    let mut places = places.into_iter().flatten().chain([about.partition.clone()]);
    places
        .find(|place| !is_place(place))
        .or_else(|| about.values.values().find(|name| !is_sound(name)).cloned())
}

/// The texts of the rule, with the names of what it is about.
fn of_the_catalogue(id: &str, mut about: About<'_>, facts: &Facts<'_>, step: &mut Step) {
    let Some(wording) = rule(id).map(|rule| &rule.aws) else {
        step.why
            .push("this version has no such rule: see the package's own catalogue".to_owned());
        return;
    };
    let mut commands: Vec<String> = wording.commands().into_iter().map(str::to_owned).collect();
    let mut block = wording.terraform.to_owned();
    match id {
        // A policy for all accounts is made once, and attached by whoever manages them.
        "trail-tampering-denied-by-policy" => {
            commands.drain(..commands.len().saturating_sub(1));
            step.account = facts.inventory.organization().management_account.to_string();
            let attachment = block.find("resource \"aws_organizations_policy_attachment\"");
            block = block
                .split_off(attachment.unwrap_or(0))
                .replace("aws_organizations_policy.KEEP_TRAILS.id", "\"POLICY_ID\"");
        }
        "log-group-encrypted-with-customer-key" => other_key("LOG_GROUP_KEY", &mut commands, &mut block),
        "event-data-store-encrypted-with-customer-key" => other_key("STORE_KEY", &mut commands, &mut block),
        _ if commands.iter().any(|command| command.contains("create-trail")) => {
            let name = if id == "organization-trail-logging" {
                "organization-trail"
            } else {
                NEW_TRAIL
            };
            about.values.insert("NAME", name.to_owned());
            about.values.remove("BUCKET");
        }
        _ if id.starts_with("alarm-on-") => {
            name_topic(&mut about);
            block = block.replace(&format!("\" \"{id}\" {{"), &format!("\" \"TRAIL-{id}\" {{"));
        }
        _ => {}
    }
    if about.trail.is_none() && commands.iter().any(|command| command.contains("name TRAIL")) {
        // The account has none: it gets one in the step that makes it, if it is said where it delivers.
        about
            .values
            .extend([("TRAIL", NEW_TRAIL.to_owned()), ("NAME", NEW_TRAIL.to_owned())]);
        step.needs.insert("TRAIL_BUCKET".to_owned());
    }
    if commands
        .iter()
        .any(|command| REPLACING.iter().any(|name| command.contains(name)))
    {
        step.needs.insert(REPLACE.to_owned());
    }
    if commands.iter().any(|command| command.contains("put-bucket-policy")) {
        // Whose bucket it is looks after its policy.
        commands.retain(|command| command.contains("put-bucket-policy"));
        match about.trail.and_then(|trail| facts.bucket_of(trail)) {
            Some((owner, region)) => (step.account, about.region) = (owner, region),
            None => step.by_hand = true,
        }
    }
    if let Some(trail) = about.trail {
        if commands.iter().any(|command| facts.is_shared(trail, command)) {
            step.by_hand = true;
            step.why
                .push("several trails use it: the document has to let in each of them".to_owned());
        }
        // The trails a key serves are those of their owner, who need not be the key's.
        let of = format!("cloudtrail:*:{}:trail", trail.owner());
        for text in commands.iter_mut().chain([&mut block]) {
            *text = text.replace("cloudtrail:*:ACCOUNT:trail", &of);
        }
    }
    for text in &commands {
        let text = in_partition(text, &about.partition);
        let text = match &about.region {
            Some(region) if takes_region(&text) => format!("{text} --region {region}"),
            _ => text,
        };
        add(step, command(&text, &about.values));
    }
    write_terraform(&block, &about, &about.values, step);
}

/// Takes a text in Terraform, where a trail is called by its name, and every resource says its Region.
pub(super) fn write_terraform(block: &str, about: &About<'_>, values: &Values, step: &mut Step) {
    let mut values = values.clone();
    values.extend(values.get("NAME").cloned().map(|name| ("TRAIL", name)));
    let mut placed = String::new();
    let block = in_partition(block, &about.partition);
    let mut lines = block.lines().peekable();
    while let Some(line) = lines.next() {
        placed += line;
        placed.push('\n');
        let says = lines.peek().is_some_and(|next| next.starts_with("  region "));
        if let Some(region) = about.region.as_ref().filter(|_| is_regional(line) && !says) {
            _ = writeln!(placed, "  region = \"{region}\"");
        }
    }
    let label = label(step, about);
    step.terraform = terraform(&placed, &values, &label).text;
}

/// Whether a line begins a resource that is in a Region.
fn is_regional(line: &str) -> bool {
    let kinds = ["cloudtrail", "kms", "cloudwatch", "sns"];
    let begins = |kind: &&str| line.starts_with(&format!("resource \"aws_{kind}"));
    kinds.iter().any(begins) && !line.contains("organization")
}

/// The topic of all alarms of an account in a Region.
fn name_topic(about: &mut About<'_>) {
    let topic = "trail-alarms";
    about.values.insert("TOPIC", topic.to_owned());
    if let (Some(region), Some(account)) = (&about.region, about.values.get("ACCOUNT")) {
        let arn = format!("arn:{}:sns:{region}:{account}:{topic}", about.partition);
        about.values.insert("TOPIC_ARN", arn);
    }
}

fn other_key(placeholder: &str, commands: &mut [String], block: &mut String) {
    for text in commands.iter_mut().chain([block]) {
        *text = text.replace("KEY_ARN", placeholder);
    }
}

pub(super) fn add(step: &mut Step, filled: Filled) {
    step.needs.extend(filled.needs);
    step.commands.push(filled.text);
}

pub(super) fn in_partition(text: &str, partition: &str) -> String {
    text.replace("arn:aws:", &format!("arn:{partition}:"))
}

fn takes_region(command: &str) -> bool {
    let global = ["aws iam ", "aws organizations "];
    !command.contains(" --region ") && !global.iter().any(|service| command.starts_with(service))
}

/// What a resource of Terraform is called: it is the same wherever the same thing is meant.
fn label(step: &Step, about: &About<'_>) -> String {
    let kinds = ["STORE_ARN", "ALARM", "TRAIL_ARN", "GROUP_ARN", "BUCKET"];
    let by_rule = step.rule.starts_with("log-bucket-").then_some("BUCKET");
    let by_rule = by_rule.or_else(|| step.rule.starts_with("trail-key-").then_some("KEY_ARN"));
    let name = by_rule.into_iter().chain(kinds).find_map(|kind| about.values.get(kind));
    let name = name.map_or("", |name| name.splitn(4, ':').nth(3).unwrap_or(name));
    let mut label = "a".to_owned();
    for c in step.account.chars().chain(['/']).chain(name.chars()) {
        if c.is_ascii_alphanumeric() || c == '-' {
            label.push(c);
        } else if !label.ends_with('_') {
            label.push('_');
        }
    }
    label
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use trailaudit_core::Observed;
    use trailaudit_core::evidence::EvidenceId;
    use trailaudit_core::memory::{MemoryInventory, MemoryTrail};
    use trailaudit_core::organization::Organization;
    use trailaudit_core::rules::CATALOGUE;
    use trailaudit_core::tables::catalogue;
    use trailaudit_core::{Baseline, Verdict, framework::Selection};

    use super::*;

    const RULES: [&str; 2] = ["trail-encrypted-with-customer-key", "trail-delivers-to-log-group"];

    /// What is done about a trail with this name and home Region in this account.
    fn commands(partition: &str, region: &str, account: &str) -> Vec<String> {
        let arn = format!("arn:{partition}:cloudtrail:{region}:{account}:trail/main");
        let mut inventory = MemoryInventory::new(Organization {
            id: "o-exampleorgid".into(),
            management_account: "111111111111".into(),
        });
        let known = EvidenceId::of(b"an exchange");
        inventory.add_trail(MemoryTrail {
            key: Observed::known(None, known),
            destination: Observed::known(None, known),
            ..MemoryTrail::unknown(arn.as_str().into(), account.into(), region.into())
        });
        let facts = Facts::of(&inventory, "aws");
        let judged = catalogue::to_json(CATALOGUE, &Selection::default(), &Baseline::default()).unwrap();
        let judged = catalogue::v1::Catalogue::parse(&judged).unwrap();
        let steps = RULES.map(|id| {
            let place = judged.rules.iter().position(|rule| rule.id == id).unwrap();
            let none = || Cow::from("");
            of(
                &Finding {
                    number: 0,
                    place,
                    rule: &judged.rules[place],
                    verdict: Verdict::Fail,
                    id: uuid::Uuid::nil(),
                    account_id: account.into(),
                    account_name: none(),
                    organizational_unit: none(),
                    region: region.into(),
                    resource_type: "trail".into(),
                    resource_id: arn.as_str().into(),
                    inherited_from: none(),
                    reason: none(),
                    exception: none(),
                    severity: none(),
                    requirements: Vec::new(),
                    evidence: &[],
                },
                &facts,
            )
        });
        let texts = steps.into_iter().flat_map(|step| {
            let terraform = Some(step.terraform).filter(|text| !text.is_empty());
            step.commands.into_iter().chain(terraform)
        });
        texts.collect()
    }

    #[test]
    fn a_place_that_would_be_a_command_is_in_none() {
        let sound = commands("aws", "us-east-1", "111111111111");
        assert!(sound.len() > 6, "{sound:?}");
        for (partition, region, account) in [
            ("aws", "us-$(touch x)", "111111111111"),
            ("aws", "us\"east", "111111111111"),
            ("aws", "us-${x}", "111111111111"),
            ("aws", "us-east-1\ntouch x", "111111111111"),
            ("aws';touch x;'", "us-east-1", "111111111111"),
            ("aws", "us-east-1", "11111$(id)11"),
        ] {
            let none: [String; 0] = [];
            assert_eq!(
                commands(partition, region, account),
                none,
                "{partition} {region} {account}"
            );
        }
    }
}
