//! The command line itself: help, version, and the small commands.

use insta::assert_snapshot;

use crate::common::{World, any_python};

/// What is printed for these arguments, by a run that goes well.
#[track_caller]
fn says(args: &[&str]) -> String {
    let outcome = World::empty().run(args).exits(0);
    assert_eq!(outcome.err, "");
    outcome.out
}

/// The message for these arguments, which cannot be followed.
#[track_caller]
fn refuses(args: &[&str]) -> String {
    let outcome = World::empty().run(args).exits(2);
    assert_eq!(outcome.out, "");
    outcome.err
}

#[test]
fn help() {
    assert_snapshot!("help", says(&["--help"]));
    assert_snapshot!("help_short", says(&["-h"]));
}

#[test]
fn help_names_examples_exit_codes_and_variables() {
    for args in [
        &["--help"][..],
        &["-h"],
        &["pack", "--help"],
        &["help", "pack"],
    ] {
        let help = says(args);
        for part in ["Examples:", "Exit codes:", "STDLIB_PACK_CACHE", "--profile"] {
            assert!(help.contains(part), "{args:?} lacks {part}");
        }
    }
}

#[test]
fn help_of_each_command() {
    for command in ["pack", "verify", "profile", "target", "cache"] {
        let help = says(&[command, "--help"]);
        assert!(
            help.contains(&format!("Usage: stdlib-pack {command}")),
            "{help}"
        );
    }
}

#[test]
fn version() {
    let expected = format!("stdlib-pack {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(says(&["--version"]), expected);
    assert_eq!(says(&["-V"]), expected);
}

#[test]
fn profiles_are_listed() {
    assert_snapshot!(says(&["profile", "list"]), @"
    browser          CPython on Emscripten in the browser, with everything that works there
    browser-minimal  CPython on Emscripten in the browser, minimal: text, data and dates
    interpreter      only the modules that an interpreter on WebAssembly needs to start
    native           a native CPython like the build Python
    no-tests         base to extend: excludes the standard library's own tests
    node             CPython on Emscripten in Node.js, with everything that works there
    pyodide          Pyodide, with everything that works there
    pyodide-minimal  only the modules that Pyodide needs to start; add your app
    wasi             CPython on WASI, with everything that works there
    wasm             base to extend: excludes modules without use on WebAssembly
    ");
}

/// A profile is shown as it is after merging.
#[test]
fn a_profile_is_shown() {
    let shown = says(&["profile", "show", "browser-minimal"]);
    let profile: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(profile["target"], "emscripten-browser");
    assert_eq!(profile["optimize"], 2);
    assert_eq!(profile["exclude"][0]["modules"][0], "test", "from no-tests");
    assert_snapshot!("profile_native", says(&["profile", "show", "native"]));
}

#[test]
fn a_profile_of_ones_own_is_shown() {
    let world = World::empty();
    world.write("base.yaml", "roots: [json]\noptimize: 1\n");
    world.write(
        "own.yaml",
        "extends: [base.yaml]\nroots: [re]\npayload: source\n",
    );
    let shown = world.run(&["profile", "show", "own.yaml"]).exits(0).json();
    assert_eq!(shown["roots"], serde_json::json!(["json", "re"]));
    assert_eq!(shown["optimize"], 1);
    assert_eq!(shown["payload"], "source");
}

#[test]
fn profiles_are_checked() {
    for name in ["browser-minimal", "native", "no-tests"] {
        let said = says(&[
            "profile",
            "check",
            name,
            "--build-python",
            &any_python().path,
        ]);
        let first = format!("{name}: no errors\n");
        assert!(said.starts_with(&first), "{said}");
    }
    let world = World::empty();
    world.write("own.yaml", "roots: [json]\ncolour: red\n");
    let outcome = world.run(&["profile", "check", "own.yaml"]).exits(2);
    assert_snapshot!(outcome.said(), @"
    error[invalid-yaml]: unknown key 'colour'
     --> own.yaml:2:1
      |
    2 | colour: red
      | ^^^^^^
      |
      = help: keys here are: description, extends, target, roots, run-modules, entry-points, app-exclude, exclude, closure, tiers, payload, optimize, strip, on-unimportable, frozen, runtime-features, hidden-imports, codecs, extra-modules, dependencies, missing-module-stubs, output, budget
    ");
    assert_snapshot!(refuses(&["profile", "check", "nativ"]), @"
    error[profile-not-found]: there is no profile 'nativ'
     |
     = note: requested by --profile nativ
     = help: did you mean 'native'? Built-in profiles are: browser, browser-minimal, interpreter, native, no-tests, node, pyodide, pyodide-minimal, wasi, wasm
    ");
}

/// A target that does not exist is a mistake that can be seen without a standard library.
#[test]
fn a_checked_profile_has_a_target_that_exists() {
    let world = World::empty();
    world.write("own.yaml", "target: pyodid\n");
    let outcome = world.run(&["profile", "check", "own.yaml"]).exits(2);
    assert!(
        outcome.err.contains("did you mean 'pyodide'?"),
        "{}",
        outcome.err
    );
}

#[test]
fn targets_are_listed() {
    assert_snapshot!(says(&["target", "list"]), @"
    emscripten-browser   CPython's own build for Emscripten, run in a web browser (configure --with-emscripten-target=browser, the default, up to 3.13)
    emscripten-node      CPython's own build for Emscripten, run under Node.js (configure --with-emscripten-target=node up to 3.13)
    native               The build Python's own platform (Linux, macOS or another POSIX system)
    pyodide              Pyodide, CPython for Emscripten as its own releases ship it, in browsers and Node.js
    wasi                 CPython's own build for WASI preview 1, run under wasmtime, Node.js or another WASI runtime
    ");
}

#[test]
fn a_target_is_shown() {
    for target in [
        "emscripten-browser",
        "emscripten-node",
        "native",
        "pyodide",
        "wasi",
    ] {
        let shown = says(&["target", "show", target]);
        assert!(shown.starts_with(&format!("{target}: ")), "{shown}");
    }
    let shown = says(&["target", "show", "wasi"]);
    for part in [
        "sys.platform wasi, os.name posix",
        "\nunavailable:\n",
        "_socket",
    ] {
        assert!(shown.contains(part), "no {part} in:\n{shown}");
    }
}

#[test]
fn an_unknown_target() {
    assert_snapshot!(refuses(&["target", "show", "wasm"]), @"error[invalid-argument]: there is no target 'wasm': did you mean 'wasi'?");
}

#[test]
fn unknown_flags_and_commands() {
    assert_snapshot!(refuses(&["--profil", "native"]), @"
    error: unexpected argument '--profil' found

      tip: a similar argument exists: '--profile'

    Usage: stdlib-pack --profile <NAME|FILE>

    For more information, try '--help'.
    ");
    assert_snapshot!(refuses(&["frobnicate"]), @"
    error: unrecognized subcommand 'frobnicate'

    Usage: stdlib-pack [OPTIONS]
           stdlib-pack <COMMAND>

    For more information, try '--help'.
    ");
}

#[test]
fn no_arguments() {
    assert_snapshot!(refuses(&[]), @"error[invalid-argument]: there is no profile: name one with --profile ('stdlib-pack profile list' shows the built-in ones), or list bundles in stdlib-pack.yaml or pyproject.toml ('stdlib-pack build --help' shows how)");
}

/// Colours are for terminals.
#[test]
fn no_colours_in_a_pipe() {
    let world = World::empty();
    let mut command = world.command();
    command
        .args(["--profile", "nowhere.yaml"])
        .env_remove("NO_COLOR");
    let outcome = world.finish(command).exits(2);
    assert!(!outcome.err.contains('\x1b'), "{:?}", outcome.err);
}

/// A reader who has seen enough, such as `head`, is no reason to panic.
#[test]
fn a_closed_pipe_is_no_panic() {
    let world = World::empty();
    let program = env!("CARGO_BIN_EXE_stdlib-pack");
    let script = format!("'{program}' profile show browser-minimal | true");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &script]);
    let outcome = world.finish(shell).exits(0);
    assert!(!outcome.err.contains("panicked"), "{}", outcome.err);
}

/// What is asked for and cannot be written is no success.
#[test]
fn a_full_device_as_output() {
    let world = World::empty();
    for flags in [
        &["profile", "list"][..],
        &["--help"],
        &["--version"],
        &["pack", "-h"],
        &["help", "verify"],
        &["completions", "bash"],
        &["man"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
        let mut command = world.command();
        command.args(flags).stdout(full.unwrap());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{flags:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("cannot write to standard output"), "{said}");
    }
}

/// Also where JSON is asked for as a format.
#[test]
fn errors_are_json_where_json_is_asked_for() {
    let world = World::new();
    for command in [
        &["why", "x", "--profile", "nowhere", "--json"][..],
        &["graph", "--profile", "nowhere", "--format", "json"],
        &["diff", "nowhere", "nowhere", "--format=json"],
        &["report", "--profile", "nowhere", "--format", "json"],
    ] {
        let said = world.run(command).exits(2).json();
        assert_eq!(said["exit_code"], 2, "{said}");
    }
}

#[test]
fn every_command_takes_the_global_options() {
    let world = World::new();
    let flags = ["-j", "2", "-q"];
    for command in [
        &["explain"][..],
        &["profile", "list"],
        &["cache", "key"],
        &["schema", "why"],
    ] {
        world.run(&[command, &flags].concat()).exits(0);
        world.run(&[command, &["-v"]].concat()).exits(0);
        world.run(&[command, &["-qv"]].concat()).exits(2);
    }
    assert_eq!(world.pack(&flags).exits(0).said(), "");
}

#[test]
fn the_key_of_the_cache_stays() {
    let world = World::empty();
    let key = || world.run(&["cache", "key"]).exits(0).out;
    assert!(key().starts_with("stdlib-pack-") && key() == key());
}
