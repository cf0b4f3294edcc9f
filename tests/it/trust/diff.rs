//! `diff`: two bundles side by side.

use insta::assert_snapshot;
use serde_json::json;

use super::run;
use crate::common::{World, any_python};

/// A world with a bundle in `old` and another in `new`.
fn two() -> World {
    let world = World::new();
    run(&world, "pack", &["--out", "old"]).exits(0);
    run(&world, "lock", &[]).exits(0);
    world.write(
        "Lib/greet.py",
        "def late():\n    import names.world, lonely\n",
    );
    run(&world, "pack", &["--out", "new"]).exits(0);
    world
}

#[test]
fn modules_that_came_went_changed_and_moved() {
    let world = two();
    let said = world.run(&["diff", "old", "new", "--json"]).exits(0).json();
    assert_eq!(said["added"]["lonely"]["reason"], "lazy");
    assert_eq!(said["dropped"]["lazily"]["importer"], "greet");
    assert!(said["changed"]["greet"]["old"] != said["changed"]["greet"]["new"]);
    let moved = json!({"old": ["eager", "greet"], "new": ["lazy", "greet"]});
    assert_eq!(said["moved"]["names.world"], moved);
    assert_eq!(said["inputs"], json!({}));
    let zip = world.read(&format!("old/{}.zip", any_python().stem()));
    assert_eq!(said["outputs"]["python3xx.zip"]["old"], zip.len());
}

/// What both lists have is left out, and seems not to be there where the rest is told as a list.
#[test]
fn of_lists_is_told_what_went_and_what_came() {
    let world = World::new();
    let strip = [("old", "columns,docstrings"), ("new", "docstrings,asserts")];
    for (out, strip) in strip {
        run(&world, "pack", &["--out", out, "--strip", strip]).exits(0);
    }
    let text = world.run(&["diff", "old", "new"]).exits(0).out;
    assert!(
        text.contains("profile.strip: −columns +asserts\n"),
        "{text}"
    );
    let markdown = world.run(&["diff", "old", "new", "--format", "markdown"]);
    let markdown = markdown.exits(0).out;
    let line = "- `profile.strip`: `−columns +asserts`\n";
    assert!(markdown.contains(line), "{markdown}");
}

#[test]
fn a_bundle_differs_not_from_itself() {
    let world = two();
    let flags = ["diff", "old", "old", "--exit-code"];
    assert_snapshot!(world.run(&flags).exits(0).said(), @"no difference");
    let flags = ["diff", "old", "stdlib-pack.lock", "--exit-code"];
    assert_snapshot!(world.run(&flags).exits(0).said(), @"no difference");
    world.run(&["diff", "old", "new", "--exit-code"]).exits(1);
}

#[test]
fn folders_zips_receipts_and_locks_are_all_bundles() {
    let world = two();
    let stem = any_python().stem();
    let expected = world.run(&["diff", "old", "new"]).exits(0).said();
    let (zip, receipt) = (format!("old/{stem}.zip"), format!("old/{stem}.json"));
    for old in [
        &*zip,
        &receipt,
        "stdlib-pack.lock",
        "stdlib-pack.lock:profile",
    ] {
        assert_eq!(
            world.run(&["diff", old, "new"]).exits(0).said(),
            expected,
            "{old}"
        );
    }
    let said = world
        .run(&["diff", "stdlib-pack.lock:nobody", "new"])
        .exits(2);
    assert!(said.err.contains("has the bundles profile"), "{}", said.err);
    world.run(&["diff", "nowhere", "new"]).exits(2);
}

/// What stands in names of other people's files is no Markdown.
#[test]
fn markdown_is_made_of_code() {
    let world = two();
    let markdown = world.run(&["diff", "old", "new", "--format", "markdown"]);
    let markdown = markdown.exits(0).out;
    assert!(markdown.contains("<summary>added: 1, +"), "{markdown}");
    assert!(
        markdown.contains("- `lonely (lazy, by greet)`: +"),
        "{markdown}"
    );
    assert!(
        markdown.starts_with("| File | Before | After |"),
        "{markdown}"
    );
}

/// Whatever a lock is called.
#[test]
fn a_lock_has_any_name() {
    let world = two();
    std::fs::rename(world.path("stdlib-pack.lock"), world.path("kept.txt")).unwrap();
    for lock in ["kept.txt", "kept.txt:profile"] {
        let said = world.run(&["diff", lock, "new"]).exits(0).out;
        assert!(said.contains("lonely"), "{said}");
    }
    world.write("empty.lock", "version: 1\nbundles: {}\n");
    let said = world.run(&["diff", "empty.lock", "new"]).exits(2).err;
    assert!(said.contains("'empty.lock' has no bundles"), "{said}");
}

/// All bundles of two locks, whatever happened to each.
#[test]
fn whole_locks_are_compared() {
    let world = World::new();
    let python = &any_python().path;
    let inputs = format!("profile: profile.yaml, stdlib: Lib, build-python: '{python}'");
    let lock = |names: &[&str], root: &str, file: &str| {
        let bundles = names
            .iter()
            .map(|name| format!("  {name}: {{{inputs}, root: {root}}}\n"));
        let text: String = bundles.collect();
        world.write("stdlib-pack.yaml", format!("bundles:\n{text}"));
        world
            .run(&["build", "--update-lock", "--lock", file])
            .exits(0);
    };
    lock(&["gone", "stays"], "greet", "old.lock");
    lock(&["stays", "new"], "lonely", "new.lock");
    let diff = |more: &[&str]| world.run(&[&["diff", "old.lock", "new.lock"], more].concat());
    let text = diff(&[]).exits(0).out;
    for line in ["gone: removed\n", "new: added\n", "stays:\n", "lonely"] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let markdown = diff(&["--format", "markdown"]).exits(0).out;
    assert!(markdown.contains("### `stays`\n\n|"), "{markdown}");
    let json = diff(&["--json", "--exit-code"]).exits(1).json();
    assert_eq!(json["bundles"]["gone"], json!({"change": "removed"}));
    let added = &json["bundles"]["stays"]["difference"]["added"];
    assert!(added["lonely"].is_object(), "{json}");
    let same = ["diff", "old.lock", "old.lock", "--exit-code"];
    assert_eq!(world.run(&same).exits(0).out, "no difference\n");
    // One bundle of each, by its name.
    let said = world
        .run(&["diff", "old.lock:stays", "new.lock:stays"])
        .exits(0)
        .out;
    assert!(said.contains("lonely"), "{said}");
}
