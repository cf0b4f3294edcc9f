//! Compiles the selected modules.

use std::sync::Arc;

use rayon::prelude::*;

use super::app_zip::{CompiledAppZip, compile_app_zip};
use super::{PackError, Plan, Reporter, Stage, Timings};
use crate::bundle::{Entry, entry_path};
use crate::cache::Cache;
use crate::compile::{CompileInput, Compiler};
use crate::profile::Payload;
use crate::stdlib::ModuleKind;
use crate::strip::Stripper;

/// The compiled modules of a bundle.
pub struct CompiledEntries {
    /// The entries of the zip for the modules.
    pub entries: Vec<Entry>,
    /// The modules of `app.zip`, if it is written.
    pub(super) app: Option<CompiledAppZip>,
    /// The number of modules that came from the cache.
    pub(super) cached: usize,
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
        let missing_source = || PackError::Internal(format!("the source of {name} was not read"));
        let source = plan.sources.get(name).ok_or_else(missing_source)?;
        let unneeded = plan.unneeded.get(name);
        let needed = unneeded.and_then(|unneeded| unneeded.remove_from(source));
        paths.push(path);
        sources.push(CompileInput {
            path: kept.path.clone(),
            source: needed.map_or_else(|| Arc::clone(source), Arc::from),
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
