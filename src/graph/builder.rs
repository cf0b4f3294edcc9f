//! Builds the import graph while it is being explored.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use petgraph::Direction;
use petgraph::algo::dijkstra;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::import_failure::ImportFailure;
use super::resolve::{Origin, Resolved};
use super::{Edge, ImportGraph, Node};
use crate::types::ModuleName;

/// Modules that were reached so far, and by which imports.
pub(super) struct GraphBuilder {
    graph: DiGraph<Node, Edge>,
    meta_root: NodeIndex,
    index: HashMap<ModuleName, NodeIndex>,
    third_party: BTreeMap<String, (ModuleName, u32)>,
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
        }
    }

    pub(super) fn meta_root(&self) -> NodeIndex {
        self.meta_root
    }

    pub(super) fn node(&self, index: NodeIndex) -> &Node {
        &self.graph[index]
    }

    /// Adds an import. The answer is the imported module's node, if it is a module that there is and
    /// not `unimportable`, and whether it is new.
    pub(super) fn add_import(
        &mut self,
        from: NodeIndex,
        to: &Resolved,
        edge: Edge,
        broken: &BTreeMap<ModuleName, ImportFailure>,
    ) -> Option<(NodeIndex, bool)> {
        let (name, origin) = match to {
            Resolved::Module(name, origin) => (name, origin.clone()),
            Resolved::BuildDependent(name) => (name, Origin::C),
            Resolved::Unknown(name) => {
                self.note_third_party(from, name, edge.line);
                return None;
            }
            Resolved::Unavailable(..) => return None,
        };
        if broken.contains_key(name) {
            return None;
        }
        let (index, new) = match self.index.get(name) {
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
        Some((index, new))
    }

    /// What the app imports and nobody here has, others provide.
    fn note_third_party(&mut self, from: NodeIndex, name: &str, line: u32) {
        let importer = &self.graph[from];
        if importer.origin == Origin::App {
            let place = (importer.name.clone(), line);
            self.third_party.entry(name.to_owned()).or_insert(place);
        }
    }

    /// The finished graph, with a shortest way from the start to each module.
    pub(super) fn finish(self, broken: BTreeMap<ModuleName, ImportFailure>) -> ImportGraph {
        let found_by = shortest_imports(&self.graph, self.meta_root);
        let Self {
            graph,
            meta_root: start,
            index,
            third_party: foreign,
        } = self;
        ImportGraph {
            graph,
            meta_root: start,
            unimportable: broken,
            third_party: foreign,
            liveness: BTreeMap::new(),
            annotation_readers: BTreeSet::new(),
            run_modules: BTreeSet::new(),
            index,
            shortest_import: found_by,
        }
    }
}

/// For every node but the start, the last step of a shortest way to it. Of several, the one whose
/// importer's name comes first: the answer does not depend on the order of the search.
fn shortest_imports(
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
                let Edge { kind: reason, line } = edge.weight();
                (reason.precedence(), &graph[edge.source()].name, *line)
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
