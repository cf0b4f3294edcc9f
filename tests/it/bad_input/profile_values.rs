//! Profiles and flags that are understood and cannot be followed.

use insta::assert_snapshot;

use super::{Before, World};
use crate::common::any_python;

#[test]
fn no_such_profile() {
    let before = Before::new();
    let outcome = before.world.run(&["--profile", "browser-minimum"]);
    assert_snapshot!(before.refuses(2, outcome), @"
    error[profile-not-found]: there is no profile 'browser-minimum'
     |
     = note: requested by --profile browser-minimum
     = help: did you mean 'browser-minimal'? Built-in profiles are: browser, browser-minimal, interpreter, native, no-tests, node, pyodide, pyodide-minimal, wasi, wasm
    ");
    let outcome = before.world.run(&["--profile", "xyzzy"]);
    assert_snapshot!(before.refuses(2, outcome), @"
    error[profile-not-found]: there is no profile 'xyzzy'
     |
     = note: requested by --profile xyzzy
     = help: built-in profiles are: browser, browser-minimal, interpreter, native, no-tests, node, pyodide, pyodide-minimal, wasi, wasm; or pass the path of a .yaml file
    ");
}

#[test]
fn no_such_profile_file() {
    let before = Before::new();
    let outcome = before.world.run(&["--profile", "nowhere.yaml"]);
    assert_snapshot!(before.refuses(2, outcome), @"
    error[profile-not-found]: cannot read the profile 'nowhere.yaml': No such file or directory (os error 2)
     |
     = note: requested by --profile nowhere.yaml
    ");
}

#[test]
fn no_profile_at_all() {
    let before = Before::new();
    let outcome = before.world.run(&["--out", "dist"]);
    let said = before.refuses(2, outcome);
    assert!(
        said.starts_with("error[invalid-argument]: there is no profile: name one with --profile"),
        "{said}"
    );
}

#[test]
fn a_loop_of_profiles() {
    let before = Before::new();
    before.world.write("one.yaml", "extends: [two.yaml]\n");
    before.world.write("two.yaml", "extends: [one.yaml]\n");
    assert_snapshot!(before.refuses_profile("extends: [one.yaml]\n"), @"
    error[invalid-profile]: profiles extend each other in a loop: profile.yaml → one.yaml → two.yaml → one.yaml
     --> two.yaml:1:11
      |
    1 | extends: [one.yaml]
      |           ^^^^^^^^
      |
      = help: remove one of the links
    ");
}

#[test]
fn a_profile_that_extends_itself() {
    assert_snapshot!(Before::new().refuses_profile("extends: [profile.yaml]\n"), @"
    error[invalid-profile]: profiles extend each other in a loop: profile.yaml → profile.yaml
     --> profile.yaml:1:11
      |
    1 | extends: [profile.yaml]
      |           ^^^^^^^^^^^^
      |
      = help: remove one of the links
    ");
    assert_snapshot!(Before::new().refuses_profile("extends: [./profile.yaml]\n"), @"
    error[invalid-profile]: profiles extend each other in a loop: profile.yaml → ./profile.yaml
     --> profile.yaml:1:11
      |
    1 | extends: [./profile.yaml]
      |           ^^^^^^^^^^^^^^
      |
      = help: remove one of the links
    ");
}

#[test]
fn an_extended_profile_that_is_not_there() {
    assert_snapshot!(Before::new().refuses_profile("extends: [no-test]\n"), @"
    error[profile-not-found]: there is no profile 'no-test'
     --> profile.yaml:1:11
      |
    1 | extends: [no-test]
      |           ^^^^^^^
      |
      = help: did you mean 'no-tests'? Built-in profiles are: browser, browser-minimal, interpreter, native, no-tests, node, pyodide, pyodide-minimal, wasi, wasm
    ");
    assert_snapshot!(Before::new().refuses_profile("extends: [gone.yaml]\n"), @"
    error[profile-not-found]: cannot read the profile 'gone.yaml': No such file or directory (os error 2)
     --> profile.yaml:1:11
      |
    1 | extends: [gone.yaml]
      |           ^^^^^^^^^
    ");
}

#[test]
fn a_mistake_in_an_extended_profile_is_shown_there() {
    let before = Before::new();
    before
        .world
        .write("base.yaml", "roots: []\nclosur: everything\n");
    assert_snapshot!(before.refuses_profile("extends: [base.yaml]\n"), @"
    error[invalid-yaml]: unknown key 'closur'
     --> base.yaml:2:1
      |
    2 | closur: everything
      | ^^^^^^
      |
      = help: did you mean 'closure'?
    ");
}

#[test]
fn an_unknown_module_as_root() {
    assert_snapshot!(Before::new().refuses_profile("roots:\n  - greet\n  - gret\n"), @"
    error[unknown-module]: Python 3.x has no module 'gret'
     --> profile.yaml:3:5
      |
    3 |   - gret
      |     ^^^^
      |
      = help: did you mean 'greet'?
    ");
}

#[test]
fn an_unknown_module_as_root_by_flag() {
    let before = Before::new();
    assert_snapshot!(before.refuses(2, before.world.pack(&["--root", "lonly"])), @"
    error[unknown-module]: Python 3.x has no module 'lonly'
     |
     = note: requested by --root lonly
     = help: did you mean 'lonely'?
    ");
    assert_snapshot!(before.refuses(2, before.world.pack(&["--root", "a-b"])), @"
    error[unknown-module]: Python 3.x has no module 'a-b'
     |
     = note: requested by --root a-b
    ");
}

#[test]
fn all_mistakes_are_told_at_once() {
    let err = Before::new().refuses_profile("roots: [gret, lonly]\n");
    assert_eq!(err.matches("error[").count(), 2, "{err}");
}

#[test]
fn an_excluded_root() {
    let text = "roots: [names.world]\nexclude:\n  - modules: [names]\n    reason: nobody greets\n";
    assert_snapshot!(Before::new().refuses_profile(text), @"
    error[excluded-root]: the root 'names.world' is excluded: nobody greets
     --> profile.yaml:1:9
      |
    1 | roots: [names.world]
      |         ^^^^^^^^^^^
      |
      = help: remove it from the roots, or narrow the pattern 'names' at profile.yaml:3:15
    ");
}

#[test]
fn an_exclusion_that_the_root_cannot_do_without() {
    let before = Before::new();
    let outcome = before.world.pack(&["--exclude", "names.world"]);
    assert_snapshot!(before.refuses(2, outcome), @"
    error[unimportable-root]: the root 'greet' cannot be imported on the target
     |
     = note: requested by --exclude names.world
     = note: greet (line 2): names.world is excluded: excluded on the command line
     = help: remove the exclusion, or the module that needs 'greet'
    ");
}

#[test]
fn an_unknown_target() {
    assert_snapshot!(Before::new().refuses_profile("roots: [greet]\ntarget: pyodid\n"), @"
    error[unknown-target]: there is no target 'pyodid'
     --> profile.yaml:2:9
      |
    2 | target: pyodid
      |         ^^^^^^
      |
      = help: did you mean 'pyodide'?
    ");
}

#[test]
fn an_exclusion_that_holds_nothing_is_a_warning() {
    let before = Before::new();
    let outcome = before
        .world
        .pack(&["--exclude", "lonley", "--exclude", "nothing.*"]);
    assert_snapshot!(outcome.exits(0).err, @"
    warning[unmatched-exclusion]: no module of Python 3.x matches 'lonley'
     |
     = note: requested by --exclude lonley
     = help: did you mean 'lonely'?
    warning[unmatched-exclusion]: no module of Python 3.x matches 'nothing.*'
     |
     = note: requested by --exclude nothing.*
    ");
}

#[test]
fn a_root_named_twice_is_a_warning() {
    let before = Before::new();
    assert_snapshot!(before.world.pack(&["--root", "greet"]).exits(0).err, @"
    warning[duplicate-root]: the root 'greet' is named more than once
     |
     = note: requested by --root greet
    ");
}

/// What would save most is told, with what keeps it; nothing is written.
#[test]
fn a_budget_that_is_exceeded() {
    let refusals = [
        ("budget: {zip: 100}\noutput: {compress: []}\n", &[][..]),
        ("budget: {brotli: 0.1 KB}\n", &[]),
        (
            "budget: {source: {brotli: 100}}\n",
            &["--payload", "source"],
        ),
        ("output: {compress: []}\n", &["--budget", "100"]),
    ];
    for (text, flags) in refusals {
        let before = Before::new();
        let text = format!("roots: [greet]\n{text}");
        before.world.write("profile.yaml", text);
        let err = before.refuses(1, before.world.pack(flags));
        assert!(err.contains(" bytes, the budget is 100\n"), "{err}");
        assert!(err.contains("  greet, kept by root\n"), "{err}");
        assert!(err.contains("  names.world, kept by greet:2"), "{err}");
    }
}

/// Budgets are for a payload where they say so.
#[test]
fn a_budget_for_sources() {
    let world = World::new();
    world.write(
        "profile.yaml",
        "roots: [greet]\nbudget: {source: {brotli: 1}}\n",
    );
    world.pack(&[]).exits(0);
    world.pack(&["--payload", "source"]).exits(1);
    world
        .pack(&["--payload", "source", "--budget", "1 MB"])
        .exits(0);
    let said = world.pack(&["--budget", "much"]).exits(2).said();
    assert!(said.contains("'much' is not a size"), "{said}");
}

#[test]
fn flags_that_make_no_sense() {
    let before = Before::new();
    for flags in [
        &["--optimize", "3"][..],
        &["--payload", "zip"],
        &["--jobs", "0"],
        &["--frobnicate"],
        &["--quiet", "--verbose"],
        &["verify", "--root", "x"],
    ] {
        before.refuses(2, before.world.run(flags));
    }
}

/// Nobody who packs an app chose the budget of a built-in profile.
#[test]
fn a_built_in_budget_does_not_hold_for_an_app() {
    let world = World::empty();
    world.write(
        "app.py",
        "import argparse, concurrent.futures, email.message\n",
    );
    let python = ["--build-python", &any_python().path];
    let flags = ["--profile", "interpreter", "--app", "app.py"];
    world.run(&[&flags[..], &python].concat()).exits(0);
    let budget = ["--budget", "10KB"];
    let said = world.run(&[&flags[..], &python, &budget].concat()).exits(1);
    assert!(
        said.err.contains("raise it with --budget SIZE"),
        "{}",
        said.err
    );
}

#[test]
fn codecs_that_there_are_not() {
    let before = Before::new();
    before
        .world
        .write("Lib/encodings/aliases.py", "aliases = {'1252': 'cp1252'}\n");
    before.world.write("Lib/encodings/cp1252.py", "");
    assert_snapshot!(before.refuses_profile("codecs: [windows_1252, cp1253]\n"), @"
    error[unknown-codec]: Python 3.x has no codec 'windows_1252'
     --> profile.yaml:1:10
      |
    1 | codecs: [windows_1252, cp1253]
      |          ^^^^^^^^^^^^
      |
      = help: name codecs as in codecs: [cp1252, shift_jis], patterns as in 'cp125*', or a group: web, email, all
    error[unknown-codec]: Python 3.x has no codec 'cp1253'
     --> profile.yaml:1:24
      |
    1 | codecs: [windows_1252, cp1253]
      |                        ^^^^^^
      |
      = help: did you mean 'cp1252'?
    ");
    let said = before.refuses_profile("codecs: ['z*']\n");
    assert!(
        said.contains("no codec of the library matches 'z*'\n --> profile.yaml:1:10"),
        "{said}"
    );
    let excluded = "codecs: ['1252']\nexclude:\n- modules: [encodings.cp*]\n  reason: none\n";
    let said = before.refuses_profile(excluded);
    assert!(
        said.contains("the codec '1252' is excluded: none\n"),
        "{said}"
    );
    let help = "or narrow the pattern 'encodings.cp*' at profile.yaml:3:13\n";
    assert!(said.contains(help), "{said}");
    before
        .world
        .write("profile.yaml", "roots: [greet]\ncodecs: ['1252']\n");
    before.world.pack(&["--out", "with"]).exits(0);
}
