//! What tracebacks of Python 3.15 import and show: little of it is packed, and printing one never fails.

use std::process::Command;

use serde_json::json;

use crate::common::World;
use crate::common::pythons::{Python, python};

const PROFILE: &str = "target: wasi\nroots: [traceback]\noutput: {compress: []}\n";
const UNKNOWN: &str = "import unknown_module";

fn later() -> &'static Python {
    python("3.15").unwrap()
}

fn is_missing() -> bool {
    python("3.15").is_none()
}

fn packed(more: &str, flags: &[&str]) -> World {
    let world = World::empty();
    world.write("profile.yaml", format!("{PROFILE}{more}"));
    let python = &later().path;
    let pack = ["--profile", "profile.yaml", "--build-python", python];
    world.run(&[&pack[..], flags].concat()).exits(0);
    world
}

fn kept(world: &World) -> Vec<String> {
    let receipt = world.json("dist/python315.json");
    let kept = receipt["kept"].as_object().unwrap();
    kept.keys().cloned().collect()
}

/// Runs `program` with only the bundle as the library, and returns the last line of what it says.
fn last_line(world: &World, program: &str) -> String {
    world.write("home/lib/python315.zip", world.read("dist/python315.zip"));
    world.write("home/lib/python3.15/lib-dynload/none", "");
    let output = Command::new(&later().path)
        .args(["-S", "-s", "-P", "-B", "-c", program])
        .env("PYTHONHOME", world.path("home"))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    said.lines().last().unwrap_or_default().to_owned()
}

#[test]
fn modules_for_a_hint_are_not_packed() {
    if is_missing() {
        return;
    }
    let world = packed("", &[]);
    let kept = kept(&world);
    assert!(kept.contains(&"traceback".to_owned()));
    assert!(
        !kept.contains(&"pathlib".to_owned()) && !kept.contains(&"importlib.resources".to_owned())
    );
    let print = format!(
        "import traceback\ntry:\n    {UNKNOWN}\nexcept ImportError:\n    traceback.print_exc()"
    );
    for program in [UNKNOWN, &print] {
        let line = last_line(&world, program);
        assert!(
            line.starts_with("ModuleNotFoundError: No module named 'unknown_module'"),
            "{line}"
        );
    }
}

#[test]
fn what_the_program_imports_stays() {
    if is_missing() {
        return;
    }
    let world = packed("", &["--root", "pathlib"]);
    let program = "import traceback\nraise SystemExit(traceback.pathlib.__name__)";
    assert_eq!(last_line(&world, program), "pathlib");
    let world = packed("", &["--root", "importlib.resources.readers"]);
    let program = "import traceback\n\
                   raise SystemExit(str(traceback._find_incompatible_extension_module.__code__.co_names))";
    assert!(last_line(&world, program).contains("'readers'"));
}

#[test]
fn the_hint_can_be_had_and_its_modules_left_out() {
    if is_missing() {
        return;
    }
    let hints = "runtime-features: [tracebacks, extension-hints]\n";
    let with_hints = packed(hints, &[]);
    assert!(kept(&with_hints).contains(&"importlib.resources.readers".to_owned()));
    let excluded = packed(hints, &["--exclude", "importlib.resources"]);
    assert!(!kept(&excluded).contains(&"importlib.resources.readers".to_owned()));
    assert!(last_line(&excluded, UNKNOWN).starts_with("ModuleNotFoundError"));
}

#[test]
fn a_later_tier_is_not_opened_for_the_hint() {
    if is_missing() {
        return;
    }
    let world = packed("tiers: {}\n", &[]);
    let program =
        "import _stdlib_tiers, sys, traceback\nraise SystemExit('pathlib' in sys.modules)";
    assert_eq!(last_line(&world, program), "");
    assert!(kept(&world).contains(&"pathlib".to_owned()));
}

#[test]
fn a_module_that_is_missing_says_why() {
    if is_missing() {
        return;
    }
    let excluded = "exclude: [{modules: [csv], reason: there are no tables}]\n";
    let reason = "csv is not in this bundle: excluded by 'csv': there are no tables";
    let program = "import csv";
    let without = packed(excluded, &[]);
    assert_eq!(
        last_line(&without, program),
        "ModuleNotFoundError: Standard library module 'csv' was not found"
    );
    let stubs = format!("{excluded}missing-module-stubs: true\n");
    let with = packed(&stubs, &["--missing-stdlib-config", "missing.json"]);
    assert_eq!(
        last_line(&with, program),
        format!("ModuleNotFoundError: {reason}")
    );
    let find = "import importlib.util\nraise SystemExit(str(importlib.util.find_spec('csv')))";
    assert_eq!(last_line(&with, find), "None");
    let sources = with.zip_names("dist/python315.zip");
    let sources: Vec<String> = sources
        .into_iter()
        .filter(|name| name.ends_with(".py"))
        .collect();
    assert_eq!(sources, ["_missing_stdlib_info.py"]);
    let python = &later().path;
    with.run(&["verify", "dist", "--build-python", python])
        .exits(0);

    // The file for `configure` has no names that tracebacks do not look up.
    let names = "import json, sys; print(json.dumps(sorted(sys.stdlib_module_names)))";
    let output = Command::new(python).args(["-c", names]).output().unwrap();
    let known: Vec<String> = serde_json::from_slice(&output.stdout).unwrap();
    let messages = with.json("missing.json");
    assert_eq!(messages["csv"], json!(reason));
    let unknown = messages.as_object().unwrap().keys();
    // Debian adds the last two to its library.
    let added = ["_sysconfigdata_", "_distutils_system_mod", "sitecustomize"];
    let is_added = |name: &String| added.iter().any(|start| name.starts_with(start));
    let unknown: Vec<&String> = unknown
        .filter(|name| !known.contains(name) && !is_added(name))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// Those of a build are about how to install its other parts.
#[test]
fn messages_of_a_build_are_not_packed() {
    if is_missing() {
        return;
    }
    let world = World::new();
    world.write(
        "Lib/_missing_stdlib_info.py",
        "_MISSING_STDLIB_MODULE_MESSAGES = {}\n",
    );
    world.write(
        "profile.yaml",
        "closure: everything\nroots: [_missing_stdlib_info]\n",
    );
    let said = world.pack(&[]).exits(2).said();
    assert!(said.contains("_missing_stdlib_info"), "{said}");
}
