//! `trailaudit report`: a package in another format.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use trailaudit_aws::write_new;

use super::assess::is_below;
use crate::arguments::Report;
use crate::error::{CommandError, Result, known_region};
use crate::exit::Exit;
use crate::package::open;
use crate::report::format::{Format, Table};
use crate::report::{refuse_existing, told, write};
use crate::visible::Screen;

/// Runs the command.
pub(crate) fn run(report: &Report) -> Result<Exit> {
    let table = table(report)?;
    if report.region.is_some() && report.format != Format::Asff {
        return Err(CommandError::usage("--region: only the format asff is for one Region"));
    }
    if let Some(region) = &report.region {
        known_region(region)?;
    }
    let out = report.out.as_deref();
    if out.is_none() && report.format == Format::Xlsx && io::stdout().is_terminal() {
        return Err(
            CommandError::usage("--format: a workbook is nothing for a terminal").hint("name a file with --out")
        );
    }
    if let Some(out) = out {
        refuse_existing(out)?;
        if report
            .package
            .canonicalize()
            .is_ok_and(|package| is_below(out, &package))
        {
            let what = format!("--out: {} lies in the package", out.display());
            return Err(CommandError::usage(what).hint("name a file elsewhere: a package must not change"));
        }
    }
    let package = open(&report.package)?;
    let mut content = |out: &mut dyn Write| write(&*package, report.format, table, report.region.as_deref(), out);
    let written = match out {
        Some(path) => write_new(path, &mut content),
        None => to_stdout(report.format, &mut content),
    };
    match written {
        // A reader that has seen enough is no error.
        Err(error) if out.is_none() && error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(error) => Err(told(out.unwrap_or(Path::new("stdout")), &report.package, error)),
        Ok(()) => Ok(Exit::Done),
    }
}

fn table(report: &Report) -> Result<Table> {
    match report.table {
        Some(_) if !matches!(report.format, Format::Csv | Format::Json) => Err(CommandError::usage(
            "--table: only the formats csv and json are one table",
        )),
        table => Ok(table.unwrap_or_default()),
    }
}

/// Bytes for another program as they are; a terminal is shown nothing it would obey.
fn to_stdout(format: Format, content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let stdout = io::stdout().lock();
    if !stdout.is_terminal() {
        let mut out = BufWriter::with_capacity(64 << 10, stdout);
        return content(&mut out).and_then(|()| out.flush());
    }
    let mut out = BufWriter::new(Screen::new(stdout, format == Format::Json));
    content(&mut out).and_then(|()| out.flush())
}
