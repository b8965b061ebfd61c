//! `trailaudit report`: a package in another format.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use trailaudit_aws::reconcile::Peer;
use trailaudit_aws::write_new;

use crate::arguments::{Report, View};
use crate::elsewhere::elsewhere_than;
use crate::error::{CommandError, Result, known_region};
use crate::exit::Exit;
use crate::package::open;
use crate::report::format::{Format, Table};
use crate::report::remediation::{self, Language};
use crate::report::{folder, reconcile, refuse_existing, told, trend, write};
use crate::terminal::Terminal;
use crate::visible::Screen;

/// Runs the command.
pub(crate) fn run(report: &Report) -> Result<Exit> {
    let wanted = wanted(report)?;
    let out = report.out.as_deref();
    if let Some(out) = out {
        elsewhere_than("out", out, report.chain.iter().chain([&report.package]), "the package")?;
        refuse_existing(out)?;
    }
    let pages = match (&wanted, out) {
        (Wanted::Findings { format, .. }, Some(out)) if *format == Format::Html => Some(folder::beside(out)?),
        _ => None,
    };
    let package = open(&report.package)?;
    let written = match wanted {
        Wanted::Trend(chain) => {
            let before = chain.iter().map(|path| open(path)).collect::<Result<Vec<_>>>()?;
            let packages: Vec<_> = before.iter().chain([&package]).map(|files| &**files).collect();
            to(out, false, &mut |out| trend::write(&packages, out))
        }
        Wanted::Findings { format, table, region } => folder::with(pages.as_deref(), &*package, || {
            to(out, format == Format::Json, &mut |out| {
                write(&*package, format, table, region, out)
            })
        }),
        Wanted::Comparison(peer) => {
            let terms = reconcile::terms(&report.package, &*package)?;
            to(out, false, &mut |out| reconcile::write(&*package, &terms, peer, out))
        }
        Wanted::Plan(language) => {
            reconcile::terms(&report.package, &*package)?;
            to(out, false, &mut |out| remediation::write(&*package, language, out))
        }
    };
    match written {
        // A reader that has seen enough is no error.
        Err(error) if out.is_none() && error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(error) => Err(told(out.unwrap_or(Path::new("stdout")), &report.package, error)),
        Ok(()) => Ok(Exit::Done),
    }
}

/// What is asked for.
enum Wanted<'a> {
    Findings {
        format: Format,
        table: Table,
        region: Option<&'a str>,
    },
    Comparison(Peer),
    Plan(Language),
    Trend(&'a [PathBuf]),
}

/// Refuses what cannot be meant.
fn wanted(report: &Report) -> Result<Wanted<'_>> {
    let format = report.format;
    if report.table.is_some() && !matches!(format, View::Of(Format::Csv | Format::Json)) {
        return Err(CommandError::usage(
            "--table: only the formats csv and json are one table",
        ));
    }
    if let Some(region) = &report.region {
        if format != View::Of(Format::Asff) {
            return Err(CommandError::usage("--region: only the format asff is for one Region"));
        }
        known_region(region)?;
    }
    if report.language.is_some() && format != View::Remediation {
        return Err(CommandError::usage(
            "--language: only the format remediation has languages",
        ));
    }
    if (format == View::Trend) == report.chain.is_empty() {
        return Err(if report.chain.is_empty() {
            CommandError::usage("--format trend: it does not say which packages came before")
                .hint("name at least one with --chain PACKAGE")
        } else {
            CommandError::usage("--chain: only the format trend is of several packages")
        });
    }
    match (format, report.peer) {
        (View::Trend, None) => Ok(Wanted::Trend(&report.chain)),
        (View::Of(Format::Xlsx), None) if report.out.is_none() && io::stdout().is_terminal() => {
            Err(CommandError::usage("--format: a workbook is nothing for a terminal").hint("name a file with --out"))
        }
        (View::Of(format), None) => Ok(Wanted::Findings {
            format,
            table: report.table.unwrap_or_default(),
            region: report.region.as_deref(),
        }),
        (View::Remediation, None) => Ok(Wanted::Plan(report.language.unwrap_or_default())),
        (View::Reconcile, Some(peer)) => Ok(Wanted::Comparison(peer)),
        (View::Reconcile, None) => {
            let peers = Peer::ALL.map(Peer::as_str).join("|");
            Err(
                CommandError::usage("--format reconcile: it does not say with which tool to compare")
                    .hint(format_args!("name one with --peer {peers}")),
            )
        }
        (View::Of(_) | View::Remediation | View::Trend, Some(peer)) => Err(CommandError::usage(
            "--peer: only the format reconcile compares with another tool",
        )
        .hint(format_args!("did you mean `--format reconcile --peer {peer}`?"))),
    }
}

/// Writes a file, or to stdout.
fn to(out: Option<&Path>, is_json: bool, content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    match out {
        Some(path) => write_new(path, content),
        None => to_stdout(is_json, content),
    }
}

/// Bytes for another program as they are; a terminal is shown nothing it would obey.
fn to_stdout(is_json: bool, content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let stdout = io::stdout().lock();
    if !stdout.is_terminal() {
        let mut out = BufWriter::with_capacity(64 << 10, stdout);
        return content(&mut out).and_then(|()| out.flush());
    }
    let mut out = BufWriter::new(Screen::new(stdout, is_json, Terminal::stdout()));
    content(&mut out).and_then(|()| out.flush())
}
