//! Runtime specifications, such as `native`, `pyodide:DIR` and `wasi:FILE.wasm`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// A real interpreter that can be started with a bundle as its only standard library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// The build Python, made to look like the target.
    Native,
    /// Pyodide under Node.js: the folder of the npm package.
    Pyodide(PathBuf),
    /// CPython for WASI under Node.js: the `.wasm` file.
    Wasi(PathBuf),
    /// CPython for WASI under wasmtime, by its Python package: the `.wasm` file.
    Wasmtime(PathBuf),
    /// Pyodide in headless Chromium: the folder of the npm package.
    Browser(PathBuf),
    /// CPython's own Emscripten build under Node.js: its folder, or its `python.js` or `python.mjs`.
    Emscripten(PathBuf),
    /// CPython's own Emscripten build in headless Chromium: its folder, or its `python.js` or `python.mjs`.
    BrowserEmscripten(PathBuf),
}

impl Runtime {
    /// Returns whether it can run with a complete library that it does not carry.
    pub fn takes_library(&self) -> bool {
        match self {
            Self::Native | Self::Pyodide(_) | Self::Browser(_) => false,
            Self::Wasi(_)
            | Self::Wasmtime(_)
            | Self::Emscripten(_)
            | Self::BrowserEmscripten(_) => true,
        }
    }
}

impl FromStr for Runtime {
    type Err = String;

    /// Parses `native`, `pyodide:DIR`, `wasi:FILE`, `wasmtime:FILE`, `browser:DIR`, `emscripten:DIR` or
    /// `browser-emscripten:DIR`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, path) = text.split_once(':').unwrap_or((text, ""));
        let runtime = match (kind, path.is_empty()) {
            ("native", true) => Self::Native,
            ("pyodide", false) => Self::Pyodide(path.into()),
            ("wasi", false) => Self::Wasi(path.into()),
            ("wasmtime", false) => Self::Wasmtime(path.into()),
            ("browser", false) => Self::Browser(path.into()),
            ("emscripten", false) => Self::Emscripten(path.into()),
            ("browser-emscripten", false) => Self::BrowserEmscripten(path.into()),
            ("pyodide" | "browser", true) => {
                return Err(format!(
                    "name the folder of Pyodide's npm package: {kind}:node_modules/pyodide"
                ));
            }
            ("wasi" | "wasmtime", true) => {
                return Err(format!("name the interpreter: {kind}:python.wasm"));
            }
            ("emscripten" | "browser-emscripten", true) => {
                return Err(format!(
                    "name the folder of the build that holds python.js or python.mjs, or that file: \
                     {kind}:builddir/emscripten-browser"
                ));
            }
            _ => {
                return Err(
                    "runtimes are native, pyodide:DIR, browser:DIR, emscripten:DIR, \
                     browser-emscripten:DIR, wasi:FILE.wasm and wasmtime:FILE.wasm"
                        .to_owned(),
                );
            }
        };
        Ok(runtime)
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Native => f.write_str("the build Python"),
            Self::Pyodide(folder) => write!(f, "Pyodide of '{}' under Node.js", folder.display()),
            Self::Wasi(file) => write!(f, "'{}' under Node.js", file.display()),
            Self::Wasmtime(file) => write!(f, "'{}' under wasmtime", file.display()),
            Self::Browser(folder) => write!(f, "Pyodide of '{}' in Chromium", folder.display()),
            Self::Emscripten(path) => write!(f, "'{}' under Node.js", path.display()),
            Self::BrowserEmscripten(path) => write!(f, "'{}' in Chromium", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Runtime;

    #[test]
    fn runtime_parses_kind_and_path() {
        assert_eq!("native".parse(), Ok(Runtime::Native));
        assert_eq!(
            "wasi:a/b.wasm".parse(),
            Ok(Runtime::Wasi("a/b.wasm".into()))
        );
        assert_eq!(
            "pyodide:C:\\x".parse(),
            Ok(Runtime::Pyodide("C:\\x".into()))
        );
        assert_eq!(
            "browser-emscripten:build".parse(),
            Ok(Runtime::BrowserEmscripten("build".into()))
        );
        for invalid in [
            "",
            "wasi",
            "emscripten:",
            "wasmtime:",
            "pyodide:",
            "native:x",
            "node",
        ] {
            assert!(invalid.parse::<Runtime>().is_err(), "{invalid}");
        }
    }
}
