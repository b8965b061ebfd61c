//! Bytes changed and cut off.

use crate::causes::{Change, of_change};
use crate::ground::Ground;
use crate::tally::Mutant;

/// In ASCII text the first makes another letter, the second another case, the last two what is no text any more.
const MASKS: [u8; 4] = [0x01, 0x20, 0x80, 0xff];

/// Every byte of every file changed, or as many of a file as `step` says: one bit, or all eight.
pub fn flipped(ground: &Ground, step: impl Fn(&str) -> usize) -> Vec<Mutant<'_>> {
    let mut mutants = Vec::new();
    for path in ground.paths() {
        // These are parsed before anything vouches for them.
        let is_parsed_first = ["manifest.json", "accounts/index.jsonl", "proof.json"].contains(&path.as_str());
        for at in (0..ground.bytes(&path).len()).step_by(step(&path)) {
            mutants.push(flip(ground, &path, at, MASKS[at / step(&path) % 4]));
            if is_parsed_first {
                mutants.push(flip(ground, &path, at, MASKS[(at + 1) % 4]));
            }
        }
    }
    mutants
}

/// Every byte of the timestamp in the bundle at `path`, and of what is around it.
pub fn of_the_timestamp<'g>(ground: &'g Ground, path: &str) -> Vec<Mutant<'g>> {
    let text = str::from_utf8(ground.bytes(path)).unwrap();
    let start = text.find("\"verificationMaterial\"").unwrap();
    let flip = |at| flip(ground, path, at, MASKS[at % 4]);
    (start..text.len()).map(flip).collect()
}

fn flip<'g>(ground: &'g Ground, path: &str, at: usize, mask: u8) -> Mutant<'g> {
    let what = format!("byte {at} of {path} xor {mask:#04x}");
    let (cause, path) = (of_change(ground, path, Change::Bytes), path.to_owned());
    Mutant::new(what, cause, move || {
        let mut files = ground.files.clone();
        files.bytes_mut(&path).unwrap()[at] ^= mask;
        files
    })
}

/// Every file, cut at a dozen lengths from nothing to all but one byte.
pub fn cut(ground: &Ground) -> Vec<Mutant<'_>> {
    let mut mutants = Vec::new();
    for path in ground.paths() {
        let whole = ground.bytes(&path).len();
        // In gzip the header has ten bytes, the end eight.
        let mut lengths = vec![0, 1, 2, 10, 18];
        lengths.extend([1, 2, 8, 9].map(|fewer| whole.saturating_sub(fewer)));
        lengths.extend((1..8).map(|eighth| whole * eighth / 8));
        lengths.retain(|length| *length < whole);
        lengths.sort_unstable();
        lengths.dedup();
        for length in lengths {
            let path = path.clone();
            let what = format!("{path} cut to {length} of {whole} bytes");
            let cause = of_change(ground, &path, Change::Cut);
            mutants.push(Mutant::new(what, cause, move || {
                ground.with(&path, &ground.bytes(&path)[..length])
            }));
        }
    }
    mutants
}
