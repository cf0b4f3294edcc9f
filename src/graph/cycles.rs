//! Import cycles: modules that import each other, directly or through others.

use petgraph::algo::tarjan_scc;

use super::ImportGraph;
use crate::types::ModuleName;

impl ImportGraph {
    /// Returns the strongly connected components with more than one module, largest first, each sorted by name.
    pub fn cycles(&self) -> Vec<Vec<&ModuleName>> {
        let components = tarjan_scc(&self.graph).into_iter();
        let mut cycles: Vec<Vec<&ModuleName>> = components
            .filter(|component| component.len() > 1)
            .map(|component| {
                component
                    .iter()
                    .map(|node| &self.graph[*node].name)
                    .collect()
            })
            .collect();
        for cycle in &mut cycles {
            cycle.sort();
        }
        cycles.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        cycles
    }
}
