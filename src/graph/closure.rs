//! The closure of a set of entry points.

use std::collections::BTreeMap;

use super::ImportGraph;
use super::context::{AnalysisContext, EntryPoint, ModuleProvider};
use super::importability::mark_unimportable;
use super::reachability::Reachability;
use crate::profile::Closure;
use crate::types::ModuleName;

/// Builds the import graph reachable from `entry_points`, without the modules that turn out to be unimportable.
///
/// What cannot be imported decides which `except` clauses run, hence what else is reached, hence what else cannot be
/// imported: the search is repeated until it finds no more such modules. Each round finds at least one, so it ends.
///
/// # Errors
/// When a source cannot be read.
pub fn build_graph<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    entry_points: &[EntryPoint],
    closure: Closure,
) -> Result<ImportGraph, S::Error> {
    let mut unimportable = BTreeMap::new();
    loop {
        let graph = Reachability::new(context, &unimportable, closure).run(entry_points)?;
        let known = unimportable.len();
        let reached: Vec<ModuleName> = graph.modules().map(|node| node.name.clone()).collect();
        mark_unimportable(context, &reached, &mut unimportable);
        if unimportable.len() == known {
            return Ok(graph);
        }
    }
}
