//! Tells the binary of which commit it is, for `trailaudit --version`.

#[path = "build/commit.rs"]
mod commit;

use std::env;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build/commit.rs");
    // Who works on the sources would compile everything again after each commit.
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let folder = env::var_os("CARGO_MANIFEST_DIR").filter(|_| is_release);
    if let Some(commit) = folder.and_then(|folder| commit::of(Path::new(&folder))) {
        println!("cargo::rustc-env=TRAILAUDIT_COMMIT={}", commit.id);
        for path in commit.watched {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
}
