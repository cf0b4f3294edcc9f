//! Deferred callbacks: functions that are registered at import time and that most programs never call.

use super::Reachability;
use super::worklist::{ModuleId, UseKind, WorkItem};
use crate::graph::context::ModuleProvider;
use crate::manifest::DeferredCallback;
use crate::profile::Closure;
use crate::scan::ScopeId;

impl<S: ModuleProvider> Reachability<'_, S> {
    /// Whether the function is a deferred callback that nothing calls so far.
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
        let group = callback.runtime_feature;
        if self.is_exported(module, id)
            || group.is_some_and(|group| context.runtime_features.contains(&group))
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
        // A call of it is signalled by its own dotted name.
        let job = WorkItem::Scope(module, id);
        self.worklist.wait_for_name([&callback.function], &job);
        true
    }

    /// A function is live: so is what is held for it.
    pub(super) fn activate_callbacks_of(&mut self, module: ModuleId, id: ScopeId) {
        for callback in self.context.deferred_callbacks {
            let mut callers = callback.callers.iter();
            if callers.any(|caller| self.is_function(module, id, caller)) {
                // No hidden import waits for a dotted name.
                let _ = self.worklist.add_name(&callback.function);
            }
        }
    }

    /// A module is loaded: what it names is held no longer.
    pub(super) fn activate_referenced_callbacks(&mut self, module: ModuleId) {
        for callback in self.context.deferred_callbacks {
            if self.worklist.is_awaited(&callback.function)
                && self.references_callback(module, callback)
            {
                let _ = self.worklist.add_name(&callback.function);
            }
        }
    }

    /// Whether users may call it, or whatever calls it.
    fn is_exported(&self, module: ModuleId, id: ScopeId) -> bool {
        let loaded = self.worklist.module(module);
        let class = loaded.summary.scope(id).class;
        let class = class.and_then(|class| self.worklist.live_classes.get(&(module, class)));
        self.worklist.roots.contains(loaded.name.as_str()) || class == Some(&UseKind::Exported)
    }

    /// Whether a module, and not the function's own, names it or what leads to it.
    fn references_callback(&self, module: ModuleId, callback: &DeferredCallback) -> bool {
        let loaded = self.worklist.module(module);
        let own = callback.function.strip_prefix(loaded.name.as_str());
        let is_own = own.is_some_and(|rest| rest.starts_with('.'));
        let mut words = callback.unless_referenced.iter();
        let mut builtins = callback.builtins.iter();
        !is_own
            && (words.any(|word| loaded.summary.references(word))
                || builtins.any(|word| loaded.summary.reads_builtin(word)))
    }

    /// Whether it is the function of that module and dotted name.
    fn is_function(&self, module: ModuleId, id: ScopeId, function: &str) -> bool {
        let loaded = self.worklist.module(module);
        let in_module = function.strip_prefix(loaded.name.as_str());
        let in_module = in_module.and_then(|rest| rest.strip_prefix('.'));
        in_module == Some(&loaded.summary.scope(id).name)
    }
}
