//! Runtimes that are not there, or not for the bundle.

use crate::common::World;
use crate::common::pythons::{pyodide, wasi};

fn packed() -> World {
    let world = World::new();
    world.pack(&[]).exits(0);
    world
}

#[track_caller]
fn refuses(runtime: &str, code: i32, words: &str) {
    let said = packed()
        .run(&["verify", "--runtime", runtime])
        .exits(code)
        .said();
    assert!(said.contains(words), "{said}");
}

#[test]
fn unknown() {
    refuses(
        "pyodid:x",
        2,
        "runtimes are native, pyodide:DIR, browser:DIR, emscripten:DIR, browser-emscripten:DIR, wasi:FILE.wasm and wasmtime:FILE.wasm",
    );
    refuses("pyodide", 2, "pyodide:node_modules/pyodide");
}

#[test]
fn not_there() {
    refuses("pyodide:nowhere", 2, "it has no pyodide.mjs");
    refuses("browser:nowhere", 2, "it has no pyodide.mjs");
    refuses("wasi:nowhere.wasm", 2, "there is no file 'nowhere.wasm'");
    refuses(
        "wasmtime:nowhere.wasm",
        2,
        "there is no file 'nowhere.wasm'",
    );
    refuses(
        "emscripten:nowhere",
        2,
        "neither a folder nor a .js or .mjs",
    );
    refuses("emscripten:nowhere.js", 2, "'nowhere.js' is no file");
    refuses("browser-emscripten:dist", 2, "no python.mjs or python.js");
}

#[test]
fn a_build_for_node_in_a_browser() {
    let world = packed();
    world.write("build/python.js", "var NODERAWFS = {};\n");
    let flags = ["verify", "--runtime", "browser-emscripten:build"];
    let said = world.run(&flags).exits(2).said();
    assert!(said.contains("which browsers cannot run"), "{said}");
}

#[test]
fn libraries_for_what_has_one() {
    let world = packed();
    let said = world.run(&["verify", "--stdlib", "."]).exits(2).said();
    assert!(
        said.contains("the complete library of a runtime that carries none"),
        "{said}"
    );
    let pyodide = format!("pyodide:{}", pyodide("314.0.7").display());
    let probe = ["target", "probe", "--run", &pyodide, "--stdlib", "."];
    let said = world.run(&probe).exits(2).said();
    assert!(said.contains("is started with its own library"), "{said}");
}

#[test]
fn bundles_that_do_not_boot_pyodide() {
    let runtime = format!("pyodide:{}", pyodide("314.0.7").display());
    refuses(&runtime, 2, "pack with --profile pyodide-minimal --stdlib");
}

#[test]
fn programs_that_are_not_there() {
    let world = packed();
    let runtime = format!("wasi:{}", wasi().display());
    let flags = ["verify", "--runtime", &runtime, "--app", "no.py"];
    let said = world.run(&flags).exits(2).said();
    assert!(
        said.contains("cannot run 'no.py': there is no such file"),
        "{said}"
    );
}

#[test]
fn no_node() {
    let world = packed();
    let runtime = format!("wasi:{}", wasi().display());
    let mut command = world.command();
    command.args(["verify", "--runtime", &runtime]);
    command.env("PATH", "");
    let said = world.outcome(&command.output().unwrap()).exits(3).said();
    assert!(
        said.contains("Node.js 20 or newer, and none is on the PATH"),
        "{said}"
    );
}
