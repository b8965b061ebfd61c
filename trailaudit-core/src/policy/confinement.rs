//! What conditions confine a grant to.

use std::collections::BTreeSet;

use super::condition::Context;
use super::decide::{Applies, Caller, Request};
use super::model::{Comparison, Condition, Effect, Policy, Quantifier, Statement, is_account};

/// To whose trails a grant to a service is confined.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Confinement {
    /// Nothing is granted.
    NotGranted,
    /// To trails of these accounts.
    Confined {
        /// The accounts' ids.
        accounts: BTreeSet<String>,
        /// Whether every statement names the trail itself, and no other.
        to_trail_only: bool,
    },
    /// To nothing: anybody's trail is served.
    Open {
        /// The statement that is not confined.
        by: String,
    },
    /// It cannot be told.
    Unclear {
        /// The statement.
        by: String,
        /// On what it hangs.
        why: String,
    },
}

/// What confines a condition's key to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Confines {
    /// To what cannot be everybody's.
    Yes,
    No,
    Unclear,
}

impl Policy {
    /// To whose trails the grants of `actions` on `resource` to `service` are confined, by `aws:SourceArn`,
    /// `aws:SourceAccount` or `kms:EncryptionContext:aws:cloudtrail:arn`. `IfExists`, `ForAllValues` and negated
    /// operators confine nothing: a request without the key passes.
    pub fn confinement(&self, service: &str, actions: &[&str], resource: &str, trail_arn: &str) -> Confinement {
        let (mut accounts, mut to_trail_only, mut unclear) = (BTreeSet::new(), true, None);
        let mut is_granted = false;
        for (by, statement) in self.with_effect(Effect::Allow) {
            match self.grants_to(statement, service, actions, resource) {
                Applies::No => continue,
                Applies::Yes => {}
                Applies::Unclear(why) => unclear = unclear.or(Some((by.clone(), why))),
            }
            is_granted = true;
            match sources(statement, self.has_variables()) {
                Err(why) => unclear = unclear.or(Some((by, why))),
                Ok(None) => return Confinement::Open { by },
                Ok(Some(sources)) => {
                    to_trail_only &= sources.iter().all(|source| *source == trail_arn);
                    accounts.extend(sources.iter().filter_map(|source| account(source)));
                }
            }
        }
        match unclear {
            Some((by, why)) => Confinement::Unclear { by, why },
            None if is_granted => Confinement::Confined {
                accounts,
                to_trail_only,
            },
            None => Confinement::NotGranted,
        }
    }

    /// Whether a statement grants one of the actions, conditions aside.
    fn grants_to(&self, statement: &Statement, service: &str, actions: &[&str], resource: &str) -> Applies {
        let bare = Statement {
            conditions: Vec::new(),
            ..statement.clone()
        };
        let answers = actions.iter().map(|action| {
            let request = Request {
                caller: Caller::Service(service.to_owned()),
                action: (*action).to_owned(),
                resource: resource.to_owned(),
                context: Context::new(),
            };
            bare.applies(&request, self.has_variables())
        });
        answers.fold(Applies::No, |found, next| match (found, next) {
            (Applies::Yes, _) | (_, Applies::Yes) => Applies::Yes,
            (found @ Applies::Unclear(_), _) => found,
            (_, next) => next,
        })
    }
}

impl Condition {
    /// Whether the operator keeps out every request that has not the key with one of the values.
    pub(super) fn is_strict(&self) -> bool {
        use Comparison::{ArnEquals, ArnLike, IpAddress, StringEquals, StringEqualsIgnoreCase, StringLike};
        let is_positive = matches!(
            self.operator.comparison,
            StringEquals | StringEqualsIgnoreCase | StringLike | ArnEquals | ArnLike | IpAddress
        );
        is_positive && !self.operator.if_exists && self.operator.quantifier != Some(Quantifier::ForAllValues)
    }

    /// Whether it confines a grant to everybody to somebody: every value has to be one that not anybody can bring.
    pub(super) fn confines(&self, has_variables: bool) -> Confines {
        let key = self.key.to_ascii_lowercase();
        let fixed: fn(&str) -> bool = match key.as_str() {
            "aws:sourceaccount"
            | "aws:sourceowner"
            | "aws:principalaccount"
            | "kms:calleraccount"
            | "s3:dataaccesspointaccount" => is_account,
            "aws:principalorgid" | "aws:sourceorgid" => |value| value.starts_with("o-") && is_plain(value),
            "aws:principalorgpaths" | "aws:sourceorgpaths" => |value| {
                value
                    .split_once('/')
                    .is_some_and(|(id, _)| id.starts_with("o-") && is_plain(id))
            },
            "aws:sourcearn" | "aws:principalarn" | "s3:dataaccesspointarn" => is_owned,
            "aws:sourcevpc" | "aws:sourcevpce" => |value| value.starts_with("vpc") && is_plain(value),
            "aws:sourceip" => is_narrow,
            _ if FREE
                .iter()
                .any(|free| key == *free || free.ends_with([':', '/']) && key.starts_with(free)) =>
            {
                return Confines::No;
            }
            _ if self.operator.comparison.is_negated() => return Confines::No,
            _ => return Confines::Unclear,
        };
        if !self.is_strict() {
            return Confines::No;
        }
        if has_variables && self.values.iter().any(|value| value.contains("${")) {
            return Confines::Unclear;
        }
        // Where no wildcards are taken, an asterisk is an asterisk, which no such key ever has.
        let takes_wildcards = self.operator.comparison.takes_wildcards();
        let is_fixed = |value: &String| fixed(value) || !takes_wildcards && !key.ends_with("ip") && !is_plain(value);
        if self.values.iter().all(is_fixed) {
            Confines::Yes
        } else {
            Confines::No
        }
    }
}

/// Keys that anybody can bring with any value, or that say nothing of who asks; a colon or stroke at the end stands for
/// all that start so. `kms:ViaService` says which service is used, by
/// anybody; a private address (`aws:VpcSourceIp`) is one of everybody's network.
const FREE: [&str; 17] = [
    "aws:currenttime",
    "aws:epochtime",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:principaltag/",
    "aws:principaltype",
    "aws:referer",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:useragent",
    "aws:vpcsourceip",
    "kms:encryptioncontext:",
    "kms:encryptioncontextkeys",
    "kms:viaservice",
    "s3:prefix",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
];

/// The trails, or patterns of them, and accounts that a statement is for: none when it is for all. An error says what is
/// not told.
fn sources(statement: &Statement, variables: bool) -> Result<Option<Vec<&String>>, String> {
    let keys = [
        "aws:sourcearn",
        "aws:sourceaccount",
        "kms:encryptioncontext:aws:cloudtrail:arn",
    ];
    let is_source = |condition: &&Condition| keys.contains(&condition.key.to_ascii_lowercase().as_str());
    let mut best: Option<Vec<&String>> = None;
    for condition in statement
        .conditions
        .iter()
        .filter(is_source)
        .filter(|condition| condition.is_strict())
    {
        if variables && condition.values.iter().any(|value| value.contains("${")) {
            return Err(condition.words());
        }
        // Where wildcards are not taken, a value with one is nobody's.
        let wildcards = condition.operator.comparison.takes_wildcards();
        let values: Vec<_> = condition
            .values
            .iter()
            .filter(|value| wildcards || is_plain(value))
            .collect();
        if values.iter().any(|value| account(value).is_none()) {
            continue;
        }
        // All conditions have to hold, so the narrowest tells: trails before patterns and accounts, few before many.
        let width = |values: &[&String]| {
            (
                !values.iter().all(|value| value.contains(':') && is_plain(value)),
                values.len(),
            )
        };
        if best.as_ref().is_none_or(|best| width(&values) < width(best)) {
            best = Some(values);
        }
    }
    Ok(best)
}

/// The account of a trail's ARN or pattern, or the account itself.
fn account(source: &str) -> Option<String> {
    let parts: Vec<_> = source.splitn(6, ':').collect();
    match parts.as_slice() {
        [account] | ["arn", _, _, _, account, _] if is_account(account) => Some((*account).to_owned()),
        _ => None,
    }
}

/// Whether an ARN, or pattern, is of one account; or of one bucket, which is one owner's.
fn is_owned(arn: &str) -> bool {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "s3", "", "", bucket] => bucket
            .split('/')
            .next()
            .is_some_and(|name| !name.is_empty() && is_plain(name)),
        ["arn", _, _, _, account, _] => is_account(account),
        _ => false,
    }
}

/// Whether an address range is narrow by the measure of S3 ("The meaning of public"): /8 or less for IPv4, /32 or less
/// for IPv6.
fn is_narrow(range: &str) -> bool {
    let (address, bits) = range
        .split_once('/')
        .map_or((range, None), |(address, bits)| (address, Some(bits)));
    let Ok(address) = address.parse::<std::net::IpAddr>() else {
        return false;
    };
    let least = if address.is_ipv4() { 8 } else { 32 };
    bits.is_none_or(|bits| {
        bits.parse::<u8>()
            .is_ok_and(|bits| bits >= least && bits <= if address.is_ipv4() { 32 } else { 128 })
    })
}

fn is_plain(text: &str) -> bool {
    !text.contains(['*', '?'])
}
