//! The public API of a root: what a user of it may call.

use super::state::{How, ModuleId};
use super::{Reachable, Resolved};
use crate::graph::world::Modules;
use crate::scan::Binding;
use crate::types::ModuleName;

impl<S: Modules> Reachable<'_, S> {
    /// Everything public of a root is live: the names in its `__all__`, else those without an
    /// underscore that it defines or takes from its own package.
    pub(super) fn offer(&mut self, module: ModuleId) {
        let loaded = self.state.module(module);
        let (summary, name) = (loaded.summary, loaded.name.clone());
        if let Some(exports) = &summary.exports {
            for export in &exports.names {
                self.mention(export);
                self.name_in(module, export, &[], How::Promised);
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
                self.mention(public);
                self.name_in(module, public, &[], How::Promised);
            }
        }
        for &site in &summary.stars {
            let Some(source) = self.source_of(module, site) else {
                continue;
            };
            match self.world.resolve(&source) {
                Resolved::Module(source, super::Origin::C) => self.whole_c_module(&source),
                Resolved::Module(source, _) if own(source.as_str()) => self.offer_also(&source),
                _ => {}
            }
        }
    }
    /// What a root takes wholesale from its own package is its API too.
    fn offer_also(&mut self, source: &ModuleName) {
        if self.state.roots.insert(source.to_string())
            && let Some(module) = self.state.loaded(source.as_str())
        {
            self.offer(module);
        }
    }
}
