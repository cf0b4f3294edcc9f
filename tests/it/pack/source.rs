//! `payload: source`: sources without what is stripped, which otherwise mean the same.

use std::process::Command;

use crate::common::World;
use crate::common::pythons::{Python, any_python, pythons};

/// Packs a whole library with that stripped, compares every module's tree, and imports each.
fn means_the_same(python: &Python, stripped: &[&str]) {
    let world = World::empty();
    let strip = stripped.join(", ");
    // turtledemo runs its own modules, which therefore keep what they do then.
    let profile = format!(
        "extends: [no-tests]\nexclude: [{{modules: [turtledemo], reason: it runs modules}}]\nclosure: everything\n\
         payload: source\nstrip: [{strip}]\noutput: {{compress: []}}\n"
    );
    world.write("profile.yaml", profile);
    let flags = ["--profile", "profile.yaml", "--build-python", &python.path];
    world.run(&flags).exits(0);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/pack/same_tree.py");
    let output = Command::new(&python.path)
        .args(["-W", "ignore", script])
        .arg(world.path(&format!("dist/{}.zip", python.stem())))
        .arg(python.stdlib())
        .args(stripped)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let words: Vec<&str> = said.split_whitespace().collect();
    let (version, errors) = (&python.version, String::from_utf8_lossy(&output.stderr));
    assert_eq!(
        words.get(1..),
        Some(&["modules,", "0", "differ,", "0", "remain"][..]),
        "{version}, {strip}: {said}{errors}"
    );
    assert!(words[0].parse::<u32>().unwrap() > 400, "{said}");
    let verify = ["verify", "--build-python", &python.path, "--quiet"];
    world.run(&verify).exits(0);
}

#[test]
fn with_lines() {
    means_the_same(any_python(), &["docstrings"]);
}

#[test]
fn without_all_that_can_go() {
    let all = [
        "docstrings",
        "lines",
        "asserts",
        "annotations",
        "main-blocks",
        "dead-branches",
    ];
    for python in pythons() {
        means_the_same(python, &all);
    }
}

/// Without `docstrings`, the layout stays.
#[test]
fn with_its_layout() {
    let some = ["asserts", "annotations", "main-blocks", "dead-branches"];
    means_the_same(any_python(), &some);
}
