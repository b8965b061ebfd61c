//! Pages and the tokens that lead from one to the next.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// Where the next page starts, and how many pages came before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// How many pages the caller has had, empty ones included.
    pub pages: usize,
    /// How many items it has had.
    pub items: usize,
}

/// One page of a listing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

impl Place {
    /// The place a token names, or nothing for a token this listing did not give out.
    pub fn of(token: Option<&str>, listing: &str) -> Option<Self> {
        let Some(token) = token else {
            return Some(Self::default());
        };
        let decoded = String::from_utf8(BASE64.decode(token).ok()?).ok()?;
        let (pages, items) = decoded.strip_prefix(listing)?.strip_prefix(' ')?.split_once(' ')?;
        Some(Self {
            pages: pages.parse().ok()?,
            items: items.parse().ok()?,
        })
    }

    fn token(&self, listing: &str) -> String {
        BASE64.encode(format!("{listing} {} {}", self.pages, self.items))
    }
}

/// The page at a place. Of those after the first, every third is empty and still has a token, when `gaps` says so:
/// Organizations may do that, and a caller has to go on.
pub(super) fn page<T>(
    items: impl Iterator<Item = T>,
    size: usize,
    place: &Place,
    listing: &str,
    gaps: bool,
) -> Page<T> {
    let pages = place.pages + 1;
    let mut rest = items.skip(place.items).peekable();
    if gaps && place.pages % 3 == 1 && rest.peek().is_some() {
        return Page {
            items: Vec::new(),
            next: Some(Place { pages, ..place.clone() }.token(listing)),
        };
    }
    let items: Vec<T> = rest.by_ref().take(size).collect();
    let next = Place {
        pages,
        items: place.items + items.len(),
    };
    Page {
        items,
        next: rest.peek().map(|_| next.token(listing)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_with_gaps_between_them_lose_nothing() {
        let (mut seen, mut sizes, mut token) = (Vec::new(), Vec::new(), None);
        loop {
            let place = Place::of(token.as_deref(), "numbers").unwrap();
            let page = page(0..11, 3, &place, "numbers", true);
            sizes.push(page.items.len());
            seen.extend(page.items);
            token = page.next;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..11).collect::<Vec<_>>());
        assert_eq!(sizes, [3, 0, 3, 3, 0, 2]);
    }

    #[test]
    fn a_token_of_another_listing_is_refused() {
        let token = Place { pages: 1, items: 3 }.token("accounts");
        assert_eq!(Place::of(Some(&token), "roots"), None);
        assert_eq!(Place::of(Some("%"), "accounts"), None);
    }
}
