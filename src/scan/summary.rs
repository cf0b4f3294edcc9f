//! What is remembered of a file.

use super::{GuardId, Guards};

/// All that later stages know of one module's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleSummary {
    /// Import sites in the order of the text.
    pub imports: Vec<ImportSite>,
    /// Top-level `raise` statements: a module that surely meets one cannot be imported.
    pub raises: Vec<RaiseSite>,
    /// The names in `__all__`, when it is a literal list or tuple, added to by literals.
    pub exports: Option<Vec<String>>,
    /// The conditions that the sites name.
    pub guards: Guards,
}

/// One import, of one statement or call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSite {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is imported.
    pub import: Import,
    /// When the code around it runs.
    pub place: Place,
    /// Under which condition.
    pub guard: GuardId,
}

/// What an import site names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Import {
    /// `import a.b`, one for each name of the statement.
    Module(String),
    /// `from ..a import b, c`.
    From {
        /// Number of leading dots.
        level: u32,
        /// The name after the dots; empty in `from . import x`.
        module: String,
        /// The imported names; `*` stands for itself.
        names: Vec<String>,
    },
    /// A call with a literal name: `importlib.import_module("a.b")`, `__import__("a")`.
    Call(String),
}

/// When the code around an import runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// While the module is imported: its top level and its class bodies.
    Body,
    /// When the function of that dotted name is called.
    Function(String),
    /// At the first use of the imported name (PEP 810 `lazy import`).
    FirstUse,
}

/// A `raise` that runs while the module is imported, unless its guard forbids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaiseSite {
    /// Line, from 1.
    pub line: u32,
    /// Under which condition.
    pub guard: GuardId,
}
