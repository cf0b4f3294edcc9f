//! The walk from the seeds along imports, module by module: the closures that ask of each import
//! only what kind it is.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;

use super::annotations::readers;
use super::failure::Failure;
use super::fold::{Folded, Liveness};
use super::found::Found;
use super::resolve::Resolved;
use super::world::{Modules, RUNNER, Seed, World};
use super::{Edge, Function, ImportGraph, Reason, everything, import_time};
use crate::manifest::HiddenImport;
use crate::profile::Closure;
use crate::scan::{Import, ImportSite, ModuleSummary, Place};
use crate::types::ModuleName;

pub(super) struct Walk<'a, S: Modules> {
    world: &'a World<'a, S>,
    closure: Closure,
    broken: &'a BTreeMap<ModuleName, Failure>,
    /// Modules whose functions count: the app's.
    asked_for: BTreeSet<&'a ModuleName>,
    found: Found,
    /// Modules that are run, not only imported.
    run: BTreeSet<ModuleName>,
    /// Reached modules whose imports are not followed yet.
    wave: Vec<NodeIndex>,
}

impl<'a, S: Modules> Walk<'a, S> {
    pub(super) fn new(
        world: &'a World<'a, S>,
        seeds: &'a [Seed],
        closure: Closure,
        broken: &'a BTreeMap<ModuleName, Failure>,
    ) -> Self {
        let with_functions = seeds.iter().filter(|seed| seed.with_functions);
        Self {
            world,
            closure,
            broken,
            asked_for: with_functions.map(|seed| &seed.module).collect(),
            run: seeds.iter().filter_map(Seed::run).cloned().collect(),
            found: Found::new(),
            wave: Vec::new(),
        }
    }

    pub(super) fn run(mut self, seeds: &[Seed]) -> Result<ImportGraph, S::Error> {
        let start = self.found.start();
        for seed in seeds {
            let edge = Edge {
                reason: seed.reason.clone(),
                line: 0,
            };
            self.reach(start, &self.world.resolve(seed.module.as_str()), edge);
        }
        self.hidden(start, &ModuleName::builtins(), &Edge::at_import);
        while !self.wave.is_empty() {
            let wave = std::mem::take(&mut self.wave);
            let name = |&index: &NodeIndex| self.found.node(index).name.clone();
            let names: Vec<ModuleName> = wave.iter().map(name).collect();
            self.world.stdlib.prepare(&names)?;
            for (index, name) in wave.into_iter().zip(&names) {
                self.expand(index, name);
            }
        }
        let graph = self.found.finish(self.broken.clone());
        Ok(ImportGraph {
            run: self.run,
            annotation_readers: annotation_readers(self.world, &graph),
            ..graph
        })
    }

    /// Follows the imports of one module.
    fn expand(&mut self, index: NodeIndex, name: &ModuleName) {
        if let Some(parent) = name.parent() {
            let edge = Edge {
                reason: Reason::Parent,
                line: 0,
            };
            self.reach(index, &self.world.resolve(parent.as_str()), edge);
        }
        self.hidden(index, name, &Edge::at_import);
        if self.closure == Closure::Everything {
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
                run: self.run.contains(name),
            };
            let Some(live) = folded.liveness(site.guard, place) else {
                continue;
            };
            if self.follows(site, asked_for) {
                self.follow(index, name, (summary, site), live);
            }
        }
    }

    fn follow(
        &mut self,
        index: NodeIndex,
        name: &ModuleName,
        (summary, site): (&ModuleSummary, &ImportSite),
        live: Liveness,
    ) {
        let edge = Edge {
            reason: Reason::of_import(summary, site, live),
            line: site.line,
        };
        for (target, _) in self.world.targets(name, &site.import) {
            if summary.in_text(site) && matches!(target, Resolved::Unknown(_)) {
                continue;
            }
            self.reach(index, &target, edge.clone());
            if let (Import::Run(_), Resolved::Module(..)) = (&site.import, &target) {
                let runner = Edge {
                    reason: Reason::runner(),
                    line: site.line,
                };
                self.reach(index, &self.world.resolve(RUNNER), runner);
                self.run_module(index, &target, edge.clone());
            }
        }
    }

    /// A module is run: what only `__main__` does counts too.
    fn run_module(&mut self, from: NodeIndex, module: &Resolved, edge: Edge) {
        let Some(Resolved::Module(name, origin)) = self.world.main_of(module) else {
            return;
        };
        if self.run.insert(name.clone()) {
            let resolved = Resolved::Module(name, origin);
            if let Some((index, _)) = self.found.add(from, &resolved, edge, self.broken) {
                // It may have been followed as an imported module.
                self.wave.push(index);
            }
        }
    }

    fn follows(&self, site: &ImportSite, asked_for: bool) -> bool {
        match self.closure {
            Closure::Everything => everything::follows(site),
            Closure::ImportTime | Closure::Reachable => import_time::follows(site, asked_for),
        }
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
            for name in hidden.to.iter().flat_map(|to| world.called(to)) {
                self.reach(index, &world.dotted(&name), edge.clone());
            }
        }
    }

    fn reach(&mut self, from: NodeIndex, to: &Resolved, edge: Edge) {
        if let Some((index, true)) = self.found.add(from, to, edge, self.broken) {
            self.wave.push(index);
        }
    }
}

/// Functions of the modules of a graph that may read the annotations of others, if somebody calls them.
fn annotation_readers<S: Modules>(world: &World<'_, S>, graph: &ImportGraph) -> BTreeSet<Function> {
    let mut functions = BTreeSet::new();
    for name in graph.modules().map(|node| &node.name) {
        let Some(Ok(summary)) = world.summary(name) else {
            continue;
        };
        let scopes = readers(summary, world.app.contains_key(name));
        functions.extend(scopes.map(|scope| (name.clone(), summary.scope(scope).name.clone())));
    }
    functions
}

impl Reason {
    /// The reason that an import site is.
    pub(super) fn of_import(summary: &ModuleSummary, site: &ImportSite, live: Liveness) -> Self {
        match site.place {
            Place::Function(scope) => Self::Lazy(summary.scope(scope).name.clone()),
            Place::FirstUse => Self::Lazy(String::new()),
            Place::Body if live.optional || !live.certain => Self::Optional,
            Place::Body => Self::Eager,
        }
    }
}
