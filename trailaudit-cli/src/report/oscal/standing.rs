//! How each rule stands: its OSCAL finding.

use serde::ser::{Serialize, SerializeSeq, Serializer};
use trailaudit_core::Verdict;
use uuid::Uuid;

use super::super::source::{Finding, Source, Tally};
use super::text::{markup, objective};
use super::{described, observation_id, risk_id, v1};

/// The rules that have findings, in the order of the catalogue. What is held at a time are the names of one rule's.
pub(super) struct Standings<'a>(pub(super) &'a Source<'a>);

#[derive(Default)]
struct Open {
    place: usize,
    observations: Vec<Uuid>,
    exceptions: Vec<Uuid>,
}

impl Open {
    fn take(&mut self, source: &Source<'_>, finding: &Finding<'_>) {
        self.place = finding.place;
        self.observations.push(observation_id(source, &finding.id));
        if finding.verdict == Verdict::Excepted {
            self.exceptions.push(risk_id(source, &finding.id));
        }
    }
}

impl Serialize for Standings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let source = self.0;
        let mut list = serializer.serialize_seq(None)?;
        let mut open = Open::default();
        source.each_within(|finding| {
            if finding.place != open.place && !open.observations.is_empty() {
                list.serialize_element(&standing(source, std::mem::take(&mut open)))?;
            }
            open.take(source, finding);
            Ok(())
        })?;
        if !open.observations.is_empty() {
            list.serialize_element(&standing(source, open))?;
        }
        list.end()
    }
}

fn standing(source: &Source<'_>, open: Open) -> Option<v1::Finding> {
    let (rule, tally) = source.rules().nth(open.place)?;
    let (state, reason, remarks) = state(tally);
    Some(v1::Finding {
        uuid: source.ids.here(&["oscal", "finding", &rule.id]),
        title: markup(&rule.control),
        description: markup(&rule.title),
        props: described(rule),
        target: v1::Target {
            kind: "objective-id",
            id: objective(rule),
            title: markup(&rule.title),
            status: v1::Status { state, reason, remarks },
            implementation_status: (tally.keys().all(|verdict| *verdict == Verdict::NotApplicable)).then_some(
                v1::State {
                    state: "not-applicable",
                },
            ),
        },
        related_observations: open
            .observations
            .into_iter()
            .map(|observation_uuid| v1::RelatedObservation { observation_uuid })
            .collect(),
        related_risks: open
            .exceptions
            .into_iter()
            .map(|risk_uuid| v1::RelatedRisk { risk_uuid })
            .collect(),
    })
}

/// The state, its reason, and the counts in words.
fn state(tally: &Tally) -> (&'static str, &'static str, String) {
    let count = |verdict| tally.get(&verdict).copied().unwrap_or_default();
    let (state, reason) = if count(Verdict::Fail) > 0 {
        ("not-satisfied", "fail")
    } else if count(Verdict::Excepted) + count(Verdict::Inconclusive) > 0 {
        ("not-satisfied", "other")
    } else if count(Verdict::Pass) > 0 {
        ("satisfied", "pass")
    } else {
        ("satisfied", "other")
    };
    let counts = Verdict::ALL.iter().filter(|verdict| count(**verdict) > 0);
    let counts: Vec<_> = counts
        .map(|verdict| format!("{} {}", count(*verdict), verdict.as_str()))
        .collect();
    (state, reason, counts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_wholly_holds_is_satisfied() {
        use Verdict::{Excepted, Fail, Inconclusive, NotApplicable, Pass};
        let stands = |verdicts: &[Verdict]| {
            let (state, reason, counts) = state(&verdicts.iter().map(|verdict| (*verdict, 2)).collect());
            format!("{state} ({reason}): {counts}")
        };
        insta::assert_snapshot!(
            [
                stands(&[Pass]),
                stands(&[Pass, NotApplicable]),
                stands(&[NotApplicable]),
                stands(&[Pass, Inconclusive]),
                stands(&[Pass, Excepted]),
                stands(&[Pass, Fail, Excepted, Inconclusive]),
            ]
            .join("\n"),
            @"
        satisfied (pass): 2 pass
        satisfied (pass): 2 pass, 2 not-applicable
        satisfied (other): 2 not-applicable
        not-satisfied (other): 2 pass, 2 inconclusive
        not-satisfied (other): 2 pass, 2 excepted
        not-satisfied (fail): 2 pass, 2 fail, 2 inconclusive, 2 excepted
        "
        );
    }
}
