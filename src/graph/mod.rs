//! The import graph: which module imports which, under which condition, and what is reachable.

mod annotations;
mod app_modules;
mod branch_folding;
mod builder;
mod closure;
mod codecs;
mod context;
mod cycles;
mod dominators;
mod evaluate;
mod import_chains;
mod import_failure;
mod importability;
mod reachability;
mod resolve;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

pub use app_modules::imported_app_modules;
pub use closure::build_graph;
pub use codecs::Codecs;
pub use context::{
    AnalysisContext, EntryPoint, ModuleProvider, RUNPY, app_references_any,
    find_possibly_shadowed_c_modules,
};
pub use dominators::DominatorTree;
pub use evaluate::{IsMain, evaluate};
pub use import_chains::ChainLink;
pub use import_failure::{ImportError, ImportFailure, UnavailableBecause};
pub use importability::{app_import_failure, lazy_import_failures, unimportable_modules};
pub use resolve::{Origin, Resolved};

use self::branch_folding::Liveness;
use crate::manifest::HiddenImport;
use crate::scan::{ImportSite, ModuleSummary, SitePlace};
use crate::types::ModuleName;

/// Why one module needs another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    /// The interpreter reads it when it starts.
    Startup,
    /// The profile or the command line names it.
    Root,
    /// The profile or the command line runs it, as `python -m` does.
    RunModule,
    /// It is the user's own code.
    App,
    /// An import that runs when the importer is imported.
    Eager,
    /// The same, in a `try` that survives its failure.
    Optional,
    /// An import inside a function.
    Lazy(String),
    /// A package is imported before what is in it.
    Parent,
    /// An import that the sources do not show; the evidence for it.
    Implicit(String),
}

impl EdgeKind {
    /// The reason in one word, as receipts have it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Startup => "startup",
            Self::Root => "root",
            Self::RunModule => "run-module",
            Self::App => "app",
            Self::Eager => "eager",
            Self::Optional => "optional",
            Self::Lazy(_) => "lazy",
            Self::Parent => "parent",
            Self::Implicit(_) => "implicit",
        }
    }

    /// The kind of edge that a followed import site is.
    fn of_import(summary: &ModuleSummary, site: &ImportSite, live: Liveness) -> Self {
        match site.place {
            SitePlace::Function(scope) => Self::Lazy(summary.scope(scope).name.clone()),
            SitePlace::LazyStatement => Self::Lazy(String::new()),
            SitePlace::Body if live.optional || !live.certain => Self::Optional,
            SitePlace::Body => Self::Eager,
        }
    }

    /// Why what runs other modules is needed.
    pub fn through_runpy() -> Self {
        Self::Implicit("modules are run by runpy: pymain_run_module in Modules/main.c".to_owned())
    }

    /// Which reason to tell when there are several: the plainest.
    fn precedence(&self) -> u8 {
        match self {
            Self::Startup => 0,
            Self::Root => 1,
            Self::RunModule => 2,
            Self::App => 3,
            Self::Eager => 4,
            Self::Parent => 5,
            Self::Optional => 6,
            Self::Lazy(_) => 7,
            Self::Implicit(_) => 8,
        }
    }

    /// The function that imports, or the evidence for an import that no source shows.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Lazy(detail) | Self::Implicit(detail) => Some(detail).filter(|d| !d.is_empty()),
            _ => None,
        }
        .map(String::as_str)
    }
}

/// An import: its reason and its line in the importer (0 where no line says it).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Why.
    pub kind: EdgeKind,
    /// Line in the importer's source, from 1; 0 where no line says it.
    pub line: u32,
}

impl Edge {
    fn hidden(hidden: &HiddenImport) -> Self {
        Self {
            kind: EdgeKind::Implicit(hidden.evidence.clone()),
            line: 0,
        }
    }
}

/// A function or method, by its module and its dotted name in it; an empty name is the module's body.
pub type Function = (ModuleName, String);

/// Why a function can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LivenessReason {
    /// Who reads its name; none when it is public API, app code, or called by the interpreter.
    pub by: Option<Function>,
    /// The attribute that is read, when the function was matched by its name alone.
    pub attribute: Option<String>,
}

/// A module in the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: ModuleName,
    /// Where it comes from.
    pub origin: Origin,
}

/// The modules reached from the entry points, the imports between them, and the modules that cannot be imported.
#[derive(Debug)]
pub struct ImportGraph {
    /// Nodes are modules; the node [`ImportGraph::start`] stands for the meta root.
    graph: DiGraph<Node, Edge>,
    /// The virtual node that every entry point hangs from.
    meta_root: NodeIndex,
    /// Reached modules that cannot be imported on the target.
    pub unimportable: BTreeMap<ModuleName, ImportFailure>,
    /// Third-party modules: imported by the app, and neither in it nor in the standard library; with file and line.
    pub third_party: BTreeMap<String, (ModuleName, u32)>,
    /// Functions that import, and those that make them live, by module and name: why each is live.
    pub liveness: BTreeMap<Function, LivenessReason>,
    /// Live functions that may read the annotations of others; an empty name is a module's body.
    pub annotation_readers: BTreeSet<Function>,
    /// Modules that are run as `__main__`.
    pub run_modules: BTreeSet<ModuleName>,
    index: HashMap<ModuleName, NodeIndex>,
    /// For every node but the start, the import that reached it first.
    shortest_import: HashMap<NodeIndex, (NodeIndex, Edge)>,
}

impl ImportGraph {
    /// Where a module that was reached comes from.
    pub fn origin(&self, name: &ModuleName) -> Option<&Origin> {
        self.node(name).map(|node| &self.graph[node].origin)
    }

    /// The node of a module that was reached.
    fn node(&self, name: &ModuleName) -> Option<NodeIndex> {
        self.index.get(name).copied()
    }

    /// Who imports whom among the reached modules; of several imports the plainest.
    pub fn imports(&self) -> BTreeMap<(&ModuleName, &ModuleName), &Edge> {
        let mut imports = BTreeMap::new();
        for edge in self.graph.edge_references() {
            if edge.source() == self.meta_root {
                continue;
            }
            let ends = (
                &self.graph[edge.source()].name,
                &self.graph[edge.target()].name,
            );
            let plain = |edge: &Edge| (edge.kind.precedence(), edge.line);
            let known = imports.entry(ends).or_insert(edge.weight());
            if plain(edge.weight()) < plain(known) {
                *known = edge.weight();
            }
        }
        imports
    }

    /// Modules that were reached, and can be imported, in the order of their names.
    pub fn modules(&self) -> impl Iterator<Item = &Node> {
        let mut nodes: Vec<&Node> = self
            .graph
            .node_indices()
            .filter(|&index| index != self.meta_root)
            .map(|index| &self.graph[index])
            .collect();
        nodes.sort_by(|a, b| a.name.cmp(&b.name));
        nodes.into_iter()
    }
}
