//! The size report of a bundle, as HTML, Markdown or JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::recording::RecordingUse;
use crate::bundle::APP_STEM;
use crate::bundle::Totals;
use crate::diagnostic::DiagnosticRecord;
use crate::escape;
use crate::explain::{ImportStep, KeptBecause, import_steps};
use crate::graph::ImportGraph;
use crate::pipeline::{Bundle, Plan, REPORT_KEY, SizeAnalysis};
use crate::profile::{Compression, Payload};
use crate::recording::Recording;
use crate::types::{ByteSize, ModuleName, Sha256, Tier, Version};

/// The HTML page, in which the data replaces [`DATA_PLACEHOLDER`].
const PAGE_TEMPLATE: &str = include_str!("page.html");
const DATA_PLACEHOLDER: &str = "@DATA@";

/// A text that identifies HTML reports.
const HTML_MARKER: &str = "<title>stdlib-pack</title>";
/// A text that identifies Markdown reports.
const MARKDOWN_MARKER: &str = "% of the library's source.";

/// The version of the JSON format, which increases with every incompatible change.
const REPORT_SCHEMA_VERSION: u32 = 1;

/// The number of modules that the Markdown report lists.
const MAX_LISTED: usize = 20;

/// The report: totals, files, and the reason and size of each module.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BundleReport {
    schema: u32,
    tool: String,
    profile: ProfileInfo,
    python: Version,
    target: String,
    payload: Payload,
    /// The artifact whose size `compressed` and `retained` are shares of: `brotli` or `zip`.
    compressed_artifact: &'static str,
    totals: Totals,
    outputs: Vec<ReportOutput>,
    budget: Vec<BudgetUse>,
    modules: Vec<ModuleReport>,
    /// What recorded programs loaded of the bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    recording: Option<RecordingUse>,
    warnings: Vec<DiagnosticRecord>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ProfileInfo {
    name: String,
    description: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ReportOutput {
    name: String,
    bytes: ByteSize,
    sha256: Sha256,
}

/// A maximum size, with the actual size.
#[derive(Debug, Serialize, JsonSchema)]
struct BudgetUse {
    artifact: &'static str,
    limit: ByteSize,
    bytes: ByteSize,
}

/// A module of the library.
#[derive(Debug, Serialize, JsonSchema)]
struct ModuleReport {
    name: ModuleName,
    #[serde(flatten)]
    state: ModuleReportState,
    source_bytes: ByteSize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "state", rename_all = "lowercase")]
enum ModuleReportState {
    Kept(KeptModuleReport),
    Dropped {
        reason: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
    },
}

#[derive(Debug, Serialize, JsonSchema)]
struct KeptModuleReport {
    kind: String,
    /// The tier that it is in, if the bundle has tiers.
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<Tier>,
    /// The reason why the module is kept.
    #[serde(flatten)]
    because: KeptBecause,
    /// The import chain from an entry point to the module.
    chain: Vec<ImportStep>,
    bytes: ByteSize,
    compressed: ByteSize,
    retained: ByteSize,
    imported_by: Vec<String>,
}

impl BundleReport {
    /// Creates a report from a plan, its bundle, its sizes and recordings, of which there may be none. `size` returns
    /// the size of a module's source.
    pub fn new(
        plan: &Plan,
        bundle: &Bundle,
        sizes: &SizeAnalysis<'_>,
        recordings: &[Recording],
        size: impl Fn(&ModuleName) -> ByteSize,
    ) -> Self {
        let receipt = bundle.receipt.clone();
        let recording =
            (!recordings.is_empty()).then(|| RecordingUse::new(plan, &receipt, sizes, recordings));
        let importers = importers(&plan.graph);
        let kept = receipt.kept.into_iter().map(|(name, kept)| ModuleReport {
            state: ModuleReportState::Kept(KeptModuleReport {
                kind: kept.kind.into_owned(),
                tier: kept.tier,
                because: kept.because,
                chain: import_steps(&plan.graph, &name),
                bytes: kept.bytes,
                compressed: sizes.shallow_size(&name),
                retained: sizes.retained_size(&name),
                imported_by: importers.get(&name).cloned().unwrap_or_default(),
            }),
            source_bytes: kept.source_bytes,
            name,
        });
        // The entry of an excluded package covers the modules in it.
        let is_excluded = |name: &ModuleName| plan.profile.exclusion_of(name).is_some();
        let is_in_excluded_package =
            |name: &ModuleName| name.parent().is_some_and(|parent| is_excluded(&parent));
        let dropped = receipt.dropped.into_iter();
        let dropped =
            dropped.filter(|(name, _)| !(is_excluded(name) && is_in_excluded_package(name)));
        let dropped = dropped.map(|(name, dropped)| ModuleReport {
            state: ModuleReportState::Dropped {
                reason: dropped.reason.into_owned(),
                detail: dropped.detail,
            },
            source_bytes: size(&name),
            name,
        });
        let mut modules: Vec<ModuleReport> = kept.chain(dropped).collect();
        modules.sort_by(|a, b| a.name.cmp(&b.name));
        let outputs = receipt
            .outputs
            .into_iter()
            .map(|(name, output)| ReportOutput {
                name,
                bytes: output.bytes,
                sha256: output.sha256,
            });
        Self {
            schema: REPORT_SCHEMA_VERSION,
            tool: receipt.tool,
            profile: ProfileInfo {
                name: plan.profile.name.clone(),
                description: plan.profile.description.clone(),
            },
            python: receipt.python,
            target: receipt.target,
            payload: plan.profile.payload,
            compressed_artifact: if bundle.brotli_size().is_some() {
                "brotli"
            } else {
                "zip"
            },
            totals: receipt.totals,
            outputs: outputs.collect(),
            budget: budget_uses(plan, bundle),
            modules,
            recording,
            warnings: bundle.warnings.iter().map(DiagnosticRecord::from).collect(),
        }
    }

    /// Renders the report as a self-contained HTML page.
    ///
    /// # Errors
    /// Never, because this type can always be serialized.
    pub fn to_html(&self) -> serde_json::Result<String> {
        let data = escape::html_script(&serde_json::to_string(self)?);
        Ok(PAGE_TEMPLATE.replacen(DATA_PLACEHOLDER, &data, 1))
    }

    /// Returns whether the content of a file is a report, in any format.
    pub fn is_report(bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        let json = || serde_json::from_str::<serde_json::Value>(&text).ok();
        text.contains(HTML_MARKER)
            || text.starts_with("# ") && text.contains(MARKDOWN_MARKER)
            || json().is_some_and(|report| report.get(REPORT_KEY).is_some())
    }

    /// Renders the totals and the largest modules as Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text = String::new();
        let ProfileInfo { name, description } = &self.profile;
        let (name, target) = (escape::markdown(name), escape::markdown(&self.target));
        let _ = writeln!(text, "# {name} for {target} on Python {}\n", self.python);
        if !description.is_empty() {
            let _ = writeln!(text, "{}\n", escape::markdown(description));
        }
        let totals = &self.totals;
        let share = totals.source_bytes.percent_of(totals.stdlib_source_bytes);
        let _ = writeln!(
            text,
            "{} of {} modules, {share:.1}{MARKDOWN_MARKER}\n",
            totals.modules, totals.stdlib_modules
        );
        text.push_str("| File | Bytes | SHA-256 |\n|---|---:|---|\n");
        for ReportOutput {
            name,
            bytes,
            sha256,
        } in &self.outputs
        {
            let _ = writeln!(
                text,
                "| {} | {bytes} | `{sha256}` |",
                escape::markdown(name)
            );
        }
        for BudgetUse {
            artifact,
            limit,
            bytes,
        } in &self.budget
        {
            let share = bytes.percent_of(*limit);
            let _ = writeln!(
                text,
                "\nBudget ({artifact}): {bytes} of {limit} bytes, {share:.0}%."
            );
        }
        text.push_str(
            "\n| Module | Bytes in the zip | Shallow size, compressed | Retained size | Why |\n",
        );
        text.push_str("|---|---:|---:|---:|---|\n");
        let mut kept: Vec<(&ModuleName, &KeptModuleReport)> = self
            .modules
            .iter()
            .filter_map(|module| match &module.state {
                ModuleReportState::Kept(kept) => Some((&module.name, kept)),
                ModuleReportState::Dropped { .. } => None,
            })
            .collect();
        kept.sort_by_key(|(name, kept)| (std::cmp::Reverse(kept.compressed), *name));
        for (name, kept) in kept.iter().take(MAX_LISTED) {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                escape::markdown(name.as_str()),
                kept.bytes,
                kept.compressed,
                kept.retained,
                escape::markdown(&kept.because.to_string())
            );
        }
        if kept.len() > MAX_LISTED {
            let _ = writeln!(text, "\nAnd {} more.", kept.len() - MAX_LISTED);
        }
        if let Some(recording) = &self.recording {
            text.push_str(&recording.to_markdown(MAX_LISTED));
        }
        text
    }
}

/// Returns the importers of each module with the line, as in `json:106`, or as `json` for imports without a line.
fn importers(graph: &ImportGraph) -> BTreeMap<ModuleName, Vec<String>> {
    let mut importers: BTreeMap<ModuleName, Vec<String>> = BTreeMap::new();
    for ((from, to), edge) in graph.imports() {
        let importer = match edge.line {
            0 => from.to_string(),
            line => format!("{from}:{line}"),
        };
        importers.entry(to.clone()).or_default().push(importer);
    }
    importers
}

fn budget_uses(plan: &Plan, bundle: &Bundle) -> Vec<BudgetUse> {
    let budget = plan.profile.budget.of(plan.profile.payload);
    let zip = Some(ByteSize::of(&bundle.zip));
    let app_budget = plan.profile.budget.app;
    let app = bundle.further_zip(APP_STEM);
    let app_zip = app.map(|app| ByteSize::of(&app.zip));
    let of_app = |compression| app?.compressed_size(compression);
    let artifacts = [
        ("zip", budget.zip, zip),
        ("brotli", budget.brotli, bundle.brotli_size()),
        (
            "packed",
            budget.packed,
            bundle.compressed_size(Compression::Packed),
        ),
        ("app zip", app_budget.zip, app_zip),
        ("app brotli", app_budget.brotli, of_app(Compression::Brotli)),
        ("app packed", app_budget.packed, of_app(Compression::Packed)),
    ];
    let budget_use = |(artifact, limit, bytes): (_, Option<_>, Option<_>)| {
        Some(BudgetUse {
            artifact,
            limit: limit?,
            bytes: bytes?,
        })
    };
    artifacts.into_iter().filter_map(budget_use).collect()
}
