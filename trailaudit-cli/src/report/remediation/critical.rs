//! The two critical controls: the key of a trail, and its log group. Whatever is missing for either is made.

use trailaudit_core::key::{KeyManager, KeyState};
use trailaudit_core::rules::rule;
use trailaudit_core::trail::Trail;

use super::facts::{About, Facts, destination, key_of, known};
use super::filled::{command, quoted};
use super::step::{Step, add, in_partition, write_terraform};

/// The longest name of a role.
const LONGEST_ROLE: usize = 64;

/// A trail gets a key that is its account's own: the one it has, when that can be brought back, else another.
pub(super) fn encrypt(trail: &dyn Trail, about: &About<'_>, facts: &Facts<'_>, step: &mut Step) {
    if bring_back(trail, facts, step) {
        return;
    }
    let name = trail.id().as_str().rsplit('/').next().unwrap_or_default();
    let alias: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' })
        .collect();
    let mut values = about.values.clone();
    let account = trail.owner();
    values.insert("ACCOUNT", account.to_string());
    values.insert("READER_ARN", format!("arn:{}:iam::{account}:root", about.partition));
    let policy = document("trail-key-policy-confined-to-trail", "put-key-policy");
    let region = facts.key_region(trail);
    let key = format!(
        "key=$(key_for {region} {} '{policy}')",
        quoted(&format!("alias/trail-{alias}"))
    );
    add(step, command(&in_partition(&key, &about.partition), &values));
    let home = trail.home_region();
    let update = format!("aws cloudtrail update-trail --name TRAIL --kms-key-id \"$key\" --region {home}");
    add(step, command(&update, &values));
    let block = format!(
        "resource \"aws_kms_key\" \"KEY\" {{\n  region              = \"{region}\"\n  description         = \"Encrypts the \
         log files of a trail\"\n  enable_key_rotation = true\n  policy              = jsonencode({policy})\n}}\n\
         resource \"aws_cloudtrail\" \"TRAIL\" {{\n  name           = \"NAME\"\n  s3_bucket_name = \"BUCKET\"\n  \
         kms_key_id     = aws_kms_key.KEY.arn\n}}"
    );
    write_terraform(&block, about, &values, step);
}

/// A key that can be used again, else another one.
pub(super) fn use_key(trail: &dyn Trail, about: &About<'_>, facts: &Facts<'_>, step: &mut Step) {
    if !bring_back(trail, facts, step) {
        // The trail's own account makes another.
        step.account = trail.owner().to_string();
        encrypt(trail, about, facts, step);
    }
}

/// Brings the key of a trail back, where it is the customer's, and disabled or about to be deleted: what it encrypted stays
/// readable.
fn bring_back(trail: &dyn Trail, facts: &Facts<'_>, step: &mut Step) -> bool {
    let id = key_of(trail);
    let Some((id, key)) = id.and_then(|id| Some((id.clone(), facts.key(&id)?))) else {
        return false;
    };
    let Some(KeyState::Unusable { state, .. }) = known(key.state()) else {
        return false;
    };
    let deleted = state == "PendingDeletion";
    let own = known(key.manager()) == Some(KeyManager::Customer);
    if !own || !(deleted || state == "Disabled") {
        return false;
    }
    let mut parts = id.as_str().split(':').skip(3);
    let (region, owner) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    // Nobody does this from another account.
    owner.clone_into(&mut step.account);
    step.rank = 2;
    let arn = quoted(id.as_str());
    let region = quoted(region);
    if deleted {
        step.commands
            .push(format!("aws kms cancel-key-deletion --key-id {arn} --region {region}"));
    }
    step.commands
        .push(format!("aws kms enable-key --key-id {arn} --region {region}"));
    true
}

/// A trail gets a log group of its own account and home Region, and a role that may deliver there.
pub(super) fn deliver(trail: &dyn Trail, about: &About<'_>, step: &mut Step) {
    let (home, owner) = (trail.home_region(), trail.owner());
    let mut values = about.values.clone();
    let name = values.get("NAME").cloned().unwrap_or_default();
    let here = |group: &str| group.starts_with(&format!("arn:{}:logs:{home}:{owner}:", about.partition));
    let named = destination(trail).filter(|to| here(to.group.as_str()));
    if named.is_none() {
        values.insert("GROUP", format!("CloudTrail/{name}"));
    }
    let group = values.get("GROUP").cloned().unwrap_or_default();
    values.insert(
        "GROUP_ARN",
        format!("arn:{}:logs:{home}:{owner}:log-group:{group}", about.partition),
    );
    let role: String = format!("CloudTrailToLogs_{home}_{name}")
        .chars()
        .take(LONGEST_ROLE)
        .collect();
    values.insert("ROLE_ARN", format!("arn:{}:iam::{owner}:role/{role}", about.partition));
    values.insert("ROLE", role);
    let trust = document("log-group-role-can-deliver", "update-assume-role-policy");
    let policy = document("log-group-role-can-deliver", "put-role-policy");
    let mut commands = vec![
        format!(
            "unless_there ResourceAlreadyExistsException aws logs create-log-group --log-group-name GROUP --region {home}"
        ),
        format!(
            "unless_there EntityAlreadyExists aws iam create-role --role-name ROLE --assume-role-policy-document '{trust}'"
        ),
        format!("aws iam put-role-policy --role-name ROLE --policy-name deliver --policy-document '{policy}'"),
        format!(
            "patiently aws cloudtrail update-trail --name TRAIL --cloud-watch-logs-log-group-arn GROUP_ARN:'*' \
             --cloud-watch-logs-role-arn ROLE_ARN --region {home}"
        ),
    ];
    if known(trail.is_logging()) == Some(false) {
        commands.push(format!("aws cloudtrail start-logging --name TRAIL --region {home}"));
    }
    for text in commands {
        add(step, command(&in_partition(&text, &about.partition), &values));
    }
    let block = format!(
        "resource \"aws_cloudwatch_log_group\" \"GROUP\" {{\n  name = \"GROUP\"\n}}\n\
         resource \"aws_iam_role\" \"ROLE\" {{\n  name               = \"ROLE\"\n  assume_role_policy = \
         jsonencode({trust})\n}}\n\
         resource \"aws_iam_role_policy\" \"ROLE\" {{\n  role   = aws_iam_role.ROLE.name\n  name   = \"deliver\"\n  \
         policy = jsonencode({policy})\n}}\n\
         resource \"aws_cloudtrail\" \"TRAIL\" {{\n  name                       = \"NAME\"\n  s3_bucket_name             \
         = \"BUCKET\"\n  cloud_watch_logs_group_arn = \"${{aws_cloudwatch_log_group.GROUP.arn}}:*\"\n  \
         cloud_watch_logs_role_arn  = aws_iam_role.ROLE.arn\n  enable_logging             = true\n}}"
    );
    write_terraform(&block, about, &values, step);
}

/// The document that a command of a rule's remediation is given.
fn document(id: &str, name: &str) -> &'static str {
    let commands = rule(id).map(|rule| rule.aws.commands()).unwrap_or_default();
    let command = commands.into_iter().find(|command| command.contains(name));
    command
        .and_then(|command| command.split('\'').nth(1))
        .unwrap_or_default()
}
