//! The import graph: the modules that are reachable from the entry points, and the imports between them.

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
mod hidden_modules;
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
pub use branch_folding::may_run;
pub use closure::build_graph;
pub use codecs::CodecAliases;
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

use self::branch_folding::SiteLiveness;
use crate::manifest::HiddenImport;
use crate::scan::{ImportSite, ModuleSummary, SitePlace};
use crate::types::ModuleName;

/// Why one module imports another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    /// The interpreter reads the module when it starts.
    Startup,
    /// The profile or the command line names the module as a root.
    Root,
    /// The profile or the command line names the module as a run module, for `python -m`.
    RunModule,
    /// The program starts in the module, at a function that the profile or the command line names.
    EntryPoint,
    /// The module is part of the app.
    App,
    /// An import that runs when the importer is imported.
    Eager,
    /// The same, but it may be skipped, such as in a `try` that handles its failure.
    Optional,
    /// An import inside the named function, or a `lazy import`, for which the name is empty.
    Lazy(String),
    /// The import of a package before its submodule.
    Parent,
    /// An import that no import statement shows, with the evidence for it.
    Implicit(String),
}

impl EdgeKind {
    /// Returns the name of the reason, as in receipts.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Startup => "startup",
            Self::Root => "root",
            Self::RunModule => "run-module",
            Self::EntryPoint => "entry-point",
            Self::App => "app",
            Self::Eager => "eager",
            Self::Optional => "optional",
            Self::Lazy(_) => "lazy",
            Self::Parent => "parent",
            Self::Implicit(_) => "implicit",
        }
    }

    /// Returns the kind of edge for a live import site, which may be a lazy one at the top level.
    fn of_import(
        summary: &ModuleSummary,
        site: &ImportSite,
        is_lazy: bool,
        live: SiteLiveness,
    ) -> Self {
        match site.place {
            SitePlace::Function(scope) => Self::Lazy(summary.scope(scope).name.clone()),
            _ if is_lazy => Self::Lazy(String::new()),
            _ if live.optional || !live.certain => Self::Optional,
            _ => Self::Eager,
        }
    }

    /// Returns the kind of the import of `runpy`, which runs other modules.
    pub fn through_runpy() -> Self {
        Self::Implicit("modules are run by runpy: pymain_run_module in Modules/main.c".to_owned())
    }

    /// Ranks the reasons: of several imports, the one with the lowest rank is reported.
    fn precedence(&self) -> u8 {
        match self {
            Self::Startup => 0,
            Self::Root => 1,
            Self::RunModule => 2,
            Self::EntryPoint => 3,
            Self::App => 4,
            Self::Eager => 5,
            Self::Parent => 6,
            Self::Optional => 7,
            Self::Lazy(_) => 8,
            Self::Implicit(_) => 9,
        }
    }

    /// Returns the function that imports, or the evidence for an implicit import.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Lazy(detail) | Self::Implicit(detail) => Some(detail).filter(|d| !d.is_empty()),
            _ => None,
        }
        .map(String::as_str)
    }
}

/// An import: its reason and its line in the importer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The reason.
    pub kind: EdgeKind,
    /// Line in the importer's source, from 1; 0 if no line imports it.
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

/// A function or method: its module and its qualified name. An empty name is the body of the module.
pub type Function = (ModuleName, String);

/// Why a function is live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LivenessReason {
    /// The function that reads its name; `None` if it is public API, app code, or called by the interpreter.
    pub by: Option<Function>,
    /// The attribute that is read, if the function was matched by its name alone.
    pub attribute: Option<String>,
}

/// A module in the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The name of the module.
    pub name: ModuleName,
    /// Where it comes from.
    pub origin: Origin,
}

/// The modules reached from the entry points, the imports between them, and the modules that cannot be imported.
#[derive(Debug)]
pub struct ImportGraph {
    /// The modules as nodes, and the meta root.
    graph: DiGraph<Node, Edge>,
    /// The virtual node that imports every entry point.
    meta_root: NodeIndex,
    /// Reached modules that cannot be imported on the target.
    pub unimportable: BTreeMap<ModuleName, ImportFailure>,
    /// Those of the modules known to be unimportable that reached code imports.
    imported_unimportable: BTreeSet<ModuleName>,
    /// Modules that nothing provides, each with the first module and line that imports it: one of the app, or one of a
    /// dependency that always imports it.
    pub third_party: BTreeMap<String, (ModuleName, u32)>,
    /// Why functions are live: those that import or read annotations, and those that make them live.
    pub liveness: BTreeMap<Function, LivenessReason>,
    /// The functions that may be called, without the bodies of modules.
    pub live_functions: BTreeSet<Function>,
    /// Live functions that may read the annotations of functions.
    pub annotation_readers: BTreeSet<Function>,
    /// Modules of dependencies whose source files are opened.
    pub opened_sources: BTreeSet<ModuleName>,
    /// The modules of dependencies whose source files are named, such as templates.
    pub named_sources: BTreeSet<ModuleName>,
    /// Modules that are run as `__main__`.
    pub run_modules: BTreeSet<ModuleName>,
    index: HashMap<ModuleName, NodeIndex>,
    /// The last import of a shortest chain to each node except the meta root.
    shortest_import: HashMap<NodeIndex, (NodeIndex, Edge)>,
}

impl ImportGraph {
    /// Returns where a reached module comes from.
    pub fn origin(&self, name: &ModuleName) -> Option<&Origin> {
        self.node(name).map(|node| &self.graph[node].origin)
    }

    /// Returns the node of a reached module.
    fn node(&self, name: &ModuleName) -> Option<NodeIndex> {
        self.index.get(name).copied()
    }

    /// Returns the imports between reached modules, by importer and imported module. Of several imports, it returns
    /// the first by precedence and line.
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
            let rank = |edge: &Edge| (edge.kind.precedence(), edge.line);
            let known = imports.entry(ends).or_insert(edge.weight());
            if rank(edge.weight()) < rank(known) {
                *known = edge.weight();
            }
        }
        imports
    }

    /// Returns the reached modules that can be imported, sorted by name.
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
