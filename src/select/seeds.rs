//! Where a bundle starts from.

use crate::graph::{RUNNER, Reason, Seed};
use crate::manifest::TargetFacts;
use crate::profile::{Frozen, Profile, Roots};
use crate::stdlib::{Kind, Stdlib};
use crate::types::ModuleName;

/// What a profile starts from: the interpreter's start-up, the roots, the modules that were `added`, the app's
/// modules. A profile that names no roots, with no app, starts from every module that it does not exclude.
pub fn seeds(
    profile: &Profile,
    added: &[ModuleName],
    target: &TargetFacts,
    stdlib: &Stdlib,
    app: &[ModuleName],
) -> Vec<Seed> {
    let seed = |module: &ModuleName, reason, with_functions| Seed {
        module: module.clone(),
        reason,
        with_functions,
        calls: &[],
    };
    let start_up = target
        .start_up
        .iter()
        .filter(|name| stdlib.get(name.as_str()).is_some());
    let mut seeds: Vec<Seed> = start_up
        .map(|name| seed(name, Reason::StartUp, false))
        .collect();
    if profile.frozen == Frozen::Keep {
        seeds.extend(unfrozen(profile, stdlib));
    }
    match &profile.roots {
        Roots::Named(roots) => {
            seeds.extend(
                roots
                    .iter()
                    .map(|root| seed(&root.module, Reason::Root, false)),
            );
        }
        Roots::Unsaid if app.is_empty() && profile.run.is_empty() => {
            let all = stdlib
                .modules()
                .keys()
                .filter(|name| profile.excluded(name).is_none());
            seeds.extend(all.map(|name| seed(name, Reason::Root, false)));
        }
        Roots::Unsaid => {}
    }
    seeds.extend(added.iter().map(|name| seed(name, Reason::Root, false)));
    let runner = ModuleName::new(RUNNER).ok();
    if !profile.run.is_empty() {
        seeds.extend(runner.map(|runner| seed(&runner, Reason::runner(), false)));
    } else if app.iter().any(|name| name.last_part() == "__main__") {
        // `python FOLDER`, `python -m PACKAGE` and `python ZIP`; whoever excludes it starts the app in another way.
        let runner = runner.filter(|runner| profile.excluded(runner).is_none());
        seeds.extend(runner.map(|runner| Seed {
            calls: &["_run_module_as_main"],
            ..seed(&runner, Reason::runner(), false)
        }));
    }
    for named in &profile.run {
        let name = &named.module;
        let main = match stdlib.get(name.as_str()).map(|module| module.kind) {
            Some(Kind::Module) => Some(name.clone()),
            Some(_) => ModuleName::new(&format!("{name}.__main__")).ok(),
            // The app's own: it is there anyway.
            None => None,
        };
        seeds.extend(main.map(|main| seed(&main, Reason::Run, false)));
    }
    let declared = || Reason::Hidden("the profile says that it is imported too".to_owned());
    seeds.extend(
        profile
            .also_import
            .iter()
            .map(|named| seed(&named.module, declared(), false)),
    );
    seeds.extend(app.iter().map(|name| seed(name, Reason::App, true)));
    seeds
}

/// What an interpreter reads when it starts and has none of it inside itself, as with `-X frozen_modules=off`: `init_sys_streams`
/// and `init_import_site` in CPython's `Python/pylifecycle.c`. It starts without `site` too, with `-S`.
const UNFROZEN: [(&str, &[&str]); 2] = [("io", &["open"]), ("site", &["main"])];

/// What starts an interpreter that has nothing frozen inside itself.
fn unfrozen<'a>(profile: &'a Profile, stdlib: &'a Stdlib) -> impl Iterator<Item = Seed> + 'a {
    UNFROZEN.into_iter().filter_map(|(name, calls)| {
        let module = ModuleName::new(name).ok()?;
        stdlib.get(name)?;
        profile.excluded(&module).is_none().then_some(Seed {
            module,
            reason: Reason::StartUp,
            with_functions: false,
            calls,
        })
    })
}
