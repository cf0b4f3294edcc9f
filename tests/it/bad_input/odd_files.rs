//! Standard libraries with odd files in them: what can be packed is packed, the rest is told.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use insta::assert_snapshot;

use super::Before;
use crate::common::{World, any_python};

fn zip() -> String {
    format!("dist/{}.zip", any_python().stem())
}

#[test]
fn links_in_a_loop() {
    let world = World::new();
    symlink(".", world.path("Lib/again")).unwrap();
    symlink("..", world.path("Lib/names/up")).unwrap();
    symlink("nowhere", world.path("Lib/dangling.py")).unwrap();
    assert_snapshot!(world.pack(&[]).exits(0).err, @"
    warning[stdlib-contents]: skipped: File system loop found: Lib/again points to an ancestor Lib
    warning[stdlib-contents]: skipped: File system loop found: Lib/names/up points to an ancestor Lib
    warning[stdlib-contents]: skipped: IO error for operation on Lib/dangling.py: No such file or directory (os error 2)
    ");
    assert!(world.zip_names(&zip()).contains(&"greet.pyc".to_owned()));
}

#[test]
fn a_name_that_is_not_utf_8() {
    let world = World::new();
    let name = OsStr::from_bytes(b"Lib/caf\xe9.py");
    fs::write(world.path("").join(name), "").unwrap();
    assert_snapshot!(world.pack(&[]).exits(0).err, @"warning[stdlib-contents]: skipped 'Lib/caf�.py': its name is not UTF-8");
    assert!(world.zip_names(&zip()).contains(&"greet.pyc".to_owned()));
}

#[test]
fn a_mistake_in_a_module_that_can_be_done_without() {
    let world = World::new();
    world.write("Lib/lazily.py", "x = 1\ndef f(:\n");
    assert_snapshot!(world.pack(&[]).exits(0).err, @"
    warning[stdlib-syntax-error]: does not compile: invalid syntax
    --> lazily.py:2:7
    ");
    assert!(!world.zip_names(&zip()).contains(&"lazily.pyc".to_owned()));
    let receipt = world.json(&zip().replace(".zip", ".json"));
    assert_eq!(receipt["dropped"]["lazily"]["reason"], "unimportable");
}

#[test]
fn a_mistake_in_a_module_that_a_root_needs() {
    let before = Before::new();
    before.world.write("Lib/names/world.py", "WORLD = = 1\n");
    assert_snapshot!(before.refuses(2, before.world.pack(&[])), @"
    error[unimportable-root]: the root 'greet' cannot be imported on the target
     |
     = note: greet imports names.world (line 2)
     = note: names.world: it does not compile: line 1, column 9: invalid syntax
     = help: remove the root, keep what it needs, or choose another target
    ");
}

#[test]
fn a_mistake_in_the_app() {
    let before = Before::new();
    before
        .world
        .write("app.py", "import greet\n\nprint('hello\n");
    let outcome = before.world.pack(&["--app", "app.py"]);
    assert_snapshot!(before.refuses(2, outcome), @"
    error[app-syntax-error]: unterminated string literal (detected at line 3)
    --> app.py:3:7
    ");
}

/// What the build Python's own grammar refuses counts, though ours may be more lenient.
#[test]
fn a_mistake_that_only_the_compiler_sees() {
    let before = Before::new();
    before
        .world
        .write("Lib/names/world.py", "def f():\n    nonlocal x\n");
    let err = before.refuses(2, before.world.pack(&[]));
    assert!(err.contains("names/world.py:2:"), "{err}");
}

#[test]
fn null_bytes() {
    let before = Before::new();
    before.world.write("Lib/names/world.py", "WORLD = '\0'\n");
    let err = before.refuses(2, before.world.pack(&[]));
    assert!(err.contains("null byte"), "{err}");
}

#[test]
fn an_encoding_that_is_declared_and_unknown() {
    let before = Before::new();
    before
        .world
        .write("Lib/names/world.py", "# coding: klingon\n");
    let err = before.refuses(2, before.world.pack(&[]));
    assert!(err.contains("klingon"), "{err}");
}
