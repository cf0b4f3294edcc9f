//! The examples in `examples`, built as their READMEs tell and used in Chromium.

use std::path::PathBuf;
use std::process::Command;

use crate::boot::in_repository;
use crate::common::World;

/// What each page prints when it is opened and when it is used, and that it loads the bundle and nothing else.
const EXPECTED: &str = r#"pyodide-page first: "{\"Rome\": 8, \"Oslo\": 4}"
pyodide-page then: "{\"Lima\": 42}"
pyodide-page loaded: python314.zip.packed.br
pyodide-worker first: "10 % of runs end within 9:00:00\n50 % of runs end within 12:00:00\n90 % of runs end within 15:00:00"
pyodide-worker loaded: python314.zip.packed.br
service-worker first: "February 2026\nMo Tu We Th Fr Sa Su\n                   1\n 2  3  4  5  6  7  8\n 9 10 11 12 13 14 15\n16 17 18 19 20 21 22\n23 24 25 26 27 28"
service-worker then: "February 2026\nMo Tu We Th Fr Sa Su\n                   1\n 2  3  4  5  6  7  8\n 9 10 11 12 13 14 15\n16 17 18 19 20 21 22\n23 24 25 26 27 28"
service-worker loaded: python314.zip.packed.br
pyscript first: "21 °C are 69.8 °F"
pyscript then: "100 °C are 212 °F"
pyscript loaded: python314.zip.packed.br
jupyterlite first: "[169.0, 173.5, 179.5]"
jupyterlite then: "zlib ['/lib/python314.zip']"
jupyterlite loaded: python314.zip.packed.br
marimo first: "Quartiles: [166.25, 173.5, 182.25]"
marimo then: "Quartiles: [1.25, 2.5, 3.75]"
marimo loaded: python_stdlib.zip
"#;

#[test]
fn examples_work() {
    let world = World::empty();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_stdlib-pack"));
    let output = Command::new("node")
        .arg(in_repository("tests/runtimes/examples.mjs"))
        .args([program, world.path("examples")])
        .env("STDLIB_PACK_CACHE", world.path("cache"))
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    assert_eq!(String::from_utf8_lossy(&text), EXPECTED);
}
