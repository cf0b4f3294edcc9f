//! Errors of the build Python.

use crate::diagnostic::Code;
use crate::types::{Magic, Version};

/// Why nothing was compiled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// No Python was named, and none is on the PATH.
    #[error(
        "no Python found on the PATH (looked for {looked_for}): install one, or name it with --build-python"
    )]
    NotFound {
        /// The commands that were tried.
        looked_for: String,
    },
    /// The command given as `--build-python` cannot be started.
    #[error("cannot start the build Python '{command}': {source}")]
    CannotStart {
        /// The command.
        command: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The command is not one that can be split into words.
    #[error("cannot parse the build Python command '{0}': unbalanced quotes, or empty")]
    BadCommand(String),
    /// What follows `pyodide:` is not the folder of a Pyodide.
    #[error(
        "'{0}' is not Pyodide's npm package: it contains no pyodide.mjs; 'npm install pyodide' creates \
         node_modules/pyodide"
    )]
    NotPyodide(String),
    /// It started, and did not speak as a worker does.
    #[error(
        "'{command}' is not a usable build Python: it {what}{}",
        words(last_words)
    )]
    NotAWorker {
        /// The command.
        command: String,
        /// What it did.
        what: String,
        /// The last it wrote to standard error.
        last_words: String,
    },
    /// A worker stopped, hung or answered invalid.
    #[error(
        "the build Python '{command}' {what} while working on {file}{}",
        words(last_words)
    )]
    Worker {
        /// The command.
        command: String,
        /// What it did.
        what: String,
        /// The file it was given.
        file: String,
        /// The last it wrote to standard error.
        last_words: String,
    },
    /// Older than any version that is known.
    #[error("the build Python '{command}' is Python {version}; at least {oldest} is needed")]
    TooOld {
        /// The command.
        command: String,
        /// Its version.
        version: Version,
        /// The oldest that works.
        oldest: Version,
    },
    /// Not CPython.
    #[error(
        "the build Python '{command}' is {implementation}; only CPython makes bytecode for CPython"
    )]
    NotCPython {
        /// The command.
        command: String,
        /// What it says it is.
        implementation: String,
    },
    /// The sources are of one version and the build Python of another.
    #[error(
        "the standard library '{stdlib}' is Python {stdlib_version}, the build Python '{command}' is Python {version} \
         (magic number {magic}): bytecode has to be compiled by the same version; name one with --build-python"
    )]
    VersionMismatch {
        /// The library.
        stdlib: String,
        /// The library's version.
        stdlib_version: Version,
        /// The command.
        command: String,
        /// Its version.
        version: Version,
        /// Its magic number.
        magic: Magic,
    },
    /// A source that the version it belongs to cannot compile.
    #[error("{path}:{line}:{column}: {message}")]
    Source {
        /// The file, relative to the library's root.
        path: String,
        /// Line, from 1.
        line: u32,
        /// Column, from 1.
        column: u32,
        /// What Python says.
        message: String,
    },
    /// The bytecode is not what the magic number promises.
    #[error("cannot read the bytecode that '{command}' made of {path}: {reason}")]
    Bytecode {
        /// The command.
        command: String,
        /// The file, relative to the library's root.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

impl CompileError {
    /// 2: bad usage or input; 3: the environment failed.
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
    /// The code of its diagnostic.
    pub fn code(&self) -> Code {
        match self {
            Self::NotFound { .. }
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

fn words(last_words: &str) -> String {
    if last_words.is_empty() {
        String::new()
    } else {
        format!("; its last output:\n{}", last_words.trim_end())
    }
}
