//! Texts that name something: codecs, modules, objects in modules.

use petgraph::graph::NodeIndex;

use super::state::ModuleId;
use super::{Edge, Origin, Reachable, Reason, Resolved};
use crate::graph::world::Modules;
use crate::scan::ScopeId;

impl<'a, S: Modules> Reachable<'a, S> {
    /// A codec is named: its module is loaded, and what it defines is called.
    pub(super) fn look_up_codec(&mut self, node: NodeIndex, name: &str) {
        for module in self.world.codecs.modules(name) {
            if let Resolved::Module(module, Origin::Stdlib) = self.world.resolve(&module) {
                self.call_all(&module);
                let reason = Reason::Hidden(format!("the codec '{name}' is named"));
                let resolved = Resolved::Module(module, Origin::Stdlib);
                self.reach(node, &resolved, Edge { reason, line: 0 });
            }
        }
    }

    /// A scope of the app reads a function that imports by names that it is given or computes: texts
    /// of the module around may be such names.
    pub(super) fn hands_names(&mut self, by: ModuleId) {
        let loaded = self.state.module(by);
        if !self.world.app.contains_key(&loaded.name) || !self.state.naming.insert(by) {
            return;
        }
        let count = self.state.module(by).summary.scopes.len();
        for scope in (0..count).filter_map(|scope| u32::try_from(scope).ok()) {
            if self.state.live_scopes.contains(&(by, ScopeId(scope))) {
                self.look_up_named(by, ScopeId(scope));
            }
        }
    }

    /// The texts of a scope that are names of modules may be imported.
    pub(super) fn look_up_named(&mut self, module: ModuleId, scope: ScopeId) {
        let loaded = self.state.module(module);
        let node = loaded.node;
        let names = loaded.summary.scope(scope).members.iter();
        let names = names.filter(|(_, name)| self.is_python(name));
        for (_, name) in names.collect::<Vec<_>>() {
            self.look_up_module(node, name);
        }
    }

    /// A text of an app that imports by computed names is the name of a module.
    pub(super) fn look_up_module(&mut self, node: NodeIndex, name: &'a str) {
        let reason = Reason::Hidden(format!("the text '{name}' names it"));
        self.reach(node, &self.world.resolve(name), Edge { reason, line: 0 });
        self.escape(name);
    }

    /// A text like `logging.handlers.MemoryHandler` may be looked up by whoever gets it.
    pub(super) fn look_up_object(&mut self, node: NodeIndex, text: &'a str) {
        let text = text.split(':').next().unwrap_or(text);
        let mut rest = text;
        while let Some((module, last)) = rest.rsplit_once('.') {
            for name in [rest, module] {
                if self.is_python(name) {
                    let resolved = self.world.resolve(name);
                    let reason = Reason::Hidden(format!("the text '{text}' names it"));
                    self.reach(node, &resolved, Edge { reason, line: 0 });
                    self.escape(name);
                }
            }
            self.member(last);
            rest = module;
        }
    }
}
