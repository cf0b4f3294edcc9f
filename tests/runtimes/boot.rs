//! Booting Pyodide from `pyodide-minimal`, compiled by that Pyodide itself.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::common::World;
use crate::common::pythons::{playwright, pyodide};

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

pub(super) fn in_repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The demo's server, for as long as it is held.
pub(super) struct Server {
    child: Child,
    pub(super) url: String,
}

impl Server {
    /// Serves the bundle in the world's `dist`.
    pub(super) fn start(world: &World, release: &str) -> Self {
        let mut child = Command::new("node")
            .arg(in_repository("docs/demo/serve.mjs"))
            .args([pyodide(release), world.path("dist")])
            .arg("0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        let url = url.trim().to_owned();
        Self { child, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a script of this folder and returns what it prints.
pub(super) fn script(name: &str, arguments: &[PathBuf]) -> String {
    let output = Command::new("node")
        .arg(in_repository("tests/runtimes").join(name))
        .args(arguments)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

/// Boots that Pyodide from the bundle, under Node.js and in Chromium, and has it do what every page does.
pub(super) fn boots(world: &World, release: &str, stem: &str) {
    let expected = "run 2\nawait slept\ntraceback true\nconvert {'a': 1}\ndone\n";
    let zip = world.path(&format!("dist/{stem}.zip"));
    let in_node = script("boot.mjs", &[pyodide(release), zip]);
    assert_eq!(in_node, expected, "Pyodide {release} under Node.js");
    let server = Server::start(world, release);
    let in_page = script("boot.mjs", &[playwright(), server.url.clone().into()]);
    assert_eq!(in_page, expected, "Pyodide {release} in Chromium");
}
