//! Import chains, which explain why a module was reached, and chains of live functions.

use petgraph::graph::NodeIndex;

use super::{Edge, Function, ImportGraph, LivenessReason, Node};
use crate::types::ModuleName;

/// One import of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainLink<'a> {
    /// The importer; the meta root for the first link.
    pub importer: &'a Node,
    /// The kind and line of the import.
    pub edge: &'a Edge,
    /// The imported module.
    pub imported: &'a Node,
}

impl ImportGraph {
    /// Returns the last import of a shortest chain from an entry point to `module`.
    pub fn reached_by(&self, module: &ModuleName) -> Option<ChainLink<'_>> {
        self.link(self.node(module)?)
    }

    /// Returns a shortest chain of imports from an entry point to `module`, which is empty if it was not reached.
    pub fn import_chain(&self, module: &ModuleName) -> Vec<ChainLink<'_>> {
        let mut chain = Vec::new();
        let mut next = self.node(module);
        while let Some(link) = next.and_then(|index| self.link(index)) {
            next = self.node(&link.importer.name);
            chain.push(link);
        }
        chain.reverse();
        chain
    }

    fn link(&self, index: NodeIndex) -> Option<ChainLink<'_>> {
        let (importer, edge) = self.shortest_import.get(&index)?;
        Some(ChainLink {
            importer: &self.graph[*importer],
            edge,
            imported: &self.graph[index],
        })
    }

    /// Returns a live function and the chain of functions that make it live, each with its reason. The last one is
    /// public API, app code, or called by the interpreter.
    pub fn liveness_chain(
        &self,
        module: &ModuleName,
        function: &str,
    ) -> Vec<(&Function, &LivenessReason)> {
        let mut chain = Vec::new();
        let mut next = self
            .liveness
            .get_key_value(&(module.clone(), function.to_owned()));
        while let Some((function, reason)) = next {
            if chain.iter().any(|(seen, _)| *seen == function) {
                break;
            }
            chain.push((function, reason));
            next = reason
                .by
                .as_ref()
                .and_then(|by| self.liveness.get_key_value(by));
        }
        chain
    }
}
