//! Diagnostics: errors and warnings as data, each with a stable [`Code`].
//!
//! Whoever finds something wrong makes a [`Diagnostic`]; the command line renders it for people or as JSON. No code reads
//! the text of a message.

mod code;
mod provenance;
mod record;

pub use code::Code;
pub use provenance::{Provenance, SourceText, Sourced};
pub use record::DiagnosticRecord;

use crate::types::ModuleName;

/// How bad it is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// No bundle can be made, or the answer is no.
    Error,
    /// It works, and is probably not what was meant.
    Warning,
}

/// What a diagnostic is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A value of a profile or project, or a flag.
    Source(Provenance),
    /// A file, with line and column from 1 where they are known.
    File {
        /// Its path.
        file: String,
        /// The line.
        line: Option<u32>,
        /// The column, in characters.
        column: Option<u32>,
    },
}

/// One thing to report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of thing it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What led to it, one sentence each.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// The module that it is about.
    pub module: Option<ModuleName>,
    /// Where it is.
    pub location: Option<Location>,
}

impl Diagnostic {
    /// An error, with nothing but its message.
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

    /// A warning, with nothing but its message.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// The same with what to do about it, if that can be said.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<Option<String>>) -> Self {
        self.help = help.into();
        self
    }

    /// The same with one more note.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same about a module.
    #[must_use]
    pub fn about(mut self, module: &ModuleName) -> Self {
        self.module = Some(module.clone());
        self
    }

    /// The same about a value of a profile or project, or a flag.
    #[must_use]
    pub fn at(mut self, provenance: &Provenance) -> Self {
        self.location = Some(Location::Source(provenance.clone()));
        self
    }

    /// The same about a place in a file; a line of 0 is none.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>, line: u32, column: u32) -> Self {
        self.location = Some(Location::File {
            file: file.into(),
            line: (line > 0).then_some(line),
            column: (column > 0).then_some(column),
        });
        self
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
