//! The closure of a set of seeds.

use std::collections::BTreeMap;

use super::ImportGraph;
use super::context::{AnalysisContext, EntryPoint, ModuleProvider};
use super::importability::mark_unimportable;
use super::reachability::Reachability;
use super::walk::Walk;
use crate::profile::Closure;
use crate::types::ModuleName;

/// Reaches from `seeds` all that `closure` follows, leaving out what turns out to be broken.
///
/// What is broken decides which handlers run, and so what else is reached, and so what is broken:
/// the search is repeated until nothing more breaks. Each round breaks at least one module more, so
/// there is an end to it.
///
/// # Errors
/// When a source cannot be read.
pub fn build_graph<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    entry_points: &[EntryPoint],
    closure: Closure,
) -> Result<ImportGraph, S::Error> {
    let mut broken = BTreeMap::new();
    loop {
        let graph = match closure {
            Closure::Reachable => Reachability::new(context, &broken).run(entry_points)?,
            _ => Walk::new(context, entry_points, closure, &broken).run(entry_points)?,
        };
        let known = broken.len();
        let reached: Vec<ModuleName> = graph.modules().map(|node| node.name.clone()).collect();
        mark_unimportable(context, &reached, &mut broken);
        if broken.len() == known {
            return Ok(graph);
        }
    }
}
