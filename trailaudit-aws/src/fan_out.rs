//! Many accounts at once, but not all: what is held in memory does not grow with the organization.

use futures::future::BoxFuture;
use futures::{Stream, StreamExt, TryStreamExt};

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
    async fn the_first_error_ends_it() {
        let visit = |item: u32| async move { if item == 3 { Err(item) } else { Ok(item) } }.boxed();
        let outcome = each(futures::stream::iter(0..100), 1, visit, |item| assert!(item < 3)).await;
        assert_eq!(outcome, Err(3));
    }
}
