//! The body of an answer, as it comes over a connection that may be slow or break.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// The body of an HTTP answer. It may come a byte at a time, and it may end before its end.
#[derive(Debug)]
pub struct Body {
    rest: Bytes,
    /// What its length is said to be; more than there is when it breaks off.
    announced: u64,
    /// How long each byte takes, when they come one at a time.
    pause: Option<Duration>,
    waiting: Option<Pin<Box<Sleep>>>,
    /// Whether what there is was given time to leave before the connection breaks.
    has_left: bool,
}

impl Body {
    pub(crate) fn whole(bytes: Vec<u8>) -> Self {
        Self {
            announced: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            rest: bytes.into(),
            pause: None,
            waiting: None,
            has_left: false,
        }
    }

    /// The connection breaks when half of it has come.
    pub(crate) fn broken(bytes: Vec<u8>) -> Self {
        let half = bytes.len() / 2;
        let mut body = Self::whole(bytes);
        // Also of an answer without a body there is something that does not come.
        body.announced = body.announced.max(1);
        body.rest.truncate(half);
        body
    }

    pub(crate) fn slow(bytes: Vec<u8>, pause: Duration) -> Self {
        Self {
            pause: Some(pause),
            ..Self::whole(bytes)
        }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.rest.is_empty() {
            if self.announced > 0 && !std::mem::replace(&mut self.has_left, true) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            let broken = || io::Error::new(io::ErrorKind::ConnectionReset, "the simulated connection broke");
            let missing = std::mem::take(&mut self.announced) > 0;
            return Poll::Ready(missing.then(|| Err(broken())));
        }
        let mut size = self.rest.len();
        if let Some(pause) = self.pause {
            let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(pause)));
            ready!(waiting.as_mut().poll(context));
            self.waiting = None;
            size = 1;
        }
        let data = self.rest.split_to(size);
        self.announced = self.announced.saturating_sub(u64::try_from(size).unwrap_or(u64::MAX));
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.announced == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_comes_whole_slowly_or_not_to_its_end() {
        let begun = tokio::time::Instant::now();
        let whole = Body::whole(b"{}".to_vec()).collect().await.unwrap();
        assert_eq!(whole.to_bytes(), "{}");
        assert_eq!(begun.elapsed(), Duration::ZERO);
        let slow = Body::slow(b"slow".to_vec(), Duration::from_secs(2)).collect().await;
        assert_eq!(
            (slow.unwrap().to_bytes(), begun.elapsed()),
            ("slow".into(), Duration::from_secs(8))
        );
        for bytes in ["", "{", "half of this"] {
            let broken = Body::broken(bytes.into()).collect().await;
            assert_eq!(broken.unwrap_err().kind(), io::ErrorKind::ConnectionReset, "{bytes:?}");
        }
        assert!(Body::whole(Vec::new()).is_end_stream());
    }
}
