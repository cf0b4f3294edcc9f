//! What is written is what `stdlib-pack schema` says, in the judgement of Python's jsonschema.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::process::Command;

use serde_json::Value;

use common::pythons::schemas;
use common::{World, any_python};

/// Judges `NAME.json` by `NAME.schema.json`.
const JUDGE: &str = "\
import json, sys
from jsonschema import Draft202012Validator
with open(sys.argv[1] + '.schema.json') as file:
    schema = json.load(file)
with open(sys.argv[1] + '.json') as file:
    written = json.load(file)
Draft202012Validator.check_schema(schema)
for error in Draft202012Validator(schema).iter_errors(written):
    print(error.json_path, error.message[:300])
";

/// What is wrong with `NAME.json`, a line each.
fn judged(world: &World, name: &str) -> String {
    let mut command = Command::new("python3");
    command
        .current_dir(world.path(""))
        .env("PYTHONPATH", schemas());
    let output = command.args(["-c", JUDGE]).arg(name).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A world in which the commands have something to tell.
fn world() -> World {
    let world = World::empty();
    let python = &any_python().path;
    world.write("app.py", "import json, requests\nprint(json.dumps(1))\n");
    world.write(
        "own.yaml",
        "extends: [interpreter]\nstubs: true\nbudget: {brotli: 1 MB}\n",
    );
    world.write(
        "stdlib-pack.yaml",
        format!("bundles:\n  one: {{profile: own.yaml, app: app.py, build-python: {python:?}}}\n"),
    );
    world
}

#[test]
fn all_that_is_written() {
    let world = world();
    let python = &any_python().path;
    let compiles = ["--build-python", python];
    let packs = [
        "--profile",
        "own.yaml",
        "--app",
        "app.py",
        "--build-python",
        python,
    ];
    let runs: [(&str, &[&str], &[&str]); 17] = [
        ("pack", &["pack", "--json"], &packs),
        ("build", &["build", "--json"], &[]),
        ("lock", &["lock", "--json", "--optimize", "2"], &packs),
        ("diff", &["diff", "--json", "dist", "stdlib-pack.lock"], &[]),
        (
            "verify",
            &["verify", "--json", "--app", "app.py"],
            &compiles,
        ),
        (
            "rebuild",
            &["verify", "--rebuild", "--json", "--app", "app.py"],
            &compiles,
        ),
        ("why", &["why", "--json", "json.decoder"], &packs),
        ("inspect", &["inspect", "--json", "dist"], &compiles),
        ("report", &["report", "--json"], &packs),
        ("graph", &["graph", "--format", "json"], &packs),
        ("snippet", &["snippet", "--json", "nginx"], &[]),
        ("list", &["profile", "list", "--json"], &[]),
        ("list", &["target", "list", "--json"], &[]),
        ("profile-show", &["profile", "show", "browser-minimal"], &[]),
        (
            "profile-check",
            &["profile", "check", "--json", "own.yaml"],
            &compiles,
        ),
        ("target-show", &["target", "show", "--json", "pyodide"], &[]),
        ("cache-info", &["cache", "info", "--json"], &[]),
    ];
    let says_no_to = |of: &str, written: &[u8]| {
        world.write(&format!("{of}.json"), written);
        let schema = world.run(&["schema", of]).exits(0).out;
        world.write(&format!("{of}.schema.json"), schema);
        judged(&world, of)
    };
    for (of, words, inputs) in runs {
        let written = world.run(&[words, inputs].concat()).exits(0).out;
        assert_eq!(says_no_to(of, written.as_bytes()), "", "{words:?}");
    }
    let receipt = world.read(&format!("dist/{}.json", any_python().stem()));
    assert_eq!(says_no_to("receipt", &receipt), "");
    let lock = String::from_utf8(world.read("stdlib-pack.lock")).unwrap();
    let lock: Value = serde_saphyr::from_str(&lock).unwrap();
    assert_eq!(says_no_to("lock-file", lock.to_string().as_bytes()), "");
    assert_ne!(says_no_to("lock-file", &receipt), "");
    let mut receipt: Value = serde_json::from_slice(&receipt).unwrap();
    receipt["totals"]["modules"] = "many".into();
    let said = says_no_to("receipt", receipt.to_string().as_bytes());
    assert!(said.starts_with("$.totals.modules "), "{said}");
}
