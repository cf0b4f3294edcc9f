//! Parses the command of a build Python, and builds the command lines of its processes.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf, absolute};
use std::process::Command;

use super::CompileError;

const WORKER: &str = include_str!("worker.py");
/// Appended to [`WORKER`] for a native Python: answers requests until standard input ends.
const SERVE: &str = "\nmain()\n";
const PYODIDE_RUNNER: &str = include_str!("pyodide.mjs");

/// The command that starts a Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PythonCommand {
    /// A native CPython: the program and its arguments.
    Native(Vec<String>),
    /// A Pyodide, which runs under Node.js: the folder of its npm package.
    Pyodide(PathBuf),
}

impl PythonCommand {
    /// Parses `pyodide:DIR`, or a command, which is split like in a shell. The path of an existing file is not split,
    /// even if it contains spaces.
    ///
    /// # Errors
    /// When the command is empty, its quotes are unbalanced, or the folder is not that of a Pyodide.
    pub fn new(text: &str) -> Result<Self, CompileError> {
        if let Some(folder) = text.strip_prefix("pyodide:") {
            return Self::pyodide(Path::new(folder));
        }
        if let (true, Ok(path)) = (Path::new(text).is_file(), absolute(text)) {
            return Ok(Self::Native(vec![path.to_string_lossy().into_owned()]));
        }
        let words = shlex::split(text).filter(|words| !words.is_empty());
        let mut words = words.ok_or_else(|| CompileError::BadCommand(text.to_owned()))?;
        // Absolute, because processes are also started in other folders.
        if words[0].contains('/')
            && let Ok(path) = absolute(&words[0])
        {
            words[0] = path.to_string_lossy().into_owned();
        }
        Ok(Self::Native(words))
    }

    fn pyodide(folder: &Path) -> Result<Self, CompileError> {
        match absolute(folder) {
            Ok(path) if path.join("pyodide.mjs").is_file() => Ok(Self::Pyodide(path)),
            _ => Err(CompileError::NotPyodide(folder.display().to_string())),
        }
    }

    /// Returns a command for this Python without the user's settings: Python's environment variables, the locale and
    /// the time zone. `None` for Pyodide, which is not a program.
    pub fn probe_command(&self) -> Option<Command> {
        match self {
            Self::Native(words) => Some(native(words)),
            Self::Pyodide(_) => None,
        }
    }

    /// Returns the command that starts a worker.
    pub(super) fn worker(&self) -> Command {
        match self {
            Self::Native(words) => {
                let mut command = native(words);
                command.args(["-I", "-S", "-B", "-X", "utf8", "-W", "ignore", "-c"]);
                command.arg(WORKER.to_owned() + SERVE);
                command
            }
            Self::Pyodide(folder) => {
                let mut command = command_with_clean_env("node");
                command.args(["--no-warnings", "--input-type=module", "-e", PYODIDE_RUNNER]);
                command.arg(folder).arg(WORKER);
                command
            }
        }
    }

    /// Returns the minimum number of modules per worker for which starting another worker is worth it. Pyodide takes
    /// longer to start.
    pub(super) fn min_modules_per_worker(&self) -> usize {
        match self {
            Self::Native(_) => 12,
            Self::Pyodide(_) => 100,
        }
    }
}

fn native(words: &[String]) -> Command {
    let mut command = command_with_clean_env(&words[0]);
    command.args(&words[1..]);
    command
}

/// Returns a command without the environment variables that change how Python behaves.
fn command_with_clean_env(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let variable = name.to_string_lossy();
        let affects_python = variable.starts_with("PYTHON") || variable.starts_with("LC_");
        if affects_python || matches!(&*variable, "LANG" | "LANGUAGE" | "TZ" | "SOURCE_DATE_EPOCH")
        {
            command.env_remove(&name);
        }
    }
    command.env("LC_ALL", "C.UTF-8").env("PYTHONHASHSEED", "0");
    command
}

impl fmt::Display for PythonCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Native(words) => f.write_str(&words.join(" ")),
            Self::Pyodide(folder) => write!(f, "pyodide:{}", folder.display()),
        }
    }
}
