//! JSON on standard output.

use std::sync::atomic::{AtomicBool, Ordering};

use schemars::JsonSchema;
use serde::Serialize;

use super::stdout::outln;
use crate::cli::error::CliError;
use crate::diagnostic::DiagnosticRecord;
use crate::escape;
use crate::pipeline::PackError;

/// Whether a JSON document was printed; a run prints at most one.
static PRINTED: AtomicBool = AtomicBool::new(false);

/// Prints `value` as JSON.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    let failed = |error: serde_json::Error| PackError::Internal(error.to_string());
    let text = serde_json::to_string_pretty(value).map_err(failed)?;
    PRINTED.store(true, Ordering::SeqCst);
    outln!("{}", escape::json(&text));
    Ok(())
}

/// The output of a command with `--json` that fails.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ErrorOutput {
    exit_code: u8,
    diagnostics: Vec<DiagnosticRecord>,
}

/// Prints an error as JSON, unless a document with the result was already printed.
pub(crate) fn print_error(error: &CliError) {
    if PRINTED.load(Ordering::SeqCst) {
        return;
    }
    let output = ErrorOutput {
        exit_code: error.exit_code(),
        diagnostics: error
            .diagnostics()
            .iter()
            .map(DiagnosticRecord::from)
            .collect(),
    };
    // Serializing this type cannot fail.
    let _ = print_json(&output);
}

/// An entry of a list, such as a profile or a target.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ListEntry {
    pub(crate) name: String,
    /// A description in one sentence.
    pub(crate) description: String,
}
