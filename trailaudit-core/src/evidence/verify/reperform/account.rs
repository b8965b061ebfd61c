//! Assessing one account again, as far as its own records go: what an extract shows.

use std::collections::BTreeSet;

use super::Reperformance;
use crate::assessment::assess;
use crate::baseline::Baseline;
use crate::evidence::EvidenceId;
use crate::evidence::accounts::AccountLeaf;
use crate::evidence::exchange::Exchange;
use crate::evidence::files::Files;
use crate::evidence::manifest::Manifest;
use crate::evidence::package::account_findings;
use crate::evidence::provider::Provenance;
use crate::evidence::records::read_lines;
use crate::evidence::verify::compare::{is_decided, is_same_judgement, key, named};
use crate::evidence::verify::report::{Code, Problems, Reperformed};
use crate::framework::Selection;
use crate::rule::{Check, Verdict};
use crate::rules::EXCEPTIONS;
use crate::tables::catalogue::v1::Catalogue;
use crate::tables::findings::{entries, v1::Entry};

impl Reperformance<'_> {
    /// Judges the one account of an extract again, as far as its own records go.
    pub(in crate::evidence::verify) fn account(
        &self,
        files: &dyn Files,
        manifest: &Manifest,
        catalogue: &Catalogue,
        leaf: &AccountLeaf,
        attested: &[Entry<'_>],
        problems: &mut Problems,
    ) -> Option<Reperformed> {
        let mut done = Reperformed::default();
        let mut rules = self.unrevised(catalogue, &mut done, problems);
        // What an exception accepts is the signer's word: those of a baseline may be about other accounts.
        rules.retain(|rule| rule.id != EXCEPTIONS.id);
        let inventory = self
            .provider
            .read_account(files, &leaf.account, &Provenance::from(manifest));
        let own = own_exchanges(files, leaf);
        let (inventory, own) = match (inventory, own) {
            (Ok(inventory), Ok(own)) => (inventory, own),
            (Err(error), _) => {
                problems.add(Code::NotReperformed, None, error.to_string());
                return None;
            }
            (_, Err(message)) => {
                problems.add(Code::NotReperformed, None, message);
                return None;
            }
        };
        let baseline = Baseline {
            thresholds: catalogue.thresholds.clone(),
            exceptions: Vec::new(),
        };
        let assessment = assess(&*inventory, &rules, &baseline, manifest.as_of);
        let selection = Selection::default();
        let again: Vec<_> = entries(&assessment, &selection).collect();
        let findings = account_findings(&leaf.account);
        let mut differ = |message| problems.add(Code::ReperformanceDiffers, Some(&findings), message);
        // What is inherited is judged with the owner's records, which are not here.
        let is_own = |entry: &Entry<'_>| {
            entry.inherited_from.is_empty()
                && !entry.evidence.is_empty()
                && entry.evidence.iter().all(|id| own.contains(id))
        };
        for entry in attested {
            if !rules.iter().any(|rule| rule.id == entry.rule) {
                done.attested += 1;
                continue;
            }
            let rests_on_nothing = entry.evidence.is_empty() && entry.inherited_from.is_empty();
            let is_given = || again.iter().any(|again| is_same_judgement(again, &unaccepted(entry)));
            if is_own(entry) || (rests_on_nothing && is_decided(&unaccepted(entry))) {
                done.findings += 1;
                if !is_given() {
                    differ(format!("the account's records do not give {}", named(entry)));
                }
            } else {
                done.attested += 1;
            }
        }
        // An account without records is out of scope: nothing is said about it as such.
        let of_it = again
            .iter()
            .filter(|again| leaf.records.is_some() && again.account_id == leaf.account.as_str());
        let is_of_organization = |id: &str| {
            let mut named = rules.iter().filter(|rule| rule.id == id);
            named.any(|rule| matches!(rule.check, Check::EachOrganization(_)))
        };
        for again in of_it {
            // Whether this account manages the organization is in records that are not here: the rule then speaks about the
            // account.
            let is_open = !is_decided(again) && is_of_organization(&again.rule);
            let said = attested
                .iter()
                .find(|entry| entry.rule == again.rule && (is_open || key(entry) == key(again)));
            let contradicts =
                |entry: &Entry<'_>| is_own(again) && is_decided(again) && unaccepted(entry).verdict != again.verdict;
            if said.is_none_or(contradicts) {
                differ(format!(
                    "the account's records give {}, which the extract does not have",
                    named(again)
                ));
            }
        }
        Some(done)
    }
}

/// An entry without the exception that accepts it: a fail. An extract has the records of the fail, not the exception.
fn unaccepted<'e>(entry: &'e Entry<'_>) -> Entry<'e> {
    let mut entry = entry.clone();
    if entry.verdict == Verdict::Excepted.as_str() {
        entry.verdict = Verdict::Fail.as_str().into();
        entry.exception = "".into();
    }
    entry
}

/// The ids of the exchanges in an account's own record files.
fn own_exchanges(files: &dyn Files, leaf: &AccountLeaf) -> Result<BTreeSet<EvidenceId>, String> {
    let mut own = BTreeSet::new();
    for (path, _) in leaf.files() {
        let opened = files.open(&path).map_err(|error| error.to_string())?;
        for line in read_lines(opened).skip(1) {
            let line = line.map_err(|error| format!("{path}: {error}"))?;
            let (id, _) = Exchange::from_line(&line).map_err(|error| format!("{path}: {error}"))?;
            own.insert(id);
        }
    }
    Ok(own)
}
