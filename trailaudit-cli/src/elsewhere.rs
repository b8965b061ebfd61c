//! Where a command may write: nowhere in a package, nor in what it reads.

use std::path::{Component, Path, PathBuf};

use trailaudit_core::evidence::package::{ACCOUNTS_INDEX, MANIFEST};

use crate::error::{CommandError, Result};

/// Refuses a place in a package: asked before anything else is.
pub(crate) fn elsewhere(option: &str, out: &Path) -> Result<()> {
    let resolved = resolved(out);
    match resolved.ancestors().skip(1).find(|folder| is_package(folder)) {
        None => Ok(()),
        Some(package) => {
            let called = format!("the package {}", package.display());
            Err(within(option, out, &called, "a package"))
        }
    }
}

/// The same, and refuses a place in what the command reads, by whatever it is called.
pub(crate) fn elsewhere_than<'a>(
    option: &str,
    out: &Path,
    read: impl IntoIterator<Item = &'a PathBuf>,
    called: &str,
) -> Result<()> {
    elsewhere(option, out)?;
    let resolved = resolved(out);
    let holds = |read: &PathBuf| read.is_dir() && read.canonicalize().is_ok_and(|read| resolved.starts_with(read));
    if read.into_iter().any(holds) {
        return Err(within(option, out, called, called));
    }
    Ok(())
}

fn within(option: &str, out: &Path, called: &str, what: &str) -> CommandError {
    CommandError::usage(format_args!("--{option}: {} lies in {called}", out.display()))
        .hint(format_args!("name a place elsewhere: {what} must not change"))
}

/// Whether a directory is a package, or an extract of one, whatever became of it.
fn is_package(folder: &Path) -> bool {
    [MANIFEST, ACCOUNTS_INDEX]
        .iter()
        .all(|file| folder.join(file).is_file())
}

/// Where a path leads, of which the end may not exist yet.
fn resolved(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut resolved = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::ParentDir => _ = resolved.pop(),
            part => resolved.push(part),
        }
        resolved = resolved.canonicalize().unwrap_or(resolved);
    }
    resolved
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn whatever_way_leads_into_a_package_is_refused() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |path: &str| scratch.path().join(path);
        fs::create_dir_all(at("package/accounts")).unwrap();
        fs::write(at("package/manifest.json"), "{}").unwrap();
        symlink("package", at("link")).unwrap();
        symlink("package/new", at("file")).unwrap();
        let refused = |out: &str| elsewhere("out", &at(out)).err().map(|error| error.to_string());
        // Others have a manifest.json as well.
        assert_eq!(refused("package/new"), None);

        fs::write(at("package/accounts/index.jsonl"), "").unwrap();
        fs::write(at("package/new"), "").unwrap();
        for out in [
            "package/new",
            "package/some/where/below",
            "package/accounts/../new",
            "link/other",
            "link/../package/other",
            "file",
            "none/../package/other",
        ] {
            let told = refused(out).unwrap_or_default();
            assert!(
                told.contains("/package\n") && told.contains(" lies in the package "),
                "{out}: {told}"
            );
            assert!(told.contains("a package must not change"), "{out}: {told}");
        }
        for out in ["package", "package.html", "other", "package/../other", "link/../other"] {
            assert_eq!(refused(out), None, "{out}");
        }
    }

    #[test]
    fn what_is_read_is_not_written_into() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |path: &str| scratch.path().join(path);
        fs::create_dir(at("records")).unwrap();
        fs::write(at("package.zip"), "").unwrap();
        let read = [at("package.zip"), at("records"), at("none")];
        let refused = |out: &str| elsewhere_than("out", &at(out), &read, "what is judged").is_err();
        assert!(refused("records") && refused("records/new/one"));
        assert!(!refused("records-of-another") && !refused("package.zip.html") && !refused("none/new"));
    }
}
