//! Compiles the selected modules, and assembles the bundle: the zip, its artifacts and the receipt.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rayon::prelude::*;

use super::app_zip::{CompiledAppZip, assemble_app_zip, compile_app_zip, receipt_of};
use super::artifacts::{Artifact, requested_encodings};
use super::receipt::{Packed, build_receipt, outputs};
use super::retained::largest_retained;
use super::tiers::{TierZip, build_tier_zips, encode_tier_zips, tiers_of_files};
use super::{PackError, Plan, Reporter, SizeAnalysis, Stage, Timings};
use crate::app::App;
use crate::bundle::{
    APP_STEM, Encoding, Entry, FileDigest, Receipt, SideFiles, Totals, build_stubs, entry_path,
    raw_modules,
};
use crate::cache::Cache;
use crate::compile::{CompileInput, Compiler};
use crate::dependency::Dependencies;
use crate::diagnostic::{Code, Diagnostic};
use crate::explain::DroppedBecause;
use crate::profile::{Budget, Compression, Payload};
use crate::select::KeptModule;
use crate::stdlib::{ModuleKind, Stdlib};
use crate::strip::Stripper;
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

/// Returns the bytes of the artifact with this compression, if there is one.
pub(super) fn find_artifact(artifacts: &[Artifact], compression: Compression) -> Option<&[u8]> {
    let extension = Encoding::Whole(compression).extension();
    let artifact = artifacts
        .iter()
        .find(|artifact| artifact.extension == extension);
    artifact.map(|artifact| &artifact.bytes[..])
}

/// The compiled modules of a bundle.
pub struct CompiledEntries {
    /// The entries of the zip for the modules.
    pub entries: Vec<Entry>,
    /// The modules of `app.zip`, if it is written.
    app: Option<CompiledAppZip>,
    /// The number of modules that came from the cache.
    cached: usize,
}

impl CompiledEntries {
    /// Returns the entries of `app.zip` for its modules.
    pub(super) fn app_entries(&self) -> Vec<Entry> {
        let apps = self.app.iter();
        apps.flat_map(|app| app.entries.values().cloned()).collect()
    }
}

/// Compiles the kept modules of a plan.
///
/// # Errors
/// When a module does not compile, or the build Python fails.
pub fn compile_plan(
    plan: &Plan,
    cache: &Cache,
    workers: usize,
    reporter: &dyn Reporter,
    timings: &mut Timings,
) -> Result<CompiledEntries, PackError> {
    timings.time(Stage::Compile, || {
        let mut compiled = compile_payload(plan, cache, workers, reporter)?;
        if let Some(app_zip) = &plan.app_zip {
            let app = compile_app_zip(plan, app_zip, cache, workers, reporter)?;
            compiled.app = Some(app);
        }
        Ok(compiled)
    })
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
    let artifacts = if requested_encodings(plan).is_empty() {
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
        missing: missing_reasons(&plan.missing),
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
        let stubs = build_stubs(&missing_without_provider(plan)).into_iter();
        entries.extend(stubs.map(|stub| (Tier::Start, stub)));
    }
    Ok(entries)
}

/// Compares the zip of a tier with its budget. That of the first one is the budget of the bundle.
fn check_tier_budget(
    plan: &Plan,
    stem: &str,
    tier_zip: &TierZip,
    artifacts: &[Artifact],
) -> Result<(), PackError> {
    let budget = match tier_zip.tier {
        Tier::Start => plan.profile.budget.of(plan.profile.payload),
        Tier::Later => plan.profile.budget.later,
        Tier::Rest => plan.profile.budget.rest,
    };
    let modules = plan.selection.kept.iter();
    let modules = modules.filter(|(_, kept)| kept.tier == tier_zip.tier);
    let modules: Vec<_> = modules.map(|(name, kept)| (name, &*kept.path)).collect();
    let stem = tier_zip.tier.stem(stem);
    let checked = ZipToCheck {
        label: if tier_zip.tier == Tier::Start {
            ""
        } else {
            &stem
        },
        zip: &tier_zip.zip,
        artifacts,
        entries: &tier_zip.entries,
    };
    check_budget(plan, budget, &checked, &modules)
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

/// Returns the zip entries of the kept modules: their bytecode, or their stripped source.
fn compile_payload(
    plan: &Plan,
    cache: &Cache,
    workers: usize,
    reporter: &dyn Reporter,
) -> Result<CompiledEntries, PackError> {
    let payload = plan.profile.payload;
    let (mut entries, mut paths, mut sources) = (Vec::new(), Vec::new(), Vec::new());
    for (name, kept) in &plan.selection.kept {
        let path = entry_path(&kept.path, payload);
        if kept.kind == ModuleKind::Namespace {
            let bytes = Vec::new();
            entries.push(Entry { path, bytes });
            continue;
        }
        let source = plan.sources.get(name).cloned();
        let missing_source = || PackError::Internal(format!("the source of {name} was not read"));
        paths.push(path);
        sources.push(CompileInput {
            path: kept.path.clone(),
            source: source.ok_or_else(missing_source)?,
            may_be_main: plan.graph.run_modules.contains(name),
        });
    }
    let stripper = Stripper {
        strip: &plan.profile.strip,
        target: &plan.target,
    };
    if payload == Payload::Source {
        let stripped = sources.par_iter().map(|source| {
            let stripped = stripper.strip_for_bundle(&source.source, source.may_be_main);
            stripped.unwrap_or_else(|| source.source.to_vec())
        });
        let files = paths.into_iter().zip(stripped.collect::<Vec<_>>());
        entries.extend(files.map(|(path, bytes)| Entry { path, bytes }));
        return Ok(CompiledEntries {
            entries,
            app: None,
            cached: 0,
        });
    }
    let compiler = Compiler {
        python: &plan.python,
        cache,
        optimize: plan.profile.optimize,
        stripper,
        workers,
    };
    reporter.begin(Stage::Compile, sources.len() as u64, "modules");
    let compiled = compiler.compile(&sources, &|| reporter.advance(1));
    reporter.end();
    let compiled = compiled?;
    let files = paths.into_iter().zip(compiled.files);
    entries.extend(files.map(|(path, bytes)| Entry { path, bytes }));
    Ok(CompiledEntries {
        entries,
        app: None,
        cached: compiled.cached,
    })
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

/// A zip whose size is compared with a budget.
struct ZipToCheck<'a> {
    /// The name before the extension in messages; empty for the zip of the library.
    label: &'a str,
    zip: &'a [u8],
    artifacts: &'a [Artifact],
    entries: &'a [Entry],
}

fn check_budget(
    plan: &Plan,
    budget: Budget,
    checked: &ZipToCheck<'_>,
    modules: &[(&ModuleName, &str)],
) -> Result<(), PackError> {
    let artifact = |compression| find_artifact(checked.artifacts, compression);
    let limits = [
        ("zip", Some(checked.zip), budget.zip),
        ("zip.br", artifact(Compression::Brotli), budget.brotli),
        (
            "zip.packed.br",
            artifact(Compression::Packed),
            budget.packed,
        ),
    ];
    for (extension, bytes, budget) in limits {
        let sizes = bytes.map(ByteSize::of).zip(budget);
        if let Some((size, budget)) = sizes.filter(|(size, budget)| size > budget) {
            let sizes = SizeAnalysis::new(plan, modules, checked.entries, size);
            return Err(PackError::Budget {
                artifact: match (checked.label, extension) {
                    ("", "zip") => "the zip".to_owned(),
                    ("", extension) => format!("the .{extension}"),
                    (stem, extension) => format!("{stem}.{extension}"),
                },
                size,
                budget,
                largest: largest_retained(modules.iter().map(|(name, _)| *name), &sizes),
            });
        }
    }
    Ok(())
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
