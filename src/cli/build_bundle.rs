//! Builds bundles for commands, with progress and warnings on standard error.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::bundle::{Receipt, available_dictionary, other_receipts};
use crate::cache::Cache;
use crate::cli::args::{is_quiet, is_verbose};
use crate::cli::drop_in::DropIn;
use crate::cli::error::CliError;
use crate::cli::input_files::InputFiles;
use crate::cli::render::diagnostics;
use crate::cli::render::progress::Progress;
use crate::compare::Snapshot;
use crate::diagnostic::{Diagnostic, DiagnosticRecord};
use crate::pipeline::{
    Bundle, CompiledEntries, PackRequest, Plan, Reporter, ScanLock, Stage, Timings, assemble,
    compile_plan, load_inputs, pack,
};
use crate::report::{AppZipTotals, Summary, SummaryOutput};
use crate::types::{DocumentCounts, Sha256, Tier, Version};

/// A bundle with what is reported about it.
pub(crate) struct BuiltBundle {
    /// The bundle.
    pub(crate) bundle: Bundle,
    /// The name of the profile.
    pub(crate) profile: String,
    /// The output folder that the profile sets.
    pub(crate) out: Option<String>,
    /// The duration of each stage.
    pub(crate) timings: Timings,
    /// The files that the run reads.
    pub(crate) inputs: InputFiles,
    python: Version,
    build_python: String,
    target: String,
    profile_warnings: Vec<Diagnostic>,
    /// The digests of the earlier zips that the deltas were made from.
    delta_bases: BTreeMap<Tier, Sha256>,
}

/// Builds the bundle of `request`, with progress and warnings. With `json`, there is no progress.
pub(crate) fn build_bundle(request: &PackRequest, json: bool) -> Result<BuiltBundle, CliError> {
    let progress = Progress::new(json);
    let built = build_bundle_with(request, &progress, &ScanLock::default())?;
    if is_verbose() {
        show_discarded_entries(&request.cache);
    }
    Ok(built)
}

/// Prints a note for each corrupted cache entry that was discarded.
pub(crate) fn show_discarded_entries(cache: &Cache) {
    for entry in cache.discarded() {
        diagnostics::note(&format!(
            "discarded '{}' of the cache: it is not what was stored under its name",
            entry.display()
        ));
    }
}

/// Builds the bundle of `request`. Bundles that are built at the same time share `scan_lock`.
pub(crate) fn build_bundle_with(
    request: &PackRequest,
    reporter: &dyn Reporter,
    scan_lock: &ScanLock,
) -> Result<BuiltBundle, CliError> {
    let mut timings = Timings::default();
    reporter.begin(Stage::Open, 0, "");
    let inputs = load_inputs(request, &mut timings);
    reporter.end();
    let inputs = inputs?;
    reporter.warn(&inputs.diagnostics);
    let build_python = inputs.python.command.to_string();
    let is_told = inputs.python.was_searched && (is_verbose() || request.build_python.is_some());
    if is_told && !is_quiet() {
        let release = &inputs.python.facts.release;
        diagnostics::note(&format!(
            "the build Python is '{build_python}', Python {release}"
        ));
    }
    let profile_warnings = inputs.diagnostics.clone();
    let (profile, out) = (inputs.profile.name.clone(), inputs.profile.out.clone());
    let (python, target) = (inputs.target.version, inputs.target.name.clone());
    let manifests: Vec<PathBuf> = inputs.manifests.files().to_vec();
    let delta_bases = inputs.delta_from.iter();
    let delta_bases = delta_bases.map(|(tier, zip)| (*tier, Sha256::of(zip)));
    let delta_bases = delta_bases.collect();
    let bundle = pack(request, inputs, reporter, &mut timings, scan_lock)?;
    Ok(BuiltBundle {
        inputs: InputFiles::new(request, &manifests, &bundle.reads),
        bundle,
        profile,
        out,
        timings,
        python,
        build_python,
        target,
        profile_warnings,
        delta_bases,
    })
}

/// Prints a note if the folder of a bundle has bundles of other Python versions, which a page may still load.
pub(crate) fn show_other_bundles(folder: &Path, bundle: &Bundle) {
    let others = other_receipts(folder, &bundle.stem);
    if others.is_empty() || is_quiet() {
        return;
    }
    let zips = others
        .iter()
        .map(|receipt| receipt.with_extension("zip").display().to_string());
    let zips: Vec<String> = zips.collect();
    diagnostics::note(&format!(
        "the folder also has bundles of other Python versions, which were not changed: {}",
        zips.join(", ")
    ));
}

/// Builds the bundle of `plan` in memory, even if it exceeds its budget.
pub(crate) fn build_ignoring_budget(
    request: &PackRequest,
    plan: &mut Plan,
    progress: &Progress,
    timings: &mut Timings,
) -> Result<(CompiledEntries, Bundle), CliError> {
    let budget = std::mem::take(&mut plan.profile.budget);
    let cache = &request.cache;
    let compiled = compile_plan(plan, cache, request.workers, progress, timings)?;
    let bundle = assemble(plan, &compiled, cache, progress, timings)?;
    plan.profile.budget = budget;
    Ok((compiled, bundle))
}

impl BuiltBundle {
    /// Returns the snapshot that locks and other bundles are compared with.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.bundle.receipt.clone().into()
    }

    /// Reads what a copy of the build Python in `folder` consists of, with this bundle as its library.
    pub(crate) fn drop_in(&self, folder: &Path) -> Result<DropIn, CliError> {
        DropIn::new(folder, &self.build_python, &self.bundle)
    }

    /// Prints on standard error why each module is kept, one per line.
    pub(crate) fn show_reasons(&self) {
        let receipt = &self.bundle.receipt;
        let kept = receipt
            .kept
            .iter()
            .map(|(name, kept)| (name, &kept.because));
        let in_app_zip = receipt.app_zip.iter().flat_map(|app_zip| &app_zip.modules);
        let in_app_zip = in_app_zip.map(|(name, module)| (name, &module.module.because));
        for (name, because) in kept.chain(in_app_zip) {
            let line = format!("{name}: {because}");
            let line = crate::escape::line(&line);
            let _ = writeln!(anstream::stderr(), "{line}");
        }
    }

    /// Returns the summary that is printed as text or JSON.
    pub(crate) fn summary(self, outputs: Vec<SummaryOutput>) -> Summary {
        let warnings = self.profile_warnings.iter().chain(&self.bundle.warnings);
        Summary {
            profile: self.profile,
            python: self.python,
            build_python: self.build_python,
            target: self.target,
            totals: self.bundle.totals,
            app_zip: self.bundle.receipt.app_zip.as_ref().map(AppZipTotals::of),
            documents: documents_of(&self.bundle.receipt),
            installed_packages: installed_packages(&self.bundle.receipt),
            tiers: tiers_of(&self.bundle.receipt),
            outputs,
            available_dictionary: self
                .delta_bases
                .into_iter()
                .map(|(tier, base)| (tier, available_dictionary(base)))
                .collect(),
            cached: self.bundle.cached,
            seconds: self.timings,
            warnings: warnings.map(DiagnosticRecord::from).collect(),
        }
    }
}

/// Counts the notebooks, pages and scripts of all apps.
fn documents_of(receipt: &Receipt) -> DocumentCounts {
    let apps = receipt.inputs.app.iter().map(|app| app.documents);
    apps.fold(DocumentCounts::default(), DocumentCounts::plus)
}

/// Counts the packages that are installed in all apps.
fn installed_packages(receipt: &Receipt) -> Option<usize> {
    let apps = receipt.inputs.app.iter();
    let counts = apps.filter_map(|app| app.installed_packages);
    counts.reduce(|left, right| left + right)
}

/// Counts the modules in each tier of a bundle.
fn tiers_of(receipt: &Receipt) -> BTreeMap<Tier, usize> {
    let modules = receipt.kept.values();
    let modules = modules.filter(|module| module.kind != "namespace");
    let mut tiers = BTreeMap::new();
    for tier in modules.filter_map(|module| module.tier) {
        *tiers.entry(tier).or_default() += 1;
    }
    tiers
}
