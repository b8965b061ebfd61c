//! A trail an account owns: sound, and then perhaps with one flaw.

use super::Plot;
use super::draft::Draft;
use crate::world::{Account, Trail};

/// One flaw of a trail: it changes a sound draft and notes what follows from that.
#[derive(Clone, Copy)]
pub(crate) struct Flaw {
    /// Also the trail's name.
    pub name: &'static str,
    /// How many Regions it takes.
    pub fewest_regions: usize,
    pub apply: fn(&mut Draft, &mut Plot),
}

pub(crate) fn sow_sound_trail(plot: &mut Plot, account: &mut Account, name: &str) {
    let turn = plot.random.below(plot.world.regions.len());
    let (region, multi_region) = (plot.usual_region(turn), plot.random.below(2) == 0);
    sow_sound_trail_at(plot, account, name, &region, multi_region);
}

/// As many sound trails as the quota leaves room for beside the organization trail: four of the five in each Region the
/// account has on.
pub(crate) fn sow_every_trail(plot: &mut Plot, account: &mut Account) {
    let regions: Vec<_> = plot.world.regions.iter().filter(|region| !region.opt_in).collect();
    let regions: Vec<_> = regions.into_iter().map(|region| region.name.clone()).collect();
    for region in &regions {
        for number in 1..=4 {
            let name = format!("{region}-{number}");
            sow_sound_trail_at(plot, account, &name, region, false);
        }
    }
}

pub(super) fn sow_sound_trail_at(plot: &mut Plot, account: &mut Account, name: &str, region: &str, multi_region: bool) {
    sow_trail_at(plot, account, name, region, multi_region, |_| ());
}

/// A sound trail with something changed of which others than its own findings tell.
pub(super) fn sow_trail_at(
    plot: &mut Plot,
    account: &mut Account,
    name: &str,
    region: &str,
    multi_region: bool,
    change: impl FnOnce(&mut Trail),
) {
    let mut draft = Draft::sound(plot, account, name, region, multi_region);
    change(&mut draft.trail);
    draft.join(account);
}

pub(crate) fn sow_flawed_trail(plot: &mut Plot, account: &mut Account, flaw: Flaw) {
    let turn = plot.random.below(plot.world.regions.len());
    let (region, multi_region) = (plot.usual_region(turn), plot.random.below(2) == 0);
    sow_flawed_trail_at(plot, account, flaw, &region, multi_region);
}

pub(super) fn sow_flawed_trail_at(
    plot: &mut Plot,
    account: &mut Account,
    flaw: Flaw,
    region: &str,
    multi_region: bool,
) {
    let mut draft = Draft::sound(plot, account, flaw.name, region, multi_region);
    (flaw.apply)(&mut draft, plot);
    draft.join(account);
}

impl Flaw {
    pub fn possible(&self, plot: &Plot) -> bool {
        plot.world.regions.len() >= self.fewest_regions
    }
}
