//! Import chains: why a module was reached, by a shortest chain from an entry point.

use petgraph::graph::NodeIndex;

use super::{Edge, Function, ImportGraph, LivenessReason, Node};
use crate::types::ModuleName;

/// One link of a chain: `importer` needs the next module because of `edge`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainLink<'a> {
    /// Who imports; the virtual start for the first link.
    pub importer: &'a Node,
    /// Why, and where.
    pub edge: &'a Edge,
    /// What is imported.
    pub imported: &'a Node,
}

impl ImportGraph {
    /// The last import of a shortest chain from an entry point to `module`.
    pub fn reached_by(&self, module: &ModuleName) -> Option<ChainLink<'_>> {
        self.step(self.node(module)?)
    }

    /// A shortest chain of imports from an entry point to `module`; empty when it was not reached.
    pub fn import_chain(&self, module: &ModuleName) -> Vec<ChainLink<'_>> {
        let mut chain = Vec::new();
        let mut next = self.node(module);
        while let Some(step) = next.and_then(|index| self.step(index)) {
            next = self.node(&step.importer.name);
            chain.push(step);
        }
        chain.reverse();
        chain
    }

    fn step(&self, index: NodeIndex) -> Option<ChainLink<'_>> {
        let (from, edge) = self.shortest_import.get(&index)?;
        Some(ChainLink {
            importer: &self.graph[*from],
            edge,
            imported: &self.graph[index],
        })
    }

    /// From a function that can be called to what makes it so: each with why it is live, the last one
    /// being public API, app code, or called by the interpreter.
    pub fn liveness_chain(
        &self,
        module: &ModuleName,
        function: &str,
    ) -> Vec<(&Function, &LivenessReason)> {
        let mut chain = Vec::new();
        let mut next = self
            .liveness
            .get_key_value(&(module.clone(), function.to_owned()));
        while let Some((function, because)) = next {
            if chain.iter().any(|(seen, _)| *seen == function) {
                break;
            }
            chain.push((function, because));
            next = because
                .by
                .as_ref()
                .and_then(|by| self.liveness.get_key_value(by));
        }
        chain
    }
}
