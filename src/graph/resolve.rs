//! Resolves names and import sites to modules.

use super::context::{AnalysisContext, ModuleProvider};
use super::import_failure::UnavailableBecause;
use crate::manifest::{Presence, SYSCONFIGDATA};
use crate::scan::{Binding, Import, ModuleSummary, ScanError};
use crate::stdlib::ModuleKind;
use crate::types::ModuleName;

/// Where a module comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The meta root, which is not a module.
    MetaRoot,
    /// The app.
    App,
    /// A dependency of the app.
    Dependency,
    /// A file or folder of the standard library.
    Stdlib,
    /// A C module: built into the runtime, or an extension module.
    C,
}

/// What a dotted name resolves to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// An available module.
    Module(ModuleName, Origin),
    /// A C module that only some builds of the target have.
    BuildDependent(ModuleName),
    /// A module that the bundle cannot have, and why.
    Unavailable(ModuleName, UnavailableBecause),
    /// A name that neither the standard library nor the app has.
    Unknown(String),
}

impl<S: ModuleProvider> AnalysisContext<'_, S> {
    /// Resolves `name`. App modules come first, like the app's folder on `sys.path`, and dependencies last, like
    /// `site-packages`.
    pub fn resolve(&self, name: &str) -> Resolved {
        let Ok(module) = ModuleName::new(name) else {
            return Resolved::Unknown(name.to_owned());
        };
        if self.app.contains_key(&module) {
            return Resolved::Module(module, Origin::App);
        }
        if self.is_dependency(&module) {
            return Resolved::Module(module, Origin::Dependency);
        }
        let in_stdlib = self.stdlib.kind(name).is_some();
        let c_module = self.target.c_module(name);
        if (in_stdlib || c_module.is_some())
            && let Some(exclusion) = self.exclusions.first_match(&module)
        {
            return Resolved::Unavailable(module, UnavailableBecause::Excluded(exclusion.clone()));
        }
        if in_stdlib {
            return Resolved::Module(module, Origin::Stdlib);
        }
        match c_module {
            Some(Presence::Present) => Resolved::Module(module, Origin::C),
            Some(Presence::BuildDependent(_)) => Resolved::BuildDependent(module),
            Some(Presence::Missing(reason)) => {
                Resolved::Unavailable(module, UnavailableBecause::NotOnTarget(reason.clone()))
            }
            None => Resolved::Unknown(name.to_owned()),
        }
    }

    /// Returns whether `module` is of a dependency: one has it, and neither the app nor the standard library of the
    /// target has.
    pub(super) fn is_dependency(&self, module: &ModuleName) -> bool {
        let name = module.as_str();
        if self.dependencies.kind(name).is_none() || self.app.contains_key(module) {
            return false;
        }
        let in_stdlib = match self.target.c_module(name) {
            Some(Presence::Missing(_)) => false,
            Some(_) => true,
            None => self.stdlib.kind(name).is_some(),
        };
        !in_stdlib || self.exclusions.first_match(module).is_some()
    }

    /// Returns whether `module` is of the standard library, whose sources are known.
    pub(super) fn is_stdlib(&self, module: &ModuleName) -> bool {
        !self.app.contains_key(module) && !self.is_dependency(module)
    }

    /// Returns the modules that `import` in `importer` imports, without redundant ones. The flag is true if the import
    /// fails without the module; these come first.
    pub(super) fn targets(&self, importer: &ModuleName, import: &Import) -> Vec<(Resolved, bool)> {
        let mut targets = self.all_targets(importer, import);
        let mut redundant = self
            .redundant_imports
            .iter()
            .filter(|entry| entry.from == *importer);
        if let Some(redundant) = redundant.find(|entry| {
            entry
                .when_present
                .iter()
                .all(|name| self.definitely_has(name))
        }) {
            let is_redundant = |target: &Resolved| matches!(target, Resolved::Module(name, Origin::Stdlib) if redundant.to.contains(name));
            targets.retain(|(target, _)| !is_redundant(target));
        }
        targets
    }

    /// Returns whether a C module is available, and the app does not seem to hide it.
    fn definitely_has(&self, name: &ModuleName) -> bool {
        let is_available = matches!(self.resolve(name.as_str()), Resolved::Module(_, Origin::C));
        is_available && !self.possibly_shadowed_c_modules.contains(name)
    }

    fn all_targets(&self, importer: &ModuleName, import: &Import) -> Vec<(Resolved, bool)> {
        match import {
            Import::Module(name) => vec![(self.resolve_or_parent(name), true)],
            // It is unknown which function the call reaches, and what that does on failure.
            Import::Dynamic(name) | Import::RunModule(name) => {
                vec![(self.resolve_or_parent(name), false)]
            }
            Import::Computed { prefix, suffix } => {
                let names = self.computed_names(prefix, &[suffix]).into_iter();
                names.map(|name| (self.resolve(&name), false)).collect()
            }
            Import::From {
                level,
                module,
                names,
            } => {
                let Some(package) = self.absolute(importer, *level, module) else {
                    return vec![(
                        Resolved::Unknown(format!("{}{module}", ".".repeat(*level as usize))),
                        true,
                    )];
                };
                let mut targets = vec![(self.resolve_or_parent(&package), true)];
                for name in self.imported_names(&package, names) {
                    let resolved = self.resolve(&format!("{package}.{name}"));
                    if !matches!(resolved, Resolved::Unknown(_)) {
                        // A name that the package does not bind can only be the submodule.
                        let imports_itself = importer.as_str() == package;
                        let needed = if imports_itself {
                            !self.has_bound(importer, &name)
                        } else {
                            !self.may_bind(&package, &name)
                        };
                        targets.push((resolved, needed));
                    }
                }
                targets
            }
        }
    }

    /// Returns the module that `python -m` runs: the module itself, or the `__main__` of a package.
    pub fn main_of(&self, module: &Resolved) -> Option<Resolved> {
        let Resolved::Module(name, _) = module else {
            return None;
        };
        match self.kind(name)? {
            ModuleKind::Module => Some(module.clone()),
            ModuleKind::Package | ModuleKind::Namespace => {
                match self.resolve(&format!("{name}.__main__")) {
                    Resolved::Unknown(_) => None,
                    main => Some(main),
                }
            }
        }
    }

    /// Returns the modules of the app and the library whose names are `stem` and a rest without dots.
    fn starting_with<'s>(&'s self, stem: &'s str) -> impl Iterator<Item = String> + 's {
        let app_names = self.app.keys().map(ToString::to_string);
        let app_names = app_names.filter(move |name| name.starts_with(stem));
        let dependencies = self.dependencies.starting_with(stem);
        let names = app_names
            .chain(self.stdlib.starting_with(stem))
            .chain(dependencies);
        names.filter(move |name| !name[stem.len()..].contains('.'))
    }

    /// Returns the modules whose names may be put together from `prefix`, a computed part and one of `suffixes`.
    pub(super) fn computed_names(&self, prefix: &str, suffixes: &[&str]) -> Vec<String> {
        let is_module =
            |name: &String| ModuleName::new(name).is_ok_and(|name| self.kind(&name).is_some());
        let mut names: Vec<String> = self.starting_with(prefix).collect();
        for index in 0..names.len() {
            // `f"locales.{name}.months"`
            let below = suffixes.iter().filter(|suffix| suffix.starts_with('.'));
            let below = below.map(|suffix| format!("{}{suffix}", names[index]));
            let below: Vec<String> = below.filter(is_module).collect();
            names.extend(below);
        }
        names
    }

    /// Returns the last parts of the names of all modules of the app, the library and the dependencies.
    pub(super) fn last_parts(&self) -> impl Iterator<Item = String> {
        let app_names = self.app.keys().map(ToString::to_string);
        let names = app_names
            .chain(self.stdlib.starting_with(""))
            .chain(self.dependencies.starting_with(""));
        names.map(|name| match name.rsplit_once('.') {
            Some((_, last)) => last.to_owned(),
            None => name,
        })
    }

    /// Returns the modules that a name in a hidden import matches. `_sysconfigdata_*` is the module of the target; any
    /// other name with `*` at the end matches all modules with that prefix.
    pub(super) fn expand_pattern(&self, name: &ModuleName) -> Vec<String> {
        match (name.as_str().strip_suffix('*'), &self.target.sysconfigdata) {
            (None, _) => vec![name.to_string()],
            (Some(stem), Some(suffix)) if name.as_str() == SYSCONFIGDATA => {
                vec![format!("{stem}{suffix}")]
            }
            (Some(stem), _) => self.stdlib.starting_with(stem),
        }
    }

    /// Resolves `name`, or else its nearest parent that exists.
    ///
    /// `a` may add `a.b` to `sys.modules` itself, as `os` does with `os.path`. Then `a` is the module that is needed.
    pub(super) fn resolve_or_parent(&self, name: &str) -> Resolved {
        match self.resolve(name) {
            Resolved::Unknown(name) => match name.rsplit_once('.') {
                Some((parent, _)) => match self.resolve_or_parent(parent) {
                    Resolved::Unknown(_) => Resolved::Unknown(name),
                    resolved => resolved,
                },
                None => Resolved::Unknown(name),
            },
            resolved => resolved,
        }
    }

    /// Returns whether a package may bind `name` itself, apart from a submodule of that name.
    fn may_bind(&self, package: &str, name: &str) -> bool {
        let summary = ModuleName::new(package)
            .ok()
            .and_then(|package| self.summary(&package));
        match summary {
            Some(Ok(summary)) => summary.may_bind(name),
            _ => true,
        }
    }

    /// Returns whether a package may bind `name` itself while its body runs.
    ///
    /// Neither its `__getattr__`, which follows, nor names that the body imports from the package itself count.
    fn has_bound(&self, package: &ModuleName, name: &str) -> bool {
        let Some(Ok(summary)) = self.summary(package) else {
            return true;
        };
        let is_from_itself = |binding: &Binding| match binding {
            Binding::From(site, imported) => summary.imports.get(*site).is_some_and(|site| {
                let Import::From { level, module, .. } = &site.import else {
                    return false;
                };
                let source = self.absolute(package, *level, module);
                imported == name && source.as_deref() == Some(package.as_str())
            }),
            _ => false,
        };
        let bindings = summary.bindings.get(name);
        let is_bound = bindings.is_some_and(|bindings| !bindings.iter().all(is_from_itself));
        summary.opaque || !summary.stars.is_empty() || is_bound || summary.assigned.contains(name)
    }

    /// Returns the names of `from package import names`, where `*` stands for the names in `__all__`.
    fn imported_names(&self, package: &str, names: &[String]) -> Vec<String> {
        if names.iter().any(|name| name == "*") {
            let exports = ModuleName::new(package).ok().and_then(|name| {
                self.summary(&name)
                    .and_then(Result::ok)
                    .map(|summary| summary.exports.clone())
            });
            return exports.flatten().unwrap_or_default().names;
        }
        names.to_vec()
    }

    /// Returns the package of a module: the module itself, if it is one. A top-level module has none.
    pub(super) fn package_of(&self, module: &ModuleName) -> Option<ModuleName> {
        match self.kind(module) {
            Some(ModuleKind::Package | ModuleKind::Namespace) => Some(module.clone()),
            Some(ModuleKind::Module) | None => module.parent(),
        }
    }

    /// Returns the absolute name of a relative import, like `importlib._bootstrap._resolve_name`.
    pub(super) fn absolute(
        &self,
        importer: &ModuleName,
        level: u32,
        module: &str,
    ) -> Option<String> {
        if level == 0 {
            return Some(module.to_owned());
        }
        let mut package = self.package_of(importer);
        for _ in 1..level {
            package = package?.parent();
        }
        let package = package?;
        Some(if module.is_empty() {
            package.to_string()
        } else {
            format!("{package}.{module}")
        })
    }

    /// Returns the kind of a module of the app, the standard library or a dependency.
    pub(super) fn kind(&self, name: &ModuleName) -> Option<ModuleKind> {
        match self.app.get(name) {
            Some((kind, _)) => Some(*kind),
            None if self.is_dependency(name) => self.dependencies.kind(name.as_str()),
            None => self.stdlib.kind(name.as_str()),
        }
    }

    /// Returns the summary of a module of the app, the standard library or a dependency.
    pub(super) fn summary(&self, name: &ModuleName) -> Option<Result<&ModuleSummary, &ScanError>> {
        match self.app.get(name) {
            Some((_, summary)) => Some(Ok(summary)),
            None if self.is_dependency(name) => self.dependencies.summary(name),
            None => self.stdlib.summary(name),
        }
    }

    /// Prepares the summaries of modules of the standard library and the dependencies.
    pub(super) fn prepare(&self, names: &[ModuleName]) -> Result<(), S::Error> {
        let (dependencies, stdlib): (Vec<_>, Vec<_>) = names
            .iter()
            .cloned()
            .partition(|name| self.is_dependency(name));
        self.stdlib.prepare(&stdlib)?;
        self.dependencies.prepare(&dependencies)
    }
}
