//! References by string: codecs, modules, and objects in modules.

use petgraph::graph::NodeIndex;

use super::worklist::ModuleId;
use super::{Edge, EdgeKind, Origin, Reachability, Resolved};
use crate::graph::context::ModuleProvider;
use crate::scan::ScopeId;

impl<'a, S: ModuleProvider> Reachability<'a, S> {
    /// A codec is named: its module is loaded, and what it defines is called.
    pub(super) fn follow_codec(&mut self, node: NodeIndex, name: &str) {
        for module in self.context.codecs.modules(name) {
            if let Resolved::Module(module, Origin::Stdlib) = self.context.resolve(&module) {
                self.mark_all_live(&module);
                let reason = EdgeKind::Implicit(format!("the codec '{name}' is referenced"));
                let resolved = Resolved::Module(module, Origin::Stdlib);
                self.add_import(
                    node,
                    &resolved,
                    Edge {
                        kind: reason,
                        line: 0,
                    },
                );
            }
        }
    }

    /// A scope of the app reads a function that imports by names that it is given or computes: texts
    /// of the module around may be such names.
    pub(super) fn note_dynamic_import(&mut self, by: ModuleId) {
        let loaded = self.worklist.module(by);
        if !self.context.app.contains_key(&loaded.name)
            || !self.worklist.dynamic_importers.insert(by)
        {
            return;
        }
        let count = self.worklist.module(by).summary.scopes.len();
        for scope in (0..count).filter_map(|scope| u32::try_from(scope).ok()) {
            if self.worklist.live_scopes.contains(&(by, ScopeId(scope))) {
                self.follow_module_strings(by, ScopeId(scope));
            }
        }
    }

    /// The texts of a scope that are names of modules may be imported.
    pub(super) fn follow_module_strings(&mut self, module: ModuleId, scope: ScopeId) {
        let loaded = self.worklist.module(module);
        let node = loaded.node;
        let names = loaded.summary.scope(scope).attribute_names.iter();
        let names = names.filter(|(_, name)| self.is_python_module(name));
        for (_, name) in names.collect::<Vec<_>>() {
            self.follow_module_string(node, name);
        }
    }

    /// A text of an app that imports by computed names is the name of a module.
    pub(super) fn follow_module_string(&mut self, node: NodeIndex, name: &'a str) {
        let reason = EdgeKind::Implicit(format!("named by the string '{name}'"));
        self.add_import(
            node,
            &self.context.resolve(name),
            Edge {
                kind: reason,
                line: 0,
            },
        );
        self.mark_escaped(name);
    }

    /// A string like `logging.handlers.MemoryHandler` may be resolved by the code that receives it.
    pub(super) fn follow_object_string(&mut self, node: NodeIndex, text: &'a str) {
        let text = text.split(':').next().unwrap_or(text);
        let mut rest = text;
        while let Some((module, last)) = rest.rsplit_once('.') {
            for name in [rest, module] {
                if self.is_python_module(name) {
                    let resolved = self.context.resolve(name);
                    let reason = EdgeKind::Implicit(format!("named by the string '{text}'"));
                    self.add_import(
                        node,
                        &resolved,
                        Edge {
                            kind: reason,
                            line: 0,
                        },
                    );
                    self.mark_escaped(name);
                }
            }
            self.access_attribute(last);
            rest = module;
        }
    }
}
