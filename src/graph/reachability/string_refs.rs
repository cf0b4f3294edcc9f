//! Follows strings that name codecs, modules, or objects in modules.

use petgraph::graph::NodeIndex;

use super::worklist::ModuleId;
use super::{Edge, EdgeKind, Origin, Reachability, Resolved};
use crate::graph::context::ModuleProvider;
use crate::scan::ScopeId;

impl<'a, S: ModuleProvider> Reachability<'a, S> {
    /// Follows a codec name: imports its modules and marks all their functions live.
    pub(super) fn follow_codec(&mut self, node: NodeIndex, name: &str) {
        for module in self.context.codecs.modules(name) {
            if let Resolved::Module(module, Origin::Stdlib) = self.context.resolve(&module) {
                self.mark_all_live(&module);
                let kind = EdgeKind::Implicit(format!("the codec '{name}' is referenced"));
                let resolved = Resolved::Module(module, Origin::Stdlib);
                self.add_import(node, &resolved, Edge { kind, line: 0 });
            }
        }
    }

    /// Records that a module uses a function that imports by a name that it receives or computes. The strings of a
    /// module of the app may be such names.
    pub(super) fn record_dynamic_import(&mut self, by: ModuleId) {
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

    /// Follows the strings of a scope that are names of modules.
    pub(super) fn follow_module_strings(&mut self, module: ModuleId, scope: ScopeId) {
        let loaded = self.worklist.module(module);
        let node = loaded.node;
        let names = loaded.summary.scope(scope).attribute_names.iter();
        let names = names.filter(|(_, name)| self.is_python_module(name));
        for (_, name) in names.collect::<Vec<_>>() {
            self.follow_module_string(node, name);
        }
    }

    /// Follows a string that is the name of a module, in an app module that imports by computed names.
    pub(super) fn follow_module_string(&mut self, node: NodeIndex, name: &'a str) {
        let kind = EdgeKind::Implicit(format!("named by the string '{name}'"));
        self.add_import(node, &self.context.resolve(name), Edge { kind, line: 0 });
        self.mark_escaped(name);
    }

    /// Follows a string like `logging.handlers.MemoryHandler`, which the code that receives it may resolve.
    pub(super) fn follow_object_string(&mut self, node: NodeIndex, text: &'a str) {
        let text = text.split(':').next().unwrap_or(text);
        let mut rest = text;
        while let Some((module, last)) = rest.rsplit_once('.') {
            for name in [rest, module] {
                if self.is_python_module(name) {
                    let resolved = self.context.resolve(name);
                    let kind = EdgeKind::Implicit(format!("named by the string '{text}'"));
                    self.add_import(node, &resolved, Edge { kind, line: 0 });
                    self.mark_escaped(name);
                }
            }
            self.access_attribute(last);
            rest = module;
        }
    }
}
