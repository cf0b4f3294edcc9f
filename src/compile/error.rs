//! The error type of compilation, with its diagnostic codes and exit codes.

use crate::diagnostic::Code;
use crate::types::{Magic, Version};

/// The reason why modules could not be compiled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// No build Python was given, and none is on the `PATH`.
    #[error(
        "no Python found on the PATH, nor one of uv or pyenv (looked for {looked_for}): install one, or name it with \
         --build-python"
    )]
    NotFound {
        /// The commands that were tried.
        looked_for: String,
    },
    /// No Python of the version given as `--build-python` was found.
    #[error(
        "no Python {version} found on the PATH, nor one of uv or pyenv: 'uv python install {version}' installs one"
    )]
    NoSuchVersion {
        /// The version.
        version: Version,
    },
    /// The build Python is a Pyodide, and there is no Node.js.
    #[error(
        "'{command}' runs under Node.js, and there is no 'node' on the PATH: install Node.js 20 or newer"
    )]
    NoNode {
        /// The command of the build Python.
        command: String,
    },
    /// The command given as `--build-python` cannot be started.
    #[error("cannot start the build Python '{command}': {source}")]
    CannotStart {
        /// The command.
        command: String,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The command cannot be split into words.
    #[error("cannot parse the build Python command '{0}': unbalanced quotes, or empty")]
    BadCommand(String),
    /// The folder after `pyodide:` is not that of a Pyodide.
    #[error(
        "'{0}' is not Pyodide's npm package: it contains no pyodide.mjs; 'npm install pyodide' creates \
         node_modules/pyodide"
    )]
    NotPyodide(String),
    /// The process started, but did not follow the worker protocol.
    #[error(
        "'{command}' is not a usable build Python: it {problem}{}",
        stderr_suffix(stderr_tail)
    )]
    NotAWorker {
        /// The command.
        command: String,
        /// What the process did instead.
        problem: String,
        /// The last lines that it wrote to standard error.
        stderr_tail: String,
    },
    /// A worker exited, timed out, or sent an invalid answer.
    #[error(
        "the build Python '{command}' {problem} while working on {file}{}",
        stderr_suffix(stderr_tail)
    )]
    Worker {
        /// The command.
        command: String,
        /// What the worker did.
        problem: String,
        /// The file that it was processing.
        file: String,
        /// The last lines that it wrote to standard error.
        stderr_tail: String,
    },
    /// The build Python is older than every supported version.
    #[error("the build Python '{command}' is Python {version}; at least {oldest} is needed")]
    TooOld {
        /// The command.
        command: String,
        /// Its version.
        version: Version,
        /// The oldest supported version.
        oldest: Version,
    },
    /// The build Python is not CPython.
    #[error(
        "the build Python '{command}' is {implementation}; only CPython makes bytecode for CPython"
    )]
    NotCPython {
        /// The command.
        command: String,
        /// The implementation that it reports.
        implementation: String,
    },
    /// The standard library and the build Python have different versions.
    #[error(
        "the standard library '{stdlib}' is Python {stdlib_version}, the build Python '{command}' is Python {version} \
         (magic number {magic}): bytecode has to be compiled by the same version; name one with --build-python"
    )]
    VersionMismatch {
        /// The path of the library.
        stdlib: String,
        /// The version of the library.
        stdlib_version: Version,
        /// The command of the build Python.
        command: String,
        /// The version of the build Python.
        version: Version,
        /// The magic number of its bytecode.
        magic: Magic,
    },
    /// A source does not compile.
    #[error("{path}:{line}:{column}: {message}")]
    Source {
        /// The path of the file, relative to the library's root.
        path: String,
        /// The line, from 1.
        line: u32,
        /// The column, from 1.
        column: u32,
        /// Python's message.
        message: String,
    },
    /// The bytecode of a module is invalid.
    #[error("cannot read the bytecode that '{command}' made of {path}: {reason}")]
    Bytecode {
        /// The command.
        command: String,
        /// The path of the file, relative to the library's root.
        path: String,
        /// The reason why it is invalid.
        reason: String,
    },
}

impl CompileError {
    /// Returns the exit code: 2 for bad usage or input, 3 if the environment failed.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::BadCommand(_)
            | Self::NotPyodide(_)
            | Self::TooOld { .. }
            | Self::NotCPython { .. }
            | Self::VersionMismatch { .. }
            | Self::Source { .. } => 2,
            _ => 3,
        }
    }
}

impl CompileError {
    /// Returns the code of the error's diagnostic.
    pub fn code(&self) -> Code {
        match self {
            Self::NotFound { .. }
            | Self::NoSuchVersion { .. }
            | Self::NoNode { .. }
            | Self::CannotStart { .. }
            | Self::BadCommand(_)
            | Self::NotPyodide(_)
            | Self::NotAWorker { .. }
            | Self::TooOld { .. }
            | Self::NotCPython { .. } => Code::BuildPythonNotFound,
            Self::Worker { .. } | Self::Bytecode { .. } => Code::BuildPythonFailed,
            Self::VersionMismatch { .. } => Code::VersionMismatch,
            Self::Source { .. } => Code::StdlibSyntaxError,
        }
    }
}

/// Formats the last lines of standard error as the end of a message; empty if there are none.
fn stderr_suffix(stderr_tail: &str) -> String {
    if stderr_tail.is_empty() {
        String::new()
    } else {
        format!("; its last output:\n{}", stderr_tail.trim_end())
    }
}
