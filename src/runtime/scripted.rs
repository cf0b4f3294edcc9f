//! Runtimes that are started by a script: Pyodide and CPython for WASI under Node.js, Pyodide in Chromium.

use std::fs;
use std::path::{Path, PathBuf, absolute};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::Serialize;

use super::{ProcessOutput, Runtime, run};
use crate::diagnostic::Code;

const PYODIDE: &str = include_str!("pyodide.mjs");
const WASI: &str = include_str!("wasi.mjs");
const BROWSER: &str = include_str!("browser.mjs");
const WASMTIME: &str = include_str!("wasmtime.py");

/// Oldest Node.js that does: `node:wasi` without a flag, `loadPyodide` of all releases.
const OLDEST_NODE: u32 = 20;

/// A runtime that cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// It is not where it should be.
    #[error("{0}")]
    NotThere(String),
    /// A program that starts it is missing.
    #[error("{0}")]
    Missing(String),
    /// The system would not let us.
    #[error("cannot start the runtime: {0}")]
    Io(#[from] std::io::Error),
    /// Never, with the values that are written.
    #[error("cannot start the runtime: {0}")]
    Json(#[from] serde_json::Error),
}

impl RuntimeError {
    /// The code of its diagnostic.
    pub fn code(&self) -> Code {
        match self {
            Self::NotThere(_) | Self::Missing(_) => Code::RuntimeNotFound,
            Self::Io(_) => Code::EnvironmentFailed,
            Self::Json(_) => Code::InternalError,
        }
    }
}

/// A runtime that a script starts, with a folder for what is written on the way.
pub struct ScriptedRuntime {
    script: Script,
    /// The folder of Pyodide's package, or the `.wasm` file.
    place: PathBuf,
    scratch: PathBuf,
}

/// What starts it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Pyodide,
    Browser,
    Wasi,
    Wasmtime,
}

impl Script {
    /// Its file name, and its text.
    fn file(self) -> (&'static str, &'static str) {
        match self {
            Self::Pyodide => ("pyodide.mjs", PYODIDE),
            Self::Browser => ("browser.mjs", BROWSER),
            Self::Wasi => ("wasi.mjs", WASI),
            Self::Wasmtime => ("wasmtime.py", WASMTIME),
        }
    }

    /// What runs it, with a flag.
    fn interpreter(self) -> [&'static str; 2] {
        match self {
            Self::Wasmtime => [PYTHON, "-B"],
            _ => ["node", "--no-warnings"],
        }
    }
}

/// A standard library to start it with, in place of its own.
#[derive(Debug, Serialize)]
pub struct Files {
    /// The zip.
    pub zip: PathBuf,
    /// Its `.zip.br`, which a browser is sent in its place.
    pub brotli: Option<PathBuf>,
    /// A folder with the zip as `lib/python3X.zip`.
    pub home: PathBuf,
}

/// The configuration that the scripts in this folder read.
#[derive(Serialize)]
struct Config<'a> {
    /// The folder of Pyodide's package, or the `.wasm` file.
    place: &'a Path,
    /// Paths of the standard library; null for the runtime's own.
    zip: Option<&'a Path>,
    brotli: Option<&'a Path>,
    home: Option<&'a Path>,
    scratch: &'a Path,
    work: &'a Path,
    task: &'a Path,
    app: Option<&'a Path>,
}

impl ScriptedRuntime {
    /// Looks whether the runtime is there. None for [`Runtime::Native`], which no script starts.
    ///
    /// # Errors
    /// When it is not there, or Node.js is not.
    pub fn find(runtime: &Runtime, scratch: &Path) -> Result<Option<Self>, RuntimeError> {
        let missing = |message: String| Err(RuntimeError::NotThere(message));
        let (script, place) = match runtime {
            Runtime::Native => return Ok(None),
            Runtime::Pyodide(folder) | Runtime::Browser(folder)
                if !folder.join("pyodide.mjs").is_file() =>
            {
                return missing(format!(
                    "'{}' is not the npm package of Pyodide: it has no pyodide.mjs",
                    folder.display()
                ));
            }
            Runtime::Wasi(file) | Runtime::Wasmtime(file) if !file.is_file() => {
                return missing(format!("there is no file '{}'", file.display()));
            }
            Runtime::Pyodide(folder) => (Script::Pyodide, folder),
            Runtime::Browser(folder) => (Script::Browser, folder),
            Runtime::Wasi(file) => (Script::Wasi, file),
            Runtime::Wasmtime(file) => (Script::Wasmtime, file),
        };
        match script {
            Script::Wasmtime => wasmtime_is_there()?,
            _ => node_is_there()?,
        }
        Ok(Some(Self {
            script,
            place: absolute(place)?,
            scratch: scratch.to_owned(),
        }))
    }

    /// The command that runs the program in the file `task` with that standard library; the program sees
    /// the folder `app` as `/app`.
    ///
    /// # Errors
    /// When what it needs cannot be written.
    pub fn command(
        &self,
        task: &Path,
        library: Option<&Files>,
        app: Option<&Path>,
    ) -> Result<Command, RuntimeError> {
        let config = Config {
            place: &self.place,
            zip: library.map(|files| &*files.zip),
            brotli: library.and_then(|files| files.brotli.as_deref()),
            home: library.map(|files| &*files.home),
            scratch: &self.scratch,
            work: task.parent().unwrap_or(&self.scratch),
            task,
            app,
        };
        let (name, text) = self.script.file();
        let script_place = self.scratch.join(name);
        fs::write(&script_place, text)?;
        let config_place = self.scratch.join("config.json");
        fs::write(&config_place, serde_json::to_vec(&config)?)?;
        let [program, flag] = self.script.interpreter();
        let mut command = Command::new(program);
        command.args([Path::new(flag), &script_place, &config_place]);
        // The script for the browser ends it when its standard input is closed.
        command.stdin(if self.script == Script::Browser {
            Stdio::piped()
        } else {
            Stdio::null()
        });
        Ok(command)
    }

    /// Runs a `command` of this runtime's to its end, as [`run`] does.
    ///
    /// # Errors
    /// When it cannot be started, or a program that its script starts is missing.
    pub fn run(command: &mut Command, patience: Duration) -> Result<ProcessOutput, RuntimeError> {
        let heard = run(command, patience)?;
        if heard.answers.is_empty() && heard.exit_code == Some(PROGRAM_MISSING) {
            return Err(RuntimeError::Missing(heard.stderr_tail().to_owned()));
        }
        Ok(heard)
    }
}

/// What the scripts exit with when a program that they start is missing.
const PROGRAM_MISSING: i32 = 3;

/// The Python that has the package wasmtime.
const PYTHON: &str = "python3";

fn wasmtime_is_there() -> Result<(), RuntimeError> {
    let output = Command::new(PYTHON)
        .args(["-c", "import wasmtime"])
        .output();
    if output.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    Err(RuntimeError::Missing(format!(
        "this runtime is started by '{PYTHON}' with the package wasmtime, and it cannot import that: \
         {PYTHON} -m pip install wasmtime"
    )))
}

fn node_is_there() -> Result<(), RuntimeError> {
    let output = Command::new("node").arg("--version").output();
    let said = output.ok().filter(|output| output.status.success());
    let said = said.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let major = said.as_deref().and_then(|said| {
        let (major, _) = said.strip_prefix('v')?.split_once('.')?;
        major.parse::<u32>().ok()
    });
    if major.is_some_and(|major| major >= OLDEST_NODE) {
        return Ok(());
    }
    let found = said.map_or("none is on the PATH".to_owned(), |said| {
        format!("'node' is {said}")
    });
    Err(RuntimeError::Missing(format!(
        "this runtime is started by Node.js {OLDEST_NODE} or newer, and {found}"
    )))
}
