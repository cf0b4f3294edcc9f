//! `build`: all bundles of a project.

use insta::assert_snapshot;

use crate::common::{Outcome, World, any_python};

const PROJECT: &str = "\
bundles:
  web:
    profile: profile.yaml
    app: [app.py]
    payload: source
    out: public
  worker:
    profile: profile.yaml
    root: [lonely, lazily]
    optimize: 2
";

fn world() -> World {
    let world = World::new();
    let python = &any_python().path;
    let inputs = format!("    stdlib: Lib\n    build-python: {python}\n");
    let text = PROJECT.replace("    profile:", &format!("{inputs}    profile:"));
    world.write("stdlib-pack.yaml", text);
    world.write("app.py", "import greet\n");
    world
}

fn build(world: &World, more: &[&str]) -> Outcome {
    world.run(&[&["build"], more].concat())
}

fn in_project(world: &World, old: &str, new: &str) {
    let text = String::from_utf8(world.read("stdlib-pack.yaml")).unwrap();
    assert!(text.contains(old));
    world.write("stdlib-pack.yaml", text.replace(old, new));
}

#[test]
fn all_bundles_are_made_each_in_its_folder() {
    let world = world();
    let said = build(&world, &["--json"]).exits(0).json();
    assert_eq!(said["web"]["totals"]["modules"], 5);
    assert_eq!(said["worker"]["totals"]["modules"], 6);
    assert_eq!(world.files("public").len(), 2);
    assert_eq!(world.files("dist/worker").len(), 2);
}

/// The same bundle as by flags, and from any folder.
#[test]
fn keys_are_flags_and_paths_are_relative_to_the_file() {
    let world = world();
    build(&world, &["worker"]).exits(0);
    assert!(!world.path("public").exists());
    let built = world.files("dist/worker");
    let flags = ["--root", "lonely", "--root", "lazily", "--optimize", "2"];
    world
        .pack(&[&flags[..], &["--out", "by-hand"]].concat())
        .exits(0);
    assert!(world.files("by-hand") == built);
    std::fs::remove_dir_all(world.path("dist")).unwrap();
    world.write("elsewhere/file", "");
    let mut command = world.command();
    command.current_dir(world.path("elsewhere"));
    command.args(["build", "--file", "../stdlib-pack.yaml"]);
    world.finish(command).exits(0);
    assert!(world.files("dist/worker") == built);
}

#[test]
fn a_lock_holds_them_all_and_is_checked() {
    let world = world();
    build(&world, &["--check"]).exits(2);
    build(&world, &["--update-lock"]).exits(0);
    build(&world, &["--check"]).exits(0);
    build(&world, &["--locked"]).exits(0);
    world.write("Lib/lonely.py", "ALONE = 'no more'\n");
    let said = build(&world, &["--check"]).exits(1);
    assert!(
        said.err.contains("'worker'") && !said.err.contains("'web'"),
        "{}",
        said.err
    );
    assert!(said.err.contains("lonely"), "{}", said.err);
    build(&world, &["web", "--check"]).exits(0);
    build(&world, &["--locked"]).exits(1);
    assert!(world.path("dist/worker").exists(), "what was there stays");
    build(&world, &["--update-lock"]).exits(0);
    build(&world, &["--check"]).exits(0);
}

#[test]
fn what_one_has_compiled_the_next_finds() {
    let world = world();
    in_project(&world, "    payload: source\n", "");
    in_project(&world, "    optimize: 2\n", "");
    let said = build(&world, &["--json"]).exits(0).json();
    let cached = |name: &str| said[name]["cached"].as_u64().unwrap();
    assert!(cached("web") + cached("worker") >= 4, "{said}");
}

#[test]
fn mistakes_are_told_with_their_place() {
    for (old, new, said) in [
        (
            "app:",
            "ap:",
            "error[invalid-yaml]: unknown key 'ap'\n --> stdlib-pack.yaml:6:5\n",
        ),
        (
            "[app.py]",
            "[nowhere.py]",
            "there is no app at 'nowhere.py'",
        ),
        ("source", "wheel", "--> stdlib-pack.yaml:7:14"),
        (
            "optimize: 2",
            "optimize: {a: b}",
            "--> stdlib-pack.yaml:14:15",
        ),
        (
            "  web:",
            "  ../web:",
            "'../web' cannot be the name of a bundle",
        ),
        ("root:", "-r:", "unknown key '-r'"),
        ("bundles:", "bundels:", "--> stdlib-pack.yaml:1:1"),
    ] {
        let world = world();
        in_project(&world, old, new);
        let outcome = build(&world, &[]).exits(2);
        assert!(outcome.err.contains(said), "{said}: {}", outcome.err);
    }
    let said = build(&World::empty(), &[]).exits(2);
    assert!(said.err.contains("there is no project"));
    let said = build(&world(), &["wbe"]).exits(2);
    assert!(
        said.err.contains("no bundle 'wbe', but web, worker"),
        "{}",
        said.err
    );
}

/// Neither is written over the other, whichever is made first.
#[test]
fn two_bundles_in_one_folder_are_refused() {
    let world = world();
    in_project(
        &world,
        "    out: public\n",
        "    out: dist/../dist/worker\n",
    );
    in_project(
        &world,
        "    optimize: 2\n",
        "    optimize: 2\n    out: ./dist/../dist/worker/\n",
    );
    let said = build(&world, &[]).exits(2).err;
    assert!(said.contains("the bundles 'web' and 'worker'"), "{said}");
    assert!(!world.path("dist").exists());
}

/// A folder that a profile names is for bundles that are packed alone.
#[test]
fn a_profile_does_not_say_where() {
    let world = world();
    world.write(
        "profile.yaml",
        "roots: [greet]\noutput: {dir: mine, compress: []}\n",
    );
    build(&world, &["worker"]).exits(0);
    assert_eq!(world.files("dist/worker").len(), 2);
    assert!(!world.path("mine").exists());
}

#[test]
fn a_lock_that_is_not_there_is_written_by_build() {
    let world = world();
    for flag in ["--check", "--locked"] {
        let said = build(&world, &[flag]).exits(2).err;
        assert!(
            said.contains("'stdlib-pack build --update-lock' writes it"),
            "{said}"
        );
    }
}

/// A lock that is named is where it is named from; the other lies beside the project.
#[test]
fn a_named_lock_is_found_from_here() {
    let world = world();
    let mut command = world.command();
    let here = world.path("elsewhere");
    std::fs::create_dir(&here).unwrap();
    command.current_dir(&here);
    command.args([
        "build",
        "--file",
        "../stdlib-pack.yaml",
        "--update-lock",
        "--lock",
        "own.lock",
    ]);
    world.finish(command).exits(0);
    assert!(here.join("own.lock").exists());
    build(&world, &["--check", "--lock", "elsewhere/own.lock"]).exits(0);
}

#[test]
fn a_bundle_that_left_the_project_leaves_the_lock() {
    let world = world();
    build(&world, &["--update-lock"]).exits(0);
    in_project(&world, "  worker:", "  renamed:");
    let said = build(&world, &["--check", "web"]).exits(0);
    assert_eq!(said.err, "");
    let said = build(&world, &["--check"]).exits(1).err;
    assert!(said.contains("the lock has a bundle 'worker'"), "{said}");
    build(&world, &["--update-lock"]).exits(0);
    build(&world, &["--check"]).exits(0);
}

#[test]
fn programs_are_told_what_differs() {
    let world = world();
    build(&world, &["--update-lock"]).exits(0);
    world.write("Lib/lonely.py", "CHANGED = 1\n");
    let said = build(&world, &["--check", "--json"]).exits(1).json();
    assert_eq!(said["web"]["passed"], true);
    assert_eq!(said["worker"]["passed"], false);
    assert!(
        said["worker"]["difference"]["changed"]["lonely"].is_object(),
        "{said}"
    );
    in_project(&world, "root: [lonely, lazily]", "root: nowhere");
    let said = build(&world, &["--json"]).exits(2).json();
    assert!(said["worker"]["errors"][0]["code"].is_string(), "{said}");
}

#[test]
fn a_bundle_needs_a_profile() {
    let world = world();
    world.write("stdlib-pack.yaml", "bundles:\n  web: {app: app.py}\n");
    assert_snapshot!(build(&world, &[]).exits(2).err.trim(), @"
    error[invalid-yaml]: the key 'profile' is missing
     --> stdlib-pack.yaml:2:9
      |
    2 |   web: {app: app.py}
      |         ^^^
    ");
    world.write(
        "stdlib-pack.yaml",
        "bundles:\n  web: {profle: x, profile: profile.yaml}\n",
    );
    assert_snapshot!(build(&world, &[]).exits(2).err.trim(), @"
    error[invalid-yaml]: unknown key 'profle'
     --> stdlib-pack.yaml:2:9
      |
    2 |   web: {profle: x, profile: profile.yaml}
      |         ^^^^^^
      |
      = help: did you mean 'profile'?
    ");
}
