//! Booting Pyodide from `pyodide-minimal`, compiled by that Pyodide itself.

use std::process::Command;

use crate::common::World;
use crate::common::pythons::pyodide;

/// A world with the bundle of a Pyodide in `dist`, compiled by that Pyodide.
pub(super) fn packed_by_itself(release: &str, compress: &str) -> World {
    let world = World::empty();
    let profile = format!("extends: [pyodide-minimal]\noutput: {{compress: [{compress}]}}\n");
    world.write("profile.yaml", profile);
    let python = format!("pyodide:{}", pyodide(release).display());
    let flags = ["--profile", "profile.yaml", "--build-python", &python];
    world.run(&flags).exits(0);
    world
}

/// Boots that Pyodide from the bundle, and has it do what every page does.
pub(super) fn boots(world: &World, release: &str, stem: &str) {
    let output = Command::new("node")
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/runtimes/boot.mjs"
        ))
        .arg(pyodide(release))
        .arg(world.path(&format!("dist/{stem}.zip")))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let expected = "run 2\nawait slept\ntraceback true\nconvert {'a': 1}\ndone\n";
    assert_eq!(said, expected, "Pyodide {release}");
}
