//! Whether a condition holds for a request.

use std::collections::BTreeMap;

use super::model::{Comparison, Condition, Quantifier};
use super::wildcard::{matches, matches_arn};

/// What is known of a request's condition keys. A key that was not named is not known: what hangs on it cannot be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// By the key in lower case; no values: the key is not in the request.
    keys: BTreeMap<String, Vec<String>>,
}

impl Context {
    /// Nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The key is in the request, with this value.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.keys.insert(key.to_ascii_lowercase(), vec![value.into()]);
        self
    }

    /// The key is not in the request.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.keys.insert(key.to_ascii_lowercase(), Vec::new());
        self
    }

    /// What CloudTrail sends along when it works for a trail, by the CloudTrail user guide ("Configure AWS KMS key
    /// policies for CloudTrail", "Amazon S3 bucket policy for CloudTrail") and the IAM guide's list of global keys: the
    /// source is the trail and its account; a service belongs to no organization and comes through no VPC of anybody.
    ///
    /// What only some of its calls have is added by the caller: `kms:EncryptionContext:aws:cloudtrail:arn`, the trail, when
    /// it encrypts (not when it describes the key); `s3:x-amz-acl`, `bucket-owner-full-control`, when it writes.
    #[must_use]
    pub fn of_trail(trail_arn: &str) -> Self {
        let account = trail_arn.split(':').nth(4).unwrap_or_default();
        let absent = [
            "aws:PrincipalOrgID",
            "aws:PrincipalOrgPaths",
            "aws:PrincipalArn",
            "aws:PrincipalAccount",
        ];
        let absent = absent
            .into_iter()
            .chain(["aws:SourceVpc", "aws:SourceVpce", "aws:userid"]);
        let known = Self::new()
            .with("aws:SourceArn", trail_arn)
            .with("aws:SourceAccount", account)
            .with("aws:PrincipalIsAWSService", "true")
            .with("aws:PrincipalServiceName", "cloudtrail.amazonaws.com")
            .with("aws:SecureTransport", "true");
        absent.into_iter().fold(known, Self::without)
    }

    fn values(&self, key: &str) -> Option<&[String]> {
        self.keys.get(&key.to_ascii_lowercase()).map(Vec::as_slice)
    }
}

impl Condition {
    /// Whether it holds; none where that cannot be told. `has_variables`: `${...}` in a value is replaced.
    pub(super) fn holds(&self, context: &Context, has_variables: bool) -> Option<bool> {
        let operator = &self.operator;
        let found = context.values(&self.key)?;
        if operator.comparison == Comparison::Null {
            return self.is_null(found.is_empty());
        }
        match (found, operator.quantifier) {
            _ if !is_known(&operator.comparison) => None,
            ([], _) if operator.if_exists => Some(true),
            ([], Some(Quantifier::ForAllValues)) => Some(true),
            ([], Some(Quantifier::ForAnyValue)) => Some(false),
            ([], None) => Some(operator.comparison.is_negated()),
            ([one], _) => self.compares(one, has_variables),
            (_, _) => None,
        }
    }

    /// In words: `StringEquals on aws:SourceArn`.
    pub(super) fn words(&self) -> String {
        format!("{} on {}", self.operator, self.key)
    }

    fn is_null(&self, is_absent: bool) -> Option<bool> {
        let is_plain = self.operator.quantifier.is_none() && !self.operator.if_exists;
        let wanted: Option<Vec<bool>> = self.values.iter().map(|value| as_bool(value)).collect();
        wanted.filter(|_| is_plain).map(|wanted| wanted.contains(&is_absent))
    }

    fn compares(&self, found: &str, has_variables: bool) -> Option<bool> {
        let mut any = Some(false);
        for value in &self.values {
            let is_variable = has_variables && value.contains("${");
            match if is_variable { None } else { self.equals(value, found) } {
                Some(true) => any = Some(true),
                Some(false) => {}
                None => any = any.filter(|any| *any),
            }
            if any == Some(true) {
                break;
            }
        }
        any.map(|any| any != self.operator.comparison.is_negated())
    }

    fn equals(&self, value: &str, found: &str) -> Option<bool> {
        use Comparison as C;
        match &self.operator.comparison {
            C::StringEquals | C::StringNotEquals => Some(value == found),
            C::StringEqualsIgnoreCase | C::StringNotEqualsIgnoreCase => Some(value.eq_ignore_ascii_case(found)),
            C::StringLike | C::StringNotLike => Some(matches(value, found)),
            C::ArnEquals | C::ArnLike | C::ArnNotEquals | C::ArnNotLike if value == "*" => None,
            C::ArnEquals | C::ArnLike | C::ArnNotEquals | C::ArnNotLike => Some(matches_arn(value, found)),
            C::Bool => Some(as_bool(value)? == as_bool(found)?),
            C::Null | C::IpAddress | C::NotIpAddress | C::Other(_) => None,
        }
    }
}

fn as_bool(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Whether the comparison is one of the policy language.
fn is_known(comparison: &Comparison) -> bool {
    let Comparison::Other(name) = comparison else {
        return true;
    };
    let orders = [
        "Equals",
        "NotEquals",
        "LessThan",
        "LessThanEquals",
        "GreaterThan",
        "GreaterThanEquals",
    ];
    let ordered = |kind: &str| name.strip_prefix(kind).is_some_and(|order| orders.contains(&order));
    ordered("Numeric") || ordered("Date") || name == "BinaryEquals"
}
