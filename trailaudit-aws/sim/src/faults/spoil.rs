//! What a fault makes of an answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value};

use crate::call::{Answer, Call, Entry};

/// Operations whose answers come in pages, and what they call the token.
const PAGED: &[(&str, &str, &[&str])] = &[
    ("account", "NextToken", &["ListRegions"]),
    (
        "cloudtrail",
        "NextToken",
        &["ListEventDataStores", "ListTags", "ListTrails"],
    ),
    (
        "logs",
        "nextToken",
        &[
            "DescribeLogGroups",
            "DescribeLogStreams",
            "DescribeMetricFilters",
            "DescribeResourcePolicies",
        ],
    ),
    (
        "organizations",
        "NextToken",
        &[
            "ListAWSServiceAccessForOrganization",
            "ListAccounts",
            "ListAccountsForParent",
            "ListDelegatedAdministrators",
            "ListOrganizationalUnitsForParent",
            "ListPolicies",
            "ListPoliciesForTarget",
            "ListRoots",
            "ListTagsForResource",
            "ListTargetsForPolicy",
        ],
    ),
];

/// What the tokens of pages begin with that were left empty; the rest is the token that was asked with.
const MARK: &str = "again";

/// The page that a request asks for.
pub(crate) struct Token(Option<String>);

impl Token {
    /// Reads the token, and gives the service back its own where the caller was sent round an empty page: that is the same
    /// call again. Its body is written anew, so that it does not matter how the caller wrote it.
    pub fn taken_from(call: &mut Call) -> Self {
        let Ok(Value::Object(mut input)) = serde_json::from_slice(&call.body) else {
            return Self(None);
        };
        let names = ["NextToken", "nextToken"];
        let found = names
            .into_iter()
            .find_map(|name| Some((name, input.get(name)?.as_str()?.to_owned())));
        let token = found.and_then(|(name, token)| match unwrapped(&token) {
            None => Some(token),
            Some(own) if own.is_empty() => {
                input.remove(name);
                None
            }
            Some(own) => {
                input.insert(name.to_owned(), own.clone().into());
                Some(own)
            }
        });
        call.body = serde_json::to_vec(&input).unwrap_or_default();
        Self(token)
    }
}

/// The service's own token, when this is one of ours.
fn unwrapped(token: &str) -> Option<String> {
    let text = String::from_utf8(BASE64.decode(token).ok()?).ok()?;
    let mut parts = text.splitn(3, ' ');
    let is_ours = parts.next() == Some(MARK) && parts.next().is_some();
    parts.next().filter(|_| is_ours).map(str::to_owned)
}

/// The same page without its entries: they come after it. An answer that is no page stays as it is.
pub(crate) fn empty_page(answer: &mut Answer, token: &Token, attempt: u32) -> bool {
    let own = token.0.clone().unwrap_or_default();
    let again = BASE64.encode(format!("{MARK} {attempt} {own}"));
    paged(answer, |page, name| {
        for list in page.values_mut().filter(|value| value.is_array()) {
            *list = Value::Array(Vec::new());
        }
        page.insert(name.to_owned(), again.into());
    })
}

/// The same page with the token it was asked with, or with one that leads back to it.
pub(crate) fn repeated_token(answer: &mut Answer, token: &Token) -> bool {
    let Some(own) = token.0.clone() else { return false };
    paged(answer, |page, name| {
        page.insert(name.to_owned(), own.into());
    })
}

fn paged(answer: &mut Answer, change: impl FnOnce(&mut Map<String, Value>, &str)) -> bool {
    let Some(name) = token_name(&answer.entry).filter(|_| answer.status == 200) else {
        return false;
    };
    let Ok(Value::Object(mut page)) = serde_json::from_slice(&answer.body) else {
        return false;
    };
    change(&mut page, name);
    answer.body = serde_json::to_vec(&page).unwrap_or_default();
    true
}

fn token_name(entry: &Entry) -> Option<&'static str> {
    let is_paged = |(service, _, operations): &&(&str, &str, &[&str])| {
        *service == entry.service && operations.contains(&entry.operation)
    };
    PAGED.iter().find(is_paged).map(|(_, name, _)| *name)
}

/// A body that nobody can read.
pub(crate) fn garbled(answer: &mut Answer, way: usize) {
    answer.body = match way % 4 {
        0 => answer.body[..answer.body.len() / 2].to_vec(),
        1 => b"<html><head><title>Maintenance</title></head><body>Back soon.</body></html>".to_vec(),
        2 => answer.body.iter().map(|byte| byte ^ 0x80).collect(),
        _ => Vec::new(),
    };
}

/// The failure of whatever stands before the service, which speaks no protocol of AWS.
pub(crate) fn unavailable(answer: &mut Answer, status: u16) {
    answer.status = status;
    answer.content_type = "text/html";
    answer.error_type = None;
    answer.body = format!("<html><body><h1>{status}</h1></body></html>").into_bytes();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rehearsal::{Caller, world};

    #[test]
    fn nothing_is_lost_behind_an_empty_page() {
        let world = world();
        let auditor = Caller::auditor(&world);
        let plain = auditor.answer("organizations", "ListAccounts", &json!({}));
        let mut answer = plain.clone();
        let mut call = auditor.call("organizations", "/", Some("X.ListAccounts".into()));
        assert!(empty_page(&mut answer, &Token::taken_from(&mut call), 1));
        let page: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(page["Accounts"], json!([]));
        call.body = json!({"MaxResults": 20, "NextToken": page["NextToken"]})
            .to_string()
            .into();
        let token = Token::taken_from(&mut call);
        assert_eq!(call.body, br#"{"MaxResults":20}"#);
        assert!(
            !repeated_token(&mut answer, &token),
            "the first page has no token to repeat"
        );
        assert_eq!(world.respond(&call).body, plain.body);
    }

    #[test]
    fn the_services_own_tokens_stay() {
        let world = world();
        let mut call = Caller::auditor(&world).call("logs", "/", None);
        call.body = br#"{"nextToken":"own"}"#.to_vec();
        let token = Token::taken_from(&mut call);
        assert_eq!(call.body, br#"{"nextToken":"own"}"#);
        let mut answer = Caller::auditor(&world).answer("logs", "DescribeLogGroups", &json!({}));
        assert!(repeated_token(&mut answer, &token));
        let page: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(page, json!({"logGroups": [], "nextToken": "own"}));
        let mut trails = Caller::auditor(&world).answer("cloudtrail", "DescribeTrails", &json!({}));
        assert!(!empty_page(&mut trails, &token, 1), "it has no pages");
    }

    #[test]
    fn what_is_garbled_cannot_be_read() {
        let world = world();
        for (service, operation) in [("cloudtrail", "DescribeTrails"), ("kms", "DescribeKey")] {
            for way in 0..4 {
                let mut answer = Caller::auditor(&world).answer(service, operation, &json!({}));
                garbled(&mut answer, way);
                assert!(serde_json::from_slice::<Value>(&answer.body).is_err(), "{way}");
            }
        }
    }
}
