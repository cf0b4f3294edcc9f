//! Bundles in tiers: every module of all tiers in Pyodide, on WASI and in Chromium; what a page and a worker download,
//! and what happens when they cannot.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use crate::boot::script;
use crate::common::World;
use crate::common::pythons::{playwright, pyodide, python, wasi};

const RELEASE: &str = "314.0.7";

/// A bundle in tiers for a Pyodide, compiled by itself.
fn packed_for_pyodide() -> World {
    let world = World::empty();
    world.write(
        "profile.yaml",
        "extends: [pyodide-minimal]\ntiers: {}\nroots: [json, re]\noutput: {compress: [brotli, packed]}\nbudget: {packed: 300 KB}\n",
    );
    let python = format!("pyodide:{}", pyodide(RELEASE).display());
    let flags = ["--profile", "profile.yaml", "--build-python", &python];
    world.run(&flags).exits(0);
    world
}

/// Verifies the bundle in `dist`, and checks that all modules of its receipt are imported.
#[track_caller]
fn imports_all(world: &World, stem: &str, runtime: &str) {
    let said = world
        .run(&["verify", "dist", "--runtime", runtime])
        .exits(0)
        .out;
    let receipt = world.json(&format!("dist/{stem}.json"));
    let modules = receipt["kept"].as_object().unwrap().len();
    let all = format!("{modules} of {modules} modules import with only this bundle");
    assert!(said.contains(&all), "{runtime}: {said}");
}

#[test]
fn in_wasi() {
    let python = python("3.12").unwrap();
    let world = World::empty();
    world.write(
        "profile.yaml",
        "extends: [wasi]\ntiers: {}\nroots: [json, re]\nexclude: [{modules: [ssl], reason: this build has no OpenSSL}]\noutput: {compress: []}\n",
    );
    let flags = ["--profile", "profile.yaml", "--build-python", &python.path];
    world.run(&flags).exits(0);
    imports_all(
        &world,
        &python.stem(),
        &format!("wasi:{}", wasi().display()),
    );
}

#[test]
fn in_pyodide() {
    let world = packed_for_pyodide();
    let place = pyodide(RELEASE).display().to_string();
    imports_all(&world, "python314", &format!("pyodide:{place}"));
    imports_all(&world, "python314", &format!("browser:{place}"));
    downloads_when_needed(&world);
    snippets_load_all_tiers(&world);
}

/// One module of each later tier that no other needs to be there.
fn samples(world: &World) -> BTreeMap<String, String> {
    let receipt = world.json("dist/python314.json");
    let kept = receipt["kept"].as_object().unwrap();
    let of_tier = |tier: &str| {
        let module = |(name, module): (&String, &serde_json::Value)| {
            let is_top_level = !name.contains('.') && !name.starts_with('_');
            (module["tier"] == tier && is_top_level).then(|| name.clone())
        };
        kept.iter().filter_map(module).next_back().unwrap()
    };
    let tiers = ["later", "rest"].into_iter();
    tiers.map(|tier| (tier.to_owned(), of_tier(tier))).collect()
}

fn downloads_when_needed(world: &World) {
    let samples = samples(world);
    let arguments = [
        playwright(),
        pyodide(RELEASE),
        world.path("dist"),
        PathBuf::from(&samples["later"]),
        PathBuf::from(&samples["rest"]),
    ];
    insta::assert_snapshot!(script("tiers.mjs", &arguments));
}

/// What `snippet` prints loads all tiers: in Chromium from the packed form, and in Node.js.
fn snippets_load_all_tiers(world: &World) {
    for (kind, file) in [
        ("pyodide", "load.mjs"),
        ("service-worker", "worker.js"),
        ("unpack", "stdlib-unpack.mjs"),
        ("loader", "stdlib-loader.mjs"),
        ("node", "node.mjs"),
    ] {
        let text = world.run(&["snippet", kind, "dist"]).exits(0).out;
        world.write(&format!("dist/{file}"), text);
    }
    let program = "import { pyodide } from './node.mjs';\n\
        console.log(pyodide.runPython('import wave, calendar; wave.__spec__.origin'));\nprocess.exit(0);\n";
    world.write("dist/program.mjs", program);
    std::fs::create_dir(world.path("dist/node_modules")).unwrap();
    std::os::unix::fs::symlink(pyodide(RELEASE), world.path("dist/node_modules/pyodide")).unwrap();
    let program = world.path("dist/program.mjs");
    let output = Command::new("node").arg(program).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "/lib/python314.rest.zip/wave.pyc\n",
        "{words}"
    );
    let samples = samples(world);
    let modules = format!("{}, {}", samples["later"], samples["rest"]);
    let site = world.path("dist");
    let arguments = [playwright(), pyodide(RELEASE), site, PathBuf::from(modules)];
    let said = script("snippets.mjs", &arguments);
    assert!(said.starts_with("plain: runs 42"), "{said}");
    assert!(said.contains("other bytes: fails\n"), "{said}");
    assert!(
        said.ends_with("with a worker: runs 42\nkept by it: runs 42\n"),
        "{said}"
    );
}
