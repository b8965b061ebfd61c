//! `trailaudit diff`: what changed from one verified package to another.

mod text;

use std::io::{self, BufWriter, Write};
use std::path::Path;

use trailaudit_core::evidence::diff::v1::Relation;
use trailaudit_core::evidence::diff::{Diff, DiffError, Side};
use trailaudit_core::evidence::verify::Code;
use trailaudit_core::evidence::{Files, Report, verify};

use crate::arguments::{Diff as Arguments, DiffForm};
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::package::open;
use crate::terminal::Terminal;
use crate::trust::{options, trust};
use crate::visible::{Screen, in_one_line};

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> Result<Exit> {
    let trust = trust(&arguments.checks)?;
    let mut options = options(&arguments.checks);
    options.trust = trust.as_ref();
    let (old, new) = (open(&arguments.old)?, open(&arguments.new)?);
    let (was, is) = (verify(&*old, &options), verify(&*new, &options));
    let named = [("old", arguments.old.as_path(), &was), ("new", &arguments.new, &is)];
    refuse_unverified(&named)?;
    let sides = (side(&arguments.old, &*old, &was)?, side(&arguments.new, &*new, &is)?);
    let diff = Diff::between(&sides.0, &sides.1).map_err(|error| refused(&error))?;
    warn(&diff);
    let stdout = io::stdout().lock();
    let mut out: BufWriter<Box<dyn Write>> = BufWriter::new(match arguments.format {
        DiffForm::Csv => Box::new(stdout),
        form => Box::new(Screen::new(stdout, matches!(form, DiffForm::Json), Terminal::stdout())),
    });
    let written = match arguments.format {
        DiffForm::Text => text::write(&diff, &mut out),
        DiffForm::Json => diff.write_json(&mut out),
        DiffForm::Csv => diff.write_csv(&mut out),
    };
    match written.and_then(|()| out.flush().map_err(DiffError::Out)) {
        // A reader that has seen enough is no error.
        Err(DiffError::Out(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(DiffError::Out(error)) => Err(CommandError::failed(format_args!("stdout: {error}"))),
        Err(error) => Err(refused(&error)),
        Ok(()) => Ok(Exit::Done),
    }
}

/// Nothing is compared that does not verify; what is wrong is told of both packages at once.
fn refuse_unverified(packages: &[(&str, &Path, &Report)]) -> Result<()> {
    let mut told = Vec::new();
    let mut hint = None;
    for (which, path, report) in packages.iter().filter(|(.., report)| !report.is_verified()) {
        told.push(format!("the {which} package, {}, does not verify:", path.display()));
        for problem in &report.problems {
            // What a package says must not pass for a line of ours.
            told.push(format!("  {}", problem.to_string().replace(['\n', '\t'], "\u{fffd}")));
            hint = hint.or((problem.code == Code::NoTrust).then_some(
                "give the signers' public keys, had from elsewhere than the packages, with --key PEM or --trust FILE",
            ));
        }
    }
    if told.is_empty() {
        return Ok(());
    }
    let error = CommandError::refused(told.join("\n"));
    Err(match hint {
        Some(hint) => error.hint(hint),
        None => error,
    })
}

fn side<'a>(path: &Path, files: &'a dyn Files, report: &'a Report) -> Result<Side<'a>> {
    Side::of(files, report).map_err(|error| match error {
        DiffError::IsExtract => CommandError::usage(format_args!("{}: {error}", path.display())),
        error => refused(&error),
    })
}

fn refused(error: &DiffError) -> CommandError {
    // What a package says must not pass for a line of ours.
    let told = in_one_line(&error.to_string());
    match error {
        DiffError::AnotherOrganization { .. } | DiffError::IsExtract => CommandError::usage(told),
        DiffError::NotVerified => CommandError::refused(told),
        _ => CommandError::failed(told),
    }
}

/// Two packages that do not name each other may have others between them.
fn warn(diff: &Diff<'_>) {
    let head = diff.head();
    match head.relation {
        Relation::Same | Relation::Successor | Relation::Correction => {}
        Relation::Reversed => tracing::warn!("the old package comes after the new one: are they the wrong way round?"),
        Relation::Unshown if head.new.as_of < head.old.as_of => {
            tracing::warn!(
                "the new package does not name the old one as previous, and speaks about an earlier moment: are they \
                 the wrong way round?"
            );
        }
        Relation::Unshown => {
            tracing::warn!("the new package does not name the old one as previous: there may be others between them");
        }
    }
    if !head.scope_changed.is_empty() {
        tracing::warn!(
            "the packages have other scopes ({}): accounts and Regions may be gained or lost by that alone",
            head.scope_changed.join(", ")
        );
    }
}
