//! Modules of the library that the app hides from the library itself.

use std::collections::BTreeMap;

use petgraph::visit::EdgeRef;

use super::builder::shortest_imports;
use super::{ImportGraph, Origin};
use crate::types::ModuleName;

impl ImportGraph {
    /// Returns the top-level modules of the app that the library imports, because they have the names of modules of its
    /// own, each with a module that imports it.
    pub fn hidden_library_modules(
        &self,
        is_library: impl Fn(&ModuleName) -> bool,
    ) -> BTreeMap<String, ModuleName> {
        let mut hidden = BTreeMap::new();
        let mut imports: Vec<_> = self.imports().into_iter().collect();
        imports.sort_by_key(|(_, edge)| edge.kind.precedence());
        for ((importer, module), _) in imports {
            if self.origin(importer) == Some(&Origin::Stdlib)
                && self.origin(module) == Some(&Origin::App)
                && is_library(module)
            {
                let importer = importer.clone();
                hidden
                    .entry(module.top_level().to_owned())
                    .or_insert(importer);
            }
        }
        hidden
    }

    /// Adds the modules and imports of another graph. A module that is part of the app here and of the library there
    /// counts as one of the library: both are there at run time, and the order of `sys.path` decides.
    pub fn absorb(&mut self, other: Self) {
        let meta_root = self.meta_root;
        let mut nodes = BTreeMap::from([(other.meta_root, meta_root)]);
        for index in other
            .graph
            .node_indices()
            .filter(|&index| index != other.meta_root)
        {
            let node = &other.graph[index];
            let own = *self
                .index
                .entry(node.name.clone())
                .or_insert_with(|| self.graph.add_node(node.clone()));
            if node.origin == Origin::Stdlib {
                self.graph[own].origin = Origin::Stdlib;
            }
            nodes.insert(index, own);
        }
        for edge in other.graph.edge_references() {
            let (source, target) = (nodes[&edge.source()], nodes[&edge.target()]);
            self.graph.add_edge(source, target, edge.weight().clone());
        }
        self.shortest_import = shortest_imports(&self.graph, meta_root);
        self.unimportable.extend(other.unimportable);
        self.liveness.extend(other.liveness);
        self.live_functions.extend(other.live_functions);
        self.annotation_readers.extend(other.annotation_readers);
        self.opened_sources.extend(other.opened_sources);
        self.named_sources.extend(other.named_sources);
        self.run_modules.extend(other.run_modules);
    }
}
