//! Listings that come in pages, asked for page by page.

use serde_json::Value;
use trailaudit_core::evidence::{Answer, Exchange};
use trailaudit_core::organization::Region;

use crate::calls::Question;
use crate::discover::Pages;
use crate::journal::Sheet;
use crate::session::{Session, Sessions};

/// What was answered of a listing.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pages: Vec<Value>,
    /// Whether the last page was answered, too.
    pub is_whole: bool,
    /// The page that was refused.
    pub refused: Option<Box<Exchange>>,
}

impl Listing {
    /// Every entry of a list, page after page.
    pub fn entries<'a>(&'a self, list: &'a str) -> impl Iterator<Item = &'a Value> {
        let pages = self.pages.iter().filter_map(move |page| page[list].as_array());
        pages.flatten()
    }

    /// A text of every entry.
    pub fn texts<'a>(&'a self, list: &'a str, field: &'a str) -> impl Iterator<Item = &'a str> {
        self.entries(list).filter_map(move |entry| entry[field].as_str())
    }
}

impl Sessions {
    /// Asks for page after page with an account's session, until one is refused, is the last, or leads back to itself.
    pub(crate) async fn list(
        &self,
        session: &Session,
        region: &Region,
        sheet: &Sheet,
        question: impl Fn(Option<String>) -> Question,
    ) -> Listing {
        self.list_until(session, region, sheet, question, |_| false).await
    }

    /// The same, but no further than the page after which `enough` is known.
    pub(crate) async fn list_until(
        &self,
        session: &Session,
        region: &Region,
        sheet: &Sheet,
        question: impl Fn(Option<String>) -> Question,
        mut enough: impl FnMut(&Value) -> bool,
    ) -> Listing {
        let at_a_glance = self.glances() && question(None).leads_nowhere();
        let asked = |next| self.ask(session, region, question(next), sheet);
        list(asked, |page| enough(page) || at_a_glance).await
    }

    /// Asks for page after page about the organization.
    pub(crate) async fn list_organization(
        &self,
        region: &Region,
        question: impl Fn(Option<String>) -> Question,
    ) -> Listing {
        let asked = |next| self.ask_organization(region, question(next));
        list(asked, |_| false).await
    }
}

async fn list<F: Future<Output = Exchange>>(
    ask: impl Fn(Option<String>) -> F,
    mut enough: impl FnMut(&Value) -> bool,
) -> Listing {
    let mut listing = Listing::default();
    let mut pages = Pages::default();
    loop {
        let page = ask(pages.token()).await;
        let Answer::Ok(answer) = &page.answer else {
            listing.refused = Some(Box::new(page));
            return listing;
        };
        let goes_on = pages.turn(&page, answer);
        let is_enough = enough(answer);
        if let Answer::Ok(answer) = page.answer {
            listing.pages.push(answer);
        }
        // A page that leads back to itself is the last there is to have.
        listing.is_whole = matches!(goes_on, Ok(false));
        if is_enough || !matches!(goes_on, Ok(true)) {
            return listing;
        }
    }
}
