//! Verifiers that are run as commands.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::{Answer, Question};

const BY_HAND: &str = include_str!("by_hand.sh");
const PYTHON: &str = include_str!("envelope.py");
const NODE: &str = include_str!("bundle.cjs");

/// The steps of VERIFY.md, in a folder of their own.
pub(crate) fn openssl(question: &Question<'_>) -> io::Result<Answer> {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes);
    write("bundle.json", question.bundle)?;
    write("manifest.json", question.manifest)?;
    write("key.pem", question.key_pem.as_bytes())?;
    let root = question.authority.last();
    if let Some(root) = root {
        write("root.pem", root.as_bytes())?;
    }
    let mut command = Command::new("bash");
    command.args(["-c", BY_HAND]).current_dir(folder.path());
    let output = run(&mut command, b"")?;
    let told = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    match output.status.code() {
        Some(0) => Ok(Answer::Accepted),
        // The script's own word for "no"; anything else is a tool that is missing or failed.
        Some(5) => Ok(Answer::Rejected(told)),
        _ => Err(io::Error::other(told)),
    }
}

/// Python, named by `TRAILAUDIT_PYTHON`.
pub(crate) fn securesystemslib(question: &Question<'_>) -> io::Result<Answer> {
    let python = variable("TRAILAUDIT_PYTHON")?;
    let mut command = Command::new(python);
    command.args(["-I", "-c", PYTHON]);
    answer(&run(&mut command, asked(question)?.as_bytes())?)
}

/// Node, below the folder `TRAILAUDIT_NODE` names, which is of the version the packages there ask for.
pub(crate) fn sigstore_js(question: &Question<'_>) -> io::Result<Answer> {
    let modules = Path::new(&variable("TRAILAUDIT_NODE")?).join("node_modules");
    let mut command = Command::new(modules.join(".bin/node"));
    command.args(["-e", NODE]).env("NODE_PATH", &modules);
    answer(&run(&mut command, asked(question)?.as_bytes())?)
}

/// The question in JSON, as both scripts read it.
fn asked(question: &Question<'_>) -> io::Result<String> {
    let bundle = str::from_utf8(question.bundle).map_err(io::Error::other)?;
    Ok(json!({
        "bundle": bundle,
        "key": question.key_pem,
        "fingerprint": question.fingerprint,
        "authority": question.authority,
    })
    .to_string())
}

/// What a script printed: `{"accepted": true}`, or why not.
fn answer(output: &Output) -> io::Result<Answer> {
    let failed = || io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned());
    let said: Value = serde_json::from_slice(&output.stdout).map_err(|_| failed())?;
    match (&said["accepted"], &said["why"]) {
        (Value::Bool(true), Value::Null) => Ok(Answer::Accepted),
        (Value::Bool(false), Value::String(why)) => Ok(Answer::Rejected(why.clone())),
        _ => Err(failed()),
    }
}

fn run(command: &mut Command, input: &[u8]) -> io::Result<Output> {
    let program = Path::new(command.get_program()).to_owned();
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", program.display()));
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(named)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input)?;
    }
    child.wait_with_output()
}

fn variable(name: &str) -> io::Result<impl AsRef<OsStr>> {
    env::var_os(name).ok_or_else(|| io::Error::other(format!("{name} is not set: .ci/test sets it")))
}
