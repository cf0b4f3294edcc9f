//! Computes the closure of a set of entry points.

use std::collections::BTreeMap;

use super::ImportGraph;
use super::context::{AnalysisContext, EntryPoint, ModuleProvider};
use super::importability::mark_unimportable;
use super::reachability::Reachability;
use crate::profile::Closure;
use crate::types::ModuleName;

/// Builds the import graph reachable from `entry_points`, without the modules that turn out to be unimportable.
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
) -> Result<ImportGraph, S::Error> {
    let mut unimportable = BTreeMap::new();
    loop {
        let graph = Reachability::new(context, &unimportable, closure).run(entry_points)?;
        let previous = unimportable.len();
        let reached: Vec<ModuleName> = graph.modules().map(|node| node.name.clone()).collect();
        mark_unimportable(context, &reached, &mut unimportable);
        if unimportable.len() == previous {
            return Ok(graph);
        }
    }
}
