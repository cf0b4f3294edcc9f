//! `inspect`: what is in a zip, whoever made it.

use crate::common::{Outcome, World, any_python};

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
    assert_eq!(said["unimportable"], serde_json::json!({}));
    assert_eq!(said["deflated_entries"], 0);
    assert_eq!(said["has_timestamps"], false);
    assert_eq!(said["modules"].as_object().unwrap().len(), 5);
}

/// A folder will do, and what stands in for modules is none.
#[test]
fn a_bundle_with_stubs_is_sound() {
    let world = World::new();
    world.write(
        "profile.yaml",
        "roots: [greet]\nmissing-module-stubs: true\n",
    );
    world.write("Lib/alone.py", "");
    world.pack(&[]).exits(0);
    let said = inspect(&world, &["dist", "--stdlib", "Lib", "--json"])
        .exits(0)
        .json();
    assert_eq!(said["target"], "native");
    assert_eq!(said["payload"], "bytecode");
    assert_eq!(said["unimportable"], serde_json::json!({}));
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
        said.contains("cannot be imported with only this bundle on emscripten-browser (1):"),
        "{said}"
    );
    assert!(
        said.contains("greet: greet:1 → no Python of this version and platform has names"),
        "{said}"
    );
    let said = inspect(&world, &["theirs.zip", "--json"]).exits(1).json();
    assert_eq!(said["payload"], "source");
    assert_eq!(said["repacked"]["modules"], 2);
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
    world.write("less.zip", crate::common::zip_of(&files));
    let said = inspect(&world, &["less.zip", "--stdlib", "Lib", "--json"])
        .exits(1)
        .json();
    let broken: Vec<&String> = said["unimportable"].as_object().unwrap().keys().collect();
    assert_eq!(broken, ["greet"]);
}

/// Without what every interpreter imports first, nothing else helps.
#[test]
fn a_bundle_that_cannot_start_is_told() {
    let world = World::new();
    world.write("Lib/encodings/aliases.py", "aliases = {}\n");
    world.pack(&[]).exits(0);
    let zip = format!("dist/{}.zip", any_python().stem());
    let names = world.zip_names(&zip).into_iter();
    let files: Vec<(String, Vec<u8>)> = names
        .filter(|name| !name.starts_with("encodings/aliases"))
        .map(|name| (name.clone(), world.zip_file(&zip, &name)))
        .collect();
    world.write("less.zip", crate::common::zip_of(&files));
    let outcome = inspect(&world, &["less.zip", "--stdlib", "Lib"]).exits(1);
    let needed = "the interpreter cannot start with it on emscripten-browser: missing ";
    assert!(outcome.out.contains(needed), "{}", outcome.out);
    let outcome = inspect(&world, &["less.zip", "--stdlib", "Lib", "--json"]).exits(1);
    let said = outcome.json();
    let needed = said["missing_at_startup"].as_array().unwrap();
    assert!(needed.contains(&"encodings.aliases".into()), "{said}");
    assert_eq!(said["repacked"], serde_json::Value::Null);
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

/// A library of another version would clear modules of which it knows nothing.
#[test]
fn a_python_of_another_version_judges_nothing() {
    let world = World::new();
    world.pack(&[]).exits(0);
    let own = any_python().path.clone();
    let other = crate::common::pythons::pythons();
    let Some(other) = other.iter().find(|python| python.path != own) else {
        return;
    };
    let words = ["inspect", "dist", "--build-python", &other.path];
    let said = world.run(&words).exits(0).out;
    assert!(
        said.contains("name one of its version with --build-python"),
        "{said}"
    );
    assert!(!said.contains("can be imported"), "{said}");
}

#[test]
fn what_is_not_of_the_library_is_not_judged() {
    let world = World::new();
    world.pack(&[]).exits(0);
    let zip = format!("dist/{}.zip", any_python().stem());
    let names = world.zip_names(&zip).into_iter();
    let mut files: Vec<(String, Vec<u8>)> = names
        .map(|name| (name.clone(), world.zip_file(&zip, &name)))
        .collect();
    files.push(("stranger.pyc".to_owned(), files[0].1.clone()));
    world.write("more.zip", crate::common::zip_of(&files));
    let said = inspect(&world, &["more.zip", "--stdlib", "Lib"])
        .exits(0)
        .out;
    for part in [
        "every module of Python's library can be imported",
        "not checked: stranger",
    ] {
        assert!(said.contains(part), "{said}");
    }
}

/// What the runtime carries inside itself is not in it, though it is a library otherwise.
#[test]
fn a_bundle_of_sources_is_sound() {
    let world = World::empty();
    let python = &any_python().path;
    let flags = ["--profile", "interpreter", "--payload", "source"];
    let build = ["--build-python", python];
    world
        .run(&[&["pack"][..], &flags, &build].concat())
        .exits(0);
    let said = inspect(&world, &["dist", "--json"]).exits(0).json();
    assert_eq!(said["target"], "wasi");
    assert_eq!(said["payload"], "source");
    assert_eq!(said["unimportable"], serde_json::json!({}));
}

#[test]
fn an_unknown_target_is_bad_usage() {
    let world = World::new();
    world.pack(&[]).exits(0);
    let said = inspect(&world, &["dist", "--target", "nope"]).exits(2).err;
    assert!(said.contains("there is no target 'nope'"), "{said}");
}
