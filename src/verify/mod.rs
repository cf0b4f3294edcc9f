//! Verifies a bundle in a real runtime: imports its modules and runs programs with no other standard library.

mod app_zip;
mod contents;
mod modules;
mod native;
mod program;
mod record;
mod sandbox;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

pub use record::{RecordRequest, record};

use crate::bundle::{BundleError, BundleFiles};
use crate::diagnostic::Code;
use crate::manifest::Manifests;
use crate::runtime::{Runtime, RuntimeError};
use crate::types::ModuleName;

/// A bundle to verify, and how.
#[derive(Clone, Debug)]
pub struct VerifyRequest {
    /// The folder of a bundle, or one of its files.
    pub bundle: PathBuf,
    /// The runtime to use.
    pub runtime: Runtime,
    /// The build Python for [`Runtime::Native`]; if absent, one is found on the PATH.
    pub build_python: Option<String>,
    /// The complete library to compare with, for a runtime that carries none: a `Lib` folder or a zip.
    pub library: Option<PathBuf>,
    /// The programs to run: scripts, or folders and zips with a `__main__.py`.
    pub programs: Vec<PathBuf>,
    /// The dependencies of the programs.
    pub dependencies: Vec<PathBuf>,
    /// The arguments of the programs.
    pub arguments: Vec<String>,
    /// The file that the programs read as standard input; without one, it is empty.
    pub stdin: Option<PathBuf>,
}

/// The result of verifying a bundle.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VerifyReport {
    /// The results of the modules, sorted by name: those of the library, then those of `app.zip`.
    pub modules: Vec<ModuleResult>,
    /// The results of the programs, in the order of the request.
    pub programs: Vec<ProgramResult>,
}

impl VerifyReport {
    /// Returns whether all modules and programs passed.
    pub fn passed(&self) -> bool {
        let modules_passed = self.modules.iter().all(|result| result.outcome.passed());
        modules_passed && self.programs.iter().all(ProgramResult::passed)
    }
}

/// Compares every module in the bundle with the receipt, imports the modules and roots that the receipt lists, those of
/// `app.zip` included, and then runs the programs.
///
/// # Errors
/// If there is no bundle, its files do not match its receipt, or the runtime cannot be started.
pub fn verify(request: &VerifyRequest, manifests: &Manifests) -> Result<VerifyReport, VerifyError> {
    let bundle = BundleFiles::open(&request.bundle)?;
    contents::check_packed_forms(&bundle)?;
    let sandbox = sandbox::Sandbox::open(request, &bundle, manifests)?;
    let mut modules = modules::import_modules(&sandbox, &bundle)?;
    modules.extend(app_zip::import_app_zip(&sandbox, &bundle)?);
    let programs = request.programs.iter();
    let programs = programs.map(|path| program::run_program(&sandbox, path, request));
    Ok(VerifyReport {
        modules,
        programs: programs.collect::<Result<_, _>>()?,
    })
}

/// The place that a module was imported from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ImportedFrom {
    /// The bundle.
    Bundle,
    /// A built-in module of the interpreter.
    BuiltIn,
    /// A frozen module of the interpreter.
    Frozen,
    /// An extension module of the runtime.
    Extension,
    /// The bundle's `app.zip`.
    AppZip,
    /// A file outside the bundle, which the target would not have.
    Elsewhere(String),
}

/// The result of importing a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The module was imported.
    Imported(ImportedFrom),
    /// The import failed, with this last line of the traceback.
    Failed(String),
    /// The import fails in the same way with the runtime's own library, with this last line of the traceback.
    FailsAnyway(String),
    /// The module was not imported, because it does not match the receipt.
    Differs(String),
}

impl Outcome {
    /// Returns whether the module was imported, and not from elsewhere.
    pub fn passed(&self) -> bool {
        !matches!(
            self,
            Self::Failed(_) | Self::Differs(_) | Self::Imported(ImportedFrom::Elsewhere(_))
        )
    }
}

/// The result of verifying a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ModuleResult {
    /// The name of the module.
    pub module: ModuleName,
    /// The reason in the receipt, such as `eager`.
    pub reason: String,
    /// The outcome.
    pub outcome: Outcome,
}

/// The result of running a program with both libraries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ProgramResult {
    /// The path of the program, as the user wrote it.
    pub program: String,
    /// How the runs compare.
    pub outcome: ProgramOutcome,
    /// The run with the runtime's own library.
    pub expected: ProgramRun,
    /// The run with only the bundle.
    #[serde(rename = "got")]
    pub actual: ProgramRun,
}

impl ProgramResult {
    /// Returns whether the program came to its end and behaved the same with only the bundle.
    pub fn passed(&self) -> bool {
        self.outcome == ProgramOutcome::Same
    }
}

/// How two runs of a program compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProgramOutcome {
    /// Output and exit code are the same.
    Same,
    /// Output or exit code differ.
    Different,
    /// The program fails in the same way with the full library: what comes after was not tried.
    FailsAnyway,
}

impl ProgramOutcome {
    /// Compares the run with the runtime's own library with the one with only the bundle.
    fn of(expected: &ProgramRun, actual: &ProgramRun) -> Self {
        let same = (&expected.stdout, expected.exit_code) == (&actual.stdout, actual.exit_code);
        let same_failure = (expected.raised, &expected.stderr_last_line)
            == (actual.raised, &actual.stderr_last_line);
        match expected.is_conclusive() {
            true if same => Self::Same,
            false if same && same_failure => Self::FailsAnyway,
            _ => Self::Different,
        }
    }
}

/// One run of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ProgramRun {
    /// The exit code; absent if the program timed out, or a signal ended it.
    pub exit_code: Option<u8>,
    /// Whether an unhandled exception or a signal ended the program.
    pub raised: bool,
    /// The text on standard output.
    #[serde(rename = "printed")]
    pub stdout: String,
    /// The last line on standard error.
    #[serde(rename = "last-words")]
    pub stderr_last_line: String,
}

impl ProgramRun {
    /// Returns whether the run can serve as a reference: the program ended by itself, without an unhandled exception.
    pub fn is_conclusive(&self) -> bool {
        self.exit_code.is_some() && !self.raised
    }
}

/// The reason why a bundle could not be verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A missing bundle, or one that does not match its receipt.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// A missing program, or a runtime that does not fit the bundle.
    #[error("{0}")]
    Input(String),
    /// A runtime that is missing or cannot be started.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// A build Python that is missing or cannot be started.
    #[error(transparent)]
    Python(#[from] crate::compile::CompileError),
    /// A build Python of another version.
    #[error(
        "the bundle is for Python {bundle}, '{command}' is Python {python}: name one of the bundle's version with --build-python"
    )]
    Version {
        /// The version of the bundle.
        bundle: crate::types::Version,
        /// The command of the build Python.
        command: String,
        /// The version of the build Python.
        python: crate::types::Version,
    },
    /// An error of the operating system.
    #[error("cannot prepare the trial: {0}")]
    Io(#[from] std::io::Error),
}

impl VerifyError {
    /// Returns the diagnostic code of the error.
    pub fn code(&self) -> Code {
        match self {
            Self::Bundle(_) => Code::InvalidBundle,
            Self::Input(_) => Code::InvalidArgument,
            Self::Runtime(error) => error.code(),
            Self::Python(error) => error.code(),
            Self::Version { .. } => Code::VersionMismatch,
            Self::Io(_) => Code::EnvironmentFailed,
        }
    }
}
