//! Same records, rules, thresholds and moment: same package, to the byte of every file under the manifest's digest.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::demo::{AS_OF, demo};
use crate::package::files;
use crate::shards::Sharded;
use crate::support::{told, trailaudit};

/// Where and how a package is assessed, which must not show: from another directory or not, and in what environment.
const WAYS: [(&str, bool, &[(&str, &str)]); 3] = [
    ("plain", false, &[]),
    (
        "one-thread",
        false,
        &[("RAYON_NUM_THREADS", "1"), ("TZ", "UTC"), ("LC_ALL", "C")],
    ),
    (
        "abroad",
        true,
        &[
            ("RAYON_NUM_THREADS", "16"),
            ("TZ", "Asia/Kathmandu"),
            ("LC_ALL", "tr_TR.UTF-8"),
            ("LANG", "tr_TR.UTF-8"),
        ],
    ),
];

#[test]
fn equal_records_give_the_same_package_wherever_and_however_they_are_assessed() {
    let scratch = TempDir::new().unwrap();
    let path = scratch.path();
    demo(
        path,
        "original",
        &["--accounts", "12", "--regions", "4", "--as-of", AS_OF],
    );
    // A package of an assessment is a package like any other.
    for records in ["original", "plain-of-original"] {
        for out in assessed(path, records) {
            same(&path.join("original"), &out);
        }
    }
}

/// In whatever order shards are merged, and however the whole is assessed.
#[test]
fn shards_give_the_same_package_in_any_order() {
    let sharded = Sharded::collect(3);
    let path = sharded.path();
    sharded.merge(&[1, 2, 3], "merged");
    sharded.merge(&[3, 1, 2], "merged-otherwise");
    let packages: Vec<_> = ["merged", "merged-otherwise"]
        .iter()
        .flat_map(|records| assessed(path, records))
        .collect();
    for package in &packages[1..] {
        same(&packages[0], package);
    }
}

/// Assesses the same records in every way; gives the packages.
fn assessed(path: &Path, records: &str) -> Vec<PathBuf> {
    let elsewhere = path.join("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    let ways = WAYS.map(|(way, is_elsewhere, environment)| {
        let out = path.join(format!("{way}-of-{records}"));
        let mut command = trailaudit(path);
        command.envs(environment.iter().copied()).arg("assess");
        if is_elsewhere {
            command.current_dir(&elsewhere).arg(path.join(records));
        } else {
            command.arg(records);
        }
        let output = command.arg("--out").arg(&out).output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(3),
            "there are planted fails: {}",
            told(&output)
        );
        out
    });
    ways.into()
}

/// Signatures apart, the same files with the same bytes; the manifest is one of them.
fn same(one: &Path, other: &Path) {
    let unsigned = |file: &String| !file.starts_with("signatures/") && !file.starts_with("keys/");
    let expected: Vec<_> = files(one).into_iter().filter(unsigned).collect();
    assert!(expected.contains(&"manifest.json".to_owned()));
    assert_eq!(files(other), expected);
    for file in expected {
        let read = |package: &Path| fs::read(package.join(&file)).unwrap();
        assert!(
            read(one) == read(other),
            "{file} of {} differs from that of {}",
            other.display(),
            one.display()
        );
    }
}
