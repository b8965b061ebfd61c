//! What is in scope: which accounts, from which list, and which Regions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use trailaudit_core::organization::{AccountId, AccountState, Region};

use crate::arn::{Arn, is_account_id};
use crate::error::CollectError;

/// Where the list of accounts comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// Organizations is asked.
    #[default]
    Organization,
    /// A CSV file, `account_id[,name][,role_arn]`, for when Organizations cannot be asked.
    AccountsFile(PathBuf),
    /// The caller's account alone.
    SingleAccount,
}

/// What is collected. The default is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Where the list of accounts comes from.
    pub source: Source,
    /// Only these accounts; empty for all.
    pub accounts: BTreeSet<AccountId>,
    /// Not these accounts.
    pub exclude_accounts: BTreeSet<AccountId>,
    /// Only accounts under these roots or organizational units, at any depth; empty for all.
    pub units: BTreeSet<String>,
    /// Not accounts under these.
    pub exclude_units: BTreeSet<String>,
    /// Only accounts with each of these tags.
    pub account_tags: BTreeMap<String, String>,
    /// Only these Regions are looked at for trails; empty for every enabled one.
    pub regions: BTreeSet<Region>,
    /// The accounts that keep the logs of others: asked first for buckets that are not the trail owner's.
    pub log_archive_accounts: BTreeSet<AccountId>,
}

/// An account as its list has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub id: AccountId,
    pub name: String,
    pub state: AccountState,
    /// Root and units from the top down; nothing when the list does not say.
    pub path: Option<Vec<String>>,
    /// The role to enter by, when the list gives one.
    pub role: Option<String>,
}

impl Scope {
    /// Why the scope leaves an account out; nothing when it does not. `tags` are asked for only when the scope has any.
    pub(crate) fn excludes(&self, account: &Listed, tags: Option<&BTreeMap<String, String>>) -> Option<String> {
        let under = |units: &BTreeSet<String>| {
            account
                .path
                .iter()
                .flatten()
                .find(|unit| units.contains(*unit))
                .cloned()
        };
        if !self.accounts.is_empty() && !self.accounts.contains(&account.id) {
            return Some("not among the accounts in scope".to_owned());
        }
        if self.exclude_accounts.contains(&account.id) {
            return Some("excluded by its id".to_owned());
        }
        if !self.units.is_empty() && under(&self.units).is_none() {
            return Some("not under an organizational unit in scope".to_owned());
        }
        if let Some(unit) = under(&self.exclude_units) {
            return Some(format!("excluded with {unit}"));
        }
        let lacking = self
            .account_tags
            .iter()
            .find(|(key, value)| tags.and_then(|tags| tags.get(*key)) != Some(value));
        lacking.map(|(key, value)| format!("not tagged {key}={value}"))
    }

    /// Whether any account could be left out, so that the whole list must be known before the first is entered.
    pub(crate) fn selects_accounts(&self) -> bool {
        !(self.accounts.is_empty() && self.exclude_accounts.is_empty() && self.account_tags.is_empty())
            || self.selects_units()
    }

    /// Whether the place in the organization decides.
    pub(crate) fn selects_units(&self) -> bool {
        !(self.units.is_empty() && self.exclude_units.is_empty())
    }

    /// Accounts the scope names that are not in the list.
    pub(crate) fn unknown_accounts(&self, listed: impl Fn(&AccountId) -> bool) -> Vec<String> {
        let named = self.accounts.union(&self.exclude_accounts);
        named.filter(|id| !listed(id)).map(ToString::to_string).collect()
    }

    /// Units the scope names that no path of the organization has.
    pub(crate) fn unknown_units(&self, known: impl Fn(&str) -> bool) -> Vec<String> {
        let named = self.units.union(&self.exclude_units);
        named.filter(|id| !known(id)).cloned().collect()
    }

    /// The scope as the run log and the manifest carry it: texts and lists of texts, only what was set.
    pub(crate) fn to_json(&self) -> Value {
        let mut scope = Map::new();
        let source = match &self.source {
            Source::Organization => "organization",
            Source::AccountsFile(_) => "accounts-file",
            Source::SingleAccount => "single-account",
        };
        scope.insert("source".to_owned(), source.into());
        let tags: BTreeSet<String> = self
            .account_tags
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        for (name, list) in [
            ("accounts", json!(self.accounts)),
            ("excludeAccounts", json!(self.exclude_accounts)),
            ("organizationalUnits", json!(self.units)),
            ("excludeOrganizationalUnits", json!(self.exclude_units)),
            ("accountTags", json!(tags)),
            ("regions", json!(self.regions)),
            ("logArchiveAccounts", json!(self.log_archive_accounts)),
        ] {
            if list.as_array().is_some_and(|list| !list.is_empty()) {
                scope.insert(name.to_owned(), list);
            }
        }
        scope.into()
    }
}

/// Reads an accounts file: `account_id[,name][,role_arn]`, with or without a header line.
pub(crate) fn read_accounts(path: &Path) -> Result<Vec<Listed>, CollectError> {
    let bytes = std::fs::read(path).map_err(|source| CollectError::Io {
        path: path.to_owned(),
        source,
    })?;
    parse_accounts(path, &bytes)
}

fn parse_accounts(path: &Path, bytes: &[u8]) -> Result<Vec<Listed>, CollectError> {
    let wrong = |line: u64, problem: String| CollectError::AccountsFile {
        path: path.to_owned(),
        line,
        problem,
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(bytes);
    let mut listed: Vec<Listed> = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, row) in rows.records().enumerate() {
        let row = row.map_err(|error| wrong(error.position().map_or(1, csv::Position::line), error.to_string()))?;
        let line = row.position().map_or(1, csv::Position::line);
        let field = |at: usize| row.get(at).filter(|text| !text.is_empty());
        let id = field(0).unwrap_or_default();
        if index == 0 && id.eq_ignore_ascii_case("account_id") {
            continue;
        }
        if !is_account_id(id) {
            return Err(wrong(line, format!("{id:?} is not an account id of twelve digits")));
        }
        if row.len() > 3 {
            return Err(wrong(
                line,
                format!("{} fields, where at most three are expected", row.len()),
            ));
        }
        if !seen.insert(id.to_owned()) {
            return Err(wrong(line, format!("account {id} stands twice")));
        }
        let role = field(2);
        if let Some(role) = role.filter(|role| !is_role_in(role, id)) {
            return Err(wrong(
                line,
                format!("{role:?} is not the ARN of a role in account {id}"),
            ));
        }
        listed.push(Listed {
            id: id.into(),
            name: field(1).unwrap_or_default().to_owned(),
            state: AccountState::Unknown,
            path: None,
            role: role.map(str::to_owned),
        });
    }
    if listed.is_empty() {
        return Err(wrong(1, "no account in it".to_owned()));
    }
    Ok(listed)
}

fn is_role_in(text: &str, account: &str) -> bool {
    is_role_arn(text) && Arn::parse(text).is_some_and(|arn| arn.account == account)
}

/// Whether `text` is the ARN of an IAM role.
pub(crate) fn is_role_arn(text: &str) -> bool {
    Arn::parse(text).is_some_and(|arn| {
        arn.service == "iam"
            && arn.region.is_empty()
            && is_account_id(arn.account)
            && arn.resource.strip_prefix("role/").is_some_and(|name| !name.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: &str, path: &[&str]) -> Listed {
        Listed {
            id: id.into(),
            name: String::new(),
            state: AccountState::Active,
            path: Some(path.iter().map(ToString::to_string).collect()),
            role: None,
        }
    }

    fn set<T: Ord + for<'a> From<&'a str>>(items: &[&str]) -> BTreeSet<T> {
        items.iter().map(|item| T::from(item)).collect()
    }

    #[test]
    fn a_unit_stands_for_its_whole_subtree() {
        let scope = Scope {
            units: set(&["ou-1"]),
            exclude_units: set(&["ou-1a"]),
            ..Scope::default()
        };
        assert_eq!(scope.excludes(&account("1", &["r", "ou-1"]), None), None);
        assert_eq!(scope.excludes(&account("2", &["r", "ou-1", "ou-1b"]), None), None);
        assert_eq!(
            scope
                .excludes(&account("3", &["r", "ou-1", "ou-1a", "x"]), None)
                .unwrap(),
            "excluded with ou-1a"
        );
        assert!(scope.excludes(&account("4", &["r", "ou-2"]), None).is_some());
        assert_eq!(scope.unknown_units(|id| id == "ou-1"), ["ou-1a"]);
    }

    #[test]
    fn accounts_and_tags_select() {
        let scope = Scope {
            accounts: set(&["1", "2"]),
            exclude_accounts: set(&["2"]),
            account_tags: [("env".to_owned(), "prod".to_owned())].into(),
            ..Scope::default()
        };
        let tags: BTreeMap<_, _> = [("env".to_owned(), "prod".to_owned())].into();
        let other: BTreeMap<_, _> = [("env".to_owned(), "test".to_owned())].into();
        assert_eq!(scope.excludes(&account("1", &[]), Some(&tags)), None);
        assert_eq!(
            scope.excludes(&account("1", &[]), Some(&other)).unwrap(),
            "not tagged env=prod"
        );
        assert!(scope.excludes(&account("1", &[]), None).is_some());
        assert!(scope.excludes(&account("2", &[]), Some(&tags)).is_some());
        assert!(scope.excludes(&account("3", &[]), Some(&tags)).is_some());
        assert_eq!(scope.unknown_accounts(|id| id.as_str() == "1"), ["2"]);
        assert!(scope.selects_accounts() && !Scope::default().selects_accounts());
        assert_eq!(
            scope.to_json(),
            json!({"source": "organization", "accounts": ["1", "2"], "excludeAccounts": ["2"], "accountTags": ["env=prod"]})
        );
    }

    fn parse(text: &str) -> Result<Vec<Listed>, String> {
        parse_accounts(Path::new("accounts.csv"), text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_accounts_file_may_have_a_header_names_and_roles() {
        let role = "arn:aws:iam::000022223333:role/audit/Reader";
        let text = format!(
            "\u{feff}account_id,name,role_arn\r\n111122223333,\"A, B\"\r\n000022223333,,{role}\r\n444455556666\r\n"
        );
        let listed = parse(&text).unwrap();
        let rows: Vec<_> = listed
            .iter()
            .map(|a| (a.id.as_str(), a.name.as_str(), a.role.as_deref()))
            .collect();
        assert_eq!(
            rows,
            [
                ("111122223333", "A, B", None),
                ("000022223333", "", Some(role)),
                ("444455556666", "", None)
            ]
        );
    }

    #[test]
    fn a_bad_accounts_file_names_the_line() {
        for (text, says) in [
            (
                "111122223333\n12345,x\n",
                "accounts.csv, line 2: \"12345\" is not an account id of twelve digits",
            ),
            (
                "111122223333\n111122223333\n",
                "accounts.csv, line 2: account 111122223333 stands twice",
            ),
            (
                "111122223333,a,b,c\n",
                "accounts.csv, line 1: 4 fields, where at most three are expected",
            ),
            ("", "accounts.csv, line 1: no account in it"),
            ("account_id\n", "accounts.csv, line 1: no account in it"),
        ] {
            assert_eq!(parse(text).unwrap_err(), says);
        }
        let foreign = parse("111122223333,,arn:aws:iam::444455556666:role/R\n").unwrap_err();
        assert!(
            foreign.ends_with("is not the ARN of a role in account 111122223333"),
            "{foreign}"
        );
    }
}
