//! Why a module cannot be imported.

use std::fmt;

use crate::profile::Exclusion;
use crate::types::ModuleName;

/// Why a module cannot be imported: the line that fails, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFailure {
    /// Line in the module, from 1; 0 where no line says it.
    pub line: u32,
    /// What goes wrong there.
    pub error: ImportError,
}

/// What goes wrong when a module is imported.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportError {
    /// It imports a module that is itself unimportable.
    Unimportable(ModuleName),
    /// It imports a module that the bundle cannot have.
    Unavailable(ModuleName, UnavailableBecause),
    /// It imports a module that no Python of this version and platform has.
    Unknown(String),
    /// It is known to fail on the target, for this reason.
    Known(String),
    /// It raises an error of its own on this target.
    Raises,
    /// Its source does not compile, for this reason.
    DoesNotCompile(String),
}

/// Why the bundle cannot have a module.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnavailableBecause {
    /// The profile or a flag excludes it.
    Excluded(Exclusion),
    /// No build of the target has this C module, for this reason.
    NotOnTarget(String),
    /// Only the build of the target writes it, and it was not given.
    NotProvided,
}

impl fmt::Display for UnavailableBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Excluded(exclusion) => f.write_str(&exclusion.reason),
            Self::NotOnTarget(reason) => f.write_str(reason),
            Self::NotProvided => f.write_str(
                "the build of the target writes it; pass it with --extra-module or --cpython-build",
            ),
        }
    }
}
