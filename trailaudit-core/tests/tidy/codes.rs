//! Every code of `verify` is told in some test.

use std::path::Path;

use trailaudit_core::evidence::verify::Code;

use crate::repository::sources;

/// Where lists stand of which any code will do: that one stands there does not show that it ever is told.
const ALTERNATIVES: &str = "trailaudit-core/tests/evidence_mutation/";

#[test]
fn every_code_of_verify_is_asserted_by_a_test() {
    let tests: Vec<_> = sources()
        .into_iter()
        .filter_map(|(path, text)| test_of(&path, &text))
        .collect();
    assert!(tests.len() > 100, "only {} tests were found", tests.len());
    let is_asserted = |name: &str, text: &str| tests.iter().any(|test| names(test, name, text));
    assert!(!is_asserted("OfNoTest", "of-no-test"));
    let never: Vec<_> = Code::ALL
        .iter()
        .filter(|code| !is_asserted(&format!("{code:?}"), code.as_str()))
        .collect();
    assert!(never.is_empty(), "no test asserts {never:?}");
}

/// What of a source is a test, without its comments.
fn test_of(path: &str, text: &str) -> Option<String> {
    let is_test = ["trailaudit-core/tests/", "trailaudit-cli/tests/"]
        .iter()
        .any(|folder| path.starts_with(folder));
    let text = match () {
        () if path.starts_with(ALTERNATIVES) || path.ends_with("/tidy/codes.rs") => return None,
        () if is_test || Path::new(path).ends_with("tests.rs") => text,
        () if path.starts_with("trailaudit-core/src/") => text.split_once("#[cfg(test)]\nmod tests {")?.1,
        () => return None,
    };
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// Whether a test has the code by its name, or its text at the beginning of a string.
fn names(source: &str, name: &str, text: &str) -> bool {
    let is_whole = |end: &str| !end.starts_with(|c: char| c.is_ascii_alphanumeric() || "-_".contains(c));
    [format!("Code::{name}"), format!("\"{text}")].iter().any(|word| {
        source
            .match_indices(word)
            .any(|(at, _)| is_whole(&source[at + word.len()..]))
    })
}
