//! IAM and resource policies: read once into a small model, and asked the questions that rules have.
//!
//! Each question has its own function, and every answer has a word for "cannot be told":
//!
//! | question | asked with |
//! | --- | --- |
//! | may this service, on behalf of this trail, do this? | [`decide`] |
//! | may anybody at all? | [`Policy::publicity`] |
//! | to whose trails is a grant to a service confined? | [`Policy::confinement`] |
//! | who is granted an action? | [`Policy::grants`] |
//! | do service control policies deny an action, and to whom not? | [`denial`] |
//!
//! ```
//! use trailaudit_core::policy::{Policy, Publicity};
//!
//! let key = Policy::parse(
//!     r#"{"Version": "2012-10-17", "Statement": {
//!         "Sid": "read", "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*",
//!         "Condition": {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abc123"}}
//!     }}"#,
//! )?;
//! let Publicity::Public { by, why } = key.publicity(&[]) else { panic!() };
//! assert_eq!(by, "statement \"read\"");
//! assert_eq!(why, "it allows every principal, and no condition confines that");
//! # Ok::<(), trailaudit_core::policy::PolicyError>(())
//! ```
//!
//! # Semantics
//!
//! Of the IAM user guide, "Policy evaluation logic" and "Condition operators": an explicit deny wins over an allow;
//! conditions of a statement all have to hold, of a condition's values one (of a negated operator's, none); a key that
//! is not in the request makes an operator false, a negated one true, one with `IfExists` true, `ForAllValues` true and
//! `ForAnyValue` false. Actions and condition keys have no case. In a `Resource`, whether a wildcard reaches across the
//! colons of an ARN is not told: it is read both ways. Policy variables (`${...}`) and operators that compare numbers,
//! dates, binaries and addresses are not evaluated: what hangs on them cannot be told.

mod condition;
mod confinement;
mod decide;
mod denial;
mod grants;
mod model;
mod publicity;
mod read;
mod wildcard;
mod write;

pub use condition::Context;
pub use confinement::Confinement;
pub use decide::{Caller, Decision, Request, decide};
pub use denial::{Denial, denial};
pub use grants::{Grant, Grantee};
pub use model::{Comparison, Condition, Effect, Operator, Policy, Principal, Quantifier, Selected, Statement, Version};
pub use publicity::Publicity;
pub use read::{MAX_LENGTH, PolicyError};
