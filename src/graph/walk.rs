//! The walk from the seeds along imports, module by module: the closures that ask of each import
//! only what kind it is.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;

use super::annotations::annotation_reading_scopes;
use super::branch_folding::{Liveness, ModuleView};
use super::builder::GraphBuilder;
use super::context::{AnalysisContext, EntryPoint, ModuleProvider, RUNPY};
use super::failure::ImportFailure;
use super::resolve::Resolved;
use super::{Edge, EdgeKind, Function, ImportGraph, everything, import_time};
use crate::manifest::HiddenImport;
use crate::profile::Closure;
use crate::scan::{Import, ImportSite, ModuleSummary, SitePlace};
use crate::types::ModuleName;

pub(super) struct Walk<'a, S: ModuleProvider> {
    context: &'a AnalysisContext<'a, S>,
    closure: Closure,
    broken: &'a BTreeMap<ModuleName, ImportFailure>,
    /// Modules whose functions count: the app's.
    asked_for: BTreeSet<&'a ModuleName>,
    found: GraphBuilder,
    /// Modules that are run, not only imported.
    run: BTreeSet<ModuleName>,
    /// Reached modules whose imports are not followed yet.
    frontier: Vec<NodeIndex>,
}

impl<'a, S: ModuleProvider> Walk<'a, S> {
    pub(super) fn new(
        context: &'a AnalysisContext<'a, S>,
        entry_points: &'a [EntryPoint],
        closure: Closure,
        broken: &'a BTreeMap<ModuleName, ImportFailure>,
    ) -> Self {
        let with_functions = entry_points
            .iter()
            .filter(|entry_point| entry_point.all_functions_live);
        Self {
            context,
            closure,
            broken,
            asked_for: with_functions
                .map(|entry_point| &entry_point.module)
                .collect(),
            run: entry_points
                .iter()
                .filter_map(EntryPoint::run)
                .cloned()
                .collect(),
            found: GraphBuilder::new(),
            frontier: Vec::new(),
        }
    }

    pub(super) fn run(mut self, entry_points: &[EntryPoint]) -> Result<ImportGraph, S::Error> {
        let start = self.found.start();
        for entry_point in entry_points {
            let edge = Edge {
                kind: entry_point.kind.clone(),
                line: 0,
            };
            self.reach(
                start,
                &self.context.resolve(entry_point.module.as_str()),
                edge,
            );
        }
        self.hidden(start, &ModuleName::builtins(), &Edge::at_import);
        while !self.frontier.is_empty() {
            let frontier = std::mem::take(&mut self.frontier);
            let name = |&index: &NodeIndex| self.found.node(index).name.clone();
            let names: Vec<ModuleName> = frontier.iter().map(name).collect();
            self.context.stdlib.prepare(&names)?;
            for (index, name) in frontier.into_iter().zip(&names) {
                self.expand(index, name);
            }
        }
        let graph = self.found.finish(self.broken.clone());
        Ok(ImportGraph {
            run_modules: self.run,
            annotation_readers: annotation_readers(self.context, &graph),
            ..graph
        })
    }

    /// Follows the imports of one module.
    fn expand(&mut self, index: NodeIndex, name: &ModuleName) {
        if let Some(parent) = name.parent() {
            let edge = Edge {
                kind: EdgeKind::Parent,
                line: 0,
            };
            self.reach(index, &self.context.resolve(parent.as_str()), edge);
        }
        self.hidden(index, name, &Edge::at_import);
        if self.closure == Closure::Everything {
            self.hidden(index, name, &Edge::at_call);
        }
        let Some(Ok(summary)) = self.context.summary(name) else {
            return;
        };
        let asked_for = self.asked_for.contains(name);
        for (place, site) in summary.imports.iter().enumerate() {
            let view = ModuleView {
                context: self.context,
                module: name,
                summary,
                unimportable: self.broken,
                is_main: self.run.contains(name),
            };
            let Some(live) = view.liveness(site.guard, place) else {
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
            kind: EdgeKind::of_import(summary, site, live),
            line: site.line,
        };
        for (target, _) in self.context.targets(name, &site.import) {
            if summary.is_in_string(site) && matches!(target, Resolved::Unknown(_)) {
                continue;
            }
            self.reach(index, &target, edge.clone());
            if let (Import::RunModule(_), Resolved::Module(..)) = (&site.import, &target) {
                let runner = Edge {
                    kind: EdgeKind::through_runpy(),
                    line: site.line,
                };
                self.reach(index, &self.context.resolve(RUNPY), runner);
                self.run_module(index, &target, edge.clone());
            }
        }
    }

    /// A module is run: what only `__main__` does counts too.
    fn run_module(&mut self, from: NodeIndex, module: &Resolved, edge: Edge) {
        let Some(Resolved::Module(name, origin)) = self.context.main_of(module) else {
            return;
        };
        if self.run.insert(name.clone()) {
            let resolved = Resolved::Module(name, origin);
            if let Some((index, _)) = self.found.add_import(from, &resolved, edge, self.broken) {
                // It may have been followed as an imported module.
                self.frontier.push(index);
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
        let context = self.context;
        for hidden in context.hidden_imports.get(from).into_iter().flatten() {
            let Some(edge) = edge(hidden) else { continue };
            for name in hidden.to.iter().flat_map(|to| context.expand_pattern(to)) {
                self.reach(index, &context.resolve_or_parent(&name), edge.clone());
            }
        }
    }

    fn reach(&mut self, from: NodeIndex, to: &Resolved, edge: Edge) {
        if let Some((index, true)) = self.found.add_import(from, to, edge, self.broken) {
            self.frontier.push(index);
        }
    }
}

/// Functions of the modules of a graph that may read the annotations of others, if somebody calls them.
fn annotation_readers<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    graph: &ImportGraph,
) -> BTreeSet<Function> {
    let mut functions = BTreeSet::new();
    for name in graph.modules().map(|node| &node.name) {
        let Some(Ok(summary)) = context.summary(name) else {
            continue;
        };
        let scopes = annotation_reading_scopes(summary, context.app.contains_key(name));
        functions.extend(scopes.map(|scope| (name.clone(), summary.scope(scope).name.clone())));
    }
    functions
}

impl EdgeKind {
    /// The reason that an import site is.
    pub(super) fn of_import(summary: &ModuleSummary, site: &ImportSite, live: Liveness) -> Self {
        match site.place {
            SitePlace::Function(scope) => Self::Lazy(summary.scope(scope).name.clone()),
            SitePlace::LazyStatement => Self::Lazy(String::new()),
            SitePlace::Body if live.optional || !live.certain => Self::Optional,
            SitePlace::Body => Self::Eager,
        }
    }
}
