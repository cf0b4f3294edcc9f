//! Follows lazy imports (PEP 810) when what reads their names is live.

use super::Reachability;
use super::worklist::{ModuleId, WorkItem};
use crate::graph::context::ModuleProvider;
use crate::profile::Closure;
use crate::scan::{Import, ModuleSummary, ScopeId};
use crate::types::ModuleName;

impl<S: ModuleProvider> Reachability<'_, S> {
    /// Follows the lazy imports of a module whose names a live scope reads. The bases of classes are read by the body.
    pub(super) fn follow_lazy_imports(&mut self, module: ModuleId, id: ScopeId) {
        let summary = self.worklist.module(module).summary;
        if summary.lazy_names.is_empty() {
            return;
        }
        let is_body = id == ScopeId::BODY;
        if is_body && self.closure == Closure::Everything {
            let names = summary.lazy_names.keys();
            names.for_each(|name| self.read_lazy_name(module, name));
        }
        let bases = summary.classes.iter().filter(|_| is_body);
        let bases = bases.flat_map(|class| &class.bases);
        for used in summary.scope(id).uses.iter().chain(bases) {
            if let Some(name) = used.chain.first()
                && summary.lazy_names.contains_key(name)
                && self.can_hold(module, used.guard)
            {
                self.read_lazy_name(module, name);
            }
        }
    }

    /// Follows the lazy imports that bind `name`, which is read. They may read names of other lazy imports, and in a
    /// circle their own.
    pub(super) fn read_lazy_name(&mut self, module: ModuleId, name: &str) {
        let summary = self.worklist.module(module).summary;
        for &site in summary.lazy_names.get(name).into_iter().flatten() {
            if self.context.is_lazy(&summary.imports[site])
                && self.worklist.read_lazy_imports.insert((module, site))
            {
                self.worklist.items.push(WorkItem::Site(module, site));
            }
        }
    }

    /// Follows the imports that wait for a module that is now loaded: they may read names of lazy imports there, and
    /// its `__all__` may list submodules.
    pub(super) fn follow_waiting_imports(&mut self, name: &ModuleName, summary: &ModuleSummary) {
        let sites = self.worklist.waiting_for_names.remove(name);
        for (module, index) in sites.into_iter().flatten() {
            let import = &self.worklist.module(module).summary.imports[index].import;
            let is_star = matches!(import, Import::From { names, .. } if names.iter().any(|name| name == "*"));
            if is_star || !summary.lazy_names.is_empty() {
                self.worklist.items.push(WorkItem::Site(module, index));
            }
        }
    }

    /// Follows the lazy imports of the names that `from source import name` reads, when it runs. If the source is not
    /// loaded yet, the import is followed again once it is.
    pub(super) fn read_lazy_names_of(&mut self, module: ModuleId, index: usize, names: &[String]) {
        let Some(source) = self.source_of(module, index) else {
            return;
        };
        let Some(loaded) = self.worklist.loaded(&source) else {
            if let Ok(source) = ModuleName::new(&source) {
                let waiting = self.worklist.waiting_for_names.entry(source);
                waiting.or_default().push((module, index));
            }
            return;
        };
        let summary = self.worklist.module(loaded).summary;
        let is_exported = |name: &str| match &summary.exports {
            Some(exports) if !exports.has_computed => exports.names.iter().any(|it| it == name),
            _ => !name.starts_with('_'),
        };
        for lazy in summary.lazy_names.keys() {
            let is_read = |name: &String| name == lazy || name == "*" && is_exported(lazy);
            if names.iter().any(is_read) {
                self.read_lazy_name(loaded, lazy);
            }
        }
    }
}
