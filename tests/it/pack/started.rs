//! Interpreters that start programs in other ways than by a script, and with nothing inside themselves.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Output};

use crate::common::pythons::{Python, pythons};
use crate::common::{World, zip_of};

/// Packs `app` with those lines in the profile, and makes `home` a home with only the bundle.
fn pack(world: &World, python: &Python, profile: &str, app: &str) {
    let profile = format!("extends: [native]\noutput: {{compress: []}}\n{profile}");
    world.write("profile.yaml", profile);
    let flags = ["--profile", "profile.yaml", "--app", app];
    world
        .run(&[&flags[..], &["--build-python", &python.path]].concat())
        .exits(0);
    let stem = python.stem();
    let own = world.path(&format!("home/lib/python{}", python.version));
    if !own.exists() {
        fs::create_dir_all(&own).unwrap();
        symlink(python.extensions(), own.join("lib-dynload")).unwrap();
    }
    let bundle = world.path(&format!("dist/{stem}.zip"));
    fs::copy(bundle, world.path(&format!("home/lib/{stem}.zip"))).unwrap();
}

#[track_caller]
fn prints(world: &World, python: &Python, flags: &[&str], expected: &str) {
    let mut command = Command::new(&python.path);
    command.env_clear().env("PYTHONHOME", world.path("home"));
    let Output { stdout, stderr, .. } = command
        .args(["-s", "-B"])
        .args(flags)
        .current_dir(world.path(""))
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr),
    );
    assert_eq!(
        out.trim_end(),
        expected,
        "Python {} {flags:?}\n{err}",
        python.version
    );
}

#[test]
fn a_folder_a_package_and_a_zip_are_started_by_their_main() {
    let main = "import sys\nprint(__name__, sys.argv[1:])\n";
    let said = "__main__ ['x']";
    for python in pythons() {
        // What is frozen is not in the bundle, and everybody's runtime has it.
        for profile in ["frozen: drop\n", "frozen: drop\nclosure: import-time\n"] {
            let world = World::empty();
            world.write("folder/__main__.py", main);
            pack(&world, python, profile, "folder");
            prints(&world, python, &["-S", "folder", "x"], said);
            world.write("package/__init__.py", "");
            world.write("package/__main__.py", main);
            pack(&world, python, profile, "package");
            prints(&world, python, &["-S", "-m", "package", "x"], said);
            world.write("app.pyz", zip_of(&[("__main__.py", main)]));
            pack(&world, python, profile, "app.pyz");
            prints(&world, python, &["-S", "app.pyz", "x"], said);
        }
    }
}

/// Whoever wants no module that runs others starts the app in another way.
#[test]
fn what_runs_others_can_be_excluded() {
    let python = &pythons()[0];
    let world = World::empty();
    world.write("folder/__main__.py", "print('here')\n");
    let exclude = "exclude: [{modules: [runpy], reason: not used}]\n";
    pack(&world, python, exclude, "folder");
    prints(&world, python, &["-S", "folder/__main__.py"], "here");
}

#[test]
fn an_interpreter_with_nothing_frozen_starts() {
    for python in pythons() {
        for profile in [
            "",
            "closure: import-time\n",
            "roots: []\nstrip: [docstrings]\n",
        ] {
            let world = World::empty();
            world.write("app.py", "print('here')\n");
            pack(&world, python, profile, "app.py");
            let flags = ["-X", "frozen_modules=off", "app.py"];
            prints(&world, python, &flags, "here");
        }
    }
}
