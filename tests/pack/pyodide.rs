//! `pyodide-minimal` boots every Pyodide there is a Python for, under Node.js.

use std::process::Command;

use crate::common::pythons::{pyodide_stdlib, python};
use crate::common::{World, any_python};

#[test]
fn pyodides_boot_from_their_bundles() {
    let mut booted = 0;
    let releases = [
        ("0.25.1", "3.11"),
        ("0.27.7", "3.12"),
        ("0.29.5", "3.13"),
        ("314.0.7", "3.14"),
    ];
    for (release, version) in releases {
        let Some(python) = python(version) else {
            continue;
        };
        let world = World::empty();
        world.write(
            "profile.yaml",
            "extends: [pyodide-minimal]\noutput: {compress: []}\n",
        );
        let zip = pyodide_stdlib(release);
        let library = zip.to_str().unwrap();
        let what = ["--profile", "profile.yaml", "--stdlib", library];
        let with = ["--build-python", python.path.as_str()];
        world.run(&[&what[..], &with].concat()).exits(0);
        let output = Command::new("node")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pack/boot.mjs"))
            .arg(zip.parent().unwrap())
            .arg(world.path(&format!("dist/{}.zip", python.stem())))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let expected = "run 2\nawait slept\ntraceback true\nconvert {'a': 1}\ndone\n";
        assert_eq!(said, expected, "Pyodide {release}");
        booted += 1;
    }
    assert!(booted > 0, "no Pyodide goes with {}", any_python().version);
}
