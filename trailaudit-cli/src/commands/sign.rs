//! `trailaudit sign`: a signature added to a package that is closed.

use std::fmt::Write;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use trailaudit_aws::is_aws_host;
use trailaudit_core::evidence::package::MANIFEST;
use trailaudit_core::evidence::verify::Code;
use trailaudit_core::evidence::{Declaration, NotSignable, Options, Person, Role, Signable, Statement, verify};

use crate::arguments::AddSignature;
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::package::{beside, open_folder};
use crate::report::signatures;
use crate::signing::{Clock, Keys, check, meaning, now, store};
use crate::summary::print;

/// How many problems of a package are told: who wants them all asks `verify`.
const MOST_TOLD: usize = 10;

/// Runs the command.
pub(crate) fn run(sign: &AddSignature) -> Result<Exit> {
    let folder = sign.package.as_path();
    let role = Role::from_str(&sign.role).map_err(|error| CommandError::usage(format_args!("--role: {error}")))?;
    let meaning = meaning(&sign.meaning)?;
    let id = sign.id.as_ref().unwrap_or(&sign.name);
    check("name", &sign.name)?;
    check("id", id)?;

    let package = open_folder(folder)?;
    let _alone = lock(folder)?;
    let options = options(sign);
    let signable = Signable::check(&package, &options).map_err(|error| refused(folder, &error))?;
    let clock = sign.tsa.as_deref().map(Clock::at).transpose()?;
    let keys = Keys::open("key", [&sign.key])?;
    let [key] = keys.all() else {
        return Err(CommandError::usage("--key: one key signs at a time"));
    };
    let declaration = Declaration {
        role: role.clone(),
        meaning,
        signer: Person {
            printed_name: sign.name.clone(),
            id: id.clone(),
        },
        time: now(),
    };
    let statement = signable
        .statement(declaration, key.public(), key.arn())
        .map_err(|error| refused(folder, &error))?;
    let mut bundle = keys.sign(key, &statement)?;
    if let Some(clock) = clock {
        bundle = clock.stamp(&bundle, signable.collection_ended())?;
    }
    let file = store(folder, &signable.name(role), &bundle, key.public())?;
    let mut told = told(&file, &statement, &key.public().fingerprint().to_string());
    // The signature is in the package, whatever becomes of its page.
    match signature_page(folder, sign) {
        Ok(page) => _ = writeln!(told, "page         {}", page.display()),
        Err(error) => {
            _ = writeln!(told, "page         not written");
            tracing::warn!(
                "the package is signed, but the signature page was not written: {}; `trailaudit verify {} --key \
                 SIGNER.pub.pem --render FILE` makes it",
                error.what(),
                folder.display()
            );
        }
    }
    print(&told)?;
    Ok(Exit::Done)
}

/// What the package may be like that is signed.
fn options(sign: &AddSignature) -> Options<'static> {
    Options::default()
        .allow_simulated(sign.allow_simulated)
        .accept_revised(sign.accept_revised)
        .own_hosts(is_aws_host)
}

/// Writes the signature page beside the package, from the statements as they stand now.
fn signature_page(folder: &Path, sign: &AddSignature) -> Result<PathBuf> {
    let path = beside(folder, ".signatures.html");
    let report = verify(&open_folder(folder)?, &options(sign));
    let (Some(manifest), Some(sha256)) = (report.manifest, report.manifest_sha256) else {
        return Err(CommandError::failed(format_args!(
            "{}: the package has no manifest",
            folder.display()
        )));
    };
    let refused = |error| CommandError::file(&path, &error);
    let page = signatures::page(&manifest, sha256, &report.signatures, false).map_err(refused)?;
    signatures::write(&path, &page)?;
    Ok(path)
}

fn told(file: &Path, statement: &Statement, fingerprint: &str) -> String {
    let Statement {
        role,
        meaning,
        signer,
        declared_time,
        countersigns,
        key_arn,
        ..
    } = statement;
    let mut out = format!("signature    {}\n", file.display());
    let signer = format!("{} ({})", signer.printed_name, signer.id);
    _ = writeln!(
        out,
        "signer       {signer}, {role}, {}, {declared_time:.0}",
        meaning.as_str()
    );
    _ = writeln!(out, "key          {fingerprint}");
    if let Some(arn) = key_arn {
        _ = writeln!(out, "             {arn}");
    }
    let before = match countersigns.len() {
        0 => "it is the first signature".to_owned(),
        1 => "it countersigns the signature before it".to_owned(),
        n => format!("it countersigns the {n} signatures before it"),
    };
    _ = writeln!(out, "order        {before}");
    out
}

/// Two processes that sign one package at once would take the same number.
fn lock(folder: &Path) -> Result<Option<File>> {
    let path = folder.join(MANIFEST);
    // What the package lacks is told when it is checked.
    let Ok(manifest) = File::open(&path) else {
        return Ok(None);
    };
    match manifest.try_lock() {
        Err(TryLockError::WouldBlock) => Err(CommandError::failed(format_args!(
            "{}: another process is signing this package",
            folder.display()
        ))
        .hint("try again when it is done")),
        // Where files cannot be locked, the name of a signature still is taken only once.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(manifest)),
    }
}

fn refused(folder: &Path, error: &NotSignable) -> CommandError {
    let mut what = format!("{}: {error}", folder.display());
    let hint = match error {
        NotSignable::DoesNotHold(problems) => {
            for problem in problems.iter().take(MOST_TOLD) {
                // What a package says must not pass for a line of ours.
                _ = write!(what, "\n  {}", problem.to_string().replace(['\n', '\t'], "\u{fffd}"));
            }
            let is_only = |code: Code| problems.iter().all(|problem| problem.code == code);
            match problems.as_slice() {
                [_, ..] if is_only(Code::Simulated) => "--allow-simulated signs it all the same",
                [_, ..] if is_only(Code::InstructionsRevised) => {
                    "another version made it: read its VERIFY.md and verify.sh; --accept-revised signs it all the same"
                }
                _ => "`trailaudit verify` tells all that is wrong; nothing was signed",
            }
        }
        NotSignable::IsExtract => "sign the package itself: the next extracts of it have the signature",
        NotSignable::KeyUsed { .. } => "every signature is another person's, with a key of their own",
        _ => "nothing was signed",
    };
    CommandError::failed(what).hint(hint)
}
