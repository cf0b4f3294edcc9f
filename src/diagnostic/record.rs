//! The JSON form of diagnostics.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Code, Diagnostic, Location, Severity};
use crate::types::ModuleName;

/// A diagnostic as JSON has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosticRecord {
    /// What kind of thing it is: see `stdlib-pack explain`.
    pub code: Code,
    /// `error` or `warning`.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What led to it, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The module that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<ModuleName>,
    /// The file that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in it, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column in characters, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The flag that asked for it.
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
                let place = source.line_and_column();
                (
                    source.file().map(str::to_owned),
                    place.and_then(|(line, _)| number(line)),
                    place.and_then(|(_, column)| number(column)),
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
    /// A place in a profile becomes one in a file: the record has no text to show.
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
