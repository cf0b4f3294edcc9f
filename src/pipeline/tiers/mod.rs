//! Splits a bundle into tiers, and adds the modules that find what lies in the further ones.

mod zips;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

pub(super) use self::zips::{TierZip, build_tier_zips, encode_tier_zips, tiers_of_files};
use super::module_provider::ScannedStdlib;
use super::{Inputs, PackError};
use crate::explain::KeptBecause;
use crate::graph::{AnalysisContext, EdgeKind, EntryPoint, ImportGraph, build_graph};
use crate::profile::{Closure, Tiers};
use crate::recording::RecordingFile;
use crate::select::{KeptModule, Selection, select_modules};
use crate::stdlib::ModuleKind;
use crate::types::{ModuleName, Tier};

/// The module that `site` imports when an interpreter starts: it imports the finder.
const SITECUSTOMIZE: &str = "sitecustomize";

/// Puts the modules of `selection` that are not in the tier `start` into the tier `later`, and adds the tier `rest`. The
/// functions that may read annotations and the run modules of the tier `rest` are added to `graph`.
///
/// # Errors
/// If a module cannot be read.
pub(super) fn split_into_tiers(
    context: &AnalysisContext<'_, ScannedStdlib<'_>>,
    inputs: &Inputs,
    tiers: &Tiers,
    required: &[EntryPoint],
    graph: &mut ImportGraph,
    selection: &mut Selection,
) -> Result<(), PackError> {
    for kept in selection.kept.values_mut() {
        kept.tier = Tier::Later;
    }
    if tiers.rest {
        add_rest(context, inputs, required, graph, selection)?;
    }
    for name in start_modules(context, inputs, required, graph)? {
        if let Some(kept) = selection.kept.get_mut(&name) {
            kept.tier = Tier::Start;
        }
    }
    Ok(())
}

/// Returns the modules of the tier `start`, also those that are not in the library.
fn start_modules(
    context: &AnalysisContext<'_, ScannedStdlib<'_>>,
    inputs: &Inputs,
    required: &[EntryPoint],
    whole: &ImportGraph,
) -> Result<BTreeSet<ModuleName>, PackError> {
    let import_closure = |entry_points: &[EntryPoint]| -> Result<BTreeSet<ModuleName>, PackError> {
        let closure = Closure::ImportTime;
        let graph = build_graph(context, entry_points, closure, &whole.unimportable)?;
        Ok(graph.modules().map(|node| node.name.clone()).collect())
    };
    let Some(RecordingFile { recording, .. }) = &inputs.start_recording else {
        return import_closure(required);
    };
    let mut modules: BTreeSet<ModuleName> = recording.loaded().collect();
    if recording.platform == inputs.target.sys_platform {
        modules.extend(recording.startup_modules.iter().cloned());
    } else {
        // An interpreter of another platform starts with other modules.
        let is_startup = |entry: &&EntryPoint| entry.kind == EdgeKind::Startup;
        let startup: Vec<EntryPoint> = required.iter().filter(is_startup).cloned().collect();
        modules.extend(import_closure(&startup)?);
    }
    let packages: Vec<ModuleName> = modules.iter().flat_map(ModuleName::ancestors).collect();
    modules.extend(packages);
    Ok(modules)
}

/// Adds the tier `rest` to `selection`.
fn add_rest(
    context: &AnalysisContext<'_, ScannedStdlib<'_>>,
    inputs: &Inputs,
    required: &[EntryPoint],
    graph: &mut ImportGraph,
    selection: &mut Selection,
) -> Result<(), PackError> {
    let Inputs {
        profile, stdlib, ..
    } = inputs;
    let included = stdlib.modules().keys();
    let included = included.filter(|name| profile.exclude.first_match_unneeded(name).is_none());
    let included = included.map(|name| EntryPoint {
        module: name.clone(),
        kind: EdgeKind::Root,
        all_functions_live: false,
        called_functions: Vec::new(),
    });
    let all: Vec<EntryPoint> = required.iter().cloned().chain(included).collect();
    let all = build_graph(context, &all, profile.closure, &graph.unimportable)?;
    let rest = select_modules(&all, stdlib, profile, context.target);
    for (name, kept) in rest.kept {
        selection.kept.entry(name).or_insert(KeptModule {
            tier: Tier::Rest,
            because: KeptBecause::Rest,
            ..kept
        });
    }
    selection.dropped = rest.dropped;
    graph.annotation_readers.extend(all.annotation_readers);
    graph.run_modules.extend(all.run_modules);
    Ok(())
}

/// Adds the modules that find those of the further tiers to a selection. Returns their sources.
///
/// A `sitecustomize` of the library makes way for the generated one.
///
/// # Errors
/// If a name is not that of a module.
pub(super) fn add_finder(
    selection: &mut Selection,
) -> Result<BTreeMap<ModuleName, Arc<[u8]>>, PackError> {
    let modules = [
        (Tier::FINDER, finder_source(selection)),
        (SITECUSTOMIZE, include_str!("sitecustomize.py").to_owned()),
    ];
    let mut sources = BTreeMap::new();
    for (name, source) in modules {
        let module = ModuleName::new(name);
        let module = module.map_err(|error| PackError::Internal(error.to_string()))?;
        let kept = KeptModule {
            path: format!("{name}.py"),
            kind: ModuleKind::Module,
            because: KeptBecause::TierFinder,
            tier: Tier::Start,
        };
        selection.dropped.remove(&module);
        selection.kept.insert(module.clone(), kept);
        sources.insert(module, source.into_bytes().into());
    }
    Ok(sources)
}

/// Returns the source of the finder, with the names of the modules in the further tiers.
fn finder_source(selection: &Selection) -> String {
    let mut tiers = String::from("TIERS = {");
    for tier in Tier::FURTHER {
        let kept = selection.kept.iter();
        let kept = kept.filter(|(name, kept)| kept.tier == tier && name.as_str() != SITECUSTOMIZE);
        let names: Vec<String> = kept
            .filter_map(|(name, kept)| match kept.kind {
                ModuleKind::Module => Some(name.to_string()),
                ModuleKind::Package => Some(format!("{name}.")),
                // Its folder is that of modules in it.
                ModuleKind::Namespace => None,
            })
            .collect();
        if !names.is_empty() {
            let _ = write!(tiers, "\"{tier}\": \"{}\", ", names.join(" "));
        }
    }
    tiers.push('}');
    include_str!("finder.py").replacen("TIERS = {}", &tiers, 1)
}
