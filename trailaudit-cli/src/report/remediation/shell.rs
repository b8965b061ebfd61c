//! The plan as a script: nothing happens until it is given an account, and only with that account's credentials.

use std::collections::BTreeSet;
use std::io::{self, Write};

use trailaudit_core::tables::rfc3339;

use super::step::Step;
use super::variables::{TRAIL_KEY, VARIABLES};
use super::{Plan, Steps};
use crate::report::source::Source;
use crate::visible::in_one_line;

/// What the steps are written with.
const FUNCTIONS: &str = r#"
# Stops unless the credentials in the environment are those of the account.
is_account() {
  here=$(aws sts get-caller-identity --query Account --output text)
  if [ "$here" != "$1" ]; then
    printf 'these are credentials of %s, not of %s: nothing was changed\n' "$here" "$1" >&2
    exit 1
  fi
}

step() { printf '%s\n' "$1" >&2; }

# Whether all of these variables are set; says which are not.
given() {
  for name in "$@"; do
    eval "value=\${$name:-}"
    if [ -z "$value" ]; then
      printf '  skipped: %s is not set\n' "$name" >&2
      return 1
    fi
  done
}

# Makes something, unless it is refused with this code because it is there.
unless_there() {
  code=$1
  shift
  if said=$("$@" 2>&1); then return; fi
  case $said in
  *"$code"*) ;;
  *)
    printf '%s\n' "$said" >&2
    return 1
    ;;
  esac
}

# Tries again for a minute: a role is not known everywhere at once.
patiently() {
  for pause in 4 8 16 32; do
    if "$@"; then return; fi
    sleep "$pause"
  done
  "$@"
}

# The ARN of the key for a trail: KMS_KEY_ARN, else the key that has the alias, else a new one.
key_for() {
  if [ -n "$KMS_KEY_ARN" ]; then
    printf '%s\n' "$KMS_KEY_ARN"
    return
  fi
  if aws kms describe-key --region "$1" --key-id "$2" --query KeyMetadata.Arn --output text 2>/dev/null; then return; fi
  made=$(aws kms create-key --region "$1" --description 'Encrypts the log files of a trail' --policy "$3" --query KeyMetadata.Arn --output text)
  aws kms create-alias --region "$1" --alias-name "$2" --target-key-id "$made" >&2
  aws kms enable-key-rotation --region "$1" --key-id "$made" >&2
  printf '%s\n' "$made"
}
"#;

/// Writes the script.
pub(super) fn write(source: &Source<'_>, plan: &Plan, steps: Steps, out: &mut dyn Write) -> io::Result<()> {
    head(source, plan, out)?;
    let mut accounts = Vec::new();
    steps.each(&plan.last, &mut |account, steps| {
        let name = plan.names.get(account).map_or("", String::as_str);
        writeln!(out, "\n# ---- account {} {}", in_one_line(account), in_one_line(name))?;
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return writeln!(out, "# No command is written: AWS gives no such account id.");
        }
        accounts.push(account.to_owned());
        one(account, steps, out)
    })?;
    for (account, trails) in &plan.inherited {
        for trail in trails {
            let owner = trail.split(':').nth(4).unwrap_or_default();
            let (account, owner) = (in_one_line(account), in_one_line(owner));
            writeln!(
                out,
                "# {account} inherits from {}: {owner} puts it right.",
                in_one_line(trail)
            )?;
        }
    }
    writeln!(out, "\ncase \"${{1:-}}\" in")?;
    for account in &accounts {
        writeln!(out, "{account}) account_{account} ;;")?;
    }
    let told = "printf '%s\\n' 'usage: sh FILE ACCOUNT, with credentials of that account; in this order:'";
    writeln!(out, "*)\n  {told}")?;
    for account in &accounts {
        writeln!(out, "  echo {account}")?;
    }
    writeln!(out, "  exit 2\n  ;;\nesac")
}

fn head(source: &Source<'_>, plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let manifest = source.manifest();
    writeln!(out, "#!/bin/sh")?;
    for line in about(source) {
        writeln!(out, "# {line}")?;
    }
    writeln!(
        out,
        "#\n# Read it first. `sh FILE` lists the accounts, `sh FILE ACCOUNT` changes that one."
    )?;
    if manifest.endpoint.simulated {
        writeln!(out, "# SIMULATED: these records do not come from AWS itself.")?;
    }
    writeln!(
        out,
        "# It stops at the first error and can be run again. Where a service control policy denies changes of trails, the\n\
         # role it is run with must be exempt. Afterwards audit again: only that shows what passes.\nset -eu\n\n\
         # What the records do not tell. A step that needs one of these is skipped, and says so, while it is not set."
    )?;
    let mut told = BTreeSet::new();
    for variable in VARIABLES.iter().filter(|variable| !variable.meaning.is_empty()) {
        let wanted = plan.needs.contains(variable.name) || variable.name == TRAIL_KEY;
        if wanted && told.insert(variable.name) {
            let more = if variable.name == TRAIL_KEY {
                " [one is made for each trail]"
            } else {
                ""
            };
            writeln!(out, "# {}{more}\n: \"${{{}:=}}\"", variable.meaning, variable.name)?;
        }
    }
    out.write_all(FUNCTIONS.as_bytes())
}

/// What the plan is made of, a line each.
pub(super) fn about(source: &Source<'_>) -> [String; 3] {
    let manifest = source.manifest();
    let tool = format!("{} {}", manifest.tool.name, manifest.tool.version);
    [
        in_one_line(&format!(
            "What turns failures into passes, by {tool}. Nothing of it was run."
        )),
        in_one_line(&format!(
            "Organization {}, as of {}.",
            manifest.organization.id,
            rfc3339(manifest.as_of)
        )),
        format!(
            "Package {}, SHA-256 of its manifest {}.",
            manifest.package_id,
            source.manifest_sha256()
        ),
    ]
}

fn one(account: &str, steps: &[Step], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "account_{account}() {{\n  is_account {account}")?;
    let mut written = BTreeSet::new();
    for step in steps {
        writeln!(out)?;
        for line in &step.why {
            writeln!(out, "  # {}", in_one_line(line))?;
        }
        if step.by_hand {
            writeln!(out, "  # By hand:")?;
            for command in &step.commands {
                writeln!(out, "  # {}", in_one_line(command))?;
            }
        } else if !step.commands.is_empty() {
            if written.insert(step.commands.join("\n")) {
                commands(step, out)?;
            } else {
                writeln!(out, "  # The commands are those of a step before.")?;
            }
        }
    }
    writeln!(out, "}}")
}

fn commands(step: &Step, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  step {}", step.rule)?;
    let needs: Vec<_> = step.needs.iter().map(String::as_str).collect();
    let inner = if needs.is_empty() {
        "  "
    } else {
        writeln!(out, "  if given {}; then", needs.join(" "))?;
        "    "
    };
    for command in &step.commands {
        writeln!(out, "{inner}{command}")?;
    }
    if !needs.is_empty() {
        writeln!(out, "  fi")?;
    }
    Ok(())
}
