//! Diagnostics: errors and warnings as data, each with a stable [`Code`].
//!
//! Code that finds a problem creates a [`Diagnostic`], and `cli` renders it as text or JSON. No code reads the text of
//! a message.

mod code;
mod provenance;
mod record;

pub use code::Code;
pub use provenance::{Provenance, SourceText, Sourced};
pub use record::DiagnosticRecord;

use crate::types::ModuleName;

/// The severity of a diagnostic.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// No bundle can be built, or a check failed.
    Error,
    /// A possible mistake that does not prevent the result.
    Warning,
}

/// The location of a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A value of a profile or project, or a flag.
    Source(Provenance),
    /// A file, with line and column if known, both starting at 1.
    File {
        /// The path of the file.
        file: String,
        /// The line.
        line: Option<u32>,
        /// The column, in characters.
        column: Option<u32>,
    },
}

/// An error or a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The code, which identifies the kind of problem.
    pub code: Code,
    /// The severity.
    pub severity: Severity,
    /// The problem, in one sentence.
    pub message: String,
    /// Additional information, one sentence each.
    pub notes: Vec<String>,
    /// A suggestion for solving the problem.
    pub help: Option<String>,
    /// The module that the diagnostic is about.
    pub module: Option<ModuleName>,
    /// The location of the problem, if known.
    pub location: Option<Location>,
}

impl Diagnostic {
    /// Creates an error with only a message.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            notes: Vec::new(),
            help: None,
            module: None,
            location: None,
        }
    }

    /// Creates a warning with only a message.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// Sets or clears the help.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<Option<String>>) -> Self {
        self.help = help.into();
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Sets the module.
    #[must_use]
    pub fn with_module(mut self, module: &ModuleName) -> Self {
        self.module = Some(module.clone());
        self
    }

    /// Sets the location to a value of a profile or project, or to a flag.
    #[must_use]
    pub fn with_provenance(mut self, provenance: &Provenance) -> Self {
        self.location = Some(Location::Source(provenance.clone()));
        self
    }

    /// Sets the location to a place in a file. A line or column of 0 means that it is unknown.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>, line: u32, column: u32) -> Self {
        self.location = Some(Location::File {
            file: file.into(),
            line: (line > 0).then_some(line),
            column: (column > 0).then_some(column),
        });
        self
    }

    /// Returns whether the diagnostic is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
