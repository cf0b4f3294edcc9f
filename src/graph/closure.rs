//! Computes the closure of a set of entry points.

use std::collections::{BTreeMap, BTreeSet};

use super::ImportGraph;
use super::context::{AnalysisContext, EntryPoint, ModuleProvider};
use super::import_failure::ImportFailure;
use super::importability::{declared_failures, mark_unimportable};
use super::reachability::Reachability;
use crate::profile::Closure;
use crate::types::ModuleName;

/// Builds the import graph reachable from `entry_points`, without the modules that turn out to be unimportable. Those
/// that are `known` to be so need not be found again.
///
/// Unimportable modules decide which `except` clauses run, hence which modules are reached, and these may be
/// unimportable in turn. The search is repeated until it finds no more of them. It terminates, because each round finds
/// at least one.
///
/// # Errors
/// If a source cannot be read.
pub fn build_graph<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    entry_points: &[EntryPoint],
    closure: Closure,
    known: &BTreeMap<ModuleName, ImportFailure>,
) -> Result<ImportGraph, S::Error> {
    let declared = declared_failures(context);
    let mut unimportable = known.clone();
    unimportable.extend(declared.clone());
    let mut imported = BTreeSet::new();
    loop {
        let mut graph = Reachability::new(context, &unimportable, closure).run(entry_points)?;
        imported.append(&mut graph.imported_unimportable);
        let previous = unimportable.len();
        let reached: Vec<ModuleName> = graph.modules().map(|node| node.name.clone()).collect();
        mark_unimportable(context, &reached, &mut unimportable);
        if unimportable.len() == previous {
            // Those that nothing imports do not matter.
            graph.unimportable.retain(|name, _| {
                !declared.contains_key(name) || known.contains_key(name) || imported.contains(name)
            });
            return Ok(graph);
        }
    }
}
