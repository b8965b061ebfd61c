//! Log lines on stderr.

use std::io::{self, Write};

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

use crate::arguments::{Form, Output};
use crate::progress::aside;
use crate::terminal::Terminal;
use crate::visible::Screen;

/// stderr, beside what is drawn there.
struct Beside;

impl Write for Beside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        aside(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Starts logging as the command line asks: warnings of our own unless told otherwise.
pub(crate) fn start(output: &Output) {
    let (ours, others) = match output.verbose {
        _ if output.quiet => (Level::ERROR, Level::ERROR),
        0 => (Level::WARN, Level::ERROR),
        1 => (Level::INFO, Level::WARN),
        2 => (Level::DEBUG, Level::INFO),
        _ => (Level::TRACE, Level::DEBUG),
    };
    let targets = ["trailaudit", "trailaudit_aws", "trailaudit_core"].map(|target| (target, ours));
    let filter = Targets::new().with_default(others).with_targets(targets);
    // By which request KMS signed is told once and kept nowhere else.
    let filter = match output.verbose {
        0 if !output.quiet => filter.with_target("trailaudit_aws::signer", Level::INFO),
        _ => filter,
    };
    let json = matches!(output.log_format, Form::Json);
    let terminal = Terminal::stderr();
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(move || Screen::new(Beside, json, terminal))
        .with_ansi(false);
    match output.log_format {
        Form::Text => tracing_subscriber::registry().with(lines.with_filter(filter)).init(),
        Form::Json => tracing_subscriber::registry()
            .with(lines.json().with_filter(filter))
            .init(),
    }
}
