//! The HTTP transport: one thread, one event loop, as many connections as come.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::body::Body;
use crate::call::Call;
use crate::desk::{Conditions, Desk};
use crate::ledger::Ledger;
use crate::mishaps::Mishap;
use crate::world::World;

/// No simulated operation has an input near this size.
const LARGEST_BODY: usize = 1 << 20;

/// A world served over HTTP until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    credentials: (String, String),
    desk: Arc<Desk>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens (port 0 takes any free port) and answers each request after the latency. Hundreds of requests can
    /// wait at once.
    pub fn start(world: World, listen: SocketAddr, latency: Duration) -> io::Result<Self> {
        let conditions = Conditions {
            latency,
            ..Conditions::default()
        };
        Self::start_under(conditions, world, listen)
    }

    /// The same under conditions that may be worse than slow. What happens before anything is sent cannot be played
    /// here: a host without a name is one that hangs up.
    pub fn start_under(conditions: Conditions, world: World, listen: SocketAddr) -> io::Result<Self> {
        let key = world
            .access_keys
            .first()
            .map(|key| (key.id.clone(), key.secret.clone()));
        let credentials =
            key.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no access key in the world"))?;
        let listener = TcpListener::bind(listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let desk = Arc::new(Desk::new(world, conditions));
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&desk);
        let thread = std::thread::Builder::new()
            .name("trailaudit-sim".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        _ = stopped => {}
                        () = accept(listener, shared) => {}
                    }
                });
            })?;
        Ok(Self {
            address,
            credentials,
            desk,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The URL to point `AWS_ENDPOINT_URL` at.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Access key id and secret of the management account's auditor.
    #[must_use]
    pub fn credentials(&self) -> (String, String) {
        self.credentials.clone()
    }

    /// What was asked so far.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        self.desk.ledger()
    }

    /// As [`Desk::befall`].
    pub fn befall(&self, operation: &'static str, calls: RangeInclusive<u64>, mishap: Mishap) {
        self.desk.befall(operation, calls, mishap);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Either may be over already; then there is nothing to stop.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn accept(listener: TcpListener, desk: Arc<Desk>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: some will be free again.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Only a matter of speed.
        let _ = stream.set_nodelay(true);
        let desk = Arc::clone(&desk);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let desk = Arc::clone(&desk);
                async move { serve(&desk, request).await }
            });
            // The client is free to hang up whenever it likes.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// Without an answer the connection is closed.
async fn serve(desk: &Desk, request: Request<Incoming>) -> io::Result<Response<Body>> {
    let now = now();
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(body) => body.to_bytes().into(),
        // What is too large or broken off is answered as what it is without a body: malformed.
        Err(_) => Vec::new(),
    };
    let header = |name: &str| head.headers.get(name)?.to_str().ok().map(str::to_owned);
    let place = head.uri.path_and_query().map_or("/", |place| place.as_str());
    let call = Call::received(now, head.method.as_str(), place, header, body);
    desk.serve(call)
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::ConnectionReset))
}

fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let milliseconds = i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;
    use std::time::Instant;

    use super::*;
    use crate::rehearsal::world;

    /// The answer to one request, head and body.
    fn ask(server: &Server, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(server.address).unwrap();
        let head = format!(
            "Host: sim\r\nConnection: close\r\nContent-Length: {}\r\n{headers}",
            body.len()
        );
        stream
            .write_all(format!("POST / HTTP/1.1\r\n{head}\r\n{body}").as_bytes())
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn signed(server: &Server, service: &str) -> String {
        let (key_id, _) = server.credentials();
        let scope = format!("{key_id}/20261120/us-east-1/{service}/aws4_request");
        format!("Authorization: AWS4-HMAC-SHA256 Credential={scope}, Signature=0\r\n")
    }

    fn start(latency: Duration) -> Server {
        Server::start(world(), ([127, 0, 0, 1], 0).into(), latency).unwrap()
    }

    #[test]
    fn an_answer_has_the_headers_of_aws_and_is_counted() {
        let server = start(Duration::ZERO);
        let target = "X-Amz-Target: com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.DescribeTrails\r\n";
        let answer = ask(&server, &(signed(&server, "cloudtrail") + target), "{}");
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        for header in [
            "content-type: application/x-amz-json-1.1",
            "x-amzn-requestid: ",
            "date: ",
        ] {
            assert!(answer.contains(header), "{answer}");
        }
        let refused = ask(
            &server,
            &(signed(&server, "kms") + "X-Amz-Target: TrentService.DescribeKey\r\n"),
            "{",
        );
        assert!(
            refused.contains("x-amzn-errortype: SerializationException"),
            "{refused}"
        );
        assert!(ask(&server, "", "Action=GetCallerIdentity").starts_with("HTTP/1.1 403"));
        let ledger = server.ledger();
        assert_eq!((ledger.total(), ledger.count("cloudtrail", "DescribeTrails")), (3, 1));
        assert_eq!(
            ledger.asked("DescribeTrails"),
            [("111111111111/us-east-1".to_owned(), 1)].into()
        );
        assert_eq!(ledger.refused[&("DescribeKey", "SerializationException")], 1);
    }

    #[test]
    fn a_connection_breaks_before_the_answer_or_in_it() {
        let conditions = Conditions {
            faults: crate::Faults::named("reset", 7),
            ..Conditions::default()
        };
        let server = Server::start_under(conditions, world(), ([127, 0, 0, 1], 0).into()).unwrap();
        let headers = signed(&server, "cloudtrail") + "X-Amz-Target: X.DescribeTrails\r\n";
        let (mut none, mut part, mut whole) = (0, 0, 0);
        for number in 0..100 {
            let answer = ask(&server, &headers, &format!("{{\"number\": {number}}}"));
            match answer.split_once("\r\n\r\n") {
                None => none += 1,
                Some((_, body)) if body.ends_with('}') => whole += 1,
                Some((head, body)) => {
                    assert!(head.contains("200 OK") && head.contains("content-length"), "{head}");
                    assert!(body.starts_with("{\"trailList\""), "{body}");
                    part += 1;
                }
            }
        }
        assert!(none > 2 && part > 2 && whole > 50, "{none} {part} {whole}");
        assert_eq!(server.ledger().faults, [("reset", none + part)].into());
    }

    #[test]
    fn many_requests_wait_at_once() {
        let server = start(Duration::from_millis(100));
        let begun = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..40 {
                scope.spawn(|| ask(&server, &signed(&server, "sts"), "Action=GetCallerIdentity"));
            }
        });
        assert!(
            begun.elapsed() < Duration::from_secs(2),
            "one after the other they would take four seconds"
        );
        assert!(server.ledger().most_in_flight > 4);
    }

    #[test]
    fn a_dropped_server_gives_its_port_back() {
        let server = start(Duration::from_mins(1));
        let address = server.address;
        let mut idle = TcpStream::connect(address).unwrap();
        drop(server);
        assert_eq!(idle.read(&mut [0]).unwrap_or(0), 0);
        assert!(TcpStream::connect(address).is_err());
    }
}
