//! The same input gives the same bytes: zip, brotli form and receipt.

mod inputs;
mod matrix;
mod surroundings;

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::OnceLock;

use crate::common::{World, any_python};

/// Enough modules for three workers at once, and everything that is done to bytecode.
const MODULES: &str = "\
roots: [json, re]
target: emscripten-browser
optimize: 2
strip: [docstrings, columns]
output: {compress: []}
";

/// The compressed form takes long to make and depends on the zip alone: a small one tells enough.
const COMPRESSED: &str = "roots: [heapq]\ntarget: emscripten-browser\n";

type Bundles = BTreeMap<String, Vec<u8>>;

fn world() -> World {
    let world = World::empty();
    world.write("modules.yaml", MODULES);
    world.write("compressed.yaml", COMPRESSED);
    world
}

/// The files of both profiles' bundles, packed in `world` with any Python, its own library and more
/// `flags`, by commands that `change` has changed.
#[track_caller]
fn bundles_by(world: &World, flags: &[&str], change: impl Fn(Command) -> Command) -> Bundles {
    let profiles = ["modules", "compressed"];
    profiles
        .iter()
        .flat_map(|profile| bundle_by(world, profile, flags, &change))
        .collect()
}

/// The files of one of these bundles.
#[track_caller]
fn bundle_by(
    world: &World,
    profile: &str,
    flags: &[&str],
    change: impl Fn(Command) -> Command,
) -> Bundles {
    let forms = if profile == "compressed" { 3 } else { 2 };
    let mut command = world.command();
    command
        .arg("--profile")
        .arg(world.path(&format!("{profile}.yaml")))
        .arg("--out")
        .arg(world.path(profile))
        .args(["--build-python", &any_python().path])
        .args(flags);
    world.finish(change(command)).exits(0);
    let files = world.files(profile);
    assert_eq!(files.len(), forms, "zip, receipt and maybe a brotli form");
    let named = files.into_iter();
    named
        .map(|(name, bytes)| (format!("{profile}/{name}"), bytes))
        .collect()
}

#[track_caller]
fn bundles(world: &World, flags: &[&str]) -> Bundles {
    bundles_by(world, flags, |command| command)
}

/// The bundles of runs with nothing unusual around them.
fn usual() -> &'static Bundles {
    static USUAL: OnceLock<Bundles> = OnceLock::new();
    USUAL.get_or_init(|| bundles(&world(), &[]))
}

#[track_caller]
fn assert_same(variation: &str, one: &Bundles, other: &Bundles) {
    assert!(one.keys().eq(other.keys()), "{variation}: other files");
    for (name, bytes) in one {
        assert!(other[name] == *bytes, "{variation}: {name} differs");
    }
}
