//! `moto_server` on a free port, and the Organization seeded into it.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use super::rows::Truth;

/// A moto of one's own; it stops when dropped.
pub struct Moto {
    server: Child,
    endpoint: String,
}

impl Moto {
    /// Starts it and waits until it answers.
    pub fn start() -> Self {
        // Port 0: the system picks a free one, and moto's own log says which.
        let mut server = Command::new(python())
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("TRAILAUDIT_PYTHON can be run");
        let log = server.stderr.take().expect("its log is piped");
        let endpoint = endpoint_of(log);
        let mut moto = Self {
            server,
            endpoint: String::new(),
        };
        moto.endpoint = endpoint.unwrap_or_else(|log| panic!("moto did not start:\n{log}"));
        moto
    }

    /// Where it listens.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Plants the Organization; gives what a right audit must find there.
    pub fn seed(&self) -> Truth {
        serde_json::from_slice(&self.run("seed.py")).expect("the seed prints what it planted")
    }

    /// Makes a P-256 key that signs; gives its ARN.
    pub fn signing_key(&self) -> String {
        serde_json::from_slice(&self.run("signing_key.py")).expect("the script prints the key")
    }

    /// What a script beside this file prints.
    fn run(&self, script: &str) -> Vec<u8> {
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("tests/moto")
            .join(script);
        let output = Command::new(python())
            .arg("-B")
            .arg(script)
            .env("AWS_ENDPOINT_URL", self.endpoint())
            .env("AWS_ACCESS_KEY_ID", "testing")
            .env("AWS_SECRET_ACCESS_KEY", "testing")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env_remove("AWS_SESSION_TOKEN")
            .env_remove("AWS_PROFILE")
            .stderr(Stdio::inherit())
            .output()
            .expect("TRAILAUDIT_PYTHON can be run");
        assert!(output.status.success(), "the script ended with {}", output.status);
        output.stdout
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn python() -> String {
    std::env::var("TRAILAUDIT_PYTHON").expect("TRAILAUDIT_PYTHON names a Python that has moto[server] and boto3")
}

/// The address in the log, or the log when it ends without one. The log is read to its end, lest the server block.
fn endpoint_of(log: impl Read + Send + 'static) -> Result<String, String> {
    let (found, address) = mpsc::channel();
    std::thread::spawn(move || {
        let mut lines = String::new();
        let mut found = Some(found);
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            if let Some((_, address)) = line.split_once("Running on ") {
                found.take().map(|found| found.send(Ok(address.trim().to_owned())));
            }
            // Every request is a line: only the beginning is of use, when nothing starts.
            if found.is_some() {
                lines += &line;
                lines.push('\n');
            }
        }
        found.map(|found| found.send(Err(lines)))
    });
    address
        .recv_timeout(Duration::from_mins(1))
        .unwrap_or_else(|_| Err("silent for a minute".into()))
}
