//! What is written is what `stdlib-pack schema` says, in the judgement of Python's jsonschema.

use std::process::Command;

use serde_json::Value;

use crate::common::pythons::schemas;
use crate::common::{World, any_python};

/// Judges each `NAME.json` by `NAME.schema.json`.
const JUDGE: &str = "\
import json, sys
from jsonschema import Draft202012Validator
for name in sys.argv[1:]:
    with open(name + '.schema.json') as file:
        schema = json.load(file)
    with open(name + '.json') as file:
        written = json.load(file)
    Draft202012Validator.check_schema(schema)
    for error in Draft202012Validator(schema).iter_errors(written):
        print(name, error.json_path, error.message[:300])
";

/// Writes down what has to be judged, and judges all at once: the judge takes its time to start.
struct Judge<'a> {
    world: &'a World,
    names: Vec<String>,
}

impl Judge<'_> {
    fn take(&mut self, of: &str, written: &[u8]) {
        let name = format!("{}-{of}", self.names.len());
        let schema = self.world.run(&["schema", of]).exits(0).out;
        self.world.write(&format!("{name}.schema.json"), schema);
        self.world.write(&format!("{name}.json"), written);
        self.names.push(name);
    }

    /// What is wrong, a line each.
    fn says(self) -> String {
        let mut command = Command::new("python3");
        command.current_dir(self.world.path(""));
        command.env("PYTHONPATH", schemas()).args(["-c", JUDGE]);
        let output = command.args(self.names).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// A world in which the commands have something to tell.
fn world() -> World {
    let world = World::empty();
    let python = &any_python().path;
    world.write(
        "app.py",
        "import json\nprint(json.dumps(1))\ndef f():\n    import requests\n",
    );
    world.write(
        "own.yaml",
        "extends: [interpreter]\nmissing-module-stubs: true\nbudget: {brotli: 1 MB}\noutput: {compress: [brotli, packed]}\n",
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
    let packed = format!("dist/{}.zip.packed.br", any_python().stem());
    let runs: [(&str, &[&str], &[&str]); 18] = [
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
        (
            "unpack",
            &["unpack", "--json", "--out", "unpacked.zip", &packed],
            &[],
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
    let names = Vec::new();
    let mut judge = Judge {
        world: &world,
        names,
    };
    for (of, words, inputs) in runs {
        let written = world.run(&[words, inputs].concat()).exits(0).out;
        judge.take(of, written.as_bytes());
    }
    let receipt = world.read(&format!("dist/{}.json", any_python().stem()));
    judge.take("receipt", &receipt);
    let lock = String::from_utf8(world.read("stdlib-pack.lock")).unwrap();
    let lock: Value = serde_saphyr::from_str(&lock).unwrap();
    judge.take("lock-file", lock.to_string().as_bytes());
    let program = ["record", "--", python, "app.py"];
    world.run(&program).exits(0);
    let recording = String::from_utf8(world.read("recording.yaml")).unwrap();
    let recording: Value = serde_saphyr::from_str(&recording).unwrap();
    judge.take("recording", recording.to_string().as_bytes());
    let flags = [
        &["report", "--json", "--recording", "recording.yaml"],
        &packs[..],
    ];
    let written = world.run(&flags.concat()).exits(0).out;
    judge.take("report", written.as_bytes());
    let mut wrong: Value = serde_json::from_slice(&receipt).unwrap();
    wrong["totals"]["modules"] = "many".into();
    judge.take("receipt", wrong.to_string().as_bytes());
    let place = judge.names.len() - 1;
    let expected = format!("{place}-receipt $.totals.modules 'many' is not of type 'integer'\n");
    assert_eq!(judge.says(), expected);
}
