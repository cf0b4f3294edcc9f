//! Defers callbacks that are registered at import time until something can call them.

use super::Reachability;
use super::worklist::{ModuleId, UseKind, WorkItem};
use crate::graph::context::ModuleProvider;
use crate::manifest::DeferredCallback;
use crate::profile::Closure;
use crate::scan::ScopeId;

impl<S: ModuleProvider> Reachability<'_, S> {
    /// Returns whether the function is a deferred callback that nothing calls so far. It then waits to be activated.
    pub(super) fn is_deferred(&mut self, module: ModuleId, id: ScopeId) -> bool {
        if self.closure != Closure::Reachable {
            return false;
        }
        let context = self.context;
        let mut callback = context.deferred_callbacks.iter();
        let Some(callback) =
            callback.find(|callback| self.is_function(module, id, &callback.function))
        else {
            return false;
        };
        let feature = callback.runtime_feature;
        if self.is_exported(module, id)
            || feature.is_some_and(|feature| context.runtime_features.contains(&feature))
            || self
                .worklist
                .referenced_names
                .contains(callback.function.as_str())
            || self
                .worklist
                .ids()
                .any(|other| self.references_callback(other, callback))
        {
            return false;
        }
        // The callback is activated by its own dotted name.
        let item = WorkItem::Scope(module, id);
        self.worklist.wait_for_name([&callback.function], &item);
        true
    }

    /// Activates the deferred callbacks that a live function calls.
    pub(super) fn activate_callbacks_of(&mut self, module: ModuleId, id: ScopeId) {
        for callback in self.context.deferred_callbacks {
            let mut callers = callback.callers.iter();
            if callers.any(|caller| self.is_function(module, id, caller)) {
                // Ignored, because no hidden import waits for a dotted name.
                let _ = self.worklist.add_name(&callback.function);
            }
        }
    }

    /// Activates the deferred callbacks that a loaded module references.
    pub(super) fn activate_referenced_callbacks(&mut self, module: ModuleId) {
        for callback in self.context.deferred_callbacks {
            if self.worklist.is_awaited(&callback.function)
                && self.references_callback(module, callback)
            {
                let _ = self.worklist.add_name(&callback.function);
            }
        }
    }

    /// Returns whether users of the bundle may call the function: it is in a root, or a method of an exported class.
    fn is_exported(&self, module: ModuleId, id: ScopeId) -> bool {
        let loaded = self.worklist.module(module);
        let class = loaded.summary.scope(id).class;
        let class = class.and_then(|class| self.worklist.live_classes.get(&(module, class)));
        self.worklist.roots.contains(loaded.name.as_str()) || class == Some(&UseKind::Exported)
    }

    /// Returns whether a module other than the callback's own references it, or a name that activates it.
    fn references_callback(&self, module: ModuleId, callback: &DeferredCallback) -> bool {
        let loaded = self.worklist.module(module);
        let rest = callback.function.strip_prefix(loaded.name.as_str());
        let is_own_module = rest.is_some_and(|rest| rest.starts_with('.'));
        let mut names = callback.unless_referenced.iter();
        let mut builtins = callback.builtins.iter();
        !is_own_module
            && (names.any(|name| loaded.summary.references(name))
                || builtins.any(|name| loaded.summary.reads_builtin(name)))
    }

    /// Returns whether a scope is the function with this dotted name, which begins with the module.
    fn is_function(&self, module: ModuleId, id: ScopeId, function: &str) -> bool {
        let loaded = self.worklist.module(module);
        let qualified_name = function.strip_prefix(loaded.name.as_str());
        let qualified_name = qualified_name.and_then(|rest| rest.strip_prefix('.'));
        qualified_name == Some(&loaded.summary.scope(id).name)
    }
}
