//! `lock`, and packing with `--locked`.

use insta::assert_snapshot;

use super::run;
use crate::common::World;

fn locked_world() -> World {
    let world = World::new();
    run(&world, "lock", &[]).exits(0);
    world
}

#[test]
fn what_is_locked_is_made() {
    let world = locked_world();
    run(&world, "pack", &["--locked", "--out", "dist"]).exits(0);
    assert_eq!(world.files("dist").len(), 2);
}

#[test]
fn anything_else_is_refused_and_not_written() {
    let changes = [
        ("Lib/names/world.py", "WORLD = 'another'\n"),
        ("Lib/greet.py", "import names.world, lonely\n"),
        (
            "profile.yaml",
            "roots: [greet]\nstrip: [docstrings]\noutput: {compress: []}\n",
        ),
    ];
    for (file, text) in changes {
        let world = locked_world();
        world.write(file, text);
        let said = run(&world, "pack", &["--locked"]).exits(1);
        assert!(said.err.contains("stdlib-pack.lock"), "{}", said.err);
        assert!(!world.path("dist").exists(), "{file}");
    }
}

#[test]
fn what_differs_is_told() {
    let world = locked_world();
    world.write("Lib/greet.py", "import names.world, lonely\n");
    let said = run(&world, "pack", &["--locked"]).exits(1);
    let without_sizes = said.out.lines().filter(|line| !line.contains(".zip"));
    let lines: Vec<&str> = without_sizes.collect();
    let lines = lines.join("\n");
    assert!(
        lines.contains("lonely (eager, by greet)") && lines.contains("changed source (1"),
        "{lines}"
    );
    assert_snapshot!(said.err.trim(), @"error[lock-mismatch]: the bundle is not what 'stdlib-pack.lock' says, and was not written: 'stdlib-pack lock --update-all' with the same flags accepts it");
}

#[test]
fn a_lock_is_not_changed_unasked() {
    let world = locked_world();
    let before = world.read("stdlib-pack.lock");
    world.write("Lib/names/world.py", "WORLD = 'another'\n");
    run(&world, "lock", &[]).exits(1);
    run(&world, "lock", &["--update", "greet"]).exits(1);
    assert!(world.read("stdlib-pack.lock") == before);
    run(&world, "lock", &["--update", "names.world"]).exits(0);
    assert!(world.read("stdlib-pack.lock") != before);
    run(&world, "pack", &["--locked"]).exits(0);
}

/// `--update` takes another source, not another set of modules.
#[test]
fn an_update_of_a_module_brings_no_other() {
    let world = locked_world();
    world.write("Lib/names/world.py", "import lonely\nWORLD = 1\n");
    run(&world, "lock", &["--update", "names.world"]).exits(1);
    run(&world, "lock", &["--update-all"]).exits(0);
    run(&world, "pack", &["--locked"]).exits(0);
}

#[test]
fn a_lock_holds_several_bundles() {
    let world = locked_world();
    world.write("other.yaml", "roots: [lonely]\noutput: {compress: []}\n");
    run(&world, "lock", &[]).exits(0);
    let first = String::from_utf8(world.read("stdlib-pack.lock")).unwrap();
    let python = &super::any_python().path;
    let flags = ["--profile", "other.yaml", "--stdlib", "Lib"];
    let flags = [&flags[..], &["--build-python", python]].concat();
    world
        .run(&[&["pack", "--locked"], &flags[..]].concat())
        .exits(2);
    world.run(&[&["lock"], &flags[..]].concat()).exits(0);
    let both = String::from_utf8(world.read("stdlib-pack.lock")).unwrap();
    assert!(both.contains("\n  other:\n") && both.contains("\n  profile:\n"));
    assert!(both.len() > first.len());
    run(&world, "pack", &["--locked"]).exits(0);
}

#[test]
fn a_lock_lists_modules_in_their_order_with_no_path_of_the_machine() {
    let world = locked_world();
    let text = String::from_utf8(world.read("stdlib-pack.lock")).unwrap();
    let folder = world.path("").display().to_string();
    assert!(!text.contains(folder.trim_end_matches('/')));
    let modules = text.split("    modules:\n").nth(1).unwrap();
    let names: Vec<&str> = modules
        .lines()
        .map(|line| line.trim().split(':').next().unwrap())
        .collect();
    assert!(
        names.is_sorted() && names.contains(&"names.world"),
        "{names:?}"
    );
}

#[test]
fn what_is_no_lock_is_bad_input() {
    for (text, said) in [
        ("version: 2\nbundles: {}\n", "its layout is version 2"),
        ("version: [", "is not a lock"),
        ("version: 1\nbundles: {a: {tool: 1}}\n", "is not a lock"),
        ("", "is not a lock"),
    ] {
        let world = World::new();
        world.write("stdlib-pack.lock", text);
        let outcome = run(&world, "pack", &["--locked"]).exits(2);
        assert!(outcome.err.contains(said), "{text}: {}", outcome.err);
        run(&world, "lock", &[]).exits(2);
    }
    let outcome = run(&World::new(), "pack", &["--locked"]).exits(2);
    assert!(outcome.err.contains("there is no lock"), "{}", outcome.err);
}

/// Both are called main.py.
#[test]
fn apps_of_one_name_are_told_apart() {
    let world = World::new();
    for folder in ["a", "b"] {
        world.write(&format!("{folder}/main.py"), "import greet\n");
    }
    let apps = ["--app", "a/main.py", "--app", "b/main.py"];
    run(&world, "lock", &apps).exits(0);
    let locked = [&apps[..], &["--locked"]].concat();
    run(&world, "pack", &locked).exits(0);
    for folder in ["a", "b"] {
        let file = format!("{folder}/main.py");
        world.write(&file, "import greet  # another\n");
        run(&world, "pack", &locked).exits(1);
        world.write(&file, "import greet\n");
    }
}

#[test]
fn a_lock_is_not_ignored() {
    let world = World::new();
    run(&world, "pack", &["--lock", "nowhere.lock"]).exits(2);
    run(&world, "lock", &["--out", "dist"]).exits(2);
    run(&world, "lock", &["--no-cache"]).exits(0);
    assert!(!world.path("cache").exists());
}
