//! Which Regions of an account are looked into.

use trailaudit_core::evidence::Answer;
use trailaudit_core::organization::Region;

use super::Visits;
use crate::agenda::Search;
use crate::calls::Question;
use crate::discover::Pages;
use crate::journal::Sheet;
use crate::session::Session;

impl Visits<'_> {
    /// The Regions to look into, in alphabetical order. Where the account does not say which it has switched on, all
    /// of the partition: a Region that is off then shows as one that refused.
    pub(super) async fn regions(&self, session: &Session, sheet: &Sheet) -> Vec<Region> {
        let in_scope = |region: &Region| self.scope.regions.is_empty() || self.scope.regions.contains(region);
        let mut regions = match self.listed_regions(session, sheet).await {
            Some(listed) => listed,
            None if self.scope.regions.is_empty() => self.partition.regions().into_iter().map(Region::from).collect(),
            None => self.scope.regions.iter().cloned().collect(),
        };
        regions.retain(in_scope);
        regions.sort_unstable();
        regions.dedup();
        regions
    }

    /// The Regions the account has on, or is switching on or off; nothing when it does not say.
    async fn listed_regions(&self, session: &Session, sheet: &Sheet) -> Option<Vec<Region>> {
        let asked = Region::from(self.partition.global_region);
        let mut regions = Vec::new();
        let mut pages = Pages::default();
        loop {
            let page = self
                .sessions
                .ask(session, &asked, Question::Regions { next: pages.token() }, sheet)
                .await;
            let Answer::Ok(answer) = &page.answer else { return None };
            for entry in answer["Regions"].as_array()? {
                let is_on = matches!(
                    entry["RegionOptStatus"].as_str(),
                    Some("ENABLED" | "ENABLED_BY_DEFAULT" | "ENABLING" | "DISABLING")
                );
                if let (true, Some(name)) = (is_on, entry["RegionName"].as_str()) {
                    regions.push(name.into());
                }
            }
            if !pages.turn(&page, answer).ok()? {
                break;
            }
        }
        Some(regions)
    }

    /// The Regions whose trails are listed: all of them, or those which the account's own list of its trails names as
    /// their homes.
    pub(super) async fn looked_into(&self, session: &Session, regions: &[Region], sheet: &Sheet) -> Vec<Region> {
        if self.agenda.search == Search::Exhaustive {
            return regions.to_vec();
        }
        let asked = Region::from(self.partition.global_region);
        let question = |next| Question::TrailNames { next };
        let named = self.sessions.list(session, &asked, sheet, question).await;
        let homes: Vec<_> = named.texts("Trails", "HomeRegion").collect();
        let is_home = |region: &&Region| homes.contains(&region.as_str());
        regions.iter().filter(is_home).cloned().collect()
    }
}
