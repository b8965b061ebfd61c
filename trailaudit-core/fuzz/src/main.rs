//! libFuzzer around one target: the one that `TRAILAUDIT_FUZZ` names.

#![no_main]

use std::sync::OnceLock;

use trailaudit_fuzz::{TARGETS, Target};

static CHOSEN: OnceLock<&Target> = OnceLock::new();

libfuzzer_sys::fuzz_target!(
    init: choose(),
    |bytes: &[u8]| {
        if let Some(target) = CHOSEN.get() {
            (target.check)(bytes);
        }
    }
);

/// Chooses the target and writes its seeds into the folder that `TRAILAUDIT_FUZZ_SEEDS` names.
fn choose() {
    let name = std::env::var("TRAILAUDIT_FUZZ").unwrap_or_default();
    let Some(target) = TARGETS.iter().find(|target| target.name == name) else {
        for target in &TARGETS {
            println!("{}", target.name);
        }
        std::process::exit(i32::from(name != "list"));
    };
    if let Some(folder) = std::env::var_os("TRAILAUDIT_FUZZ_SEEDS") {
        for (i, seed) in (target.seeds)().into_iter().enumerate() {
            let path = std::path::Path::new(&folder).join(format!("seed-{i}"));
            std::fs::write(path, seed).expect("the seeds can be written");
        }
    }
    CHOSEN.get_or_init(|| target);
}
