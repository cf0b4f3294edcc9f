//! The command that starts a build Python.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf, absolute};
use std::process::Command;

use super::CompileError;
use crate::types::Version;

const WORKER: &str = include_str!("worker.py");
/// What a native Python does after [`WORKER`]: it answers until its standard input ends.
const SERVE: &str = "\nmain()\n";
const IN_PYODIDE: &str = include_str!("pyodide.mjs");

/// How to start a Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PythonCommand {
    /// A command and its arguments; a native CPython.
    Native(Vec<String>),
    /// The folder of Pyodide's npm package, whose Python runs under Node.js.
    Pyodide(PathBuf),
}

impl PythonCommand {
    /// Reads `pyodide:DIR`, or a command as a shell would split it; a path with blanks that exists is
    /// taken whole.
    ///
    /// # Errors
    /// When there is nothing in it, its quotes do not match, or the folder is not Pyodide's.
    pub fn new(text: &str) -> Result<Self, CompileError> {
        if let Some(folder) = text.strip_prefix("pyodide:") {
            return Self::pyodide(Path::new(folder));
        }
        if let (true, Ok(path)) = (Path::new(text).is_file(), absolute(text)) {
            return Ok(Self::Native(vec![path.to_string_lossy().into_owned()]));
        }
        let words = shlex::split(text).filter(|words| !words.is_empty());
        let mut words = words.ok_or_else(|| CompileError::BadCommand(text.to_owned()))?;
        // It is started in other folders too.
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

    /// The Pythons to try when none is named, in order: of the wanted version first.
    pub(super) fn candidates(wanted: Option<Version>) -> Vec<Self> {
        let named = wanted.map(|version| format!("python{version}"));
        let names = named
            .into_iter()
            .chain(["python3".to_owned(), "python".to_owned()]);
        names.map(|name| Self::Native(vec![name])).collect()
    }

    /// A command for this Python that ignores the user's settings: neither variables for
    /// Python nor the locale and time zone. None for a Python that is no command of its own.
    pub fn probe_command(&self) -> Option<Command> {
        match self {
            Self::Native(words) => Some(native(words)),
            Self::Pyodide(_) => None,
        }
    }

    /// The command that runs a worker.
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
                command.args(["--no-warnings", "--input-type=module", "-e", IN_PYODIDE]);
                command.arg(folder).arg(WORKER);
                command
            }
        }
    }

    /// How many files are worth starting another worker for: a Pyodide takes a while to start.
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

/// A command without the user's settings.
fn command_with_clean_env(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let heard = text.starts_with("PYTHON") || text.starts_with("LC_");
        if heard || matches!(&*text, "LANG" | "LANGUAGE" | "TZ" | "SOURCE_DATE_EPOCH") {
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
