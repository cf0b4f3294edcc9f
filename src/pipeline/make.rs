//! From the selection to the files of a bundle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rayon::prelude::*;

use super::forms::{FormFile, make_forms, wanted};
use super::receipt::{Packed, packed_path, receipt};
use super::said::reasons;
use super::savings::savings;
use super::{Observer, PackError, Plan, Shares, Stage, Stages};
use crate::app::App;
use crate::bundle::{Companions, Entry, Form, Output, Totals, stubs, zip};
use crate::compile::{Cache, Compiler, Source};
use crate::manifest::DataFiles;
use crate::profile::{Compression, Payload};
use crate::stdlib::{Kind, Stdlib};
use crate::strip::Stripper;
use crate::types::{ByteSize, ModuleName};

/// A finished bundle, not yet written.
#[derive(Debug)]
pub struct Bundle {
    /// `python313`: its files' names up to their endings.
    pub stem: String,
    /// The zip.
    pub zip: Vec<u8>,
    /// Its compressed forms.
    pub forms: Vec<FormFile>,
    /// The receipt.
    pub receipt: String,
    /// What tells of its files, and is written with them.
    pub companions: Companions,
    /// Counts and sizes.
    pub totals: Totals,
    /// How many modules were compiled, now or before.
    pub compiled: usize,
    /// How many of them were found in the cache.
    pub cached: usize,
    /// What there is to say.
    pub warnings: Vec<String>,
    /// One line for each module: why it is there.
    pub reasons: Vec<String>,
    /// What a program may ask for in vain, with the reasons.
    pub missing: BTreeMap<ModuleName, String>,
    /// Files that it was made from: the library's and the app's.
    pub reads: Vec<PathBuf>,
}

impl Bundle {
    /// Size of the brotli form, if it has one.
    pub fn brotli_size(&self) -> Option<ByteSize> {
        brotli_of(&self.forms).map(ByteSize::of)
    }
}

/// The bytes of the brotli form, if it is among them.
fn brotli_of(forms: &[FormFile]) -> Option<&[u8]> {
    let ending = Form::Whole(Compression::Brotli).ending();
    let form = forms.iter().find(|form| form.ending == ending);
    form.map(|form| &form.bytes[..])
}

/// The modules of a bundle as they go into the zip.
pub struct Compiled {
    /// Their files.
    pub entries: Vec<Entry>,
    /// How many were found in the cache.
    cached: usize,
}

/// Compiles what was decided.
///
/// # Errors
/// When a module does not compile, or the build Python fails.
pub fn compile(
    plan: &Plan,
    cache: &Cache,
    workers: usize,
    observer: &dyn Observer,
    stages: &mut Stages,
) -> Result<Compiled, PackError> {
    stages.time(Stage::Compile, || payload(plan, cache, workers, observer))
}

/// Packs and compresses what was compiled.
///
/// # Errors
/// When a file cannot be read, or the budget is exceeded.
pub fn finish(
    plan: &Plan,
    compiled: &Compiled,
    cache: &Cache,
    observer: &dyn Observer,
    stages: &mut Stages,
) -> Result<Bundle, PackError> {
    let mut entries = compiled.entries.clone();
    let cached = compiled.cached;
    let compiled = match plan.profile.payload {
        Payload::Bytecode => plan.sources.len(),
        Payload::Source => 0,
    };
    let packed: Packed = entries
        .iter()
        .map(|entry| (entry.path.clone(), Output::of(&entry.bytes)))
        .collect();
    entries.extend(data_files(plan)?);
    if plan.profile.missing_module_stubs {
        entries.extend(stubs(&of_nobody_else(plan)));
    }
    let zip = stages.time(Stage::Zip, || zip(&entries))?;
    let forms = wanted(plan);
    let forms = if forms.is_empty() {
        Vec::new()
    } else {
        let make = || make_forms(&forms, &zip, &entries, cache, observer);
        stages.time(Stage::Compress, make)?
    };
    within_budget(plan, &zip, &forms, &entries)?;
    let stem = format!("python{}", plan.target.version.tag());
    let totals = totals(plan, &packed);
    let receipt = receipt(plan, &stem, &zip, &forms, &packed, totals.clone())?;
    Ok(Bundle {
        stem,
        zip,
        forms,
        receipt,
        companions: plan.companions,
        totals,
        compiled,
        cached,
        warnings: plan.warnings.clone(),
        reasons: reasons(&plan.selection),
        missing: plan.missing.clone(),
        reads: read_files(&plan.stdlib, &plan.apps, plan.stdlib.reads().keys()),
    })
}

/// The kept modules as they go into the zip.
fn payload(
    plan: &Plan,
    cache: &Cache,
    workers: usize,
    observer: &dyn Observer,
) -> Result<Compiled, PackError> {
    let payload = plan.profile.payload;
    let (mut entries, mut places, mut sources) = (Vec::new(), Vec::new(), Vec::new());
    for (name, kept) in &plan.selection.kept {
        let path = packed_path(kept, payload);
        if kept.kind == Kind::Namespace {
            let bytes = Vec::new();
            entries.push(Entry { path, bytes });
            continue;
        }
        let source = plan.sources.get(name).cloned();
        let lost = || PackError::Internal(format!("the source of {name} was not read"));
        places.push(path);
        sources.push(Source {
            path: kept.path.clone(),
            source: source.ok_or_else(lost)?,
            runs: plan.graph.run_modules.contains(name),
        });
    }
    let stripper = Stripper {
        strip: &plan.profile.strip,
        target: &plan.target,
    };
    if payload == Payload::Source {
        let stripped = sources.par_iter().map(|source| {
            let stripped = stripper.strip_for_bundle(&source.source, source.runs);
            stripped.unwrap_or_else(|| source.source.to_vec())
        });
        let files = places.into_iter().zip(stripped.collect::<Vec<_>>());
        entries.extend(files.map(|(path, bytes)| Entry { path, bytes }));
        return Ok(Compiled { entries, cached: 0 });
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
    Ok(Compiled { entries, cached })
}

/// Data files of the kept packages that read some.
fn data_files(plan: &Plan) -> Result<Vec<Entry>, PackError> {
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

/// What is missing and nobody else is known to provide.
fn of_nobody_else(plan: &Plan) -> BTreeMap<ModuleName, String> {
    let app = plan.app_paths.keys().map(ModuleName::as_str);
    let foreign = plan.graph.third_party.keys().map(String::as_str);
    let top = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let others: BTreeSet<String> = app.chain(foreign).map(top).collect();
    let mut missing = plan.missing.clone();
    missing.retain(|name, _| !others.contains(name.as_str()));
    missing
}

fn within_budget(
    plan: &Plan,
    zip: &[u8],
    forms: &[FormFile],
    entries: &[Entry],
) -> Result<(), PackError> {
    let budget = plan.profile.budget.of(plan.profile.payload);
    let forms = [
        ("the zip", Some(zip), budget.zip),
        ("the brotli form", brotli_of(forms), budget.brotli),
    ];
    for (form, bytes, budget) in forms {
        let over = bytes.map(ByteSize::of).zip(budget);
        if let Some((size, budget)) = over.filter(|(size, budget)| size > budget) {
            let savings = savings(plan, &Shares::new(plan, entries, size));
            return Err(PackError::Budget {
                form,
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

fn totals(plan: &Plan, packed: &Packed) -> Totals {
    let kept = plan.selection.kept.values();
    let sources = plan.sources.values();
    Totals {
        modules: kept.filter(|kept| kept.kind != Kind::Namespace).count(),
        stdlib_modules: plan.library.modules,
        source_bytes: sources.map(|source| ByteSize::of(source)).sum(),
        stdlib_source_bytes: plan.library.source_bytes,
        packed_bytes: packed.values().map(|file| file.bytes).sum(),
    }
}
