//! Syntax that makes the interpreter import something, although no name in the source says so.

use serde::Deserialize;

/// A piece of syntax that hidden imports can depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Syntax {
    /// A format that asks for no negative zero: `f"{x:z.1f}"` (PEP 682).
    FormatZ,
    /// A generic class, function or type alias: `class A[T]` (PEP 695).
    TypeParameters,
}

impl Syntax {
    /// What stands for it among the names that a scope references: no identifier looks like it.
    pub fn marker(self) -> &'static str {
        match self {
            Self::FormatZ => "<format-z>",
            Self::TypeParameters => "<type-parameters>",
        }
    }
}
