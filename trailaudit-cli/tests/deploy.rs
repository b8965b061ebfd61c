//! The files in `examples/deploy`: engines take them, and what they run comes to a package that verifies. And what `init
//! stackset` writes, and our own workflows.
//!
//! `TRAILAUDIT_PYTHON` names a Python that has cfn-lint, kubernetes-validate, check-jsonschema and python-hcl2.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;
use support::{told, trailaudit};
use tempfile::TempDir;
use trailaudit_sim::{Server, Settings, populate};

const AS_OF: &str = "2027-01-01T00:00:00Z";

#[test]
fn cloudformation_takes_the_template() {
    passes(&LINT, &STRICTLY, "aws-batch.yaml");
}

const LINT: [&str; 2] = ["-c", "import cfnlint.runner; cfnlint.runner.main()"];
const STRICTLY: [&str; 2] = ["--non-zero-exit-code", "informational"];

/// The template and the module make the same role, and it may do what `init role` says.
#[test]
fn cloudformation_and_terraform_take_the_stack_set() {
    let scratch = TempDir::new().unwrap();
    let init = |arguments: &[&str], file: &str| {
        let init = trailaudit(scratch.path())
            .arg("init")
            .args(arguments)
            .args(["--out", file])
            .output()
            .unwrap();
        assert!(init.status.success(), "{}", told(&init));
        scratch.path().join(file)
    };
    let template = init(&["stackset", "--role-name", "audit/Reader"], "role.yaml");
    accepted(&LINT, &STRICTLY, &template);
    let role = &read_yaml(&template)[0]["Resources"]["Reader"]["Properties"];
    let permissions = fs::read(init(&["role"], "role.json")).unwrap();
    let permissions: Value = serde_json::from_slice(&permissions).unwrap();
    assert_eq!(role["Policies"][0]["PolicyDocument"], permissions);
    let module = init(&["stackset", "--terraform", "--role-name", "audit/Reader"], "role.tf");
    let read = "import hcl2, json, sys; print(json.dumps(hcl2.load(open(sys.argv[1]))))";
    let output = python().args(["-c", read]).arg(&module).output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    let text = fs::read_to_string(&module).unwrap();
    let body = text
        .split_once("<<-YAML\n")
        .unwrap()
        .1
        .split_once("\n  YAML\n")
        .unwrap()
        .0;
    assert!(!body.contains("${") && !body.contains("%{"), "Terraform would read it");
    let inner = scratch.path().join("inner.yaml");
    fs::write(&inner, body).unwrap();
    accepted(&LINT, &STRICTLY, &inner);
    assert_eq!(read_yaml(&inner), read_yaml(&template));
}

#[test]
fn kubernetes_takes_the_jobs() {
    for file in ["kubernetes-job.yaml", "kubernetes-cronjob.yaml"] {
        let output = passes(&["-m", "kubernetes_validate"], &["--strict"], file);
        let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(told.matches(" passed for resource ").count() > 1, "{told}");
    }
}

#[test]
fn github_takes_the_workflows() {
    let check = ["-m", "check_jsonschema"];
    let schema = ["--builtin-schema", "vendor.github-workflows"];
    passes(&check, &schema, "github-actions.yml");
    for ours in ["ci.yml", "release.yml"] {
        accepted(&check, &schema, &deployed("../../.github/workflows").join(ours));
    }
}

/// Each engine's own commands, with the variables that it sets.
#[test]
fn what_the_engines_run_comes_to_a_package() {
    let array = |index: usize| ("AWS_BATCH_JOB_ARRAY_INDEX", index.to_string());
    let job = |index: usize| ("JOB_COMPLETION_INDEX", index.to_string());
    let shard = |index: usize| ("SHARD", (index + 1).to_string());
    let batch = yaml("aws-batch.yaml");
    let command = |resource: &str| {
        let properties = &batch[0]["Resources"][resource]["Properties"];
        script(&properties["ContainerProperties"]["Command"])
    };
    run(&command("Collect"), &command("Package"), array, "run");
    let container = |object: &Value| script(&object["spec"]["template"]["spec"]["containers"][0]["command"]);
    let jobs = yaml("kubernetes-job.yaml");
    run(&container(&jobs[2]), &container(&jobs[3]), job, AS_OF);
    let jobs = yaml("kubernetes-cronjob.yaml");
    let [collect, package] = [0, 1].map(|index| container(&jobs[index]["spec"]["jobTemplate"]));
    let month = Command::new("date")
        .args(["-u", "+%Y-%m-01T00:00:00Z"])
        .output()
        .unwrap();
    run(&collect, &package, job, String::from_utf8(month.stdout).unwrap().trim());
    let workflow = yaml("github-actions.yml");
    let step = |job: &str, name: &str| {
        let steps = workflow[0]["jobs"][job]["steps"].as_array().unwrap();
        let step = steps.iter().find(|step| step["name"] == name).unwrap();
        vec!["-ec".to_owned(), step["run"].as_str().unwrap().to_owned()]
    };
    run(&step("collect", "collect"), &step("package", "package"), shard, ".");
}

/// Runs all shards, one of them twice, then the package, against a simulated Organization; it must verify.
fn run(collect: &[String], package: &[String], index: impl Fn(usize) -> (&'static str, String), folder: &str) {
    const SHARDS: usize = 3;
    let scratch = TempDir::new().unwrap();
    let settings = Settings {
        accounts: 6,
        regions: 2,
        seed: 7,
        as_of: AS_OF.parse().unwrap(),
    };
    let made = populate(&settings);
    let server = Server::start(made.world, ([127, 0, 0, 1], 0).into(), Duration::ZERO).unwrap();
    let (id, secret) = server.credentials();
    let binary = Path::new(env!("CARGO_BIN_EXE_trailaudit"));
    // GitHub's steps run what lies beside them; a copy of a debug build would take 170 MB each time.
    symlink(binary, scratch.path().join("trailaudit")).unwrap();
    let shell = |arguments: &[String]| {
        let mut shell = Command::new("sh");
        shell.args(arguments).env_clear().current_dir(scratch.path());
        for (name, value) in [
            (
                "PATH",
                &*format!("{}:/usr/bin:/bin", binary.parent().unwrap().display()),
            ),
            ("AWS_ENDPOINT_URL", &server.endpoint()),
            ("AWS_ACCESS_KEY_ID", &id),
            ("AWS_SECRET_ACCESS_KEY", &secret),
            ("AWS_REGION", "us-east-1"),
            ("RECORDS", scratch.path().to_str().unwrap()),
            ("SHARDS", &SHARDS.to_string()),
            ("ROLE", "OrganizationAccountAccessRole"),
            ("AS_OF", AS_OF),
            ("RUN", "run"),
            ("SIGN", &format!("kms:{}", made.signing_key)),
            ("SIGNING_KEY", &made.signing_key),
        ] {
            shell.env(name, value);
        }
        shell
    };
    for shard in [0, 1, 1, 2] {
        let (name, value) = index(shard);
        let output = shell(collect).env(name, value).output().unwrap();
        assert!(output.status.success(), "{collect:?}: {}", told(&output));
    }
    let output = shell(package).output().unwrap();
    assert!(output.status.success(), "{package:?}: {}", told(&output));
    let made = scratch.path().join(folder).join("package");
    let verify = ["verify", "--allow-simulated", "--format", "json"];
    let verified = trailaudit(scratch.path()).args(verify).arg(&made).output().unwrap();
    let report: Value = serde_json::from_slice(&verified.stdout).unwrap();
    let problems: Vec<_> = report["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| &problem["code"])
        .collect();
    assert_eq!(
        problems,
        ["no-trust"],
        "it is signed, and nothing else is wrong: {report:#}"
    );
}

/// A program of Python's passes a file of the examples.
fn passes(program: &[&str], arguments: &[&str], file: &str) -> Output {
    accepted(program, arguments, &deployed(file))
}

/// The same for any file.
fn accepted(program: &[&str], arguments: &[&str], file: &Path) -> Output {
    let output = python().args(program).args(arguments).arg(file).output().unwrap();
    assert!(output.status.success(), "{}: {}", file.display(), told(&output));
    output
}

fn yaml(file: &str) -> Value {
    read_yaml(&deployed(file))
}

/// The documents of a file; `CloudFormation`'s functions are taken for what they are given.
fn read_yaml(file: &Path) -> Value {
    let read = "import json, sys, yaml\n\
        class Loader(yaml.SafeLoader): pass\n\
        def given(loader, _, node):\n\
        \x20   if isinstance(node, yaml.ScalarNode): return loader.construct_scalar(node)\n\
        \x20   return loader.construct_sequence(node)\n\
        Loader.add_multi_constructor('!', given)\n\
        print(json.dumps(list(yaml.load_all(open(sys.argv[1]), Loader)), default=str))";
    let output = python().args(["-c", read]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}: {}", file.display(), told(&output));
    // JSON has no key that is no text; `on:` of a workflow is true in YAML.
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What follows `sh` in a command.
fn script(command: &Value) -> Vec<String> {
    let words = command
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap().to_owned());
    let words: Vec<_> = words.collect();
    assert_eq!(words[0], "sh");
    words[1..].to_vec()
}

fn python() -> Command {
    let python = std::env::var("TRAILAUDIT_PYTHON").expect("TRAILAUDIT_PYTHON names a Python");
    Command::new(python)
}

fn deployed(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples/deploy")
        .join(file)
}
