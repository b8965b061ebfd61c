//! Many accounts at once, but not all: what is held in memory does not grow with the organization.

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{Stream, StreamExt, TryStreamExt};

/// How many questions about things that trails name are under way at a time: enough that none waits for others which have
/// to be asked slowly, and few enough that an organization may name any number of things.
const UNDER_WAY: usize = 512;

/// Visits each item as it comes, at most `at_once` at a time, and hands every outcome to `take` as it comes. Stops at
/// the first error. Dropping the future stops every visit.
pub(crate) async fn each<'a, T, O, E>(
    items: impl Stream<Item = T>,
    at_once: usize,
    visit: impl Fn(T) -> BoxFuture<'a, Result<O, E>>,
    mut take: impl FnMut(O),
) -> Result<(), E> {
    items
        .map(visit)
        .buffer_unordered(at_once.max(1))
        .try_for_each(|outcome| {
            take(outcome);
            std::future::ready(Ok(()))
        })
        .await
}

/// Asks about each item, some at a time; what each came to, in the order of the items.
pub(crate) async fn all<'a, T, O>(items: impl IntoIterator<Item = T>, ask: impl Fn(T) -> BoxFuture<'a, O>) -> Vec<O> {
    let mut waiting = (0_usize..).zip(items);
    let mut under_way = FuturesUnordered::new();
    let mut outcomes = Vec::new();
    loop {
        let room = UNDER_WAY - under_way.len();
        under_way.extend(
            waiting
                .by_ref()
                .take(room)
                .map(|(place, item)| numbered(place, ask(item))),
        );
        match under_way.next().await {
            Some(outcome) => outcomes.push(outcome),
            None => break,
        }
    }
    outcomes.sort_unstable_by_key(|(place, _)| *place);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

async fn numbered<O>(place: usize, asked: BoxFuture<'_, O>) -> (usize, O) {
    (place, asked.await)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn no_more_than_allowed_at_once() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let visit = |item: usize| {
            let (now, most) = (&now, &most);
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                now.fetch_sub(1, Ordering::SeqCst);
                Ok::<_, ()>(item)
            }
            .boxed()
        };
        let mut sum = 0;
        each(futures::stream::iter(0..100), 7, visit, |item| sum += item)
            .await
            .unwrap();
        assert_eq!((sum, most.load(Ordering::SeqCst)), (4_950, 7));
    }

    #[tokio::test]
    async fn all_come_in_their_order_and_none_waits_for_the_first() {
        let last_is_asked = tokio::sync::Semaphore::new(0);
        let last = 2 * UNDER_WAY;
        let ask = |item: usize| {
            let last_is_asked = &last_is_asked;
            async move {
                if item == last {
                    last_is_asked.add_permits(1);
                } else if item == 0 {
                    drop(last_is_asked.acquire().await);
                }
                item
            }
            .boxed()
        };
        assert!(all(0..=last, ask).await.into_iter().eq(0..=last));
    }

    #[tokio::test]
    async fn the_first_error_ends_it() {
        let visit = |item: u32| async move { if item == 3 { Err(item) } else { Ok(item) } }.boxed();
        let outcome = each(futures::stream::iter(0..100), 1, visit, |item| assert!(item < 3)).await;
        assert_eq!(outcome, Err(3));
    }
}
