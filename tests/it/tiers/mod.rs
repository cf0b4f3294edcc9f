//! `tiers`: a bundle in several zips, which are opened when they are needed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use insta::assert_snapshot;

use crate::common::pythons::{Python, pythons};
use crate::common::{World, any_python};

/// A world whose app imports one module, and calls a function of it that imports another one.
fn world() -> World {
    let world = World::new();
    world.write("profile.yaml", "tiers: {}\noutput: {compress: []}\n");
    world.write("app.py", "import greet\ngreet.again()\n");
    world
}

const APP: [&str; 2] = ["--app", "app.py"];

/// The modules in each zip of the bundle, by the part of its name that the tiers differ in.
fn modules(world: &World) -> BTreeMap<String, Vec<String>> {
    let stem = any_python().stem();
    let zips = world.files("dist").into_keys();
    let zips = zips.filter(|name| name.ends_with(".zip"));
    let modules = |zip: String| {
        let tier = zip.strip_prefix(&*stem).unwrap().strip_suffix(".zip");
        (
            tier.unwrap().to_owned(),
            world.zip_names(&format!("dist/{zip}")),
        )
    };
    zips.map(modules).collect()
}

#[test]
fn every_module_is_in_one_zip() {
    let world = world();
    world.pack(&APP).exits(0);
    let tiers = modules(&world);
    assert_eq!(
        tiers[""],
        [
            "_stdlib_tiers.pyc",
            "encodings/__init__.pyc",
            "greet.pyc",
            "names/__init__.pyc",
            "names/world.pyc",
            "sitecustomize.pyc"
        ]
    );
    assert_eq!(tiers[".later"], ["lazily.pyc"]);
    assert_eq!(
        tiers[".rest"],
        ["lonely.pyc", "test/", "test/test_greet.pyc"]
    );
    let receipt = world.json(&format!("dist/{}.json", any_python().stem()));
    assert_eq!(receipt["kept"]["lazily"]["tier"], "later");
    assert_eq!(receipt["kept"]["lonely"]["reason"], "rest");
    assert_eq!(receipt["kept"]["_stdlib_tiers"]["reason"], "tier-finder");
    assert_eq!(receipt["outputs"].as_object().unwrap().len(), 3);
}

#[test]
fn an_exclusion_holds_for_all_tiers() {
    let world = world();
    world
        .pack(&[&APP[..], &["--exclude", "lonely"]].concat())
        .exits(0);
    assert_eq!(modules(&world)[".rest"], ["test/", "test/test_greet.pyc"]);
}

#[test]
fn the_rest_may_be_left_out() {
    let world = world();
    world.write(
        "profile.yaml",
        "tiers: {rest: false}\noutput: {compress: []}\n",
    );
    world.pack(&APP).exits(0);
    let tiers: Vec<String> = modules(&world).into_keys().collect();
    assert_eq!(tiers, ["", ".later"]);
}

#[test]
fn a_bundle_without_tiers_takes_the_place_of_one_with_them() {
    let world = world();
    world.pack(&APP).exits(0);
    world.write("profile.yaml", "output: {compress: []}\n");
    world.pack(&APP).exits(0);
    assert_eq!(modules(&world).into_keys().collect::<Vec<_>>(), [""]);
    // And back, with the flag.
    world.pack(&[&APP[..], &["--tiers"]].concat()).exits(0);
    assert_eq!(modules(&world).len(), 3);
}

#[test]
fn foreign_files_are_kept() {
    let world = world();
    let zip = format!("dist/{}.rest.zip", any_python().stem());
    world.write(&zip, "mine");
    world.pack(&APP).exits(2);
    assert_eq!(world.read(&zip), b"mine");
    assert_eq!(world.files("dist").len(), 1);
}

#[test]
fn tiers_are_remembered_locked_and_rebuilt() {
    let world = world();
    world.pack(&APP).exits(0);
    let first = world.files("dist");
    let again = world
        .pack(&[&APP[..], &["--json"]].concat())
        .exits(0)
        .json();
    assert!(again["seconds"].get("scan").is_none());
    assert!(world.files("dist") == first);
    assert_eq!(again["tiers"]["rest"], 2);
    let inputs = ["--stdlib", "Lib", "--build-python", &any_python().path];
    let rebuild = [&["verify", "--rebuild", "dist"], &inputs[..], &APP].concat();
    world.run(&rebuild).exits(0);
    let lock = ["lock", "--profile", "profile.yaml"];
    world.run(&[&lock[..], &inputs, &APP].concat()).exits(0);
    world.pack(&[&APP[..], &["--locked"]].concat()).exits(0);
    world.write("app.py", "import names, greet, lazily\n");
    world.pack(&[&APP[..], &["--locked"]].concat()).exits(1);
}

/// Writes a recording of a platform, which loaded `module` after the interpreter had started.
fn write_recording(world: &World, platform: &str, module: &str) {
    let text = format!(
        "version: 1\npython: '{}'\nplatform: {platform}\nexit-codes: [0]\nmodules: [{module}]\ncodecs: []\n\
         data-files: []\nstartup-modules: [encodings]\n",
        any_python().version
    );
    world.write("recording.yaml", &text);
}

#[test]
fn the_first_zip_has_what_a_recording_loaded() {
    let world = world();
    world.write(
        "profile.yaml",
        "tiers: {start: recorded recording.yaml}\noutput: {compress: []}\n",
    );
    let start = |tiers: BTreeMap<String, Vec<String>>| {
        let mut start = tiers[""].clone();
        start.retain(|name| name != "_stdlib_tiers.pyc" && name != "sitecustomize.pyc");
        start
    };
    for platform in [std::env::consts::OS, "emscripten"] {
        write_recording(&world, platform, "names.world");
        world.pack(&APP).exits(0);
        let tiers = modules(&world);
        assert_eq!(tiers[".later"], ["greet.pyc", "lazily.pyc"], "{platform}");
        let names = [
            "encodings/__init__.pyc",
            "names/__init__.pyc",
            "names/world.pyc",
        ];
        assert_eq!(start(tiers), names, "{platform}");
    }
    // Another recording is another bundle, also from the cache.
    write_recording(&world, "emscripten", "lonely");
    world.pack(&APP).exits(0);
    assert_eq!(
        start(modules(&world)),
        ["encodings/__init__.pyc", "lonely.pyc"]
    );
    let inputs = ["--stdlib", "Lib", "--build-python", &any_python().path];
    let rebuild = [&["verify", "--rebuild", "dist"], &inputs[..], &APP].concat();
    let said = world.run(&rebuild).exits(2).err;
    assert!(said.contains("pass it with --start-recorded"), "{said}");
    let recording = ["--start-recorded", "recording.yaml"];
    world.run(&[&rebuild[..], &recording].concat()).exits(0);
    let first = world.files("dist");
    world.write("profile.yaml", "output: {compress: []}\n");
    world.pack(&[&APP[..], &recording].concat()).exits(0);
    let zips = |files: BTreeMap<String, Vec<u8>>| {
        let zips = files.into_iter().filter(|(name, _)| name.ends_with(".zip"));
        zips.collect::<Vec<_>>()
    };
    assert!(zips(world.files("dist")) == zips(first));
}

#[test]
fn a_recording_of_what_the_bundle_lacks_is_an_error() {
    let world = world();
    world.write(
        "profile.yaml",
        "tiers: {start: recorded recording.yaml, rest: false}\noutput: {compress: []}\n",
    );
    let said = world.pack(&APP).exits(2).err;
    assert!(said.contains("cannot read the recording"), "{said}");
    write_recording(&world, "emscripten", "lonely");
    let said = world.pack(&APP).exits(1).err;
    assert!(said.contains("error[recorded-module-missing]"), "{said}");
    world.write("profile.yaml", "tiers: {start: recording.yaml}\n");
    let said = world.pack(&APP).exits(2).err;
    assert!(
        said.contains("write 'import-time' or 'recorded FILE'"),
        "{said}"
    );
}

#[test]
fn every_tier_has_deltas_and_a_place_in_the_sbom() {
    let world = world();
    world.pack(&APP).exits(0);
    let stem = any_python().stem();
    for (name, bytes) in world.files("dist") {
        world.write(&format!("old/{name}"), bytes);
    }
    world.write("Lib/lonely.py", "LONELY = 'no longer'\n");
    let old = format!("old/{stem}.zip");
    let flags = ["--delta-from", &old, "--sbom"];
    let said = world.pack(&[&APP[..], &flags].concat()).exits(0).said();
    assert!(said.contains("\n  .dcb and .dcz are for"), "{said}");
    assert!(
        said.contains("\n  .dcb and .dcz of 'rest' are for"),
        "{said}"
    );
    let size = |name: &str| world.read(&format!("dist/{stem}.{name}")).len();
    assert!(size("rest.zip.dcb") < size("rest.zip") / 2);
    let rebuild = ["verify", "--rebuild", "dist", "--stdlib", "Lib"];
    let inputs = ["--build-python", &any_python().path, "--delta-from", &old];
    world.run(&[&rebuild[..], &inputs, &APP].concat()).exits(0);
    let sbom = world.json(&format!("dist/{stem}.cdx.json"));
    let modules = sbom["components"][0]["components"].as_array().unwrap();
    let module = |name| modules.iter().find(|module| module["name"] == name);
    let properties = module("lonely").unwrap()["properties"].as_array().unwrap();
    let tier = serde_json::json!({"name": "stdlib-pack:tier", "value": "rest"});
    assert!(properties.contains(&tier), "{properties:?}");
}

#[test]
fn a_budget_is_that_of_a_tier() {
    let world = world();
    world.write(
        "profile.yaml",
        "tiers: {}\noutput: {compress: []}\nbudget: {zip: 1 MB, rest: {zip: 10}}\n",
    );
    let said = world.pack(&APP).exits(1).err;
    assert!(said.contains("python3xx.rest.zip is"), "{said}");
}

#[test]
fn why_names_the_tier() {
    let world = world();
    let why = |module| {
        let python = &any_python().path;
        let flags = ["--profile", "profile.yaml", "--stdlib", "Lib"];
        let flags = [&flags[..], &["--build-python", python], &APP].concat();
        let said = world
            .run(&[&["why", module], &flags[..]].concat())
            .exits(0)
            .out;
        let lines = said.lines().filter(|line| !line.starts_with("size: "));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(why("lazily"), @"
    lazily is in the tier 'later':
      app     part of the app
      greet   imported by app:1
      lazily  imported by greet:5 in again()
          greet.again() is referenced by the body of app
    importers: greet:5
    ");
    assert_snapshot!(why("lonely"), @"
    lonely is in the tier 'rest':
      lonely  reached by nothing, in the tier 'rest'
    ");
    assert_snapshot!(why("_stdlib_tiers"), @"
    _stdlib_tiers is in the tier 'start':
      _stdlib_tiers  finds the modules of the further tiers
    ");
}

/// What only data or typed code names is no risk, because the tier `rest` has it.
#[test]
fn the_rest_leaves_nothing_to_warn_of() {
    let world = world();
    world.write(
        "app.py",
        "import sys\n__import__(sys.argv[1])\nprint(b''.decode(sys.argv[2]))\n",
    );
    let said = world.pack(&APP).exits(0).said();
    assert!(!said.contains("warning"), "{said}");
    assert!(
        said.contains("what only data or typed code names is found when it is needed"),
        "{said}"
    );
    world.write("profile.yaml", "output: {compress: []}\n");
    let said = world.pack(&APP).exits(0).said();
    assert!(said.contains("warning[dynamic-import]"), "{said}");
}

/// Packs for a Python, and makes a home of the bundle alone.
fn home(world: &World, python: &Python, profile: &str) {
    world.write(
        "profile.yaml",
        format!(
            "extends: [native]\ntiers: {{}}\nroots: [json, re, importlib.util]\noutput: {{compress: []}}\n{profile}"
        ),
    );
    let flags = ["--profile", "profile.yaml", "--build-python", &python.path];
    world
        .run(&[&flags[..], &["--out", "home/lib"]].concat())
        .exits(0);
    let own = world.path(&format!("home/lib/python{}", python.version));
    fs::create_dir_all(&own).unwrap();
    symlink(python.extensions(), own.join("lib-dynload")).unwrap();
}

fn run(world: &World, python: &Python, arguments: &[&str]) -> String {
    let output = Command::new(&python.path)
        .env_clear()
        .env("PYTHONHOME", world.path("home"))
        .env("PYTHONPATH", world.path("home/lib"))
        .args(["-s", "-B"])
        .args(arguments)
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}: {words}", python.version);
    text
}

#[test]
fn the_finder_does_as_the_import_system_does() {
    for python in pythons() {
        for payload in ["", "payload: source\n"] {
            let world = World::empty();
            home(&world, python, payload);
            world.write("home/lib/own.py", "");
            let program = world.write("program.py", include_str!("finder.py"));
            let lib = world.path("home/lib").canonicalize().unwrap();
            let arguments = [program.to_str().unwrap(), lib.to_str().unwrap()];
            assert_eq!(run(&world, python, &arguments), "all as expected\n");
        }
    }
}

/// The sitecustomize of the user runs as if there were no other.
#[test]
fn a_sitecustomize_of_the_user_runs() {
    let python = any_python();
    let world = World::empty();
    home(&world, python, "");
    let folder = format!("home/lib/python{}", python.version);
    world.write(
        &format!("{folder}/sitecustomize.py"),
        "import fractions\nMINE = fractions.Fraction(1, 2)\n",
    );
    let program = ["-c", "import sitecustomize; print(sitecustomize.MINE)"];
    assert_eq!(run(&world, python, &program), "1/2\n");
}

#[test]
fn verify_imports_the_modules_of_all_tiers() {
    for python in pythons() {
        let world = World::empty();
        home(&world, python, "");
        let flags = ["verify", "home/lib", "--build-python", &python.path];
        let said = world.run(&flags).exits(0).out;
        assert!(
            said.contains("modules import with only this bundle"),
            "{said}"
        );
        let receipt = world.json(&format!("home/lib/{}.json", python.stem()));
        let modules = receipt["kept"].as_object().unwrap().len();
        assert!(
            said.contains(&format!("{modules} of {modules} modules")),
            "{said}"
        );
    }
}
