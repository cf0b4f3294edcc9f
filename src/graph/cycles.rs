//! Import cycles: modules that import each other, directly or through others.

use petgraph::algo::tarjan_scc;

use super::ImportGraph;
use crate::types::ModuleName;

impl ImportGraph {
    /// The strongly connected components of more than one module, the largest first; names are sorted.
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
