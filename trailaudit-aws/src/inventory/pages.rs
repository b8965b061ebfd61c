//! Answers that come in pages: complete only when every page is there, from the first to the one without a token.

use serde_json::Value;
use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::{Gap, GapReason, Observed};
use trailaudit_core::{EvidenceId, Exchange};

use super::{call_of, gap_of};
use crate::calls::page_token;

/// The pages of one listing, in any order.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pages: Vec<Page>,
    refusal: Option<Box<Gap>>,
}

#[derive(Debug)]
struct Page {
    id: EvidenceId,
    asked_with: Option<Box<str>>,
    /// The token it goes on with, and the gap where nothing goes on with it: most pages are the last.
    goes_on: Option<Box<(String, Gap)>>,
}

impl Pages {
    /// Takes in one exchange and gives back its answer, when it has one.
    pub(super) fn take<'a>(
        &mut self,
        id: EvidenceId,
        exchange: &'a Exchange,
        wanted: &'static str,
    ) -> Option<&'a Value> {
        match &exchange.answer {
            Answer::Ok(answer) => {
                let gap = || Gap {
                    wanted,
                    call: Some(Box::new(call_of(exchange))),
                    why: GapReason::Unreadable("the record does not go on after this page".into()),
                    evidence: Some(id.into()),
                };
                if self.pages.len() == self.pages.capacity() {
                    // There are as many listings as accounts, nearly all of one page.
                    self.pages.reserve_exact(1 + self.pages.len() / 2);
                }
                self.pages.push(Page {
                    id,
                    asked_with: page_token(&exchange.parameters).map(Into::into),
                    goes_on: page_token(answer).map(|token| Box::new((token.to_owned(), gap()))),
                });
                Some(answer)
            }
            Answer::Error { .. } => {
                self.refusal = Some(Box::new(gap_of(exchange, id, wanted)));
                None
            }
        }
    }

    /// Whether every page is there; the first page stands as evidence for all. Shards that were given tokens of their own
    /// each leave a listing: one that is whole is enough.
    pub(super) fn complete(&self, wanted: &'static str) -> Observed<()> {
        let mut gap = self.refusal.as_deref();
        for first in self.asked_with(None) {
            match &self.last_after(first).goes_on {
                None => return Observed::known((), first.id),
                Some(next) => gap = gap.or(Some(&next.1)),
            }
        }
        gap.map_or_else(|| Observed::not_collected(wanted), |gap| Observed::Unknown(gap.clone()))
    }

    fn asked_with<'a>(&'a self, token: Option<&'a str>) -> impl Iterator<Item = &'a Page> {
        self.pages
            .iter()
            .filter(move |page| page.asked_with.as_deref() == token)
    }

    /// The last page that tokens lead to; one that goes on when they lead in a circle.
    fn last_after<'a>(&'a self, page: &'a Page) -> &'a Page {
        let mut last = page;
        for _ in 0..=self.pages.len() {
            let next = last.goes_on.as_ref();
            match next.and_then(|next| self.asked_with(Some(&next.0)).next()) {
                Some(next) => last = next,
                None => break,
            }
        }
        last
    }
}
