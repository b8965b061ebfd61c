//! What the policy of a key says when nobody wrote one: the policy CloudTrail recommends, and whom it lets in beside.

use serde_json::{Value, json};

use super::{Key, KeyReaders, Organization};

impl Key {
    /// The text of its policy in the account that owns it.
    #[must_use]
    pub fn policy_text(&self, owner: &str, organization: &Organization) -> String {
        if let Some(text) = &self.policy {
            return text.clone();
        }
        if self.manager == "AWS" {
            return document(&[json!({
                "Sid": "Allow access through a service for all principals in the account",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:DescribeKey"],
                "Resource": "*",
                "Condition": {"StringEquals": {"kms:CallerAccount": owner}},
            })]);
        }
        let mut accounts = vec![owner];
        match &self.readers {
            KeyReaders::Organization => accounts.push(&organization.management_account),
            KeyReaders::Accounts(others) => accounts.extend(others.iter().map(String::as_str)),
            KeyReaders::Owner | KeyReaders::Nobody => {}
        }
        accounts.dedup();
        let trails: Vec<String> = accounts.into_iter().map(trails_of).collect();
        self.text("StringLike", &json!(trails), &json!(trails), owner, organization)
    }

    /// The text of a policy that lets CloudTrail use the key for one trail alone.
    #[must_use]
    pub fn policy_confined_to(&self, trail: &str, owner: &str, organization: &Organization) -> String {
        let account = trail.split(':').nth(4).unwrap_or_default();
        self.text(
            "StringEquals",
            &json!([trail]),
            &json!([trails_of(account)]),
            owner,
            organization,
        )
    }

    /// The trails CloudTrail encrypts for, as the source of its requests, compared in this way, and in their context.
    fn text(&self, how: &str, sources: &Value, contexts: &Value, owner: &str, organization: &Organization) -> String {
        let root = json!({"AWS": format!("arn:aws:iam::{owner}:root")});
        let mut statements = vec![statement("Enable IAM User Permissions", &root, &json!("kms:*"))];
        if self.usage == "ENCRYPT_DECRYPT" {
            statements.extend(for_trails(how, sources, contexts, owner));
            statements.push(self.for_log_groups(owner, organization));
        }
        statements.extend(self.for_readers(organization));
        document(&statements)
    }

    /// CloudWatch Logs, for the log groups in the key's Region of whom the key is for.
    fn for_log_groups(&self, owner: &str, organization: &Organization) -> Value {
        let service = json!({"Service": format!("logs.{}.amazonaws.com", self.region)});
        let actions = [
            "kms:Encrypt*",
            "kms:Decrypt*",
            "kms:ReEncrypt*",
            "kms:GenerateDataKey*",
            "kms:Describe*",
        ];
        let mut allowed = statement("Allow CloudWatch Logs to encrypt log groups", &service, &json!(actions));
        let of = |account: &str| json!({"kms:EncryptionContext:aws:logs:arn": format!("arn:aws:logs:{}:{account}:*", self.region)});
        allowed["Condition"] = if self.readers == KeyReaders::Organization {
            json!({"ArnLike": of("*"), "StringEquals": {"aws:SourceOrgID": organization.id}})
        } else {
            json!({"ArnLike": of(owner)})
        };
        allowed
    }

    /// What the readers say, as a statement: the two must not contradict each other.
    fn for_readers(&self, organization: &Organization) -> Option<Value> {
        let everybody = json!({"AWS": "*"});
        let actions = json!([
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:GetKeyRotationStatus",
            "kms:GetPublicKey",
            "kms:Sign"
        ]);
        match &self.readers {
            KeyReaders::Owner => None,
            KeyReaders::Organization => {
                let mut allowed = statement("Allow the Organization to use the key", &everybody, &actions);
                allowed["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": organization.id}});
                Some(allowed)
            }
            KeyReaders::Accounts(accounts) => {
                let roots = accounts.iter().map(|account| format!("arn:aws:iam::{account}:root"));
                let roots: Vec<String> = roots.collect();
                Some(statement(
                    "Allow other accounts to use the key",
                    &json!({"AWS": roots}),
                    &actions,
                ))
            }
            KeyReaders::Nobody => {
                let mut denied = statement("Keep everybody out", &everybody, &json!("kms:*"));
                denied["Effect"] = json!("Deny");
                denied["Condition"] = json!({"Bool": {"aws:PrincipalIsAWSService": "false"}});
                Some(denied)
            }
        }
    }
}

/// What CloudTrail recommends.
fn for_trails(how: &str, sources: &Value, contexts: &Value, owner: &str) -> [Value; 3] {
    let service = json!({"Service": "cloudtrail.amazonaws.com"});
    let context = "kms:EncryptionContext:aws:cloudtrail:arn";
    let mut encrypt = statement(
        "Allow CloudTrail to encrypt logs",
        &service,
        &json!("kms:GenerateDataKey*"),
    );
    encrypt["Condition"][how]["aws:SourceArn"] = sources.clone();
    encrypt["Condition"]["StringLike"][context] = contexts.clone();
    let mut describe = statement("Allow CloudTrail to describe key", &service, &json!("kms:DescribeKey"));
    describe["Condition"][how]["aws:SourceArn"] = sources.clone();
    let mut decrypt = statement(
        "Allow principals in the account to decrypt log files",
        &json!({"AWS": "*"}),
        &json!(["kms:Decrypt", "kms:ReEncryptFrom"]),
    );
    decrypt["Condition"] = json!({"StringEquals": {"kms:CallerAccount": owner}, "StringLike": {context: contexts}});
    [encrypt, describe, decrypt]
}

fn trails_of(account: &str) -> String {
    format!("arn:aws:cloudtrail:*:{account}:trail/*")
}

fn statement(name: &str, principal: &Value, action: &Value) -> Value {
    json!({"Sid": name, "Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"})
}

fn document(statements: &[Value]) -> String {
    let document = json!({"Version": "2012-10-17", "Id": "key-policy", "Statement": statements});
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{MANAGEMENT, MEMBER, now};

    fn statements(change: impl FnOnce(&mut Key)) -> Vec<Value> {
        let mut key = Key::new("a-key", "us-east-1", now());
        change(&mut key);
        let text = key.policy_text(MEMBER, &Organization::new("o-exampleorg1", MANAGEMENT));
        let document: Value = serde_json::from_str(&text).unwrap();
        document["Statement"].as_array().unwrap().clone()
    }

    #[test]
    fn cloudtrail_is_confined_to_the_trails_the_key_is_for() {
        let own = format!("arn:aws:cloudtrail:*:{MEMBER}:trail/*");
        let trails = |statements: &[Value]| statements[1]["Condition"]["StringLike"]["aws:SourceArn"].clone();
        assert_eq!(trails(&statements(|_| ())), json!([own]));
        let shared = statements(|key| key.readers = KeyReaders::Organization);
        assert_eq!(
            trails(&shared),
            json!([own, format!("arn:aws:cloudtrail:*:{MANAGEMENT}:trail/*")])
        );
        assert_eq!(
            shared[5]["Condition"]["StringEquals"]["aws:PrincipalOrgID"],
            "o-exampleorg1"
        );
    }

    #[test]
    fn readers_and_policy_say_the_same() {
        let last = |readers| statements(|key| key.readers = readers).pop().unwrap();
        let accounts = KeyReaders::Accounts([MANAGEMENT.to_owned()].into());
        assert_eq!(
            last(accounts)["Principal"]["AWS"],
            json!([format!("arn:aws:iam::{MANAGEMENT}:root")])
        );
        assert_eq!(last(KeyReaders::Nobody)["Effect"], "Deny");
        let signing = statements(|key| key.usage = "SIGN_VERIFY");
        assert_eq!(signing.len(), 1, "CloudTrail does not encrypt with what signs");
    }
}
