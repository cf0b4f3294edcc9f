//! JSON output.

use std::sync::atomic::{AtomicBool, Ordering};

use schemars::JsonSchema;
use serde::Serialize;

use super::stdout::outln;
use crate::cli::error::CliError;
use crate::diagnostic::DiagnosticRecord;
use crate::escape;
use crate::pipeline::PackError;

/// Whether a document was printed: there is one at most.
static PRINTED: AtomicBool = AtomicBool::new(false);

/// Prints `value` as JSON.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    let failed = |error: serde_json::Error| PackError::Internal(error.to_string());
    let text = serde_json::to_string_pretty(value).map_err(failed)?;
    PRINTED.store(true, Ordering::SeqCst);
    outln!("{}", escape::json(&text));
    Ok(())
}

/// What a command with --json prints when it fails.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ErrorOutput {
    exit_code: u8,
    diagnostics: Vec<DiagnosticRecord>,
}

/// Prints an error as JSON, unless a document was printed already: that one says what the answer is.
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
    // What it holds can always be written as JSON.
    let _ = print_json(&output);
}

/// Something that has a name, in a list of its kind.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ListEntry {
    pub(crate) name: String,
    /// One sentence for people.
    pub(crate) description: String,
}
