//! The closure of a set of seeds.

use std::collections::BTreeMap;

use super::ImportGraph;
use super::broken::find_broken;
use super::reachable::Reachable;
use super::walk::Walk;
use super::world::{Modules, Seed, World};
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
pub fn close<S: Modules>(
    world: &World<'_, S>,
    seeds: &[Seed],
    closure: Closure,
) -> Result<ImportGraph, S::Error> {
    let mut broken = BTreeMap::new();
    loop {
        let graph = match closure {
            Closure::Reachable => Reachable::new(world, &broken).run(seeds)?,
            _ => Walk::new(world, seeds, closure, &broken).run(seeds)?,
        };
        let known = broken.len();
        let reached: Vec<ModuleName> = graph.modules().map(|node| node.name.clone()).collect();
        find_broken(world, &reached, &mut broken);
        if broken.len() == known {
            return Ok(graph);
        }
    }
}
