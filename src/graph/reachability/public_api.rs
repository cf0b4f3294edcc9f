//! The public API of a root, which is live as a whole.

use super::worklist::{ModuleId, UseKind};
use super::{Reachability, Resolved};
use crate::graph::context::ModuleProvider;
use crate::scan::Binding;
use crate::types::ModuleName;

impl<S: ModuleProvider> Reachability<'_, S> {
    /// Everything public of a root is live: the names in its `__all__`, else those without an
    /// underscore that it defines or takes from its own package.
    pub(super) fn mark_public_api_live(&mut self, module: ModuleId) {
        let loaded = self.worklist.module(module);
        let (summary, name) = (loaded.summary, loaded.name.clone());
        if let Some(exports) = &summary.exports {
            for export in &exports.names {
                self.reference_name(export);
                self.resolve_in_module(module, export, &[], UseKind::Exported);
            }
        }
        let own = |source: &str| source.split('.').next() == Some(name.top_level());
        for (public, bindings) in &summary.bindings {
            // What `__all__` computes may be any of the others.
            let listed = summary.exports.as_ref().is_some_and(|all| !all.more);
            if public.starts_with('_') || listed {
                continue;
            }
            let defined = bindings.iter().any(|binding| match binding {
                Binding::Function(_) | Binding::Class(_) => true,
                Binding::From(site, _) => self
                    .source_of(module, *site)
                    .is_some_and(|source| own(&source)),
                Binding::Module(_) => false,
            });
            if defined {
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
                Resolved::Module(source, _) if own(source.as_str()) => {
                    self.mark_reexported_api_live(&source);
                }
                _ => {}
            }
        }
    }
    /// What a root takes wholesale from its own package is its API too.
    fn mark_reexported_api_live(&mut self, source: &ModuleName) {
        if self.worklist.roots.insert(source.to_string())
            && let Some(module) = self.worklist.loaded(source.as_str())
        {
            self.mark_public_api_live(module);
        }
    }
}
