//! The calls that targets list under `failing-calls` fail there.

use std::path::{Path, PathBuf};
use std::thread;

use stdlib_pack::manifest::Manifests;

use super::boot::{in_repository, script};
use crate::common::pythons::{PYODIDES, pyodide, wasi};

/// Under Node.js, Emscripten runs the shell of the machine; in a page there is none.
const WORKS_UNDER_NODE: &str = "os.system";

#[test]
fn failing_calls_fail() {
    let pyodides = PYODIDES.iter();
    let pyodides = pyodides.map(|(release, stem)| ("pyodide", pyodide(release), *stem));
    let runtimes: Vec<(&str, PathBuf, &str)> =
        pyodides.chain([("wasi", wasi(), "python312")]).collect();
    thread::scope(|scope| {
        for (target, runtime, stem) in runtimes {
            scope.spawn(move || calls_fail(target, &runtime, stem));
        }
    });
}

fn calls_fail(target: &str, runtime: &Path, stem: &str) {
    let said = script(
        "calls.mjs",
        &[runtime.to_owned(), in_repository("tests/runtimes/calls.py")],
    );
    let manifests = Manifests::embedded().unwrap();
    let version = stem.replace("python3", "3.").parse().unwrap();
    let notes = manifests.target(target).unwrap().failing_calls.iter();
    let notes = notes.filter(|note| note.versions.contains(version));
    let mut calls = notes.flat_map(|note| &note.calls).peekable();
    assert!(calls.peek().is_some());
    for call in calls {
        let is_shell = target == "pyodide" && call == WORKS_UNDER_NODE;
        let outcome = if is_shell { "works" } else { "fails" };
        let expected = format!("{call} {outcome}");
        let is_said = said.lines().any(|line| line == expected);
        assert!(is_said, "{}: '{expected}' in\n{said}", runtime.display());
    }
}
