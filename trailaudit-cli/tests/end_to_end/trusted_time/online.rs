//! A time-stamping authority that answers over HTTP, rightly or not.

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::authority::Authority;
use crate::authority_online::{http, query};

/// The whole of an HTTP answer to a query, which is this one of all (the first is 1).
pub type Answer = fn(&Authority, &[u8], usize) -> Vec<u8>;

pub struct Online {
    pub url: String,
    asked: Arc<AtomicUsize>,
}

impl Online {
    /// Answers until the test ends.
    pub fn answering(authority: &Arc<Authority>, answer: Answer) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/tsa", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let (authority, count) = (Arc::clone(authority), Arc::clone(&asked));
        thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let query = query(&connection);
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                connection.write_all(&answer(&authority, &query, number)).unwrap();
            }
        });
        Self { url, asked }
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Where nobody is.
pub fn nobody() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    format!("http://{}/tsa", listener.local_addr().unwrap())
}

/// What an authority should answer.
pub fn rightly(authority: &Authority, query: &[u8], _: usize) -> Vec<u8> {
    http("200 OK", "application/timestamp-reply", &authority.answer(query))
}
