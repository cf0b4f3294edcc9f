//! `verify`: what the receipt promises is imported for real, and the truth is told about the rest.

use insta::assert_snapshot;

use crate::common::{World, any_python};

/// Real modules, few enough to be quick.
const PROFILE: &str = "roots: [heapq, json.scanner, math]\noutput: {compress: []}\n";

/// A world with a bundle of a real standard library in `dist`.
fn packed() -> World {
    packed_with(&[])
}

fn packed_with(more: &[&str]) -> World {
    let world = World::empty();
    world.write("profile.yaml", PROFILE);
    let python = &any_python().path;
    let flags = ["--profile", "profile.yaml", "--build-python", python];
    world.run(&[&flags, more].concat()).exits(0);
    world
}

/// Verifies with the Python that packed.
fn verify(world: &World, more: &[&str]) -> crate::common::Outcome {
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

type Files = Vec<(String, Vec<u8>)>;

/// A digest as receipts have it.
fn hex(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Replaces the zip by one with other files, and its digest in the receipt.
fn change(world: &World, change: impl FnOnce(&mut Files)) {
    let names = world.zip_names(&file("zip")).into_iter();
    let names = names.filter(|name| !name.ends_with('/'));
    let mut files: Files = names
        .map(|name| (name.clone(), world.zip_file(&file("zip"), &name)))
        .collect();
    change(&mut files);
    let old = world.read(&file("zip"));
    let new = crate::common::zip_of(&files);
    let receipt = String::from_utf8(world.read(&file("json"))).unwrap();
    world.write(&file("json"), receipt.replace(&hex(&old), &hex(&new)));
    world.write(&file("zip"), new);
}

/// Puts the bytecode of one module in the place of another's.
fn swap(files: &mut Files) {
    let from = files
        .iter()
        .position(|(name, _)| name == "json/scanner.pyc")
        .unwrap();
    let to = files
        .iter()
        .position(|(name, _)| name == "heapq.pyc")
        .unwrap();
    files[to].1 = files[from].1.clone();
}

#[test]
fn a_module_that_was_exchanged_with_the_digest_of_the_zip() {
    let world = packed();
    change(&world, swap);
    let outcome = verify(&world, &[]).exits(1);
    let failed = outcome.out.lines().next().unwrap().to_owned();
    assert_snapshot!(failed, @"heapq (root): 'heapq.pyc' does not match the receipt");
    let said = verify(&world, &["--json"]).exits(1).json();
    let modules = said["modules"].as_array().unwrap();
    let differs = modules
        .iter()
        .filter(|module| module["outcome"]["differs"].is_string());
    assert_eq!(differs.count(), 1);
}

/// As a cache would have it whose entries are in each other's places.
#[test]
fn a_module_that_was_exchanged_with_all_that_is_told_of_it() {
    let world = packed();
    change(&world, swap);
    let mut receipt = world.json(&file("json"));
    for key in ["sha256", "bytes"] {
        receipt["kept"]["heapq"][key] = receipt["kept"]["json.scanner"][key].clone();
    }
    world.write(&file("json"), receipt.to_string());
    let outcome = verify(&world, &[]).exits(1);
    let failed = outcome.out.lines().next().unwrap().to_owned();
    assert_snapshot!(failed, @"heapq (root): 'heapq.pyc' is the bytecode of 'json/scanner.py'");
}

#[test]
fn a_module_that_the_receipt_does_not_tell_of() {
    let world = packed();
    change(&world, |files| {
        files.push(("extra.py".to_owned(), b"x = 1\n".to_vec()));
    });
    let outcome = verify(&world, &[]).exits(1);
    let failed = outcome.out.lines().next().unwrap().to_owned();
    assert_snapshot!(failed, @"extra (not in the receipt): it is not in the receipt");
}

/// Receipts of older programs have no digests of modules.
#[test]
fn a_receipt_without_digests_of_modules() {
    let world = packed();
    let mut receipt = world.json(&file("json"));
    for kept in receipt["kept"].as_object_mut().unwrap().values_mut() {
        kept.as_object_mut().unwrap().remove("sha256");
    }
    world.write(&file("json"), receipt.to_string());
    verify(&world, &[]).exits(0);
    change(&world, swap);
    verify(&world, &[]).exits(1);
}

/// Replaces the bundle by one in which `heapq` needs what is not there, with a receipt to match.
#[test]
fn a_bundle_that_lacks_a_module() {
    let world = packed();
    change(&world, |files| {
        files.retain(|(name, _)| !name.starts_with("heapq"));
    });
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
    assert_snapshot!(verify(&world, &[]).exits(2).said(), @"error[invalid-bundle]: 'dist/python3xx.zip' does not match its receipt: pack again");
}

/// A run that is killed may leave the old bundle without its SBOM.
#[test]
fn a_bundle_without_a_side_file_of_its_receipt() {
    let world = packed_with(&["--sbom", "--checksums"]);
    verify(&world, &[]).exits(0);
    for side_file in ["cdx.json", "sha256"] {
        let bytes = world.read(&file(side_file));
        std::fs::remove_file(world.path(&file(side_file))).unwrap();
        let said = verify(&world, &[]).exits(2).said();
        let missing = format!("{side_file}', which the receipt names, is missing: pack again");
        assert!(said.contains(&missing), "{said}");
        world.write(&file(side_file), bytes);
    }
}

#[test]
fn no_bundle() {
    let world = World::empty();
    assert_snapshot!(verify(&world, &["nowhere"]).exits(2).said(), @"error[invalid-bundle]: there is no bundle at 'nowhere': no such file or folder");
    world.write("dist/notes.txt", "");
    assert_snapshot!(verify(&world, &[]).exits(2).said(), @"error[invalid-bundle]: there is no bundle in 'dist' (no python3XX.json): pack one first");
    world.write("dist/python399.json", "{}");
    assert_snapshot!(verify(&world, &[]).exits(2).said(), @"error[invalid-bundle]: 'dist/python399.json' is not a bundle's receipt: missing field `schema` at line 1 column 2");
    world.write("dist/python398.json", "{}");
    assert_snapshot!(verify(&world, &[]).exits(2).said(), @"error[invalid-bundle]: there are several bundles in 'dist': name one of their .zip files");
}

#[test]
fn a_receipt_of_a_later_program() {
    let world = packed();
    let receipt = String::from_utf8(world.read(&file("json"))).unwrap();
    world.write(
        &file("json"),
        receipt.replace("\"schema\": 1", "\"schema\": 99"),
    );
    assert_snapshot!(verify(&world, &[]).exits(2).said(), @"error[invalid-bundle]: 'dist/python3xx.json' is not a bundle's receipt: its layout is version 99, this program knows 1");
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
    assert_snapshot!(verify(&world, &[]).exits(2).said(), @"error[version-mismatch]: the bundle is for Python 3.99, '[python]' is Python 3.x: name one of the bundle's version with --build-python");
}

#[test]
fn a_python_that_is_not_there() {
    let world = packed();
    let outcome = world.run(&["verify", "--build-python", "no-such-python"]);
    assert_snapshot!(outcome.exits(3).said(), @"error[build-python-not-found]: cannot start the build Python 'no-such-python': No such file or directory (os error 2)");
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
    let expected = "crash.py: fails with the full library as well; what comes after was not tried: \
                    ModuleNotFoundError: No module named 'no_such_module'\n";
    assert!(said.ends_with(expected), "{said}");
    world.write("ends.py", "import sys\nsys.exit('no')\n");
    let said = verify(&world, &["--app", "ends.py"]).exits(0).out;
    assert!(
        said.contains("same output with only this bundle (0 lines, exit code 1)"),
        "{said}"
    );
}

#[test]
fn a_program_with_arguments_input_and_a_dependency() {
    let world = packed();
    world.write("given.txt", "one\ntwo\n");
    world.write("packages/package/__init__.py", "import heapq\n");
    world.write(
        "app.py",
        "import sys, package\nprint(sys.argv[1:], sys.stdin.read())\nif 'end' in sys.argv:\n    sys.stdout.flush()\n    \
         import os; os._exit(3)\nimport csv\n",
    );
    let flags = [
        "--app",
        "app.py",
        "--dependency",
        "packages",
        "--stdin",
        "given.txt",
    ];
    let verify = |arguments: &[&str]| verify(&world, &[&["dist"], &flags[..], arguments].concat());
    let said = verify(&["--", "end", "-x"]).exits(0).out;
    assert!(
        said.contains("same output with only this bundle (3 lines, exit code 3)"),
        "{said}"
    );
    // It goes as far as the module that is missing.
    let said = verify(&["--json", "--", "go on"]).exits(1).json();
    let program = &said["programs"][0];
    assert_eq!(program["outcome"], "different");
    assert_eq!(program["got"]["printed"], "['go on'] one\ntwo\n\n");
    assert_eq!(
        program["got"]["last-words"],
        "ModuleNotFoundError: No module named 'csv'"
    );
    assert_eq!(program["expected"]["exit-code"], 0);
    let stdin = ["--app", "app.py", "--stdin", "none.txt"];
    let said = crate::verify::verify(&world, &stdin).exits(2).err;
    assert!(
        said.contains("cannot read 'none.txt' as standard input"),
        "{said}"
    );
    crate::verify::verify(&world, &["--stdin", "given.txt"]).exits(2);
}

/// A failure of the program itself hides nothing that comes before it.
#[test]
fn a_program_that_fails_anyway_is_compared_as_far_as_it_goes() {
    let world = packed();
    world.write("crash.py", "print(1)\nimport csv\nraise ValueError(2)\n");
    let said = verify(&world, &["--app", "crash.py"]).exits(1).out;
    let lines: Vec<&str> = said.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "crash.py: different output with only this bundle",
            "  exit code 1 in place of exit code 1: ModuleNotFoundError: No module named 'csv'",
            "  it fails with the full library as well; what comes after was not tried: ValueError: 2",
        ]
    );
}

/// `python x.pyz` and `python FOLDER` need what runs modules, which scripts do without.
#[test]
fn zips_folders_and_packages_are_run_by_their_main() {
    let main = "import csv, inner\nprint(inner.X, __package__ == '')\n";
    let files = [("__main__.py", main), ("inner.py", "X = 7\n")];
    let package_main =
        "import csv\nfrom . import inner\nassert __package__ == 'package'\nprint(inner.X)\n";
    let zip = [
        b"#!/usr/bin/env python3\n".to_vec(),
        crate::common::zip_of(&files),
    ]
    .concat();
    let world = packed();
    world.write("app.pyz", zip);
    for (name, text) in files {
        world.write(&format!("folder/{name}"), text);
    }
    world.write_zip("none.pyz", &[("inner.py", "")]);
    let said = verify(&world, &["--app", "none.pyz"]).exits(2).err;
    assert!(said.contains("it is a zip without a __main__.py"), "{said}");
    world.write("package/__init__.py", "");
    world.write("package/__main__.py", package_main);
    world.write("package/inner.py", "X = 7\n");
    for app in ["app.pyz", "folder", "package"] {
        let said = verify(&world, &["--app", app]).exits(1).out;
        assert!(
            said.contains(": different output with only this bundle\n"),
            "{said}"
        );
        let python = &any_python().path;
        let flags = ["--profile", "profile.yaml", "--build-python", python];
        world
            .run(&[&flags[..], &["--app", app, "--out", "with"]].concat())
            .exits(0);
        let said = verify(&world, &["with", "--app", app]).exits(0).out;
        assert!(
            said.contains(": same output with only this bundle (1 line, exit code 0)\n"),
            "{said}"
        );
    }
}
