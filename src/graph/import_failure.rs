//! The reasons why a module cannot be imported.

use std::fmt;

use crate::profile::Exclusion;
use crate::types::ModuleName;

/// Why a module cannot be imported, and at which line it fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFailure {
    /// Line in the module, from 1; 0 if it is not at a line.
    pub line: u32,
    /// The error.
    pub error: ImportError,
}

impl ImportFailure {
    /// Returns the failure of a module that is known to fail for a reason.
    pub(super) fn known(reason: &str) -> Self {
        Self {
            line: 0,
            error: ImportError::Known(reason.to_owned()),
        }
    }
}

/// An error that importing a module raises.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportError {
    /// It imports a module that is unimportable.
    Unimportable(ModuleName),
    /// It imports a module that the bundle cannot have.
    Unavailable(ModuleName, UnavailableBecause),
    /// It imports a module that does not exist in this Python version on this target.
    Unknown(String),
    /// It is known to fail on the target, for this reason.
    Known(String),
    /// It raises an error on this target by a `raise` statement.
    Raises,
    /// Its source does not compile, with this error.
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
    /// Only the build of the target writes it, and it was not passed.
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
