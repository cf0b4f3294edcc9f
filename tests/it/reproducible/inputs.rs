//! Nothing but names and contents of the inputs changes the bytes.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use walkdir::WalkDir;

use super::{assert_same, bundles, usual, world};
use crate::common::{World, any_python, copy_sources, zip_of};

/// Paths and contents of the sources below `lib`, sorted.
pub(crate) fn sources(lib: &Path) -> Vec<(String, Vec<u8>)> {
    let mut sources = Vec::new();
    for entry in WalkDir::new(lib).sort_by_file_name() {
        let entry = entry.unwrap();
        let path = entry.path().strip_prefix(lib).unwrap().to_str().unwrap();
        if path.ends_with(".py") && !path.starts_with("site-packages") {
            sources.push((path.to_owned(), fs::read(entry.path()).unwrap()));
        }
    }
    sources
}

/// Packs the library at `stdlib` of `world`.
#[track_caller]
fn assert_same_from(variation: &str, world: &World, stdlib: &str) {
    let varied = bundles(world, &["--stdlib", stdlib, "--no-cache"]);
    assert_same(variation, usual(), &varied);
}

#[test]
fn a_copy_elsewhere() {
    let world = world();
    copy_sources(&any_python().stdlib(), &world.path("deep/down/Lib"));
    assert_same_from("copied folder", &world, "deep/down/Lib");
    assert_same_from("the folder above it", &world, "deep/down");
}

#[test]
fn a_zip_of_the_same_files() {
    let world = world();
    let sources = sources(&any_python().stdlib());
    world.write("Lib.zip", zip_of(&sources));
    assert_same_from("zip", &world, "Lib.zip");
    let backwards: Vec<_> = sources.into_iter().rev().collect();
    world.write("backwards.zip", zip_of(&backwards));
    assert_same_from("zip in another order", &world, "backwards.zip");
}

#[test]
fn the_order_in_which_files_were_made_and_their_times() {
    let world = world();
    let sources = sources(&any_python().stdlib());
    for (number, (path, content)) in (0..).zip(sources.iter().rev()) {
        let place = world.write(&format!("Lib/{path}"), content);
        let time = SystemTime::UNIX_EPOCH + Duration::from_hours(number * 100);
        File::options()
            .write(true)
            .open(place)
            .unwrap()
            .set_modified(time)
            .unwrap();
    }
    assert_same_from("order and times", &world, "Lib");
}

#[test]
fn what_else_lies_in_the_folder() {
    let world = world();
    let lib = any_python().stdlib();
    copy_sources(&lib, &world.path("Lib"));
    world.write("Lib/site-packages/guest/__init__.py", "import json\n");
    world.write("Lib/__pycache__/json.cpython-399.pyc", "rubbish");
    world.write("Lib/json/__pycache__/decoder.cpython-399.pyc", "rubbish");
    world.write("Lib/json/decoder.pyc", "rubbish");
    assert_same_from("site-packages and caches", &world, "Lib");
}

/// An app gives the same receipt wherever it lies.
#[test]
fn an_app_elsewhere() {
    let bundles_of = |folder: &str| {
        let world = world();
        world.write(&format!("{folder}/demo/__init__.py"), "import csv, numpy\n");
        let app = world.path(folder).join("demo");
        bundles(&world, &["--app", app.to_str().unwrap()])
    };
    assert_same(
        "app elsewhere",
        &bundles_of("here"),
        &bundles_of("far/away"),
    );
}

/// The test of the tests: other input gives other bytes.
#[test]
fn another_source_is_seen() {
    let world = world();
    copy_sources(&any_python().stdlib(), &world.path("Lib"));
    let decoder = world.read("Lib/json/decoder.py");
    world.write(
        "Lib/json/decoder.py",
        [&decoder[..], b"\nNEW = 'new'\n"].concat(),
    );
    let other = bundles(&world, &["--stdlib", "Lib"]);
    let modules = usual()
        .iter()
        .filter(|(name, _)| name.starts_with("modules/"));
    for (name, bytes) in modules {
        assert!(other[name] != *bytes, "{name} is the same");
    }
}
