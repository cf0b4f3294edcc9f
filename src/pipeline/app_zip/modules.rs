//! Selects the modules of `app.zip`: those of the program, and those of its dependencies that are reached.

use std::collections::{BTreeMap, BTreeSet};

use super::data::data_files;
use super::main_module::main_module;
use super::{AppZipFile, AppZipModule, AppZipPlan, ModuleContent, Owner};
use crate::app::AppFile;
use crate::explain::KeptBecause;
use crate::graph::{ImportGraph, Origin};
use crate::pipeline::module_provider::{ScannedApp, ScannedDependencies};
use crate::pipeline::{Inputs, PackError};
use crate::stdlib::{ModuleEntries, ModuleKind};
use crate::types::{ModuleName, unused_name};

/// Plans the contents of `app.zip`. `is_used` returns whether something runs or imports a module of the app.
///
/// # Errors
/// If the metadata of a dependency cannot be read.
pub(in crate::pipeline) fn plan_app_zip(
    inputs: &Inputs,
    app: &ScannedApp,
    dependencies: &ScannedDependencies<'_>,
    graph: &ImportGraph,
    is_used: &dyn Fn(&ModuleName) -> bool,
) -> Result<AppZipPlan, PackError> {
    let mut modules = BTreeMap::new();
    let mut scripts = BTreeMap::new();
    // The names are those that the app was scanned under: a second module of the same name has another one.
    let mut names = BTreeMap::new();
    for (index, opened) in inputs.apps.iter().enumerate() {
        for (name, file) in &opened.modules {
            let unique = unused_name(name, &names);
            names.insert(unique.clone(), index);
            // A notebook, page or script is a data file, if it is in a folder.
            let is_document = file
                .origin
                .as_ref()
                .is_some_and(|origin| !origin.is_importable);
            let is_left_out = is_document
                || app.uncompilable.contains_key(&unique)
                || file.is_excluded && !is_used(&unique)
                // The script is `__main__`.
                || opened.is_script && !is_imported(graph, &unique);
            if is_left_out {
                continue;
            }
            if is_importable(&unique, file) {
                modules.insert(unique.clone(), app_module(index, file, graph, &unique));
            } else if unique == *name {
                let script = AppZipFile::OfApp(index, file.path.clone());
                scripts.insert(file.inner.clone(), script);
            }
        }
    }
    let reached = graph.modules();
    let reached = reached.filter(|node| node.origin == Origin::Dependency);
    for node in reached {
        let names = std::iter::once(node.name.clone()).chain(node.name.ancestors());
        for name in names {
            if !modules.contains_key(&name)
                && let Some(module) = dependency_module(inputs, dependencies, graph, &name)
            {
                modules.insert(name, module);
            }
        }
    }
    let of_dependencies: BTreeSet<&ModuleName> = modules
        .iter()
        .filter(|(_, module)| module.owner == Owner::Dependency)
        .map(|(name, _)| name)
        .collect();
    let distributions = inputs.dependencies.distributions(&of_dependencies)?;
    let mut files = data_files(inputs, &modules, &of_dependencies, &distributions, scripts);
    let named = graph.named_sources.iter();
    for name in named.filter(|name| !modules.contains_key(*name)) {
        if let Some(data) = inputs.dependencies.source_as_data(name) {
            let file = AppZipFile::OfDependency(data.file);
            files.entry(data.path).or_insert(file);
        }
    }
    let main = ModuleName::new("__main__");
    let main = main.map_err(|error| PackError::Internal(error.to_string()))?;
    if !modules.contains_key(&main)
        && let Some(module) = main_module(&inputs.profile, &inputs.apps, |name| {
            modules.contains_key(name)
        })
    {
        modules.insert(main, module);
    }
    Ok(AppZipPlan {
        modules,
        files,
        distributions,
    })
}

/// Returns whether a module imports another one, and not only the interpreter.
fn is_imported(graph: &ImportGraph, module: &ModuleName) -> bool {
    let mut imports = graph.imports().into_keys();
    imports.any(|(_, imported)| imported == module)
}

/// Returns whether a file can be imported under a name.
fn is_importable(name: &ModuleName, file: &AppFile) -> bool {
    if file.compiled.is_some() || file.kind == ModuleKind::Namespace {
        return !name.as_str().contains('~');
    }
    let entries = ModuleEntries::from_paths([file.inner.clone()]);
    entries.modules.contains_key(name)
}

fn app_module(app: usize, file: &AppFile, graph: &ImportGraph, name: &ModuleName) -> AppZipModule {
    let content = if file.kind == ModuleKind::Namespace {
        ModuleContent::Namespace
    } else if file.compiled.is_some() {
        ModuleContent::Extension(AppZipFile::OfApp(app, file.path.clone()))
    } else {
        ModuleContent::Source(file.source.as_slice().into())
    };
    let link = graph.reached_by(name);
    AppZipModule {
        path: file.inner.clone(),
        kind: file.kind,
        owner: Owner::App(app),
        content,
        because: link.map_or(KeptBecause::App, |link| KeptBecause::of(&link)),
    }
}

/// Returns the module of a dependency, or `None` if it has no such module.
fn dependency_module(
    inputs: &Inputs,
    dependencies: &ScannedDependencies<'_>,
    graph: &ImportGraph,
    name: &ModuleName,
) -> Option<AppZipModule> {
    let module = inputs.dependencies.modules().get(name)?;
    let content = if module.kind == ModuleKind::Namespace {
        ModuleContent::Namespace
    } else if module.is_extension {
        ModuleContent::Extension(AppZipFile::OfDependency(module.path.clone()))
    } else if graph.opened_sources.contains(name) {
        ModuleContent::OpenedSource(dependencies.source(name)?)
    } else {
        ModuleContent::Source(dependencies.source(name)?)
    };
    let because = match graph.reached_by(name) {
        Some(link) => KeptBecause::of(&link),
        None => KeptBecause::Root,
    };
    Some(AppZipModule {
        path: inputs
            .dependencies
            .path_in_package(&module.path)?
            .to_owned(),
        kind: module.kind,
        owner: Owner::Dependency,
        content,
        because,
    })
}
