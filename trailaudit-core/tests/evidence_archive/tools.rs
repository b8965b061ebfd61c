//! What other programs make of a package, and what they make of our archives.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use trailaudit_core::evidence::archive::{self, Archive};
use trailaudit_core::evidence::{Files as _, InMemory};

use crate::sample::{Sample, complaints};
use crate::{contents, open, some_files};

/// Archives of one folder `pkg` as other programs wrote them.
const MADE_BY: [(&str, &[u8]); 9] = [
    // Info-ZIP 3.0: `zip -r`, `zip -rX .` inside, `zip -r - .` into a pipe, `zip -r -fz`.
    ("info-zip", include_bytes!("made_by/info-zip.zip")),
    ("info-zip-x", include_bytes!("made_by/info-zip-x.zip")),
    ("info-zip-piped", include_bytes!("made_by/info-zip-piped.zip")),
    ("info-zip-64", include_bytes!("made_by/info-zip-64.zip")),
    // Python 3.11: `shutil.make_archive`, and `zipfile` writing to what cannot seek, one entry with `force_zip64`.
    ("python", include_bytes!("made_by/python.zip")),
    ("python-streamed", include_bytes!("made_by/python-streamed.zip")),
    // 7-Zip 26.02: `7zz a`.
    ("7zip", include_bytes!("made_by/7zip.zip")),
    // libarchive 3.6.2: `bsdtar -a -cf`. (Into a pipe it adds zeros to the end, as for a tape: that is refused.)
    ("bsdtar", include_bytes!("made_by/bsdtar.zip")),
    // OpenJDK: `jar cfM`.
    ("jar", include_bytes!("made_by/jar.zip")),
];

#[test]
fn what_others_made_is_taken() {
    let expected = contents(&some_files()).unwrap();
    for (name, bytes) in MADE_BY {
        let archive = open(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(contents(&archive).unwrap(), expected, "{name}");
    }
}

/// The same, with whatever is installed here; where all tests have to run, all of it is.
#[test]
fn what_programs_here_make_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let sample = Sample::reviewed();
    unpack(&sample.files, &folder.path().join("pkg"));
    let python = "import shutil; shutil.make_archive('python', 'zip', '.', 'pkg')";
    let commands: [(&str, &[&str]); 5] = [
        ("zip", &["-q", "-r", "zip.zip", "pkg"]),
        ("python3", &["-c", python]),
        ("7zz", &["a", "-bso0", "7zz.zip", "pkg"]),
        ("bsdtar", &["-a", "-cf", "bsdtar.zip", "pkg"]),
        ("jar", &["cfM", "jar.zip", "pkg"]),
    ];
    for (program, arguments) in commands {
        if !runs(program, arguments, folder.path()) {
            continue;
        }
        let name = folder.path().join(format!("{}.zip", program.trim_end_matches('3')));
        let archive = Archive::open(File::open(name).unwrap()).unwrap_or_else(|error| panic!("{program}: {error}"));
        let report = sample.verify_with(&archive);
        assert!(report.is_verified(), "{program}: {:?}", complaints(&report));
    }
}

#[test]
fn programs_here_read_ours() {
    let folder = tempfile::tempdir().unwrap();
    let (small, large) = (folder.path().join("small.zip"), folder.path().join("large.zip"));
    archive::write(&Sample::reviewed().files, File::create(&small).unwrap()).unwrap();
    let mut files = some_files();
    for i in 0..66_000 {
        files.insert(format!("many/{i}.gz"), "");
    }
    archive::write(&files, File::create(&large).unwrap()).unwrap();
    let python = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); sys.exit(z.testzip() is not None)";
    for archive in [small, large] {
        let archive = archive.to_str().unwrap();
        for (program, arguments) in [
            ("unzip", &["-tqq", archive][..]),
            ("python3", &["-c", python, archive]),
            ("7zz", &["t", "-bso0", archive]),
            ("bsdtar", &["-tf", archive]),
        ] {
            runs(program, arguments, folder.path());
        }
    }
}

/// What a file manager adds is seen, wherever it puts it.
#[test]
fn what_a_file_manager_adds_is_told() {
    let mut sample = Sample::new();
    sample.files.insert("__MACOSX/._manifest.json", "x");
    sample.files.insert("accounts/.DS_Store", "x");
    let mut bytes = Vec::new();
    archive::write(&sample.files, &mut bytes).unwrap();
    let told = complaints(&sample.verify_with(&open(&bytes).unwrap()));
    assert_eq!(
        told,
        ["extra-file __MACOSX/._manifest.json", "extra-file accounts/.DS_Store"]
    );
}

/// Whether the program is there; it must succeed then. `.ci/test` installs all but a Java, whose archive is kept above.
fn runs(program: &str, arguments: &[&str], folder: &Path) -> bool {
    let command = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .output();
    match command {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{program} {arguments:?}: {said}");
            true
        }
        Err(error) => {
            let is_wanted = std::env::var_os("CI").is_some() && program != "jar";
            assert!(!is_wanted, "{program} cannot be asked: {error}");
            eprintln!("{program} is not installed here and was not asked");
            false
        }
    }
}

fn unpack(files: &InMemory, folder: &Path) {
    for entry in files.paths().unwrap() {
        let path = folder.join(&entry.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut bytes = Vec::new();
        files.open(&entry.path).unwrap().read_to_end(&mut bytes).unwrap();
        fs::write(path, bytes).unwrap();
    }
}
