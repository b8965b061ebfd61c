//! One case a line.

use trailaudit_core::evidence::Code;

use crate::quarter::{Quarter, check, complaints, links};

#[test]
fn chains_that_hold() {
    let q1 = Quarter::genesis("q1", 0);
    let q2 = Quarter::after("q2", 90, &q1);
    let q2b = Quarter::instead_of("q2b", 95, &q2);
    let q2c = Quarter::instead_of("q2c", 96, &q2b);
    let on_wrong = Quarter::after("q3", 180, &q2);
    let on_right = Quarter::after("q3", 180, &q2c);
    // Sealed again with a later date of retention: the id is that of the content, so it is the same.
    let resealed = Quarter::instead_of("q2d", 90, &q2).with(|manifest| manifest.package_id = q2.manifest.package_id);
    let same_day = Quarter::after("q1b", 0, &q1);
    let table: [(&Quarter, &[&Quarter], &[&str], bool); 10] = [
        (&q1, &[], &["0 q1"], true),
        (&q2, &[&q1], &["0 q1", "1 q2"], true),
        (&q2, &[], &["1 q2"], false),
        (&on_wrong, &[&q2], &["1 q2", "2 q3"], false),
        (&on_wrong, &[&q2b, &q1, &q2], &["0 q1", "1 ~q2", "1 q2b", "2 q3"], true),
        (
            &on_right,
            &[&q2, &q2c, &q1, &q2b],
            &["0 q1", "1 ~q2", "1 ~q2b", "1 q2c", "2 q3"],
            true,
        ),
        (&q2b, &[&q1], &["0 q1", "1 q2b"], true),
        (&q2b, &[&q2], &["1 ~q2", "1 q2b"], false),
        (&resealed, &[&q1, &q2], &["0 q1", "1 ~q2", "1 q2d"], true),
        (&same_day, &[&q1], &["0 q1", "1 q1b"], true),
    ];
    for (newest, earlier, expected, from_genesis) in table {
        let chain = check(newest, earlier);
        assert_eq!(complaints(&chain), [""; 0], "{expected:?}: {:?}", chain.problems);
        assert_eq!(links(&chain), expected);
        assert_eq!(chain.from_genesis, from_genesis, "{expected:?}");
        let begins_later = chain.notes.iter().any(|note| note.contains("begins here"));
        assert_eq!(begins_later, !from_genesis, "{:?}", chain.notes);
    }
}

#[test]
fn a_package_given_twice_counts_once() {
    let q1 = Quarter::genesis("q1", 0);
    let q2 = Quarter::after("q2", 90, &q1);
    let copy = Quarter {
        name: "copy".into(),
        ..q1.clone()
    };
    let chain = check(&q2, &[&q1, &copy, &q2]);
    assert!(chain.problems.is_empty());
    assert_eq!(links(&chain), ["0 q1", "1 q2"]);
    assert_eq!(
        chain.notes,
        ["copy is the same package as q1", "q2 is the same package as q2"]
    );
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table of cases")]
fn each_fault_has_its_own_code() {
    let q1 = Quarter::genesis("q1", 0);
    let q2 = Quarter::after("q2", 90, &q1);
    let q3 = Quarter::after("q3", 180, &q2);
    let q4 = Quarter::after("q4", 270, &q3);
    let genesis_again = Quarter::genesis("again", 180);
    let beside_q2 = Quarter::after("beside", 91, &q1);
    let altered = q2
        .clone()
        .with(|manifest| manifest.retain_until = Some("2040-01-01".parse().unwrap()));
    let wrong_sequence =
        Quarter::after("wrong", 180, &q2).with(|manifest| manifest.previous.as_mut().unwrap().sequence = 5);
    let wrong_id = Quarter::after("wrong", 180, &q2)
        .with(|manifest| manifest.previous.as_mut().unwrap().package_id = q1.manifest.package_id);
    let stranger = Quarter::genesis("stranger", 0).with(|manifest| manifest.organization.id = "o-other".into());
    let q2b = Quarter::instead_of("q2b", 95, &q2);
    let q2_again = Quarter::instead_of("q2-again", 97, &q2);
    let elsewhere = {
        let mut quarter = Quarter::after("elsewhere", 200, &q2);
        quarter.supersedes(&q2);
        quarter
    };
    let mut each_other = [Quarter::after("a", 95, &q1), Quarter::after("b", 95, &q1)];
    let [a, b] = each_other.clone();
    each_other[0].supersedes(&b);
    each_other[1].supersedes(&a);
    let [a, b] = each_other;
    let backwards = Quarter::after("backwards", 30, &q2);
    let as_of_only = Quarter::after("backwards", 180, &q2).with(|manifest| manifest.as_of = q1.manifest.as_of);
    let ended_only =
        Quarter::after("backwards", 180, &q2).with(|manifest| manifest.collection.ended = q1.manifest.as_of);
    let corrected_from_the_past = Quarter::instead_of("past", 80, &q2);
    let on_q2b = Quarter::after("q3", 180, &q2b);
    let table: [(&str, &Quarter, &[&Quarter], &[&str]); 20] = [
        ("one in the middle is missing", &q3, &[&q1], &["chain-gap q3"]),
        ("two in the middle are missing", &q4, &[&q1], &["chain-gap q4"]),
        ("one of two is missing", &q4, &[&q1, &q3], &["chain-gap q3"]),
        (
            "what a correction corrects is named, and missing",
            &q3,
            &[&q1, &q2b],
            &["chain-gap q3"],
        ),
        ("two after the first", &q2, &[&q1, &beside_q2], &["chain-fork q2"]),
        ("two after one that is missing", &q2, &[&beside_q2], &["chain-fork q2"]),
        (
            "two corrections of one",
            &q2b,
            &[&q1, &q2, &q2_again],
            &["chain-fork q2b"],
        ),
        ("each corrects the other", &a, &[&b, &q1], &["chain-fork a"]),
        ("a second beginning", &genesis_again, &[&q1], &["chain-reset again"]),
        (
            "a second beginning after the middle",
            &genesis_again,
            &[&q2],
            &["chain-reset again"],
        ),
        (
            "a second beginning that is not the newest",
            &q4,
            &[&q1, &q2, &q3, &genesis_again],
            &["chain-reset again"],
        ),
        ("the last given as earlier", &q2, &[&q1, &q3], &["chain-reorder q3"]),
        (
            "its correction given as earlier",
            &q2,
            &[&q1, &q2b],
            &["chain-reorder q2b"],
        ),
        ("another sequence", &wrong_sequence, &[&q2], &["chain-reorder wrong"]),
        (
            "a correction in another place",
            &elsewhere,
            &[&q1, &q2],
            &["chain-reorder elsewhere"],
        ),
        ("all times", &backwards, &[&q1, &q2], &["chain-time-reversal backwards"]),
        ("as_of alone", &as_of_only, &[&q2], &["chain-time-reversal backwards"]),
        ("the end alone", &ended_only, &[&q2], &["chain-time-reversal backwards"]),
        (
            "a stranger",
            &q2,
            &[&q1, &stranger],
            &["chain-another-organization stranger"],
        ),
        ("sealed again", &q3, &[&q1, &altered], &["chain-broken q3"]),
    ];
    for (what, newest, earlier, expected) in table {
        let chain = check(newest, earlier);
        assert_eq!(complaints(&chain), expected, "{what}: {:?}", chain.problems);
        assert!(
            chain.problems.iter().all(|problem| problem.message.len() > 20),
            "{what}"
        );
    }
    assert_eq!(complaints(&check(&wrong_id, &[&q1, &q2])), ["chain-broken wrong"]);
    assert_eq!(
        complaints(&check(&corrected_from_the_past, &[&q2])),
        ["chain-time-reversal past"]
    );
    assert_eq!(
        complaints(&check(&on_q2b, &[&q2b, &beside_q2, &q1])),
        ["chain-fork q2b"]
    );
}

/// What is wrong in two ways is told in two ways.
#[test]
fn faults_do_not_hide_each_other() {
    let q1 = Quarter::genesis("q1", 0);
    let q2 = Quarter::after("q2", 90, &q1);
    let q3 = Quarter::after("q3", 180, &q2);
    let q4 = Quarter::after("q4", 100, &q3);
    let altered = q1
        .clone()
        .with(|manifest| manifest.as_of += jiff::SignedDuration::from_hours(1));
    let chain = check(&q4, &[&altered, &q3, &q2]);
    assert_eq!(complaints(&chain), ["chain-broken q2", "chain-time-reversal q4"]);
    assert_eq!(links(&chain), ["1 q2", "2 q3", "3 q4"]);
    assert!(!chain.from_genesis);
}

/// What comes later is given in the wrong place: that says nothing of what is verified.
#[test]
fn a_later_package_makes_no_reset_of_an_earlier_one() {
    let q1 = Quarter::genesis("q1", 0);
    let q2 = Quarter::after("q2", 90, &q1);
    let q3 = Quarter::after("q3", 180, &q2);
    let chain = check(&q1, &[&q3]);
    // What it comes after is missing as well.
    assert_eq!(complaints(&chain), ["chain-gap q3", "chain-reorder q3"]);
    let told = &chain.problems.iter().find(|problem| problem.code == Code::ChainReorder);
    let told = &told.unwrap().message;
    assert!(
        told.contains("given as earlier than q1") && told.contains("the sequence 2 where that one has 0"),
        "{told}"
    );
    assert_eq!(links(&chain), ["0 q1"]);
    assert_eq!(complaints(&check(&q1, &[&q2])), ["chain-reorder q2"]);
    // Of two beginnings the later one is the second, whichever is verified.
    let again = Quarter::genesis("again", 180);
    assert_eq!(complaints(&check(&q1, &[&again])), ["chain-reset again"]);
    assert_eq!(complaints(&check(&again, &[&q1])), ["chain-reset again"]);
    // A beginning of the same moment as what was there is one as well.
    let beside = Quarter::genesis("beside", 180);
    assert_eq!(complaints(&check(&beside, &[&q3])), ["chain-reset beside"]);
}

#[test]
fn a_gap_hides_no_fork() {
    let q1 = Quarter::genesis("q1", 0);
    let q2 = Quarter::after("q2", 90, &q1);
    let q3 = Quarter::after("q3", 180, &q2);
    let fork = Quarter::after("fork", 181, &q2);
    let q4 = Quarter::after("q4", 270, &q3);
    for earlier in [[&q1, &q2, &fork], [&fork, &q2, &q1], [&q2, &fork, &q1]] {
        let chain = check(&q4, &earlier);
        assert_eq!(complaints(&chain), ["chain-fork fork", "chain-gap q4"]);
        let [gap, forked] = &chain.problems[..] else { panic!() };
        assert!(gap.message.contains("although q2 (sequence 1"), "{gap}");
        let id = q3.manifest.package_id.to_string();
        assert!(
            forked.message.contains(&id) && forked.message.contains("unless that one supersedes it"),
            "{forked}"
        );
    }
    // What the missing package has corrections of is none, nor is what was corrected.
    let q3b = Quarter::instead_of("q3b", 182, &q3);
    let q3c = Quarter::instead_of("q3c", 183, &q3b);
    assert_eq!(complaints(&check(&q4, &[&q1, &q2, &q3b])), ["chain-gap q4"]);
    assert_eq!(complaints(&check(&q4, &[&q1, &q2, &q3b, &q3c])), ["chain-gap q4"]);
    // Two that name the same missing one tell it once.
    let q4b = Quarter::instead_of("q4b", 271, &q4);
    let chain = check(&q4b, &[&q1, &q2, &fork, &q4]);
    assert_eq!(complaints(&chain), ["chain-fork fork", "chain-gap q4", "chain-gap q4b"]);
}

/// Whatever is given is a link, or a problem is about it, or a note says what became of it.
#[test]
fn every_package_that_is_given_is_accounted_for() {
    let q1 = Quarter::genesis("q1", 0);
    let q2 = Quarter::after("q2", 90, &q1);
    let q3 = Quarter::after("q3", 180, &q2);
    let fork = Quarter::after("fork", 181, &q2);
    let q4 = Quarter::after("q4", 270, &q3);
    let stranger = Quarter::genesis("stranger", 0).with(|manifest| manifest.organization.id = "o-other".into());
    let again = Quarter::genesis("again", 180);
    let copy = Quarter {
        name: "copy".into(),
        ..q1.clone()
    };
    let all = [&q1, &q2, &q3, &fork, &q4, &stranger, &again, &copy];
    for newest in all {
        for left_out in all {
            let earlier: Vec<_> = all
                .into_iter()
                .filter(|one| one.name != left_out.name && one.name != newest.name)
                .collect();
            let chain = check(newest, &earlier);
            for given in &earlier {
                let is_link = chain.links.iter().any(|link| link.name == given.name);
                let is_problem = complaints(&chain)
                    .iter()
                    .any(|told| told.ends_with(&format!(" {}", given.name)));
                let is_note = chain
                    .notes
                    .iter()
                    .any(|note| note.starts_with(&format!("{} ", given.name)));
                assert!(
                    is_link || is_problem || is_note,
                    "{} behind {}: {chain:#?}",
                    given.name,
                    newest.name
                );
            }
        }
    }
    let chain = check(&q4, &[&q1, &q2]);
    assert_eq!(links(&chain), ["3 q4"]);
    let [first, second] = &chain.notes[..] else {
        panic!("{:?}", chain.notes)
    };
    assert!(first.starts_with("q1 (sequence 0, package ") && second.starts_with("q2 (sequence 1, package "));
    // Nothing is said of a chain that holds.
    assert_eq!(check(&q4, &[&q1, &q2, &q3]).notes, [""; 0]);
}
