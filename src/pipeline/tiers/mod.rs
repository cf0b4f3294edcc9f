//! Splits a bundle into tiers, and adds the modules that find what lies in the further ones.

mod zips;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

pub(super) use self::zips::{TierZip, build_tier_zips, encode_tier_zips, tiers_of_files};
use super::PackError;
use super::module_provider::ScannedStdlib;
use crate::explain::KeptBecause;
use crate::graph::{AnalysisContext, EdgeKind, EntryPoint, ImportGraph, build_graph};
use crate::profile::{Closure, Profile, StartTier, Tiers};
use crate::select::{KeptModule, Selection, select_modules};
use crate::stdlib::{ModuleKind, Stdlib};
use crate::types::{ModuleName, Tier};

/// The module that `site` imports when an interpreter starts: it imports the finder.
const SITECUSTOMIZE: &str = "sitecustomize";

/// Puts what `required` does not import at import time into the tier `later`, and adds the tier `rest` to `selection`. The
/// functions that may read annotations and the run modules of the tier `rest` are added to `graph`.
///
/// # Errors
/// If a module cannot be read.
pub(super) fn split_into_tiers(
    context: &AnalysisContext<'_, ScannedStdlib<'_>>,
    (profile, stdlib): (&Profile, &Stdlib),
    tiers: Tiers,
    required: &[EntryPoint],
    graph: &mut ImportGraph,
    selection: &mut Selection,
) -> Result<(), PackError> {
    let StartTier::ImportTime = tiers.start;
    let start = build_graph(context, required, Closure::ImportTime)?;
    for (name, kept) in &mut selection.kept {
        if start.origin(name).is_none() {
            kept.tier = Tier::Later;
        }
    }
    if !tiers.rest {
        return Ok(());
    }
    let included = stdlib.modules().keys();
    let included = included.filter(|name| profile.exclusion_of(name).is_none());
    let included = included.map(|name| EntryPoint {
        module: name.clone(),
        kind: EdgeKind::Root,
        all_functions_live: false,
        called_functions: Vec::new(),
    });
    let all: Vec<EntryPoint> = required.iter().cloned().chain(included).collect();
    let all = build_graph(context, &all, profile.closure)?;
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
