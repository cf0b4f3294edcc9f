//! The entry points of a bundle: startup modules, roots, run modules, the app.

use crate::graph::{EdgeKind, EntryPoint, RUNPY};
use crate::manifest::TargetFacts;
use crate::profile::{Frozen, Profile, Roots};
use crate::stdlib::{ModuleKind, Stdlib};
use crate::types::ModuleName;

/// What a profile starts from: the interpreter's start-up, the roots, the modules that were `added`, the app's
/// modules. A profile that names no roots, with no app, starts from every module that it does not exclude.
pub fn entry_points(
    profile: &Profile,
    added: &[ModuleName],
    target: &TargetFacts,
    stdlib: &Stdlib,
    app: &[ModuleName],
) -> Vec<EntryPoint> {
    let entry_point = |module: &ModuleName, reason, with_functions| EntryPoint {
        module: module.clone(),
        kind: reason,
        all_functions_live: with_functions,
        called_functions: Vec::new(),
    };
    let start_up = target
        .startup
        .iter()
        .filter(|name| stdlib.get(name.as_str()).is_some());
    let mut entry_points: Vec<EntryPoint> = start_up
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
        Roots::Default if app.is_empty() && profile.run_modules.is_empty() => {
            let all = stdlib
                .modules()
                .keys()
                .filter(|name| profile.exclusion_of(name).is_none());
            entry_points.extend(all.map(|name| entry_point(name, EdgeKind::Root, false)));
        }
        Roots::Default => {}
    }
    entry_points.extend(
        added
            .iter()
            .map(|name| entry_point(name, EdgeKind::Root, false)),
    );
    let runner = ModuleName::new(RUNPY).ok();
    if !profile.run_modules.is_empty() {
        entry_points
            .extend(runner.map(|runner| entry_point(&runner, EdgeKind::through_runpy(), false)));
    } else if app.iter().any(|name| name.last_part() == "__main__") {
        // `python FOLDER`, `python -m PACKAGE` and `python ZIP`; if it is excluded, the app is started in another way.
        let runner = runner.filter(|runner| profile.exclusion_of(runner).is_none());
        entry_points.extend(runner.map(|runner| EntryPoint {
            called_functions: vec!["_run_module_as_main".to_owned()],
            ..entry_point(&runner, EdgeKind::through_runpy(), false)
        }));
    }
    for named in &profile.run_modules {
        let name = &named.module;
        let main = match stdlib.get(name.as_str()).map(|module| module.kind) {
            Some(ModuleKind::Module) => Some(name.clone()),
            Some(_) => ModuleName::new(&format!("{name}.__main__")).ok(),
            // The app's own: it is there anyway.
            None => None,
        };
        entry_points.extend(main.map(|main| entry_point(&main, EdgeKind::RunModule, false)));
    }
    let declared = || EdgeKind::Implicit("listed under hidden-imports in the profile".to_owned());
    entry_points.extend(
        profile
            .hidden_imports
            .iter()
            .map(|named| entry_point(&named.module, declared(), false)),
    );
    entry_points.extend(
        app.iter()
            .map(|name| entry_point(name, EdgeKind::App, true)),
    );
    entry_points
}

/// What starts an interpreter that has nothing frozen into it.
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
        called_functions: entry.functions.clone(),
    })
}
