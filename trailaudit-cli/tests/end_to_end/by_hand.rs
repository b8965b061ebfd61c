//! `verify.sh` and the steps of VERIFY.md with the programs that VERIFY.md names, and no other on the path.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, io};

use tempfile::TempDir;

use crate::authority::Setup;
use crate::authority_online::Online;
use crate::demo::demo;
use crate::support::{told, trailaudit};

/// A package of five accounts, prepared by the demo's key, reviewed with another and the time of an authority.
struct Package {
    scratch: TempDir,
    named: Vec<String>,
}

impl Package {
    fn new() -> Self {
        let scratch = TempDir::new().unwrap();
        let path = scratch.path();
        // Five, so that somewhere in the tree a node is left over.
        demo(path, "package", &["--accounts", "5", "--regions", "2"]);
        let online = Online::new(&Setup::default());
        fs::write(path.join("root.pem"), online.authority.bytes("root.pem")).unwrap();
        let run = |arguments: &[&str]| {
            let output = trailaudit(path).args(arguments).output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        };
        run(&["keygen", "--out", "rita.pem"]);
        let sign = ["sign", "package", "--key", "file:rita.pem", "--role", "reviewer"];
        let person = ["--name", "Rita Levi", "--meaning", "review", "--allow-simulated"];
        run(&[&sign[..], &person, &["--tsa", &online.url]].concat());
        let account = fs::read_dir(path.join("package/accounts")).unwrap();
        let mut accounts: Vec<_> = account
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        accounts.sort();
        let account = accounts[0].split('.').next().unwrap();
        run(&["extract", "package", "--account", account, "--out", "extract"]);
        let manual = fs::read_to_string(path.join("package/VERIFY.md")).unwrap();
        Self {
            scratch,
            named: named_in(&manual),
        }
    }

    fn path(&self) -> &Path {
        self.scratch.path()
    }

    /// A folder of links to the programs that are named, but for one.
    fn tools(&self, without: Option<&str>) -> PathBuf {
        let folder = self.path().join(format!("with-no-{}", without.unwrap_or("other")));
        if !folder.exists() {
            fs::create_dir(&folder).unwrap();
            for tool in self.named.iter().filter(|tool| Some(tool.as_str()) != without) {
                symlink(found(tool), folder.join(tool)).unwrap();
            }
        }
        folder
    }

    /// The script with what is left.
    fn script(&self, package: &str, without: Option<&str>) -> io::Result<Output> {
        let tools = self.tools(without);
        let mut script = Command::new(tools.join("sh"));
        script.env_clear().env("PATH", &tools).current_dir(self.path());
        script.args([&format!("{package}/verify.sh"), "rita.pub.pem", "root.pem"]);
        script.output()
    }
}

/// The programs that the manual says the script runs.
fn named_in(manual: &str) -> Vec<String> {
    let (_, after) = manual.split_once("It runs ").expect("the list begins");
    let (list, _) = after.split_once("no other program").expect("the list ends");
    let named = list.split('`').skip(1).step_by(2).map(str::to_owned);
    named.collect()
}

/// Where the machine has it.
fn found(tool: &str) -> PathBuf {
    let path = env::var_os("PATH").expect("a path");
    let candidates = env::split_paths(&path).map(|folder| folder.join(tool));
    let mut present = candidates.filter(|candidate| candidate.is_file());
    present.next().unwrap_or_else(|| panic!("{tool} is not installed"))
}

fn says_verified(output: &Output) -> bool {
    // Not the words of a refusal.
    told(output).lines().any(|line| line.starts_with("VERIFIED"))
}

#[test]
fn the_programs_that_verify_md_names_are_enough_and_none_is_too_many() {
    let package = Package::new();
    assert_eq!(package.named.len(), 24, "{:?}", package.named);
    for (what, can_do_without) in [("package", &[][..]), ("extract", &["mv", "tail"])] {
        let output = package.script(what, None).unwrap();
        assert_eq!(output.status.code(), Some(0), "{what}: {}", told(&output));
        assert!(says_verified(&output), "{what}: {}", told(&output));
        assert!(
            told(&output).contains("by the time-stamping authority"),
            "{}",
            told(&output)
        );
        let mut was_not_missed = Vec::new();
        for tool in &package.named {
            // Without `sh` nothing starts at all.
            let Ok(output) = package.script(what, Some(tool)) else {
                assert_eq!(tool, "sh");
                continue;
            };
            if output.status.success() {
                was_not_missed.push(tool.as_str());
            } else {
                assert!(!says_verified(&output), "{what} without {tool}: {}", told(&output));
            }
        }
        // One account needs no tree of all.
        assert_eq!(was_not_missed, can_do_without, "{what}");
    }
}

/// Step by step as they stand there.
#[test]
fn the_steps_of_verify_md_need_no_other_program() {
    let package = Package::new();
    let folder = package.path().join("package");
    let manual = fs::read_to_string(folder.join("VERIFY.md")).unwrap();
    let blocks: Vec<_> = manual.split("```sh\n").skip(1).collect();
    let blocks: Vec<_> = blocks.iter().map(|block| block.split("```").next().unwrap()).collect();
    let steps = [blocks[0], blocks[1]].concat().replace("01-preparer", "02-reviewer");
    let mut stamped = None;
    // The time it tells is for the reader to put into the last command.
    for time in [None, Some(())] {
        let at = time.and(stamped.as_deref()).unwrap_or("1970-01-01");
        let steps = steps
            .replace("SIGNER.pub.pem", "../rita.pub.pem")
            .replace("TSA_ROOT.pem", "../root.pem")
            .replace("THE TIME ABOVE", at);
        let tools = package.tools(None);
        let mut shell = Command::new(tools.join("sh"));
        shell.env_clear().env("PATH", &tools).current_dir(&folder);
        let output = shell.args(["-e", "-c", &steps]).output().unwrap();
        assert_eq!(output.status.success(), time.is_some(), "{steps}\n{}", told(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("Verified OK"), "{text}");
        let told = text.lines().find_map(|line| line.strip_prefix("Time stamp: "));
        stamped = told.map(str::to_owned);
        assert!(stamped.is_some(), "{text}");
    }
}
