//! The page of `report`, used in Chromium as a reader would.

use crate::boot::script;
use crate::common::pythons::playwright;
use crate::common::{World, any_python};

/// As large as a page may be.
const LARGEST: u64 = 300_000;

/// The data of all pages are put in as they are, names from anywhere among them.
#[test]
fn a_page_can_be_used() {
    let world = World::new();
    let python = &any_python().path;
    world.write("app/main.py", "import json, requests\n");
    world.write("app/</script><b>.py", "import csv\n");
    let flags = ["--profile", "browser-minimal", "--app", "app"];
    let flags = [&["report"], &flags[..], &["--build-python", python]].concat();
    world
        .run(&[&flags[..], &["--out", "page.html"]].concat())
        .exits(0);
    let page = world.path("page.html");
    let said = script("report.mjs", &[page, playwright()]);
    let good = said.lines().all(|line| line.starts_with("ok "));
    assert!(good && said.lines().count() >= 14, "{said}");
}

#[test]
fn a_page_tells_tiers_apart() {
    let world = World::new();
    world.write("profile.yaml", "tiers: {}\noutput: {compress: []}\n");
    world.write("app.py", "import greet\ngreet.again()\n");
    let flags = ["report", "--profile", "profile.yaml", "--app", "app.py"];
    let inputs = ["--stdlib", "Lib", "--build-python", &any_python().path];
    let out = ["--out", "page.html"];
    world.run(&[&flags[..], &inputs, &out].concat()).exits(0);
    let check = "tiers are told apart";
    let arguments = [world.path("page.html"), playwright(), check.into()];
    assert_eq!(script("report.mjs", &arguments), format!("ok {check}\n"));
}

#[test]
fn a_page_of_everything_is_no_burden() {
    let world = World::empty();
    let python = &any_python().path;
    world.write("all.yaml", "extends: [native]\noutput: {compress: []}\n");
    let flags = ["report", "--profile", "all.yaml", "--out", "page.html"];
    world
        .run(&[&flags[..], &["--build-python", python]].concat())
        .exits(0);
    let size = std::fs::metadata(world.path("page.html")).unwrap().len();
    assert!(size < LARGEST, "{size} bytes");
}
