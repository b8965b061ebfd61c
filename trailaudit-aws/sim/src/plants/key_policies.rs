//! What can be wrong with the policy of a trail's key.

use serde_json::{Value, json};

use super::Plot;
use super::draft::Draft;
use super::own_trail::Flaw;
use crate::truth::rules::{KEY_CONFINED, KEY_NOT_PUBLIC, KEY_SERVES};

pub(super) const OPEN: Flaw = flaw("key-policy-open", |draft, plot| {
    change(draft, plot, |statements| {
        let anybody = json!({"AWS": "*"});
        statements.push(json!({
            "Sid": "Anybody", "Effect": "Allow", "Principal": anybody, "Action": "kms:Decrypt", "Resource": "*",
        }));
    });
    draft.fails(plot, &[KEY_NOT_PUBLIC], "the key's policy lets anybody decrypt");
});

pub(super) const UNCONFINED: Flaw = flaw("key-policy-unconfined", |draft, plot| {
    change(draft, plot, |statements| {
        let served = statements.iter_mut().filter(|statement| is_for_cloudtrail(statement));
        for statement in served.filter_map(Value::as_object_mut) {
            statement.remove("Condition");
        }
    });
    let because = "the key's policy lets CloudTrail encrypt for anybody's trails";
    draft.fails(plot, &[KEY_CONFINED], because);
});

pub(super) const UNSERVING: Flaw = flaw("key-policy-unserving", |draft, plot| {
    change(draft, plot, |statements| {
        statements.retain(|statement| !is_for_cloudtrail(statement));
    });
    let because = "the key's policy does not name CloudTrail: it may not encrypt, let alone for this trail only";
    draft.fails(plot, &[KEY_SERVES, KEY_CONFINED], because);
});

const fn flaw(name: &'static str, apply: fn(&mut Draft, &mut Plot)) -> Flaw {
    Flaw {
        name,
        fewest_regions: 1,
        apply,
    }
}

fn change(draft: &mut Draft, plot: &Plot, change: impl FnOnce(&mut Vec<Value>)) {
    let Some(key) = &mut draft.key else { return };
    let text = key.policy_text(&draft.owner, &plot.world.organization);
    let mut policy: Value = serde_json::from_str(&text).unwrap_or_default();
    if let Some(statements) = policy["Statement"].as_array_mut() {
        change(statements);
    }
    key.policy = Some(policy.to_string());
}

fn is_for_cloudtrail(statement: &Value) -> bool {
    statement["Principal"]["Service"] == "cloudtrail.amazonaws.com"
}
