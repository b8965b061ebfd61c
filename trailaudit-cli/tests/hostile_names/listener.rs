//! A place that everything which calls home reaches, and that counts.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

pub struct Listener {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    /// Connections in which something may still be said.
    open: Arc<AtomicUsize>,
}

impl Listener {
    /// Answers every request with this.
    pub fn start(answer: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (heard, open) = (Arc::default(), Arc::new(AtomicUsize::new(0)));
        let (told, opened) = (Arc::clone(&heard), Arc::clone(&open));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                opened.fetch_add(1, Ordering::SeqCst);
                let (told, opened, answer) = (Arc::clone(&told), Arc::clone(&opened), answer.clone());
                thread::spawn(move || {
                    hear(stream, &told, &answer);
                    opened.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, heard, open }
    }

    /// Has nothing for anybody.
    pub fn silent() -> Self {
        Self::start("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned())
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The first line of all that came since this was asked last, once nobody speaks any more. A connection counts when
    /// nothing is said in it, too.
    pub fn heard(&self) -> Vec<String> {
        while self.open.load(Ordering::SeqCst) > 0 {
            thread::sleep(Duration::from_millis(10));
        }
        std::mem::take(&mut *self.heard.lock().expect("no panic there"))
    }
}

fn hear(mut stream: TcpStream, told: &Mutex<Vec<String>>, answer: &str) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let mut bytes = [0; 16 << 10];
    let length = stream.read(&mut bytes).unwrap_or(0);
    let text = String::from_utf8_lossy(&bytes[..length]);
    let line = text.lines().next().unwrap_or("(nothing said)").to_owned();
    told.lock().expect("no panic here").push(line);
    let _ = stream.write_all(answer.as_bytes());
}
