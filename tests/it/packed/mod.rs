//! The packed form: `--compress packed`, `unpack`, and `stdlib-unpack.mjs`.
#![allow(clippy::print_stdout)] // figures, with --nocapture

mod damaged;
mod round_trip;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::pythons::{Python, pyodide, pyodide_stdlib, pythons};
use crate::common::{World, any_python};

/// What `stdlib-unpack.mjs` makes of files: for each, the zip or the error. With `structure`, digests are not checked.
fn unpack_in_node(world: &World, files: &[&str], structure: bool) -> Vec<Result<Vec<u8>, String>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/packed/unpack.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(if structure { "structure" } else { "whole" })
        .args(files)
        .current_dir(world.path(""))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let errors: Vec<Option<String>> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(errors.len(), files.len());
    let unpacked = files.iter().zip(errors);
    let result = |(file, error): (&&str, Option<String>)| match error {
        Some(error) => Err(error),
        None => Ok(world.read(&format!("{file}.zip"))),
    };
    unpacked.map(result).collect()
}

/// Packs for `profile`, and checks that both decoders rebuild the zip.
fn check(world: &World, build_python: &str, stem: &str, profile: &str) {
    let packed = world.run(&[
        "--profile",
        profile,
        "--build-python",
        build_python,
        "--compress",
        "packed,packed-zstd",
    ]);
    let said = packed.exits(0).said();
    assert!(!said.contains("raw-packed-modules"), "{said}");
    let zip = world.read(&format!("dist/{stem}.zip"));

    for extension in ["br", "zst"] {
        let file = format!("dist/{stem}.zip.packed.{extension}");
        let out = format!("unpacked.{extension}.zip");
        world.run(&["unpack", &file, "--out", &out]).exits(0);
        assert!(world.read(&out) == zip, "{file} unpacks to another zip");
    }
    let packed = format!("dist/{stem}.zip.packed.br");
    let [unpacked] = unpack_in_node(world, &[&packed], false).try_into().unwrap();
    assert!(
        unpacked.unwrap() == zip,
        "JavaScript unpacks to another zip"
    );
}

fn check_minimal(python: &Python) {
    let world = World::empty();
    check(&world, &python.path, &python.stem(), "browser-minimal");
}

#[test]
fn on_every_python() {
    std::thread::scope(|scope| {
        for python in pythons() {
            scope.spawn(|| check_minimal(python));
        }
    });
}

/// Pyodide as build Python describes its own instructions.
#[test]
fn compiled_by_pyodide() {
    let world = World::empty();
    let library = pyodide_stdlib("0.29.5");
    world.write("profile.yaml", "extends: [pyodide-minimal]\n");
    let python = format!("pyodide:{}", pyodide("0.29.5").display());
    let packed = world.run(&[
        "--profile",
        "profile.yaml",
        "--stdlib",
        library.to_str().unwrap(),
        "--build-python",
        &python,
        "--compress",
        "packed",
    ]);
    let said = packed.exits(0).said();
    assert!(!said.contains("raw-packed-modules"), "{said}");
    world
        .run(&["unpack", "dist/python313.zip.packed.br", "--out", "out.zip"])
        .exits(0);
    assert!(world.read("out.zip") == world.read("dist/python313.zip"));
}

/// A small bundle in the packed form, and its names.
fn small() -> (World, String) {
    let world = World::new();
    world.write(
        "profile.yaml",
        "roots: [greet, names]\noutput: {compress: [packed]}\n",
    );
    world.pack(&[]).exits(0);
    (world, any_python().stem())
}

#[test]
fn the_receipt_knows_it() {
    let (world, stem) = small();
    let receipt = world.json(&format!("dist/{stem}.json"));
    let name = format!("{stem}.zip.packed.br");
    let bytes = world.read(&format!("dist/{name}"));
    assert_eq!(receipt["outputs"][&name]["bytes"], bytes.len());
}

#[test]
fn the_bytes_are_reproducible() {
    let (world, stem) = small();
    let name = format!("dist/{stem}.zip.packed.br");
    let first = world.read(&name);
    fs::remove_dir_all(world.path("cache")).unwrap();
    world.pack(&[]).exits(0);
    assert!(world.read(&name) == first);
}

#[test]
fn unpack_names_what_it_writes() {
    let (world, stem) = small();
    let packed = format!("dist/{stem}.zip.packed.br");
    fs::copy(world.path(&packed), world.path("copy.zip.packed.br")).unwrap();
    let said = world.run(&["unpack", "copy.zip.packed.br"]).exits(0).said();
    assert!(said.starts_with("copy.zip  "), "{said}");
    assert!(world.read("copy.zip") == world.read(&format!("dist/{stem}.zip")));

    // It overwrites nothing, and wants a name where there is none.
    let said = world.run(&["unpack", "copy.zip.packed.br"]).exits(2).said();
    assert!(said.contains("'copy.zip' exists"), "{said}");
    fs::rename(world.path("copy.zip.packed.br"), world.path("copy")).unwrap();
    let said = world.run(&["unpack", "copy"]).exits(2).said();
    assert!(said.contains("--out"), "{said}");
}

#[test]
fn other_files_are_refused() {
    let (world, stem) = small();
    let zip = format!("dist/{stem}.zip");
    world.run(&["unpack", &zip, "--out", "out.zip"]).exits(2);
    assert!(!world.path("out.zip").exists());
    let [error] = unpack_in_node(&world, &[&zip], false).try_into().unwrap();
    assert!(error.unwrap_err().contains("Content-Encoding"));
}
