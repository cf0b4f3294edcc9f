//! `inspect`: what is in a zip, whoever made it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Outcome, World, any_python};

fn inspect(world: &World, more: &[&str]) -> Outcome {
    let python = &any_python().path;
    world.run(&[&["inspect"], more, &["--build-python", python]].concat())
}

#[test]
fn a_bundle_of_ours_is_sound() {
    let world = World::new();
    world.pack(&[]).exits(0);
    let zip = format!("dist/{}.zip", any_python().stem());
    let said = inspect(&world, &[&zip, "--stdlib", "Lib", "--json"])
        .exits(0)
        .json();
    assert_eq!(said["payload"], "bytecode");
    assert!(said["python"].as_str().unwrap().starts_with("3."));
    assert_eq!(said["broken"], serde_json::json!({}));
    assert_eq!(said["compressed_inside"], 0);
    assert_eq!(said["dated"], false);
    assert_eq!(said["modules"].as_object().unwrap().len(), 5);
}

/// A folder will do, and what stands in for modules is none.
#[test]
fn a_bundle_with_stubs_is_sound() {
    let world = World::new();
    world.write("profile.yaml", "roots: [greet]\nstubs: true\n");
    world.write("Lib/alone.py", "");
    world.pack(&[]).exits(0);
    let said = inspect(&world, &["dist", "--stdlib", "Lib", "--json"])
        .exits(0)
        .json();
    assert_eq!(said["target"], "native");
    assert_eq!(said["payload"], "bytecode");
    assert_eq!(said["broken"], serde_json::json!({}));
    assert!(said["modules"].get("alone").is_none());
    assert!(said["stubs"].as_u64().unwrap() > 1);
}

/// What an omit list breaks: a module stays, what it needs goes.
#[test]
fn what_is_broken_in_anybodys_zip_is_told() {
    let world = World::new();
    world.write_zip(
        "theirs.zip",
        &[
            ("encodings/__init__.py", ""),
            ("greet.py", "import names.world\n"),
            (
                "fine.py",
                "try:\n    import names\nexcept ImportError:\n    pass\n",
            ),
        ],
    );
    let said = inspect(&world, &["theirs.zip"]).exits(1).out;
    assert!(
        said.contains("cannot be imported with it alone on emscripten-browser (1):"),
        "{said}"
    );
    assert!(said.contains("greet: greet:1 → names"), "{said}");
    let said = inspect(&world, &["theirs.zip", "--json"]).exits(1).json();
    assert_eq!(said["payload"], "source");
    assert_eq!(said["saving"]["modules"], 2);
}

/// Bytecode says nothing of imports: the library that it was made from does.
#[test]
fn bytecode_is_judged_by_its_sources() {
    let world = World::new();
    world.pack(&[]).exits(0);
    let zip = format!("dist/{}.zip", any_python().stem());
    let files: Vec<(String, Vec<u8>)> = world
        .zip_names(&zip)
        .into_iter()
        .filter(|name| !name.starts_with("names/"))
        .map(|name| (name.clone(), world.zip_file(&zip, &name)))
        .collect();
    world.write("less.zip", common::zip_of(&files));
    let said = inspect(&world, &["less.zip", "--stdlib", "Lib", "--json"])
        .exits(1)
        .json();
    let broken: Vec<&String> = said["broken"].as_object().unwrap().keys().collect();
    assert_eq!(broken, ["greet"]);
}

#[test]
fn what_is_no_zip_of_python_is_bad_input() {
    let world = World::new();
    world.write("text.zip", "no zip");
    world.write_zip("empty.zip", &[("readme.txt", "")]);
    world.write_zip("hostile.zip", &[("../greet.py", "")]);
    for file in ["text.zip", "empty.zip", "hostile.zip", "nowhere.zip"] {
        inspect(&world, &[file]).exits(2);
    }
}
