//! Builds the import graph during reachability analysis.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use petgraph::Direction;
use petgraph::algo::dijkstra;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Bfs, EdgeFiltered, EdgeRef};

use super::import_failure::ImportFailure;
use super::resolve::{Origin, Resolved};
use super::{Edge, EdgeKind, ImportGraph, Node};
use crate::types::ModuleName;

/// The modules that were reached so far, and the imports between them.
pub(super) struct GraphBuilder {
    graph: DiGraph<Node, Edge>,
    meta_root: NodeIndex,
    index: HashMap<ModuleName, NodeIndex>,
    third_party: BTreeMap<String, (ModuleName, u32)>,
    imported_unimportable: BTreeSet<ModuleName>,
}

impl GraphBuilder {
    pub(super) fn new() -> Self {
        let mut graph = DiGraph::new();
        let meta_root = graph.add_node(Node {
            name: ModuleName::meta_root(),
            origin: Origin::MetaRoot,
        });
        Self {
            graph,
            meta_root,
            index: HashMap::new(),
            third_party: BTreeMap::new(),
            imported_unimportable: BTreeSet::new(),
        }
    }

    pub(super) fn meta_root(&self) -> NodeIndex {
        self.meta_root
    }

    pub(super) fn node(&self, index: NodeIndex) -> &Node {
        &self.graph[index]
    }

    /// Adds an import. Returns the node of the imported module and whether it is new, or `None` if the module does not
    /// exist or is in `unimportable`.
    pub(super) fn add_import(
        &mut self,
        from: NodeIndex,
        to: &Resolved,
        edge: Edge,
        unimportable: &BTreeMap<ModuleName, ImportFailure>,
    ) -> Option<(NodeIndex, bool)> {
        let (name, origin) = match to {
            Resolved::Module(name, origin) => (name, origin.clone()),
            Resolved::BuildDependent(name) => (name, Origin::C),
            Resolved::Unknown(name) => {
                self.record_third_party(from, name, &edge);
                return None;
            }
            Resolved::Unavailable(..) => return None,
        };
        if unimportable.contains_key(name) {
            self.imported_unimportable.insert(name.clone());
            return None;
        }
        let (index, is_new) = match self.index.get(name) {
            Some(&index) => (index, false),
            None => {
                let index = self.graph.add_node(Node {
                    name: name.clone(),
                    origin,
                });
                self.index.insert(name.clone(), index);
                (index, true)
            }
        };
        self.graph.add_edge(from, index, edge);
        Some((index, is_new))
    }

    /// Records a module that is in neither the standard library, nor the app, nor a dependency: one that the app imports,
    /// or that a dependency always imports.
    fn record_third_party(&mut self, from: NodeIndex, name: &str, edge: &Edge) {
        let importer = &self.graph[from];
        let is_needed = match importer.origin {
            Origin::App => true,
            Origin::Dependency => edge.kind == EdgeKind::Eager,
            Origin::MetaRoot | Origin::Stdlib | Origin::C => false,
        };
        if is_needed {
            let place = (importer.name.clone(), edge.line);
            let known = self.third_party.entry(name.to_owned());
            let known = known.or_insert_with(|| place.clone());
            // The first line of a module, in whatever order they are followed.
            if known.0 == place.0 {
                known.1 = known.1.min(place.1);
            }
        }
    }

    /// Returns the finished graph, with a shortest import chain from the meta root to each module.
    pub(super) fn finish(self, unimportable: BTreeMap<ModuleName, ImportFailure>) -> ImportGraph {
        let shortest_import = shortest_imports(&self.graph, self.meta_root);
        let always = always_imported(&self.graph, self.meta_root);
        let Self {
            graph,
            meta_root,
            index,
            mut third_party,
            imported_unimportable,
        } = self;
        // A module of a dependency that may not be imported says nothing about what the program needs.
        third_party.retain(|_, (importer, _)| {
            let node = index.get(importer);
            node.is_some_and(|node| graph[*node].origin == Origin::App || always.contains(node))
        });
        ImportGraph {
            graph,
            meta_root,
            unimportable,
            imported_unimportable,
            third_party,
            liveness: BTreeMap::new(),
            live_functions: BTreeSet::new(),
            annotation_readers: BTreeSet::new(),
            opened_sources: BTreeSet::new(),
            named_sources: BTreeSet::new(),
            run_modules: BTreeSet::new(),
            index,
            shortest_import,
        }
    }
}

/// Returns the nodes that are imported whenever the program starts.
fn always_imported(graph: &DiGraph<Node, Edge>, start: NodeIndex) -> HashSet<NodeIndex> {
    let is_certain = |edge: &Edge| {
        matches!(
            edge.kind,
            EdgeKind::App
                | EdgeKind::EntryPoint
                | EdgeKind::RunModule
                | EdgeKind::Eager
                | EdgeKind::Parent
        )
    };
    let certain = EdgeFiltered::from_fn(graph, |edge| is_certain(edge.weight()));
    let mut search = Bfs::new(&certain, start);
    std::iter::from_fn(|| search.next(&certain)).collect()
}

/// Returns the last import of a shortest chain from `start` to each other node.
///
/// Ties are broken by the kind of edge, the importer's name and the line, so that the result does not depend on the
/// order of the search.
pub(super) fn shortest_imports(
    graph: &DiGraph<Node, Edge>,
    start: NodeIndex,
) -> HashMap<NodeIndex, (NodeIndex, Edge)> {
    let distance = dijkstra(graph, start, None, |_| 1_usize);
    let nearest = |node: NodeIndex| {
        graph
            .edges_directed(node, Direction::Incoming)
            .filter(|edge| {
                distance
                    .get(&edge.source())
                    .is_some_and(|d| d + 1 == distance[&node])
            })
            .min_by_key(|edge| {
                let Edge { kind, line } = edge.weight();
                (kind.precedence(), &graph[edge.source()].name, *line)
            })
            .map(|edge| (edge.source(), edge.weight().clone()))
    };
    let reached = graph
        .node_indices()
        .filter(|node| *node != start && distance.contains_key(node));
    reached
        .filter_map(|node| Some((node, nearest(node)?)))
        .collect()
}
