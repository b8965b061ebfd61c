//! `trailaudit init`: what is there before the first audit.

mod config;
mod role;
mod stackset;

use std::path::Path;

use serde_json::Value;
use trailaudit_aws::{LeastPrivilege, write_new, write_whole};

use super::audit::terms;
use crate::arguments::{Init, Setup, Wanted};
use crate::elsewhere::elsewhere;
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::report::refuse_existing;
use crate::summary::print;

/// Runs the command.
pub(crate) fn run(init: &Init) -> Result<Exit> {
    let out = init.out.as_deref();
    out.map_or(Ok(()), |out| elsewhere("out", out))?;
    if let Some(out) = out.filter(|_| !init.overwrite) {
        refuse_existing(out).map_err(|error| error.hint("name another, or write in its place with --overwrite"))?;
    }
    let text = match &init.what {
        None | Some(Setup::Config) => config::TEXT.to_owned(),
        Some(Setup::Role(role)) => role::text(role)?,
        Some(Setup::Stackset(stackset)) => stackset::text(stackset)?,
    };
    match out {
        None => print(&text)?,
        Some(out) => write(out, &text, init.overwrite)?,
    }
    Ok(Exit::Done)
}

fn write(out: &Path, text: &str, overwrite: bool) -> Result<()> {
    let content = &mut |file: &mut dyn std::io::Write| file.write_all(text.as_bytes());
    let written = if overwrite {
        write_whole(out, content)
    } else {
        write_new(out, content)
    };
    written.map_err(|error| CommandError::file(out, &error))
}

/// A role with its path, and what it must be allowed.
struct Role {
    /// `/` or `/some/path/`.
    path: String,
    name: String,
    least: LeastPrivilege,
}

impl Role {
    fn of(wanted: &Wanted) -> Result<Self> {
        let (rules, _) = terms(&wanted.judge)?;
        let given = wanted.role_name.trim_start_matches('/');
        let (path, name) = given
            .rsplit_once('/')
            .map_or(("/".to_owned(), given), |(path, name)| (format!("/{path}/"), name));
        let is_word =
            |text: &str, besides: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || besides.contains(c));
        if !(1..=64).contains(&name.len())
            || !is_word(name, "+=,.@-_")
            || !is_word(&path, "+=,.@-_/")
            || path.contains("//")
        {
            let told = format_args!(
                "--role-name: {:?} is not the name of a role, with or without its path",
                wanted.role_name
            );
            return Err(CommandError::usage(told));
        }
        Ok(Self {
            path,
            name: name.to_owned(),
            least: LeastPrivilege::of(&rules, wanted.plan.into()),
        })
    }

    /// As `--role-name` takes it.
    fn full_name(&self) -> String {
        format!("{}{}", self.path.trim_start_matches('/'), self.name)
    }
}

/// A policy document as it is pasted.
fn document(policy: &Value) -> String {
    format!("{policy:#}\n")
}
