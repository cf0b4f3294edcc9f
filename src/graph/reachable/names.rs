//! What names stand for, across modules.

use super::Reachable;
use super::state::{How, ModuleId, Reading};
use crate::graph::resolve::{Origin, Resolved};
use crate::graph::world::Modules;
use crate::scan::{ANY, Binding, Import, ScopeId, Use, Word};
use crate::types::ModuleName;

impl<'a, S: Modules> Reachable<'a, S> {
    /// Follows `a.b.c` as a scope reads it: its own imports come before the module's names.
    pub(super) fn follow_chain(
        &mut self,
        module: ModuleId,
        scope: ScopeId,
        reading: &'a Use,
        how: How,
    ) {
        let Some((name, rest)) = reading.chain.split_first() else {
            return;
        };
        reading.chain.iter().for_each(|word| self.mention(word));
        let summary = self.state.module(module).summary;
        for binding in summary
            .scope(scope)
            .bindings
            .get(name)
            .into_iter()
            .flatten()
        {
            self.follow_binding(module, binding, rest, how);
        }
        if summary.scope(scope).locals.contains(name) {
            self.members(rest);
        }
        // Functions inside functions are one scope: another of them may mean the module's name.
        self.name_in(module, name, rest, how);
    }

    /// Follows a name that another module reads of a loaded one. What the module does not bind by a
    /// statement it may bind otherwise: `globals().update(...)`.
    pub(super) fn name_from(
        &mut self,
        module: ModuleId,
        name: &'a str,
        rest: &'a [Word],
        how: How,
    ) {
        let summary = self.state.module(module).summary;
        if summary.stars.is_empty() && !summary.bindings.contains_key(name) {
            self.member(name);
        }
        self.name_in(module, name, rest, how);
    }

    /// Follows a name of a loaded module, and the attributes read of it.
    pub(super) fn name_in(&mut self, module: ModuleId, name: &'a str, rest: &'a [Word], how: How) {
        if !self.state.followed.insert((module, name, rest, how)) {
            return;
        }
        let summary = self.state.module(module).summary;
        if let Some(bindings) = summary.bindings.get(name) {
            for binding in bindings {
                self.follow_binding(module, binding, rest, how);
            }
            // A star import below a definition may bind the name anew.
            let sources = summary
                .stars
                .iter()
                .filter_map(|&site| self.source_of(module, site));
            for source in sources
                .filter(|source| self.is_python(source))
                .collect::<Vec<_>>()
            {
                self.name_of(&source, name, rest, how);
            }
            return;
        }
        for &site in &summary.stars {
            if let Some(source) = self.source_of(module, site) {
                self.name_of(&source, name, rest, how);
            }
        }
        // A builtin, a local name, or the value of an assignment.
        self.members(rest);
    }

    fn follow_binding(
        &mut self,
        module: ModuleId,
        binding: &'a Binding,
        rest: &'a [Word],
        how: How,
    ) {
        match binding {
            Binding::Function(scope) => {
                self.members(rest);
                let imports = self
                    .state
                    .module(module)
                    .summary
                    .scope(*scope)
                    .imports_computed;
                if let (true, Some((by, _))) = (imports, self.state.current) {
                    self.hands_names(by);
                }
                self.state.run(module, *scope, None);
            }
            Binding::Class(class) => {
                self.members(rest);
                self.use_class(module, *class, how);
            }
            Binding::Module(name) => self.attribute_of(name, rest, how),
            Binding::From(site, name) => {
                let Some(source) = self.source_of(module, *site) else {
                    return self.members(rest);
                };
                let submodule = format!("{source}.{name}");
                if self.is_python(&submodule) {
                    self.attribute_of(&submodule, rest, how);
                }
                self.name_of(&source, name, rest, how);
            }
        }
    }

    /// Follows what is read of a module: a submodule, or one of its names. A module of which nothing
    /// is read is passed around.
    fn attribute_of(&mut self, source: &str, rest: &'a [Word], how: How) {
        let Some((name, after)) = rest.split_first() else {
            return self.escape(source);
        };
        if name == ANY {
            self.escape(source);
            // The library's own code asks for names that stand in it; an app may ask its user.
            let asks = self
                .state
                .current
                .map(|(module, _)| &self.state.module(module).name);
            let of_app = asks.is_none_or(|name| self.world.app.contains_key(name));
            if of_app
                && let Resolved::Module(source, Origin::Stdlib | Origin::App) =
                    self.world.resolve(source)
            {
                self.call_all(&source);
            }
            return;
        }
        let submodule = format!("{source}.{name}");
        if self.is_python(&submodule) {
            self.attribute_of(&submodule, after, how);
        }
        self.name_of(source, name, after, how);
    }

    /// Follows a name of a module that may not be loaded yet.
    pub(super) fn name_of(&mut self, source: &str, name: &'a str, rest: &'a [Word], how: How) {
        self.mention(name);
        if let Some(module) = self.state.loaded(source) {
            return self.name_from(module, name, rest, how);
        }
        match self.world.resolve(source) {
            Resolved::Module(source, Origin::Stdlib | Origin::App) => {
                let by = self.state.current;
                self.state.wait_for_module(
                    source,
                    Reading {
                        name,
                        rest,
                        how,
                        by,
                    },
                );
            }
            Resolved::Module(source, _) | Resolved::Uncertain(source) if how == How::Promised => {
                self.whole_c_module(&source);
                self.members(rest);
            }
            _ => self.members(rest),
        }
    }

    fn members(&mut self, names: &'a [Word]) {
        names.iter().for_each(|name| self.member(name));
    }

    /// The module that an import site takes names from.
    pub(super) fn source_of(&self, module: ModuleId, site: usize) -> Option<String> {
        let loaded = self.state.module(module);
        match &loaded.summary.imports[site].import {
            Import::From { level, module, .. } => self.world.absolute(&loaded.name, *level, module),
            Import::Module(name) | Import::Call(name) | Import::Run(name) => Some(name.clone()),
            Import::Beginning(_) => None,
        }
    }

    pub(super) fn is_python(&self, name: &str) -> bool {
        ModuleName::new(name).is_ok_and(|name| self.world.kind(&name).is_some())
    }
}
