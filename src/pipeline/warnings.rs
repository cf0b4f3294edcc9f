//! Collects the warnings of a plan from its inputs, graph and selection.

use std::collections::{BTreeMap, BTreeSet};

use super::Inputs;
use super::app_zip::{AppZipPlan, ModuleContent};
use super::module_provider::{ScannedApp, ScannedStdlib};
use super::packages::is_of;
use super::warning::{AppPlace, Warning};
use crate::app::{DocumentNote, NoteKind};
use crate::diagnostic::Diagnostic;
use crate::explain::FailureChain;
use crate::graph::{AnalysisContext, ImportGraph, app_import_failure, lazy_import_failures};
use crate::scan::ModuleSummary;
use crate::select::Selection;
use crate::stdlib::ModuleKind;
use crate::types::{ModuleName, Version};

/// Everything that the warnings of a plan are derived from.
pub(super) struct PlanFacts<'a> {
    pub(super) inputs: &'a Inputs,
    pub(super) app: &'a ScannedApp,
    pub(super) context: &'a AnalysisContext<'a, ScannedStdlib<'a>>,
    pub(super) graph: &'a ImportGraph,
    pub(super) selection: &'a Selection,
    pub(super) app_zip: Option<&'a AppZipPlan>,
    /// Whether something runs or imports a module of the app.
    pub(super) is_used: &'a dyn Fn(&ModuleName) -> bool,
    /// The top-level modules of the app that hide modules of the library from the library itself, each with a module of
    /// the library that imports it.
    pub(super) hidden: &'a BTreeMap<String, ModuleName>,
}

impl PlanFacts<'_> {
    /// Returns all warnings.
    pub(super) fn warnings(&self) -> Vec<Diagnostic> {
        let contents = self.inputs.stdlib.warnings.iter().cloned();
        let mut warnings: Vec<Warning> = contents.map(Warning::StdlibContents).collect();
        let uncompilable = self.context.stdlib.uncompilable();
        warnings.extend(
            uncompilable.map(|(path, error)| Warning::StdlibSyntaxError {
                path: path.to_owned(),
                error: error.clone(),
            }),
        );
        warnings.extend(self.link_outside_stdlib());
        warnings.extend(self.shadowed_modules());
        warnings.extend(self.excluded_app_files());
        warnings.extend(self.document_notes());
        warnings.extend(self.unseen());
        warnings.extend(self.opaque_extension_module());
        warnings.extend(self.extension_modules_in_app_zip());
        warnings.extend(self.foreign_extension_modules());
        warnings.extend(self.app_syntax_errors());
        warnings.extend(self.unimportable_app_modules());
        warnings.extend(self.failing_lazy_imports());
        warnings.extend(self.third_party_imports());
        warnings.into_iter().map(Diagnostic::from).collect()
    }

    /// Returns the modules of the program: those of the app that are not excluded, or that it imports.
    pub(super) fn program(&self) -> impl Iterator<Item = (&ModuleName, &ModuleSummary)> {
        let modules = self.app.modules.iter();
        let modules = modules.map(|(name, (_, summary))| (name, summary));
        modules.filter(|(name, _)| !self.app.excluded.contains(*name) || (self.is_used)(name))
    }

    /// Returns whether the bundle has the tier 'rest', with every module that the target can import.
    pub(super) fn has_rest(&self) -> bool {
        let tiers = self.inputs.profile.tiers.as_ref();
        tiers.is_some_and(|tiers| tiers.rest)
    }

    fn path(&self, module: &ModuleName) -> String {
        let dependency = || {
            let module = self.inputs.dependencies.modules().get(module)?;
            Some(&module.path)
        };
        let path = self.app.paths.get(module).or_else(dependency);
        path.map_or_else(|| module.to_string(), Clone::clone)
    }

    pub(super) fn place(&self, module: &ModuleName, line: u32) -> AppPlace {
        let path = self.path(module);
        let cells = self.app.cells.get(module);
        let index = usize::try_from(line).unwrap_or_default().checked_sub(1);
        match index.and_then(|index| cells?.get(index)) {
            Some(place) => AppPlace::in_document(&path, *place),
            None => AppPlace { path, line },
        }
    }

    /// Tells what was found in notebooks, pages and scripts, each kind once for code that only the run shows.
    fn document_notes(&self) -> Vec<Warning> {
        let notes = self.inputs.apps.iter().flat_map(|app| &app.notes);
        let place = |note: &DocumentNote| AppPlace::in_document(&note.path, note.place);
        let is_declared = !self.inputs.profile.hidden_imports.is_empty() || self.has_rest();
        let mut warnings = Vec::new();
        let mut computed = notes.clone().filter(|note| note.kind == NoteKind::Computed);
        if !is_declared && let Some(first) = computed.next() {
            warnings.push(Warning::UnseenCode {
                what: "JavaScript computes Python, or a part of it".to_owned(),
                first: place(first),
                others: computed.count(),
            });
        }
        for note in notes {
            match &note.kind {
                NoteKind::Computed | NoteKind::Registered(_) => {}
                NoteKind::NotRead(_) if is_declared => {}
                NoteKind::NotRead(what) => warnings.push(Warning::UnseenCode {
                    what: what.clone(),
                    first: place(note),
                    others: 0,
                }),
                NoteKind::Invalid(message) => warnings.push(Warning::InvalidPart {
                    place: place(note),
                    message: message.clone(),
                }),
            }
        }
        warnings
    }

    fn link_outside_stdlib(&self) -> Option<Warning> {
        let stdlib = &self.inputs.stdlib;
        let kept = self.selection.kept.values();
        let files = kept.filter(|kept| kept.kind != ModuleKind::Namespace);
        let mut outside =
            files.filter_map(|kept| Some((&kept.path, stdlib.link_target_outside(&kept.path)?)));
        let (path, target) = outside.next()?;
        Some(Warning::LinkOutsideStdlib {
            path: path.clone(),
            target: target.display().to_string(),
            others: outside.count(),
        })
    }

    /// Tells which files of the app are not part of the program, and are not imported by it.
    fn excluded_app_files(&self) -> Option<Warning> {
        let excluded = self.app.excluded.iter();
        let mut unused = excluded.filter(|name| !(self.is_used)(name));
        let first = self.path(unused.next()?);
        let others = unused.count();
        Some(Warning::ExcludedAppFiles { first, others })
    }

    fn shadowed_modules(&self) -> impl Iterator<Item = Warning> {
        let app = self.app.modules.keys();
        let shadowing = app.filter(|name| self.inputs.stdlib.get(name.as_str()).is_some());
        shadowing.map(|module| Warning::ShadowedStdlibModule {
            module: module.clone(),
            path: self.path(module),
            needed_by: self.hidden.get(module.as_str()).cloned(),
        })
    }

    fn opaque_extension_module(&self) -> Option<Warning> {
        let in_rest = self.has_rest() && self.app_zip.is_none();
        if in_rest || !self.inputs.profile.hidden_imports.is_empty() {
            return None;
        }
        Some(Warning::OpaqueExtensionModule {
            path: self.app.compiled.first()?.clone(),
            others: self.app.compiled.len() - 1,
        })
    }

    /// Tells which extension modules are in `app.zip`.
    fn extension_modules_in_app_zip(&self) -> Option<Warning> {
        let modules = self.app_zip?.modules.iter();
        let extensions = modules
            .filter(|(_, module)| matches!(module.content, ModuleContent::Extension(_)))
            .map(|(name, _)| name.clone());
        let modules: Vec<ModuleName> = extensions.collect();
        (!modules.is_empty()).then_some(Warning::ExtensionModulesInAppZip { modules })
    }

    /// Tells which extension modules the target does not load.
    fn foreign_extension_modules(&self) -> Option<Warning> {
        let apps = self.inputs.apps.iter();
        let of_apps = apps.flat_map(|app| &app.foreign_extensions);
        let mut paths = of_apps.chain(self.inputs.dependencies.foreign_extensions());
        Some(Warning::ForeignExtensionModules {
            first: paths.next()?.clone(),
            others: paths.count(),
            target: self.inputs.target.name.clone(),
        })
    }

    fn app_syntax_errors(&self) -> impl Iterator<Item = Warning> {
        let uncompilable = self.app.uncompilable.iter();
        let uncompilable = uncompilable.filter(|(name, _)| !self.app.excluded.contains(*name));
        uncompilable.map(|(name, error)| Warning::AppSyntaxError {
            path: self.path(name),
            error: error.clone(),
        })
    }

    fn chain(&self, module: &ModuleName, failure: &crate::graph::ImportFailure) -> FailureChain {
        FailureChain::new(module, failure, &self.graph.unimportable)
    }

    fn unimportable_app_modules(&self) -> impl Iterator<Item = Warning> {
        let unused = self.program().map(|(name, _)| name);
        let unused = unused.filter(|name| !(self.is_used)(name));
        unused.filter_map(|module| {
            let failure = app_import_failure(self.context, module, &self.graph.unimportable)?;
            Some(Warning::UnimportableAppModule {
                module: module.clone(),
                path: self.path(module),
                target: self.inputs.target.name.clone(),
                chain: self.chain(module, &failure),
            })
        })
    }

    fn failing_lazy_imports(&self) -> impl Iterator<Item = Warning> {
        self.program().flat_map(|(module, _)| {
            let failures = lazy_import_failures(self.context, module, &self.graph.unimportable);
            failures
                .into_iter()
                .map(|failure| Warning::FailingLazyImport {
                    place: self.place(module, failure.line),
                    chain: self.chain(module, &failure).without_first(),
                })
        })
    }

    fn third_party_imports(&self) -> impl Iterator<Item = Warning> {
        let imports = self.graph.third_party.iter();
        let notes = self.inputs.apps.iter().flat_map(|app| &app.notes);
        let registered: BTreeSet<&str> = notes
            .filter_map(|note| match &note.kind {
                NoteKind::Registered(name) => Some(&**name),
                _ => None,
            })
            .collect();
        // What packages of the target need is in the bundle.
        let is_provided = move |name: &str| {
            let top_level = name.split('.').next().unwrap_or(name);
            let mut packages = self.inputs.target.packages.iter();
            registered.contains(top_level) || packages.any(|note| is_of(note, name))
        };
        let imports = imports.filter(move |(name, _)| !is_provided(name));
        let mut by_package: BTreeMap<&str, Vec<(&String, AppPlace)>> = BTreeMap::new();
        for (name, (importer, line)) in imports {
            let package = name.split('.').next().unwrap_or(name);
            let modules = by_package.entry(package).or_default();
            modules.push((name, self.place(importer, *line)));
        }
        by_package.into_iter().map(|(package, mut modules)| {
            // A package is told once, where it is first imported.
            let name = match &*modules {
                [(name, _)] => (*name).clone(),
                _ => package.to_owned(),
            };
            modules.sort_by(|(_, left), (_, right)| {
                (&left.path, left.line).cmp(&(&right.path, right.line))
            });
            Warning::ThirdPartyImport {
                removed_in: self.removed_in(&name),
                place: modules.swap_remove(0).1,
                name,
            }
        })
    }

    /// Returns the version that removed a module, or its package, from the standard library.
    fn removed_in(&self, name: &str) -> Option<Version> {
        let module = ModuleName::new(name).ok()?;
        let top_level = ModuleName::new(module.top_level()).ok()?;
        let removed = &self.inputs.target.removed;
        removed
            .get(&module)
            .or_else(|| removed.get(&top_level))
            .copied()
    }
}
