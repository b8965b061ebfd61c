//! Answers that come in pages: complete only when every page is there, from the first to the one without a token.

use std::sync::OnceLock;

use serde_json::Value;
use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::{Gap, GapReason, Observed};
use trailaudit_core::{EvidenceId, Exchange};

use super::said::{self, Part, Said, Unreadable};
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
    /// A listing that cannot be had.
    pub(super) fn refused(gap: Gap) -> Self {
        let mut refused = Self::None;
        refused.refuse(gap);
        refused
    }

    /// Takes in one exchange, whose answer `read` goes through. Where it cannot read all of it, the page is as good as
    /// refused.
    pub(super) fn read<'a>(
        &mut self,
        id: EvidenceId,
        exchange: &'a Exchange,
        wanted: &'static str,
        read: impl FnOnce(Part<'a>) -> Said<()>,
    ) {
        let answer = match &exchange.answer {
            Answer::Ok(answer) => answer,
            Answer::Error { .. } => return self.refuse(gap_of(exchange, id, wanted)),
        };
        let is_read = Part::of(answer).and_then(|page| read(page).and_then(|()| tells_its_end(page, answer)));
        match is_read {
            Ok(()) => self.take(id, exchange, answer, wanted),
            Err(unreadable) => self.refuse(unreadable.gap(id, exchange, wanted)),
        }
    }

    /// Takes in one exchange and gives back the entries of its list: those that can be read, when not all can.
    pub(super) fn entries<'a, T>(
        &mut self,
        id: EvidenceId,
        exchange: &'a Exchange,
        (list, wanted): (&str, &'static str),
        mut read: impl FnMut(&'a Value) -> Said<T>,
    ) -> Vec<T> {
        let mut entries = Vec::new();
        self.read(id, exchange, wanted, |page| {
            said::each(page.must(list, said::list)?, |entry| {
                entries.push(read(entry)?);
                Ok(())
            })
        });
        entries
    }

    fn take(&mut self, id: EvidenceId, exchange: &Exchange, answer: &Value, wanted: &'static str) {
        let asked_with = page_token(&exchange.parameters);
        if matches!(self, Self::None) && asked_with.or_else(|| page_token(answer)).is_none() {
            *self = Self::One(id);
        } else {
            self.widen(|several| several.take(id, exchange, answer, wanted));
        }
    }

    fn refuse(&mut self, gap: Gap) {
        self.widen(|several| several.refusal = Some(Box::new(gap)));
    }

    /// Has room for more than one page from now on.
    fn widen(&mut self, change: impl FnOnce(&mut Several)) {
        let mut several = match std::mem::take(self) {
            Self::None => Box::default(),
            Self::One(first) => Box::new(Several::beginning(first)),
            Self::Several(several) => several,
        };
        change(&mut several);
        *self = Self::Several(several);
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

    fn take(&mut self, id: EvidenceId, exchange: &Exchange, answer: &Value, wanted: &'static str) {
        self.standing.take();
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

/// Whether a page tells if it is the last: a token that is none, or pages to come without one, leave that open.
fn tells_its_end(page: Part<'_>, answer: &Value) -> Said<()> {
    let is_token = |name: &str| name.ends_with("Token") || name == "Marker";
    for (token, _) in page.fields().filter(|(name, _)| is_token(name)) {
        page.may(token, said::text)?;
    }
    if page.may("IsTruncated", said::flag)? == Some(true) && page_token(answer).is_none() {
        return Err(Unreadable::because("the answer goes on, and does not say how"));
    }
    Ok(())
}
