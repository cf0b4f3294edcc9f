//! From the selection to the files of a bundle.

use std::collections::{BTreeMap, BTreeSet};

use super::receipt::{packed_path, receipt};
use super::said::reasons;
use super::{Observer, PackError, Plan, Stage, Stages};
use crate::bundle::{Entry, Totals, brotli, stubs, zip};
use crate::compile::{Cache, Compiler, Source, minify};
use crate::manifest::DataFiles;
use crate::profile::{Compression, Payload, Strip};
use crate::scan::{Decoded, decode};
use crate::stdlib::Kind;
use crate::types::{ByteSize, ModuleName, Sha256};

/// A finished bundle, not yet written.
#[derive(Debug)]
pub struct Bundle {
    /// `python313`: its files' names up to their endings.
    pub stem: String,
    /// The zip.
    pub zip: Vec<u8>,
    /// Its brotli form, if the profile wants one.
    pub brotli: Option<Vec<u8>>,
    /// The receipt.
    pub receipt: String,
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
}

/// Compiles, packs and compresses what was decided.
///
/// # Errors
/// When a module does not compile, the build Python fails, or the budget is exceeded.
pub fn make(
    plan: &Plan,
    cache: &Cache,
    workers: usize,
    observer: &dyn Observer,
    stages: &mut Stages,
) -> Result<Bundle, PackError> {
    let (mut entries, cached) =
        stages.time(Stage::Compile, || payload(plan, cache, workers, observer))?;
    let compiled = match plan.profile.payload {
        Payload::Bytecode => plan.sources.len(),
        Payload::Source => 0,
    };
    let packed: BTreeMap<String, u64> = entries
        .iter()
        .map(|entry| (entry.path.clone(), entry.bytes.len() as u64))
        .collect();
    entries.extend(data_files(plan)?);
    if plan.profile.stubs {
        entries.extend(stubs(&of_nobody_else(plan)));
    }
    let zip = stages.time(Stage::Zip, || zip(entries))?;
    let wants_brotli = plan.profile.compress.contains(&Compression::Brotli);
    let brotli = if wants_brotli {
        Some(stages.time(Stage::Brotli, || compress(&zip, cache, observer))?)
    } else {
        None
    };
    within_budget(plan, &zip, brotli.as_deref())?;
    let stem = format!("python{}", plan.target.version.tag());
    let totals = totals(plan, &packed);
    let receipt = receipt(
        plan,
        &stem,
        &zip,
        brotli.as_deref(),
        &packed,
        totals.clone(),
    )?;
    Ok(Bundle {
        stem,
        zip,
        brotli,
        receipt,
        totals,
        compiled,
        cached,
        warnings: plan.warnings.clone(),
        reasons: reasons(&plan.selection),
        missing: plan.missing.clone(),
    })
}

/// The kept modules as they go into the zip, and how many were found in the cache.
fn payload(
    plan: &Plan,
    cache: &Cache,
    workers: usize,
    observer: &dyn Observer,
) -> Result<(Vec<Entry>, usize), PackError> {
    let payload = plan.profile.payload;
    let mut entries = Vec::new();
    let mut sources = Vec::new();
    let mut places = Vec::new();
    for (name, kept) in &plan.selection.kept {
        let path = packed_path(kept, payload);
        if kept.kind == Kind::Namespace {
            entries.push(Entry {
                path,
                bytes: Vec::new(),
            });
            continue;
        }
        let source = plan
            .sources
            .get(name)
            .cloned()
            .ok_or_else(|| PackError::Internal(format!("the source of {name} was not read")))?;
        if payload == Payload::Source {
            entries.push(Entry {
                path,
                bytes: stripped(&source, &plan.profile.strip),
            });
        } else {
            places.push(path);
            sources.push(Source {
                path: kept.path.clone(),
                source,
            });
        }
    }
    let compiler = Compiler {
        python: &plan.python,
        cache,
        optimize: plan.profile.optimize,
        strip: &plan.profile.strip,
        workers,
    };
    observer.begin(Stage::Compile, sources.len() as u64, "modules");
    let compiled = compiler.compile(&sources, &|| observer.advance(1));
    observer.end();
    let compiled = compiled?;
    let files = places.into_iter().zip(compiled.files);
    entries.extend(files.map(|(path, bytes)| Entry { path, bytes }));
    Ok((entries, compiled.cached))
}

/// A source as the profile wants it: with `docstrings` stripped, comments and depth of indentation go too. What our
/// parser rejects stays as it is.
fn stripped(source: &[u8], strip: &[Strip]) -> Vec<u8> {
    let minified = match decode(source.to_vec()) {
        Decoded::Text(text) if strip.contains(&Strip::Docstrings) => minify(&text),
        _ => None,
    };
    minified.map_or_else(|| source.to_vec(), String::into_bytes)
}

/// Data files of the kept packages that read some.
fn data_files(plan: &Plan) -> Result<Vec<Entry>, PackError> {
    let wanted = |files: &&DataFiles| plan.selection.kept.contains_key(&files.module);
    let mut entries = Vec::new();
    for files in plan.target.data_files.iter().filter(wanted) {
        let folder = files.module.as_str().replace('.', "/") + "/";
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
    let foreign = plan.graph.foreign.keys().map(String::as_str);
    let top = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let others: BTreeSet<String> = app.chain(foreign).map(top).collect();
    let mut missing = plan.missing.clone();
    missing.retain(|name, _| !others.contains(name.as_str()));
    missing
}

fn compress(zip: &[u8], cache: &Cache, observer: &dyn Observer) -> Result<Vec<u8>, PackError> {
    let key = Sha256::of_parts([crate::bundle::BROTLI_RECIPE.as_bytes(), zip]);
    if let Some(known) = cache.get(key) {
        return Ok(known);
    }
    observer.begin(Stage::Brotli, zip.len() as u64, "bytes");
    let packed = brotli(zip, &|done| observer.advance(done as u64));
    observer.end();
    let packed = packed.map_err(PackError::Brotli)?;
    cache.put(key, &packed);
    Ok(packed)
}

fn within_budget(plan: &Plan, zip: &[u8], brotli: Option<&[u8]>) -> Result<(), PackError> {
    let budget = plan.profile.budget;
    let forms = [
        ("the zip", Some(zip), budget.zip),
        ("the brotli form", brotli, budget.brotli),
    ];
    for (form, bytes, budget) in forms {
        if let (Some(bytes), Some(budget)) = (bytes, budget) {
            let size = ByteSize::of(bytes);
            if size > budget {
                return Err(PackError::Budget { form, size, budget });
            }
        }
    }
    Ok(())
}

fn totals(plan: &Plan, packed: &BTreeMap<String, u64>) -> Totals {
    let kept = plan.selection.kept.values();
    let sources = plan.sources.values();
    Totals {
        modules: kept.filter(|kept| kept.kind != Kind::Namespace).count(),
        stdlib_modules: plan.library.modules,
        source_bytes: sources.map(|source| ByteSize::of(source)).sum(),
        stdlib_source_bytes: plan.library.source_bytes,
        packed_bytes: ByteSize(packed.values().sum()),
    }
}
