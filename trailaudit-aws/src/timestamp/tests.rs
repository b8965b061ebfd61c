//! Against a server that answers each request with given bytes.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// A server for one request: what to answer, and whether to hang up then.
struct Authority {
    url: String,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Authority {
    async fn answering(answer: Vec<u8>, hangs_up: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/tsa", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ear = heard.clone();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 1_024];
            while !ear.lock().unwrap().ends_with(b"request") {
                let length = stream.read(&mut buffer).await.unwrap();
                ear.lock().unwrap().extend_from_slice(&buffer[..length]);
            }
            // A client that has heard enough hangs up.
            let _ = stream.write_all(&answer).await;
            if !hangs_up {
                std::future::pending::<()>().await;
            }
        });
        Self { url, heard }
    }

    async fn asked(&self) -> Result<Vec<u8>, TimestampError> {
        self.asked_within(PATIENCE).await
    }

    async fn asked_within(&self, patience: Duration) -> Result<Vec<u8>, TimestampError> {
        let mut authority = TimestampAuthority::at(&self.url).unwrap();
        authority.patience = patience;
        authority.ask(b"the request").await
    }
}

fn http(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

const TYPE: &str = "Content-Type: application/timestamp-reply\r\n";

#[tokio::test]
async fn the_bytes_of_a_reply_are_given_as_they_came() {
    let body: Vec<u8> = (0..=255).cycle().take(LONGEST).collect();
    for headers in [TYPE, "content-type: Application/Timestamp-Reply; charset=binary\r\n"] {
        let authority = Authority::answering(http("200 OK", headers, &body), true).await;
        assert_eq!(authority.asked().await.unwrap(), body);
        let heard = String::from_utf8(authority.heard.lock().unwrap().clone()).unwrap();
        assert!(heard.starts_with("POST /tsa HTTP/1.1\r\n"), "{heard}");
        assert!(
            heard.contains("content-type: application/timestamp-query\r\n"),
            "{heard}"
        );
        assert!(heard.contains("content-length: 11\r\n"), "{heard}");
        assert!(heard.ends_with("\r\n\r\nthe request"), "{heard}");
    }
}

#[tokio::test]
async fn every_other_answer_is_told_apart() {
    let moved = format!("{TYPE}location: https://elsewhere.example/\r\n");
    let long = vec![0; LONGEST + 1];
    let chunked = format!("HTTP/1.1 200 OK\r\n{TYPE}transfer-encoding: chunked\r\n\r\n");
    let half = vec![0; LONGEST / 2];
    let endless = [
        chunked.as_bytes(),
        b"8000\r\n",
        &half,
        b"\r\n8000\r\n",
        &half,
        b"\r\n1\r\n0\r\n",
    ]
    .concat();
    let cut = http("200 OK", TYPE, b"four");
    let cases = [
        (http("500 Oh No", TYPE, b"x"), "answered with HTTP status 500"),
        (http("204 No Content", TYPE, b""), "answered with HTTP status 204"),
        (
            http("302 Found", &moved, b""),
            "redirects to \"https://elsewhere.example/\" (status 302)",
        ),
        (
            http("200 OK", "content-type: text/html\r\n", b"<p>"),
            "answered with \"text/html\", not with",
        ),
        (
            http("200 OK", "", b"x"),
            "answered with \"\", not with application/timestamp-reply",
        ),
        (http("200 OK", TYPE, b""), "is empty"),
        (http("200 OK", TYPE, &long), "is longer than 65536 bytes"),
        (endless, "is longer than 65536 bytes"),
        (cut[..cut.len() - 1].to_vec(), "broke off"),
        (b"what?\r\n\r\n".to_vec(), "cannot be reached"),
        (Vec::new(), "cannot be reached"),
    ];
    for (answer, expected) in cases {
        let authority = Authority::answering(answer, true).await;
        let error = authority.asked().await.unwrap_err();
        assert!(error.to_string().contains(expected), "{expected}: {error}");
        assert!(error.to_string().contains(&authority.url), "{error}");
        assert!(error.hint().is_some(), "{error}");
    }
}

/// Whether it says nothing, or never comes to its end.
#[tokio::test]
async fn a_slow_authority_is_not_waited_for() {
    let reply = http("200 OK", TYPE, b"four");
    for heard in [&reply[..0], &reply[..20], &reply[..reply.len() - 1]] {
        let authority = Authority::answering(heard.to_vec(), false).await;
        let begun = Instant::now();
        let error = authority.asked_within(Duration::from_millis(300)).await.unwrap_err();
        assert!(matches!(error, TimestampError::TimedOut { .. }), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}

#[tokio::test]
async fn nobody_there_is_told_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let error = TimestampAuthority::at(&url).unwrap().ask(b"x").await.unwrap_err();
    assert!(matches!(error, TimestampError::Unreachable { .. }), "{error}");
    assert!(error.to_string().to_lowercase().contains("refused"), "{error}");
}

#[test]
fn only_a_plain_url_is_asked() {
    for url in [
        "http://tsa.example",
        "https://tsa.example:8443/path?query",
        "http://[::1]:80/",
    ] {
        assert!(TimestampAuthority::at(url).is_ok(), "{url}");
    }
    for url in [
        "",
        "tsa.example",
        "ftp://tsa.example/",
        "http://",
        "http:///path",
        "http://:80/",
        "http://user:secret@tsa.example/",
        "http://tsa.example/#top",
        "http://tsa.example/a b",
        "http://tsa\n.example/",
    ] {
        let error = TimestampAuthority::at(url).unwrap_err();
        assert!(matches!(error, TimestampError::Url { .. }), "{url}: {error}");
    }
}

#[test]
fn this_machine_is_not_behind_a_proxy() {
    let is_near = |url: &str| is_loopback(host(url).unwrap());
    for url in [
        "http://127.0.0.1:318/tsa",
        "http://[::1]/",
        "https://localhost:1/",
        "http://127.9.9.9",
    ] {
        assert!(is_near(url), "{url}");
    }
    for url in [
        "http://tsa.example/127.0.0.1",
        "http://10.0.0.1/",
        "http://127.0.0.1.example/",
    ] {
        assert!(!is_near(url), "{url}");
    }
}
