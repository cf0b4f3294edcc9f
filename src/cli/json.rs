//! What programs read in place of what people read.

use schemars::JsonSchema;
use serde::Serialize;

use super::error::CliError;
use crate::escape;
use crate::pipeline::PackError;

/// Prints `value` as JSON.
pub(super) fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    let failed = |error: serde_json::Error| PackError::Internal(error.to_string());
    let text = serde_json::to_string_pretty(value).map_err(failed)?;
    outln!("{}", escape::json(&text));
    Ok(())
}

/// Something that has a name, in a list of its kind.
#[derive(Serialize, JsonSchema)]
pub(super) struct ListEntry {
    pub(super) name: String,
    /// One sentence for people.
    pub(super) description: String,
}
