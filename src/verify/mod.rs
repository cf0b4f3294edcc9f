//! Proof that a bundle works: its modules are imported, for real, with nothing else as their
//! standard library.

mod native;

use serde::Serialize;

pub use native::{Request, verify};

use crate::types::ModuleName;

/// Where an imported module came from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provenance {
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was imported.
    Imported(Provenance),
    /// It was not; the last line of the traceback.
    Failed(String),
}

impl Outcome {
    /// Whether the module came from where it should.
    pub fn is_good(&self) -> bool {
        !matches!(
            self,
            Self::Failed(_) | Self::Imported(Provenance::Elsewhere(_))
        )
    }
}

/// A module that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// Its name.
    pub module: ModuleName,
    /// Why it is in the bundle, in the receipt's word.
    pub reason: String,
    /// What happened.
    pub outcome: Outcome,
}

/// Why nothing could be tried.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// No bundle there, or not what its receipt says.
    #[error("{0}")]
    Bundle(String),
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
