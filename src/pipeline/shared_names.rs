//! Shares names between the pages and scripts of an app, whose Python runs in one namespace.

use std::collections::{BTreeMap, BTreeSet};

use crate::scan::{Binding, GuardId, Identifier, Import, ImportSite, ModuleSummary, SitePlace};
use crate::stdlib::ModuleKind;
use crate::types::ModuleName;

/// The names that a module imports at its top level, with the sites of `from` imports.
#[derive(Default)]
struct SharedNames {
    bindings: BTreeMap<Identifier, Vec<(Binding, Option<ImportSite>)>>,
    stars: Vec<ImportSite>,
}

/// Binds the names that a page or script reads and does not bind, as other modules of `sharing` bind them. Functions and
/// classes need no binding, because all of an app's may be called.
pub(super) fn share_names(
    modules: &mut BTreeMap<ModuleName, (ModuleKind, ModuleSummary)>,
    sharing: &BTreeSet<ModuleName>,
) {
    let mut shared = SharedNames::default();
    for (_, summary) in sharing.iter().filter_map(|name| modules.get(name)) {
        shared.add(summary);
    }
    for name in sharing {
        if let Some((_, summary)) = modules.get_mut(name) {
            shared.bind_in(summary);
        }
    }
}

impl SharedNames {
    fn add(&mut self, summary: &ModuleSummary) {
        for (name, bindings) in &summary.bindings {
            let imported = bindings.iter().filter_map(|binding| match binding {
                Binding::Module(_) => Some((binding.clone(), None)),
                Binding::From(site, _) => Some((
                    binding.clone(),
                    Some(shared_site(summary.imports.get(*site)?)),
                )),
                Binding::Function(_) | Binding::Class(_) => None,
            });
            let known = self.bindings.entry(name.clone()).or_default();
            known.extend(imported);
        }
        let stars = summary
            .stars
            .iter()
            .filter_map(|site| summary.imports.get(*site));
        self.stars.extend(stars.map(shared_site));
    }

    fn bind_in(&self, summary: &mut ModuleSummary) {
        let scopes = summary.scopes.iter();
        let uses = scopes
            .flat_map(|scope| &scope.uses)
            .filter_map(|used| used.chain.first());
        let bases = summary.classes.iter().flat_map(|class| &class.bases);
        let bases = bases.filter_map(|base| base.chain.first());
        let unbound = uses
            .chain(bases)
            .filter(|name| !summary.bindings.contains_key(*name));
        let unbound: BTreeSet<Identifier> = unbound.cloned().collect();
        for name in &unbound {
            for (binding, site) in self.bindings.get(name).into_iter().flatten() {
                let binding = match (binding, site) {
                    (Binding::From(_, imported), Some(site)) => {
                        summary.imports.push(site.clone());
                        Binding::From(summary.imports.len() - 1, imported.clone())
                    }
                    (binding, _) => binding.clone(),
                };
                let bindings = summary.bindings.entry(name.clone()).or_default();
                if !bindings.contains(&binding) {
                    bindings.push(binding);
                }
            }
        }
        for star in &self.stars {
            let is_own = |site: &usize| {
                summary
                    .imports
                    .get(*site)
                    .is_some_and(|own| own.import == star.import)
            };
            if !unbound.is_empty() && !summary.stars.iter().any(is_own) {
                summary.imports.push(star.clone());
                summary.stars.push(summary.imports.len() - 1);
            }
        }
    }
}

/// Returns the site of another module's import, which this module does not run.
fn shared_site(site: &ImportSite) -> ImportSite {
    ImportSite {
        line: 0,
        column: 0,
        import: match &site.import {
            // Pages and scripts are in no package.
            Import::From { module, names, .. } => Import::From {
                level: 0,
                module: module.clone(),
                names: names.clone(),
            },
            other => other.clone(),
        },
        place: SitePlace::LazyStatement,
        guard: GuardId::ALWAYS,
    }
}
