//! `trailaudit init config`: a trailaudit.toml that says what there is to say.

/// Every key, with its default or an example.
pub(super) const TEXT: &str = include_str!("../../../templates/trailaudit.toml");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use trailaudit_aws::{DEFAULT_CONCURRENCY, DEFAULT_ROLE_NAME, DEFAULT_SESSION_NAME};
    use trailaudit_core::Baseline;
    use trailaudit_core::framework::Selection;

    use super::*;
    use crate::arguments::{Audit, Collect, FailOn, Judge, Packaging, Plan, Sign};
    use crate::config::Config;
    use crate::report::format::Format;

    fn load(text: &str) -> Result<Config, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Config::load(Some(file.path())).map_err(|error| error.to_string())
    }

    /// The same with the `#` taken away from every key that has one.
    fn whole() -> String {
        let uncommented = |line: &str| match line.strip_prefix('#') {
            Some(key) if !key.starts_with(' ') && !key.is_empty() => key.to_owned(),
            _ => line.to_owned(),
        };
        TEXT.lines().map(|line| uncommented(line) + "\n").collect()
    }

    #[test]
    fn our_own_reader_takes_it_as_it_is_and_with_every_key() {
        load(TEXT).unwrap();
        let text = whole();
        assert!(text.contains("\nexternal-id = ") && text.contains("\n[[exceptions]]\n"));
        load(&text).unwrap();
    }

    /// What the reader knows, by its own words about a key that it does not.
    #[test]
    fn every_key_is_there() {
        let text = whole();
        let there: BTreeSet<_> = text
            .lines()
            .filter_map(|line| line.split_once(" = ").map(|(key, _)| key))
            .collect();
        let headed: BTreeSet<_> = text
            .lines()
            .filter(|line| line.starts_with('['))
            .map(|line| line.trim_matches(['[', ']']))
            .collect();
        assert_eq!(headed, ["exceptions", "scope", "signing", "thresholds"].into());
        // The file may say one thing in two places, and under two names.
        let twice = BTreeSet::from(["log-archive-account"]);
        for head in ["", "[scope]\n", "[signing]\n", "[thresholds]\n", "[[exceptions]]\n"] {
            let told = load(&format!("{head}nonsense = 1\n")).unwrap_err();
            let known = told.split_once("expected one of ").unwrap().1;
            let known: BTreeSet<_> = known.split('`').skip(1).step_by(2).collect();
            assert!(known.len() > 5, "{told}");
            for key in known.difference(&twice) {
                let is_told = there.contains(key) || headed.contains(key) || *key == "ou" || *key == "resource";
                assert!(is_told, "{head}{key}");
            }
        }
    }

    #[test]
    fn what_it_says_is_what_holds_without_it() {
        let mut config = load(TEXT).unwrap();
        let baseline = config.baseline(&Selection::default());
        assert_eq!(baseline, Some(Baseline::under(&Selection::default())));
        let mut audit = Audit {
            collect: Collect::default(),
            judge: Judge::default(),
            sign: Sign::default(),
            packaging: Packaging::default(),
            fail_on: None,
        };
        config.complete_audit(&mut audit);
        let Collect { entry, scope, .. } = &audit.collect;
        assert_eq!(entry.role_names, [DEFAULT_ROLE_NAME]);
        assert_eq!(entry.session_name.as_deref(), Some(DEFAULT_SESSION_NAME));
        assert_eq!(audit.collect.concurrency, Some(DEFAULT_CONCURRENCY));
        assert_eq!(audit.collect.plan, Some(Plan::Exhaustive));
        assert!(scope.regions.is_empty() && scope.accounts_file.is_none() && !scope.single_account);
        assert!(audit.judge.rules.is_empty() && audit.judge.frameworks.is_empty());
        assert_eq!(audit.packaging.formats, [Format::Csv, Format::Json, Format::Html]);
        assert!(audit.sign.keys.is_empty() && !audit.packaging.zip);
        assert_eq!(audit.fail_on, Some(FailOn::default()));
    }
}
