//! Assembles the bundle from compiled modules: the zips, their artifacts and the receipt.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::app_zip::{assemble_app_zip, receipt_of};
use super::artifacts::{Artifact, find_artifact, requested_encodings};
use super::budget::{ZipToCheck, check_budget, check_tier_budget};
use super::compiled::CompiledEntries;
use super::receipt::{Packed, build_receipt, outputs};
use super::tiers::{build_tier_zips, encode_tier_zips, tiers_of_files};
use super::{PackError, Plan, Reporter, Stage, Timings};
use crate::app::App;
use crate::bundle::{
    APP_STEM, Entry, FileDigest, Receipt, SideFiles, Totals, build_messages_module, build_stubs,
    has_missing_messages, raw_modules,
};
use crate::cache::Cache;
use crate::dependency::Dependencies;
use crate::diagnostic::{Code, Diagnostic};
use crate::explain::DroppedBecause;
use crate::profile::{Compression, Payload};
use crate::select::KeptModule;
use crate::stdlib::{ModuleKind, Stdlib};
use crate::types::{ByteSize, ModuleName, Tier};

/// A bundle in memory, not written yet.
#[derive(Debug)]
pub struct Bundle {
    /// The file name of the zip without its extension, such as `python313`.
    pub stem: String,
    /// The zip.
    pub zip: Vec<u8>,
    /// The compressed artifacts.
    pub artifacts: Vec<Artifact>,
    /// The zips of the further tiers, then `app.zip`, as far as they are written.
    pub further: Vec<BundleZip>,
    /// The receipt.
    pub receipt: Receipt,
    /// The side files to write with the bundle.
    pub side_files: SideFiles,
    /// Counts and sizes.
    pub totals: Totals,
    /// The number of compiled modules, including cached ones.
    pub compiled: usize,
    /// The number of compiled modules that came from the cache.
    pub cached: usize,
    /// The warnings for the user.
    pub warnings: Vec<Diagnostic>,
    /// Modules that a program may import although the bundle does not contain them, with the reasons as text.
    pub missing: BTreeMap<ModuleName, String>,
    /// The paths of the library and app files that the bundle was made from.
    pub reads: Vec<PathBuf>,
}

impl Bundle {
    /// Returns the size of the artifact with this compression, if there is one.
    pub fn compressed_size(&self, compression: Compression) -> Option<ByteSize> {
        find_artifact(&self.artifacts, compression).map(ByteSize::of)
    }

    /// Returns the zip whose file name without its extension is `stem`, if it is one of the further ones.
    pub fn further_zip(&self, stem: &str) -> Option<&BundleZip> {
        self.further.iter().find(|further| further.stem == stem)
    }

    /// Returns the size of the `.zip.br`, if there is one.
    pub fn brotli_size(&self) -> Option<ByteSize> {
        self.compressed_size(Compression::Brotli)
    }
}

/// A zip of a bundle with its artifacts, in memory.
#[derive(Debug)]
pub struct BundleZip {
    /// The file name of the zip without its extension, such as `app` or `python313.later`.
    pub stem: String,
    /// The zip.
    pub zip: Vec<u8>,
    /// The compressed artifacts.
    pub artifacts: Vec<Artifact>,
}

impl BundleZip {
    /// Returns the size of the artifact with this compression, if there is one.
    pub fn compressed_size(&self, compression: Compression) -> Option<ByteSize> {
        find_artifact(&self.artifacts, compression).map(ByteSize::of)
    }
}

/// Assembles a bundle from a plan and its compiled modules.
///
/// # Errors
/// When a data file cannot be read, the zip or an artifact cannot be made, or the budget is exceeded.
pub fn assemble(
    plan: &Plan,
    compiled: &CompiledEntries,
    cache: &Cache,
    reporter: &dyn Reporter,
    timings: &mut Timings,
) -> Result<Bundle, PackError> {
    let compiled_app = compiled.app.as_ref();
    let cached = compiled.cached + compiled_app.map_or(0, |app| app.cached);
    let app_modules = plan.app_zip.as_ref().map_or(0, |app| app.modules.len());
    let packed: Packed = compiled
        .entries
        .iter()
        .map(|entry| (entry.path.clone(), FileDigest::of(&entry.bytes)))
        .collect();
    let entries = all_entries(plan, compiled)?;
    let zips = timings.time(Stage::Zip, || build_tier_zips(entries))?;
    let artifacts = if requested_encodings(plan, Tier::Start).is_empty() {
        zips.iter().map(|_| Vec::new()).collect()
    } else {
        let encode = || encode_tier_zips(plan, &zips, cache, reporter);
        timings.time(Stage::Compress, encode)?
    };
    let compiled_modules = match plan.profile.payload {
        Payload::Bytecode => plan.sources.len() + app_modules,
        Payload::Source => 0,
    };
    let stem = format!("python{}", plan.target.version.tag());
    let mut warnings = plan.warnings.clone();
    let mut bundle_zips = Vec::new();
    for (tier_zip, artifacts) in zips.into_iter().zip(artifacts) {
        check_tier_budget(plan, &stem, &tier_zip, &artifacts)?;
        warnings.extend(warn_of_raw_modules(&tier_zip.zip, &artifacts)?);
        bundle_zips.push(BundleZip {
            stem: tier_zip.tier.stem(&stem),
            zip: tier_zip.zip,
            artifacts,
        });
    }
    let totals = count_totals(plan, &packed);
    let mut receipt = build_receipt(plan, &stem, &packed, totals.clone())?;
    if let (Some(app_zip), Some(compiled)) = (&plan.app_zip, compiled_app) {
        let assemble = || assemble_app_zip(plan, app_zip, compiled, cache, reporter);
        let assembled = timings.time(Stage::Compress, assemble)?;
        let (zip, artifacts) = (&assembled.zip, &assembled.artifacts);
        let modules = app_zip.modules.iter();
        let modules: Vec<_> = modules
            .map(|(name, module)| (name, &*module.path))
            .collect();
        let checked = ZipToCheck {
            label: APP_STEM,
            zip,
            artifacts,
            entries: &assembled.entries,
        };
        check_budget(plan, plan.profile.budget.app, &checked, &modules)?;
        warnings.extend(warn_of_raw_modules(zip, artifacts)?);
        receipt.app_zip = Some(receipt_of(app_zip, compiled, assembled.files));
        bundle_zips.push(BundleZip {
            stem: APP_STEM.to_owned(),
            zip: assembled.zip,
            artifacts: assembled.artifacts,
        });
    }
    for zip in &bundle_zips {
        receipt.outputs.extend(outputs(zip));
    }
    let mut bundle_zips = bundle_zips.into_iter();
    let first = bundle_zips.next();
    let no_zip = || PackError::Internal("the bundle has no zip".to_owned());
    let BundleZip { zip, artifacts, .. } = first.ok_or_else(no_zip)?;
    let app_reads = plan.apps.iter().flat_map(|app| app.reads().into_keys());
    let app_reads: Vec<String> = app_reads.collect();
    Ok(Bundle {
        stem,
        zip,
        artifacts,
        receipt,
        side_files: plan.side_files,
        totals,
        compiled: compiled_modules,
        cached,
        warnings,
        missing: looked_up(plan, missing_reasons(&plan.missing)),
        reads: read_files(
            (&plan.stdlib, plan.stdlib.reads().keys()),
            (&plan.apps, app_reads.iter()),
            (&plan.dependencies, plan.dependencies.reads().keys()),
        ),
        further: bundle_zips.collect(),
    })
}

/// Returns the entries of all zips of the library with their tiers: modules, data files and stubs.
fn all_entries(plan: &Plan, compiled: &CompiledEntries) -> Result<Vec<(Tier, Entry)>, PackError> {
    let tiers = tiers_of_files(plan);
    let tier_of = |entry: &Entry| tiers.get(&entry.path).copied().unwrap_or(Tier::Start);
    let modules = compiled.entries.iter();
    let mut entries: Vec<(Tier, Entry)> = modules
        .map(|entry| (tier_of(entry), entry.clone()))
        .collect();
    entries.extend(read_data_files(plan)?);
    if plan.profile.missing_module_stubs {
        let missing = missing_without_provider(plan);
        // Pyodide adds a reason of its own to the error for a missing module, unless a stub raises it.
        let in_pyodide = plan.selection.kept.contains_key("_pyodide");
        let stubs = if has_missing_messages(plan.target.version) && !in_pyodide {
            vec![build_messages_module(&looked_up(plan, missing))]
        } else {
            build_stubs(&missing)
        };
        entries.extend(stubs.into_iter().map(|stub| (Tier::Start, stub)));
    }
    Ok(entries)
}

/// Returns those of the missing modules for which Python looks up a message: top-level modules in
/// `sys.stdlib_module_names`.
fn looked_up(
    plan: &Plan,
    mut missing: BTreeMap<ModuleName, String>,
) -> BTreeMap<ModuleName, String> {
    let tests = &plan.target.test_modules;
    missing.retain(|name, _| name.parent().is_none() && !tests.contains(name.as_str()));
    missing
}

/// Returns a warning if a packed artifact contains bytecode that is not packed.
fn warn_of_raw_modules(
    zip: &[u8],
    artifacts: &[Artifact],
) -> Result<Option<Diagnostic>, PackError> {
    let packed = [Compression::Packed, Compression::PackedZstd];
    let mut packed = packed.into_iter();
    let Some(artifact) = packed.find_map(|compression| find_artifact(artifacts, compression))
    else {
        return Ok(None);
    };
    // No packed form is larger than twice the zip.
    let max_bytes = u32::try_from(zip.len()).unwrap_or(u32::MAX);
    let modules = raw_modules(artifact, max_bytes.saturating_mul(2).max(1 << 16));
    let modules = modules.map_err(PackError::Compress)?;
    let Some(first) = modules.first() else {
        return Ok(None);
    };
    let message = match modules.len() - 1 {
        0 => format!("the bytecode of '{first}' is not packed"),
        others => format!("the bytecode of '{first}' and {others} more modules is not packed"),
    };
    Ok(Some(Diagnostic::warning(Code::RawPackedModules, message)))
}

/// Reads the data files that kept modules need. Each is in the tier of its module.
fn read_data_files(plan: &Plan) -> Result<Vec<(Tier, Entry)>, PackError> {
    let read = |(path, kept): (&String, &KeptModule)| {
        let bytes = plan.stdlib.read(path)?;
        let path = path.clone();
        Ok((kept.tier, Entry { path, bytes }))
    };
    data_file_paths(plan)?.into_iter().map(read).collect()
}

/// Returns the paths of the data files that kept modules need, with the modules.
pub(super) fn data_file_paths(plan: &Plan) -> Result<Vec<(&String, &KeptModule)>, PackError> {
    let kept = &plan.selection.kept;
    let files = plan.target.data_files.iter();
    let files = files.filter_map(|files| Some((files, kept.get(&files.module)?)));
    let mut paths = Vec::new();
    for (files, kept) in files {
        let folder = files.folder();
        let globs = files.globs().map_err(PackError::Internal)?;
        for path in plan.stdlib.data() {
            if path
                .strip_prefix(&folder)
                .is_some_and(|inner| globs.is_match(inner))
            {
                paths.push((path, kept));
            }
        }
    }
    Ok(paths)
}

fn missing_reasons(missing: &BTreeMap<ModuleName, DroppedBecause>) -> BTreeMap<ModuleName, String> {
    let reason =
        |(name, because): (&ModuleName, &DroppedBecause)| (name.clone(), because.to_string());
    missing.iter().map(reason).collect()
}

/// Returns the missing modules that neither the app nor a third-party package provides.
fn missing_without_provider(plan: &Plan) -> BTreeMap<ModuleName, String> {
    let app = plan.app_paths.keys().map(ModuleName::as_str);
    let third_party = plan.graph.third_party.keys().map(String::as_str);
    let top_level = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let provided: BTreeSet<String> = app.chain(third_party).map(top_level).collect();
    let mut missing = missing_reasons(&plan.missing);
    missing.retain(|name, _| !provided.contains(name.as_str()));
    missing
}

/// Returns the files of the library and of the dependencies with the given paths, the modules of the apps, and their
/// other files with the given paths.
pub(super) fn read_files<'a>(
    (stdlib, paths): (&Stdlib, impl Iterator<Item = &'a String>),
    (apps, app_paths): (&[App], impl Iterator<Item = &'a String>),
    (dependencies, dependency_paths): (&Dependencies, impl Iterator<Item = &'a String>),
) -> Vec<PathBuf> {
    let files = paths.filter_map(|path| stdlib.file(path));
    let is_file = |path: &PathBuf| path.is_file();
    // The paths of files in a wheel or zip are no files.
    let app_files = app_paths.map(PathBuf::from).filter(is_file);
    let apps = apps.iter().flat_map(App::files).chain(app_files);
    let dependency_files = dependency_paths.filter_map(|path| dependencies.file(path));
    files.chain(apps).chain(dependency_files).collect()
}

fn count_totals(plan: &Plan, packed: &Packed) -> Totals {
    let kept = plan.selection.kept.values();
    let sources = plan.sources.values();
    Totals {
        modules: kept
            .filter(|kept| kept.kind != ModuleKind::Namespace)
            .count(),
        stdlib_modules: plan.stdlib_size.modules,
        source_bytes: sources.map(|source| ByteSize::of(source)).sum(),
        stdlib_source_bytes: plan.stdlib_size.source_bytes,
        packed_bytes: packed.values().map(|file| file.bytes).sum(),
    }
}
