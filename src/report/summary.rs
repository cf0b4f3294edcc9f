//! The summary that is printed after packing, as text or JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::bundle::{ReceiptAppZip, Totals};
use crate::diagnostic::DiagnosticRecord;
use crate::escape;
use crate::pipeline::Timings;
use crate::types::{ByteSize, DocumentCounts, Sha256, Tier, Version};

/// The result of packing.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// The name of the profile.
    pub profile: String,
    /// The Python version of the bundle.
    pub python: Version,
    /// The command of the Python that compiled it.
    pub build_python: String,
    /// The target of the bundle.
    pub target: String,
    /// Counts and sizes.
    pub totals: Totals,
    /// The contents of `app.zip`, if it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_zip: Option<AppZipTotals>,
    /// The notebooks, pages and scripts with Python in them.
    #[serde(skip_serializing_if = "DocumentCounts::is_empty")]
    pub documents: DocumentCounts,
    /// The number of packages that are installed in the app, and count as dependencies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed_packages: Option<usize>,
    /// The number of modules in each tier, if the bundle has tiers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tiers: BTreeMap<Tier, usize>,
    /// The files that were written.
    pub outputs: Vec<SummaryOutput>,
    /// The `Available-Dictionary` headers of the clients that can use the deltas of each tier, if there are any.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub available_dictionary: BTreeMap<Tier, String>,
    /// The number of modules whose bytecode was cached.
    pub cached: usize,
    /// The duration of each stage, in seconds.
    pub seconds: Timings,
    /// The warnings.
    pub warnings: Vec<DiagnosticRecord>,
}

/// Counts of what is in `app.zip`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AppZipTotals {
    /// The number of modules of the app.
    pub app_modules: usize,
    /// The number of modules of dependencies.
    pub dependency_modules: usize,
    /// The number of distributions that these belong to.
    pub distributions: usize,
    /// The number of other files.
    pub files: usize,
}

impl AppZipTotals {
    /// Counts what is in the `app.zip` that a receipt describes.
    pub fn of(receipt: &ReceiptAppZip) -> Self {
        let modules = receipt.modules.values();
        let modules = modules.filter(|module| module.module.kind != "namespace");
        let (app, dependencies): (Vec<_>, Vec<_>) = modules.partition(|module| module.of == "app");
        Self {
            app_modules: app.len(),
            dependency_modules: dependencies.len(),
            distributions: receipt.distributions.len(),
            files: receipt.files.len(),
        }
    }
}

/// A file that was written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SummaryOutput {
    /// The path of the file.
    pub path: PathBuf,
    /// The size of the file.
    pub bytes: ByteSize,
    /// The digest of the file.
    pub sha256: Sha256,
}

impl Summary {
    /// Renders the summary as text.
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
        if !self.documents.is_empty() {
            let _ = writeln!(text, "app: Python in {}", self.documents);
        }
        if let Some(count) = self.installed_packages {
            let s = if count == 1 { "" } else { "s" };
            let _ = writeln!(
                text,
                "app: {count} package{s} installed in it, packed as far as needed"
            );
        }
        if let Some(app) = &self.app_zip {
            let _ = writeln!(
                text,
                "app.zip: {} modules of the app, {} of {} distributions, {} other files",
                app.app_modules, app.dependency_modules, app.distributions, app.files
            );
        }
        if !self.tiers.is_empty() {
            let counts = self.tiers.iter();
            let counts = counts.map(|(tier, modules)| format!("{modules} modules in {tier}"));
            let counts: Vec<String> = counts.collect();
            let rest = if self.tiers.contains_key(&Tier::Rest) {
                ": what only data or typed code names is found when it is needed"
            } else {
                ""
            };
            let _ = writeln!(text, "tiers: {}{rest}", counts.join(", "));
        }
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
        for (tier, dictionary) in &self.available_dictionary {
            let of_tier = match tier {
                Tier::Start => String::new(),
                Tier::Later | Tier::Rest => format!("of '{tier}' "),
            };
            let _ = writeln!(
                text,
                "  .dcb and .dcz {of_tier}are for requests with 'Available-Dictionary: {dictionary}':\n    \
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
