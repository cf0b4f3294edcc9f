//! Syntax that makes the interpreter import a module, although the source does not name it.

use serde::Deserialize;

/// A kind of syntax that hidden imports can depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Syntax {
    /// A format specification that replaces negative zero: `f"{x:z.1f}"` (PEP 682).
    FormatZ,
    /// A generic class, function or type alias: `class A[T]` (PEP 695).
    TypeParameters,
}

impl Syntax {
    /// Returns the marker among the names that a scope references. It is not a valid identifier.
    pub fn marker(self) -> &'static str {
        match self {
            Self::FormatZ => "<format-z>",
            Self::TypeParameters => "<type-parameters>",
        }
    }
}
