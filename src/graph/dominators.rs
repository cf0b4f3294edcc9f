//! Computes dominators of the import graph and, from them, retained sizes.

use std::collections::BTreeMap;

use petgraph::Direction;
use petgraph::algo::dominators::{Dominators, simple_fast};
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::{Edge, ImportGraph, Node};
use crate::types::ModuleName;

/// The dominator tree of the import graph.
pub struct DominatorTree<'a> {
    graph: &'a ImportGraph,
    dominators: Dominators<NodeIndex>,
}

impl ImportGraph {
    /// Builds the dominator tree (Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm").
    pub fn dominator_tree(&self) -> DominatorTree<'_> {
        DominatorTree {
            graph: self,
            dominators: simple_fast(&self.graph, self.meta_root),
        }
    }
}

impl<'a> DominatorTree<'a> {
    /// Returns the retained size of each module: the sum of `shallow_size` over the modules that it dominates.
    pub fn retained_sizes(
        &self,
        shallow_size: impl Fn(&ModuleName) -> u64,
    ) -> BTreeMap<&'a ModuleName, u64> {
        let ImportGraph {
            graph, meta_root, ..
        } = self.graph;
        let mut retained = BTreeMap::new();
        for node in graph.node_indices().filter(|node| node != meta_root) {
            let bytes = shallow_size(&graph[node].name);
            for dominator in self.dominators(node).filter(|node| node != meta_root) {
                *retained.entry(&graph[dominator].name).or_default() += bytes;
            }
        }
        retained
    }

    /// Returns the importers of `module` that it does not dominate, sorted by name. The meta root may be one of them.
    pub fn external_importers(&self, module: &ModuleName) -> Vec<(&'a Node, &'a Edge)> {
        let graph = &self.graph.graph;
        let Some(target) = self.graph.node(module) else {
            return Vec::new();
        };
        let incoming = graph.edges_directed(target, Direction::Incoming);
        let external =
            incoming.filter(|edge| self.dominators(edge.source()).all(|node| node != target));
        let mut importers: Vec<_> = external
            .map(|edge| (&graph[edge.source()], edge.weight()))
            .collect();
        importers
            .sort_by_key(|(importer, edge)| (&importer.name, edge.kind.precedence(), edge.line));
        importers.dedup_by_key(|(importer, _)| &importer.name);
        importers
    }

    /// Returns the nodes that every path to `node` passes through, including `node` itself.
    fn dominators(&self, node: NodeIndex) -> impl Iterator<Item = NodeIndex> {
        self.dominators.dominators(node).into_iter().flatten()
    }
}
