//! Dominators: which modules are only reachable through a module, hence its retained size.

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
    /// Finds out which modules dominate which (Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm").
    pub fn dominator_tree(&self) -> DominatorTree<'_> {
        DominatorTree {
            graph: self,
            dominators: simple_fast(&self.graph, self.meta_root),
        }
    }
}

impl<'a> DominatorTree<'a> {
    /// By module, the sum of `own` over the modules that it dominates.
    pub fn retained_sizes(
        &self,
        own: impl Fn(&ModuleName) -> u64,
    ) -> BTreeMap<&'a ModuleName, u64> {
        let ImportGraph {
            graph,
            meta_root: start,
            ..
        } = self.graph;
        let mut retained = BTreeMap::new();
        for node in graph.node_indices().filter(|node| node != start) {
            let bytes = own(&graph[node].name);
            for dominator in self.dominators(node).filter(|node| node != start) {
                *retained.entry(&graph[dominator].name).or_default() += bytes;
            }
        }
        retained
    }

    /// The importers of `module` that it does not dominate, by name. The virtual node is the
    /// meta root.
    pub fn external_importers(&self, module: &ModuleName) -> Vec<(&'a Node, &'a Edge)> {
        let graph = &self.graph.graph;
        let Some(own) = self.graph.node(module) else {
            return Vec::new();
        };
        let incoming = graph.edges_directed(own, Direction::Incoming);
        let outside =
            incoming.filter(|edge| self.dominators(edge.source()).all(|node| node != own));
        let mut keepers: Vec<_> = outside
            .map(|edge| (&graph[edge.source()], edge.weight()))
            .collect();
        keepers.sort_by_key(|(keeper, edge)| (&keeper.name, edge.kind.precedence(), edge.line));
        keepers.dedup_by_key(|(keeper, _)| &keeper.name);
        keepers
    }

    /// The modules that every way to `node` leads through, itself among them.
    fn dominators(&self, node: NodeIndex) -> impl Iterator<Item = NodeIndex> {
        self.dominators.dominators(node).into_iter().flatten()
    }
}
