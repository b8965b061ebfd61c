//! What a policy says, element by element.

/// A policy document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// `Version`; absent, it is that of 2008.
    pub version: Option<Version>,
    /// `Id`.
    pub id: Option<String>,
    /// `Statement`, one or many.
    pub statements: Vec<Statement>,
}

/// The version of the policy language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `2008-10-17`: no policy variables.
    V2008,
    /// `2012-10-17`.
    V2012,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// `Sid`.
    pub sid: Option<String>,
    /// `Effect`.
    pub effect: Effect,
    /// `Principal` or `NotPrincipal`; absent from policies of identities and of organizations.
    pub principals: Option<Selected<Principal>>,
    /// `Action` or `NotAction`.
    pub actions: Selected<String>,
    /// `Resource` or `NotResource`; absent from trust policies.
    pub resources: Option<Selected<String>>,
    /// `Condition`, one entry an operator and key: all have to hold.
    pub conditions: Vec<Condition>,
}

/// What a matching statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Grants, unless something denies.
    Allow,
    /// Denies, whatever allows.
    Deny,
}

/// An element, or its `Not...` form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selected<T> {
    /// These.
    Only(Vec<T>),
    /// All others.
    AllBut(Vec<T>),
}

/// Who a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// `"Principal": "*"`.
    Everyone,
    /// An account, a user, a role, or `*`.
    Aws(String),
    /// A service, such as `cloudtrail.amazonaws.com`.
    Service(String),
    /// An identity provider.
    Federated(String),
    /// An account, by the id that S3 gives it.
    CanonicalUser(String),
}

/// One operator on one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// How the key is compared.
    pub operator: Operator,
    /// The key as written; its case does not matter.
    pub key: String,
    /// The values, at least one; numbers and booleans as their text.
    pub values: Vec<String>,
}

/// A condition operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// How several values of the request are taken.
    pub quantifier: Option<Quantifier>,
    /// The comparison.
    pub comparison: Comparison,
    /// Whether a key that is not in the request satisfies it.
    pub if_exists: bool,
}

/// How several values of the request are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// Every one has to match; true when there is none.
    ForAllValues,
    /// One has to match; false when there is none.
    ForAnyValue,
}

/// How a value is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in the policy language")]
pub enum Comparison {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    ArnEquals,
    ArnNotEquals,
    ArnLike,
    ArnNotLike,
    Bool,
    Null,
    IpAddress,
    NotIpAddress,
    /// Any other, by its name: of numbers, dates and binaries, and those that are not known.
    Other(String),
}

impl Principal {
    /// Whether this is anybody: `*`, or an ARN whose account is a wildcard.
    #[must_use]
    pub fn is_everyone(&self) -> bool {
        match self {
            Self::Everyone => true,
            Self::Aws(text) if text.starts_with("arn:") => {
                text.contains(['*', '?']) && !text.split(':').nth(4).is_some_and(is_account)
            }
            Self::Aws(text) | Self::Service(text) | Self::Federated(text) | Self::CanonicalUser(text) => text == "*",
        }
    }
}

impl Policy {
    /// How a statement is called in answers: by its `Sid` or by its number, counted from 1.
    #[must_use]
    pub fn name_of(&self, index: usize) -> String {
        match self.statements.get(index).and_then(|statement| statement.sid.as_ref()) {
            Some(sid) if !sid.is_empty() => format!("statement \"{sid}\""),
            _ => format!("statement {}", index + 1),
        }
    }

    /// The statements with an effect, and what they are called.
    pub(super) fn with_effect(&self, effect: Effect) -> impl Iterator<Item = (String, &Statement)> {
        let found = self
            .statements
            .iter()
            .enumerate()
            .filter(move |(_, statement)| statement.effect == effect);
        found.map(|(index, statement)| (self.name_of(index), statement))
    }

    /// Whether `${...}` is replaced.
    pub(super) fn has_variables(&self) -> bool {
        self.version == Some(Version::V2012)
    }
}

impl Comparison {
    /// The comparisons that are evaluated, by name.
    pub(super) const NAMED: [(&'static str, Self); 14] = [
        ("StringEquals", Self::StringEquals),
        ("StringNotEquals", Self::StringNotEquals),
        ("StringEqualsIgnoreCase", Self::StringEqualsIgnoreCase),
        ("StringNotEqualsIgnoreCase", Self::StringNotEqualsIgnoreCase),
        ("StringLike", Self::StringLike),
        ("StringNotLike", Self::StringNotLike),
        ("ArnEquals", Self::ArnEquals),
        ("ArnNotEquals", Self::ArnNotEquals),
        ("ArnLike", Self::ArnLike),
        ("ArnNotLike", Self::ArnNotLike),
        ("Bool", Self::Bool),
        ("Null", Self::Null),
        ("IpAddress", Self::IpAddress),
        ("NotIpAddress", Self::NotIpAddress),
    ];

    /// Whether it holds where no value matches.
    pub(super) fn is_negated(&self) -> bool {
        match self {
            Self::StringNotEquals
            | Self::StringNotEqualsIgnoreCase
            | Self::StringNotLike
            | Self::ArnNotEquals
            | Self::ArnNotLike
            | Self::NotIpAddress => true,
            Self::Other(name) => name.contains("Not"),
            _ => false,
        }
    }

    /// Whether `*` and `?` in its values stand for other text.
    pub(super) fn takes_wildcards(&self) -> bool {
        use Comparison::{ArnEquals, ArnLike, ArnNotEquals, ArnNotLike, StringLike, StringNotLike};
        matches!(
            self,
            StringLike | StringNotLike | ArnEquals | ArnLike | ArnNotEquals | ArnNotLike
        )
    }
}

/// Whether the text is an account's id.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
