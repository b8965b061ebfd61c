//! Trails whose owner is out of scope are judged with the owner's data all the same.

use futures::FutureExt;
use trailaudit_core::evidence::Answer;
use trailaudit_core::need::Need;

use super::{Join, Seen};
use crate::calls::Question;
use crate::fan_out;
use crate::trail::SeenTrail;

impl Join<'_> {
    /// Asks the owners of trails that were seen only from elsewhere.
    pub(super) async fn owners_out_of_scope(&self, seen: &mut Seen) {
        let foreign: Vec<SeenTrail> = seen
            .trails()
            .filter(|trail| !self.directory.entered.contains(&trail.owner))
            .cloned()
            .collect();
        let shown = fan_out::all(&foreign, |trail| self.owner_shows(trail).boxed()).await;
        for trail in shown.into_iter().flatten() {
            seen.add_seen((false, trail.owner.clone(), trail.home.clone()), trail);
        }
    }

    /// What its owner shows of a trail, in the trail's home Region: which other Regions the owner has on is out of scope.
    async fn owner_shows(&self, trail: &SeenTrail) -> Option<SeenTrail> {
        let owner = self.enter(&trail.owner).await?;
        let sheet = self.sheets.of(&trail.owner);
        let only = Question::Trails {
            only: Some(trail.arn.clone()),
        };
        let tags = async {
            if self.agenda.needs(&[Need::TrailTags]) {
                let trails = std::slice::from_ref(&trail.arn);
                self.sessions.ask_tags(&owner, &trail.home, trails, &sheet).await;
            }
        };
        let (exchange, (), ()) = futures::join!(
            self.sessions.ask(&owner, &trail.home, only, &sheet),
            self.sessions.ask_trail(&owner, trail, &[], self.agenda, &sheet),
            tags
        );
        match &exchange.answer {
            Answer::Ok(answer) => SeenTrail::read_all(answer).find(|shown| shown.arn == trail.arn),
            Answer::Error { .. } => None,
        }
    }
}
