//! Runtimes that a script starts: Pyodide and CPython's own Emscripten build under Node.js and in Chromium, and CPython
//! for WASI under Node.js and wasmtime.

use std::fs::{self, File};
use std::path::{Path, PathBuf, absolute};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::Serialize;

use super::side_modules::add_side_modules;
use super::{ProcessOutput, Runtime, run};
use crate::bundle::UNPACK_MODULE;
use crate::diagnostic::Code;
use crate::fs::limited;
use crate::stdlib::StdlibError;

const PYODIDE: &str = include_str!("pyodide.mjs");
const WASI: &str = include_str!("wasi.mjs");
const BROWSER: &str = include_str!("browser.mjs");
const EMSCRIPTEN: &str = include_str!("emscripten.mjs");
const EMSCRIPTEN_START: &str = include_str!("emscripten-start.mjs");
const WASMTIME: &str = include_str!("wasmtime.py");

/// The oldest supported Node.js: it has `node:wasi` without a flag, and runs `loadPyodide` of all releases.
const OLDEST_NODE: u32 = 20;

/// A runtime that is missing or cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// The file or folder of the runtime is missing.
    #[error("{0}")]
    NotFound(String),
    /// A program that is needed to start the runtime is missing.
    #[error("{0}")]
    Missing(String),
    /// A complete library that cannot be used.
    #[error(transparent)]
    Library(#[from] StdlibError),
    /// An error of the operating system.
    #[error("cannot start the runtime: {0}")]
    Io(#[from] std::io::Error),
    /// An error when serializing the configuration, which does not happen.
    #[error("cannot start the runtime: {0}")]
    Json(#[from] serde_json::Error),
}

impl RuntimeError {
    /// Returns the diagnostic code of the error.
    pub fn code(&self) -> Code {
        match self {
            Self::NotFound(_) | Self::Missing(_) => Code::RuntimeNotFound,
            Self::Library(_) => Code::InvalidArgument,
            Self::Io(_) => Code::EnvironmentFailed,
            Self::Json(_) => Code::InternalError,
        }
    }
}

/// A runtime that a script starts, with a folder for temporary files.
pub struct ScriptedRuntime {
    script: Script,
    /// The path of the folder of Pyodide's package, or of the file that a build consists of.
    path: PathBuf,
    /// Whether programs see the files of the host at their own paths.
    sees_host_files: bool,
    scratch: PathBuf,
}

/// A script that starts a runtime.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Pyodide,
    /// In Chromium: Pyodide, or an Emscripten build if `is_emscripten`.
    Browser {
        is_emscripten: bool,
    },
    Emscripten,
    Wasi,
    Wasmtime,
}

impl Script {
    /// Returns the file name and the text of the script.
    fn file(self) -> (&'static str, &'static str) {
        match self {
            Self::Pyodide => ("pyodide.mjs", PYODIDE),
            Self::Browser { .. } => ("browser.mjs", BROWSER),
            Self::Emscripten => ("emscripten.mjs", EMSCRIPTEN),
            Self::Wasi => ("wasi.mjs", WASI),
            Self::Wasmtime => ("wasmtime.py", WASMTIME),
        }
    }

    /// Returns the program that runs the script, and a flag.
    fn interpreter(self) -> [&'static str; 2] {
        match self {
            Self::Wasmtime => [PYTHON, "-B"],
            _ => ["node", "--no-warnings"],
        }
    }
}

/// The files of a standard library that replaces the runtime's own.
#[derive(Debug, Serialize)]
pub struct Files {
    /// The path of the zip.
    pub zip: PathBuf,
    /// The path of the `.zip.br`, which browsers receive in place of the zip.
    pub brotli: Option<PathBuf>,
    /// The path of the `.zip.packed.br`, which browsers receive in place of both.
    pub packed: Option<PathBuf>,
    /// The paths of the zips of the further tiers.
    pub further: Vec<PathBuf>,
    /// A folder with all zips in `lib`, the first as `lib/python3X.zip`.
    pub home: PathBuf,
}

/// A folder that programs see at another path.
#[derive(Clone, Debug, Serialize)]
pub struct Mount {
    /// The path of the folder.
    pub folder: PathBuf,
    /// The absolute path at which programs see it, which is not that of another mount, nor in it.
    pub place: String,
}

/// What a program sees besides a standard library.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The folders.
    pub mounts: Vec<Mount>,
    /// The file that it reads as standard input; without one, standard input is empty.
    pub stdin: Option<PathBuf>,
}

/// The configuration file of the scripts in this folder.
#[derive(Serialize)]
struct Config<'a> {
    /// The path of the folder of Pyodide's package, or of the file that a build consists of; for browsers, of the folder
    /// that is served.
    place: &'a Path,
    /// For browsers, the name of the file in `place` that starts an Emscripten build; null for Pyodide.
    script: Option<&'a str>,
    #[serde(rename = "seesHostFiles")]
    sees_host_files: bool,
    /// The zip of the standard library; null for the runtime's own library.
    zip: Option<&'a Path>,
    brotli: Option<&'a Path>,
    packed: Option<&'a Path>,
    further: &'a [PathBuf],
    home: Option<&'a Path>,
    scratch: &'a Path,
    work: &'a Path,
    task: &'a Path,
    mounts: &'a [Mount],
    stdin: Option<&'a Path>,
}

impl ScriptedRuntime {
    /// Finds a runtime and the programs that it needs. Returns `None` for [`Runtime::Native`], which no script starts.
    ///
    /// # Errors
    /// If the runtime or a program that it needs is missing.
    pub fn find(runtime: &Runtime, scratch: &Path) -> Result<Option<Self>, RuntimeError> {
        let not_found = |message: String| Err(RuntimeError::NotFound(message));
        let (script, place) = match runtime {
            Runtime::Native => return Ok(None),
            Runtime::Pyodide(folder) | Runtime::Browser(folder)
                if !folder.join("pyodide.mjs").is_file() =>
            {
                return not_found(format!(
                    "'{}' is not the npm package of Pyodide: it has no pyodide.mjs",
                    folder.display()
                ));
            }
            Runtime::Wasi(file) | Runtime::Wasmtime(file) if !file.is_file() => {
                return not_found(format!("there is no file '{}'", file.display()));
            }
            Runtime::Pyodide(folder) => (Script::Pyodide, folder.clone()),
            Runtime::Browser(folder) => (
                Script::Browser {
                    is_emscripten: false,
                },
                folder.clone(),
            ),
            Runtime::Emscripten(path) => (Script::Emscripten, emscripten_script(path)?),
            Runtime::BrowserEmscripten(path) => (
                Script::Browser {
                    is_emscripten: true,
                },
                emscripten_script(path)?,
            ),
            Runtime::Wasi(file) => (Script::Wasi, file.clone()),
            Runtime::Wasmtime(file) => (Script::Wasmtime, file.clone()),
        };
        let is_emscripten = matches!(
            script,
            Script::Emscripten
                | Script::Browser {
                    is_emscripten: true
                }
        );
        let sees_host_files = is_emscripten && uses_host_files(&place)?;
        if sees_host_files && script != Script::Emscripten {
            return not_found(format!(
                "'{}' is a build for Node.js (it was linked with -sNODERAWFS), which browsers cannot run",
                place.display()
            ));
        }
        match script {
            Script::Wasmtime => check_wasmtime()?,
            _ => check_node()?,
        }
        Ok(Some(Self {
            script,
            path: absolute(place)?,
            sees_host_files,
            scratch: scratch.to_owned(),
        }))
    }

    /// Returns whether programs see the files of the host at their own paths, as under Node.js with `-sNODERAWFS`.
    pub fn sees_host_files(&self) -> bool {
        self.sees_host_files
    }

    /// Returns the command that runs the program in the file `task` with `library`, or with the runtime's own library.
    ///
    /// # Errors
    /// If the script or its configuration cannot be written, or standard input cannot be opened.
    pub fn command(
        &self,
        task: &Path,
        library: Option<&Files>,
        view: &View,
    ) -> Result<Command, RuntimeError> {
        let (place, script) = match self.script {
            Script::Browser {
                is_emscripten: true,
            } => (
                self.path.parent().unwrap_or(&self.path),
                self.path.file_name().and_then(|name| name.to_str()),
            ),
            _ => (&*self.path, None),
        };
        let config = Config {
            place,
            script,
            sees_host_files: self.sees_host_files,
            zip: library.map(|files| &*files.zip),
            brotli: library.and_then(|files| files.brotli.as_deref()),
            packed: library.and_then(|files| files.packed.as_deref()),
            further: library.map_or(&[], |files| &files.further),
            home: library.map(|files| &*files.home),
            scratch: &self.scratch,
            work: task.parent().unwrap_or(&self.scratch),
            task,
            mounts: &view.mounts,
            stdin: view.stdin.as_deref(),
        };
        if self.sees_host_files
            && let Some(files) = library
        {
            add_side_modules(&self.path, &files.zip, &files.home)?;
        }
        let (name, text) = self.script.file();
        let script_path = self.scratch.join(name);
        fs::write(&script_path, text)?;
        fs::write(self.scratch.join("stdlib-unpack.mjs"), UNPACK_MODULE)?;
        let start = self.scratch.join("emscripten-start.mjs");
        fs::write(start, EMSCRIPTEN_START)?;
        let config_path = self.scratch.join("config.json");
        fs::write(&config_path, serde_json::to_vec(&config)?)?;
        let [program, flag] = self.script.interpreter();
        let mut command = Command::new(program);
        command.args([Path::new(flag), &script_path, &config_path]);
        // The script for browsers ends the browser when its standard input is closed.
        command.stdin(match &view.stdin {
            _ if matches!(self.script, Script::Browser { .. }) => Stdio::piped(),
            Some(file) => File::open(file)?.into(),
            None => Stdio::null(),
        });
        Ok(command)
    }

    /// Runs a `command` of this runtime, like [`run`].
    ///
    /// # Errors
    /// If the command cannot be started, or a program that its script starts is missing.
    pub fn run(command: &mut Command, timeout: Duration) -> Result<ProcessOutput, RuntimeError> {
        let output = run(command, timeout)?;
        if output.answers.is_empty() && output.exit_code == Some(PROGRAM_MISSING) {
            return Err(RuntimeError::Missing(output.stderr_tail().to_owned()));
        }
        Ok(output)
    }
}

/// The exit code of the scripts if a program that they start is missing.
const PROGRAM_MISSING: i32 = 3;

/// The Python with the package wasmtime.
const PYTHON: &str = "python3";

/// The files that start an Emscripten build: a module since 3.14, a script before.
const EMSCRIPTEN_SCRIPTS: [&str; 2] = ["python.mjs", "python.js"];

/// Returns the file that starts the Emscripten build at `path`, which is that file or the folder that it is in.
fn emscripten_script(path: &Path) -> Result<PathBuf, RuntimeError> {
    let not_found = |problem| RuntimeError::NotFound(format!("'{}' {problem}", path.display()));
    if path.is_dir() {
        let mut files = EMSCRIPTEN_SCRIPTS.iter().map(|name| path.join(name));
        let file = files.find(|file| file.is_file());
        return file.ok_or_else(|| {
            not_found("is not a build of CPython for Emscripten: it has no python.mjs or python.js")
        });
    }
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("js" | "mjs") if path.is_file() => Ok(path.to_owned()),
        Some("js" | "mjs") => Err(not_found("is no file")),
        _ => Err(not_found("is neither a folder nor a .js or .mjs file")),
    }
}

/// Returns whether an Emscripten build was linked with `-sNODERAWFS`, as `configure --with-emscripten-target=node` does.
fn uses_host_files(script: &Path) -> Result<bool, RuntimeError> {
    let text = limited::read(script, limited::MAX_BUILD_FILE).map_err(std::io::Error::from)?;
    let name = b"NODERAWFS";
    Ok(text.windows(name.len()).any(|window| window == name))
}

fn check_wasmtime() -> Result<(), RuntimeError> {
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

fn check_node() -> Result<(), RuntimeError> {
    let output = Command::new("node").arg("--version").output();
    let version = output.ok().filter(|output| output.status.success());
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let major = version.as_deref().and_then(|version| {
        let (major, _) = version.strip_prefix('v')?.split_once('.')?;
        major.parse::<u32>().ok()
    });
    if major.is_some_and(|major| major >= OLDEST_NODE) {
        return Ok(());
    }
    let problem = version.map_or("none is on the PATH".to_owned(), |version| {
        format!("'node' is {version}")
    });
    Err(RuntimeError::Missing(format!(
        "this runtime is started by Node.js {OLDEST_NODE} or newer, and {problem}"
    )))
}
