//! The error type of the pipeline, with its diagnostics and exit codes.

use super::RetainedModule;
use crate::app::AppError;
use crate::bundle::WriteError;
use crate::compile::CompileError;
use crate::dependency::DependencyError;
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::ManifestError;
use crate::recording::RecordingError;
use crate::scan::ScanError;
use crate::select::{BrokenRequirement, broken_requirement_diagnostics};
use crate::stdlib::StdlibError;
use crate::types::{ByteSize, Magic, ModuleName, Version};

/// The reason why a bundle could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// Errors, and possibly warnings, in the profile or in the flags that change it.
    #[error("{} errors in the profile or the flags", .0.len())]
    Profile(Vec<Diagnostic>),
    /// The standard library cannot be used.
    #[error(transparent)]
    Stdlib(#[from] StdlibError),
    /// The app cannot be used.
    #[error(transparent)]
    App(#[from] AppError),
    /// A dependency cannot be used.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
    /// A file of the app does not compile.
    #[error("{path}:{}:{}: {}", error.line, error.column, error.message)]
    AppSource {
        /// The path of the file.
        path: String,
        /// The syntax error.
        error: ScanError,
    },
    /// The build Python cannot be used, or failed.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// A manifest is invalid.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// No manifest covers the Python version.
    #[error("Python {version} is not supported: {} to {} are, and newer ones as far as they resemble it", .supported.0, .supported.1)]
    Version {
        /// The version.
        version: Version,
        /// The oldest and the newest supported version.
        supported: (Version, Version),
    },
    /// The folder is not a usable cross build of CPython.
    #[error("cannot use the CPython build in '{folder}': {problem}")]
    CpythonBuild {
        /// The folder.
        folder: String,
        /// The reason why it cannot be used.
        problem: String,
    },
    /// The target does not run this Python version.
    #[error(
        "the target '{target}' runs Python {versions}, the bundle would be for Python {version}: probe a runtime of that version, or name another target"
    )]
    TargetVersion {
        /// The target.
        target: String,
        /// The versions that it runs.
        versions: String,
        /// The version of the library and the build Python.
        version: Version,
    },
    /// The library lacks a module that the program around the target's interpreter imports.
    #[error(
        "{target} does not start without '{module}', which the library does not have: name {target}'s own library with \
         --stdlib (of Pyodide, its python_stdlib.zip), or {target} itself with --build-python (pyodide:DIR)"
    )]
    MissingStartupModule {
        /// The target.
        target: String,
        /// The first missing startup module.
        module: ModuleName,
    },
    /// The target cannot read the bytecode that the build Python writes.
    #[error(
        "the build Python '{command}' writes bytecode of magic number {magic}, Python {version} on {target} reads {expected}: \
         name a final release of Python {version} with --build-python"
    )]
    Magic {
        /// The build Python.
        command: String,
        /// The magic number that it writes.
        magic: Magic,
        /// The target.
        target: String,
        /// The Python version.
        version: Version,
        /// The magic number of the final releases of that version.
        expected: Magic,
    },
    /// The build Python does not report where its standard library is.
    #[error("cannot find the standard library of the build Python '{0}': pass --stdlib")]
    NoStdlib(String),
    /// Something that the bundle requires is unimportable.
    #[error("{} modules that the bundle needs cannot be imported", .0.len())]
    Unsatisfiable(Vec<BrokenRequirement>),
    /// A recording cannot be used.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The bundle lacks what a recording has, for these reasons; other than errors, there may be warnings.
    #[error("the bundle lacks what a program was recorded to load")]
    LacksRecorded(Vec<Diagnostic>),
    /// The bundle does not fit into a zip.
    #[error("cannot make the zip: {0}")]
    Zip(std::io::Error),
    /// The app and its dependencies are too large for a zip.
    #[error(
        "the files of app.zip have more than {limit} bytes: leave some out with --app-exclude, and serve large files by themselves"
    )]
    AppZipTooLarge {
        /// The maximum size.
        limit: ByteSize,
    },
    /// An artifact could not be compressed.
    #[error("cannot compress: {0}")]
    Compress(std::io::Error),
    /// The earlier zip cannot be the base of a delta.
    #[error("cannot make a delta from '{file}': {problem}")]
    Delta {
        /// The path of the file.
        file: String,
        /// The reason why it cannot be used.
        problem: String,
    },
    /// The files of the bundle could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The bundle exceeds the profile's budget.
    #[error("{artifact} is {size} bytes, the budget is {budget}")]
    Budget {
        /// `the zip`, `the .zip.br`, `app.zip`.
        artifact: String,
        /// Its size.
        size: ByteSize,
        /// The maximum size that the profile allows.
        budget: ByteSize,
        /// The modules with the largest retained sizes.
        largest: Vec<RetainedModule>,
    },
    /// A bug in this program.
    #[error("internal error, please report it: {0}")]
    Internal(String),
}

impl PackError {
    /// Returns the code of the first diagnostic.
    pub fn code(&self) -> Code {
        match self {
            Self::Profile(diagnostics) => diagnostics
                .first()
                .map_or(Code::InvalidProfile, |first| first.code),
            Self::Stdlib(_) | Self::NoStdlib(_) => Code::InvalidStdlib,
            Self::App(_) | Self::AppZipTooLarge { .. } => Code::InvalidApp,
            Self::Dependency(_) => Code::InvalidDependency,
            Self::AppSource { .. } => Code::AppSyntaxError,
            Self::Compile(error) => error.code(),
            Self::Manifest(_) => Code::InvalidManifest,
            Self::Version { .. } => Code::UnsupportedVersion,
            Self::CpythonBuild { .. } => Code::InvalidCpythonBuild,
            Self::TargetVersion { .. } => Code::VersionMismatch,
            Self::MissingStartupModule { .. } => Code::MissingStartupModule,
            Self::Magic { .. } => Code::MagicMismatch,
            Self::Unsatisfiable(_) => Code::UnimportableModule,
            Self::Recording(_) => Code::InvalidRecording,
            Self::LacksRecorded(_) => Code::RecordedModuleMissing,
            Self::Zip(_) | Self::Compress(_) => Code::CompressionFailed,
            Self::Delta { .. } => Code::InvalidDeltaBase,
            Self::Write(WriteError::Ownership(_)) => Code::OutputConflict,
            Self::Write(_) => Code::WriteFailed,
            Self::Budget { .. } => Code::BudgetExceeded,
            Self::Internal(_) => Code::InternalError,
        }
    }

    /// Returns all diagnostics of an invalid input, or one for any other error.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            Self::Profile(diagnostics) | Self::LacksRecorded(diagnostics) => diagnostics.clone(),
            Self::Unsatisfiable(broken) => broken_requirement_diagnostics(broken),
            Self::AppSource { path, error } => {
                let diagnostic = Diagnostic::error(self.code(), error.message.clone());
                vec![diagnostic.in_file(path, error.line, error.column)]
            }
            Self::Compile(CompileError::Source {
                path,
                line,
                column,
                message,
            }) => {
                let diagnostic = Diagnostic::error(self.code(), message);
                vec![diagnostic.in_file(path, *line, *column)]
            }
            Self::Budget { largest, .. } => {
                let help = "raise it with --budget SIZE, or 'budget' in the profile".to_owned();
                let mut diagnostic =
                    Diagnostic::error(self.code(), self.to_string()).with_help(help);
                diagnostic.notes.extend(describe_largest(largest));
                vec![diagnostic]
            }
            _ => vec![Diagnostic::error(self.code(), self.to_string())],
        }
    }

    /// Returns the exit code: 1 if a check failed, 2 for bad usage or input, 3 if the environment failed.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Budget { .. } | Self::LacksRecorded(_) => 1,
            Self::Stdlib(error) if !matches!(error, StdlibError::Io { .. }) => 2,
            Self::Profile(_)
            | Self::App(_)
            | Self::Dependency(_)
            | Self::AppSource { .. }
            | Self::Manifest(_)
            | Self::Version { .. }
            | Self::TargetVersion { .. }
            | Self::MissingStartupModule { .. }
            | Self::Magic { .. }
            | Self::CpythonBuild { .. }
            | Self::Delta { .. }
            | Self::Unsatisfiable(_)
            | Self::Recording(_)
            | Self::AppZipTooLarge { .. }
            | Self::Zip(_) => 2,
            Self::Compile(error) => error.exit_code(),
            Self::Write(error) => error.exit_code(),
            Self::Stdlib(_) | Self::NoStdlib(_) | Self::Compress(_) | Self::Internal(_) => 3,
        }
    }
}

/// Formats the table of the largest retained sizes; `None` if it is empty.
fn describe_largest(largest: &[RetainedModule]) -> Option<String> {
    let lines: String = largest.iter().map(|module| format!("\n{module}")).collect();
    (!largest.is_empty()).then(|| {
        format!(
            "retained sizes of the largest modules, with the modules only reachable through them:{lines}"
        )
    })
}
