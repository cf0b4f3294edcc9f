//! Determines the entry points of a bundle: startup modules, roots, run modules and the app.

use crate::graph::{EdgeKind, EntryPoint, RUNPY};
use crate::manifest::TargetFacts;
use crate::profile::{Frozen, Profile, Roots};
use crate::stdlib::{ModuleKind, Stdlib};
use crate::types::ModuleName;

/// Returns the entry points of a profile: the startup modules, the roots, the `extra_modules`, the run modules, the
/// functions that the program starts with, the hidden imports and the app modules. Without roots and any of these, every module that is not excluded is a
/// root.
pub fn entry_points(
    profile: &Profile,
    extra_modules: &[ModuleName],
    target: &TargetFacts,
    stdlib: &Stdlib,
    app: &[ModuleName],
) -> Vec<EntryPoint> {
    let has_program =
        !(app.is_empty() && profile.run_modules.is_empty() && profile.entry_points.is_empty());
    let entry_point = |module: &ModuleName, kind, all_functions_live| EntryPoint {
        module: module.clone(),
        kind,
        all_functions_live,
        called_functions: Vec::new(),
    };
    let startup = target
        .startup
        .iter()
        .filter(|name| stdlib.get(name.as_str()).is_some());
    let mut entry_points: Vec<EntryPoint> = startup
        .map(|name| entry_point(name, EdgeKind::Startup, false))
        .collect();
    if profile.frozen == Frozen::Keep {
        entry_points.extend(startup_without_frozen(profile, stdlib, target));
    }
    match &profile.roots {
        Roots::Named(roots) => {
            entry_points.extend(
                roots
                    .iter()
                    .map(|root| entry_point(&root.module, EdgeKind::Root, false)),
            );
        }
        Roots::Default if !has_program => {
            let all = stdlib
                .modules()
                .keys()
                .filter(|name| profile.exclusion_of(name).is_none());
            entry_points.extend(all.map(|name| entry_point(name, EdgeKind::Root, false)));
        }
        Roots::Default => {}
    }
    entry_points.extend(
        extra_modules
            .iter()
            .map(|name| entry_point(name, EdgeKind::Root, false)),
    );
    let runpy = ModuleName::new(RUNPY).ok();
    if !profile.run_modules.is_empty() {
        entry_points
            .extend(runpy.map(|runpy| entry_point(&runpy, EdgeKind::through_runpy(), false)));
    } else if app.iter().any(|name| name.last_part() == "__main__")
        || profile.output.app && has_program
    {
        // For `python FOLDER`, `python -m PACKAGE`, `python ZIP` and `python app.zip`. If `runpy` is excluded, the app is started in
        // another way.
        let runpy = runpy.filter(|runpy| profile.exclusion_of(runpy).is_none());
        entry_points.extend(runpy.map(|runpy| EntryPoint {
            called_functions: vec![["_run_module_as_main".into()].into()],
            ..entry_point(&runpy, EdgeKind::through_runpy(), false)
        }));
    }
    for run_module in &profile.run_modules {
        let name = &run_module.module;
        let main = match stdlib.get(name.as_str()).map(|module| module.kind) {
            Some(ModuleKind::Module) => Some(name.clone()),
            Some(_) => ModuleName::new(&format!("{name}.__main__")).ok(),
            // An app module, which is not in the bundle.
            None => None,
        };
        entry_points.extend(main.map(|main| entry_point(&main, EdgeKind::RunModule, false)));
    }
    entry_points.extend(profile.entry_points.iter().map(|entry| EntryPoint {
        called_functions: vec![entry.object.attributes.clone()],
        ..entry_point(&entry.object.module, EdgeKind::EntryPoint, false)
    }));
    let declared = || EdgeKind::Implicit("listed under hidden-imports in the profile".to_owned());
    entry_points.extend(
        profile
            .hidden_imports
            .iter()
            .map(|hidden_import| entry_point(&hidden_import.module, declared(), false)),
    );
    entry_points.extend(
        app.iter()
            .map(|name| entry_point(name, EdgeKind::App, true)),
    );
    entry_points
}

/// Returns the entry points for the startup modules of an interpreter without frozen modules.
fn startup_without_frozen<'a>(
    profile: &'a Profile,
    stdlib: &'a Stdlib,
    target: &'a TargetFacts,
) -> impl Iterator<Item = EntryPoint> + 'a {
    let modules = target.startup_without_frozen.iter();
    let modules = modules.filter(|entry| {
        stdlib.get(entry.module.as_str()).is_some() && profile.exclusion_of(&entry.module).is_none()
    });
    modules.map(|entry| EntryPoint {
        module: entry.module.clone(),
        kind: EdgeKind::Startup,
        all_functions_live: false,
        called_functions: entry
            .functions
            .iter()
            .map(|function| [function.as_str().into()].into())
            .collect(),
    })
}
