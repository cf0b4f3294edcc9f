//! `snippet`: what servers and pages need.

use std::process::Command;

use base64::Engine as _;
use insta::assert_snapshot;
use sha2::{Digest, Sha384};

use super::run;
use crate::common::{World, any_python};

const KINDS: [&str; 7] = [
    "headers",
    "nginx",
    "apache",
    "service-worker",
    "pyodide",
    "emscripten",
    "emscripten-script",
];

fn world() -> World {
    let world = World::new();
    run(&world, "pack", &["--compress", "brotli,deflate"]).exits(0);
    world
}

#[test]
fn browsers_check_the_zip() {
    let world = world();
    let zip = world.read(&format!("dist/{}.zip", any_python().stem()));
    let digest = base64::prelude::BASE64_STANDARD.encode(Sha384::digest(zip));
    let said = world.run(&["snippet", "integrity"]).exits(0).out;
    assert_eq!(said, format!("sha384-{digest}\n"));
}

#[test]
fn nothing_is_left_to_fill_in() {
    let world = world();
    for kind in KINDS {
        let text = world
            .run(&["snippet", kind, "--path", "/static/py"])
            .exits(0)
            .out;
        let file = if kind == "headers" {
            "deflated.zip"
        } else {
            "zip.br"
        };
        let file = format!("/static/py/python3xx.{file}");
        assert!(text.contains(&file) || kind == "apache", "{text}");
        assert!(!text.contains('@'), "{text}");
    }
}

#[test]
fn scripts_are_javascript() {
    let world = world();
    for kind in &KINDS[3..] {
        let text = world.run(&["snippet", kind]).exits(0).out;
        let file = world.write(&format!("{kind}.mjs"), text);
        let output = Command::new("node")
            .arg("--check")
            .arg(file)
            .output()
            .unwrap();
        assert!(output.status.success(), "{kind}: {output:?}");
    }
}

/// What a page loads is there, with the digest of what the browser sees.
#[test]
fn the_form_is_one_that_the_bundle_has() {
    let world = World::new();
    let stem = any_python().stem();
    for (forms, ending, seen) in [
        ("brotli,deflate", "zip.br", "zip"),
        ("deflate,zstd", "deflated.zip", "deflated.zip"),
        ("zstd", "zip", "zip"),
    ] {
        run(&world, "pack", &["--compress", forms]).exits(0);
        let text = world.run(&["snippet", "pyodide"]).exits(0).out;
        assert!(text.contains(&format!("/python3xx.{ending}?v=")), "{text}");
        let digest = Sha384::digest(world.read(&format!("dist/{stem}.{seen}")));
        let digest = base64::prelude::BASE64_STANDARD.encode(digest);
        assert!(text.contains(&digest), "{forms}: {text}");
    }
    for (kind, flag) in [
        ("nginx", "brotli"),
        ("apache", "brotli"),
        ("headers", "deflate"),
    ] {
        let said = world.run(&["snippet", kind]).exits(2).err;
        assert!(said.contains(&format!("--compress {flag}")), "{said}");
    }
}

/// A path would be code in some of them.
#[test]
fn a_path_is_a_path() {
    let world = world();
    world.run(&["snippet", "nginx", "--path", "../x"]).exits(2);
    let said = world
        .run(&["snippet", "nginx", "--path", "a; return 1"])
        .exits(2);
    assert_snapshot!(said.err.trim(), @"error[invalid-argument]: 'a; return 1' is not a plain path: use letters, digits and '-_.~/'");
}

#[test]
fn imports_come_first() {
    let world = World::new();
    run(&world, "pack", &["--compress", "packed", "--tiers"]).exits(0);
    for kind in ["pyodide", "emscripten", "emscripten-script", "node"] {
        let text = world.run(&["snippet", kind]).exits(0).out;
        let is_head =
            |line: &&str| line.is_empty() || line.starts_with("//") || line.starts_with("import ");
        let mut body = text.lines().skip_while(is_head);
        assert!(
            text.contains("import { createTiers }") && text.contains("tiers.mount("),
            "{text}"
        );
        assert!(body.all(|line| !line.starts_with("import ")), "{text}");
        assert!(!text.contains('@') && !text.contains("\n\n\n"), "{text}");
    }
}
