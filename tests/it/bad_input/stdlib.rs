//! Standard libraries that are none, damaged, or made to do harm.

use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;

use super::Before;
use crate::common::pythons::python;
use crate::common::{Outcome, World, any_python, copy_sources};

impl Before {
    /// What is said when the standard library is at `path`.
    #[track_caller]
    fn refuses_stdlib(&self, path: &str) -> String {
        self.refuses(2, pack_stdlib(&self.world, path))
    }
}

fn pack_stdlib(world: &World, path: &str) -> Outcome {
    let python = &any_python().path;
    world.run(&[
        "--profile",
        "profile.yaml",
        "--stdlib",
        path,
        "--build-python",
        python,
    ])
}

/// Makes a zip of empty files, with names that honest tools do not write, and then does `change` to
/// its directory `z`.
fn hostile_zip(world: &World, names: &[&str], change: &str) {
    let program = "import sys, zipfile\nwith zipfile.ZipFile('hostile.zip', 'w') as z:\n    \
         for name in sys.argv[1:]:\n        z.writestr(name, '')\n    "
        .to_owned()
        + change;
    let made = Command::new(&any_python().path)
        .current_dir(world.path(""))
        .args(["-I", "-c", &program])
        .args(names)
        .status();
    assert!(made.unwrap().success());
}

#[test]
fn nothing_there() {
    assert_snapshot!(Before::new().refuses_stdlib("nowhere"), @"error[invalid-stdlib]: no standard library at 'nowhere': no such file or folder");
}

#[test]
fn a_folder_that_holds_none() {
    let before = Before::new();
    before.world.write("photos/cat.py", "");
    assert_snapshot!(before.refuses_stdlib("photos"), @"error[invalid-stdlib]: 'photos' contains no Python standard library: expected 'encodings/__init__.py' in it, or in a 'Lib' or 'lib/python3.X' folder below it");
}

#[test]
fn a_prefix_with_two_of_them() {
    let before = Before::new();
    before
        .world
        .write("usr/lib/python3.12/encodings/__init__.py", "");
    before
        .world
        .write("usr/lib/python3.13/encodings/__init__.py", "");
    assert_snapshot!(before.refuses_stdlib("usr"), @"error[invalid-stdlib]: 'usr' contains no Python standard library: expected 'encodings/__init__.py' in it, or in a 'Lib' or 'lib/python3.X' folder below it");
}

#[test]
fn a_file_that_is_no_zip() {
    let before = Before::new();
    before.world.write("note.zip", "Dear diary");
    assert_snapshot!(before.refuses_stdlib("note.zip"), @"error[invalid-stdlib]: 'note.zip' is not a readable zip: invalid Zip archive: Could not find EOCD");
}

#[test]
fn a_zip_cut_short() {
    let before = Before::new();
    let files = [("encodings/__init__.py", ""), ("greet.py", "A = 1\n")];
    let path = before.world.write_zip("cut.zip", &files);
    let bytes = std::fs::read(path).unwrap();
    before.world.write("cut.zip", &bytes[..bytes.len() - 30]);
    assert_snapshot!(before.refuses_stdlib("cut.zip"), @"error[invalid-stdlib]: 'cut.zip' is not a readable zip: invalid Zip archive: Could not find EOCD");
}

#[test]
fn a_zip_with_a_damaged_file() {
    let before = Before::new();
    let files = [
        ("encodings/__init__.py", ""),
        ("greet.py", "GREETING = 1\n"),
    ];
    let path = before.world.write_zip("rotten.zip", &files);
    let mut bytes = std::fs::read(path).unwrap();
    let name = bytes
        .windows(8)
        .position(|part| part == b"greet.py")
        .unwrap();
    bytes[name + 10] ^= 0xff;
    before.world.write("rotten.zip", bytes);
    assert_snapshot!(before.refuses_stdlib("rotten.zip"), @"error[invalid-stdlib]: 'rotten.zip' is not a readable zip: greet.py: Invalid checksum");
}

#[test]
fn a_zip_without_a_standard_library() {
    let before = Before::new();
    before.world.write_zip("app.zip", &[("app.py", "")]);
    assert_snapshot!(before.refuses_stdlib("app.zip"), @"error[invalid-stdlib]: 'app.zip' contains no Python standard library: expected 'encodings/__init__.py' in it, or in a 'Lib' or 'lib/python3.X' folder below it");
}

#[test]
fn a_zip_of_bytecode() {
    let before = Before::new();
    before.world.write_zip(
        "pyc.zip",
        &[("encodings/__init__.pyc", ""), ("greet.pyc", "")],
    );
    assert_snapshot!(before.refuses_stdlib("pyc.zip"), @"error[invalid-stdlib]: 'pyc.zip' contains compiled modules (.pyc) but no sources: pass a zip of .py files or a Lib folder");
}

#[test]
fn a_zip_that_leads_out_of_itself() {
    let before = Before::new();
    hostile_zip(&before.world, &["encodings/__init__.py", "../x.py"], "pass");
    assert_snapshot!(before.refuses_stdlib("hostile.zip"), @"error[invalid-stdlib]: 'hostile.zip' is refused: its entry '../x.py' leads out of the archive");
}

#[test]
fn a_zip_with_absolute_names() {
    let before = Before::new();
    hostile_zip(
        &before.world,
        &["encodings/__init__.py", "/etc/x.py"],
        "pass",
    );
    assert_snapshot!(before.refuses_stdlib("hostile.zip"), @"error[invalid-stdlib]: 'hostile.zip' is refused: its entry '/etc/x.py' has an absolute name");
    hostile_zip(&before.world, &["encodings/__init__.py", "C:/x.py"], "pass");
    assert_snapshot!(before.refuses_stdlib("hostile.zip"), @"error[invalid-stdlib]: 'hostile.zip' is refused: its entry 'C:/x.py' has an absolute name");
}

#[test]
fn a_zip_that_claims_ten_gigabytes() {
    let before = Before::new();
    let claim = "z.infolist()[1].file_size = 10 << 30";
    hostile_zip(&before.world, &["encodings/__init__.py", "greet.py"], claim);
    assert_snapshot!(before.refuses_stdlib("hostile.zip"), @"error[invalid-stdlib]: 'hostile.zip (unpacked)' is refused: 10737418240 bytes, where at most 1073741824 are accepted");
}

#[test]
fn a_zip_bomb() {
    let before = Before::new();
    let fill = "z.writestr('greet.py', b'#' * (65 << 20), zipfile.ZIP_DEFLATED)";
    hostile_zip(&before.world, &["encodings/__init__.py"], fill);
    assert_snapshot!(before.refuses_stdlib("hostile.zip"), @"error[invalid-stdlib]: 'greet.py' is refused: 67108865 bytes, where at most 67108864 are accepted");
}

#[test]
fn an_app_that_is_none() {
    let before = Before::new();
    let pack = |app: &str| before.world.pack(&["--app", app]);
    assert_snapshot!(before.refuses(2, pack("nowhere.py")), @"error[invalid-app]: there is no app at 'nowhere.py': no such file or folder");
    before.world.write("notes.txt", "import greet");
    assert_snapshot!(before.refuses(2, pack("notes.txt")), @"error[invalid-app]: 'notes.txt' is neither a Python file, a notebook, a page, a script, a folder, a wheel nor a zip");
    before.world.write("empty/notes.txt", "");
    assert_snapshot!(before.refuses(2, pack("empty")), @"error[invalid-app]: 'empty' holds no Python");
    before.world.write("app.whl", "no zip");
    assert_snapshot!(before.refuses(2, pack("app.whl")), @"error[invalid-app]: 'app.whl' is not a readable zip: invalid Zip archive: Could not find EOCD");
    hostile_zip(&before.world, &["../x.py"], "pass");
    assert_snapshot!(before.refuses(2, pack("hostile.zip")), @"error[invalid-app]: 'hostile.zip' is refused: its entry '../x.py' leads out of the archive");
}

#[test]
fn manifests_that_are_not_there() {
    let before = Before::new();
    let outcome = before.world.pack(&["--manifests", "nowhere"]);
    assert_snapshot!(before.refuses(2, outcome), @"error[invalid-manifest]: cannot read manifests in 'nowhere': No such file or directory (os error 2)");
}

#[test]
fn a_manifest_with_a_mistake() {
    let before = Before::new();
    before
        .world
        .write("facts/targets/toaster.yaml", "name: toaster\ncrumbs: yes\n");
    let outcome = before.world.pack(&["--manifests", "facts"]);
    assert_snapshot!(before.refuses(2, outcome), @"error[invalid-manifest]: manifest 'toaster.yaml' at byte 14: unknown key 'crumbs'");
}

/// Only Pyodide's own library has what Pyodide starts with.
#[test]
fn a_library_that_the_target_does_not_start_with() {
    let before = Before::new();
    let pack = |more: &[&str]| {
        let flags = ["--profile", "pyodide-minimal", "--stdlib", "Lib"];
        let python = ["--build-python", &any_python().path];
        before.world.run(&[&flags[..], &python, more].concat())
    };
    assert_snapshot!(before.refuses(2, pack(&[])), @"error[missing-startup-module]: pyodide does not start without '_pyodide', which the library does not have: name pyodide's own library with --stdlib (of Pyodide, its python_stdlib.zip), or pyodide itself with --build-python (pyodide:DIR)");
}

/// Installing writes the pickles without which lib2to3 reads no grammar out of a zip.
#[test]
fn a_source_tree_without_what_installing_writes() {
    let Some(python) = python("3.11").or(python("3.12")) else {
        return;
    };
    let before = Before::new();
    let script = "import os; print(os.path.dirname(os.__file__))";
    let library = Command::new(&python.path)
        .args(["-c", script])
        .output()
        .unwrap();
    let library = String::from_utf8(library.stdout).unwrap();
    copy_sources(Path::new(library.trim()), &before.world.path("tree"));
    let root = |name: &str| {
        let profile = format!("extends: [no-tests]\nroots: [{name}]\noutput: {{compress: []}}\n");
        before.world.write("tree.yaml", profile);
        let flags = [
            "--profile",
            "tree.yaml",
            "--stdlib",
            "tree",
            "--out",
            "tree-dist",
        ];
        before
            .world
            .run(&[&flags[..], &["--build-python", &python.path]].concat())
    };
    let said = before.refuses(2, root("lib2to3.pygram"));
    let why = "the library has no lib2to3/Grammar3*.pickle, which only an installed Python has";
    assert!(said.contains(why), "{said}");
    root("lib2to3.pgen2.token").exits(0);
}

/// Build systems lay sources out as links; somebody may also have put one in.
#[test]
fn a_link_out_of_the_library() {
    let before = Before::new();
    let elsewhere = before.world.write("elsewhere.py", "SECRET = True\n");
    std::os::unix::fs::symlink(elsewhere, before.world.path("Lib/linked.py")).unwrap();
    let outcome = before.world.pack(&["--root", "linked"]).exits(0);
    assert_snapshot!(outcome.err, @"
    warning[link-outside-stdlib]: a symbolic link to [dir]/elsewhere.py, outside the library; the linked file is packed
    --> linked.py
    ");
    let outcome = before.world.pack(&[]).exits(0);
    assert!(
        !outcome.err.contains("link-outside-stdlib"),
        "{}",
        outcome.err
    );
}
