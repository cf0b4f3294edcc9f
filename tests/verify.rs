//! `verify`: what the receipt promises is imported for real, and the truth is told about the rest.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use insta::assert_snapshot;

use common::{World, any_python};

/// Real modules, few enough to be quick.
const PROFILE: &str = "roots: [heapq, json.scanner, math]\noutput: {compress: []}\n";

/// A world with a bundle of a real standard library in `dist`.
fn packed() -> World {
    let world = World::empty();
    world.write("profile.yaml", PROFILE);
    let python = &any_python().path;
    let flags = ["--profile", "profile.yaml", "--build-python", python];
    world.run(&flags).exits(0);
    world
}

/// Verifies with the Python that packed.
fn verify(world: &World, more: &[&str]) -> common::Outcome {
    let python = &any_python().path;
    world.run(&[&["verify", "--build-python", python], more].concat())
}

fn file(ending: &str) -> String {
    format!("dist/{}.{ending}", any_python().stem())
}

#[test]
fn a_good_bundle() {
    let world = packed();
    let said = verify(&world, &[]).exits(0).said();
    assert!(
        said.contains("modules import with only this bundle: "),
        "{said}"
    );
    assert_eq!(verify(&world, &["--quiet"]).exits(0).said(), "");
    let all = verify(&world, &["--verbose"]).exits(0).out;
    assert!(all.contains("heapq (root): from the bundle\n"), "{all}");
    assert!(all.contains("math (root): "), "{all}");
}

#[test]
fn the_bundle_is_named_by_its_folder_or_any_file() {
    let world = packed();
    for name in ["dist", &file("zip"), &file("json")] {
        verify(&world, &[name]).exits(0);
    }
}

#[test]
fn to_programs() {
    let said = verify(&packed(), &["--json"]).exits(0).json();
    assert_eq!(said["passed"], true);
    let modules = said["modules"].as_array().unwrap().iter();
    let outcome_of = |name: &str| {
        let module = modules.clone().find(|module| module["module"] == name);
        module.unwrap()["outcome"]["imported"].clone()
    };
    assert_eq!(outcome_of("heapq"), "bundle");
    assert_eq!(outcome_of("json.scanner"), "bundle");
    let c_module = outcome_of("math");
    assert!(
        c_module == "extension" || c_module == "built-in",
        "{c_module}"
    );
}

/// Replaces the bundle by one in which `heapq` needs what is not there, with a receipt to match.
#[test]
fn a_bundle_that_lacks_a_module() {
    use sha2::{Digest, Sha256};

    let world = packed();
    let files: Vec<(String, Vec<u8>)> = world
        .zip_names(&file("zip"))
        .into_iter()
        .filter(|name| !name.starts_with("heapq"))
        .map(|name| (name.clone(), world.zip_file(&file("zip"), &name)))
        .collect();
    let old = Sha256::digest(world.read(&file("zip")));
    let zip = common::zip_of(&files);
    let new = Sha256::digest(&zip);
    world.write(&file("zip"), zip);
    let hex =
        |digest: &[u8]| -> String { digest.iter().map(|byte| format!("{byte:02x}")).collect() };
    let receipt = String::from_utf8(world.read(&file("json"))).unwrap();
    world.write(&file("json"), receipt.replace(&hex(&old), &hex(&new)));
    let outcome = verify(&world, &[]).exits(1);
    let failed = outcome.out.lines().next().unwrap().to_owned();
    assert_snapshot!(failed, @"heapq (root): ModuleNotFoundError: No module named 'heapq'");
    assert_eq!(verify(&world, &["--json"]).exits(1).json()["passed"], false);
}

#[test]
fn a_bundle_that_is_not_its_receipts() {
    let world = packed();
    let zip = world.read(&file("zip"));
    world.write(&file("zip"), &zip[1..]);
    assert_snapshot!(verify(&world, &[]).exits(2).said(), @"error: 'dist/python3xx.zip' is not the file that its receipt tells of: pack again");
}

#[test]
fn no_bundle() {
    let world = World::empty();
    assert_snapshot!(verify(&world, &["nowhere"]).exits(2).said(), @"error: there is no bundle at 'nowhere': no such file or folder");
    world.write("dist/notes.txt", "");
    assert_snapshot!(verify(&world, &[]).exits(2).said(), @"error: there is no bundle in 'dist' (no python3XX.json): pack one first");
    world.write("dist/python399.json", "{}");
    assert_snapshot!(verify(&world, &[]).exits(2).said(), @"error: 'dist/python399.json' is no receipt of a bundle: missing field `schema` at line 1 column 2");
    world.write("dist/python398.json", "{}");
    assert_snapshot!(verify(&world, &[]).exits(2).said(), @"error: there are several bundles in 'dist': name one of their .zip files");
}

#[test]
fn a_receipt_of_a_later_program() {
    let world = packed();
    let receipt = String::from_utf8(world.read(&file("json"))).unwrap();
    world.write(
        &file("json"),
        receipt.replace("\"schema\": 1", "\"schema\": 99"),
    );
    assert_snapshot!(verify(&world, &[]).exits(2).said(), @"error: 'dist/python3xx.json' is no receipt of a bundle: its layout is version 99, this program knows 1");
}

#[test]
fn a_python_of_another_version() {
    let world = packed();
    let version = format!("\"python\": \"{}\"", any_python().version);
    let receipt = String::from_utf8(world.read(&file("json"))).unwrap();
    world.write(
        &file("json"),
        receipt.replace(&version, "\"python\": \"3.99\""),
    );
    assert_snapshot!(verify(&world, &[]).exits(2).said(), @"error: the bundle is for Python 3.99, '[python]' is Python 3.x: name one of the bundle's version with --build-python");
}

#[test]
fn a_python_that_is_not_there() {
    let world = packed();
    let outcome = world.run(&["verify", "--build-python", "no-such-python"]);
    assert_snapshot!(outcome.exits(3).said(), @"error: cannot start the build Python 'no-such-python': No such file or directory (os error 2)");
}

/// Nothing of the user's gets into the trial.
#[test]
fn what_lies_around_is_not_imported() {
    let world = packed();
    world.write("heapq.py", "raise SystemExit('poisoned')\n");
    let mut command = world.command();
    command
        .args(["verify", "dist", "--build-python", &any_python().path])
        .env("PYTHONPATH", world.path(""));
    world.finish(command).exits(0);
}

/// What fails with the whole library as well tells nothing of the bundle.
#[test]
fn a_program_that_fails_anyway_proves_nothing() {
    let world = packed();
    world.write("crash.py", "import no_such_module\nimport csv\n");
    let said = verify(&world, &["--app", "crash.py"]).exits(1).out;
    let expected = "crash.py: fails with the runtime's own library, which proves nothing: \
                    ModuleNotFoundError: No module named 'no_such_module'\n";
    assert!(said.ends_with(expected), "{said}");
    world.write("ends.py", "import sys\nsys.exit('no')\n");
    let said = verify(&world, &["--app", "ends.py"]).exits(0).out;
    assert!(
        said.contains("the same with only this bundle (0 lines, exit code 1)"),
        "{said}"
    );
}

/// `python x.pyz` and `python FOLDER` need what runs modules, which scripts do without.
#[test]
fn zips_and_folders_are_run_by_their_main() {
    let main = "import csv, inner\nprint(inner.X, __package__ == '')\n";
    let files = [("__main__.py", main), ("inner.py", "X = 7\n")];
    let zip = [b"#!/usr/bin/env python3\n".to_vec(), common::zip_of(&files)].concat();
    let world = packed();
    world.write("app.pyz", zip);
    for (name, text) in files {
        world.write(&format!("folder/{name}"), text);
    }
    world.write_zip("none.pyz", &[("inner.py", "")]);
    let said = verify(&world, &["--app", "none.pyz"]).exits(2).err;
    assert!(said.contains("it is a zip without a __main__.py"), "{said}");
    for app in ["app.pyz", "folder"] {
        let said = verify(&world, &["--app", app]).exits(1).out;
        assert!(
            said.contains(": not the same with only this bundle\n"),
            "{said}"
        );
        let python = &any_python().path;
        let flags = ["--profile", "profile.yaml", "--build-python", python];
        world
            .run(&[&flags[..], &["--app", app, "--out", "with"]].concat())
            .exits(0);
        let said = verify(&world, &["with", "--app", app]).exits(0).out;
        assert!(
            said.contains(": the same with only this bundle (1 lines, exit code 0)\n"),
            "{said}"
        );
    }
}
