//! The summary after packing, as text and JSON.

use std::fmt::Write as _;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::bundle::Totals;
use crate::diagnostic::DiagnosticRecord;
use crate::escape;
use crate::pipeline::Timings;
use crate::types::{ByteSize, Sha256, Version};

/// The outcome of packing.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// Name of the profile.
    pub profile: String,
    /// The Python version of the bundle.
    pub python: Version,
    /// Where it will run.
    pub target: String,
    /// Counts and sizes.
    pub totals: Totals,
    /// The files that were written.
    pub outputs: Vec<SummaryOutput>,
    /// The `Available-Dictionary` header of clients that the delta is for, if one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_dictionary: Option<String>,
    /// How many modules were found compiled in the cache.
    pub cached: usize,
    /// Seconds by stage.
    pub seconds: Timings,
    /// What its maker should know.
    pub warnings: Vec<DiagnosticRecord>,
}

/// A file that was written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SummaryOutput {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: ByteSize,
    /// Its digest.
    pub sha256: Sha256,
}

impl Summary {
    /// The lines for people.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let totals = &self.totals;
        let share = totals.source_bytes.percent_of(totals.stdlib_source_bytes);
        let _ = writeln!(
            text,
            "{} for {} on Python {}: {} of {} modules, {share:.1}% of the library's source",
            escape::line(&self.profile),
            escape::line(&self.target),
            self.python,
            totals.modules,
            totals.stdlib_modules,
        );
        let path = |output: &SummaryOutput| escape::line(&output.path.display().to_string());
        let width = self.outputs.iter().map(|output| path(output).len()).max();
        for output in &self.outputs {
            let (path, bytes) = (path(output), output.bytes.to_string());
            let _ = writeln!(
                text,
                "  {path:width$}  {bytes:>11} bytes",
                width = width.unwrap_or(0)
            );
        }
        if let Some(dictionary) = &self.available_dictionary {
            let _ = writeln!(
                text,
                "  .dcb and .dcz are for requests with 'Available-Dictionary: {dictionary}':\n    \
                 answer with 'Content-Encoding: dcb' or 'dcz', and 'Vary: Accept-Encoding, Available-Dictionary'"
            );
        }
        let seconds: Vec<String> = self
            .seconds
            .iter()
            .map(|(stage, time)| format!("{} {:.2}", stage.as_str(), time.as_secs_f64()))
            .collect();
        let _ = writeln!(text, "  seconds: {}", seconds.join(", "));
        text
    }
}
