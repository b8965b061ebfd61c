//! A timestamping authority that answers over HTTP, as `--tsa` asks.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use crate::authority::{Authority, Setup};

pub struct Online {
    pub authority: Arc<Authority>,
    pub url: String,
}

impl Online {
    /// Answers until the test ends.
    pub fn new(setup: &Setup<'_>) -> Self {
        let authority = Arc::new(Authority::new(setup));
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/tsa", listener.local_addr().unwrap());
        let answering = Arc::clone(&authority);
        thread::spawn(move || {
            for connection in listener.incoming() {
                answer(&answering, connection.unwrap());
            }
        });
        Self { authority, url }
    }
}

/// One request, one answer, and the connection ends.
fn answer(authority: &Authority, mut connection: TcpStream) {
    let token = authority.answer(&query(&connection));
    let answer = http("200 OK", "application/timestamp-reply", &token);
    connection.write_all(&answer).unwrap();
}

/// The whole of an HTTP answer.
pub fn http(status: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// What was asked: the body of an HTTP request.
pub fn query(connection: &TcpStream) -> Vec<u8> {
    let mut reader = BufReader::new(connection);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    let mut query = vec![0; length];
    reader.read_exact(&mut query).unwrap();
    query
}
