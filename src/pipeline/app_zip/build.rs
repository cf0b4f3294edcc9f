//! Compiles and assembles `app.zip`.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{AppZipFile, AppZipPlan, ModuleContent, Owner};
use crate::bundle::{Entry, FileDigest, build_zip, entry_path};
use crate::cache::Cache;
use crate::compile::{CompileInput, CompiledModules, Compiler};
use crate::fs::limited::MAX_BUNDLE;
use crate::pipeline::artifacts::{ZipToEncode, encode_artifacts, whole_encodings};
use crate::pipeline::own_files::has_own_content;
use crate::pipeline::{Artifact, PackError, Plan, Reporter, Stage};
use crate::profile::{Optimize, Payload, Profile, Strip};
use crate::strip::Stripper;
use crate::types::{ByteSize, ModuleName};

/// The parts that no program can see when they are missing, except for its tracebacks.
const INVISIBLE: [Strip; 3] = [Strip::Columns, Strip::Lines, Strip::DeadBranches];

/// The modules of `app.zip`, compiled.
#[derive(Clone, Debug)]
pub(in crate::pipeline) struct CompiledAppZip {
    /// The entry of each module.
    pub(in crate::pipeline) entries: BTreeMap<ModuleName, Entry>,
    /// The number of modules that came from the cache.
    pub(in crate::pipeline) cached: usize,
}

/// Returns what is stripped from the modules in `app.zip`: what programs cannot see, and what the profile says.
fn strip_of(profile: &Profile) -> Vec<Strip> {
    let invisible = profile
        .strip
        .iter()
        .filter(|strip| INVISIBLE.contains(strip));
    let chosen = profile.output.app_strip.iter();
    let mut strip: Vec<Strip> = invisible.chain(chosen).copied().collect();
    strip.sort_unstable();
    strip.dedup();
    strip
}

/// Compiles the modules of `app.zip`, or strips their sources. A source that does not compile is packed as it is: then
/// importing it fails as it did before.
///
/// # Errors
/// If the build Python fails, or an extension module cannot be read.
pub(in crate::pipeline) fn compile_app_zip(
    plan: &Plan,
    app_zip: &AppZipPlan,
    cache: &Cache,
    workers: usize,
    reporter: &dyn Reporter,
) -> Result<CompiledAppZip, PackError> {
    let strip = strip_of(&plan.profile);
    let stripper = Stripper {
        strip: &strip,
        target: &plan.target,
    };
    let (mut entries, mut names, mut sources) = (BTreeMap::new(), Vec::new(), Vec::new());
    for (name, module) in &app_zip.modules {
        let path = module.path.clone();
        match &module.content {
            ModuleContent::Source(source) => {
                names.push(name.clone());
                sources.push(CompileInput {
                    path,
                    source: source.clone(),
                    // Any module of the app may be one that somebody runs.
                    may_be_main: module.owner != Owner::Dependency
                        || plan.graph.run_modules.contains(name),
                });
            }
            ModuleContent::OpenedSource(source) => {
                let bytes = source.to_vec();
                entries.insert(name.clone(), Entry { path, bytes });
            }
            ModuleContent::Extension(file) => {
                let bytes = read(plan, file)?;
                entries.insert(name.clone(), Entry { path, bytes });
            }
            ModuleContent::Namespace => {
                let bytes = Vec::new();
                entries.insert(name.clone(), Entry { path, bytes });
            }
        }
    }
    let payload = plan.profile.payload;
    if payload == Payload::Source {
        let stripped = sources.par_iter().map(|source| {
            let stripped = stripper.strip_for_bundle(&source.source, source.may_be_main);
            let bytes = stripped.unwrap_or_else(|| source.source.to_vec());
            let path = source.path.clone();
            Entry { path, bytes }
        });
        entries.extend(names.into_iter().zip(stripped.collect::<Vec<_>>()));
        let cached = 0;
        return Ok(CompiledAppZip { entries, cached });
    }
    let compiler = Compiler {
        python: &plan.python,
        cache,
        // Optimized code has no assertions and docstrings, which programs can see.
        optimize: Optimize::default(),
        stripper,
        workers,
    };
    reporter.begin(Stage::Compile, sources.len() as u64, "modules of the app");
    let compiled = compiler.compile_each(&sources, &|| reporter.advance(1));
    reporter.end();
    let CompiledModules { files, cached } = compiled?;
    for ((name, source), file) in names.into_iter().zip(sources).zip(files) {
        let entry = match file {
            Ok(bytes) => Entry {
                path: entry_path(&source.path, payload),
                bytes,
            },
            Err(_) => Entry {
                path: source.path,
                bytes: source.source.to_vec(),
            },
        };
        entries.insert(name, entry);
    }
    Ok(CompiledAppZip { entries, cached })
}

/// Reads a file that is copied into the zip.
fn read(plan: &Plan, file: &AppZipFile) -> Result<Vec<u8>, PackError> {
    match file {
        AppZipFile::OfApp(app, path) => match plan.apps.get(*app) {
            Some(app) => Ok(app.read(path)?),
            None => Err(PackError::Internal(format!("'{path}' is of no app"))),
        },
        AppZipFile::OfDependency(path) => Ok(plan.dependencies.read(path)?),
        AppZipFile::Generated(text) => Ok(text.clone().into_bytes()),
    }
}

/// The files of `app.zip` that are not modules, with their digests.
pub(in crate::pipeline) type AppZipData = BTreeMap<String, FileDigest>;

/// `app.zip`, and what is known of its contents.
pub(in crate::pipeline) struct AssembledAppZip {
    pub(in crate::pipeline) zip: Vec<u8>,
    pub(in crate::pipeline) artifacts: Vec<Artifact>,
    /// All entries of the zip.
    pub(in crate::pipeline) entries: Vec<Entry>,
    /// The files in the zip that are not modules.
    pub(in crate::pipeline) files: AppZipData,
}

/// Assembles `app.zip` and its artifacts.
///
/// # Errors
/// If a file cannot be read, or the zip is too large or cannot be compressed.
pub(in crate::pipeline) fn assemble_app_zip(
    plan: &Plan,
    app_zip: &AppZipPlan,
    compiled: &CompiledAppZip,
    cache: &Cache,
    reporter: &dyn Reporter,
) -> Result<AssembledAppZip, PackError> {
    let mut entries: Vec<Entry> = compiled.entries.values().cloned().collect();
    let mut data = AppZipData::new();
    let mut size: u64 = entries.iter().map(|entry| entry.bytes.len() as u64).sum();
    for (path, file) in &app_zip.files {
        let bytes = read(plan, file)?;
        if let AppZipFile::OfApp(app, file) = file {
            // A depfile that lists itself would be out of date at once.
            if has_own_content(file, &bytes) {
                continue;
            }
            if let Some(app) = plan.apps.get(*app) {
                app.record_read(file, &bytes);
            }
        }
        size += bytes.len() as u64;
        if ByteSize(size) > MAX_BUNDLE {
            let limit = MAX_BUNDLE;
            return Err(PackError::AppZipTooLarge { limit });
        }
        data.insert(path.clone(), FileDigest::of(&bytes));
        let path = path.clone();
        entries.push(Entry { path, bytes });
    }
    let zip = build_zip(&entries).map_err(PackError::Zip)?;
    let python = (plan.profile.payload == Payload::Bytecode).then_some(&plan.python);
    let to_encode = ZipToEncode {
        zip: &zip,
        entries: &entries,
        encodings: whole_encodings(plan),
    };
    let artifacts = encode_artifacts(&[to_encode], python, cache, reporter)?;
    let artifacts = artifacts.into_iter().flatten().collect();
    Ok(AssembledAppZip {
        zip,
        artifacts,
        entries,
        files: data,
    })
}
