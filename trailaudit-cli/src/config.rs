//! `trailaudit.toml`: every option of an audit in a file. What the command line says wins.

use std::fmt;
use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use trailaudit_core::Baseline;
use trailaudit_core::baseline::{Exception, Thresholds, distinct};
use trailaudit_core::framework::Selection;
use trailaudit_core::rules::CATALOGUE;

use crate::arguments::{Audit, Collect, FailOn, Judge, Packaging, Plan, Sign};
use crate::error::{CommandError, Result, nearest};
use crate::report::format::Format;

/// The file. What concerns the scope or signing may stand at the top or in its section.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Config {
    role_name: Texts,
    external_id: Option<String>,
    session_name: Option<String>,
    source_identity: Option<String>,
    session_tag: Texts,
    management_role: Option<String>,
    plan: Option<Plan>,
    concurrency: Option<usize>,
    max_rps: Option<NonZeroU32>,
    as_of: Option<Timestamp>,
    framework: Texts,
    rule: Texts,
    fail_on: Option<FailOn>,
    ou: Texts,
    exclude_ou: Texts,
    account: Texts,
    exclude_account: Texts,
    account_tag: Texts,
    accounts_file: Option<PathBuf>,
    single_account: bool,
    region: Texts,
    log_archive_account: Texts,
    sign: Texts,
    signer_name: Option<String>,
    signer_id: Option<String>,
    meaning: Option<String>,
    tsa: Option<String>,
    previous: Option<PathBuf>,
    supersedes: Option<PathBuf>,
    supersede_reason: Option<String>,
    require_signature: Texts,
    retain_until: Option<Date>,
    zip: bool,
    #[serde(deserialize_with = "formats")]
    format: Vec<Format>,
    scope: ScopeSection,
    signing: SigningSection,
    thresholds: Option<Thresholds>,
    #[serde(deserialize_with = "distinct")]
    exceptions: Vec<Exception>,
    /// Whether the thresholds say how long log files are kept.
    #[serde(skip)]
    names_log_file_retention: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct ScopeSection {
    ou: Texts,
    exclude_ou: Texts,
    account: Texts,
    exclude_account: Texts,
    account_tag: Texts,
    accounts_file: Option<PathBuf>,
    single_account: bool,
    region: Texts,
    #[serde(alias = "log-archive-account")]
    log_archive_accounts: Texts,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct SigningSection {
    sign: Texts,
    signer_name: Option<String>,
    signer_id: Option<String>,
    meaning: Option<String>,
    tsa: Option<String>,
    require_signature: Texts,
}

/// One text or a list of them: `region = "us-east-1"` is as good as `region = ["us-east-1"]`.
#[derive(Debug, Default)]
struct Texts(Vec<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct OneOrMore;

        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E>(self, text: &str) -> std::result::Result<Texts, E> {
                Ok(Texts(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Texts, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element()? {
                    texts.push(text);
                }
                Ok(Texts(texts))
            }
        }

        deserializer.deserialize_any(OneOrMore)
    }
}

/// Formats as the command line takes them: one, some between commas, or a list.
fn formats<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Vec<Format>, D::Error> {
    let texts = Texts::deserialize(deserializer)?.0;
    let words = texts.iter().flat_map(|text| text.split(',')).map(str::trim);
    words
        .map(|word| Format::named(word).ok_or_else(|| D::Error::unknown_variant(word, &Format::NAMES)))
        .collect()
}

impl Config {
    /// Reads the file, if one is named.
    pub(crate) fn load(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = fs::read_to_string(path).map_err(|error| CommandError::file(path, &error))?;
        let config = Self::parse(&text).map_err(|error| explain(path, &text, &error))?;
        // An exception of no rule would never be used, and never be missed.
        for exception in &config.exceptions {
            let ids = || CATALOGUE.iter().map(|rule| rule.id);
            if !ids().any(|id| id == exception.rule) {
                let Exception { ticket, rule, .. } = exception;
                let told = format_args!("{}: the exception {ticket}: there is no rule {rule:?}", path.display());
                return Err(match nearest(rule, ids()) {
                    Some(near) => CommandError::usage(told).hint(format_args!("did you mean `{near}`?")),
                    None => CommandError::usage(told).hint("`trailaudit controls list` lists all"),
                });
            }
        }
        Ok(config)
    }

    fn parse(text: &str) -> std::result::Result<Self, toml::de::Error> {
        let mut config: Self = toml::from_str(text)?;
        let table: toml::Table = toml::from_str(text)?;
        let thresholds = table.get("thresholds").and_then(toml::Value::as_table);
        config.names_log_file_retention = thresholds.is_some_and(|named| named.contains_key("log-file-retention-days"));
        Ok(config)
    }

    /// Fills what the command line left open.
    pub(crate) fn complete_audit(&mut self, audit: &mut Audit) {
        self.complete_collect(&mut audit.collect);
        self.complete_judge(&mut audit.judge);
        self.complete_sign(&mut audit.sign);
        self.complete_packaging(&mut audit.packaging);
        audit.fail_on = audit.fail_on.or(self.fail_on);
    }

    pub(crate) fn complete_collect(&mut self, collect: &mut Collect) {
        collect.plan = collect.plan.or(self.plan);
        collect.concurrency = collect.concurrency.or(self.concurrency);
        collect.max_rps = collect.max_rps.or(self.max_rps);
        collect.as_of = collect.as_of.or(self.as_of);
        let entry = &mut collect.entry;
        fill(&mut entry.role_names, [&mut self.role_name]);
        fill_one(&mut entry.external_id, [&mut self.external_id]);
        fill_one(&mut entry.session_name, [&mut self.session_name]);
        fill_one(&mut entry.source_identity, [&mut self.source_identity]);
        fill(&mut entry.session_tags, [&mut self.session_tag]);
        fill_one(&mut entry.management_role, [&mut self.management_role]);
        let (scope, section) = (&mut collect.scope, &mut self.scope);
        fill(&mut scope.units, [&mut self.ou, &mut section.ou]);
        fill(
            &mut scope.exclude_units,
            [&mut self.exclude_ou, &mut section.exclude_ou],
        );
        fill(&mut scope.accounts, [&mut self.account, &mut section.account]);
        fill(
            &mut scope.exclude_accounts,
            [&mut self.exclude_account, &mut section.exclude_account],
        );
        fill(
            &mut scope.account_tags,
            [&mut self.account_tag, &mut section.account_tag],
        );
        fill(&mut scope.regions, [&mut self.region, &mut section.region]);
        fill(
            &mut scope.log_archive_accounts,
            [&mut self.log_archive_account, &mut section.log_archive_accounts],
        );
        // The two exclude each other: one on the command line overrules the other in the file.
        if scope.accounts_file.is_none() && !scope.single_account {
            fill_one(
                &mut scope.accounts_file,
                [&mut self.accounts_file, &mut section.accounts_file],
            );
            scope.single_account = self.single_account || section.single_account;
        }
    }

    pub(crate) fn complete_judge(&mut self, judge: &mut Judge) {
        fill(&mut judge.frameworks, [&mut self.framework]);
        fill(&mut judge.rules, [&mut self.rule]);
    }

    pub(crate) fn complete_sign(&mut self, sign: &mut Sign) {
        let section = &mut self.signing;
        fill(&mut sign.keys, [&mut self.sign, &mut section.sign]);
        fill_one(&mut sign.signer_name, [&mut self.signer_name, &mut section.signer_name]);
        fill_one(&mut sign.signer_id, [&mut self.signer_id, &mut section.signer_id]);
        fill_one(&mut sign.meaning, [&mut self.meaning, &mut section.meaning]);
        fill_one(&mut sign.tsa, [&mut self.tsa, &mut section.tsa]);
    }

    pub(crate) fn complete_packaging(&mut self, packaging: &mut Packaging) {
        let required = [&mut self.require_signature, &mut self.signing.require_signature];
        fill(&mut packaging.required_signatures, required);
        fill_one(&mut packaging.previous, [&mut self.previous]);
        fill_one(&mut packaging.supersedes, [&mut self.supersedes]);
        fill_one(&mut packaging.supersede_reason, [&mut self.supersede_reason]);
        fill_one(&mut packaging.retain_until, [&mut self.retain_until]);
        packaging.zip |= self.zip;
        if packaging.formats.is_empty() {
            packaging.formats.append(&mut self.format);
        }
    }

    /// The moment the file asks about.
    pub(crate) fn as_of(&self) -> Option<Timestamp> {
        self.as_of
    }

    pub(crate) fn fail_on(&self) -> Option<FailOn> {
        self.fail_on
    }

    /// Thresholds and exceptions, when the file names any; how long log files are kept as the frameworks have it, where it
    /// does not say that.
    pub(crate) fn baseline(&self, selection: &Selection) -> Option<Baseline> {
        let exceptions = self.exceptions.clone();
        if self.thresholds.is_none() && exceptions.is_empty() {
            return None;
        }
        let mut thresholds = self.thresholds.clone().unwrap_or_default();
        if !self.names_log_file_retention {
            thresholds.log_file_retention_days = Baseline::under(selection).thresholds.log_file_retention_days;
        }
        Some(Baseline { thresholds, exceptions })
    }
}

/// What the command line gave stays; else the first place in the file that says anything.
fn fill<const N: usize>(given: &mut Vec<String>, places: [&mut Texts; N]) {
    if let Some(first) = places
        .into_iter()
        .find(|texts| !texts.0.is_empty())
        .filter(|_| given.is_empty())
    {
        given.append(&mut first.0);
    }
}

fn fill_one<T, const N: usize>(given: &mut Option<T>, places: [&mut Option<T>; N]) {
    if given.is_none() {
        *given = places.into_iter().find_map(Option::take);
    }
}

/// Says what is wrong, in which line, and which key may have been meant.
fn explain(path: &Path, text: &str, error: &toml::de::Error) -> CommandError {
    let line = error
        .span()
        .map(|span| 1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count());
    let place = line.map(|line| format!(", line {line}")).unwrap_or_default();
    let message = error.message();
    let told = CommandError::usage(format_args!("{}{place}: {message}", path.display()));
    let mut quoted = message.split('`').skip(1).step_by(2);
    let is_unknown = ["unknown field", "unknown variant"]
        .iter()
        .any(|what| message.starts_with(what));
    match (is_unknown, quoted.next()) {
        (true, Some(key)) => match nearest(key, quoted) {
            Some(known) => told.hint(format_args!("did you mean `{known}`?")),
            None => told,
        },
        _ => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let error = toml::from_str::<Config>(text).unwrap_err();
        explain(Path::new("trailaudit.toml"), text, &error).to_string()
    }

    #[test]
    fn an_unknown_key_names_the_nearest_known_one() {
        let told = refused("concurrency = 8\n\n[scope]\nregoin = [\"us-east-1\"]\n");
        assert!(
            told.starts_with("error: trailaudit.toml, line 4: unknown field `regoin`"),
            "{told}"
        );
        assert!(told.ends_with("hint: did you mean `region`?"), "{told}");
    }

    #[test]
    fn formats_are_named_as_on_the_command_line() {
        for text in ["format = \"xlsx,sarif\"", "format = [\"xlsx\", \"sarif\"]"] {
            let config: Config = toml::from_str(text).unwrap();
            assert_eq!(config.format, [Format::Xlsx, Format::Sarif]);
        }
        let told = refused("format = [\"csv\", \"xslx\"]\n");
        assert!(told.contains("line 1") && told.contains("`oscal`"), "{told}");
        assert!(told.ends_with("hint: did you mean `xlsx`?"), "{told}");
    }

    #[test]
    fn what_is_not_toml_names_its_line() {
        let told = refused("concurrency = 8\nrole-name = [\n");
        assert!(told.contains("trailaudit.toml, line"), "{told}");
    }

    #[test]
    fn how_long_log_files_are_kept_is_the_frameworks_to_say_unless_the_file_does() {
        let days = |text: &str| {
            let baseline = Config::parse(text).unwrap().baseline(&Selection::default());
            baseline.map(|baseline| baseline.thresholds.log_file_retention_days)
        };
        assert_eq!(days(""), None);
        assert_eq!(days("[thresholds]\ndelivery-window-hours = 1\n"), Some(2_555));
        assert_eq!(days("[thresholds]\nlog-file-retention-days = 365\n"), Some(365));
    }

    #[test]
    fn the_command_line_wins() {
        let text = "concurrency = 8\nplan = \"economical\"\nou = \"x\"\n[scope]\nregion = [\"a\"]\nlog-archive-accounts = [\"1\"]\n";
        let mut config: Config = toml::from_str(text).unwrap();
        let mut collect = Collect {
            concurrency: Some(2),
            ..Collect::default()
        };
        collect.scope.regions = vec!["b".into()];
        config.complete_collect(&mut collect);
        assert_eq!(collect.concurrency, Some(2));
        assert_eq!(collect.scope.regions, ["b"]);
        assert_eq!(collect.scope.units, ["x"]);
        assert_eq!(collect.scope.log_archive_accounts, ["1"]);
        assert_eq!(collect.plan, Some(Plan::Economical));
    }
}
