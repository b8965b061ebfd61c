//! Chains of any length with corrections anywhere: sound ones hold, and one fault gives its one code.

use std::collections::BTreeSet;

use proptest::prelude::*;
use trailaudit_core::evidence::Code;

use crate::quarter::{Quarter, check};

/// For each place how many versions it has, and which of them the next place names.
fn shapes() -> impl Strategy<Value = Vec<(usize, prop::sample::Index)>> {
    prop::collection::vec((1..4_usize, any::<prop::sample::Index>()), 3..9)
}

/// The packages by place, every version after the first correcting the one before it; and which is named by the next.
fn build(shape: &[(usize, prop::sample::Index)]) -> (Vec<Vec<Quarter>>, Vec<usize>) {
    let (mut places, mut named) = (Vec::<Vec<Quarter>>::new(), Vec::new());
    for (place, (versions, choice)) in shape.iter().enumerate() {
        let day = 90 * i64::try_from(place).unwrap();
        let name = |version: usize| format!("q{place}.{version}");
        let mut at = vec![match places.last().zip(named.last()) {
            None => Quarter::genesis(&name(0), day),
            Some((before, named)) => Quarter::after(&name(0), day, &before[*named]),
        }];
        for version in 1..*versions {
            let day = day + i64::try_from(version).unwrap();
            at.push(Quarter::instead_of(&name(version), day, &at[version - 1]));
        }
        named.push(choice.index(*versions));
        places.push(at);
    }
    (places, named)
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    Gap,
    Fork,
    ForkAtTheEnd,
    Reset,
    ResetInTheMiddle,
    LaterGivenAsEarlier,
    WrongSequence,
    AsOf,
    Stranger,
    Altered,
}

fn faults() -> impl Strategy<Value = Fault> {
    use Fault::{
        Altered, AsOf, Fork, ForkAtTheEnd, Gap, LaterGivenAsEarlier, Reset, ResetInTheMiddle, Stranger, WrongSequence,
    };
    prop::sample::select(vec![
        Gap,
        Fork,
        ForkAtTheEnd,
        Reset,
        ResetInTheMiddle,
        LaterGivenAsEarlier,
        WrongSequence,
        AsOf,
        Stranger,
        Altered,
    ])
}

/// What `check` finds wrong, whatever order the earlier ones are given in.
fn found(newest: &Quarter, earlier: &[Quarter], turn: usize) -> BTreeSet<Code> {
    let mut earlier: Vec<_> = earlier.iter().collect();
    if !earlier.is_empty() {
        let by = turn % earlier.len();
        earlier.rotate_left(by);
    }
    check(newest, &earlier)
        .problems
        .iter()
        .map(|problem| problem.code)
        .collect()
}

proptest! {
    #[test]
    fn a_sound_chain_holds(shape in shapes(), turn in any::<usize>(), from in any::<prop::sample::Index>()) {
        let (places, _) = build(&shape);
        // It may begin anywhere.
        let from = from.index(places.len());
        let mut all: Vec<_> = places[from..].concat();
        let newest = all.pop().unwrap();
        prop_assert_eq!(found(&newest, &all, turn), BTreeSet::new());
        let chain = check(&newest, &all.iter().collect::<Vec<_>>());
        prop_assert_eq!(chain.links.len(), all.len() + 1);
        prop_assert_eq!(chain.from_genesis, from == 0);
        prop_assert_eq!(&chain.links.last().unwrap().name, &newest.name);
        prop_assert!(chain.links.is_sorted_by_key(|link| link.sequence));
    }

    #[test]
    fn one_fault_gives_its_own_code(
        shape in shapes(), turn in any::<usize>(), fault in faults(), place in any::<prop::sample::Index>(),
    ) {
        let (mut places, named) = build(&shape);
        // Neither the first place nor the last.
        let place = 1 + place.index(places.len() - 2);
        let day = 90 * i64::try_from(place).unwrap();
        let end = 90 * i64::try_from(places.len()).unwrap();
        let mut newest = places.last_mut().unwrap().pop().unwrap();
        let before = places[place - 1][named[place - 1]].clone();
        let mut last_before = newest.clone();
        let expected = match fault {
            Fault::Gap => {
                places[place].clear();
                Code::ChainGap
            }
            Fault::Fork => {
                places[place].push(Quarter::after("beside", day + 50, &before));
                Code::ChainFork
            }
            Fault::ForkAtTheEnd => {
                last_before.name = "beside".into();
                last_before.manifest.package_id = trailaudit_core::evidence::Digest::of(b"beside");
                last_before.manifest.supersedes = None;
                places.push(vec![last_before]);
                Code::ChainFork
            }
            Fault::Reset => {
                newest = Quarter::genesis("again", end);
                Code::ChainReset
            }
            Fault::ResetInTheMiddle => {
                places.push(vec![Quarter::genesis("again", day + 50)]);
                Code::ChainReset
            }
            Fault::LaterGivenAsEarlier => {
                places.push(vec![Quarter::after("later", end, &newest)]);
                Code::ChainReorder
            }
            Fault::WrongSequence => {
                newest.manifest.previous.as_mut().unwrap().sequence += 1 + turn as u64 % 5;
                newest.manifest.supersedes = None;
                let last = places.len() - 1;
                places[last].clear();
                Code::ChainReorder
            }
            Fault::AsOf => {
                newest.manifest.as_of = places[0][0].manifest.as_of - jiff::SignedDuration::from_secs(1);
                Code::ChainTimeReversal
            }
            Fault::Stranger => {
                places.push(vec![
                    Quarter::after("stranger", day, &before).with(|manifest| manifest.organization.id = "o-other".into()),
                ]);
                Code::ChainAnotherOrganization
            }
            Fault::Altered => {
                // The one that the next place names: what nobody names, nobody vouches for but its signers.
                places[place][named[place]].manifest.collector.caller_arn = "arn:aws:iam::1:user/mallory".into();
                Code::ChainBroken
            }
        };
        prop_assert_eq!(found(&newest, &places.concat(), turn), BTreeSet::from([expected]), "{:?}", fault);
    }
}
