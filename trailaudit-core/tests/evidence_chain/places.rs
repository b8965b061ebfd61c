//! Where a new package stands.

use jiff::SignedDuration;
use trailaudit_core::evidence::chain::{NoPlace, Place};
use trailaudit_core::evidence::manifest::{Previous, Tool};
use trailaudit_core::evidence::{Draft, Manifest};

use crate::quarter::{Quarter, check};

/// A package that is made for a place stands in it.
#[test]
fn what_a_place_admits_stands_in_the_chain() {
    let q1 = Quarter::genesis("q1", 0);
    let q2 = Quarter::after("q2", 90, &q1);
    let at = |day, place: Place| {
        let mut new = Quarter::genesis("new", day);
        place.admits(&new.provenance(), new.manifest.as_of).unwrap();
        new.names(place.previous().cloned());
        new.manifest.supersedes = place.supersedes().cloned();
        new
    };
    let next = at(180, Place::after(&q2.manifest, q2.digest()));
    assert_eq!(next.manifest.sequence(), 2);
    assert!(check(&next, &[&q1, &q2]).problems.is_empty());
    let correction = Place::instead_of(&q2.manifest, "a wrong scope").unwrap();
    let confirmed = correction.clone().and_after(&q1.manifest, q1.digest()).unwrap();
    assert_eq!(
        (confirmed.previous(), confirmed.supersedes()),
        (correction.previous(), correction.supersedes())
    );
    for place in [correction, confirmed] {
        let correction = at(95, place);
        assert_eq!(correction.manifest.sequence(), 1);
        assert!(check(&correction, &[&q1, &q2]).problems.is_empty());
    }
    let of_genesis = at(1, Place::instead_of(&q1.manifest, "a wrong scope").unwrap());
    assert!(of_genesis.manifest.genesis);
    assert!(check(&of_genesis, &[&q1]).problems.is_empty());
}

#[test]
fn a_place_goes_into_a_draft() {
    let q1 = Quarter::genesis("q1", 0);
    let mut draft = Draft::new(Tool {
        name: "trailaudit".into(),
        version: "0.1.0".into(),
    });
    Place::after(&q1.manifest, q1.digest()).put(&mut draft);
    assert_eq!(draft.previous, Some(Previous::after(&q1.manifest, q1.digest())));
    assert_eq!(draft.supersedes, None);
    Place::instead_of(&q1.manifest, "a wrong scope")
        .unwrap()
        .put(&mut draft);
    assert_eq!(draft.previous, None);
    assert_eq!(draft.supersedes.unwrap().package_id, q1.manifest.package_id);
}

#[test]
fn what_does_not_belong_there_is_refused() {
    let q1 = Quarter::genesis("q1", 0);
    let q2 = Quarter::after("q2", 90, &q1);
    let after = || Place::after(&q2.manifest, q2.digest());
    let instead = || Place::instead_of(&q2.manifest, "a wrong scope").unwrap();
    let refused = |place: &Place, change: &dyn Fn(&mut Manifest)| {
        let new = Quarter::genesis("new", 180).with(change);
        place.admits(&new.provenance(), new.manifest.as_of).err()
    };
    let other = |manifest: &mut Manifest| manifest.organization.id = "o-other".into();
    let as_of = |manifest: &mut Manifest| manifest.as_of = q1.manifest.as_of;
    let started = |manifest: &mut Manifest| manifest.collection.started = q1.manifest.as_of;
    let ended = |manifest: &mut Manifest| manifest.collection.ended = q1.manifest.as_of;
    for place in [after(), instead()] {
        assert_eq!(refused(&place, &|_| {}), None);
        let error = refused(&place, &other).unwrap();
        assert!(matches!(error, NoPlace::AnotherOrganization { .. }), "{error}");
        for change in [&started as &dyn Fn(&mut Manifest), &ended] {
            let error = refused(&place, change).unwrap();
            assert!(matches!(error, NoPlace::TimeGoesBack { .. }), "{error}");
        }
    }
    assert!(matches!(refused(&after(), &as_of), Some(NoPlace::TimeGoesBack { .. })));
    // What was wrong may have been the moment; but it must not be before that of the package before.
    assert_eq!(refused(&instead(), &as_of), None);
    let confirmed = instead().and_after(&q1.manifest, q1.digest()).unwrap();
    assert_eq!(refused(&confirmed, &as_of), None);
    let long_before = |manifest: &mut Manifest| manifest.as_of -= SignedDuration::from_hours(24 * 365);
    let error = refused(&confirmed, &long_before);
    assert!(matches!(error, Some(NoPlace::TimeGoesBack { .. })));

    assert_eq!(Place::instead_of(&q2.manifest, " \n"), Err(NoPlace::NoReason));
    let another = instead().and_after(&q2.manifest, q2.digest());
    assert!(matches!(another, Err(NoPlace::AnotherPrevious { wanted: Some(_), .. })));
    let of_genesis = Place::instead_of(&q1.manifest, "a wrong scope").unwrap();
    let error = of_genesis.and_after(&q2.manifest, q2.digest()).unwrap_err();
    assert!(error.to_string().contains("but after none"), "{error}");
}
