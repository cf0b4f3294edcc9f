//! Two judges that are programs in Python: what CPython's own tests say of bundles made for them, and
//! whether each module's closure holds what importing it really loads. A share of each runs here;
//! `make truth` runs all, with every Python.

use std::path::Path;
use std::process::Command;

use crate::common::pythons::{Python, any_python};
use crate::{CACHE, everything, judging};

/// Test modules that are quick, and between them use most ways to import.
const SHARE: [&str; 10] = [
    "test_argparse",
    "test_base64",
    "test_codecencodings_hk",
    "test_csv",
    "test_decimal",
    "test_doctest",
    "test_email",
    "test_json",
    "test_re",
    "test_trace",
];

/// Of how many modules one is imported here.
const EVERY: &str = "9";

#[track_caller]
fn judge(python: &Python, program: &str, words: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(&python.path)
        .arg(root.join("tests/truth").join(program))
        .args(["--program", env!("CARGO_BIN_EXE_stdlib-pack")])
        .args(words)
        .env("STDLIB_PACK_CACHE", CACHE)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    let version = &python.version;
    assert!(
        output.status.success() && !said.is_empty(),
        "Python {version}:\n{said}\n{complaint}"
    );
}

#[test]
fn tests_of_cpython_pass_on_their_bundles() {
    if !everything() {
        return judge(any_python(), "regrtest/judge.py", &SHARE);
    }
    // Debian's Pythons 3.14 and 3.15 come without their tests.
    let has_tests = |python: &&Python| !["3.14", "3.15"].contains(&python.version.as_str());
    for python in judging().into_iter().filter(has_tests) {
        judge(python, "regrtest/judge.py", &[]);
    }
}

#[test]
fn what_importing_loads_is_in_the_closure() {
    if !everything() {
        return judge(any_python(), "imports.py", &["--every", EVERY]);
    }
    for python in judging() {
        judge(python, "imports.py", &[]);
    }
}
