//! What `snippet` prints for pages, used in Chromium.

use std::fs;

use crate::boot::script;
use crate::common::World;
use crate::common::pythons::{playwright, pyodide};

/// A page boots from what the bundle has, the browser refuses any other bytes, and a service worker keeps the library.
pub(super) fn work(world: &World, release: &str) {
    let python = format!("pyodide:{}", pyodide(release).display());
    for form in ["brotli", "deflate", "packed"] {
        let flags = ["--profile", "profile.yaml", "--build-python", &python];
        let site = ["--compress", form, "--out", form];
        world.run(&[flags, site].concat()).exits(0);
        for (kind, file) in [
            ("pyodide", "load.mjs"),
            ("service-worker", "worker.js"),
            ("unpack", "stdlib-unpack.mjs"),
        ] {
            let text = world.run(&["snippet", kind, form]).exits(0).out;
            world.write(&format!("{form}/{file}"), text);
        }
        let arguments = [playwright(), pyodide(release), world.path(form)];
        let said = script("snippets.mjs", &arguments);
        let expected = "plain: runs 42 asked 1\nother bytes: fails\nwith a worker: runs 42\nkept by it: runs 42\n";
        assert_eq!(said, expected, "{form}");
        fs::remove_dir_all(world.path(form)).unwrap();
    }
}
