//! What people should know beside what is wrong, and what to do about it.

use std::path::Path;

use jiff::SignedDuration;
use trailaudit_core::evidence::manifest::Collection;
use trailaudit_core::evidence::verify::{Code, Page};
use trailaudit_core::evidence::{Manifest, Problem, Report};

use crate::package::WHAT_IT_IS;
use crate::packaging::TOOL;

/// Verdicts may speak about another moment than the records: whoever reads them should know.
pub(super) fn far_from_collection(manifest: &Manifest) -> Option<String> {
    const A_DAY: SignedDuration = SignedDuration::from_hours(24);
    let Collection { started, ended } = manifest.collection;
    let is_far = started.duration_since(manifest.as_of) > A_DAY || manifest.as_of.duration_since(ended) > A_DAY;
    is_far.then(|| {
        format!(
            "the verdicts speak about {:.0}, the records were collected on {started:.0}",
            manifest.as_of
        )
    })
}

/// Pages that were not written again may say what the findings do not.
pub(super) fn attested_pages(report: &Report, manifest: &Manifest) -> Option<[String; 2]> {
    let done = report.reperformed.as_ref()?;
    if done.page != Page::Attested || report.extract.is_some() {
        return None;
    }
    let (made_by, this) = (&manifest.tool, &*TOOL);
    let why = if made_by == this {
        "not every finding could be assessed again".to_owned()
    } else {
        format!(
            "{} {} made them, this is {} {}",
            made_by.name, made_by.version, this.name, this.version
        )
    };
    Some([
        format!("report.html and report/ were not written again: {why};"),
        "for what they say there is only the word of who signed".to_owned(),
    ])
}

/// What to do, line by line.
pub(super) fn hints(report: &Report, package: &Path) -> Vec<String> {
    let any = |is: &dyn Fn(&Problem) -> bool| report.problems.iter().any(is);
    let mut lines = Vec::new();
    if any(&|problem| problem.code == Code::MalformedArchive) && report.manifest_sha256.is_none() {
        lines.push(format!("hint: {}: {WHAT_IT_IS}", package.display()));
    }
    if any(&is_of_macos) {
        lines.push("hint: macOS adds __MACOSX/ and .DS_Store: delete them, from an archive with".to_owned());
        lines.push("zip -d ARCHIVE.zip '__MACOSX/*' '*.DS_Store'".to_owned());
    }
    if any(&|problem| problem.code == Code::NoTrust) {
        lines.push(
            "hint: give the signer's public key, had from elsewhere than the package, with --key PEM, or your"
                .to_owned(),
        );
        lines.push("trust policy with --trust FILE".to_owned());
    }
    lines
}

/// Whether this is a file that the Finder puts beside the others.
fn is_of_macos(problem: &Problem) -> bool {
    let path = problem.file.as_deref().unwrap_or_default();
    let is_extra = problem.code == Code::ExtraFile;
    is_extra && (path.starts_with("__MACOSX/") || path.rsplit('/').next() == Some(".DS_Store"))
}
