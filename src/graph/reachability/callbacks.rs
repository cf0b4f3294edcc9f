//! Defers callbacks that are registered at import time until something can call them.

use hashbrown::HashMap;

use super::Reachability;
use super::worklist::{LoadedModule, ModuleId, UseKind, WorkItem};
use crate::graph::context::{AnalysisContext, ModuleProvider};
use crate::manifest::DeferredCallback;
use crate::profile::Closure;
use crate::scan::ScopeId;
use crate::types::ModuleName;

impl<'a, S: ModuleProvider> Reachability<'a, S> {
    /// Returns whether the function is a deferred callback that nothing calls so far. It then waits to be activated.
    pub(super) fn is_deferred(&mut self, module: ModuleId, id: ScopeId) -> bool {
        if self.closure != Closure::Reachable || !self.worklist.module(module).has_callbacks {
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
        {
            return false;
        }
        // The callback is activated by its own dotted name.
        let item = WorkItem::Scope(module, id);
        self.worklist.wait_for_name([&callback.function], &item);
        true
    }

    /// Activates a deferred callback, or the hidden import of a builtin, by its dotted name.
    fn activate(&mut self, dotted_name: &'a str) {
        for (node, hidden) in self.worklist.add_name(dotted_name) {
            self.follow_hidden_import(node, hidden);
        }
    }

    /// Activates the deferred callbacks that a live function calls.
    pub(super) fn activate_callbacks_of(&mut self, module: ModuleId, id: ScopeId) {
        if !self.worklist.module(module).has_callbacks {
            return;
        }
        for callback in self.context.deferred_callbacks {
            let mut callers = callback.callers.iter();
            if callers.any(|caller| self.is_function(module, id, caller)) {
                self.activate(&callback.function);
            }
        }
    }

    /// Activates the deferred callbacks that the scope that is visited reaches through a name. The module of a
    /// callback itself only registers it.
    pub(super) fn activate_callbacks_by_name(&mut self, name: &str) {
        let Some(callbacks) = self.callbacks_by_name.get(name) else {
            return;
        };
        let module = self.worklist.current.map(|(module, _)| module);
        for callback in callbacks.clone() {
            if !module.is_some_and(|module| self.is_own_module(module, callback)) {
                self.activate(&callback.function);
            }
        }
    }

    /// Activates what depends on the builtin that a scope reads as `name`, or as an attribute of the module `builtins`.
    pub(super) fn read_builtin(&mut self, name: &str) {
        if let Some(names) = self.builtins.get(name) {
            for dotted_name in names.clone() {
                self.activate(dotted_name);
            }
        }
    }

    /// Activates what depends on builtins whose names the module that is visited reads as attributes, because it passes
    /// the module `builtins` around.
    pub(super) fn escape_builtins(&mut self) {
        let Some((module, _)) = self.worklist.current else {
            return;
        };
        if self.worklist.builtins_escape_in.insert(module) {
            let summary = self.worklist.module(module).summary;
            let names: Vec<&str> = self.builtins.keys().copied().collect();
            for name in names
                .into_iter()
                .filter(|name| summary.reads_attribute(name))
            {
                self.read_builtin(name);
            }
        }
    }

    /// Activates the deferred callbacks that a loaded module may reach in ways that are not known: the app by computed
    /// names, an extension module by its strings, and a module that only Python can parse in any way.
    pub(super) fn activate_callbacks_of_module(&mut self, module: ModuleId) {
        let LoadedModule { name, summary, .. } = self.worklist.module(module);
        if !summary.opaque && !self.context.app.contains_key(name) {
            return;
        }
        let summary = *summary;
        for callback in self.context.deferred_callbacks {
            let mut names = callback.unless_referenced.iter();
            if names.any(|name| summary.references(name)) && !self.is_own_module(module, callback) {
                self.activate(&callback.function);
            }
        }
        if summary.opaque {
            let names: Vec<&str> = self.builtins.keys().copied().collect();
            for name in names.into_iter().filter(|name| summary.references(name)) {
                self.read_builtin(name);
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

    fn is_own_module(&self, module: ModuleId, callback: &DeferredCallback) -> bool {
        function_of(&self.worklist.module(module).name, &callback.function).is_some()
    }

    /// Returns whether a scope is the function with this dotted name, which begins with the module.
    fn is_function(&self, module: ModuleId, id: ScopeId, function: &str) -> bool {
        let loaded = self.worklist.module(module);
        function_of(&loaded.name, function) == Some(&loaded.summary.scope(id).name)
    }
}

/// Returns whether one of the callbacks, or one of their callers, is a function of the module.
pub(super) fn has_callbacks(callbacks: &[DeferredCallback], module: &ModuleName) -> bool {
    callbacks.iter().any(|callback| {
        let mut functions = std::iter::once(&callback.function).chain(&callback.callers);
        functions.any(|function| function_of(module, function).is_some())
    })
}

/// Returns the qualified name of a function with a dotted name that begins with `module`.
fn function_of<'a>(module: &ModuleName, dotted_name: &'a str) -> Option<&'a str> {
    let rest = dotted_name.strip_prefix(module.as_str());
    rest.and_then(|rest| rest.strip_prefix('.'))
}

/// Returns the deferred callbacks by the names through which other modules reach them.
pub(super) fn callbacks_by_name(
    callbacks: &[DeferredCallback],
) -> HashMap<&str, Vec<&DeferredCallback>> {
    let mut by_name: HashMap<&str, Vec<&DeferredCallback>> = HashMap::new();
    for callback in callbacks {
        for name in &callback.unless_referenced {
            by_name.entry(name).or_default().push(callback);
        }
    }
    by_name
}

/// Returns what depends on builtins, by the name of the builtin: the functions of deferred callbacks, and the dotted
/// names in the conditions of hidden imports, such as `builtins.breakpoint`.
pub(super) fn dependent_on_builtins<'a, S: ModuleProvider>(
    context: &'a AnalysisContext<'a, S>,
) -> HashMap<&'a str, Vec<&'a str>> {
    let mut by_name: HashMap<&str, Vec<&str>> = HashMap::new();
    for callback in context.deferred_callbacks {
        for name in &callback.builtins {
            by_name.entry(name).or_default().push(&callback.function);
        }
    }
    let hidden = context.hidden_imports.values().flatten();
    for dotted in hidden.flat_map(|hidden| hidden.conditions()) {
        if let Some(name) = dotted.strip_prefix("builtins.") {
            by_name.entry(name).or_default().push(dotted);
        }
    }
    by_name
}
