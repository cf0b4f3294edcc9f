//! `--drop-in`: a copy of Pyodide that boots from the bundle without being told so.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use crate::common::pythons::pyodide;
use crate::common::{World, any_python};

const RELEASE: &str = "314.0.7";

#[test]
fn a_copy_boots_from_the_bundle() {
    let world = World::empty();
    let place = pyodide(RELEASE);
    let python = format!("pyodide:{}", place.display());
    let flags = ["--profile", "pyodide-minimal", "--build-python", &python];
    let with = |more: &[&str]| world.run(&[&flags, more].concat());
    let said = with(&["--compress", "brotli", "--drop-in", "site/pyodide"]).exits(0);
    assert!(
        said.out.contains("site/pyodide/python_stdlib.zip.br"),
        "{}",
        said.out
    );

    // All else is Pyodide's.
    let mut expected: BTreeMap<String, Vec<u8>> = folder(&place);
    let bundle = world.files("dist");
    for extension in ["zip", "zip.br"] {
        let bytes = bundle[&format!("python314.{extension}")].clone();
        expected.insert(format!("python_stdlib.{extension}"), bytes);
    }
    let mut copy = world.files("site/pyodide");
    copy.remove("python_stdlib.json").unwrap();
    assert!(copy == expected, "{:?}", copy.keys());

    let program = "import { loadPyodide } from './site/pyodide/pyodide.mjs';\n\
        const pyodide = await loadPyodide();\n\
        const print = (code) => console.log(pyodide.runPython(code));\n\
        print('6 * 7');\n\
        print('try:\\n  import sqlite3\\nexcept ImportError as error:\\n  said = str(error)\\nsaid');\n";
    world.write("program.mjs", program);
    let output = Command::new("node")
        .arg(world.path("program.mjs"))
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let reason = "42\nNo module named 'sqlite3'";
    assert!(
        printed.starts_with(reason),
        "{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );

    // A form that this bundle does not have would be sent in place of the new zip.
    with(&[
        "--compress",
        "none",
        "--root",
        "json",
        "--drop-in",
        "site/pyodide",
    ])
    .exits(0);
    let copy = world.files("site/pyodide");
    assert!(!copy.contains_key("python_stdlib.zip.br"));
    assert!(copy["python_stdlib.zip"] == world.read("dist/python314.zip"));

    with(&["--compress", "deflate", "--drop-in", "site/pyodide"]).exits(0);
    let copied = world.read("site/pyodide/python_stdlib.zip");
    assert!(copied == world.read("dist/python314.deflated.zip"));

    world.write("other/pyodide.mjs", "// mine\n");
    let said = with(&["--drop-in", "other", "--out", "third"]).exits(2).err;
    assert!(
        said.contains("other/pyodide.mjs' exists and is not of a copy"),
        "{said}"
    );
    assert!(!world.path("third").exists());
    assert_eq!(world.files("other").len(), 1);

    let said = with(&["--drop-in", &place.display().to_string()])
        .exits(2)
        .err;
    assert!(said.contains("exists and is not of a copy"), "{said}");
    let said = with(&["--tiers", "--drop-in", "site/pyodide"]).exits(2).err;
    assert!(said.contains("pack without --tiers"), "{said}");
}

#[test]
fn only_pyodide_is_copied() {
    let world = World::new();
    let flags = [
        "--profile",
        "profile.yaml",
        "--stdlib",
        "Lib",
        "--build-python",
        &any_python().path,
    ];
    let said = world
        .run(&[&flags[..], &["--drop-in", "copy"]].concat())
        .exits(2)
        .err;
    assert!(said.contains("--build-python pyodide:DIR"), "{said}");
    assert!(!world.path("copy").exists() && !world.path("dist").exists());
}

fn folder(path: &std::path::Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(path).unwrap().flatten();
    let files = files.filter(|entry| entry.path().is_file());
    let named = files.map(|entry| {
        (
            entry.file_name().into_string().unwrap(),
            fs::read(entry.path()).unwrap(),
        )
    });
    named.collect()
}
