//! Answers that come in pages: complete only when every page is there, from the first to the one without a token.

use std::sync::OnceLock;

use serde_json::Value;
use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::{Gap, GapReason, Observed};
use trailaudit_core::{EvidenceId, Exchange};

use super::{call_of, gap_of};
use crate::calls::page_token;

/// The pages of one listing, in any order.
#[derive(Debug, Default)]
pub(super) enum Pages {
    #[default]
    None,
    /// The first and last: there are as many listings as cells, and nearly all are so short.
    One(EvidenceId),
    Several(Box<Several>),
}

#[derive(Debug, Default)]
pub(super) struct Several {
    taken: Vec<Page>,
    refusal: Option<Box<Gap>>,
    /// Found when it is first asked for: every account of an Organization may ask.
    standing: OnceLock<Standing>,
}

/// Where a listing begins that is whole; or the page after which one does not go on, if there are pages.
#[derive(Clone, Copy, Debug)]
enum Standing {
    Whole(usize),
    Broken(Option<usize>),
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
        if let (Self::None, Answer::Ok(answer)) = (&*self, &exchange.answer)
            && page_token(&exchange.parameters)
                .or_else(|| page_token(answer))
                .is_none()
        {
            *self = Self::One(id);
            return Some(answer);
        }
        let mut several = match std::mem::take(self) {
            Self::None => Box::default(),
            Self::One(first) => Box::new(Several::beginning(first)),
            Self::Several(several) => several,
        };
        let answer = several.take(id, exchange, wanted);
        *self = Self::Several(several);
        answer
    }

    /// Whether every page is there; the first page stands as evidence for all. Shards that were given tokens of their own
    /// each leave a listing: one that is whole is enough.
    pub(super) fn complete(&self, wanted: &'static str) -> Observed<()> {
        match self {
            Self::None => Observed::not_collected(wanted),
            Self::One(page) => Observed::known((), *page),
            Self::Several(pages) => pages.complete(wanted),
        }
    }
}

impl Several {
    fn beginning(first: EvidenceId) -> Self {
        let page = Page {
            id: first,
            asked_with: None,
            goes_on: None,
        };
        Self {
            taken: vec![page],
            ..Self::default()
        }
    }

    fn take<'a>(&mut self, id: EvidenceId, exchange: &'a Exchange, wanted: &'static str) -> Option<&'a Value> {
        self.standing.take();
        match &exchange.answer {
            Answer::Ok(answer) => {
                let gap = || Gap {
                    wanted,
                    call: Some(Box::new(call_of(exchange))),
                    why: GapReason::Unreadable("the record does not go on after this page".into()),
                    evidence: Some(id.into()),
                };
                self.taken.push(Page {
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

    fn complete(&self, wanted: &'static str) -> Observed<()> {
        let gap = match *self.standing.get_or_init(|| self.standing()) {
            Standing::Whole(first) => return Observed::known((), self.taken[first].id),
            Standing::Broken(place) => place.and_then(|place| self.taken[place].goes_on.as_ref()),
        };
        let gap = self.refusal.as_deref().or(gap.map(|next| &next.1));
        gap.map_or_else(|| Observed::not_collected(wanted), |gap| Observed::Unknown(gap.clone()))
    }

    fn standing(&self) -> Standing {
        let mut broken = None;
        for (first, page) in self.taken.iter().enumerate() {
            if page.asked_with.is_none() {
                let last = self.last_after(first);
                if self.taken[last].goes_on.is_none() {
                    return Standing::Whole(first);
                }
                broken = broken.or(Some(last));
            }
        }
        Standing::Broken(broken)
    }

    /// Where the last page is that tokens lead to from the one at this place; one that goes on when they lead in a circle.
    fn last_after(&self, first: usize) -> usize {
        let asked_with = |token: &str| {
            let mut pages = self.taken.iter();
            pages.position(|page| page.asked_with.as_deref() == Some(token))
        };
        let mut last = first;
        for _ in 0..=self.taken.len() {
            let next = self.taken[last].goes_on.as_ref();
            match next.and_then(|next| asked_with(&next.0)) {
                Some(next) => last = next,
                None => break,
            }
        }
        last
    }
}
