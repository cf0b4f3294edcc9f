//! Functions that somebody holds and seldom calls.

use super::Reachable;
use super::state::{How, Job, ModuleId};
use crate::graph::world::Modules;
use crate::manifest::HeldFunction;
use crate::scan::ScopeId;

impl<S: Modules> Reachable<'_, S> {
    /// Whether somebody holds the function and does not call it so far.
    pub(super) fn is_held(&mut self, module: ModuleId, id: ScopeId) -> bool {
        let world = self.world;
        let mut held = world.held_functions.iter();
        let Some(held) = held.find(|held| self.is_scope(module, id, &held.function)) else {
            return false;
        };
        let group = held.group;
        if self.is_promised(module, id)
            || group.is_some_and(|group| world.groups.contains(&group))
            || self.state.mentioned.contains(held.function.as_str())
            || self.state.ids().any(|other| self.names(other, held))
        {
            return false;
        }
        // That it is called is told by its own name, dots and all.
        let job = Job::Scope(module, id);
        self.state.wait_to_be_asked([&held.function], &job);
        true
    }

    /// A function is live: so is what is held for it.
    pub(super) fn release(&mut self, module: ModuleId, id: ScopeId) {
        for held in self.world.held_functions {
            let mut callers = held.callers.iter();
            if callers.any(|caller| self.is_scope(module, id, caller)) {
                // Nothing happens unseen because of a name with dots.
                let _ = self.state.mention(&held.function);
            }
        }
    }

    /// A module is loaded: what it names is held no longer.
    pub(super) fn release_named(&mut self, module: ModuleId) {
        for held in self.world.held_functions {
            if self.state.is_asked_for(&held.function) && self.names(module, held) {
                let _ = self.state.mention(&held.function);
            }
        }
    }

    /// Whether users may call it, or whatever calls it.
    fn is_promised(&self, module: ModuleId, id: ScopeId) -> bool {
        let loaded = self.state.module(module);
        let class = loaded.summary.scope(id).class;
        let class = class.and_then(|class| self.state.live_classes.get(&(module, class)));
        self.state.roots.contains(loaded.name.as_str()) || class == Some(&How::Promised)
    }

    /// Whether a module, and not the function's own, names it or what leads to it.
    fn names(&self, module: ModuleId, held: &HeldFunction) -> bool {
        let loaded = self.state.module(module);
        let own = held.function.strip_prefix(loaded.name.as_str());
        let is_own = own.is_some_and(|rest| rest.starts_with('.'));
        let mut words = held.unless_named.iter();
        let mut builtins = held.builtins.iter();
        !is_own
            && (words.any(|word| loaded.summary.names(word))
                || builtins.any(|word| loaded.summary.reads_builtin(word)))
    }

    /// Whether it is the function of that module and dotted name.
    fn is_scope(&self, module: ModuleId, id: ScopeId, function: &str) -> bool {
        let loaded = self.state.module(module);
        let in_module = function.strip_prefix(loaded.name.as_str());
        let in_module = in_module.and_then(|rest| rest.strip_prefix('.'));
        in_module == Some(&loaded.summary.scope(id).name)
    }
}
