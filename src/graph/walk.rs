//! The walk from the seeds along the imports that a closure follows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use petgraph::graph::{DiGraph, NodeIndex};

use super::broken::{Failure, find_broken};
use super::fold::{Folded, Liveness};
use super::resolve::{Origin, Resolved};
use super::world::{Modules, Seed, World};
use super::{Edge, ImportGraph, Node, Reason, everything, import_time};
use crate::manifest::HiddenImport;
use crate::profile::Closure;
use crate::scan::{ImportSite, Place};
use crate::types::ModuleName;

/// Reaches from `seeds` all that `closure` follows, leaving out what turns out to be broken.
///
/// What is broken decides which handlers run, and so what else is reached, and so what is broken:
/// the walk is repeated until nothing more breaks. Each round breaks at least one module more, so
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
        let graph = Walk::new(world, seeds, closure, &broken).run(seeds)?;
        let known = broken.len();
        let reached: Vec<ModuleName> = graph.modules().map(|node| node.name.clone()).collect();
        find_broken(world, &reached, &mut broken);
        if broken.len() == known {
            return Ok(ImportGraph { broken, ..graph });
        }
    }
}

struct Walk<'a, S: Modules> {
    world: &'a World<'a, S>,
    closure: Closure,
    broken: &'a BTreeMap<ModuleName, Failure>,
    /// Modules whose own functions the user asked for.
    asked_for: BTreeSet<&'a ModuleName>,
    /// Modules that those import when they are imported: their implementation.
    implementation: BTreeSet<ModuleName>,
    found: ImportGraph,
    /// Reached modules whose imports are not followed yet.
    wave: Vec<NodeIndex>,
}

impl<'a, S: Modules> Walk<'a, S> {
    fn new(
        world: &'a World<'a, S>,
        seeds: &'a [Seed],
        closure: Closure,
        broken: &'a BTreeMap<ModuleName, Failure>,
    ) -> Self {
        let mut graph = DiGraph::new();
        let name = ModuleName::start();
        let start = graph.add_node(Node {
            name,
            origin: Origin::Start,
        });
        let with_functions = seeds.iter().filter(|seed| seed.with_functions);
        Self {
            world,
            closure,
            broken,
            asked_for: with_functions.map(|seed| &seed.module).collect(),
            implementation: BTreeSet::new(),
            found: ImportGraph {
                graph,
                start,
                broken: BTreeMap::new(),
                foreign: BTreeMap::new(),
                index: HashMap::new(),
                found_by: HashMap::new(),
            },
            wave: Vec::new(),
        }
    }

    fn run(mut self, seeds: &[Seed]) -> Result<ImportGraph, S::Error> {
        for seed in seeds {
            let edge = Edge {
                reason: seed.reason.clone(),
                line: 0,
            };
            self.reach(
                self.found.start,
                self.world.resolve(seed.module.as_str()),
                edge,
            );
        }
        self.hidden(self.found.start, &ModuleName::builtins(), &Edge::at_import);
        while !self.wave.is_empty() {
            let wave = std::mem::take(&mut self.wave);
            let names: Vec<ModuleName> = wave
                .iter()
                .map(|&index| self.found.graph[index].name.clone())
                .collect();
            self.world.stdlib.prepare(&names)?;
            for (index, name) in wave.into_iter().zip(&names) {
                self.expand(index, name);
            }
        }
        Ok(self.found)
    }

    /// Follows the imports of one module.
    fn expand(&mut self, index: NodeIndex, name: &ModuleName) {
        if let Some(parent) = name.parent() {
            let edge = Edge {
                reason: Reason::Parent,
                line: 0,
            };
            self.reach(index, self.world.resolve(parent.as_str()), edge);
        }
        self.hidden(index, name, &Edge::at_import);
        if self.follows_calls(name) {
            self.hidden(index, name, &Edge::at_call);
        }
        let Some(Ok(summary)) = self.world.summary(name) else {
            return;
        };
        let asked_for = self.asked_for.contains(name);
        for (place, site) in summary.imports.iter().enumerate() {
            let folded = Folded {
                world: self.world,
                module: name,
                summary,
                broken: self.broken,
            };
            let Some(live) = folded.liveness(site.guard, place) else {
                continue;
            };
            if self.follows(site, asked_for) {
                self.follow(index, name, site, live);
            }
        }
    }

    fn follow(&mut self, index: NodeIndex, name: &ModuleName, site: &ImportSite, live: Liveness) {
        let reason = match &site.place {
            Place::Function(function) => Reason::Lazy(function.clone()),
            Place::FirstUse => Reason::Lazy(String::new()),
            Place::Body if live.optional || !live.certain => Reason::Optional,
            Place::Body => Reason::Eager,
        };
        for (target, _) in self.world.targets(name, &site.import) {
            if let (Resolved::Unknown(unknown), Origin::App) =
                (&target, &self.found.graph[index].origin)
            {
                let first = (name.clone(), site.line);
                self.found.foreign.entry(unknown.clone()).or_insert(first);
            }
            if let (Resolved::Module(module, _), true) = (&target, self.asked_for.contains(name)) {
                self.implementation.insert(module.clone());
            }
            self.reach(
                index,
                target,
                Edge {
                    reason: reason.clone(),
                    line: site.line,
                },
            );
        }
    }

    fn follows(&self, site: &ImportSite, asked_for: bool) -> bool {
        match self.closure {
            Closure::Everything => everything::follows(site),
            Closure::ImportTime | Closure::Reachable => import_time::follows(site, asked_for),
        }
    }

    /// Whether imports count that calls make and sources do not show. What the interpreter itself
    /// imports on some call (`breakpoint()`) belongs to nobody's implementation.
    fn follows_calls(&self, name: &ModuleName) -> bool {
        if *name == ModuleName::builtins() {
            return false;
        }
        self.closure == Closure::Everything
            || self.asked_for.contains(name)
            || self.implementation.contains(name)
    }

    /// Follows the imports of `from` that its source does not show, as far as `edge` wants them.
    fn hidden(
        &mut self,
        index: NodeIndex,
        from: &ModuleName,
        edge: &dyn Fn(&HiddenImport) -> Option<Edge>,
    ) {
        let world = self.world;
        for hidden in world.hidden.get(from).into_iter().flatten() {
            let Some(edge) = edge(hidden) else { continue };
            for to in &hidden.to {
                for name in world.called(to) {
                    self.reach(index, world.resolve(&name), edge.clone());
                }
            }
        }
    }

    /// Adds an edge to what was found, and the module to the next wave if it is new.
    fn reach(&mut self, from: NodeIndex, to: Resolved, edge: Edge) {
        let (name, origin) = match to {
            Resolved::Module(name, origin) => (name, origin),
            Resolved::Uncertain(name) => (name, Origin::C),
            Resolved::Unavailable(..) | Resolved::Unknown(_) => return,
        };
        if self.broken.contains_key(&name) {
            return;
        }
        let found = &mut self.found;
        let index = if let Some(&index) = found.index.get(&name) {
            index
        } else {
            let index = found.graph.add_node(Node {
                name: name.clone(),
                origin,
            });
            found.index.insert(name, index);
            found.found_by.insert(index, (from, edge.clone()));
            self.wave.push(index);
            index
        };
        found.graph.add_edge(from, index, edge);
    }
}
