//! Why a module cannot be imported.

use crate::types::ModuleName;

/// Why a module cannot be imported: the line that fails, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFailure {
    /// Line in the module, from 1; 0 where no line says it.
    pub line: u32,
    /// What goes wrong there.
    pub error: ImportError,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportError {
    /// It imports a module that is itself broken.
    Unimportable(ModuleName),
    /// It imports a module that the bundle cannot have, for this reason.
    Unavailable(ModuleName, String),
    /// It imports a module that no Python of this version and platform has.
    Unknown(String),
    /// It is known to fail on the target, for this reason.
    Known(String),
    /// It raises an error of its own on this target.
    Raises,
    /// Its source does not compile, for this reason.
    DoesNotCompile(String),
}
