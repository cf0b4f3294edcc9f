//! `payload: source`: sources without comments, depth of indentation and docstrings, which mean the same.

use std::process::Command;

use crate::common::World;
use crate::common::pythons::pythons;

#[test]
fn sources_have_the_same_tree() {
    for python in pythons() {
        let world = World::empty();
        let profile = "extends: [no-tests]\nclosure: everything\npayload: source\nstrip: [docstrings]\noutput: {compress: []}\n";
        world.write("profile.yaml", profile);
        let flags = ["--profile", "profile.yaml", "--build-python", &python.path];
        world.run(&flags).exits(0);
        let output = Command::new(&python.path)
            .args(["-W", "ignore"])
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/pack/same_tree.py"
            ))
            .arg(world.path(&format!("dist/{}.zip", python.stem())))
            .arg(python.stdlib())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let words: Vec<&str> = said.split_whitespace().collect();
        assert_eq!(
            words[1..],
            ["modules,", "0", "differ"],
            "{} {said}",
            python.version
        );
        assert!(words[0].parse::<u32>().unwrap() > 400, "{said}");
        // A bundle of sources works like any other.
        world
            .run(&["verify", "--build-python", &python.path, "--quiet"])
            .exits(0);
    }
}
