//! Diagnostics: codes, places, groups, and errors as JSON.

use std::fmt::Write as _;

use serde_json::Value;

use crate::common::{Outcome, World, any_python};

/// Packs the small library with these flags, of which one names the profile.
fn pack(world: &World, flags: &[&str]) -> Outcome {
    let inputs = ["--stdlib", "Lib", "--build-python", &any_python().path];
    world.run(&[&["pack"][..], &inputs, flags].concat())
}

/// The codes of a failed run with --json, in their order.
fn codes(outcome: &Outcome) -> Vec<String> {
    let json = outcome.json();
    let diagnostics = json["diagnostics"].as_array().unwrap().iter();
    diagnostics
        .map(|diagnostic| diagnostic["code"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn errors_are_json_on_standard_output_as_well() {
    let world = World::new();
    world.write("p.yaml", "roots: [gret]\ntarget: wasi\n");
    let outcome = pack(&world, &["--profile", "p.yaml", "--json"]).exits(2);
    assert!(
        outcome.err.contains("error[unknown-module]"),
        "{}",
        outcome.err
    );
    let json = outcome.json();
    assert_eq!(json["exit_code"], 2);
    let [diagnostic] = &json["diagnostics"].as_array().unwrap()[..] else {
        panic!("{json}");
    };
    assert_eq!(diagnostic["code"], "unknown-module");
    assert_eq!(diagnostic["severity"], "error");
    assert_eq!(diagnostic["file"], "p.yaml");
    assert_eq!(diagnostic["line"], 1);
    assert_eq!(diagnostic["column"], 9);
    assert_eq!(diagnostic["help"], "did you mean 'greet'?");
}

#[test]
fn wrong_flags_are_json_too() {
    let outcome = World::empty()
        .run(&["why", "--json", "--nonsense"])
        .exits(2);
    assert_eq!(codes(&outcome), ["invalid-argument"]);
    let outcome = World::empty()
        .run(&["verify", "--json", "nowhere"])
        .exits(2);
    assert_eq!(codes(&outcome), ["invalid-bundle"]);
}

/// One document is printed, not two: a difference says what the answer is.
#[test]
fn a_document_that_was_printed_is_the_only_one() {
    let world = World::new();
    let lock = |flags: &[&str]| {
        let python = &any_python().path;
        let inputs = [
            "--stdlib",
            "Lib",
            "--build-python",
            python,
            "--profile",
            "no-tests",
        ];
        world.run(&[&["lock"][..], &inputs, flags].concat())
    };
    lock(&[]).exits(0);
    world.write("Lib/greet/__init__.py", "changed = 1\n");
    let outcome = lock(&["--json"]).exits(1);
    assert!(outcome.json()["changed"].is_object(), "{}", outcome.out);
    assert!(
        outcome.err.contains("error[lock-mismatch]"),
        "{}",
        outcome.err
    );
}

#[test]
fn an_excluded_root_is_shown_in_its_profile() {
    let world = World::new();
    let text =
        "target: wasi\nroots: [lazily]\nexclude:\n  - {modules: [greet], reason: too friendly}\n";
    world.write("p.yaml", text);
    world.write("Lib/lazily.py", "import greet\n");
    let outcome = pack(&world, &["--profile", "p.yaml"]).exits(2);
    for part in [
        "error[unimportable-root]",
        "p.yaml:4:16",
        "greet is excluded: too friendly",
    ] {
        assert!(outcome.err.contains(part), "{part} in {}", outcome.err);
    }
}

#[test]
fn many_alike_are_few_lines() {
    let world = World::new();
    let mut source = String::new();
    for number in 0..200 {
        let _ = writeln!(source, "import name_{number:03}");
    }
    world.write("app.py", source);
    let flags = ["--profile", "native", "--app", "app.py"];
    let few = pack(&world, &flags).exits(0);
    assert_eq!(
        few.err.matches("warning[third-party-import]").count(),
        5,
        "{}",
        few.err
    );
    assert!(
        few.err.contains("195 more like this [third-party-import]"),
        "{}",
        few.err
    );
    let all = pack(&world, &[&flags[..], &["--verbose"]].concat()).exits(0);
    assert_eq!(all.err.matches("warning[third-party-import]").count(), 200);
    let json = pack(&world, &[&flags[..], &["--json"]].concat())
        .exits(0)
        .json();
    let warnings = json["warnings"].as_array().unwrap().iter();
    let lines: Vec<&Value> = warnings
        .filter(|warning| warning["code"] == "third-party-import")
        .map(|warning| &warning["line"])
        .collect();
    assert_eq!(lines.len(), 200);
    assert_eq!(*lines[7], 8);
}

#[test]
fn every_code_is_explained() {
    let world = World::empty();
    let list = world.run(&["explain"]).exits(0).out;
    for line in list.lines() {
        let code = line.split_whitespace().next().unwrap();
        let text = world.run(&["explain", code]).exits(0).out;
        assert!(
            text.starts_with(code) && text.lines().count() >= 4,
            "{text}"
        );
    }
    let wrong = world.run(&["explain", "unknown-modul"]).exits(2);
    assert!(
        wrong.err.contains("did you mean 'unknown-module'?"),
        "{}",
        wrong.err
    );
}

#[test]
fn reasons_are_the_same_everywhere() {
    let world = World::new();
    world.write(
        "Lib/tool.py",
        "import greet\nif __name__ == '__main__':\n    pass\n",
    );
    let python = &any_python().path;
    let flags = ["--profile", "native", "--run-module", "tool"];
    let why = |flags: &[&str]| {
        let inputs = ["--stdlib", "Lib", "--build-python", python];
        world.run(&[&["why", "tool"][..], &inputs, flags].concat())
    };
    let text = why(&flags).exits(0).out;
    assert!(text.contains("  tool  run with python -m\n"), "{text}");
    let json = why(&[&flags[..], &["--json"]].concat()).exits(0).json();
    assert_eq!(json["chain"][0]["reason"], "run-module");
    assert_eq!(json["chain"][0]["because"], "run with python -m");
    let verbose = pack(&world, &[&flags[..], &["--verbose"]].concat()).exits(0);
    assert!(
        verbose.err.contains("tool: run with python -m\n"),
        "{}",
        verbose.err
    );
    assert!(!verbose.err.contains("by :"), "{}", verbose.err);
    let receipt = world.json(&format!("dist/{}.json", any_python().stem()));
    assert_eq!(receipt["kept"]["tool"]["reason"], Value::from("run-module"));
    assert_eq!(receipt["kept"]["greet"]["importer"], "tool");
}
