//! Proof that a bundle works: its modules are imported, and programs run, for real, with nothing else as
//! standard library.

mod contents;
mod modules;
mod native;
mod program;
mod sandbox;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::bundle::{BundleError, BundleFiles};
use crate::diagnostic::Code;
use crate::manifest::Manifests;
use crate::runtime::{Runtime, RuntimeError};
use crate::types::ModuleName;

/// What to verify.
#[derive(Clone, Debug)]
pub struct VerifyRequest {
    /// The folder, zip or receipt of a bundle.
    pub bundle: PathBuf,
    /// Where to try it.
    pub runtime: Runtime,
    /// The Python to run it in, for [`Runtime::Native`]; one from the PATH if none is named.
    pub build_python: Option<String>,
    /// Programs to run with it: scripts, or folders and zips with a `__main__.py`.
    pub programs: Vec<PathBuf>,
}

/// What came of it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VerifyReport {
    /// The modules, by name.
    pub modules: Vec<ModuleResult>,
    /// The programs, in the order of the request.
    pub programs: Vec<ProgramResult>,
}

impl VerifyReport {
    /// Whether all went well.
    pub fn passed(&self) -> bool {
        let modules = self.modules.iter().all(|trial| trial.outcome.is_good());
        modules && self.programs.iter().all(ProgramResult::passed)
    }
}

/// Compares every module in the bundle with the receipt, and imports all that the receipt lists,
/// and its roots; then runs the programs.
///
/// # Errors
/// When there is no bundle, its files are not those of its receipt, or the runtime cannot be started.
pub fn verify(request: &VerifyRequest, manifests: &Manifests) -> Result<VerifyReport, VerifyError> {
    let bundle = BundleFiles::open(&request.bundle)?;
    let place = sandbox::Sandbox::open(request, &bundle, manifests)?;
    let modules = modules::import_modules(&place, &bundle)?;
    let programs = request.programs.iter();
    let programs = programs.map(|path| program::run_program(&place, path));
    Ok(VerifyReport {
        modules,
        programs: programs.collect::<Result<_, _>>()?,
    })
}

/// Where an imported module came from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ImportedFrom {
    /// From the bundle.
    Bundle,
    /// From the interpreter itself: built in.
    BuiltIn,
    /// From the interpreter itself: frozen.
    Frozen,
    /// An extension module of the runtime.
    Extension,
    /// From a file that the bundle does not hold: it would not be there on the target.
    Elsewhere(String),
}

/// What importing one module gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was imported.
    Imported(ImportedFrom),
    /// It was not; the last line of the traceback.
    Failed(String),
    /// It was not imported: it does not match the receipt.
    Differs(String),
}

impl Outcome {
    /// Whether the module came from where it should.
    pub fn is_good(&self) -> bool {
        !matches!(
            self,
            Self::Failed(_) | Self::Differs(_) | Self::Imported(ImportedFrom::Elsewhere(_))
        )
    }
}

/// A module that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ModuleResult {
    /// Its name.
    pub module: ModuleName,
    /// Why it is in the bundle, in the receipt's word.
    pub reason: String,
    /// What happened.
    pub outcome: Outcome,
}

/// A program that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ProgramResult {
    /// How it was named.
    pub program: String,
    /// What it did with the runtime's own library.
    pub expected: ProgramRun,
    /// What it did with the bundle alone.
    pub got: ProgramRun,
}

impl ProgramResult {
    /// Whether the bundle made no difference. A program that does not come to an end with the whole library, or fails with
    /// it, proves nothing: nobody knows how far it came.
    pub fn passed(&self) -> bool {
        let same = self.expected.printed == self.got.printed;
        same && self.expected.is_proof() && self.expected.exit_code == self.got.exit_code
    }
}

/// What a program did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ProgramRun {
    /// Its exit code; none when it did not come to an end.
    pub exit_code: Option<u8>,
    /// An exception ended it that it did not handle.
    pub raised: bool,
    /// What it wrote to standard output.
    pub printed: String,
    /// The last line it wrote to standard error.
    pub last_words: String,
}

impl ProgramRun {
    /// Whether it did what it was written for, as far as anybody can tell.
    pub fn is_proof(&self) -> bool {
        self.exit_code.is_some() && !self.raised
    }
}

/// Why nothing could be tried.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// No bundle there, or not what its receipt says.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// No such program, or a runtime that is not for this bundle.
    #[error("{0}")]
    Input(String),
    /// No runtime to try it in.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// No Python that could run it.
    #[error(transparent)]
    Python(#[from] crate::compile::CompileError),
    /// The build Python is of another version.
    #[error(
        "the bundle is for Python {bundle}, '{command}' is Python {python}: name one of the bundle's version with --build-python"
    )]
    Version {
        /// The bundle's version.
        bundle: crate::types::Version,
        /// The command.
        command: String,
        /// Its version.
        python: crate::types::Version,
    },
    /// The system would not let us.
    #[error("cannot prepare the trial: {0}")]
    Io(#[from] std::io::Error),
}

impl VerifyError {
    /// The code of its diagnostic.
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
