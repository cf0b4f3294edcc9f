//! Modules that a dependency carries in a folder of its own, which it puts on `sys.path`: `setuptools/_vendor`.

use std::collections::{BTreeMap, BTreeSet};

use super::DependencyModule;
use crate::scan::{Binding, Identifier, Import, ImportSite, ModuleSummary};
use crate::stdlib::ModuleKind;
use crate::types::ModuleName;

/// The modules in folders that look as if they were on `sys.path`: those in a package that are no packages themselves.
#[derive(Debug, Default)]
pub struct VendoredModules {
    /// The names of such folders, as packages, by the top-level modules in them.
    folders: BTreeMap<String, Vec<ModuleName>>,
}

impl VendoredModules {
    /// Collects the vendored modules of dependencies. Those that the library or a dependency has in the ordinary way do
    /// not count.
    pub(super) fn new(
        modules: &BTreeMap<ModuleName, DependencyModule>,
        in_library: impl Fn(&str) -> bool,
    ) -> Self {
        let kind = |name: &ModuleName| modules.get(name).map(|module| module.kind);
        let mut folders: BTreeMap<String, Vec<ModuleName>> = BTreeMap::new();
        for name in modules.keys() {
            let Some(folder) = name.parent() else {
                continue;
            };
            let is_vendored = kind(&folder) == Some(ModuleKind::Namespace)
                && folder.parent().and_then(|parent| kind(&parent)) == Some(ModuleKind::Package);
            let last = name.as_str().rsplit('.').next().unwrap_or_default();
            let is_hidden = || {
                let top_level = ModuleName::new(last);
                in_library(last) || top_level.is_ok_and(|name| modules.contains_key(&name))
            };
            if is_vendored && !is_hidden() {
                folders.entry(last.to_owned()).or_default().push(folder);
            }
        }
        Self { folders }
    }

    /// Returns whether a dependency carries the top-level module of `name`.
    pub fn contains(&self, name: &str) -> bool {
        let top_level = name.split('.').next().unwrap_or(name);
        self.folders.contains_key(top_level)
    }

    /// Adds the imports of vendored modules to a module that imports their names. The imports of the names themselves
    /// remain: they may find other modules, or fail.
    pub fn add_imports(&self, importer: &ModuleName, summary: &mut ModuleSummary) {
        if self.folders.is_empty() {
            return;
        }
        let names = Names {
            vendored: self,
            importer,
            folders: self.named_folders(importer, summary),
        };
        for index in 0..summary.imports.len() {
            let site = &summary.imports[index];
            if let Some(import) = names.vendored_import(&site.import) {
                let site = ImportSite {
                    import,
                    ..site.clone()
                };
                if summary.stars.contains(&index) {
                    summary.stars.push(summary.imports.len());
                }
                let added = summary.imports.len();
                summary.imports.push(site);
                let scopes = summary.scopes.iter_mut().map(|scope| &mut scope.bindings);
                for bindings in scopes.chain([&mut summary.bindings]) {
                    for bindings in bindings.values_mut() {
                        let from_site = bindings.iter().find_map(|binding| match binding {
                            Binding::From(site, name) if *site == index => Some(name.clone()),
                            _ => None,
                        });
                        bindings.extend(from_site.map(|name| Binding::From(added, name)));
                    }
                }
            }
        }
        let scopes = summary.scopes.iter_mut().map(|scope| &mut scope.bindings);
        for bindings in scopes.chain([&mut summary.bindings]) {
            for bindings in bindings.values_mut() {
                let modules = bindings.iter().filter_map(|binding| match binding {
                    Binding::Module(module) => names.vendored_name(module),
                    _ => None,
                });
                let modules: Vec<String> = modules.collect();
                let modules = modules.iter().map(|name| Identifier::new(name));
                bindings.extend(modules.map(Binding::Module));
            }
        }
    }

    /// Returns the folders from which a module may import: those in its own top-level package, and others that it names.
    fn named_folders(
        &self,
        importer: &ModuleName,
        summary: &ModuleSummary,
    ) -> BTreeSet<ModuleName> {
        let folders: BTreeSet<&ModuleName> = self.folders.values().flatten().collect();
        let is_named = |folder: &&&ModuleName| {
            let last = folder.as_str().rsplit('.').next().unwrap_or_default();
            folder.top_level() == importer.top_level() || summary.reads_attribute(last)
        };
        folders
            .iter()
            .filter(is_named)
            .map(|folder| (*folder).clone())
            .collect()
    }
}

/// The vendored modules that one module may import.
struct Names<'a> {
    vendored: &'a VendoredModules,
    importer: &'a ModuleName,
    folders: BTreeSet<ModuleName>,
}

impl Names<'_> {
    fn vendored_import(&self, import: &Import) -> Option<Import> {
        let vendored = |name: &str| self.vendored_name(name);
        match import {
            Import::Module(name) => vendored(name).map(Import::Module),
            Import::Dynamic(name) => vendored(name).map(Import::Dynamic),
            Import::From {
                level: 0,
                module,
                names,
            } => Some(Import::From {
                level: 0,
                module: vendored(module)?,
                names: names.clone(),
            }),
            _ => None,
        }
    }

    /// Returns the full name of a vendored module: the one that lies nearest to the importer.
    fn vendored_name(&self, name: &str) -> Option<String> {
        let top_level = name.split('.').next().unwrap_or(name);
        let common_parts = |folder: &&ModuleName| {
            let importer = self.importer.as_str().split('.');
            let pairs = folder.as_str().split('.').zip(importer);
            pairs.take_while(|(a, b)| a == b).count()
        };
        let folders = self.vendored.folders.get(top_level)?.iter();
        let folders = folders.filter(|folder| self.folders.contains(*folder));
        // The first one of several, like on `sys.path`.
        let nearest = folders.rev().max_by_key(common_parts)?;
        Some(format!("{nearest}.{name}"))
    }
}
