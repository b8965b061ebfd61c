//! Judges mutants, many at once, and counts them.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use trailaudit_core::evidence::{InMemory, Report};

use crate::causes::Cause;
use crate::ground::Ground;

/// One change, made when it is judged.
pub struct Mutant<'g> {
    /// What was changed, for whoever reads a failure.
    pub what: String,
    /// What the report has to say.
    pub cause: Cause,
    pub files: Box<dyn Fn() -> InMemory + Send + Sync + 'g>,
}

impl<'g> Mutant<'g> {
    pub fn new(what: String, cause: Cause, files: impl Fn() -> InMemory + Send + Sync + 'g) -> Self {
        let files = Box::new(files);
        Self { what, cause, files }
    }
}

#[derive(Default)]
pub struct Tally(Vec<Group>);

struct Group {
    name: String,
    count: usize,
    took: Duration,
    /// How often each code named the cause.
    codes: BTreeMap<&'static str, usize>,
}

impl Tally {
    /// Judges a group of mutants; fails with the first dozen that are accepted or told by another code.
    pub fn take(&mut self, name: &str, ground: &Ground, mutants: &[Mutant<'_>]) {
        let start = Instant::now();
        assert!(!mutants.is_empty(), "{name}");
        let told: Vec<_> = mutants.par_iter().map(|mutant| judge(ground, mutant)).collect();
        let failures: Vec<_> = told.iter().filter_map(|told| told.as_ref().err()).collect();
        let shown: Vec<_> = failures.iter().take(12).map(|failure| failure.as_str()).collect();
        assert!(
            failures.is_empty(),
            "{name}: {} of {}:\n{}",
            failures.len(),
            mutants.len(),
            shown.join("\n")
        );
        let mut codes = BTreeMap::new();
        for code in told.into_iter().flatten() {
            *codes.entry(code).or_insert(0) += 1;
        }
        self.0.push(Group {
            name: name.to_owned(),
            count: mutants.len(),
            took: start.elapsed(),
            codes,
        });
    }

    /// Every group was judged, in this order, and none is smaller than its row of the table says.
    pub fn check(&self, least: &[(&str, usize)]) {
        let judged: Vec<_> = self.0.iter().map(|group| group.name.as_str()).collect();
        let listed: Vec<_> = least.iter().map(|(name, _)| *name).collect();
        assert_eq!(judged, listed);
        for (name, least) in least {
            self.check_group(name, *least);
        }
    }

    pub fn check_group(&self, name: &str, least: usize) {
        let group = self.0.iter().find(|group| group.name == name).unwrap();
        assert!(group.count >= least, "{name}: {} of at least {least}", group.count);
    }

    fn total(&self) -> usize {
        self.0.iter().map(|group| group.count).sum()
    }

    /// Prints the counts where a test that passes is heard, too.
    pub fn print(&self) {
        let mut out = std::io::stderr().lock();
        for group in &self.0 {
            let codes: Vec<_> = group
                .codes
                .iter()
                .map(|(code, count)| format!("{code} {count}"))
                .collect();
            let line = format!("{:>6} {:>5.1?} {:<44} ", group.count, group.took, group.name);
            writeln!(out, "{line}{}", codes.join(", ")).unwrap();
        }
        let took: Duration = self.0.iter().map(|group| group.took).sum();
        writeln!(out, "{:>6} {took:>5.1?} mutations, 0 accepted", self.total()).unwrap();
    }
}

/// The code that names the cause; otherwise what is wrong with the verdict.
fn judge(ground: &Ground, mutant: &Mutant<'_>) -> Result<&'static str, String> {
    let files = (mutant.files)();
    let what = &mutant.what;
    if files == ground.files {
        return Err(format!("{what}: it changes nothing"));
    }
    let report = ground.verify(&files);
    if report.is_verified() {
        return Err(format!("ACCEPTED: {what}"));
    }
    let code = mutant.cause.named_in(&report).ok_or_else(|| {
        let (told, cause) = (told(&report), &mutant.cause);
        format!("{what}: told by {told:?}, expected {cause:?}")
    })?;
    match mutant.cause.innocent_in(&report) {
        Some(problem) => Err(format!("{what}: without a cause it tells {problem}")),
        None => Ok(code),
    }
}

fn told(report: &Report) -> Vec<String> {
    let line = |problem: &trailaudit_core::evidence::Problem| {
        format!("{} {}", problem.code, problem.file.as_deref().unwrap_or("-"))
    };
    report.problems.iter().map(line).collect()
}
