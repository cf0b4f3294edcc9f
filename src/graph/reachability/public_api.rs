//! Marks the public API of roots live.

use super::worklist::{ModuleId, UseKind};
use super::{Reachability, Resolved};
use crate::graph::context::ModuleProvider;
use crate::scan::Binding;
use crate::types::ModuleName;

impl<S: ModuleProvider> Reachability<'_, S> {
    /// Marks the public API of a root live: the names in its `__all__`, or else those without a leading underscore
    /// that it defines or imports from its own package.
    pub(super) fn mark_public_api_live(&mut self, module: ModuleId) {
        let loaded = self.worklist.module(module);
        let (summary, name) = (loaded.summary, loaded.name.clone());
        if let Some(exports) = &summary.exports {
            for export in &exports.names {
                self.reference_name(export);
                self.request_attribute(name.as_str(), export);
                self.resolve_in_module(module, export, &[], UseKind::Exported);
            }
        }
        let is_own_package = |source: &str| source.split('.').next() == Some(name.top_level());
        for (public, bindings) in &summary.bindings {
            // If parts of `__all__` are computed, any public name may be in it.
            let all_listed = summary
                .exports
                .as_ref()
                .is_some_and(|exports| !exports.has_computed);
            if public.starts_with('_') || all_listed {
                continue;
            }
            let is_api = bindings.iter().any(|binding| match binding {
                Binding::Function(_) | Binding::Class(_) => true,
                Binding::From(site, _) => self
                    .source_of(module, *site)
                    .is_some_and(|source| is_own_package(&source)),
                Binding::Module(_) => false,
            });
            if is_api {
                self.reference_name(public);
                self.resolve_in_module(module, public, &[], UseKind::Exported);
            }
        }
        for &site in &summary.stars {
            let Some(source) = self.source_of(module, site) else {
                continue;
            };
            match self.context.resolve(&source) {
                Resolved::Module(source, super::Origin::C) => self.mark_c_module_live(&source),
                Resolved::Module(source, _) if is_own_package(source.as_str()) => {
                    self.mark_reexported_api_live(&source);
                }
                _ => {}
            }
        }
    }

    /// Marks the public API of a module live that a root imports with `*` from its own package.
    fn mark_reexported_api_live(&mut self, source: &ModuleName) {
        if self.worklist.roots.insert(source.to_string())
            && let Some(module) = self.worklist.loaded(source.as_str())
        {
            self.mark_public_api_live(module);
        }
    }
}
