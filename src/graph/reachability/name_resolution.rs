//! Resolves names across modules and marks what they refer to live.

use super::Reachability;
use super::worklist::{ModuleId, NameUse, UseKind};
use crate::graph::context::ModuleProvider;
use crate::graph::resolve::{Origin, Resolved};
use crate::scan::{Binding, DYNAMIC_ATTR, Identifier, Import, NameChain, ScopeId};
use crate::types::ModuleName;

impl<'a, S: ModuleProvider> Reachability<'a, S> {
    /// Follows a chain `a.b.c` that a scope reads: first in the scope's own imports, then in the module.
    pub(super) fn follow_chain(
        &mut self,
        module: ModuleId,
        scope: ScopeId,
        name_chain: &'a NameChain,
        kind: UseKind,
    ) {
        let Some((name, rest)) = name_chain.chain.split_first() else {
            return;
        };
        name_chain
            .chain
            .iter()
            .for_each(|name| self.reference_name(name));
        let summary = self.worklist.module(module).summary;
        for binding in summary
            .scope(scope)
            .bindings
            .get(name)
            .into_iter()
            .flatten()
        {
            self.follow_binding(module, binding, rest, kind);
        }
        if summary.scope(scope).locals.contains(name) {
            self.access_attributes(rest);
        }
        // Nested functions share one scope, so another of them may refer to the module's name.
        self.resolve_in_module(module, name, rest, kind);
    }

    /// Follows a name that another module reads from a loaded one.
    ///
    /// A name that no statement binds may still be bound dynamically, as by `globals().update(...)`, so it counts as an
    /// attribute of unknown type.
    pub(super) fn resolve_attribute(
        &mut self,
        module: ModuleId,
        name: &'a str,
        rest: &'a [Identifier],
        kind: UseKind,
    ) {
        let summary = self.worklist.module(module).summary;
        if summary.stars.is_empty() && !summary.bindings.contains_key(name) {
            self.access_attribute(name);
        }
        self.resolve_in_module(module, name, rest, kind);
    }

    /// Follows a name of a loaded module, and the attributes that are read from it.
    pub(super) fn resolve_in_module(
        &mut self,
        module: ModuleId,
        name: &'a str,
        rest: &'a [Identifier],
        kind: UseKind,
    ) {
        // Which modules of the program use a function that imports by a name that it receives is told for each of them.
        let reader = self.worklist.current.map(|(reader, _)| reader);
        let reader = reader.filter(|reader| self.worklist.module(*reader).is_of_program);
        let followed = &mut self.worklist.followed;
        if !followed.insert((module, name, rest, kind, reader)) {
            return;
        }
        self.read_lazy_name(module, name);
        let summary = self.worklist.module(module).summary;
        if let Some(bindings) = summary.bindings.get(name) {
            for binding in bindings {
                self.follow_binding(module, binding, rest, kind);
            }
            // A star import after a definition may rebind the name.
            let sources = summary
                .stars
                .iter()
                .filter_map(|&site| self.source_of(module, site));
            for source in sources
                .filter(|source| self.is_python_module(source))
                .collect::<Vec<_>>()
            {
                self.resolve_in_source(&source, name, rest, kind);
            }
            return;
        }
        for &site in &summary.stars {
            if let Some(source) = self.source_of(module, site) {
                self.resolve_in_source(&source, name, rest, kind);
            }
        }
        // The name is a builtin, a local name, or bound by an assignment.
        self.access_attributes(rest);
    }

    fn follow_binding(
        &mut self,
        module: ModuleId,
        binding: &'a Binding,
        rest: &'a [Identifier],
        kind: UseKind,
    ) {
        match binding {
            Binding::Function(scope) => {
                self.access_attributes(rest);
                let imports = self
                    .worklist
                    .module(module)
                    .summary
                    .scope(*scope)
                    .reflection
                    .imports_dynamically;
                if let (true, Some((by, _))) = (imports, self.worklist.current) {
                    self.record_dynamic_import(by);
                }
                self.worklist.mark_live(module, *scope, None);
            }
            Binding::Class(class) => {
                self.access_attributes(rest);
                self.visit_class(module, *class, kind);
            }
            Binding::Module(name) => self.follow_attribute_of(name, rest, kind),
            Binding::From(site, name) => {
                let Some(source) = self.source_of(module, *site) else {
                    return self.access_attributes(rest);
                };
                if let Some(submodule) = self.submodule(&source, name) {
                    self.follow_attribute_of(&submodule, rest, kind);
                }
                self.resolve_in_source(&source, name, rest, kind);
            }
        }
    }

    /// Follows an attribute of a module: a submodule, or one of its names. Without an attribute, the module is passed
    /// around as a value.
    fn follow_attribute_of(&mut self, source: &str, rest: &'a [Identifier], kind: UseKind) {
        let Some((name, attributes)) = rest.split_first() else {
            return self.mark_escaped(source);
        };
        if name == DYNAMIC_ATTR {
            self.mark_escaped(source);
            // Computed names in the library occur in its sources. Those of an app may come from user input.
            let reader = self
                .worklist
                .current
                .map(|(module, _)| &self.worklist.module(module).name);
            let is_app = reader.is_none_or(|name| self.context.app.contains_key(name));
            if is_app
                && let Resolved::Module(source, Origin::Stdlib | Origin::App | Origin::Dependency) =
                    self.context.resolve(source)
            {
                self.mark_all_live(&source);
            }
            return;
        }
        if let Some(submodule) = self.submodule(source, name) {
            self.follow_attribute_of(&submodule, attributes, kind);
        }
        self.resolve_in_source(source, name, attributes, kind);
    }

    /// Follows a name of a module that may not be loaded yet.
    pub(super) fn resolve_in_source(
        &mut self,
        source: &str,
        name: &'a str,
        rest: &'a [Identifier],
        kind: UseKind,
    ) {
        self.reference_name(name);
        self.request_attribute(source, name);
        if source == "builtins" {
            self.read_builtin(name);
        }
        if let Some(module) = self.worklist.loaded(source) {
            return self.resolve_attribute(module, name, rest, kind);
        }
        match self.context.resolve(source) {
            Resolved::Module(source, Origin::Stdlib | Origin::App | Origin::Dependency) => {
                let by = self.worklist.current;
                self.worklist.wait_for_module(
                    source,
                    NameUse {
                        name,
                        attributes: rest,
                        kind,
                        by,
                    },
                );
            }
            Resolved::Module(source, _) | Resolved::BuildDependent(source)
                if kind == UseKind::Exported =>
            {
                self.mark_c_module_live(&source);
                self.access_attributes(rest);
            }
            _ => self.access_attributes(rest),
        }
    }

    fn access_attributes(&mut self, names: &'a [Identifier]) {
        names.iter().for_each(|name| self.access_attribute(name));
    }

    /// Returns the module that an import site imports names from.
    pub(super) fn source_of(&self, module: ModuleId, site: usize) -> Option<String> {
        let loaded = self.worklist.module(module);
        match &loaded.summary.imports[site].import {
            Import::From { level, module, .. } => {
                self.context.absolute(&loaded.name, *level, module)
            }
            Import::Module(name) | Import::Dynamic(name) | Import::RunModule(name) => {
                Some(name.clone())
            }
            Import::Computed { .. } => None,
        }
    }

    /// Returns the full name of a submodule, if the package has one with this name.
    fn submodule(&self, package: &str, name: &str) -> Option<String> {
        if !self.may_be_module(name) {
            return None;
        }
        let submodule = format!("{package}.{name}");
        self.is_python_module(&submodule).then_some(submodule)
    }

    /// Returns whether the last part of a name is that of a module. Of most names it is not, and this is told without
    /// the package.
    pub(super) fn may_be_module(&self, name: &str) -> bool {
        let last = name.rsplit('.').next().unwrap_or(name);
        self.last_parts.contains(last)
    }

    pub(super) fn is_python_module(&self, name: &str) -> bool {
        self.may_be_module(name)
            && ModuleName::new(name).is_ok_and(|name| self.context.kind(&name).is_some())
    }
}
