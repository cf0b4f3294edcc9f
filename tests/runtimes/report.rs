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

#[test]
fn a_page_of_differences_can_be_used() {
    let world = World::new();
    world.write("profile.yaml", "output: {compress: []}\n");
    let python = &any_python().path;
    let lock = |program: &str, more: &str, name: &str| {
        world.write("app.py", program);
        world.write(
            "stdlib-pack.yaml",
            format!(
                "bundles:\n  '<web> & co': {{profile: profile.yaml, stdlib: Lib, build-python: '{python}', app: app.py, \
                 out: dist}}\n{more}"
            ),
        );
        let flags = ["build", "--update-lock", "--quiet", "--lock", name];
        world.run(&flags).exits(0);
    };
    lock("import lonely\n", "", "old.lock");
    let other = "  other: {profile: profile.yaml, stdlib: Lib, root: greet}\n";
    let other = other.replace('}', &format!(", build-python: '{python}'}}"));
    lock("import greet\n", &other, "new.lock");
    let flags = ["diff", "old.lock", "new.lock", "--format", "html"];
    let page = world.run(&flags).exits(0).out;
    world.write("page.html", page);
    let said = script("difference.mjs", &[world.path("page.html"), playwright()]);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["headings"], serde_json::json!(["<web> & co", "other"]));
    assert_eq!(said["dropped"], serde_json::json!(["lonely"]));
    assert_eq!(said["searched"][0], said["dropped"]);
    let all = said["all"].as_array().unwrap().len();
    assert!(all > 1, "{said}");
    assert_eq!(said["searched"][1], format!("1 of {all}"));
    assert_eq!(said["again"], all);
    assert_eq!(said["axe"], serde_json::json!([]));
    assert_eq!(said["trouble"], serde_json::json!([]));
}
