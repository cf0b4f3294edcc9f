//! Build Pythons that are missing, of the wrong kind, or do not work.

use std::time::{Duration, Instant};

use insta::assert_snapshot;

use super::Before;
use crate::common::{World, any_python};

/// A worker's introduction, said by a Python that pretends to be another one.
const PRETENDS: &str = "for last; do :; done\nexec \"$PYTHON\" -I -S -B -c \"import sys; $LIE; exec(sys.argv[1])\" \"$last\"\n";

/// Introduces itself as a good worker does, and then waits for the first piece of work.
const INTRODUCES_ITSELF: &str = "\"$PYTHON\" \"$@\" </dev/null\nhead -c 1 >/dev/null\n";

impl Before {
    /// What is said when the build Python is that shell script.
    #[track_caller]
    fn refuses_python(&self, code: i32, script: &str) -> String {
        let python = self.world.fake_python("fake", script);
        self.refuses(code, self.world.pack_with(&python, &["--no-cache"]))
    }
}

#[test]
fn not_there() {
    let before = Before::new();
    let outcome = before.world.pack_with("no-such-python", &[]);
    assert_snapshot!(before.refuses(3, outcome), @"error[build-python-not-found]: cannot start the build Python 'no-such-python': No such file or directory (os error 2)");
    let outcome = before.world.pack_with("./bin/python", &[]);
    assert_snapshot!(before.refuses(3, outcome), @"error[build-python-not-found]: cannot start the build Python '[dir]/bin/python': No such file or directory (os error 2)");
}

#[test]
fn none_on_the_path() {
    let before = Before::new();
    let mut command = before.world.command();
    command.args(["--profile", "profile.yaml"]);
    command.env("PATH", before.world.path("nothing"));
    assert_snapshot!(before.refuses(3, before.world.finish(command)), @"error[build-python-not-found]: no Python found on the PATH, nor one of uv or pyenv (looked for python3, python, python3.15, python3.14, python3.13, python3.12, python3.11): install one, or name it with --build-python");
}

#[test]
fn a_command_that_is_none() {
    let before = Before::new();
    assert_snapshot!(before.refuses(2, before.world.pack_with("python 'half", &[])), @"error[build-python-not-found]: cannot parse the build Python command 'python 'half': unbalanced quotes, or empty");
    assert_snapshot!(before.refuses(2, before.world.pack_with("", &[])), @"error[build-python-not-found]: cannot parse the build Python command '': unbalanced quotes, or empty");
}

#[test]
fn a_folder() {
    let before = Before::new();
    assert_snapshot!(before.refuses(3, before.world.pack_with("./Lib", &[])), @"error[build-python-not-found]: cannot start the build Python '[dir]/Lib': Permission denied (os error 13)");
}

#[test]
fn too_old() {
    let lie = "LIE=\"sys.version_info = (3, 8, 20, 'final', 0)\"\n".to_owned();
    assert_snapshot!(Before::new().refuses_python(2, &(lie + PRETENDS)), @"error[build-python-not-found]: the build Python 'sh [dir]/fake' is Python 3.8; at least 3.11 is needed");
}

#[test]
fn not_cpython() {
    let lie = "LIE=\"sys.implementation.name = 'pypy'\"\n".to_owned();
    assert_snapshot!(Before::new().refuses_python(2, &(lie + PRETENDS)), @"error[build-python-not-found]: the build Python 'sh [dir]/fake' is pypy; only CPython makes bytecode for CPython");
}

#[test]
fn of_another_version_than_the_sources() {
    let before = Before::new();
    let header = "#define PY_MAJOR_VERSION 3\n#define PY_MINOR_VERSION 99\n";
    before.world.write("Include/patchlevel.h", header);
    let err = before.refuses(2, before.world.pack(&[]));
    insta::with_settings!({filters => vec![(r"magic number \d+", "magic number [n]")]}, {
        assert_snapshot!(err, @"error[version-mismatch]: the standard library 'Lib' is Python 3.99, the build Python '[python]' is Python 3.x (magic number [n]): bytecode has to be compiled by the same version; name one with --build-python");
    });
}

/// The version of the library is found before any of its sources is read.
#[test]
fn lazy_imports_before_3_15() {
    for payload in ["bytecode", "source"] {
        let before = Before::new();
        for module in ["profiling/__init__.py", "xml/__init__.py", "xml/utils.py"] {
            let file = format!("Lib/{module}");
            before.world.write(&file, "lazy import re\n");
        }
        let err = before.refuses(2, before.world.pack(&["--payload", payload]));
        assert!(
            err.starts_with("error[version-mismatch]: the standard library 'Lib' is Python 3.15, the build Python"),
            "{err}"
        );
    }
}

const NEWER: &str = "LIE=\"sys.version_info = (3, 99, 0, 'final', 0)\"\n";

/// One that is newer than all manifests is used, but not in silence; its library has no version that would be known.
#[test]
fn newer_than_any_that_is_known() {
    let before = Before::new();
    let python = before
        .world
        .fake_python("fake", &(NEWER.to_owned() + PRETENDS));
    let said = before
        .world
        .pack_with(&python, &["--no-cache", "--payload", "source"])
        .exits(0)
        .said();
    assert!(
        said.contains("warning[newer-python]: the facts of Python 3.15 are used for 3.99"),
        "{said}"
    );
}

#[test]
fn sources_older_than_any_that_is_known() {
    let before = Before::new();
    let header = "#define PY_MAJOR_VERSION 3\n#define PY_MINOR_VERSION 8\n";
    before.world.write("Include/patchlevel.h", header);
    assert_snapshot!(before.refuses(2, before.world.pack(&[])), @"error[unsupported-version]: Python 3.8 is not supported: 3.11 to 3.15 are, and newer ones as far as they resemble it");
}

#[test]
fn crashes_at_once() {
    let script = "echo 'Fatal Python error: no module named encodings' >&2; exit 7";
    assert_snapshot!(Before::new().refuses_python(3, script), @"
    error[build-python-not-found]: 'sh [dir]/fake' is not a usable build Python: it stopped (exit status: 7); its last output:
                                     Fatal Python error: no module named encodings
    ");
}

#[test]
fn crashes_in_silence() {
    assert_snapshot!(Before::new().refuses_python(3, "kill -KILL $$"), @"error[build-python-not-found]: 'sh [dir]/fake' is not a usable build Python: it stopped (signal: 9 (SIGKILL); if memory ran out: fewer --jobs need less)");
}

#[test]
fn ends_as_if_all_were_well() {
    assert_snapshot!(Before::new().refuses_python(3, "exit 0"), @"error[build-python-not-found]: 'sh [dir]/fake' is not a usable build Python: it stopped (exit status: 0)");
}

#[test]
fn prints_something_else() {
    let script = "echo 'Welcome to Wonderland!'; exec sleep 1000";
    assert_snapshot!(Before::new().refuses_python(3, script), @r#"error[build-python-not-found]: 'sh [dir]/fake' is not a usable build Python: it printed "Welcome to Wonderland!" where the worker should have introduced itself"#);
}

#[test]
fn prints_without_end() {
    let script = "exec yes 'more and more'";
    assert_snapshot!(Before::new().refuses_python(3, script), @r#"error[build-python-not-found]: 'sh [dir]/fake' is not a usable build Python: it printed "more and more" where the worker should have introduced itself"#);
}

#[test]
fn complains_without_end() {
    let script = "exec 3>&1; exec yes 'woe and woe' >&2";
    let before = Before::new();
    let python = before.world.fake_python("fake", script);
    let mut command = before.world.pack_command(&python, &[]);
    command.env("STDLIB_PACK_TIMEOUT", "1");
    let err = before.refuses(3, before.world.finish(command));
    assert!(err.contains("did not answer within 1 seconds"), "{err}");
    assert!(err.len() < 5_000, "only its last words are repeated");
}

/// What is said of a build Python that sleeps, within some seconds of patience.
fn hanging(script: &str, patience: &str) -> String {
    let before = Before::new();
    let python = before.world.fake_python("fake", script);
    let mut command = before.world.pack_command(&python, &["--no-cache"]);
    command.env("STDLIB_PACK_TIMEOUT", patience);
    let start = Instant::now();
    let err = before.refuses(3, before.world.finish(command));
    assert!(start.elapsed() < Duration::from_mins(1), "waited too long");
    err
}

#[test]
fn hangs() {
    assert_snapshot!(hanging("exec sleep 1000", "1"), @"error[build-python-not-found]: 'sh [dir]/fake' is not a usable build Python: it did not answer within 1 seconds (STDLIB_PACK_TIMEOUT gives it more)");
}

#[test]
fn hangs_midway() {
    let script = INTRODUCES_ITSELF.to_owned() + "exec sleep 1000";
    // A real Python introduces itself first, and a busy machine takes its time for that.
    assert_snapshot!(hanging(&script, "5"), @"error[build-python-failed]: the build Python 'sh [dir]/fake' did not answer within 5 seconds (STDLIB_PACK_TIMEOUT gives it more) while working on encodings/__init__.py");
}

#[test]
fn dies_midway() {
    let script = INTRODUCES_ITSELF.to_owned() + "echo 'Segmentation fault' >&2; exit 139";
    assert_snapshot!(Before::new().refuses_python(3, &script), @"
    error[build-python-failed]: the build Python 'sh [dir]/fake' stopped (exit status: 139) while working on encodings/__init__.py; its last output:
                                  Segmentation fault
    ");
}

#[test]
fn answers_nonsense() {
    let script = INTRODUCES_ITSELF.to_owned() + "printf 'what was the question?'; exec sleep 1000";
    assert_snapshot!(Before::new().refuses_python(3, &script), @"error[build-python-failed]: the build Python 'sh [dir]/fake' sent an invalid answer while working on encodings/__init__.py");
}

#[test]
fn answers_half_a_sentence() {
    let script = INTRODUCES_ITSELF.to_owned() + "printf '\\100\\0\\0\\0+half'";
    assert_snapshot!(Before::new().refuses_python(3, &script), @"error[build-python-failed]: the build Python 'sh [dir]/fake' stopped (exit status: 0) while working on encodings/__init__.py");
}

#[test]
fn answers_bytecode_that_is_none() {
    // An answer of 6 bytes: done, and 5 that are no marshal data.
    let script = INTRODUCES_ITSELF.to_owned() + "printf '\\6\\0\\0\\0+\\377abcd'; sleep 1";
    assert_snapshot!(Before::new().refuses_python(3, &script), @r"error[build-python-failed]: cannot read the bytecode that 'sh [dir]/fake' made of encodings/__init__.py: not a code object of CPython 3.11 to 3.15: at byte 0, a value has the unknown type '\u{7f}'");
}

#[test]
fn bytecode_that_the_target_does_not_read() {
    let before = Before::new();
    let lie =
        "LIE=\"import _frozen_importlib_external as b; b.MAGIC_NUMBER = b'\\xa0\\x0d\\r\\n'\"\n";
    let python = before
        .world
        .fake_python("fake", &(lie.to_owned() + PRETENDS));
    let flags = ["--no-cache", "--target", "emscripten-node"];
    let said = before.refuses(2, before.world.pack_with(&python, &flags));
    assert!(
        said.contains("writes bytecode of magic number 3488, Python 3.x on emscripten-node reads "),
        "{said}"
    );
}

/// A version stands for the Python of that version, wherever it is.
#[test]
fn a_version_is_found() {
    let world = World::new();
    let python = any_python();
    let version = python.version.clone();
    let folder = format!("uv/cpython-{version}.7-linux-x86_64-gnu/bin");
    world.write(&format!("{folder}/.keep"), "");
    let program = world.path(&format!("{folder}/python{version}"));
    std::os::unix::fs::symlink(&python.path, program).unwrap();
    // Neither another version, nor one with other bytecode.
    world.write(
        &format!("uv/cpython-{version}.9+freethreaded-linux/bin/python{version}"),
        "",
    );
    let pack = |version: &str| {
        let mut command = world.pack_command(version, &[]);
        command
            .env("PATH", "/nowhere")
            .env("UV_PYTHON_INSTALL_DIR", world.path("uv"))
            .env("PYENV_ROOT", "/nowhere");
        world.finish(command)
    };
    let said = pack(&version).exits(0).err;
    let found = format!("note: the build Python is '[dir]/{folder}/python{version}'");
    assert!(said.starts_with(&found), "{said}");
    let said = pack("3.97").exits(3).err;
    assert!(said.contains("no Python 3.97 found"), "{said}");
}

#[test]
fn a_pyodide_without_node_is_told() {
    let world = World::new();
    let pyodide = crate::common::pythons::pyodide("0.29.5");
    let python = format!("pyodide:{}", pyodide.display());
    let mut command = world.pack_command(&python, &["--json"]);
    command.env("PATH", "/nowhere");
    let said = world.finish(command).exits(3).json();
    let message = said["diagnostics"][0]["message"].as_str().unwrap();
    assert!(message.contains("install Node.js 20 or newer"), "{message}");
}
