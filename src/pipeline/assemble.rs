//! Assembles a bundle: compiles the selected modules, zips and encodes them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rayon::prelude::*;

use super::artifacts::{Artifact, encode_artifacts, requested_encodings};
use super::receipt::{Packed, build_receipt};
use super::retained::largest_retained;
use super::{PackError, Plan, Reporter, SizeAnalysis, Stage, Timings};
use crate::app::App;
use crate::bundle::{
    Encoding, Entry, FileDigest, Receipt, SideFiles, Totals, build_stubs, build_zip, entry_path,
};
use crate::cache::Cache;
use crate::compile::{CompileInput, Compiler};
use crate::diagnostic::Diagnostic;
use crate::explain::DroppedBecause;
use crate::manifest::DataFiles;
use crate::profile::{Compression, Payload};
use crate::stdlib::{ModuleKind, Stdlib};
use crate::strip::Stripper;
use crate::types::{ByteSize, ModuleName};

/// A finished bundle, not yet written.
#[derive(Debug)]
pub struct Bundle {
    /// `python313`: its files' names up to their endings.
    pub stem: String,
    /// The zip.
    pub zip: Vec<u8>,
    /// Its compressed artifacts.
    pub artifacts: Vec<Artifact>,
    /// The receipt.
    pub receipt: Receipt,
    /// What tells of its files, and is written with them.
    pub side_files: SideFiles,
    /// Counts and sizes.
    pub totals: Totals,
    /// How many modules were compiled, now or before.
    pub compiled: usize,
    /// How many of them were found in the cache.
    pub cached: usize,
    /// What its maker should know.
    pub warnings: Vec<Diagnostic>,
    /// What a program may ask for in vain, with the reasons in words.
    pub missing: BTreeMap<ModuleName, String>,
    /// Files that it was made from: the library's and the app's.
    pub reads: Vec<PathBuf>,
}

impl Bundle {
    /// Size of the `.zip.br`, if there is one.
    pub fn brotli_size(&self) -> Option<ByteSize> {
        find_brotli(&self.artifacts).map(ByteSize::of)
    }
}

/// The bytes of the `.zip.br`, if it is among them.
fn find_brotli(forms: &[Artifact]) -> Option<&[u8]> {
    let ending = Encoding::Whole(Compression::Brotli).extension();
    let form = forms.iter().find(|form| form.extension == ending);
    form.map(|form| &form.bytes[..])
}

/// The modules of a bundle as they go into the zip.
pub struct CompiledEntries {
    /// Their files.
    pub entries: Vec<Entry>,
    /// How many were found in the cache.
    cached: usize,
}

/// Compiles what was decided.
///
/// # Errors
/// When a module does not compile, or the build Python fails.
pub fn compile_plan(
    plan: &Plan,
    cache: &Cache,
    workers: usize,
    observer: &dyn Reporter,
    stages: &mut Timings,
) -> Result<CompiledEntries, PackError> {
    stages.time(Stage::Compile, || {
        compile_payload(plan, cache, workers, observer)
    })
}

/// Packs and compresses what was compiled.
///
/// # Errors
/// When a file cannot be read, or the budget is exceeded.
pub fn assemble(
    plan: &Plan,
    compiled: &CompiledEntries,
    cache: &Cache,
    observer: &dyn Reporter,
    stages: &mut Timings,
) -> Result<Bundle, PackError> {
    let mut entries = compiled.entries.clone();
    let cached = compiled.cached;
    let compiled = match plan.profile.payload {
        Payload::Bytecode => plan.sources.len(),
        Payload::Source => 0,
    };
    let packed: Packed = entries
        .iter()
        .map(|entry| (entry.path.clone(), FileDigest::of(&entry.bytes)))
        .collect();
    entries.extend(read_data_files(plan)?);
    if plan.profile.missing_module_stubs {
        entries.extend(build_stubs(&missing_without_provider(plan)));
    }
    let zip = stages
        .time(Stage::Zip, || build_zip(&entries))
        .map_err(PackError::Zip)?;
    let forms = requested_encodings(plan);
    let forms = if forms.is_empty() {
        Vec::new()
    } else {
        let make = || encode_artifacts(&forms, &zip, &entries, cache, observer);
        stages.time(Stage::Compress, make)?
    };
    check_budget(plan, &zip, &forms, &entries)?;
    let stem = format!("python{}", plan.target.version.tag());
    let totals = count_totals(plan, &packed);
    let receipt = build_receipt(plan, &stem, &zip, &forms, &packed, totals.clone())?;
    Ok(Bundle {
        stem,
        zip,
        artifacts: forms,
        receipt,
        side_files: plan.side_files,
        totals,
        compiled,
        cached,
        warnings: plan.warnings.clone(),
        missing: missing_in_words(&plan.missing),
        reads: read_files(&plan.stdlib, &plan.apps, plan.stdlib.reads().keys()),
    })
}

/// The kept modules as they go into the zip.
fn compile_payload(
    plan: &Plan,
    cache: &Cache,
    workers: usize,
    observer: &dyn Reporter,
) -> Result<CompiledEntries, PackError> {
    let payload = plan.profile.payload;
    let (mut entries, mut places, mut sources) = (Vec::new(), Vec::new(), Vec::new());
    for (name, kept) in &plan.selection.kept {
        let path = entry_path(&kept.path, payload);
        if kept.kind == ModuleKind::Namespace {
            let bytes = Vec::new();
            entries.push(Entry { path, bytes });
            continue;
        }
        let source = plan.sources.get(name).cloned();
        let lost = || PackError::Internal(format!("the source of {name} was not read"));
        places.push(path);
        sources.push(CompileInput {
            path: kept.path.clone(),
            source: source.ok_or_else(lost)?,
            is_main: plan.graph.run_modules.contains(name),
        });
    }
    let stripper = Stripper {
        strip: &plan.profile.strip,
        target: &plan.target,
    };
    if payload == Payload::Source {
        let stripped = sources.par_iter().map(|source| {
            let stripped = stripper.strip_for_bundle(&source.source, source.is_main);
            stripped.unwrap_or_else(|| source.source.to_vec())
        });
        let files = places.into_iter().zip(stripped.collect::<Vec<_>>());
        entries.extend(files.map(|(path, bytes)| Entry { path, bytes }));
        return Ok(CompiledEntries { entries, cached: 0 });
    }
    let compiler = Compiler {
        python: &plan.python,
        cache,
        optimize: plan.profile.optimize,
        stripper,
        workers,
    };
    observer.begin(Stage::Compile, sources.len() as u64, "modules");
    let compiled = compiler.compile(&sources, &|| observer.advance(1));
    observer.end();
    let compiled = compiled?;
    let files = places.into_iter().zip(compiled.files);
    entries.extend(files.map(|(path, bytes)| Entry { path, bytes }));
    let cached = compiled.cached;
    Ok(CompiledEntries { entries, cached })
}

/// Data files of the kept packages that read some.
fn read_data_files(plan: &Plan) -> Result<Vec<Entry>, PackError> {
    let wanted = |files: &&DataFiles| plan.selection.kept.contains_key(&files.module);
    let mut entries = Vec::new();
    for files in plan.target.data_files.iter().filter(wanted) {
        let folder = files.folder();
        let globs = files.globs().map_err(PackError::Internal)?;
        for path in plan.stdlib.data() {
            if path
                .strip_prefix(&folder)
                .is_some_and(|inner| globs.is_match(inner))
            {
                let bytes = plan.stdlib.read(path)?;
                entries.push(Entry {
                    path: path.clone(),
                    bytes,
                });
            }
        }
    }
    Ok(entries)
}

fn missing_in_words(
    missing: &BTreeMap<ModuleName, DroppedBecause>,
) -> BTreeMap<ModuleName, String> {
    let words =
        |(name, because): (&ModuleName, &DroppedBecause)| (name.clone(), because.to_string());
    missing.iter().map(words).collect()
}

/// What is missing and nobody else is known to provide.
fn missing_without_provider(plan: &Plan) -> BTreeMap<ModuleName, String> {
    let app = plan.app_paths.keys().map(ModuleName::as_str);
    let foreign = plan.graph.third_party.keys().map(String::as_str);
    let top = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let others: BTreeSet<String> = app.chain(foreign).map(top).collect();
    let mut missing = missing_in_words(&plan.missing);
    missing.retain(|name, _| !others.contains(name.as_str()));
    missing
}

fn check_budget(
    plan: &Plan,
    zip: &[u8],
    forms: &[Artifact],
    entries: &[Entry],
) -> Result<(), PackError> {
    let budget = plan.profile.budget.of(plan.profile.payload);
    let forms = [
        ("the zip", Some(zip), budget.zip),
        ("the .zip.br", find_brotli(forms), budget.brotli),
    ];
    for (form, bytes, budget) in forms {
        let over = bytes.map(ByteSize::of).zip(budget);
        if let Some((size, budget)) = over.filter(|(size, budget)| size > budget) {
            let savings = largest_retained(plan, &SizeAnalysis::new(plan, entries, size));
            return Err(PackError::Budget {
                artifact: form,
                size,
                budget,
                savings,
            });
        }
    }
    Ok(())
}

/// The files with these paths in the library, and the app's.
pub(super) fn read_files<'a>(
    stdlib: &Stdlib,
    apps: &[App],
    paths: impl Iterator<Item = &'a String>,
) -> Vec<PathBuf> {
    let files = paths.filter_map(|path| stdlib.file(path));
    let apps = apps.iter().flat_map(App::files);
    files.chain(apps).collect()
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
