//! The demo in `docs/demo`, used in Chromium as a visitor would.

use crate::boot::{Server, script};
use crate::common::World;
use crate::common::pythons::playwright;

/// Opens the page, runs what stands in it, and compares with Pyodide's own library.
pub(super) fn works(world: &World, release: &str) {
    let server = Server::start(world, release);
    let screenshot = world.path("demo.png");
    let arguments = [playwright(), server.url.clone().into(), screenshot.clone()];
    let said = script("demo.mjs", &arguments);
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].contains("profile profile."), "{said}");
    assert!(
        lines[1].starts_with("bytes ") && lines[1].ends_with(" kB"),
        "{said}"
    );
    assert!(lines[2].starts_with("printed {\"python\": \"3."), "{said}");
    assert_eq!(lines[3..], ["rows 2 2"], "{said}");
    assert!(std::fs::metadata(screenshot).unwrap().len() > 10_000);
}
