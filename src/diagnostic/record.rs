//! The serialized form of diagnostics.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Code, Diagnostic, Location, Severity};
use crate::types::ModuleName;

/// A diagnostic in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosticRecord {
    /// The code, which `stdlib-pack explain` explains.
    pub code: Code,
    /// `error` or `warning`.
    pub severity: Severity,
    /// The problem, in one sentence.
    pub message: String,
    /// Additional information, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// A suggestion for solving the problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The module that the diagnostic is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<ModuleName>,
    /// The file with the problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in the file, starting at 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column in characters, starting at 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The flag with the problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
}

impl From<&Diagnostic> for DiagnosticRecord {
    fn from(diagnostic: &Diagnostic) -> Self {
        let Diagnostic {
            code,
            severity,
            message,
            notes,
            help,
            module,
            location,
        } = diagnostic.clone();
        let (file, line, column, flag) = match location {
            Some(Location::Source(super::Provenance::Flag(flag))) => (None, None, None, Some(flag)),
            Some(Location::Source(source @ super::Provenance::File { .. })) => {
                let number = |number: usize| u32::try_from(number).ok();
                let position = source.line_and_column();
                (
                    source.file().map(str::to_owned),
                    position.and_then(|(line, _)| number(line)),
                    position.and_then(|(_, column)| number(column)),
                    None,
                )
            }
            Some(Location::File { file, line, column }) => (Some(file), line, column, None),
            None => (None, None, None, None),
        };
        Self {
            code,
            severity,
            message,
            notes,
            help,
            module,
            file,
            line,
            column,
            flag,
        }
    }
}

impl From<DiagnosticRecord> for Diagnostic {
    /// Converts a record. A provenance in a profile becomes a location in a file, since records do not contain the
    /// text.
    fn from(record: DiagnosticRecord) -> Self {
        let DiagnosticRecord {
            code,
            severity,
            message,
            notes,
            help,
            module,
            file,
            line,
            column,
            flag,
        } = record;
        let location = match (file, flag) {
            (Some(file), _) => Some(Location::File { file, line, column }),
            (None, Some(flag)) => Some(Location::Source(super::Provenance::Flag(flag))),
            (None, None) => None,
        };
        Self {
            code,
            severity,
            message,
            notes,
            help,
            module,
            location,
        }
    }
}
