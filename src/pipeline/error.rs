//! Errors of the pipeline.

use super::RetainedModule;
use crate::app::AppError;
use crate::bundle::WriteError;
use crate::compile::CompileError;
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::ManifestError;
use crate::scan::ScanError;
use crate::select::{BrokenRequirement, broken_requirement_diagnostics};
use crate::stdlib::StdlibError;
use crate::types::{ByteSize, Magic, ModuleName, Version};

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// Mistakes in the profile or the flags that change it; warnings may be among them.
    #[error("{} errors in the profile or the flags", .0.len())]
    Profile(Vec<Diagnostic>),
    /// No usable standard library.
    #[error(transparent)]
    Stdlib(#[from] StdlibError),
    /// No usable app.
    #[error(transparent)]
    App(#[from] AppError),
    /// A file of the app that does not compile.
    #[error("{path}:{}:{}: {}", error.line, error.column, error.message)]
    AppSource {
        /// The file.
        path: String,
        /// What is wrong with it.
        error: ScanError,
    },
    /// No usable build Python, or it failed.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// A mistake in a manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A version that no manifest covers.
    #[error("Python {version} is not supported: {} to {} are, and newer ones as far as they resemble it", .known.0, .known.1)]
    Version {
        /// The version.
        version: Version,
        /// Oldest and newest supported.
        known: (Version, Version),
    },
    /// A folder that is no cross build of CPython, or none that can be used.
    #[error("cannot use the CPython build in '{folder}': {problem}")]
    CpythonBuild {
        /// The folder.
        folder: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A target that does not run this version.
    #[error(
        "the target '{target}' runs Python {versions}, the bundle would be for Python {version}: probe a runtime of that version, or name another target"
    )]
    TargetVersion {
        /// The target.
        target: String,
        /// What it runs.
        versions: String,
        /// The version of the library and the build Python.
        version: Version,
    },
    /// A library without what the program around the interpreter needs of it.
    #[error(
        "{target} does not start without '{module}', which the library does not have: name {target}'s own library with \
         --stdlib (of Pyodide, its python_stdlib.zip), or {target} itself with --build-python (pyodide:DIR)"
    )]
    MissingStartupModule {
        /// The target.
        target: String,
        /// The first of the modules that it starts with and the library lacks.
        module: ModuleName,
    },
    /// Bytecode that the target would not read.
    #[error(
        "the build Python '{command}' writes bytecode of magic number {magic}, Python {version} on {target} reads {expected}: \
         name a final release of Python {version} with --build-python"
    )]
    Magic {
        /// The build Python.
        command: String,
        /// Its magic number.
        magic: Magic,
        /// The target.
        target: String,
        /// The version.
        version: Version,
        /// The magic number of that version.
        expected: Magic,
    },
    /// The build Python does not tell where its standard library is.
    #[error("cannot find the standard library of the build Python '{0}': pass --stdlib")]
    NoStdlib(String),
    /// The bundle would not work.
    #[error("{} modules that the bundle needs cannot be imported", .0.len())]
    Unsatisfiable(Vec<BrokenRequirement>),
    /// The bundle does not fit into a zip.
    #[error("cannot make the zip: {0}")]
    Zip(std::io::Error),
    /// Compressing failed.
    #[error("cannot compress: {0}")]
    Compress(std::io::Error),
    /// The zip that clients have cannot be used.
    #[error("cannot make a delta from '{file}': {problem}")]
    Delta {
        /// The file.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Nothing could be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Larger than the profile's budget.
    #[error("{artifact} is {size} bytes, the budget is {budget}")]
    Budget {
        /// `the zip` or `the .zip.br`.
        artifact: &'static str,
        /// Its size.
        size: ByteSize,
        /// What the profile allows.
        budget: ByteSize,
        /// What would save most.
        savings: Vec<RetainedModule>,
    },
    /// Something that should not be possible.
    #[error("internal error, please report it: {0}")]
    Internal(String),
}

impl PackError {
    /// The code of its diagnostic; of the first, where there are several.
    pub fn code(&self) -> Code {
        match self {
            Self::Profile(diagnostics) => diagnostics
                .first()
                .map_or(Code::InvalidProfile, |first| first.code),
            Self::Stdlib(_) | Self::NoStdlib(_) => Code::InvalidStdlib,
            Self::App(_) => Code::InvalidApp,
            Self::AppSource { .. } => Code::AppSyntaxError,
            Self::Compile(error) => error.code(),
            Self::Manifest(_) => Code::InvalidManifest,
            Self::Version { .. } => Code::UnsupportedVersion,
            Self::CpythonBuild { .. } => Code::InvalidCpythonBuild,
            Self::TargetVersion { .. } => Code::VersionMismatch,
            Self::MissingStartupModule { .. } => Code::MissingStartupModule,
            Self::Magic { .. } => Code::MagicMismatch,
            Self::Unsatisfiable(_) => Code::UnimportableModule,
            Self::Zip(_) | Self::Compress(_) => Code::CompressionFailed,
            Self::Delta { .. } => Code::InvalidDeltaBase,
            Self::Write(WriteError::Ownership(_)) => Code::OutputConflict,
            Self::Write(_) => Code::WriteFailed,
            Self::Budget { .. } => Code::BudgetExceeded,
            Self::Internal(_) => Code::InternalError,
        }
    }

    /// What there is to report: all that an input has, or one error.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            Self::Profile(diagnostics) => diagnostics.clone(),
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
            Self::Budget { savings, .. } => {
                let help = "raise it with --budget SIZE, or 'budget' in the profile".to_owned();
                let mut diagnostic =
                    Diagnostic::error(self.code(), self.to_string()).with_help(help);
                diagnostic.notes.extend(savings_text(savings));
                vec![diagnostic]
            }
            _ => vec![Diagnostic::error(self.code(), self.to_string())],
        }
    }

    /// 1: the answer is no; 2: bad usage or input; 3: the environment failed.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Budget { .. } => 1,
            Self::Stdlib(error) if !matches!(error, StdlibError::Io { .. }) => 2,
            Self::Profile(_)
            | Self::App(_)
            | Self::AppSource { .. }
            | Self::Manifest(_)
            | Self::Version { .. }
            | Self::TargetVersion { .. }
            | Self::MissingStartupModule { .. }
            | Self::Magic { .. }
            | Self::CpythonBuild { .. }
            | Self::Delta { .. }
            | Self::Unsatisfiable(_)
            | Self::Zip(_) => 2,
            Self::Compile(error) => error.exit_code(),
            Self::Write(error) => error.exit_code(),
            Self::Stdlib(_) | Self::NoStdlib(_) | Self::Compress(_) | Self::Internal(_) => 3,
        }
    }
}

/// The table of what would save most.
fn savings_text(savings: &[RetainedModule]) -> Option<String> {
    let lines: String = savings.iter().map(|saving| format!("\n{saving}")).collect();
    (!savings.is_empty()).then(|| {
        format!(
            "retained sizes of the largest modules, with the modules only reachable through them:{lines}"
        )
    })
}
