//! Answers that come in pages: complete only when every page is there, from the first to the one without a token.

use serde_json::Value;
use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::{Gap, GapReason, Observed};
use trailaudit_core::{EvidenceId, Exchange};

use super::{call_of, gap_of};

/// The pages of one listing, in any order.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pages: Vec<(EvidenceId, Page)>,
    refusal: Option<Gap>,
}

#[derive(Debug)]
struct Page {
    asked_with: Option<String>,
    goes_on_with: Option<String>,
    exchange: Gap,
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
                let why = GapReason::Unreadable("the record does not go on after this page".into());
                let exchange_gap = Gap {
                    wanted,
                    call: Some(Box::new(call_of(exchange))),
                    why,
                    evidence: Some(id.into()),
                };
                let page = Page {
                    asked_with: token(&exchange.parameters),
                    goes_on_with: token(answer),
                    exchange: exchange_gap,
                };
                self.pages.push((id, page));
                Some(answer)
            }
            Answer::Error { .. } => {
                self.refusal = Some(gap_of(exchange, id, wanted));
                None
            }
        }
    }

    /// Whether every page is there; the first page stands as evidence for all. Shards that were given tokens of their own
    /// each leave a listing: one that is whole is enough.
    pub(super) fn complete(&self, wanted: &'static str) -> Observed<()> {
        let mut gap = self.refusal.clone();
        for (first, page) in self.asked_with(None) {
            let last = self.last_after(page);
            if last.goes_on_with.is_none() {
                return Observed::known((), *first);
            }
            gap.get_or_insert_with(|| last.exchange.clone());
        }
        gap.map_or_else(|| Observed::not_collected(wanted), Observed::Unknown)
    }

    fn asked_with<'a>(&'a self, token: Option<&'a str>) -> impl Iterator<Item = &'a (EvidenceId, Page)> {
        let is_asked = move |(_, page): &&(EvidenceId, Page)| page.asked_with.as_deref() == token;
        self.pages.iter().filter(is_asked)
    }

    /// The last page that tokens lead to; one that goes on when they lead in a circle.
    fn last_after<'a>(&'a self, page: &'a Page) -> &'a Page {
        let mut last = page;
        for _ in 0..=self.pages.len() {
            let next = last
                .goes_on_with
                .as_deref()
                .and_then(|token| self.asked_with(Some(token)).next());
            match next {
                Some((_, next)) => last = next,
                None => break,
            }
        }
        last
    }
}

/// The token is written `NextToken` by most services, `nextToken` by CloudWatch Logs.
fn token(body: &Value) -> Option<String> {
    let token = body.get("NextToken").or_else(|| body.get("nextToken"))?.as_str()?;
    Some(token.to_owned()).filter(|token| !token.is_empty())
}
