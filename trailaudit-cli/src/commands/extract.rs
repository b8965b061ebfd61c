//! `trailaudit extract`: one account's part of a package, with its proof.

use trailaudit_core::evidence;

use crate::arguments::Extract;
use crate::elsewhere::elsewhere_than;
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::package::{make_folder, open, open_folder, remove_folder};
use crate::summary::print;

/// Runs the command.
pub(crate) fn run(extract: &Extract) -> Result<Exit> {
    elsewhere_than("out", &extract.out, [&extract.package], "the package")?;
    let package = open(&extract.package)?;
    let made = make_folder(&extract.out)?;
    let written = open_folder(&extract.out).and_then(|mut out| {
        let account = extract.account.as_str().into();
        evidence::extract(&*package, &account, &mut out)
            .map_err(|error| CommandError::failed(format_args!("{}: {error}", extract.package.display())))
    });
    written.inspect_err(|_| remove_folder(&extract.out, made))?;
    let out = extract.out.display();
    print(&format!(
        "extract   {out}: account {}, its records, findings and the proof that they are part of the package\n\
         Verify    trailaudit verify {out} --key SIGNER.pub.pem\n",
        extract.account
    ))?;
    Ok(Exit::Done)
}
